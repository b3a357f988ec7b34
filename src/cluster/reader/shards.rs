//! The shards that a node reads: it begins with what is stored of one, and gives up one that cannot be read.

use std::time::Instant;

use super::{COMPLAIN, Failure, Reader};
use crate::cluster::entry::EntryId;
use crate::cluster::shared::Shared;
use crate::cluster::snapshot;
use crate::cluster::store::{Link, StoreError};
use crate::core::state::Core;
use crate::hub::shard::ShardId;
use crate::protocol::refusal::Refusal;

impl Reader {
    /// Whether the streams still hold what this node has read. A shard for which that is not so begins again: what it
    /// has sent its clients may be unknown to the others.
    pub(super) async fn verify(&mut self, link: &Link) -> Result<(), Failure> {
        let keys = self.shared.store.keys.clone();
        if link.last_id(&keys.nodes()).await? < self.nodes {
            self.nodes = EntryId::default();
        }
        let positions: Vec<_> = {
            let replicas = self.shared.replicas.lock();
            replicas.iter().map(|(shard, replica)| (*shard, replica.position)).collect()
        };
        for (shard, position) in positions {
            let stream = keys.log(shard);
            let (id, last) = (position.to_string(), link.last_id(&stream).await?);
            let is_there = position == EntryId::default()
                || (position <= last && !link.range(&stream, &id, &id, 1).await?.is_empty());
            if is_there {
                self.shared.replicas.lock().get_mut(&shard).iter_mut().for_each(|replica| replica.learn_last(last));
            } else {
                tracing::warn!(
                    shard = shard.number(),
                    "this server has read what the log does not hold: it begins again"
                );
                self.load(link, shard).await?;
            }
        }
        self.last_read = Instant::now();
        Ok(())
    }

    /// Begins to read a shard: from its last snapshot, or from its start.
    pub(super) async fn load(&mut self, link: &Link, shard: ShardId) -> Result<(), Failure> {
        let Shared { store, hub, replicas, queue, .. } = &*self.shared;
        let loaded = match snapshot::load(link, &store.keys, shard).await {
            Err(StoreError::Unreadable(why)) => {
                self.give_up(shard, why);
                return Ok(());
            }
            loaded => loaded?,
        };
        let last = link.last_id(&store.keys.log(shard)).await?;
        hub.cut_shard(shard, "this server begins again with what the others know");
        let (mut replica, core) = loaded.map(|loaded| (loaded.replica, loaded.core)).unwrap_or_default();
        replica.learn_last(last);
        hub.load(shard, core);
        replicas.lock().insert(shard, replica);
        queue.set_live(shard, true);
        self.idle.insert(shard, None);
        self.unchecked.insert(shard);
        Ok(())
    }

    /// Refuses the clients of a shard whose state cannot be read, until a node that has it writes the next snapshot. The
    /// other shards go on.
    fn give_up(&mut self, shard: ShardId, why: &str) {
        let Shared { store, hub, queue, .. } = &*self.shared;
        if self.complained.get(&shard).is_none_or(|at| at.elapsed() >= COMPLAIN) {
            self.complained.insert(shard, Instant::now());
            tracing::error!(
                shard = shard.number(),
                "{why}: clients of its lobbies and rooms are refused here, until a server that has them writes another \
                 snapshot; if none has, delete {} and {}",
                store.keys.snapshot(shard),
                store.keys.log(shard),
            );
        }
        hub.cut_shard(shard, "this server cannot read what the others know");
        for waiting in queue.give_up(shard) {
            hub.refuse(shard, waiting, Refusal::unavailable());
        }
        self.forget(shard);
    }

    /// Does not read a shard any more.
    pub(super) fn forget(&mut self, shard: ShardId) {
        let Shared { hub, queue, replicas, .. } = &*self.shared;
        queue.set_live(shard, false);
        replicas.lock().remove(&shard);
        hub.load(shard, Core::default());
        self.idle.remove(&shard);
        self.unchecked.remove(&shard);
    }
}
