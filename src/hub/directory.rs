//! Whom to tell: everybody's way out, by whichever door they came.

use std::cell::OnceCell;
use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use serde_json::value::RawValue;

use super::subscribers::{Listeners, MAX_DELAY, Priority};
use crate::core::name::{ConnectionId, Lobby, OfferId, PeerId};
use crate::core::outgoing::{Audience, Outgoing, ServerMessage};

/// One live connection's way out. A door gives one for each that comes in. Nothing here may wait: everybody else
/// would wait, too.
pub trait Outbox: Send + Sync {
    /// Tells a piece of news, with its number for one who counts.
    fn tell(&self, broadcast: &Broadcast<'_>, number: Option<u64>);

    /// Tells that the server is going down.
    fn announce_shutdown(&self);

    /// The server goes down: the conversation ends.
    fn end(&self);

    /// Closes the connection at once: its page has come back on another one.
    fn cut(&self, why: &str);
}

/// A piece of news on its way to one or many, and what it is on the wire of each door, once somebody there hears it:
/// encoded once, however many do.
pub struct Broadcast<'a> {
    /// The news.
    pub message: &'a ServerMessage,
    /// Whether more than one may hear it, so that it is worth while to encode it beforehand.
    pub is_for_many: bool,
    /// Whether it holds binary values.
    pub is_binary: bool,
    /// The payload of a Socket.IO event.
    pub event: OnceCell<Box<RawValue>>,
    /// A frame of a bare WebSocket.
    pub frame: OnceCell<Bytes>,
}

impl<'a> Broadcast<'a> {
    /// News for one.
    pub fn to_one(message: &'a ServerMessage) -> Self {
        let is_binary = message.is_binary();
        Self { message, is_for_many: false, is_binary, event: OnceCell::new(), frame: OnceCell::new() }
    }

    /// News for more than one.
    pub fn to_many(message: &'a ServerMessage) -> Self {
        Self { is_for_many: true, ..Self::to_one(message) }
    }
}

/// Tells it. A fault in telling one ends the conversation of that one: neither the speaker's nor anybody else's.
pub(super) fn safely(outbox: &dyn Outbox, broadcast: &Broadcast<'_>, number: Option<u64>) {
    if catch_unwind(AssertUnwindSafe(|| outbox.tell(broadcast, number))).is_err() {
        // If not even that can be done, nobody else shall feel it.
        let _ = catch_unwind(AssertUnwindSafe(|| outbox.end()));
    }
}

/// Everybody who can be told something.
#[derive(Default)]
pub struct Directory {
    peers: HashMap<PeerId, Listed>,
    /// Those who hear of offers.
    lobbies: HashMap<Lobby, Listeners>,
    /// Lobbies to which the announcer should go at once.
    hurried: VecDeque<Lobby>,
    /// Those that can wait, and until when, in that order.
    patient: VecDeque<(Instant, Lobby)>,
}

/// When the announcer should come again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextRound {
    /// At once, after those who wait for this lock.
    Now,
    /// Then.
    At(Instant),
    /// When there is something new.
    WhenCalled,
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
            && let Some(listeners) = self.lobbies.get_mut(&lobby)
        {
            listeners.remove(peer);
            if listeners.is_empty() {
                self.lobbies.remove(&lobby);
            }
        }
    }

    /// Tells each notice to those whom it is for. True if the announcer should be called: there are many of them.
    pub fn tell_all(&mut self, outgoing: impl IntoIterator<Item = Outgoing>, now: Instant) -> bool {
        let mut call = false;
        for Outgoing { to, message, number } in outgoing {
            match to {
                Audience::Peer(peer) => self.tell(peer, &Broadcast::to_one(&message), number),
                Audience::Some(peers) => {
                    let broadcast = Broadcast::to_many(&message);
                    peers.iter().for_each(|(peer, number)| self.tell(*peer, &broadcast, *number));
                }
                Audience::Others { lobby, but } => {
                    if let Some(listeners) = self.lobbies.get_mut(&lobby) {
                        listeners.tell(message, but);
                        call |= self.expect(lobby, now);
                    }
                }
            }
        }
        call
    }

    fn tell(&self, peer: PeerId, broadcast: &Broadcast<'_>, number: Option<u64>) {
        if let Some(listed) = self.peers.get(&peer) {
            safely(&*listed.outbox, broadcast, number);
        }
    }

    /// Puts a lobby where the announcer finds it; true if it should be called for that.
    fn expect(&mut self, lobby: Lobby, now: Instant) -> bool {
        let Some(listeners) = self.lobbies.get_mut(&lobby) else { return false };
        let wanted = listeners.wanted();
        if wanted <= listeners.haste {
            return false;
        }
        listeners.haste = wanted;
        match wanted {
            Priority::None => false,
            Priority::Great => {
                self.hurried.push_back(lobby);
                true
            }
            Priority::Some => {
                self.patient.push_back((now + MAX_DELAY, lobby));
                self.patient.len() == 1
            }
        }
    }

    /// Tells a few of those who are still to be told something, lobby by lobby in turn.
    pub fn announce(&mut self, now: Instant) -> NextRound {
        while let Some((_, lobby)) = self.patient.pop_front_if(|(until, _)| *until <= now) {
            // One that was put there some time ago may have been hurried since.
            if let Some(listeners) = self.lobbies.get_mut(&lobby).filter(|listeners| listeners.haste == Priority::Some)
            {
                listeners.haste = Priority::Great;
                self.hurried.push_back(lobby);
            }
        }
        if let Some(lobby) = self.hurried.pop_front()
            && let Some(listeners) = self.lobbies.get_mut(&lobby)
        {
            listeners.haste = Priority::None;
            listeners.announce();
            self.expect(lobby, now);
        }
        match (self.hurried.is_empty(), self.patient.front()) {
            (false, _) => NextRound::Now,
            (true, Some((until, _))) => NextRound::At(*until),
            (true, None) => NextRound::WhenCalled,
        }
    }

    /// To be called before one gets the list of all offers: brings it up to date.
    pub fn catch_up(&mut self, peer: PeerId, is_hidden: impl Fn(OfferId) -> bool) {
        let lobby = self.peers.get(&peer).and_then(|listed| listed.lobby.as_ref());
        if let Some(listeners) = lobby.and_then(|lobby| self.lobbies.get_mut(lobby)) {
            listeners.catch_up(peer, is_hidden);
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
