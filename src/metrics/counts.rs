//! How often the server rejected, cut short or closed something, by reason.
//!
//! Each count goes to the process's metrics recorder. The numbers are also kept here: a log line is written when its
//! number is a power of two, and the server logs all of them when it stops.

use std::collections::BTreeMap;
use std::fmt::Display;

use parking_lot::Mutex;

use super::exporter::REJECTIONS;

/// Subjects that are remembered for each reason. Beyond it all others count as one.
const MAX_SUBJECTS: usize = 100;
/// Characters of a subject that are logged: clients choose most of them.
const MAX_SUBJECT_CHARS: usize = 100;

/// By reason: the codes on the wire, and those of docs/limits.md.
static COUNTS: Mutex<BTreeMap<&'static str, Count>> = Mutex::new(BTreeMap::new());

#[derive(Debug, Default)]
struct Count {
    all: u64,
    by_subject: BTreeMap<Box<str>, u64>,
    other_subjects: u64,
}

impl Count {
    fn increment(&mut self, reason: &'static str) -> u64 {
        ::metrics::counter!(REJECTIONS, "reason" => reason).increment(1);
        self.all += 1;
        self.all
    }

    /// Counts one more of this subject. Returns the subject's number, and whether the subject is remembered.
    fn increment_subject(&mut self, reason: &'static str, subject: &str) -> (u64, bool) {
        self.increment(reason);
        if !self.by_subject.contains_key(subject) && self.by_subject.len() >= MAX_SUBJECTS {
            self.other_subjects += 1;
            return (self.other_subjects, false);
        }
        let times = self.by_subject.entry(subject.into()).or_default();
        *times += 1;
        (*times, true)
    }
}

/// Counts one more of this reason and returns how many there are.
pub(crate) fn count(reason: &'static str) -> u64 {
    COUNTS.lock().entry(reason).or_default().increment(reason)
}

/// Counts one more of this reason, and logs the first, second, fourth, eighth and so on: a client that floods the
/// server does not flood the log.
pub(crate) fn warn(reason: &'static str, words: impl Display) {
    if let Some(times) = counted(reason) {
        tracing::warn!(times, "{words}");
    }
}

/// Counts one more of this reason. Returns how many there are if that is worth a line, as for [`warn`].
pub(crate) fn counted(reason: &'static str) -> Option<u64> {
    Some(count(reason)).filter(|times| times.is_power_of_two())
}

/// As [`counted`], with a number for each subject: lines about one client do not suppress lines about another.
pub(crate) fn counted_about(reason: &'static str, subject: &str) -> Option<u64> {
    let (times, _) = COUNTS.lock().entry(reason).or_default().increment_subject(reason, &shortened(subject));
    Some(times).filter(|times| times.is_power_of_two())
}

/// Counts one more of this reason. Returns the subject, as a log line may show it in a field, the first time that it
/// occurs. Beyond a hundred subjects of one reason, one log line says that further ones are only counted.
pub(crate) fn first(reason: &'static str, subject: &str) -> Option<String> {
    let subject = shortened(subject);
    let counted = COUNTS.lock().entry(reason).or_default().increment_subject(reason, &subject);
    match counted {
        (1, true) => Some(subject),
        (1, false) => {
            tracing::info!(reason, "further ones of this kind are counted and not named");
            None
        }
        _ => None,
    }
}

/// The first hundred characters of a text from a client, for a field of a log line, which escapes control characters.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_SUBJECT_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// All reasons so far and their numbers in one line: `rate-limited 3, slow-reader 1`.
pub(crate) fn summary() -> String {
    let counts = COUNTS.lock();
    let parts: Vec<_> = counts.iter().map(|(reason, count)| format!("{reason} {}", count.all)).collect();
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
        assert_eq!(named, MAX_SUBJECTS);
        assert!(summary().contains("test-many 1000"));
        assert_eq!(COUNTS.lock()["test-many"].by_subject.len(), MAX_SUBJECTS);
    }

    #[test]
    fn subject_long_is_shortened() {
        assert_eq!(shortened(&"ü".repeat(500)), format!("{}…", "ü".repeat(MAX_SUBJECT_CHARS)));
        assert_eq!(shortened("short"), "short");
    }
}
