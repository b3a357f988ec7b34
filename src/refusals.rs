//! Logs refusals, each with the user name, the event and the sentence that the client receives; at most so many a
//! minute that one client cannot flood the log.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::metrics;

const MINUTE: Duration = Duration::from_secs(60);
/// Lines a minute for one connection.
const MAX_LINES: u32 = 10;
/// Lines a minute for all clients together that are refused before they are connected.
const MAX_LINES_AT_ENTRY: u32 = 60;

/// Counts and logs the refusals of one connection.
#[derive(Debug)]
pub(crate) struct RefusalLog {
    max_lines: u32,
    /// When the minute began in which `lines` were written.
    since: Option<Instant>,
    lines: u32,
}

impl RefusalLog {
    /// The log of a new connection.
    pub(crate) const fn new() -> Self {
        Self::with_max(MAX_LINES)
    }

    const fn with_max(max_lines: u32) -> Self {
        Self { max_lines, since: None, lines: 0 }
    }

    /// Counts a refusal by its code and logs it.
    pub(crate) fn refused(&mut self, user: &str, event: &str, code: &'static str, sentence: &str) {
        metrics::count(code);
        match self.next(Instant::now()) {
            Line::Whole => tracing::info!(user = metrics::shortened(user), event, code, "refused: {sentence}"),
            Line::Last => tracing::info!(
                user = metrics::shortened(user),
                "refused again; the log leaves out further refusals of this minute, which are only counted"
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
            lines if lines <= self.max_lines => Line::Whole,
            lines if lines == self.max_lines + 1 => Line::Last,
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

static AT_ENTRY: Mutex<RefusalLog> = Mutex::new(RefusalLog::with_max(MAX_LINES_AT_ENTRY));

/// Counts and logs the refusal of a client that is not connected yet. `user` is the name that it claims.
pub(crate) fn refused_at_entry(user: Option<&str>, event: &str, code: &'static str, sentence: &str) {
    AT_ENTRY.lock().refused(user.unwrap_or("(no name)"), event, code, sentence);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_beyond_the_limit_wait_for_the_next_minute() {
        let start = Instant::now();
        let mut log = RefusalLog::new();
        assert!((0..MAX_LINES).all(|_| log.next(start) == Line::Whole));
        assert_eq!(log.next(start + MINUTE / 2), Line::Last);
        assert!((0..1000).all(|_| log.next(start + MINUTE / 2) == Line::None));
        assert_eq!(log.next(start + MINUTE), Line::Whole);
    }
}
