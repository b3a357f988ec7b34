//! Logs refusals, each with the request that opened the connection, the peer if there is one, the user name, the event and the sentence that the client receives; at most so many a
//! minute that one client cannot flood the log.

use std::fmt::Display;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::metrics;

const MINUTE: Duration = Duration::from_secs(60);
/// Lines a minute for one connection.
const MAX_LINES: u32 = 10;
/// Lines a minute for all clients together that are refused before they are connected.
const MAX_LINES_AT_ENTRY: u32 = 60;

/// The code of what a back end refuses. Its sentence is for the user alone.
const OF_BACK_END: &str = "not-admitted";

/// Whose message was refused.
#[derive(Clone, Copy)]
pub(crate) struct Who<'a> {
    /// The number of the request that opened the connection, or of the refused one; 0 if there is none.
    pub request: u64,
    /// The id of the peer, once the client is one.
    pub peer: Option<&'a dyn Display>,
    /// The name that it has, or claims.
    pub user: &'a str,
}

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
    pub(crate) fn refused(&mut self, who: Who<'_>, event: &str, code: &'static str, sentence: &str) {
        metrics::count(code);
        let Who { request, peer, user } = who;
        let (request, peer) = ((request > 0).then_some(request), peer.map(tracing::field::display));
        match self.next(Instant::now()) {
            Line::Whole => {
                tracing::info!(request, peer, user = metrics::shortened(user), event, code, "refused: {sentence}");
            }
            Line::Last => tracing::info!(
                request,
                peer,
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

/// Counts and logs the refusal of a client that is not connected yet, and has sent this request. `user` is the name that it
/// claims.
pub(crate) fn refused_at_entry(request: u64, user: Option<&str>, event: &str, code: &'static str, sentence: &str) {
    let who = Who { request, peer: None, user: user.unwrap_or("(no name)") };
    let sentence = if code == OF_BACK_END { "the back end of --auth-hook does not allow it" } else { sentence };
    AT_ENTRY.lock().refused(who, event, code, sentence);
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
