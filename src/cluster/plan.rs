//! Which node appends again what a Redis has lost: for each shard the one that has read furthest, or the next one if it does
//! not.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, Instant};

use super::entry::EntryId;
use crate::core::id::NodeId;

/// How long a node may take to begin, and between entries of any shard, before the next one is asked.
const DUTY: Duration = Duration::from_secs(4);
/// How long nothing may be appended at all.
const STANDSTILL: Duration = Duration::from_secs(15);

/// How far a node has read, by the number of the shard.
pub type Positions = BTreeMap<usize, EntryId>;

/// The plan.
pub struct Plan {
    duties: BTreeMap<usize, Duty>,
    /// Nodes that did not do it.
    given_up: HashSet<(usize, NodeId)>,
    /// When each node has appended last, or was asked to.
    moved: HashMap<NodeId, Instant>,
    changed: Instant,
    /// Shards of which something was missing.
    assigned: HashSet<usize>,
}

/// A shard that has to be appended again.
struct Duty {
    node: NodeId,
    /// The last entry that was seen in the stream.
    last: EntryId,
}

impl Plan {
    /// Nothing is assigned.
    pub fn new(now: Instant) -> Self {
        Self {
            duties: BTreeMap::new(),
            given_up: HashSet::new(),
            moved: HashMap::new(),
            changed: now,
            assigned: HashSet::new(),
        }
    }

    /// Compares how far the nodes have read with the last entries of the streams, and returns which shards are assigned to
    /// which node now. Nodes may say it late: it is compared each time.
    pub fn update(
        &mut self,
        read: &HashMap<NodeId, Positions>,
        lasts: &BTreeMap<usize, EntryId>,
        now: Instant,
    ) -> Vec<(usize, NodeId)> {
        for (shard, duty) in &mut self.duties {
            let last = lasts.get(shard).copied().unwrap_or_default();
            if last != duty.last {
                duty.last = last;
                self.changed = now;
                self.moved.insert(duty.node, now);
            }
        }
        let mut assigned = Vec::new();
        for (shard, last) in lasts {
            let mut rank: Vec<(EntryId, NodeId)> = read
                .iter()
                .filter_map(|(node, positions)| Some((*positions.get(shard)?, *node)))
                .filter(|(_, node)| !self.given_up.contains(&(*shard, *node)))
                .collect();
            rank.sort_unstable_by(|one, other| other.cmp(one));
            let present = self.duties.get(shard).map(|duty| duty.node);
            let is_silent = |node: NodeId| {
                Some(node) == present && self.moved.get(&node).is_some_and(|moved| now.duration_since(*moved) >= DUTY)
            };
            // It has ended, perhaps. What only that one had read is lost.
            if rank.len() > 1 && is_silent(rank[0].1) {
                self.given_up.insert((*shard, rank.remove(0).1));
            }
            match rank.first().filter(|(position, _)| position > last) {
                None => _ = self.duties.remove(shard),
                Some((_, node)) if present == Some(*node) => {}
                Some((_, node)) => {
                    self.duties.insert(*shard, Duty { node: *node, last: *last });
                    self.assigned.insert(*shard);
                    self.moved.insert(*node, now);
                    self.changed = now;
                    assigned.push((*shard, *node));
                }
            }
        }
        assigned
    }

    /// Whether all that any node has read is there.
    pub fn is_done(&self) -> bool {
        self.duties.is_empty()
    }

    /// How many shards will not be whole, once nothing has been appended for so long that nothing more will come.
    pub fn missing(&self, now: Instant) -> Option<usize> {
        (now.duration_since(self.changed) >= STANDSTILL).then_some(self.duties.len())
    }

