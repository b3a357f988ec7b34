//! Whom to tell: everybody's way out, by whichever door they came.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use serde_json::value::RawValue;

use crate::signaling::name::{ConnectionId, Lobby, PeerId};
use crate::signaling::notice::{Audience, News, Notice};

/// One live connection's way out. A door gives one for each that comes in. Nothing here may wait: everybody else
/// would wait, too.
pub trait Outbox: Send + Sync {
    /// Tells a piece of news, with its number for one who counts.
    fn tell(&self, telling: &Telling<'_>, number: Option<u64>);

    /// Tells that the server is going down.
    fn say_goodbye(&self);

    /// The server goes down: the conversation ends.
    fn end(&self);

    /// Closes the connection at once: its page has come back on another one.
    fn cut(&self, why: &str);
}

/// A piece of news on its way to one or many, and what it is on the wire of each door, once somebody there hears it:
/// encoded once, however many do.
pub struct Telling<'a> {
    /// The news.
    pub news: &'a News,
    /// Whether more than one may hear it, so that it is worth while to encode it beforehand.
    pub is_for_many: bool,
    /// Whether it holds binary values.
    pub is_binary: bool,
    /// The payload of a Socket.IO event.
    pub event: OnceCell<Box<RawValue>>,
    /// A frame of a bare WebSocket.
    pub frame: OnceCell<Bytes>,
}

impl<'a> Telling<'a> {
    /// News for one.
    pub fn to_one(news: &'a News) -> Self {
        let is_binary = news.is_binary();
        Self { news, is_for_many: false, is_binary, event: OnceCell::new(), frame: OnceCell::new() }
    }

    fn to(audience: &Audience, news: &'a News) -> Self {
        Self { is_for_many: !matches!(audience, Audience::Peer(_)), ..Self::to_one(news) }
    }
}

/// Tells it. A fault in telling one ends the conversation of that one: neither the speaker's nor anybody else's.
fn safely(outbox: &dyn Outbox, telling: &Telling<'_>, number: Option<u64>) {
    if catch_unwind(AssertUnwindSafe(|| outbox.tell(telling, number))).is_err() {
        outbox.end();
    }
}

/// Everybody who can be told something.
#[derive(Default)]
pub struct Directory {
    peers: HashMap<PeerId, Listed>,
    /// Those who hear of offers.
    lobbies: HashMap<Lobby, HashMap<PeerId, Arc<dyn Outbox>>>,
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
            self.lobbies.entry(lobby.clone()).or_default().insert(peer, outbox.clone());
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
            listeners.remove(&peer);
            if listeners.is_empty() {
                self.lobbies.remove(&lobby);
            }
        }
    }

    /// Tells each notice to those whom it is for.
    pub fn tell_all(&self, notices: impl IntoIterator<Item = Notice>) {
        for Notice { to, news, number } in notices {
            let telling = Telling::to(&to, &news);
            let tell = |peer: &PeerId, number| {
                if let Some(listed) = self.peers.get(peer) {
                    safely(&*listed.outbox, &telling, number);
                }
            };
            match &to {
                Audience::Peer(peer) => tell(peer, number),
                Audience::Some(peers) => peers.iter().for_each(|(peer, number)| tell(peer, *number)),
                Audience::Others { lobby, but } => {
                    let listeners = self.lobbies.get(lobby).into_iter().flatten();
                    listeners
                        .filter(|(peer, _)| !but.contains(peer))
                        .for_each(|(_, out)| safely(&**out, &telling, None));
                }
            }
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
