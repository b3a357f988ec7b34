//! How often the server refused, cut short or closed something, and why: since the process began. The log names the
//! counts when the server stops; until then it says of each subject once what happened.

use std::collections::BTreeMap;
use std::fmt::Display;

use parking_lot::Mutex;

/// Subjects that are remembered for one reason. Beyond it all others count as one.
const MOST_SUBJECTS: usize = 100;
/// Characters of a subject that are logged: clients choose most of them.
const LONGEST_SUBJECT: usize = 100;

/// By reason, in the words of docs/limits.md and of the codes on the wire.
static COUNTS: Mutex<BTreeMap<&'static str, Count>> = Mutex::new(BTreeMap::new());

#[derive(Debug, Default)]
struct Count {
    all: u64,
    of_each: BTreeMap<Box<str>, u64>,
    others: u64,
}

impl Count {
    /// Once more about this subject; how often by now, and whether it is one of those that are remembered.
    fn about(&mut self, subject: &str) -> (u64, bool) {
        self.all += 1;
        if !self.of_each.contains_key(subject) && self.of_each.len() >= MOST_SUBJECTS {
            self.others += 1;
            return (self.others, false);
        }
        let times = self.of_each.entry(subject.into()).or_default();
        *times += 1;
        (*times, true)
    }
}

/// Once more, for this reason; returns how often by now.
pub fn count(reason: &'static str) -> u64 {
    let mut counts = COUNTS.lock();
    let count = counts.entry(reason).or_default();
    count.all += 1;
    count.all
}

/// The same, and it is logged: the first time, the second, the fourth, the eighth. A client that floods the server does
/// not flood the log.
pub fn warn(reason: &'static str, words: impl Display) {
    let times = count(reason);
    if times.is_power_of_two() {
        tracing::warn!(times, "{words}");
    }
}

/// The same, thinned out for each subject by itself: what one client does hides nothing of another one.
pub fn warn_about(reason: &'static str, subject: &str, words: impl Display) {
    let (times, _) = COUNTS.lock().entry(reason).or_default().about(&shortened(subject));
    if times.is_power_of_two() {
        tracing::warn!(times, "{words}");
    }
}

/// Counts it. The first time for this subject it returns the subject as it may be logged, as a field of the
/// line; beyond a hundred subjects of one reason it logs once that further ones are only counted.
pub fn first(reason: &'static str, subject: &str) -> Option<String> {
    let subject = shortened(subject);
    let about = COUNTS.lock().entry(reason).or_default().about(&subject);
    match about {
        (1, true) => Some(subject),
        (1, false) => {
            tracing::info!(reason, "further ones of this kind are counted and not named");
            None
        }
        _ => None,
    }
}

/// As much of a text from outside as belongs into a log line. As a field of the line its control characters are escaped.
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_SUBJECT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// All reasons that there were, and how often each.
pub fn all() -> Vec<(&'static str, u64)> {
    COUNTS.lock().iter().map(|(reason, count)| (*reason, count.all)).collect()
}

/// The same as a line of text: `rate-limited 3, slow-reader 1`.
pub fn line() -> String {
    let parts: Vec<_> = all().iter().map(|(reason, times)| format!("{reason} {times}")).collect();
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subject_new_is_first_whatever_others_did() {
        for _ in 0..1000 {
            first("test-first", "https://a.example");
        }
        assert_eq!(first("test-first", "https://b.example").as_deref(), Some("https://b.example"));
        assert_eq!(first("test-first", "https://b.example"), None);
    }

    #[test]
    fn subjects_many_are_bounded_and_all_counted() {
        let named = (0..1000).filter(|n| first("test-many", &n.to_string()).is_some()).count();
        assert_eq!(named, MOST_SUBJECTS);
        assert!(all().contains(&("test-many", 1000)));
        assert_eq!(COUNTS.lock()["test-many"].of_each.len(), MOST_SUBJECTS);
    }

    #[test]
    fn subject_from_outside_is_shortened() {
        assert_eq!(shortened(&"ü".repeat(500)), format!("{}…", "ü".repeat(LONGEST_SUBJECT)));
        assert_eq!(shortened("short"), "short");
    }
}