    /// Of how many shards something was missing.
    pub fn assigned(&self) -> usize {
        self.assigned.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODES: [NodeId; 3] = [NodeId(1), NodeId(2), NodeId(3)];

    fn id(ms: u64) -> EntryId {
        EntryId { ms, number: 0 }
    }

    /// How far nodes 1, 2 and 3 have read the shards 0, 1 and so on.
    fn read(positions: &[&[u64]]) -> HashMap<NodeId, Positions> {
        let of = |positions: &[u64]| positions.iter().map(|ms| id(*ms)).enumerate().collect();
        NODES.into_iter().zip(positions).map(|(node, positions)| (node, of(positions))).collect()
    }

    fn lasts(ms: &[u64]) -> BTreeMap<usize, EntryId> {
        ms.iter().map(|ms| id(*ms)).enumerate().collect()
    }

    #[test]
    fn shard_is_assigned_to_the_node_that_is_furthest_and_to_the_next_if_that_is_silent() {
        let start = Instant::now();
        let mut plan = Plan::new(start);
        let read = read(&[&[5], &[9], &[7]]);
        assert_eq!(plan.update(&read, &lasts(&[3]), start), [(0, NODES[1])]);
        assert_eq!(plan.update(&read, &lasts(&[3]), start + DUTY / 2), [], "it has some time");
        assert_eq!(plan.update(&read, &lasts(&[4]), start + DUTY), [], "it appends");
        assert_eq!(plan.update(&read, &lasts(&[4]), start + 2 * DUTY), [(0, NODES[2])]);
        assert!(!plan.is_done());
        assert_eq!(plan.update(&read, &lasts(&[7]), start + 2 * DUTY), []);
        assert!(plan.is_done(), "what only the first had read is lost");
    }

    #[test]
    fn shard_stays_with_a_node_that_appends_others_first() {
        let start = Instant::now();
        let mut plan = Plan::new(start);
        let read = read(&[&[9, 9], &[8, 8]]);
        assert_eq!(plan.update(&read, &lasts(&[0, 0]), start), [(0, NODES[0]), (1, NODES[0])]);
        for step in 1..=8 {
            assert_eq!(plan.update(&read, &lasts(&[u64::from(step), 0]), start + step * DUTY / 2), []);
        }
        assert_eq!(plan.update(&read, &lasts(&[9, 5]), start + 5 * DUTY), []);
        assert_eq!(plan.update(&read, &lasts(&[9, 9]), start + 5 * DUTY), []);
        assert!(plan.is_done());
        assert_eq!(plan.assigned(), 2);
    }

    #[test]
    fn shard_is_not_whole_before_the_node_that_is_furthest_has_appended_it() {
        let start = Instant::now();
        let mut plan = Plan::new(start);
        let mut read = read(&[&[9], &[6]]);
        plan.update(&read, &lasts(&[6]), start);
        assert!(!plan.is_done());
        plan.update(&read, &lasts(&[9]), start);
        assert!(plan.is_done());
        // A node that comes late has read more.
        read.insert(NODES[2], Positions::from([(0, id(12))]));
        assert_eq!(plan.update(&read, &lasts(&[9]), start), [(0, NODES[2])]);
        assert!(!plan.is_done());
    }

    #[test]
    fn shard_is_whole_without_a_silent_node_if_the_others_have_read_no_more_than_is_there() {
        let start = Instant::now();
        let mut plan = Plan::new(start);
        let read = read(&[&[9], &[5]]);
        assert_eq!(plan.update(&read, &lasts(&[5]), start), [(0, NODES[0])]);
        assert_eq!(plan.update(&read, &lasts(&[5]), start + DUTY), []);
        assert!(plan.is_done());
    }

    #[test]
    fn shard_whose_only_node_is_silent_is_given_up_at_last() {
        let start = Instant::now();
        let mut plan = Plan::new(start);
        let read = read(&[&[9]]);
        plan.update(&read, &lasts(&[0]), start);
        assert_eq!(plan.update(&read, &lasts(&[0]), start + 2 * DUTY), [], "there is no other");
        assert_eq!(plan.missing(start + STANDSTILL / 2), None);
        assert_eq!(plan.missing(start + STANDSTILL), Some(1));
    }
}
