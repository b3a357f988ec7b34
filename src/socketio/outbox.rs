//! Telling: one peer's way out, and the directory of all of them.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::RwLock;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use socketioxide::extract::{AckSender, SocketRef};
use socketioxide::{SendError, SocketError};

use super::event;
use super::inbox::Inbox;
use super::transport::Transports;
use crate::signaling::call::SessionDescription;
use crate::signaling::name::{Lobby, OfferId, PeerId};
use crate::signaling::notice::{Audience, Ended, News, Notice};

/// One live connection's way out.
pub struct Outbox {
    peer: PeerId,
    socket: SocketRef,
    aliases: bool,
    inbox: Inbox,
    transports: Arc<Transports>,
    cut: AtomicBool,
}

impl Outbox {
    /// The way out of this socket.
    pub fn new(peer: PeerId, socket: SocketRef, aliases: bool, inbox: Inbox, transports: Arc<Transports>) -> Self {
        Self { peer, socket, aliases, inbox, transports, cut: AtomicBool::new(false) }
    }

    /// Tells this peer something. If it does not read what it is told, it is cut: nothing is left out in silence.
    pub fn tell<T: Serialize + ?Sized>(&self, event: &str, payload: &T) {
        if !self.cut.load(Ordering::Relaxed) {
            self.check(self.socket.emit(event, payload));
        }
    }

    /// The same; one who counts what it hears gets the number as a second argument.
    fn tell_counted<T: Serialize>(&self, event: &str, payload: &T, number: Option<u64>) {
        match number {
            Some(number) => self.tell(event, &(payload, number)),
            None => self.tell(event, payload),
        }
    }

    /// Tells this peer one piece of news.
    pub fn tell_news(&self, news: &News, number: Option<u64>) {
        match news {
            News::NewOfferAwaiting(call) => self.tell_offers(&std::slice::from_ref(call)),
            News::OfferWithdrawn(gone) => self.tell_counted(event::OFFER_WITHDRAWN, gone, number),
            News::AnswerResponse(call) => self.tell_counted(event::ANSWER_RESPONSE, call, number),
            News::IceCandidate(candidate) => self.tell_counted(event::RECEIVED_ICE_CANDIDATE, candidate, number),
            News::PeerHangup(hangup) => self.tell_counted(event::PEER_HANGUP, hangup, number),
            News::PeerLost(party) => self.tell_counted(event::PEER_LOST, party, number),
            News::PeerBack(party) => self.tell_counted(event::PEER_BACK, party, number),
            News::Renegotiation { offer_id, offer } => {
                let renegotiation = Renegotiation { offer_id: *offer_id, offer };
                self.tell_counted(event::RENEGOTIATION, &renegotiation, number);
            }
            News::Renegotiated { offer_id, answer } => {
                let renegotiated = Renegotiated { offer_id: *offer_id, answer };
                self.tell_counted(event::ANSWER_RESPONSE, &renegotiated, number);
            }
        }
    }

    fn tell_offers<T: Serialize + ?Sized>(&self, offers: &T) {
        self.tell(event::NEW_OFFER_AWAITING, offers);
        if self.aliases {
            self.tell(event::NEW_OFFER_WAITING, offers);
        }
    }

    /// Answers an acknowledgement that this peer asked for.
    pub fn reply<T: Serialize + ?Sized>(&self, ack: AckSender, payload: &T) {
        if !self.cut.load(Ordering::Relaxed) {
            self.check(ack.send(payload));
        }
    }

    fn check(&self, sent: Result<(), SendError>) {
        match sent {
            // A closed socket's own end is on its way to us.
            Ok(()) | Err(SendError::Socket(SocketError::Closed)) => {}
            Err(SendError::Socket(SocketError::InternalChannelFull)) => {
                self.cut("it does not read what it is sent");
            }
            Err(SendError::Serialize(error)) => {
                tracing::error!(peer = %self.peer, %error, "a message could not be encoded");
                self.cut("a message for it could not be encoded");
            }
        }
    }

    /// Closes this peer's transport and lets its conversation end.
    pub fn cut(&self, why: &str) {
        if !self.cut.swap(true, Ordering::Relaxed) {
            tracing::warn!(peer = %self.peer, "connection closed: {why}");
            self.inbox.end(Ended::Lost);
            self.transports.cut(self.socket.id);
        }
    }
}

