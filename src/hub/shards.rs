//! What clients and their transports ask of the hub.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::oneshot;

use super::order::Hub;
use super::outbox::{Outbox, welcome_safely};
use super::shard::ShardId;
use super::usage::Usage;
use crate::core::command::{Action, ConnectionEnd, Newcomer, Purpose, Sender};
use crate::core::id::{ConnectionId, PeerId};
use crate::core::reply::Reply;
use crate::protocol::client_message::ClientMessage;
use crate::protocol::id::OfferId;
use crate::protocol::name::RoomName;
use crate::protocol::pair::{ClientLocation, PairId};
use crate::protocol::refusal::Refusal;
use crate::random;

/// The numbers of a message.
#[derive(Debug, Clone, Copy, Default)]
pub struct Numbers {
    /// The client's own number of it, if the client counts.
    pub own: Option<u64>,
    /// The inspector's record of it, if the inspector is on.
    pub record: Option<u64>,
}

/// Where a client is in the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address {
    /// Its shard.
    pub shard: ShardId,
    /// The peer that it is.
    pub peer: PeerId,
    /// Its connection.
    pub connection: ConnectionId,
}

impl Hub {
    /// A client connects. Its outbox gets the welcome first, then everything that the client is sent. `then` gets its
    /// address; it must not wait, nor call the hub.
    pub(super) fn connect(
        &self,
        newcomer: Newcomer,
        outbox: Arc<dyn Outbox>,
        then: impl FnOnce(Result<Address, Refusal>) + Send + 'static,
    ) {
        let connection = self.connection_id();
        let (lobby, purpose, name) = (newcomer.lobby.clone(), newcomer.purpose, newcomer.name.clone());
        let shard = if purpose == Purpose::Pairs { ShardId::PAIRS } else { ShardId::of(&lobby) };
        self.apply(shard, Action::Connect { connection, newcomer }, None, move |hub, state, result| {
            let welcome = match result {
                Ok(Reply::Welcome(welcome)) => welcome,
                Ok(_) => return,
                Err(refusal) => return then(Err(refusal)),
            };
            let peer = welcome.peer;
            let is_back = welcome.restored.is_some();
            hub.recorder.connected(peer, &name, (purpose, &lobby), outbox.origin(), is_back);
            welcome_safely(&outbox, &welcome);
            let replaced = welcome.replaced.and_then(|peer| state.directory.find(peer));
            let subscription = (purpose == Purpose::CallsAndRooms).then_some(lobby);
            if let Some(before) = state.directory.add(peer, connection, subscription, outbox).or(replaced) {
                before.cut("its client has returned on another connection");
            }
            then(Ok(Address { shard, peer, connection }));
        });
    }

    /// A client has sent a message, or something that is refused before the rules are asked. `reply_to` gets the outcome,
    /// before any other client is sent what follows from it; it must not wait, nor call the hub.
    pub fn submit(
        &self,
        Address { shard, peer, connection }: Address,
        Numbers { own, record }: Numbers,
        message: Result<ClientMessage, Refusal>,
        reply_to: impl FnOnce(Result<Reply, Refusal>) + Send + 'static,
    ) {
        let from = Sender { peer, connection, number: own };
        let action = match message {
            Ok(message) => {
                // A system call, which most messages can do without.
                let id = if message.needs_id() { random::id() } else { 0 };
                Action::Message { from, message, id, full: self.usage.get().full(&self.limits) }
            }
            Err(refusal) => Action::Reject { from, refusal },
        };
        self.apply(shard, action, record, move |hub, state, mut result| {
            if let Ok(Reply::Offers(_)) = result {
                let (core, directory) = (&state.core, &mut state.directory);
                directory.catch_up(from.peer, |offer| core.is_hidden(offer));
            }
            if let Ok(reply) = &mut result {
                hub.recorder.strip(peer, reply);
            }
            reply_to(result);
        });
    }

