//! What the tasks of a node share.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::presence::Presence;
use super::queue::Queue;
use super::replica::Replica;
use super::store::Store;
use crate::hub::order::Hub;
use crate::hub::shard::ShardId;

/// What the tasks of a node share.
pub struct Shared {
    /// Redis.
    pub store: Store,
    /// What clients of this node have sent.
    pub queue: Arc<Queue>,
    /// The state, and the clients.
    pub hub: Arc<Hub>,
    /// How far each shard was read.
    pub replicas: Mutex<HashMap<ShardId, Replica>>,
    /// Which nodes there are.
    pub presence: Mutex<Presence>,
    /// When the log was last read.
    pub last_read: Mutex<Option<Instant>>,
    /// One task of this node at a time agrees with the other nodes.
    pub recovering: tokio::sync::Mutex<()>,
    /// Whether the node may append.
    pub has_joined: AtomicBool,
    /// Whether the node has joined the others, and clients may come.
    pub ready: Arc<AtomicBool>,
    /// Whether this server stops.
    pub is_leaving: AtomicBool,
    /// For how long a command may wait.
    pub max_wait: Duration,
    /// Its name for people.
    pub name: OnceLock<String>,
}
