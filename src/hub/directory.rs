//! The clients that are connected, on any transport, by peer and by lobby.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use tokio::runtime::Handle;

use super::outbox::{Broadcast, Outbox, send_safely};
use super::subscribers::Subscribers;
use crate::core::id::{ConnectionId, PeerId};
use crate::core::outgoing::{Audience, Outgoing};
use crate::inspect::chaos::Fate;
use crate::inspect::content::Receivers;
use crate::inspect::recorder::Recorder;
use crate::protocol::id::OfferId;
use crate::protocol::name::Lobby;

/// All clients that are connected.
#[derive(Default)]
pub struct Directory {
    peers: HashMap<PeerId, Listed>,
    /// The clients that receive offers, by lobby.
    lobbies: HashMap<Lobby, Subscribers>,
    /// Lobbies in which something is pending; each is served one step in turn.
    queue: VecDeque<Lobby>,
    recorder: Recorder,
}

struct Listed {
    connection: ConnectionId,
    lobby: Option<Lobby>,
    outbox: Arc<dyn Outbox>,
}

impl Directory {
    /// An empty one, which reports to this recorder what it sends.
    pub fn new(recorder: Recorder) -> Self {
        Self { recorder, ..Self::default() }
    }

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

    /// Whether this is the connection of a peer.
    pub fn has(&self, peer: PeerId, connection: ConnectionId) -> bool {
        self.peers.get(&peer).is_some_and(|listed| listed.connection == connection)
    }

    /// The outbox of a peer.
    pub fn find(&self, peer: PeerId) -> Option<Arc<dyn Outbox>> {
        self.peers.get(&peer).map(|listed| listed.outbox.clone())
    }

    /// Removes a peer, if this is still its connection. Returns whether it was.
    pub fn remove(&mut self, peer: PeerId, connection: ConnectionId) -> bool {
        if self.peers.get(&peer).is_none_or(|listed| listed.connection != connection) {
            return false;
        }
        if let Some(lobby) = self.peers.remove(&peer).and_then(|listed| listed.lobby)
            && let Some(subscribers) = self.lobbies.get_mut(&lobby)
        {
            subscribers.remove(peer);
            if subscribers.is_empty() {
                self.lobbies.remove(&lobby);
            }
        }
        true
    }

    /// Sends each message to its receivers. `cause`: the record of the event that they follow from. True if
    /// [`Directory::step`] has to be called for the rest.
    pub fn send_all(&mut self, outgoing: impl IntoIterator<Item = Outgoing>, cause: Option<u64>) -> bool {
        let mut has_work = false;
        for Outgoing { to, message } in outgoing {
            let broadcast = Broadcast::new(message);
            if self.recorder.is_on() {
                self.record(&to, &broadcast, cause);
            }
            match to {
                Audience::Peer(peer, number) => self.send(peer, &broadcast, number),
                Audience::Peers(peers) => {
                    peers.iter().for_each(|(peer, number)| self.send(*peer, &broadcast, *number));
                }
                Audience::Lobby { lobby, except } => {
                    if let Some(subscribers) = self.lobbies.get_mut(&lobby) {
                        subscribers.publish(broadcast, except);
                        has_work |= self.enqueue(lobby);
                    }
                }
            }
        }
        has_work
    }

    fn record(&self, to: &Audience, broadcast: &Broadcast, cause: Option<u64>) {
        let (event, payload) = broadcast.shown();
        let receivers = match to {
            Audience::Peer(peer, _) => Receivers::Client(*peer),
            Audience::Peers(peers) => Receivers::Clients(peers.iter().map(|(peer, _)| *peer).collect()),
            Audience::Lobby { lobby, except } => Receivers::Lobby(lobby.clone(), except.clone()),
        };
        self.recorder.sent(receivers, event, cause, || payload);
    }

    fn send(&self, peer: PeerId, broadcast: &Broadcast, number: Option<u64>) {
        let Some(Listed { outbox, .. }) = self.peers.get(&peer) else { return };
        match self.recorder.fate(peer, &broadcast.message) {
            Fate::Send => send_safely(outbox, broadcast, number),
            Fate::Drop => {}
            Fate::Double => {
                send_safely(outbox, broadcast, number);
                send_safely(outbox, broadcast, None);
            }
            Fate::Delay(time) => {
                let (outbox, message) = (outbox.clone(), broadcast.message.clone());
                let later = async move {
                    tokio::time::sleep(time).await;
                    send_safely(&outbox, &Broadcast::new(message), None);
                };
                // Without a runtime the server is gone.
                _ = Handle::try_current().map(|runtime| runtime.spawn(later));
            }
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

    /// Brings a client up to date before it is sent the list of all open offers.
    pub fn catch_up(&mut self, peer: PeerId, is_hidden: impl Fn(OfferId) -> bool) {
        let lobby = self.peers.get(&peer).and_then(|listed| listed.lobby.as_ref());
        if let Some(subscribers) = lobby.and_then(|lobby| self.lobbies.get_mut(lobby)) {
            subscribers.catch_up(peer, is_hidden);
        }
    }

    /// The outboxes of all clients.
    pub fn outboxes(&self) -> impl Iterator<Item = &Arc<dyn Outbox>> {
        self.peers.values().map(|listed| &listed.outbox)
    }

    /// Whether no client is listed.
    pub fn is_empty(&self) -> bool {
        self.peers.is_empty() && self.lobbies.is_empty()
    }
}
