//! Lifetimes, counted in seconds since the first packet: a third of the memory of an `Instant`.

use std::time::Duration;

use crate::time::Time;

/// Seconds since the first packet of a machine.
pub(super) type Second = u32;

/// Remembers when the first packet came.
#[derive(Debug, Default)]
pub(super) struct Clock {
    start: Option<Time>,
}

impl Clock {
    pub(super) fn second(&mut self, now: Time) -> Second {
        let start = self.start.get_or_insert(now);
        let seconds = now.monotonic.saturating_duration_since(start.monotonic).as_secs();
        Second::try_from(seconds).unwrap_or(Second::MAX)
    }

    /// When a second is over.
    pub(super) fn end_of(&self, second: Second) -> Option<Time> {
        let (start, seconds) = (self.start?, u64::from(second) + 1);
        let monotonic = start.monotonic.checked_add(Duration::from_secs(seconds))?;
        Some(Time { monotonic, unix_seconds: start.unix_seconds.saturating_add(seconds) })
    }
}
