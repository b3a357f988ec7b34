//! What a node knows of a stream besides the core: how far it has read, and which entries count.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::entry::{Entry, EntryId};
use crate::core::id::NodeId;

/// Lost nodes whose late entries are still recognized.
const MAX_LOST: usize = 4096;
/// Entries that are kept to be appended again, if Redis loses them.
const MAX_RECENT: usize = 4096;
/// Bytes of these.
const MAX_RECENT_BYTES: usize = 8 * 1024 * 1024;
/// Contents of entries between two checkpoints.
const CHECKPOINT_ENTRIES: u64 = 10_000;
/// Bytes of entries between two checkpoints.
const CHECKPOINT_BYTES: u64 = 16 * 1024 * 1024;
/// A node that has read so much less, in milliseconds, than it knows to be there has an old state: calls that have ended long ago
/// are still in it.
const OLD_MS: u64 = 5_000;

/// What counts of a stream, the same at each node that has read as far.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Replica {
    /// The last entry that was read.
    pub position: EntryId,
    /// The number of the last content that counted, for each node.
    sequences: BTreeMap<NodeId, u64>,
    /// Nodes that are lost, with the entry that says so.
    lost: BTreeMap<NodeId, EntryId>,
    /// Contents and bytes since the last checkpoint.
    since: (u64, u64),
    /// The number of contents since the last checkpoint at which this node asked for the next one.
    #[serde(skip)]
    asked_at: Option<u64>,
    /// The last entries.
    #[serde(skip)]
    recent: Recent,
    /// The last entry of the stream when this node looked last. It may not have read as far yet.
    #[serde(skip)]
    known: EntryId,
}

#[derive(Debug, Default)]
struct Recent {
    /// All entries after this one are here.
    from: EntryId,
    entries: VecDeque<(EntryId, Entry)>,
    bytes: usize,
}

/// Whether an entry counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It does, but for so many contents at its beginning that were read before.
    Counts(u64),
    /// It was read before.
    Repeated,
    /// Its node was declared lost before.
    NodeLost,
}

impl Replica {
    /// A replica that was stored goes on.
    pub fn resume(mut self) -> Self {
        self.recent.from = self.position;
        self
    }

    /// This is the last entry of the stream now.
    pub fn learn_last(&mut self, last: EntryId) {
        self.known = last;
    }

    /// Whether the state is an old one, since this node has not read yet what it knows to be there. Where that is lost, nothing is
    /// better than this: clients make their calls known again.
    pub fn is_old(&self) -> bool {
        self.known.ms.saturating_sub(self.position.ms) > OLD_MS
    }

    /// Reads the next entry, and says whether it counts.
    pub fn admit(&mut self, id: EntryId, entry: &Entry) -> Admission {
        if id <= self.position {
            return Admission::Repeated;
        }
        self.position = id;
        self.since = (self.since.0.saturating_add(entry.count), self.since.1 + entry.text().len() as u64);
        self.recent.push(id, entry);
        if self.lost.contains_key(&entry.node) {
            return Admission::NodeLost;
        }
        let last = self.sequences.get(&entry.node).copied().unwrap_or_default();
        if entry.last() <= last {
            return Admission::Repeated;
        }
        // Where numbers are missing, Redis has lost entries that were stored: no later append brings them back.
        self.sequences.insert(entry.node, entry.last());
        Admission::Counts((last + 1).saturating_sub(entry.first))
    }

    /// The entry that was read last says that a node is lost.
    pub fn lose(&mut self, node: NodeId) {
        self.sequences.remove(&node);
        self.lost.insert(node, self.position);
        if self.lost.len() > MAX_LOST
            && let Some(oldest) = self.lost.iter().min_by_key(|(_, id)| **id).map(|(node, _)| *node)
        {
            self.lost.remove(&oldest);
        }
    }

    /// The nodes that have appended something, and are not lost.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> {
        self.sequences.keys().copied()
    }

    /// Whether a node is lost.
    pub fn has_lost(&self, node: NodeId) -> bool {
        self.lost.contains_key(&node)
    }

    /// Whether it is time for a checkpoint. Said once, until it comes or should have come.
    pub fn take_checkpoint(&mut self) -> bool {
        let is_asked = self.asked_at.is_some_and(|asked| self.since.0 < asked + CHECKPOINT_ENTRIES);
        let takes = self.is_due() && !is_asked;
        if takes {
            self.asked_at = Some(self.since.0);
        }
        takes
    }

    /// The entry that was read last is a checkpoint. Whether it was time for one: several nodes may have asked for the same.
    pub fn begin_checkpoint(&mut self) -> bool {
        let is_due = self.is_due();
        if is_due {
            (self.since, self.asked_at) = ((0, 0), None);
        }
        is_due
    }

    fn is_due(&self) -> bool {
        self.since.0 >= CHECKPOINT_ENTRIES || self.since.1 >= CHECKPOINT_BYTES
    }

    /// The entries after this one, `None` if they are no longer kept.
    pub fn after(&self, id: EntryId) -> Option<Vec<(EntryId, Entry)>> {
        let Recent { from, entries, .. } = &self.recent;
        (*from <= id).then(|| entries.iter().filter(|(other, _)| *other > id).cloned().collect())
    }
}

