//! What the reader of a shared log does with a shard besides applying entries.

use std::collections::BTreeSet;

use super::order::Hub;
use super::shard::ShardId;
use super::usage::Usage;
use crate::core::id::{ConnectionId, NodeId, PeerId};
use crate::core::state::Core;

impl Hub {
    /// Looks at the core of a shard, under its lock.
    pub fn with_core<R>(&self, shard: ShardId, look: impl FnOnce(&Core) -> R) -> R {
        look(&self.shards[shard.number()].state.lock().core)
    }

    /// The nodes to which peers of a shard are connected.
    pub fn nodes(&self, shard: ShardId) -> BTreeSet<NodeId> {
        self.with_core(shard, Core::nodes)
    }

    /// Puts another core into the place of a shard's.
    pub fn load(&self, shard: ShardId, core: Core) {
        let mut state = self.shards[shard.number()].state.lock();
        state.core = core.with_limits(self.limits.clone());
        self.note_usage(shard.number(), Usage::of(&state.core));
    }

    /// Peers that are connected to this node by the state of a shard, and not in fact.
    pub fn orphans(&self, shard: ShardId, node: NodeId) -> Vec<(PeerId, ConnectionId)> {
        let state = self.shards[shard.number()].state.lock();
        let connections = state.core.connections();
        let own = connections.into_iter().filter(|(_, connection)| connection.node() == node);
        own.filter(|(peer, connection)| !state.directory.has(*peer, *connection)).collect()
    }

    /// Whether clients of a shard are connected to this process.
    pub fn has_clients(&self, shard: ShardId) -> bool {
        !self.shards[shard.number()].state.lock().directory.is_empty()
    }

    /// How many clients are connected to this process.
    pub fn clients(&self) -> usize {
        self.shards.iter().map(|shard| shard.state.lock().directory.outboxes().count()).sum()
    }

    /// Cuts the connections of a shard's clients, as if their network had failed: they come back.
    pub fn cut_shard(&self, shard: ShardId, why: &str) {
        self.shards[shard.number()].state.lock().directory.outboxes().for_each(|outbox| outbox.cut(why));
    }
}
