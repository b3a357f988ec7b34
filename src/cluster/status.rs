//! What `/api/cluster` on the listener of `--metrics` shows.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::entry::{EntryId, NodeState};
use super::shared::Shared;
use crate::core::id::NodeId;
use crate::hub::order::CommandLog;

/// The cluster, as one node sees it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The node that was asked.
    pub node: String,
    /// Whether it has joined the others.
    pub ready: bool,
    /// How long ago, in milliseconds, it last read the log, where it waits a second at most for entries. `null` before
    /// the first time.
    pub log_read_ms: Option<u64>,
    /// For how long, in milliseconds, a command of its clients waits until it is applied.
    pub lag_ms: u64,
    /// All nodes.
    pub nodes: Vec<NodeStatus>,
    /// The shards that it reads.
    pub shards: Vec<ShardStatus>,
}

/// One of all nodes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeStatus {
    /// Its id.
    pub node: String,
    /// How long ago it was heard, in milliseconds.
    pub heard_ms: u64,
    /// What it says of itself.
    #[serde(flatten)]
    pub state: NodeState,
}

/// A shard that the node reads.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShardStatus {
    /// Its number; 64 is that of pairs.
    pub shard: usize,
    /// The last entry that was applied.
    pub position: EntryId,
    /// How old that entry is, in milliseconds: little where clients send, much where they are silent.
    pub age_ms: u64,
}

impl Status {
    /// What a node knows now.
    pub fn of(shared: &Shared) -> Self {
        let Shared { queue, replicas, presence, ready, last_read, .. } = shared;
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
        let milliseconds = |elapsed: Duration| u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        Self {
            node: text(queue.node()),
            ready: ready.load(Ordering::Relaxed),
            log_read_ms: last_read.lock().map(|at| milliseconds(at.elapsed())),
            lag_ms: queue.lag_ms(),
            nodes,
            shards,
        }
    }
}