impl Recent {
    fn push(&mut self, id: EntryId, entry: &Entry) {
        self.bytes += entry.text().len();
        self.entries.push_back((id, entry.clone()));
        while self.entries.len() > MAX_RECENT || (self.bytes > MAX_RECENT_BYTES && self.entries.len() > 1) {
            if let Some((id, oldest)) = self.entries.pop_front() {
                self.bytes -= oldest.text().len();
                self.from = id;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODE: NodeId = NodeId(7);

    fn entry(first: u64) -> Entry {
        entry_of(NODE, first, 1)
    }

    fn entry_of(node: NodeId, first: u64, count: usize) -> Entry {
        Entry::new(node, first, &vec![String::from("\"Nothing\""); count])
    }

    fn id(ms: u64) -> EntryId {
        EntryId { ms, number: 0 }
    }

    #[test]
    fn entry_that_comes_twice_counts_once() {
        let mut replica = Replica::default();
        assert_eq!(replica.admit(id(1), &entry(1)), Admission::Counts(0));
        assert_eq!(replica.admit(id(1), &entry(1)), Admission::Repeated);
        assert_eq!(replica.admit(id(2), &entry(1)), Admission::Repeated);
        assert_eq!(replica.admit(id(3), &entry(2)), Admission::Counts(0));
    }

    #[test]
    fn entry_of_many_contents_uses_as_many_numbers() {
        let mut replica = Replica::default();
        assert_eq!(replica.admit(id(1), &entry_of(NODE, 1, 5)), Admission::Counts(0));
        assert_eq!(replica.admit(id(2), &entry_of(NODE, 1, 5)), Admission::Repeated);
        assert_eq!(replica.admit(id(3), &entry(5)), Admission::Repeated);
        assert_eq!(replica.admit(id(4), &entry_of(NODE, 4, 3)), Admission::Counts(2), "two of three were read");
        assert_eq!(replica.admit(id(5), &entry(7)), Admission::Counts(0));
        assert_eq!(replica.since.0, 15);
    }

    #[test]
    fn entry_after_one_that_redis_has_lost_counts() {
        let mut replica = Replica::default();
        assert_eq!(replica.admit(id(1), &entry(58)), Admission::Counts(0));
        assert_eq!(replica.admit(id(2), &entry(57)), Admission::Repeated);
        assert_eq!(replica.admit(id(3), &entry(59)), Admission::Counts(0));
    }

    #[test]
    fn entry_of_a_lost_node_does_not_count() {
        let mut replica = Replica::default();
        assert_eq!(replica.admit(id(1), &entry(1)), Admission::Counts(0));
        replica.lose(NODE);
        assert_eq!(replica.admit(id(2), &entry(2)), Admission::NodeLost);
        assert_eq!(replica.nodes().count(), 0);
    }

    #[test]
    fn lost_nodes_are_forgotten_oldest_first() {
        let mut replica = Replica::default();
        for ms in 1..=MAX_LOST as u64 + 1 {
            replica.admit(id(ms), &entry_of(NodeId(ms as u32 + 10), 1, 1));
            replica.lose(NodeId(ms as u32 + 10));
        }
        assert_eq!(replica.lost.len(), MAX_LOST);
        assert!(!replica.lost.contains_key(&NodeId(11)));
    }

    #[test]
    fn entries_are_kept_for_a_redis_that_has_lost_them() {
        let mut replica = Replica::default();
        for ms in 1..=3 {
            replica.admit(id(ms), &entry(ms));
        }
        let ids = |entries: Vec<(EntryId, Entry)>| entries.iter().map(|(id, _)| id.ms).collect::<Vec<_>>();
        assert_eq!(replica.after(id(1)).map(ids), Some(vec![2, 3]));
        assert_eq!(replica.after(id(0)).map(ids), Some(vec![1, 2, 3]));
        for ms in 4..=MAX_RECENT as u64 + 2 {
            replica.admit(id(ms), &entry(ms));
        }
        assert!(replica.after(id(1)).is_none(), "the second is no longer kept");
        assert_eq!(replica.after(id(2)).map(|entries| entries.len()), Some(MAX_RECENT));
        let stored = serde_json::to_string(&replica).expect("it can be stored");
        let stored: Replica = serde_json::from_str(&stored).expect("it can be read");
        assert!(stored.resume().after(id(3)).is_none(), "a snapshot holds no entries");
    }

    #[test]
    fn state_is_old_until_all_is_read_but_the_last_seconds() {
        let mut replica = Replica::default();
        assert!(!replica.is_old(), "there is nothing");
        replica.admit(id(1_000), &entry(1));
        replica.learn_last(id(1_000 + OLD_MS));
        assert!(!replica.is_old());
        replica.learn_last(id(1_001 + OLD_MS));
        assert!(replica.is_old());
        replica.admit(id(2_000), &entry(2));
        assert!(!replica.is_old());
    }

    #[test]
    fn checkpoint_is_due_after_many_entries_or_bytes() {
        let mut replica = Replica::default();
        replica.admit(id(1), &Entry::new(NODE, 1, &["x".repeat(CHECKPOINT_BYTES as usize)]));
        assert!(replica.take_checkpoint());
        assert!(!replica.take_checkpoint(), "it is on its way");
        assert!(replica.begin_checkpoint());
        assert!(!replica.begin_checkpoint(), "another node has asked for the same");
        for n in 2..=CHECKPOINT_ENTRIES + 1 {
            assert!(!replica.take_checkpoint());
            replica.admit(id(n), &entry(n));
        }
        assert!(replica.take_checkpoint());
    }
}
