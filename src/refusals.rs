//! Refusals in the log: each with the user name, the event and the sentence that the sender reads, too; but no more of
//! them a minute than one can read.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::metrics;

const MINUTE: Duration = Duration::from_secs(60);
/// Lines that one connection may cause in a minute.
const EACH: u32 = 10;
/// Lines that all those may cause together who are refused before they have a connection.
const ALL_AT_ENTRY: u32 = 60;

/// What one connection is refused, counted and logged.
#[derive(Debug)]
pub struct RefusalLog {
    most: u32,
    since: Option<Instant>,
    lines: u32,
}

impl RefusalLog {
    /// The log of a new connection.
    pub const fn new() -> Self {
        Self::with_most(EACH)
    }

    const fn with_most(most: u32) -> Self {
        Self { most, since: None, lines: 0 }
    }

    /// Counts a refusal by its code, and logs it.
    pub fn refused(&mut self, user: &str, event: &str, code: &'static str, sentence: &str) {
        metrics::count(code);
        match self.next(Instant::now()) {
            Line::Whole => tracing::info!(user = metrics::shortened(user), event, code, "refused: {sentence}"),
            Line::Last => tracing::info!(
                user = metrics::shortened(user),
                "refused again; for the rest of this minute further ones are counted and not logged"
            ),
            Line::None => {}
        }
    }

    fn next(&mut self, now: Instant) -> Line {
        if self.since.is_none_or(|since| now.saturating_duration_since(since) >= MINUTE) {
            (self.since, self.lines) = (Some(now), 0);
        }
        self.lines = self.lines.saturating_add(1);
        match self.lines {
            lines if lines <= self.most => Line::Whole,
            lines if lines == self.most + 1 => Line::Last,
            _ => Line::None,
        }
    }
}

impl Default for RefusalLog {
    fn default() -> Self {
        Self::new()
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Line {
    Whole,
    Last,
    None,
}

static AT_ENTRY: Mutex<RefusalLog> = Mutex::new(RefusalLog::with_most(ALL_AT_ENTRY));

/// Counts and logs the refusal of a client that has no connection yet. `user` is what it calls itself.
pub fn refused_at_entry(user: Option<&str>, event: &str, code: &'static str, sentence: &str) {
    AT_ENTRY.lock().refused(user.unwrap_or("(no name)"), event, code, sentence);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_beyond_the_most_wait_for_the_next_minute() {
        let start = Instant::now();
        let mut log = RefusalLog::new();
        assert!((0..EACH).all(|_| log.next(start) == Line::Whole));
        assert_eq!(log.next(start + MINUTE / 2), Line::Last);
        assert!((0..1000).all(|_| log.next(start + MINUTE / 2) == Line::None));
        assert_eq!(log.next(start + MINUTE), Line::Whole);
    }
}
