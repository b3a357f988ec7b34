//! How often what was refused, cut short or closed, and why: since the process began. Told in the log when the server
//! stops.

use std::collections::BTreeMap;
use std::fmt::Display;

use parking_lot::Mutex;

/// By reason, in the words of docs/limits.md and of the codes on the wire.
static COUNTS: Mutex<BTreeMap<&'static str, u64>> = Mutex::new(BTreeMap::new());

/// Once more, for this reason; returns how often by now.
pub fn count(reason: &'static str) -> u64 {
    let mut counts = COUNTS.lock();
    let times = counts.entry(reason).or_default();
    *times += 1;
    *times
}

/// The same, and it is logged: the first time, the second, the fourth, the eighth. Who floods the server does not flood
/// the log.
pub fn warn(reason: &'static str, words: impl Display) {
    let times = count(reason);
    if times.is_power_of_two() {
        tracing::warn!(times, "{words}");
    }
}

/// All reasons that there were, and how often each.
pub fn all() -> Vec<(&'static str, u64)> {
    COUNTS.lock().iter().map(|(reason, times)| (*reason, *times)).collect()
}

/// The same as a line of text: `rate-limited 3, slow-reader 1`.
pub fn line() -> String {
    let parts: Vec<_> = all().iter().map(|(reason, times)| format!("{reason} {times}")).collect();
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
}
