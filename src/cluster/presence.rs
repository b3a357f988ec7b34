//! Which nodes there are: by the heartbeats in the stream of nodes, whose ids are the time.

use std::collections::BTreeMap;
use std::time::Duration;

use super::entry::{EntryId, NodeMessage, NodeState};
use crate::core::id::NodeId;

/// How often a node says that it is there.
pub const HEARTBEAT: Duration = Duration::from_secs(2);
/// A node that was not heard for this long, in milliseconds, is lost.
pub const SILENCE_MS: u64 = 8_000;
/// Where nothing at all was heard for this long, in milliseconds, the log was away, and all nodes are given time again.
const GAP_MS: u64 = 4_000;

/// The nodes, as the stream of nodes tells.
#[derive(Debug, Default)]
pub struct Presence {
    nodes: BTreeMap<NodeId, Heard>,
    last: u64,
}

#[derive(Debug)]
struct Heard {
    at: u64,
    state: NodeState,
}

impl Presence {
    /// Reads the next entry. Returns the node that is lost by it, if it was there.
    pub fn apply(&mut self, id: EntryId, message: NodeMessage) -> Option<NodeId> {
        if id.ms.saturating_sub(self.last) > GAP_MS {
            self.nodes.values_mut().for_each(|heard| heard.at = id.ms);
        }
        self.last = self.last.max(id.ms);
        match message {
            NodeMessage::Heartbeat { node, state } => {
                self.nodes.insert(node, Heard { at: id.ms, state });
                None
            }
            NodeMessage::Lost(node) => {
                self.nodes.remove(&node);
                Some(node)
            }
        }
    }

    /// The nodes that have been silent for too long.
    pub fn silent(&self) -> impl Iterator<Item = NodeId> {
        let silent = |heard: &Heard| self.last.saturating_sub(heard.at) > SILENCE_MS;
        self.nodes.iter().filter(move |(_, heard)| silent(heard)).map(|(node, _)| *node)
    }

    /// The time of the last entry, in milliseconds.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// Whether a node is there.
    pub fn has(&self, node: NodeId) -> bool {
        self.nodes.contains_key(&node)
    }

    /// All nodes that are there, with how long ago, in milliseconds, each was heard, and what it said of itself.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, u64, &NodeState)> {
        self.nodes.iter().map(|(node, Heard { at, state })| (*node, self.last.saturating_sub(*at), state))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: NodeId = NodeId(1);
    const TWO: NodeId = NodeId(2);

    fn heard(presence: &mut Presence, ms: u64, node: NodeId) {
        let message = NodeMessage::Heartbeat { node, state: NodeState::default() };
        assert_eq!(presence.apply(EntryId { ms, number: 0 }, message), None);
    }

    #[test]
    fn node_that_is_silent_while_others_speak_is_lost() {
        let mut presence = Presence::default();
        heard(&mut presence, 1_000, TWO);
        for ms in (1_000..=9_000).step_by(2_000) {
            heard(&mut presence, ms, ONE);
        }
        assert_eq!(presence.silent().next(), None, "8 s are not too long");
        heard(&mut presence, 9_001, ONE);
        assert!(presence.silent().eq([TWO]));
        assert_eq!(presence.apply(EntryId { ms: 9_002, number: 0 }, NodeMessage::Lost(TWO)), Some(TWO));
        assert!(!presence.has(TWO) && presence.has(ONE));
    }

    #[test]
    fn log_that_was_away_makes_no_node_lost() {
        let mut presence = Presence::default();
        heard(&mut presence, 1_000, ONE);
        heard(&mut presence, 1_000, TWO);
        heard(&mut presence, 60_000, ONE);
        assert_eq!(presence.silent().next(), None);
        for ms in (62_000..=70_000).step_by(2_000) {
            heard(&mut presence, ms, ONE);
        }
        assert!(presence.silent().eq([TWO]), "it had 8 s more");
    }
}
