//! This server as one of several.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::task::JoinSet;

use super::address::LogAddress;
use super::entry::{Content, NodeMessage};
use super::error::ClusterError;
use super::queue::Queue;
use super::reader;
use super::shared::Shared;
use super::status::Status;
use super::store::{Store, StoreError};
use super::writer;
use crate::hub::order::Hub;
use crate::hub::shard::ShardId;
use crate::inspect::recorder::Recorder;
use crate::protocol::limits::Limits;

/// How long a server that stops waits until the others know it.
const LEAVE: Duration = Duration::from_millis(1_500);
/// How often it looks whether they do.
const LEAVE_CHECK: Duration = Duration::from_millis(10);
/// Commands wait at least this long for a log that is away.
const MIN_WAIT: Duration = Duration::from_secs(5);

/// A node of a cluster.
#[derive(Clone)]
pub struct Node {
    shared: Arc<Shared>,
}

impl Node {
    /// A node and its hub. Nothing is connected before [`Node::run`]. `ready` becomes true when it has joined.
    ///
    /// # Errors
    /// An address that the client library cannot use.
    pub fn new(
        address: &LogAddress,
        limits: Limits,
        recorder: Recorder,
        ready: Arc<AtomicBool>,
    ) -> Result<Self, StoreError> {
        let queue = Arc::new(Queue::new());
        let max_wait = limits.grace.max(MIN_WAIT);
        let shared = Shared {
            store: Store::new(address)?,
            hub: Arc::new(Hub::with_log(limits, recorder, queue.clone())),
            queue,
            replicas: Mutex::default(),
            presence: Mutex::default(),
            last_read: Mutex::default(),
            recovering: tokio::sync::Mutex::default(),
            has_joined: AtomicBool::new(false),
            ready,
            is_leaving: AtomicBool::new(false),
            max_wait,
            name: OnceLock::new(),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Its hub.
    pub fn hub(&self) -> &Arc<Hub> {
        &self.shared.hub
    }

    /// Appends and reads for as long as the future is polled. `name` is for people.
    ///
    /// # Errors
    /// The node cannot join, or not go on.
    pub async fn run(&self, name: String) -> Result<(), ClusterError> {
        // It is set once: a node runs once.
        let _ = self.shared.name.set(name);
        // Tasks of their own: each wakes by itself.
        let mut tasks = JoinSet::new();
        let (reader, writer) = (self.shared.clone(), self.shared.clone());
        tasks.spawn(reader::run(reader));
        tasks.spawn(async move {
            writer::run(writer).await;
            Ok(())
        });
        let stopped = match tasks.join_next().await {
            Some(Ok(stopped)) => stopped,
            Some(Err(fault)) if fault.is_panic() => std::panic::resume_unwind(fault.into_panic()),
            // Neither task is cancelled, and neither ends by itself.
            Some(Err(_)) | None => Ok(()),
        };
        if stopped.is_err() && self.shared.has_joined.load(Ordering::Relaxed) {
            // The others need not wait until it has been silent. They do, if this fails.
            _ = tokio::time::timeout(LEAVE, self.say_lost()).await;
        }
        stopped
    }

    /// Says that this node is lost.
    async fn say_lost(&self) {
        let Shared { store, queue, .. } = &*self.shared;
        let message = serde_json::to_string(&NodeMessage::Lost(queue.node())).unwrap_or_default();
        if let Ok(link) = store.connect(false).await {
            _ = link.append_to_nodes(&store.keys, &message).await;
        }
    }

    /// The server stops: what its clients send has no effect any more, and the others wait for their return. To be called
    /// while [`Node::run`] is polled.
    pub async fn leave(&self) {
        let Shared { queue, replicas, is_leaving, ready, .. } = &*self.shared;
        ready.store(false, Ordering::Relaxed);
        is_leaving.store(true, Ordering::Relaxed);
        queue.close();
        let node = queue.node();
        let shards: Vec<ShardId> = replicas.lock().keys().copied().collect();
        for shard in &shards {
            queue.append_content(*shard, Content::NodeLost(node));
        }
        let known = async {
            let is_lost = || shards.iter().all(|shard| replicas.lock().get(shard).is_none_or(|it| it.has_lost(node)));
            while !is_lost() {
                tokio::time::sleep(LEAVE_CHECK).await;
            }
            self.say_lost().await;
        };
        if tokio::time::timeout(LEAVE, known).await.is_err() {
            tracing::warn!("the other servers do not know yet that this one stops");
        }
    }

    /// The nodes and shards, for people.
    pub fn status(&self) -> Status {
        Status::of(&self.shared)
    }
}
