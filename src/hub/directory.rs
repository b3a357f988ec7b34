//! The clients that are connected, on any transport, and how each is notified.

use std::cell::OnceCell;
use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use serde_json::value::RawValue;
use switchboard_conn::Str;

use super::subscribers::Subscribers;
use crate::core::outgoing::{Audience, Outgoing, ServerMessage};
use crate::protocol::name::{ConnectionId, Lobby, OfferId, PeerId};

/// What is sent to one client. Its transport implements it. No method may wait: the hub's lock is held.
pub trait Outbox: Send + Sync {
    /// Sends a message, with its number to a client that counts what it receives.
    fn tell(&self, broadcast: &Broadcast, number: Option<u64>);

    /// Notifies the client that the server is stopping.
    fn announce_shutdown(&self);

    /// Whether nothing waits to be sent to a client that fetches it.
    fn has_sent_all(&self) -> bool {
        true
    }

    /// The server stops: the client's peer leaves.
    fn end(&self);

    /// Closes the connection at once: its page has returned on another one.
    fn cut(&self, why: &str);
}

/// A message on its way to one client or many, and what it is on the wire of each transport: encoded once, for however
/// many clients.
pub struct Broadcast {
    /// The message.
    pub message: ServerMessage,
    /// Whether it holds binary values.
    pub is_binary: bool,
    /// The payload of its Socket.IO event, as JSON.
    pub payload: OnceCell<Box<RawValue>>,
    /// Its Socket.IO packet, where that is the same for all.
    pub packet: OnceCell<Str>,
    /// The packet under its other name.
    pub alias: OnceCell<Str>,
    /// A frame of a bare WebSocket.
    pub frame: OnceCell<Bytes>,
}

impl Broadcast {
    /// A message that is not encoded yet.
    pub fn new(message: ServerMessage) -> Self {
        let is_binary = message.is_binary();
        let (payload, packet, alias, frame) = Default::default();
        Self { message, is_binary, payload, packet, alias, frame }
    }
}

/// Sends it. A fault in one outbox ends the peer of that client, and no other.
pub(super) fn safely(outbox: &dyn Outbox, broadcast: &Broadcast, number: Option<u64>) {
    if catch_unwind(AssertUnwindSafe(|| outbox.tell(broadcast, number))).is_err() {
        // A second fault must not reach the other clients either.
        let _ = catch_unwind(AssertUnwindSafe(|| outbox.end()));
    }
}

/// All clients that are connected.
#[derive(Default)]
pub struct Directory {
    peers: HashMap<PeerId, Listed>,
    /// Those that are notified of offers.
    lobbies: HashMap<Lobby, Subscribers>,
    /// Lobbies in which something is pending; each is served one step in turn.
    queue: VecDeque<Lobby>,
}

struct Listed {
    connection: ConnectionId,
    lobby: Option<Lobby>,
    outbox: Arc<dyn Outbox>,
}

impl Directory {
    /// Adds a peer, with a lobby if it is to be notified of that lobby's offers. Returns the outbox that it had before, if
    /// it has returned on another connection.
    pub fn add(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
        lobby: Option<Lobby>,
        outbox: Arc<dyn Outbox>,
    ) -> Option<Arc<dyn Outbox>> {
        if let Some(lobby) = &lobby {
            self.lobbies.entry(lobby.clone()).or_default().add(peer, outbox.clone());
        }
        self.peers.insert(peer, Listed { connection, lobby, outbox }).map(|before| before.outbox)
    }

    /// The outbox of a peer.
    pub fn find(&self, peer: PeerId) -> Option<Arc<dyn Outbox>> {
        self.peers.get(&peer).map(|listed| listed.outbox.clone())
    }

    /// Removes a peer, if this is still its connection.
    pub fn remove(&mut self, peer: PeerId, connection: ConnectionId) {
        if self.peers.get(&peer).is_none_or(|listed| listed.connection != connection) {
            return;
        }
        if let Some(lobby) = self.peers.remove(&peer).and_then(|listed| listed.lobby)
            && let Some(subscribers) = self.lobbies.get_mut(&lobby)
        {
            subscribers.remove(peer);
            if subscribers.is_empty() {
                self.lobbies.remove(&lobby);
            }
        }
    }

    /// Sends each message to those whom it is for. True if [`Directory::step`] is to be called for the rest.
    pub fn tell_all(&mut self, outgoing: impl IntoIterator<Item = Outgoing>) -> bool {
        let mut has_work = false;
        for Outgoing { to, message, number } in outgoing {
            match to {
                Audience::Peer(peer) => self.tell(peer, &Broadcast::new(message), number),
                Audience::Some(peers) => {
                    let broadcast = Broadcast::new(message);
                    peers.iter().for_each(|(peer, number)| self.tell(*peer, &broadcast, *number));
                }
                Audience::Others { lobby, but } => {
                    if let Some(subscribers) = self.lobbies.get_mut(&lobby) {
                        subscribers.publish(message, but);
                        has_work |= self.enqueue(lobby);
                    }
                }
            }
        }
        has_work
    }

    fn tell(&self, peer: PeerId, broadcast: &Broadcast, number: Option<u64>) {
        if let Some(listed) = self.peers.get(&peer) {
            safely(&*listed.outbox, broadcast, number);
        }
    }

    /// Puts a lobby into the queue if something is pending in it; true if it was not there.
    fn enqueue(&mut self, lobby: Lobby) -> bool {
        let Some(subscribers) = self.lobbies.get_mut(&lobby).filter(|subscribers| subscribers.has_work()) else {
            return false;
        };
        if std::mem::replace(&mut subscribers.is_queued, true) {
            return false;
        }
        self.queue.push_back(lobby);
        true
    }

    /// Sends what is pending to a few subscribers of the lobby whose turn it is. True if there is more.
    pub fn step(&mut self) -> bool {
        if let Some(lobby) = self.queue.pop_front()
            && let Some(subscribers) = self.lobbies.get_mut(&lobby)
        {
            subscribers.is_queued = false;
            subscribers.step();
            self.enqueue(lobby);
        }
        !self.queue.is_empty()
    }

    /// To be called before one gets the list of all offers: brings it up to date.
    pub fn catch_up(&mut self, peer: PeerId, is_hidden: impl Fn(OfferId) -> bool) {
        let lobby = self.peers.get(&peer).and_then(|listed| listed.lobby.as_ref());
        if let Some(subscribers) = lobby.and_then(|lobby| self.lobbies.get_mut(lobby)) {
            subscribers.catch_up(peer, is_hidden);
        }
    }

    /// Everybody's way out.
    pub fn everybody(&self) -> impl Iterator<Item = &Arc<dyn Outbox>> {
        self.peers.values().map(|listed| &listed.outbox)
    }

    /// Whether nobody is listed.
    pub fn is_empty(&self) -> bool {
        self.peers.is_empty() && self.lobbies.is_empty()
    }
}
