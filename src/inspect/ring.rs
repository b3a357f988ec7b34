//! The history: the last records, bounded in number and bytes.
//!
//! The texts of all records lie behind each other in one buffer, which is written round and round. So a record costs a copy
//! and no allocation: kept one by one, the texts took a fifth of the server's time in the allocator and in cache misses.

use std::collections::VecDeque;
use std::sync::Arc;

use super::content::Content;
use super::limits::{MAX_BYTES, MAX_RECORDS};
use super::record::Record;

/// The last records, oldest first.
#[derive(Debug)]
pub struct Ring {
    entries: VecDeque<Entry>,
    /// The texts. Each byte's place is its offset modulo the length.
    texts: Box<[u8]>,
    /// How many bytes were ever written.
    end: u64,
    /// The number of the last record, kept or not.
    last: u64,
}

#[derive(Debug)]
struct Entry {
    at: u64,
    content: Content,
    /// The offset of its text.
    start: u64,
    length: usize,
    /// As readers receive it: masked, and as it is. Kept if there are several readers.
    encoded: [Option<Arc<str>>; 2],
}

/// Records that were taken out for a reader, oldest first.
#[derive(Default)]
pub struct Taken {
    /// The records.
    pub records: Vec<Record>,
    /// Their texts, behind each other.
    pub texts: String,
    /// Records that were dropped before them.
    pub lost: u64,
}

impl Default for Ring {
    fn default() -> Self {
        // Zeros that were never written take no memory on the systems that this runs on.
        let texts = vec![0; MAX_BYTES].into_boxed_slice();
        Self { entries: VecDeque::new(), texts, end: 0, last: 0 }
    }
}

impl Ring {
    /// Adds a record with its text, at most as long as all texts may be, and drops the oldest ones beyond the limits. Returns
    /// its number.
    pub fn push(&mut self, at: u64, content: Content, text: &str) -> u64 {
        let text = &text.as_bytes()[..text.len().min(MAX_BYTES)];
        self.last += 1;
        let start = self.end;
        self.end += text.len() as u64;
        let kept_from = self.end.saturating_sub(MAX_BYTES as u64);
        while self.entries.len() >= MAX_RECORDS || self.entries.front().is_some_and(|oldest| oldest.start < kept_from) {
            self.entries.pop_front();
        }
        let place = place(start);
        let (first, second) = text.split_at(text.len().min(MAX_BYTES - place));
        self.texts[place..place + first.len()].copy_from_slice(first);
        self.texts[..second.len()].copy_from_slice(second);
        self.entries.push_back(Entry { at, content, start, length: text.len(), encoded: Default::default() });
        self.last
    }

    /// Drops all records. Their numbers are not used again.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// The number of the last record.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// The number of the oldest record.
    fn first(&self) -> u64 {
        self.last + 1 - self.entries.len() as u64
    }

    /// Takes out the records after this number, at most so many and about so many bytes.
    pub fn after(&self, number: u64, max_records: usize, max_bytes: usize, unmasked: bool) -> Taken {
        let wanted = number.saturating_add(1);
        let (oldest, from) = (self.first(), self.first().max(wanted));
        if from > self.last {
            return Taken::default();
        }
        let mut records: Vec<Record> = Vec::new();
        let mut texts = Vec::with_capacity(max_bytes.min(MAX_BYTES) / 4);
        let skipped = usize::try_from(from - oldest).unwrap_or(usize::MAX);
        for (number, entry) in (from..).zip(self.entries.iter().skip(skipped).take(max_records)) {
            if !records.is_empty() && texts.len() + entry.length > max_bytes {
                break;
            }
            let encoded = entry.encoded[usize::from(unmasked)].clone();
            let start = texts.len();
            if encoded.is_none() {
                self.copy_text(entry, &mut texts);
            }
            let (at, content, text) = (entry.at, entry.content.clone(), start..texts.len());
            records.push(Record { number, at, content, text, encoded });
        }
        let texts = String::from_utf8(texts).unwrap_or_default();
        Taken { records, texts, lost: oldest.saturating_sub(wanted) }
    }

    fn copy_text(&self, entry: &Entry, texts: &mut Vec<u8>) {
        let place = place(entry.start);
        let first = entry.length.min(MAX_BYTES - place);
        texts.extend_from_slice(&self.texts[place..place + first]);
        texts.extend_from_slice(&self.texts[..entry.length - first]);
    }

