//! Whom to tell: everybody's way out, by whichever door they came.

use std::cell::OnceCell;
use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use serde_json::value::RawValue;
use switchboard_conn::Str;

use super::subscribers::Subscribers;
use crate::core::name::{ConnectionId, Lobby, OfferId, PeerId};
use crate::core::outgoing::{Audience, Outgoing, ServerMessage};

/// One live connection's way out. A door gives one for each that comes in. Nothing here may wait: everybody else
/// would wait, too.
pub trait Outbox: Send + Sync {
    /// Tells a piece of news, with its number for one who counts.
    fn tell(&self, broadcast: &Broadcast, number: Option<u64>);

    /// Tells that the server is going down.
    fn announce_shutdown(&self);

    /// Whether nothing waits to be sent to a client that fetches it.
    fn has_sent_all(&self) -> bool {
        true
    }

    /// The server goes down: the conversation ends.
    fn end(&self);

    /// Closes the connection at once: its page has come back on another one.
    fn cut(&self, why: &str);
}

/// A message on its way to one client or many, and what it is on the wire of each transport: encoded once, for however
/// many clients.
pub struct Broadcast {
    /// The message.
    pub message: ServerMessage,
    /// Whether more than one client may receive it.
    pub is_for_many: bool,
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
    /// A message for one client.
    pub fn to_one(message: ServerMessage) -> Self {
        let is_binary = message.is_binary();
        let (payload, packet, alias, frame) = Default::default();
        Self { message, is_for_many: false, is_binary, payload, packet, alias, frame }
    }

    /// A message for more than one client.
    pub fn to_many(message: ServerMessage) -> Self {
        Self { is_for_many: true, ..Self::to_one(message) }
    }
}

/// Tells it. A fault in telling one ends the conversation of that one: neither the speaker's nor anybody else's.
pub(super) fn safely(outbox: &dyn Outbox, broadcast: &Broadcast, number: Option<u64>) {
    if catch_unwind(AssertUnwindSafe(|| outbox.tell(broadcast, number))).is_err() {
        // If not even that can be done, nobody else shall feel it.
        let _ = catch_unwind(AssertUnwindSafe(|| outbox.end()));
    }
}

/// Everybody who can be told something.
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
    /// Lists a peer; among those who hear of a lobby's offers, if it is to hear of them. Returns the way out that it
    /// had before, if any: it has come back on another connection.
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

    /// The way out to a peer.
    pub fn find(&self, peer: PeerId) -> Option<Arc<dyn Outbox>> {
        self.peers.get(&peer).map(|listed| listed.outbox.clone())
    }

    /// Strikes a peer out, if this is still its connection.
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
                Audience::Peer(peer) => self.tell(peer, &Broadcast::to_one(message), number),
                Audience::Some(peers) => {
                    let broadcast = Broadcast::to_many(message);
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
