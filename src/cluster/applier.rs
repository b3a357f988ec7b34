//! What an entry of a shard brings about at this node.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use redis::cmd;

use super::entry::{Content, Entry, EntryId};
use super::error::ClusterError;
use super::raw_entry::RawEntry;
use super::replica::Admission;
use super::shared::Shared;
use super::snapshot;
use super::store::StoreError;
use crate::core::command::Action;
use crate::core::id::NodeId;
use crate::hub::order::Waiting;
use crate::hub::shard::ShardId;
use crate::protocol::refusal::Refusal;

/// Applies entries.
pub struct Applier {
    shared: Arc<Shared>,
    /// Digests of this node at checkpoints, until the author's comes.
    digests: HashMap<(ShardId, EntryId), String>,
}

impl Applier {
    /// Nothing is applied yet.
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared, digests: HashMap::new() }
    }

    /// Applies an entry of a shard, if it counts. Returns how many contents were applied.
    ///
    /// # Errors
    /// The node cannot go on.
    pub fn apply(&mut self, shard: ShardId, raw: &RawEntry) -> Result<usize, ClusterError> {
        let unknown = || ClusterError::UnknownEntry(shard.number());
        let entry = Entry::read(&raw.text).ok_or_else(unknown)?;
        let own = self.shared.queue.node();
        let admission = match self.shared.replicas.lock().get_mut(&shard) {
            Some(replica) => replica.admit(raw.id, &entry),
            None => return Ok(0),
        };
        let repeated = match admission {
            Admission::Counts(repeated) => usize::try_from(repeated).unwrap_or(usize::MAX),
            Admission::NodeLost if entry.node == own => {
                self.begin_again();
                return Ok(0);
            }
            Admission::Repeated | Admission::NodeLost => return Ok(0),
        };
        let contents = self.contents(shard, &entry).map_err(|_| unknown())?;
        let (mut has_checkpoint, mut applied) = (false, 0);
        for (content, waiting) in contents.into_iter().skip(repeated) {
            // It has to be after the whole entry: a node that begins with the snapshot reads on behind it.
            has_checkpoint |= content == Content::Checkpoint;
            applied += 1;
            if !self.apply_content(shard, raw.id, entry.node, content, waiting)? {
                break;
            }
        }
        if has_checkpoint {
            self.checkpoint(shard, raw.id, entry.node);
        }
        Ok(applied)
    }

    /// What an entry says, and what waits for it here. What this node has appended need not be read.
    fn contents(&self, shard: ShardId, entry: &Entry) -> serde_json::Result<Vec<(Content, Option<Waiting>)>> {
        let queue = &self.shared.queue;
        if entry.node != queue.node() {
            return Ok(entry.contents()?.into_iter().map(|content| (content, None)).collect());
        }
        let sent = queue.take_sent(shard, entry.first, entry.count);
        if sent.iter().all(Option::is_some) {
            let own: Vec<_> = sent.into_iter().flatten().map(|sent| (sent.content, sent.waiting)).collect();
            debug_assert!(
                own.iter().map(|(content, _)| content).eq(&entry.contents()?),
                "it is read as it was written"
            );
            return Ok(own);
        }
        let waiting = sent.into_iter().map(|sent| sent?.waiting);
        Ok(entry.contents()?.into_iter().zip(waiting).collect())
    }

    /// Applies a content of a node's entry. False if the rest of the entry does not count: its node is lost.
    fn apply_content(
        &mut self,
        shard: ShardId,
        id: EntryId,
        node: NodeId,
        content: Content,
        waiting: Option<Waiting>,
    ) -> Result<bool, ClusterError> {
        let own = self.shared.queue.node();
        match content {
            Content::Command(action) => {
                let Shared { hub, queue, replicas, .. } = &*self.shared;
                // Counted and logged as any panic; it happens at all nodes alike.
                let apply = || hub.apply_entry(shard, id.time(), action, waiting);
                let _ = catch_unwind(AssertUnwindSafe(apply));
                let is_due = || replicas.lock().get_mut(&shard).is_some_and(|replica| replica.take_checkpoint());
                if node == own && is_due() {
                    queue.append_content(shard, Content::Checkpoint);
                }
            }
            Content::NodeLost(lost) => {
                if let Some(replica) = self.shared.replicas.lock().get_mut(&shard) {
                    replica.lose(lost);
                }
                self.shared.hub.apply_entry(shard, id.time(), Action::NodeLost(lost), None);
                if lost == own {
                    self.begin_again();
                }
                return Ok(lost != node);
            }
            Content::Digest { checkpoint, digest } => {
                let same = self.digests.remove(&(shard, checkpoint)).is_none_or(|own| own == digest);
                if !same {
                    return Err(ClusterError::Diverged(shard.number()));
                }
            }
            Content::Checkpoint | Content::Nothing => {}
        }
        Ok(true)
    }

    /// Takes the digest of the state; the node that asked for it writes the snapshot.
    fn checkpoint(&mut self, shard: ShardId, id: EntryId, author: NodeId) {
        let bytes = {
            let mut replicas = self.shared.replicas.lock();
            let Some(replica) = replicas.get_mut(&shard) else { return };
            if !replica.begin_checkpoint() {
                return;
            }
            snapshot::serialize(&self.shared.hub, shard, replica)
        };
        let Ok(bytes) = bytes else { return };
        self.digests.retain(|(of, _), _| *of != shard);
        self.digests.insert((shard, id), snapshot::digest(&bytes));
        if author == self.shared.queue.node() {
            let shared = self.shared.clone();
            tokio::spawn(async move {
                if let Err(error) = write_snapshot(&shared, shard, id, &bytes).await {
                    tracing::warn!("a snapshot was not written, the next one will be: {error}");
                }
            });
        }
    }

    /// The others have given this node up: its clients are away for them. It closes their connections, so that they
    /// return, and goes on as another node.
    pub fn begin_again(&self) {
        let Shared { hub, queue, replicas, is_leaving, .. } = &*self.shared;
        if is_leaving.load(Ordering::Relaxed) {
            return;
        }
        let before = queue.node();
        tracing::warn!(node = %before, "the other servers have given this one up: its clients connect again");
        for (shard, waiting) in queue.begin_again() {
            hub.refuse(shard, waiting, Refusal::unavailable());
        }
        let shards: Vec<ShardId> = replicas.lock().keys().copied().collect();
        for shard in shards {
            hub.cut_shard(shard, "this server was away from the others for too long");
            queue.append_content(shard, Content::NodeLost(before));
        }
    }
}

/// Writes a snapshot, says so in the log, and trims the stream behind the one before.
async fn write_snapshot(shared: &Shared, shard: ShardId, id: EntryId, bytes: &[u8]) -> Result<(), StoreError> {
    let (keys, link) = (&shared.store.keys, shared.store.connect(false).await?);
    let before = snapshot::write(&link, keys, shard, id, bytes).await?;
    shared.queue.append_content(shard, Content::Digest { checkpoint: id, digest: snapshot::digest(bytes) });
    if let Some(before) = before {
        let _: i64 = link.ask(cmd("XTRIM").arg(keys.log(shard)).arg("MINID").arg(before.to_string())).await?;
    }
    Ok(())
}