    /// Keeps the encoded form of a record for further readers.
    pub fn keep_encoded(&mut self, number: u64, line: Arc<str>, unmasked: bool) {
        let place = number.checked_sub(self.first()).and_then(|place| usize::try_from(place).ok());
        if let Some(entry) = place.and_then(|place| self.entries.get_mut(place)) {
            entry.encoded[usize::from(unmasked)] = Some(line);
        }
    }
}

/// Where in the buffer the byte of this offset is.
fn place(offset: u64) -> usize {
    usize::try_from(offset % MAX_BYTES as u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(ring: &Ring, after: u64, max_records: usize, max_bytes: usize) -> (Vec<u64>, u64) {
        let Taken { records, lost, .. } = ring.after(after, max_records, max_bytes, false);
        (records.iter().map(|record| record.number).collect(), lost)
    }

    fn text(ring: &Ring, number: u64) -> String {
        let Taken { records, texts, .. } = ring.after(number - 1, 1, usize::MAX, false);
        assert_eq!(records[0].number, number);
        texts[records[0].text.clone()].to_owned()
    }

    #[test]
    fn reader_receives_what_follows_the_number_that_it_knows() {
        let mut ring = Ring::default();
        assert_eq!(numbers(&ring, 0, 9, 9), (vec![], 0));
        (0..5).for_each(|at| _ = ring.push(at, Content::Stop, "text"));
        assert_eq!(numbers(&ring, 0, 9, usize::MAX), (vec![1, 2, 3, 4, 5], 0));
        assert_eq!(numbers(&ring, 3, 1, usize::MAX), (vec![4], 0));
        assert_eq!(numbers(&ring, 3, 9, 1), (vec![4], 0), "one record whatever its size");
        assert_eq!(numbers(&ring, 5, 9, usize::MAX), (vec![], 0));
        assert_eq!(numbers(&ring, u64::MAX, 9, usize::MAX), (vec![], 0));
    }

    #[test]
    fn oldest_records_are_dropped_beyond_their_number() {
        let mut ring = Ring::default();
        (0..MAX_RECORDS as u64 + 3).for_each(|at| _ = ring.push(at, Content::Stop, ""));
        assert_eq!(numbers(&ring, 1, 1, usize::MAX), (vec![4], 2));
    }

    #[test]
    fn texts_stay_whole_however_often_the_buffer_is_written() {
        let mut ring = Ring::default();
        let long = |number: u64| format!("{number} ").repeat(100_000 + number as usize);
        for number in 1..=40 {
            assert_eq!(ring.push(number, Content::Stop, &long(number)), number);
            for kept in ring.first()..=number {
                assert_eq!(text(&ring, kept), long(kept));
            }
            let bytes: usize = ring.entries.iter().map(|entry| entry.length).sum();
            assert!(bytes <= MAX_BYTES);
        }
        assert!(ring.first() > 10, "old ones were dropped");
        ring.push(41, Content::Stop, &"x".repeat(2 * MAX_BYTES));
        assert_eq!((ring.entries.len(), text(&ring, 41).len()), (1, MAX_BYTES));
    }

    #[test]
    fn cleared_ring_continues_its_numbers() {
        let mut ring = Ring::default();
        ring.push(0, Content::Stop, "text");
        ring.clear();
        assert_eq!(ring.push(0, Content::Clear, ""), 2);
        assert_eq!(numbers(&ring, 0, 9, usize::MAX), (vec![2], 1));
    }

    #[test]
    fn record_that_was_encoded_is_not_taken_out_again() {
        let mut ring = Ring::default();
        (0..3).for_each(|at| _ = ring.push(at, Content::Stop, "text"));
        ring.keep_encoded(2, "two".into(), true);
        ring.keep_encoded(9, "none".into(), true);
        let taken = ring.after(0, 9, usize::MAX, true);
        let encoded: Vec<_> = taken.records.iter().map(|record| record.encoded.as_deref()).collect();
        assert_eq!((encoded, taken.texts.as_str()), (vec![None, Some("two"), None], "texttext"));
        assert_eq!(ring.after(0, 9, usize::MAX, false).texts, "texttexttext");
    }
}
