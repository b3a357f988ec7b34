//! What connections have sent that is no message yet.
//!
//! Each library keeps what it reads until a request, a frame or an event is whole, each within the limit of a message;
//! but thousands of connections that never finish one would fill any memory. So what is unfinished is counted for all
//! together, and beyond a budget those are cut that have more than a little of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What frames and their encryption add to an event, at the most.
const AROUND: usize = 64;
/// Unfinished bytes of all connections: as many as all open offers may have.
const BUDGET: usize = 64 * 1024 * 1024;
/// Nobody is cut for less: it is what any connection costs anyway.
const LITTLE: usize = 16 * 1024;
/// Signs of life are no messages and finish nothing; so much of them is forgiven every second.
const FORGIVEN: usize = 64;

/// The unfinished bytes of all connections.
#[derive(Debug)]
pub struct ReadBudget {
    budget: usize,
    most_of_one: usize,
    unfinished: AtomicUsize,
}

impl ReadBudget {
    /// Nothing yet. A connection may have a message under way, and as much again that led to nothing.
    pub fn new(max_message: usize) -> Arc<Self> {
        let most_of_one = max_message.saturating_mul(2).saturating_add(LITTLE);
        Arc::new(Self { budget: BUDGET, most_of_one, unfinished: AtomicUsize::new(0) })
    }
}

/// What one connection has read.
#[derive(Debug)]
pub struct ConnStats {
    read_budget: Arc<ReadBudget>,
    unfinished: AtomicUsize,
    is_uncounted: AtomicBool,
}

impl ConnStats {
    /// The counts of a new connection.
    pub fn new(read_budget: Arc<ReadBudget>) -> Self {
        Self { read_budget, unfinished: AtomicUsize::new(0), is_uncounted: AtomicBool::new(false) }
    }

    /// So many bytes came; false if that is more than can be borne.
    pub fn read(&self, bytes: usize, silence: Duration) -> bool {
        if self.is_uncounted.load(Ordering::Relaxed) {
            return true;
        }
        let forgiven = FORGIVEN.saturating_mul(silence.as_secs().try_into().unwrap_or(usize::MAX));
        let before = self.unfinished.load(Ordering::Relaxed);
        self.take_off(before.min(forgiven));
        let mine = self.unfinished.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let all = self.read_budget.unfinished.fetch_add(bytes, Ordering::Relaxed) + bytes;
        mine <= self.read_budget.most_of_one && (all <= self.read_budget.budget || mine <= LITTLE)
    }

    /// An event of so many bytes is whole. What came besides, and led to nothing, still counts: a library may have kept
    /// something because of it.
    pub fn used(&self, bytes: usize) {
        self.take_off(self.unfinished.load(Ordering::Relaxed).min(bytes.saturating_add(AROUND)));
    }

    /// What is read from now on does not count, until a request begins or is answered.
    pub fn stop_counting(&self) {
        self.finish();
        self.is_uncounted.store(true, Ordering::Relaxed);
    }

    /// Whether something of what was read is not whole yet.
    pub fn is_unfinished(&self) -> bool {
        self.unfinished.load(Ordering::Relaxed) > 0
    }

    /// All is whole: nothing of what was read is unfinished. What comes counts.
    pub fn finish(&self) {
        self.is_uncounted.store(false, Ordering::Relaxed);
        self.take_off(self.unfinished.load(Ordering::Relaxed));
    }

    /// Only what is still there is taken off, once: the transport may take off at the same time.
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

/// When a connection was read last.
#[derive(Debug)]
pub struct LastRead(Instant);

impl Default for LastRead {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl LastRead {
    /// How long it was silent before this reading.
    pub fn beat(&mut self) -> Duration {
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
    fn beyond_the_budget_only_those_are_cut_who_have_much() {
        let read_budget = read_budget(100_000);
        let (greedy, modest) = (ConnStats::new(read_budget.clone()), ConnStats::new(read_budget.clone()));
        assert!(greedy.read(100_000, AT_ONCE));
        assert!(modest.read(LITTLE, AT_ONCE));
        assert!(!greedy.read(1, AT_ONCE));
        drop(greedy);
        assert!(modest.read(50_000, AT_ONCE));
    }

    #[test]
    fn what_is_finished_counts_no_more() {
        let read_budget = read_budget(100_000);
        let stats = ConnStats::new(read_budget.clone());
        for _ in 0..10 {
            assert!(stats.read(90_000, AT_ONCE));
            stats.finish();
        }
        assert_eq!(read_budget.unfinished.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn what_leads_to_nothing_adds_up_beside_events_that_do() {
        let stats = ConnStats::new(ReadBudget::new(10_000));
        let mut nonsense = 0;
        while stats.read(1_000, AT_ONCE) {
            nonsense += 1_000;
            assert!(stats.read(500, AT_ONCE));
            stats.used(450);
            assert!(nonsense < 100_000, "it is borne for ever");
        }
    }

    #[test]
    fn signs_of_life_add_up_to_nothing() {
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