    /// A connection has ended. `then` gets the calls that its peer had; it must not wait, nor call the hub.
    pub(super) fn disconnect(
        &self,
        Address { shard, peer, connection }: Address,
        end: ConnectionEnd,
        then: impl FnOnce(&[OfferId]) + Send + 'static,
    ) {
        self.apply(shard, Action::Disconnect { peer, connection, end }, None, move |hub, state, result| {
            let calls = if let Ok(Reply::Left(left)) = result { left } else { Vec::new() };
            // A client that has returned on another connection was never away.
            if state.directory.remove(peer, connection) {
                hub.recorder.disconnected(peer, end, &calls);
            }
            then(&calls);
        });
    }

    /// Makes a room of two.
    ///
    /// # Errors
    /// `room-full`, `too-many`.
    pub async fn make_pair(&self, room: RoomName, id: PairId, location: ClientLocation) -> Result<(), Refusal> {
        self.request(Action::MakePair { room, id, location }).await
    }

    /// Destroys a room of two.
    ///
    /// # Errors
    /// `not-in-room`.
    pub async fn destroy_pair(
        &self,
        room: RoomName,
        id: Option<PairId>,
        location: ClientLocation,
    ) -> Result<(), Refusal> {
        self.request(Action::DestroyPair { room, id, location }).await
    }

    /// Does what is due. To be called every second or so.
    pub fn tick(&self) {
        for (number, shard) in self.shards.iter().enumerate() {
            let next = shard.state.lock().core.next_deadline();
            if next.is_some_and(|next| next <= self.now())
                && let Some(pending) = shard.begin_tick()
            {
                // A fault in one shard must not end the ticks of all; it is counted and logged as any panic.
                let tick = || self.apply(ShardId(number), Action::Tick, None, move |_, _, _| drop(pending));
                let _ = catch_unwind(AssertUnwindSafe(tick));
            }
        }
    }

    /// Sends lobbies what was not sent at once. To be run for as long as the server does.
    pub async fn fan_out(&self) {
        loop {
            let mut has_work = false;
            for shard in &self.shards {
                if !shard.has_work.swap(false, Ordering::Relaxed) {
                    continue;
                }
                let step = || shard.state.lock().directory.step();
                // A panic there is counted and logged as any other. That lobby has left the queue; others may wait.
                if catch_unwind(AssertUnwindSafe(step)).unwrap_or(true) {
                    shard.has_work.store(true, Ordering::Relaxed);
                    has_work = true;
                }
                // Commands that wait for the lock go first.
                tokio::task::yield_now().await;
            }
            if !has_work {
                self.has_work.notified().await;
            }
        }
    }

    /// Notifies all clients that the server is stopping.
    pub fn announce_shutdown(&self) {
        self.each_outbox(|outbox| outbox.announce_shutdown());
    }

    /// Whether all clients have been sent what waits for them.
    pub fn has_sent_all(&self) -> bool {
        self.shards.iter().all(|shard| shard.state.lock().directory.outboxes().all(|outbox| outbox.has_sent_all()))
    }

    /// Cuts the connection of a client, as if its network had failed. False if there is no such client.
    pub fn cut(&self, client: PeerId, why: &str) -> bool {
        let mut outboxes = self.shards.iter().filter_map(|shard| shard.state.lock().directory.find(client));
        outboxes.next().map(|outbox| outbox.cut(why)).is_some()
    }

    /// Ends all connections.
    pub fn end_all(&self) {
        self.each_outbox(|outbox| outbox.clone().end());
    }

    /// Whether no client is connected, and nothing is kept of any.
    pub fn is_empty(&self) -> bool {
        self.shards.iter().all(|shard| {
            let state = shard.state.lock();
            state.core.is_empty() && state.directory.is_empty()
        })
    }

    async fn request(&self, action: Action) -> Result<(), Refusal> {
        let (done, outcome) = oneshot::channel();
        self.apply(ShardId::PAIRS, action, None, move |_, _, result| {
            // Nobody waits for it if the HTTP connection has ended.
            let _ = done.send(result.map(|_| ()));
        });
        // Dropped only by a server that stops.
        outcome.await.unwrap_or_else(|_| Err(Refusal::gone()))
    }

    /// What all shards hold now.
    pub fn held(&self) -> Usage {
        self.usage.get()
    }

    fn each_outbox(&self, act: impl Fn(&Arc<dyn Outbox>)) {
        for shard in &self.shards {
            shard.state.lock().directory.outboxes().for_each(&act);
        }
    }
}
