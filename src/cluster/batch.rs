//! What a node appends at once: an entry for each stream.

use std::collections::{BTreeMap, VecDeque};

use super::entry::Entry;
use crate::core::id::NodeId;
use crate::hub::shard::ShardId;

/// Contents of a batch.
const MAX_CONTENTS: usize = 512;
/// Bytes of these; one may be larger.
const MAX_BYTES: usize = 1024 * 1024;

/// What is appended together.
pub struct Batch {
    /// The node at that time.
    pub node: NodeId,
    /// The entries.
    pub pending: Vec<Pending>,
    count: usize,
    bytes: usize,
}

/// An entry that is to be appended.
pub struct Pending {
    /// To the stream of this shard.
    pub shard: ShardId,
    /// The number of its first content.
    pub first: u64,
    /// Its contents, each as JSON.
    pub contents: Vec<String>,
}

impl Batch {
    /// An empty batch.
    pub fn new(node: NodeId) -> Self {
        Self { node, pending: Vec::new(), count: 0, bytes: 0 }
    }

    /// How many contents it has.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Whether this content has room in it.
    pub fn takes(&self, content: &str) -> bool {
        self.count < MAX_CONTENTS && (self.count == 0 || self.bytes + content.len() <= MAX_BYTES)
    }

    /// Adds a content to the entry of its shard; to a new one if its number does not follow.
    pub fn push(&mut self, shard: ShardId, number: u64, content: String) {
        (self.count, self.bytes) = (self.count + 1, self.bytes + content.len());
        match self.pending.iter_mut().rfind(|pending| pending.shard == shard) {
            Some(pending) if pending.first + pending.contents.len() as u64 == number => pending.contents.push(content),
            _ => self.pending.push(Pending { shard, first: number, contents: vec![content] }),
        }
    }

    /// Its entries, in order.
    pub fn entries(&self) -> Vec<(ShardId, Entry)> {
        let entry = |one: &Pending| (one.shard, Entry::new(self.node, one.first, &one.contents));
        self.pending.iter().map(entry).collect()
    }
}

/// Contents of a node, by shard and number, in as many batches as they need.
pub fn batches_of(node: NodeId, contents: BTreeMap<(ShardId, u64), String>) -> VecDeque<Batch> {
    let mut batches: VecDeque<Batch> = VecDeque::new();
    for ((shard, number), content) in contents {
        match batches.back_mut() {
            Some(batch) if batch.takes(&content) => batch.push(shard, number, content),
            _ => {
                let mut batch = Batch::new(node);
                batch.push(shard, number, content);
                batches.push_back(batch);
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODE: NodeId = NodeId(7);

    #[test]
    fn contents_of_a_shard_are_one_entry_until_a_number_is_missing() {
        let [one, other] = [ShardId::PAIRS, ShardId::all().next().expect("a shard")];
        let mut batch = Batch::new(NODE);
        for (shard, number) in [(one, 1), (other, 8), (one, 2), (one, 4)] {
            batch.push(shard, number, String::from("\"Nothing\""));
        }
        let entries: Vec<_> = batch.entries().iter().map(|(shard, entry)| (*shard, entry.first, entry.count)).collect();
        assert_eq!(entries, [(one, 1, 2), (other, 8, 1), (one, 4, 1)]);
    }

    #[test]
    fn batch_is_full_by_its_number_or_its_bytes() {
        let many = (1..=MAX_CONTENTS as u64 + 1).map(|number| ((ShardId::PAIRS, number), String::from("1"))).collect();
        assert_eq!(batches_of(NODE, many).iter().map(Batch::count).collect::<Vec<_>>(), [MAX_CONTENTS, 1]);
        let large = [(1, "x".repeat(MAX_BYTES + 1)), (2, String::from("1"))];
        let large = large.map(|(number, content)| ((ShardId::PAIRS, number), content)).into();
        assert_eq!(batches_of(NODE, large).len(), 2);
    }
}
