//! How long offers wait for their answer: a histogram in the text format of Prometheus.
//!
//! The time is taken where offer and answer come to the same process; in a cluster, other answers are not in it.

use std::fmt::Write;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use lru::LruCache;
use parking_lot::Mutex;

/// Offers that are remembered. An older one may still be answered, and is then not measured.
const MAX_OFFERS: usize = 4_096;
/// The upper ends of the buckets, in seconds.
const BUCKETS: [u64; 10] = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600];
/// The name.
pub(super) const NAME: &str = "switchboard_answer_seconds";

/// Whether the times are served: otherwise nothing is remembered.
static IS_ON: AtomicBool = AtomicBool::new(false);
static OFFERED: Mutex<Option<LruCache<u64, Instant>>> = Mutex::new(None);
static TIMES: Histogram = Histogram::new();

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

/// How many times were within each bucket, and their sum.
struct Histogram {
    within: [AtomicU64; BUCKETS.len()],
    number: AtomicU64,
    milliseconds: AtomicU64,
}

impl Histogram {
    const fn new() -> Self {
        let (number, milliseconds) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { within: [const { AtomicU64::new(0) }; BUCKETS.len()], number, milliseconds }
    }

    fn record(&self, time: Duration) {
        for (end, within) in BUCKETS.iter().zip(&self.within) {
            if time <= Duration::from_secs(*end) {
                within.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.number.fetch_add(1, Ordering::Relaxed);
        let milliseconds = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.milliseconds.fetch_add(milliseconds, Ordering::Relaxed);
    }

    fn text(&self) -> String {
        let of = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let mut text = format!("# HELP {NAME} How long offers waited for their answer.\n# TYPE {NAME} histogram\n");
        // Writing to a String cannot fail.
        for (end, within) in BUCKETS.iter().zip(&self.within) {
            let _ = writeln!(text, "{NAME}_bucket{{le=\"{end}\"}} {}", of(within));
        }
        let (number, milliseconds) = (of(&self.number), of(&self.milliseconds));
        let _ = writeln!(text, "{NAME}_bucket{{le=\"+Inf\"}} {number}");
        let _ = writeln!(text, "{NAME}_sum {}.{:03}\n{NAME}_count {number}", milliseconds / 1000, milliseconds % 1000);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_hold_all_times_up_to_their_end() {
        let times = Histogram::new();
        for milliseconds in [5, 1_000, 1_001, 700_000] {
            times.record(Duration::from_millis(milliseconds));
        }
        let text = times.text();
        for line in ["_bucket{le=\"1\"} 2", "_bucket{le=\"2\"} 3", "_bucket{le=\"600\"} 3", "_bucket{le=\"+Inf\"} 4"] {
            assert!(text.contains(&format!("{NAME}{line}\n")), "{line}: {text}");
        }
        assert!(text.ends_with(&format!("{NAME}_sum 702.006\n{NAME}_count 4\n")), "{text}");
    }
}
