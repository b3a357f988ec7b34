//! What `/api/cluster` on the listener of `--metrics` shows.

use std::sync::atomic::Ordering;

use serde::Serialize;

use super::entry::{EntryId, NodeState};
use super::shared::Shared;
use crate::core::id::NodeId;
use crate::hub::order::CommandLog;

/// The cluster, as one node sees it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The node that was asked.
    node: String,
    /// Whether it has joined the others.
    ready: bool,
    /// For how long, in milliseconds, the last command of its clients waited until it was applied.
    lag_ms: u64,
    /// All nodes.
    nodes: Vec<NodeStatus>,
    /// The shards that it reads.
    shards: Vec<ShardStatus>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct NodeStatus {
    node: String,
    /// How long ago it was heard, in milliseconds.
    heard_ms: u64,
    #[serde(flatten)]
    state: NodeState,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ShardStatus {
    shard: usize,
    /// The last entry that was applied.
    position: EntryId,
    /// How old that entry is, in milliseconds: little where clients send, much where they are silent.
    age_ms: u64,
}

impl Status {
    /// What a node knows now.
    pub fn of(shared: &Shared) -> Self {
        let Shared { queue, replicas, presence, ready, .. } = shared;
        let text = |node: NodeId| node.to_string();
        let nodes = presence
            .lock()
            .nodes()
            .map(|(node, heard_ms, state)| NodeStatus { node: text(node), heard_ms, state: state.clone() })
            .collect();
        let now = queue.now().0;
        let mut shards: Vec<_> = replicas
            .lock()
            .iter()
            .map(|(shard, replica)| ShardStatus {
                shard: shard.number(),
                position: replica.position,
                age_ms: now.saturating_sub(replica.position.ms),
            })
            .collect();
        shards.sort_by_key(|status| status.shard);
        Self { node: text(queue.node()), ready: ready.load(Ordering::Relaxed), lag_ms: queue.lag_ms(), nodes, shards }
    }
}