impl fmt::Debug for Outbox {
    // Not the socket: whoever knows its id can speak as its owner.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outbox({})", self.peer)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Renegotiation<'a> {
    offer_id: OfferId,
    offer: &'a SessionDescription,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Renegotiated<'a> {
    offer_id: OfferId,
    answer: &'a SessionDescription,
}

/// Everybody who can be told something.
#[derive(Debug, Default)]
pub struct Directory {
    listed: RwLock<Listed>,
}

#[derive(Debug, Default)]
struct Listed {
    peers: HashMap<PeerId, Arc<Outbox>>,
    lobbies: HashMap<Lobby, HashMap<PeerId, Arc<Outbox>>>,
}

impl Directory {
    /// Lists a peer. Returns the way out that it had before, if any: it has come back on another connection.
    pub fn add(&self, lobby: Lobby, outbox: Arc<Outbox>) -> Option<Arc<Outbox>> {
        let mut listed = self.listed.write();
        listed.lobbies.entry(lobby).or_default().insert(outbox.peer, outbox.clone());
        listed.peers.insert(outbox.peer, outbox)
    }

    /// The way out to a peer.
    pub fn find(&self, peer: PeerId) -> Option<Arc<Outbox>> {
        self.listed.read().peers.get(&peer).cloned()
    }

    /// Strikes a peer out, if this is still its way out.
    pub fn remove(&self, lobby: &Lobby, outbox: &Arc<Outbox>) {
        let mut listed = self.listed.write();
        if !listed.peers.get(&outbox.peer).is_some_and(|current| Arc::ptr_eq(current, outbox)) {
            return;
        }
        listed.peers.remove(&outbox.peer);
        if let Some(members) = listed.lobbies.get_mut(lobby) {
            members.remove(&outbox.peer);
            if members.is_empty() {
                listed.lobbies.remove(lobby);
            }
        }
    }

    /// Tells each notice to those whom it is for.
    pub fn tell_all(&self, notices: impl IntoIterator<Item = Notice>) {
        for notice in notices {
            self.tell(&notice);
        }
    }

    /// Tells everybody the same.
    pub fn broadcast<T: Serialize>(&self, event: &str, payload: &T) {
        for outbox in self.listed.read().peers.values() {
            outbox.tell(event, payload);
        }
    }

    /// Whether nobody is listed.
    pub fn is_empty(&self) -> bool {
        let listed = self.listed.read();
        listed.peers.is_empty() && listed.lobbies.is_empty()
    }

    /// Ends every conversation: their connections are closed.
    pub fn end_all(&self) {
        for outbox in self.listed.read().peers.values() {
            outbox.inbox.end(Ended::Lost);
        }
    }

    fn tell(&self, Notice { to, news, number }: &Notice) {
        match news {
            // For many: encoded once.
            News::NewOfferAwaiting(call) => {
                // An array of exactly one, as the course's pages expect. (A slice: a fixed array would be spread.)
                let offers = Encoded::once(std::slice::from_ref(call), call.is_binary());
                self.each(to, |outbox| outbox.tell_offers(&offers));
            }
            News::OfferWithdrawn(gone) if number.is_none() => {
                let gone = Encoded::once(gone, false);
                self.each(to, |outbox| outbox.tell(event::OFFER_WITHDRAWN, &gone));
            }
            _ => self.each(to, |outbox| outbox.tell_news(news, *number)),
        }
    }

    fn each(&self, to: &Audience, tell: impl Fn(&Outbox)) {
        let listed = self.listed.read();
        match to {
            Audience::Peer(peer) => {
                if let Some(outbox) = listed.peers.get(peer) {
                    tell(outbox);
                }
            }
            Audience::Some(peers) => {
                peers.iter().filter_map(|peer| listed.peers.get(peer)).for_each(|outbox| tell(outbox))
            }
            Audience::Others { lobby, but } => {
                let members = listed.lobbies.get(lobby).into_iter().flat_map(HashMap::values);
                members.filter(|outbox| !but.contains(&outbox.peer)).for_each(|outbox| tell(outbox));
            }
        }
    }
}

/// A payload for many: encoded once, then copied. Binary parts have to be numbered packet by packet, so a payload
/// that holds some is encoded for each.
enum Encoded<'a, T: ?Sized> {
    Once(Box<RawValue>),
    Each(&'a T),
}

impl<'a, T: Serialize + ?Sized> Encoded<'a, T> {
    fn once(payload: &'a T, binary: bool) -> Self {
        match to_raw_value(payload) {
            Ok(text) if !binary => Self::Once(text),
            _ => Self::Each(payload),
        }
    }
}

impl<T: Serialize + ?Sized> Serialize for Encoded<'_, T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Once(text) => text.serialize(serializer),
            Self::Each(payload) => payload.serialize(serializer),
        }
    }
}
