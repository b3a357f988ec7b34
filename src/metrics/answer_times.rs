//! How long offers wait for their answer.
//!
//! The time is taken where offer and answer come to the same process; in a cluster, other answers are not in it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use lru::LruCache;
use parking_lot::Mutex;

use super::histogram::Histogram;

/// Offers that are remembered. An older one may still be answered, and is then not measured.
const MAX_OFFERS: usize = 4_096;
/// Whether the times are served: otherwise nothing is remembered.
static IS_ON: AtomicBool = AtomicBool::new(false);
static OFFERED: Mutex<Option<LruCache<u64, Instant>>> = Mutex::new(None);
static TIMES: Histogram<10> = Histogram::new(
    "switchboard_answer_seconds",
    "How long offers waited for their answer.",
    [1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000],
);

/// Measures from now on.
pub(super) fn switch_on() {
    IS_ON.store(true, Ordering::Relaxed);
}

/// This offer was made now.
pub(crate) fn offered(id: u64) {
    if IS_ON.load(Ordering::Relaxed) {
        let mut offered = OFFERED.lock();
        let offered = offered.get_or_insert_with(LruCache::unbounded);
        offered.put(id, Instant::now());
        if offered.len() > MAX_OFFERS {
            offered.pop_lru();
        }
    }
}

/// It was answered now.
pub(crate) fn answered(id: u64) {
    if IS_ON.load(Ordering::Relaxed)
        && let Some(since) = OFFERED.lock().as_mut().and_then(|offered| offered.pop(&id))
    {
        TIMES.record(since.elapsed());
    }
}

/// The histogram as `/metrics` shows it.
pub(super) fn text() -> String {
    TIMES.text()
}
