//! What a back end asks of the hub, by the API: lists, and requests that are commands of the cores.

use tokio::sync::oneshot;

use super::order::{Hub, Order};
use super::shard::ShardId;
use crate::core::back_end::{BackEndRequest, Effect};
use crate::core::command::Action;
use crate::core::id::PeerId;
use crate::core::listing::{Part, PeerEntry};
use crate::core::reply::Reply;
use crate::core::state::Core;
use crate::protocol::refusal::Refusal;

/// Entries that are looked at under one lock of a shard.
const CHUNK: usize = 64;
/// Entries that are looked at for one page.
const MAX_LOOK: usize = 10_000;

/// Where a list goes on: in this shard, after this one, or at the shard's beginning.
pub type Place<K> = (ShardId, Option<K>);

/// A page of a list.
#[derive(Debug)]
pub struct Page<T, K> {
    /// At most as many as were asked for. There may be fewer, even none, though the list goes on.
    pub items: Vec<T>,
    /// Where the list goes on, unless this is its end.
    pub next: Option<Place<K>>,
}

impl Hub {
    /// A page of at most `limit` entries of these shards, which `read` gives: those of a core after one of them, so many at
    /// most, of so many that are looked at. No lock is held for longer than a chunk.
    pub async fn list<T, K>(
        &self,
        shards: &[ShardId],
        from: Option<Place<K>>,
        limit: usize,
        read: impl Fn(&Core, Option<&K>, usize, usize) -> Part<T, K>,
    ) -> Page<T, K> {
        let (first, mut after) = from.map_or((ShardId(0), None), |(shard, after)| (shard, after));
        let (mut items, mut seen) = (Vec::new(), 0);
        for shard in shards.iter().copied().filter(|shard| *shard >= first) {
            // Only the first one was begun before.
            let mut place = after.take().filter(|_| shard == first);
            loop {
                if items.len() >= limit || seen >= MAX_LOOK {
                    return Page { items, next: Some((shard, place)) };
                }
                let part = self.with_core(shard, |core| read(core, place.as_ref(), limit - items.len(), CHUNK));
                items.extend(part.items);
                seen += part.seen;
                let Some(last) = part.last else { break };
                place = Some(last);
                // Commands that wait for the lock go first.
                tokio::task::yield_now().await;
            }
        }
        Page { items, next: None }
    }

    /// A peer, and its shard, if this process reads that.
    pub fn find_peer(&self, id: PeerId) -> Option<(ShardId, PeerEntry)> {
        ShardId::all().find_map(|shard| Some((shard, self.with_core(shard, |core| core.peer(id))?)))
    }

    /// Whether this process knows the state of a shard: always, unless several processes share a log.
    pub fn reads(&self, shard: ShardId) -> bool {
        match &self.order {
            Order::Local { .. } => true,
            Order::Log(log) => log.reads(shard),
        }
    }

    /// Waits until this process knows the state of a shard.
    ///
    /// # Errors
    /// `unavailable`: the log that processes share cannot be reached.
    pub async fn read(&self, shard: ShardId) -> Result<(), Refusal> {
        if self.reads(shard) {
            return Ok(());
        }
        self.outcome(shard, Action::Tick).await.map(|_| ())
    }

    /// Does what a back end asks for, at all processes that read the shard.
    ///
    /// # Errors
    /// `unavailable`: the log that processes share cannot be reached, or this process stops.
    pub async fn serve(&self, shard: ShardId, request: BackEndRequest) -> Result<Effect, Refusal> {
        match self.outcome(shard, Action::BackEnd(request)).await? {
            Reply::BackEnd(effect) => Ok(effect),
            _ => Err(Refusal::unavailable()),
        }
    }

    async fn outcome(&self, shard: ShardId, action: Action) -> Result<Reply, Refusal> {
        let (done, outcome) = oneshot::channel();
        self.apply(shard, action, None, move |_, _, result| {
            // Nothing waits for it if the HTTP connection has ended.
            let _ = done.send(result);
        });
        // Dropped only by a server that stops.
        outcome.await.unwrap_or_else(|_| Err(Refusal::unavailable()))
    }
}
