//! A histogram in the text format of Prometheus.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How many times were within each bucket, and their sum.
pub(super) struct Histogram<const BUCKETS: usize> {
    name: &'static str,
    help: &'static str,
    /// The upper ends of the buckets, in milliseconds.
    ends: [u64; BUCKETS],
    within: [AtomicU64; BUCKETS],
    number: AtomicU64,
    milliseconds: AtomicU64,
}

impl<const BUCKETS: usize> Histogram<BUCKETS> {
    pub(super) const fn new(name: &'static str, help: &'static str, ends: [u64; BUCKETS]) -> Self {
        let (number, milliseconds) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { name, help, ends, within: [const { AtomicU64::new(0) }; BUCKETS], number, milliseconds }
    }

    pub(super) fn record(&self, time: Duration) {
        for (end, within) in self.ends.iter().zip(&self.within) {
            if time <= Duration::from_millis(*end) {
                within.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.number.fetch_add(1, Ordering::Relaxed);
        let milliseconds = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.milliseconds.fetch_add(milliseconds, Ordering::Relaxed);
    }

    pub(super) fn text(&self) -> String {
        let (name, help) = (self.name, self.help);
        let of = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let mut text = format!("# HELP {name} {help}\n# TYPE {name} histogram\n");
        // Writing to a String cannot fail.
        for (end, within) in self.ends.iter().zip(&self.within) {
            let _ = writeln!(text, "{name}_bucket{{le=\"{}\"}} {}", *end as f64 / 1000.0, of(within));
        }
        let (number, milliseconds) = (of(&self.number), of(&self.milliseconds));
        let _ = writeln!(text, "{name}_bucket{{le=\"+Inf\"}} {number}");
        let _ = writeln!(text, "{name}_sum {}.{:03}\n{name}_count {number}", milliseconds / 1000, milliseconds % 1000);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_hold_all_times_up_to_their_end() {
        let times = Histogram::new("x_seconds", "Times.", [5, 1_000, 2_500]);
        for milliseconds in [5, 6, 1_000, 1_001, 700_000] {
            times.record(Duration::from_millis(milliseconds));
        }
        let text = times.text();
        assert!(text.starts_with("# HELP x_seconds Times.\n# TYPE x_seconds histogram\n"), "{text}");
        for line in ["le=\"0.005\"} 1", "le=\"1\"} 3", "le=\"2.5\"} 4", "le=\"+Inf\"} 5"] {
            assert!(text.contains(&format!("x_seconds_bucket{{{line}\n")), "{line}: {text}");
        }
        assert!(text.ends_with("x_seconds_sum 702.012\nx_seconds_count 5\n"), "{text}");
    }
}
