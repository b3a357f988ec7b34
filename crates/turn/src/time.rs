//! The time at which a packet came.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// One moment, read from both clocks: lifetimes are measured by the monotonic clock, the expiry of credentials by the other.
#[derive(Debug, Clone, Copy)]
pub struct Time {
    /// The clock that only runs forward.
    pub monotonic: Instant,
    /// Seconds since 1970.
    pub unix_seconds: u64,
}

impl Time {
    /// Reads both clocks.
    pub fn now() -> Self {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { monotonic: Instant::now(), unix_seconds: unix.as_secs() }
    }
}
