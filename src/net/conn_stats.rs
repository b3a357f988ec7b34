//! Bytes that connections have sent without completing a message.
//!
//! Each library buffers a request, a frame or an event until it is complete, and each buffer is limited to the size of a
//! message. But thousands of connections that never complete one would still fill the memory. So unfinished bytes are
//! counted for all connections together. When they exceed a budget, connections with more than a small share are closed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Most bytes that a frame and its encryption add to an event.
const FRAMING: usize = 64;
/// Most unfinished bytes of all connections together: as many as all open offers may have.
const BUDGET: usize = 64 * 1024 * 1024;
/// No connection is closed for fewer unfinished bytes: any connection costs that much.
const SMALL_SHARE: usize = 16 * 1024;
/// Bytes per second that are not counted: pings and pongs never complete a message.
const UNCOUNTED_PER_SECOND: usize = 64;

/// The unfinished bytes of all connections, and their limits.
#[derive(Debug)]
pub(crate) struct ReadBudget {
    budget: usize,
    most_of_one: usize,
    unfinished: AtomicUsize,
}

impl ReadBudget {
    /// A budget for messages of at most `max_message` bytes. One connection may have an incomplete message, and as many
    /// bytes again that never complete one.
    pub(crate) fn new(max_message: usize) -> Arc<Self> {
        let most_of_one = max_message.saturating_mul(2).saturating_add(SMALL_SHARE);
        Arc::new(Self { budget: BUDGET, most_of_one, unfinished: AtomicUsize::new(0) })
    }

    /// The unfinished bytes now.
    pub(super) fn unfinished(&self) -> usize {
        self.unfinished.load(Ordering::Relaxed)
    }
}

/// Counts the unfinished bytes of one connection.
#[derive(Debug)]
pub(crate) struct ConnStats {
    read_budget: Arc<ReadBudget>,
    unfinished: AtomicUsize,
    is_uncounted: AtomicBool,
}

impl ConnStats {
    /// The counter of a new connection.
    pub(crate) fn new(read_budget: Arc<ReadBudget>) -> Self {
        Self { read_budget, unfinished: AtomicUsize::new(0), is_uncounted: AtomicBool::new(false) }
    }

    /// Counts bytes that were read after `silence` without any. Returns false when the connection has exceeded its share
    /// and has to be closed.
    pub(crate) fn read(&self, bytes: usize, silence: Duration) -> bool {
        if self.is_uncounted.load(Ordering::Relaxed) {
            return true;
        }
        let uncounted = UNCOUNTED_PER_SECOND.saturating_mul(silence.as_secs().try_into().unwrap_or(usize::MAX));
        let before = self.unfinished.load(Ordering::Relaxed);
        self.take_off(before.min(uncounted));
        let mine = self.unfinished.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let all = self.read_budget.unfinished.fetch_add(bytes, Ordering::Relaxed) + bytes;
        mine <= self.read_budget.most_of_one && (all <= self.read_budget.budget || mine <= SMALL_SHARE)
    }

    /// Subtracts a complete event of this size. Other bytes that were read still count: a library may keep memory because
    /// of them.
    pub(crate) fn used(&self, bytes: usize) {
        self.take_off(self.unfinished.load(Ordering::Relaxed).min(bytes.saturating_add(FRAMING)));
    }

    /// Stops counting until the next request begins or is answered.
    pub(crate) fn stop_counting(&self) {
        self.finish();
        self.is_uncounted.store(true, Ordering::Relaxed);
    }

    /// Whether the connection has unfinished bytes.
    pub(crate) fn is_unfinished(&self) -> bool {
        self.unfinished.load(Ordering::Relaxed) > 0
    }

    /// Sets the unfinished bytes to zero, and counts what is read from now on.
    pub(crate) fn finish(&self) {
        self.is_uncounted.store(false, Ordering::Relaxed);
        self.take_off(self.unfinished.load(Ordering::Relaxed));
    }

    /// Subtracts from both counters, unless another thread has subtracted these bytes meanwhile.
    fn take_off(&self, bytes: usize) {
        let taken = self.unfinished.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |mine| mine.checked_sub(bytes));
        if taken.is_ok() {
            self.read_budget.unfinished.fetch_sub(bytes, Ordering::Relaxed);
        }
    }
}

impl Drop for ConnStats {
    fn drop(&mut self) {
        self.finish();
    }
}

/// The time of a connection's last read.
#[derive(Debug)]
pub(crate) struct LastRead(Instant);

impl Default for LastRead {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl LastRead {
    /// Notes a read. Returns the time since the one before.
    pub(crate) fn beat(&mut self) -> Duration {
        let now = Instant::now();
        now.duration_since(std::mem::replace(&mut self.0, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT_ONCE: Duration = Duration::ZERO;

    fn read_budget(budget: usize) -> Arc<ReadBudget> {
        Arc::new(ReadBudget { budget, most_of_one: usize::MAX, unfinished: AtomicUsize::new(0) })
    }

    #[test]
    fn exceeded_budget_closes_large_shares_only() {
        let read_budget = read_budget(100_000);
        let (greedy, modest) = (ConnStats::new(read_budget.clone()), ConnStats::new(read_budget.clone()));
        assert!(greedy.read(100_000, AT_ONCE));
        assert!(modest.read(SMALL_SHARE, AT_ONCE));
        assert!(!greedy.read(1, AT_ONCE));
        drop(greedy);
        assert!(modest.read(50_000, AT_ONCE));
    }

    #[test]
    fn finished_bytes_are_not_counted() {
        let read_budget = read_budget(100_000);
        let stats = ConnStats::new(read_budget.clone());
        for _ in 0..10 {
            assert!(stats.read(90_000, AT_ONCE));
            stats.finish();
        }
        assert_eq!(read_budget.unfinished.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn useless_bytes_add_up_between_complete_events() {
        let stats = ConnStats::new(ReadBudget::new(10_000));
        let mut nonsense = 0;
        while stats.read(1_000, AT_ONCE) {
            nonsense += 1_000;
            assert!(stats.read(500, AT_ONCE));
            stats.used(450);
            assert!(nonsense < 100_000, "the connection is never closed");
        }
    }

    #[test]
    fn pings_do_not_add_up() {
        let read_budget = read_budget(100_000);
        let stats = ConnStats::new(read_budget.clone());
        for _ in 0..100_000 {
            assert!(stats.read(7, Duration::from_secs(25)));
        }
        assert_eq!(read_budget.unfinished.load(Ordering::Relaxed), 7);
        drop(stats);
        assert_eq!(read_budget.unfinished.load(Ordering::Relaxed), 0);
    }
}
