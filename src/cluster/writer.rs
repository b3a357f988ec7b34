//! Appends what the node's clients send, in order, by one connection.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::batch::{Batch, Pending};
use super::entry::{Content, NodeMessage, NodeState};
use super::presence::HEARTBEAT;
use super::queue::refusals::Refused;
use super::recovery;
use super::shared::Shared;
use super::store::{Link, StoreError};
use crate::core::id::NodeId;
use crate::protocol::refusal::Refusal;

/// How long a writer that has nothing to append sleeps, and one that has lost Redis.
const PAUSE: Duration = Duration::from_millis(100);
/// How often the log says that Redis is away.
const COMPLAIN: Duration = Duration::from_secs(10);

/// A node with so many contents at once is busy.
const BUSY: usize = 8;
/// A busy node waits for so long before it appends again, so that its entries hold more: each costs Redis and all nodes
/// much the same, whether it holds one content or a hundred.
const COALESCE: Duration = Duration::from_millis(1);

/// Appends for as long as the future is polled.
pub async fn run(shared: Arc<Shared>) {
    let mut writer =
        Writer { shared, link: None, run: String::new(), batches: VecDeque::new(), heartbeat: None, complained: None };
    loop {
        writer.refuse_late();
        let queue = writer.shared.queue.clone();
        // What an earlier node of this process had is void.
        let node = queue.node();
        writer.batches.retain(|batch| batch.node == node);
        if writer.batches.is_empty() {
            // Clients whose messages are there already go first: what they send is appended at once.
            tokio::task::yield_now().await;
            writer.batches.extend(Some(queue.next_batch()).filter(|batch| !batch.pending.is_empty()));
        }
        // The reader compares first whether this node may join.
        let has_joined = writer.shared.has_joined.load(Ordering::Relaxed);
        if !has_joined || (writer.batches.is_empty() && !writer.needs_heartbeat()) {
            _ = tokio::time::timeout(PAUSE, queue.changed()).await;
            continue;
        }
        match writer.append().await {
            Ok(()) => writer.complained = None,
            Err(error) => {
                writer.link = None;
                writer.complain(&error);
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

struct Writer {
    shared: Arc<Shared>,
    link: Option<Link>,
    /// The process of Redis to which was appended last.
    run: String,
    /// What is being appended.
    batches: VecDeque<Batch>,
    /// The node that was announced last, and when.
    heartbeat: Option<(NodeId, Instant)>,
    complained: Option<Instant>,
}

impl Writer {
    async fn append(&mut self) -> Result<(), StoreError> {
        let keys = &self.shared.store.keys;
        let link = match &self.link {
            Some(link) => link.clone(),
            None => {
                let link = self.shared.store.connect(false).await?;
                recovery::agree(&self.shared, &link).await?;
                if link.run != self.run {
                    // It may have lost what was appended and no node has read. That comes first, or it would be left out.
                    let batch = self.batches.drain(..).collect();
                    self.batches = self.shared.queue.unapplied(batch);
                    self.run.clone_from(&link.run);
                }
                self.link = Some(link.clone());
                // This Redis may have forgotten it.
                self.heartbeat = None;
                link
            }
        };
        // Others have to know a node before they see what it appends.
        if self.needs_heartbeat() {
            let node = self.shared.queue.node();
            let message = NodeMessage::Heartbeat { node, state: self.state() };
            let message = serde_json::to_string(&message).unwrap_or_default();
            link.append_to_nodes(keys, &message).await?;
            self.heartbeat = Some((node, Instant::now()));
        }
        if !self.shared.queue.wanted().is_empty() {
            link.wake(keys, self.shared.queue.node()).await?;
        }
        let Some(batch) = self.batches.front() else { return Ok(()) };
        if link.append(keys, &batch.entries()).await? {
            let is_busy = batch.count() >= BUSY;
            self.batches.pop_front();
            if is_busy {
                tokio::time::sleep(COALESCE).await;
            }
        } else {
            recovery::agree(&self.shared, &link).await?;
        }
        Ok(())
    }

    fn state(&self) -> NodeState {
        let Shared { hub, queue, replicas, name, .. } = &*self.shared;
        NodeState {
            name: name.get().cloned().unwrap_or_default(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            shards: replicas.lock().len(),
            clients: hub.clients(),
            lag_ms: queue.lag_ms(),
        }
    }

    fn needs_heartbeat(&self) -> bool {
        if self.shared.is_leaving.load(Ordering::Relaxed) {
            return false;
        }
        let node = self.shared.queue.node();
        self.heartbeat.is_none_or(|(announced, at)| announced != node || at.elapsed() >= HEARTBEAT)
    }

    /// What has waited for too long is refused.
    fn refuse_late(&mut self) {
        let Shared { queue, hub, .. } = &*self.shared;
        let Refused { waiting, sent } = queue.take_refused(self.shared.max_wait);
        for (shard, waiting) in waiting {
            hub.refuse(shard, waiting, Refusal::unavailable());
        }
        // What was refused must have no effect later. Its number has to be used.
        if sent.is_empty() {
            return;
        }
        for Pending { shard, first, contents } in self.batches.iter_mut().flat_map(|batch| &mut batch.pending) {
            for (number, content) in (*first..).zip(contents) {
                if sent.contains(&(*shard, number)) {
                    *content = serde_json::to_string(&Content::Nothing).unwrap_or_default();
                }
            }
        }
    }

    fn complain(&mut self, error: &StoreError) {
        if self.complained.is_none_or(|at| at.elapsed() >= COMPLAIN) {
            self.complained = Some(Instant::now());
            tracing::warn!("the log of --cluster cannot be written, what clients send waits: {error}");
        }
    }
}
