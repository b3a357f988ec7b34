//! The history: the last records, bounded in number and bytes.

use std::collections::VecDeque;
use std::sync::Arc;

use super::content::Content;
use super::record::Record;

/// Records that are kept.
const MAX_RECORDS: usize = 10_000;
/// Bytes of the records that are kept, as they are before they are encoded for readers.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The last records, oldest first.
#[derive(Debug, Default)]
pub struct Ring {
    records: VecDeque<Arc<Record>>,
    bytes: usize,
    /// The number of the last record, kept or not.
    last: u64,
}

impl Ring {
    /// Adds a record and drops the oldest ones beyond the limits. Returns its number.
    pub fn push(&mut self, at: u64, content: Content) -> u64 {
        self.last += 1;
        let record = Record::new(self.last, at, content);
        self.bytes += record.size();
        self.records.push_back(Arc::new(record));
        while self.records.len() > MAX_RECORDS || self.bytes > MAX_BYTES && self.records.len() > 1 {
            let oldest = self.records.pop_front();
            self.bytes -= oldest.map_or(0, |oldest| oldest.size());
        }
        self.last
    }

    /// Drops all records. Their numbers are not used again.
    pub fn clear(&mut self) {
        self.records.clear();
        self.bytes = 0;
    }

    /// The number of the last record.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// The records after this number, oldest first, at most so many and about so many bytes; and how many between were
    /// dropped.
    pub fn after(&self, number: u64, max_records: usize, max_bytes: usize) -> (Vec<Arc<Record>>, u64) {
        let Some(first) = self.records.front().map(|record| record.number) else { return (Vec::new(), 0) };
        let from = first.max(number.saturating_add(1));
        let mut bytes = 0;
        let records = self.records.iter().skip(usize::try_from(from - first).unwrap_or(usize::MAX)).take(max_records);
        let records = records.take_while(|record| {
            let is_first = bytes == 0;
            bytes += record.size();
            is_first || bytes <= max_bytes
        });
        (records.cloned().collect(), first.saturating_sub(number.saturating_add(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers((records, lost): (Vec<Arc<Record>>, u64)) -> (Vec<u64>, u64) {
        (records.iter().map(|record| record.number).collect(), lost)
    }

    #[test]
    fn reader_receives_what_follows_the_number_that_it_knows() {
        let mut ring = Ring::default();
        assert_eq!(numbers(ring.after(0, 9, 9)), (vec![], 0));
        (0..5).for_each(|at| _ = ring.push(at, Content::Stop));
        assert_eq!(numbers(ring.after(0, 9, usize::MAX)), (vec![1, 2, 3, 4, 5], 0));
        assert_eq!(numbers(ring.after(3, 1, usize::MAX)), (vec![4], 0));
        assert_eq!(numbers(ring.after(3, 9, 1)), (vec![4], 0), "one record whatever its size");
        assert_eq!(numbers(ring.after(5, 9, usize::MAX)), (vec![], 0));
        assert_eq!(numbers(ring.after(u64::MAX, 9, usize::MAX)), (vec![], 0));
    }

    #[test]
    fn oldest_records_are_dropped_beyond_the_limits() {
        let mut ring = Ring::default();
        (0..MAX_RECORDS as u64 + 3).for_each(|at| _ = ring.push(at, Content::Stop));
        assert_eq!(numbers(ring.after(1, 1, usize::MAX)), (vec![4], 2));
        let text = "x".repeat(MAX_BYTES);
        ring.push(0, Content::Chaos(text.into()));
        assert_eq!(ring.records.len(), 1, "the newest one is kept whatever its size");
        assert_eq!(ring.bytes, ring.records[0].size());
        ring.push(0, Content::Stop);
        assert_eq!(ring.records.len(), 1);
    }

    #[test]
    fn cleared_ring_continues_its_numbers() {
        let mut ring = Ring::default();
        ring.push(0, Content::Stop);
        ring.clear();
        assert_eq!(ring.push(0, Content::Clear), 2);
        assert_eq!(numbers(ring.after(0, 9, usize::MAX)), (vec![2], 1));
    }
}
