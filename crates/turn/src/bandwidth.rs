//! How many bytes a second are relayed for a user.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long a user who was silent may exceed the rate, in nanoseconds.
const BURST: u64 = Duration::from_secs(1).as_nanos() as u64;

/// The bytes of one user (the generic cell rate algorithm). All machines use it, with one atomic number and no lock.
#[derive(Debug)]
pub(crate) struct Bandwidth {
    bytes_per_second: u64,
    start: Instant,
    /// When all bytes so far would have been relayed at the allowed rate, in nanoseconds since the start.
    paid_until: AtomicU64,
}

impl Bandwidth {
    pub(crate) fn new(bytes_per_second: u64, now: Instant) -> Self {
        Self { bytes_per_second: bytes_per_second.max(1), start: now, paid_until: AtomicU64::new(0) }
    }

    fn nanoseconds(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.start).as_nanos()).unwrap_or(u64::MAX)
    }

    /// Takes the bytes if there are as many.
    pub(crate) fn take(&self, bytes: usize, now: Instant) -> bool {
        let now = self.nanoseconds(now);
        // A datagram has at most 65,535 bytes, so that the product fits.
        let cost = bytes as u64 * 1_000_000_000 / self.bytes_per_second;
        let take = |paid: u64| {
            let paid = paid.max(now);
            (paid - now < BURST).then(|| paid.saturating_add(cost))
        };
        self.paid_until.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    /// Whether it is as if nothing had ever been relayed.
    pub(crate) fn is_idle(&self, now: Instant) -> bool {
        self.paid_until.load(Ordering::Relaxed) <= self.nanoseconds(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(bandwidth: &Bandwidth, now: Instant) -> usize {
        (0..1000).take_while(|_| bandwidth.take(1000, now)).count()
    }

    #[test]
    fn bytes_beyond_the_rate_are_refused_until_time_passes() {
        let start = Instant::now();
        let bandwidth = Bandwidth::new(100_000, start);
        assert_eq!(taken(&bandwidth, start), 100);
        assert!(!bandwidth.is_idle(start));
        assert_eq!(taken(&bandwidth, start + Duration::from_millis(250)), 25);
        assert!(bandwidth.is_idle(start + Duration::from_millis(1250)));
        assert_eq!(taken(&bandwidth, start + Duration::from_secs(60)), 100);
    }

    #[test]
    fn datagram_of_more_bytes_than_a_second_allows_passes() {
        let start = Instant::now();
        let bandwidth = Bandwidth::new(100, start);
        assert!(bandwidth.take(1000, start));
        assert!(!bandwidth.take(1, start + Duration::from_secs(8)));
        assert!(bandwidth.take(1, start + Duration::from_secs(10)));
    }
}
