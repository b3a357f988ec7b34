//! How long calls wait for their answer, and then for the connection between the two browsers.
//!
//! The times are taken where offer, answer and report come to the same process; in a cluster, others are not in them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use lru::LruCache;
use parking_lot::Mutex;

use super::histogram::Histogram;
use super::totals;

/// Offers that are remembered, and as many answered ones. What comes of an older one is not measured.
const MAX_CALLS: usize = 4_096;
/// Whether the times are served: otherwise nothing is remembered.
static IS_ON: AtomicBool = AtomicBool::new(false);
static OFFERED: Moments = Moments::new();
static ANSWERED: Moments = Moments::new();
static ANSWER_TIMES: Histogram<10> = Histogram::new(
    "switchboard_answer_seconds",
    "How long offers waited for their answer.",
    [1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000],
);
static CONNECT_TIMES: Histogram<10> = Histogram::new(
    "switchboard_connect_seconds",
    "How long answered calls waited for the connection between the two browsers.",
    [50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000],
);

/// When something happened to each of the newest calls.
struct Moments(Mutex<Option<LruCache<u64, Instant>>>);

impl Moments {
    const fn new() -> Self {
        Self(Mutex::new(None))
    }

    fn put(&self, id: u64) {
        let mut moments = self.0.lock();
        let moments = moments.get_or_insert_with(LruCache::unbounded);
        moments.put(id, Instant::now());
        if moments.len() > MAX_CALLS {
            moments.pop_lru();
        }
    }

    /// Forgets it, too.
    fn take(&self, id: u64) -> Option<Instant> {
        self.0.lock().as_mut().and_then(|moments| moments.pop(&id))
    }
}

/// Measures from now on.
pub(super) fn switch_on() {
    IS_ON.store(true, Ordering::Relaxed);
}

/// This offer was made now.
pub(crate) fn offered(id: u64) {
    if IS_ON.load(Ordering::Relaxed) {
        OFFERED.put(id);
    }
}

/// It was answered now.
pub(crate) fn answered(id: u64) {
    if IS_ON.load(Ordering::Relaxed) {
        if let Some(since) = OFFERED.take(id) {
            ANSWER_TIMES.record(since.elapsed());
        }
        ANSWERED.put(id);
    }
}

/// A page of this call reports that the two browsers are connected. Only the first report of a call counts, whichever page
/// sends it.
pub(crate) fn connected(id: u64, is_relayed: bool) {
    if let Some(since) = ANSWERED.take(id) {
        totals::CONNECTED.add(1);
        totals::RELAYED.add(u64::from(is_relayed));
        CONNECT_TIMES.record(since.elapsed());
    }
}

/// A page of it reports that they found no way to each other.
pub(crate) fn failed(id: u64) {
    if ANSWERED.take(id).is_some() {
        totals::FAILED.add(1);
    }
}

/// The histograms as `/metrics` shows them.
pub(super) fn text() -> String {
    ANSWER_TIMES.text() + &CONNECT_TIMES.text()
}
