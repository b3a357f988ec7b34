//! Telling: one peer's way out, and what news is on the wire of this door.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Serialize, Serializer};
use serde_json::value::to_raw_value;
use socketioxide::extract::{AckSender, SocketRef};
use socketioxide::{SendError, SocketError};

use super::event;
use super::inbox::Inbox;
use super::transport::Transports;
use crate::signaling::call::SessionDescription;
use crate::signaling::name::{OfferId, PeerId};
use crate::signaling::notice::{Ended, News};
use crate::store::directory::{self, Telling};

/// When clients may try again after a shutdown.
const RETRY_AFTER_MS: u32 = 1_000;

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

    /// Emits an event. If the peer does not read what it is told, it is cut: nothing is left out in silence.
    pub fn emit<T: Serialize + ?Sized>(&self, event: &str, payload: &T) {
        if !self.cut.load(Ordering::Relaxed) {
            self.check(self.socket.emit(event, payload));
        }
    }

    /// Answers an acknowledgement that this peer asked for.
    pub fn reply<T: Serialize + ?Sized>(&self, ack: AckSender, payload: &T) {
        if !self.cut.load(Ordering::Relaxed) {
            self.check(ack.send(payload));
        }
    }

    /// An event; one who counts what it hears gets the number as a second argument.
    fn emit_counted<T: Serialize>(&self, event: &str, payload: &T, number: Option<u64>) {
        match number {
            Some(number) => self.emit(event, &(payload, number)),
            None => self.emit(event, payload),
        }
    }

    fn emit_news<T: Serialize>(&self, news: &News, payload: &T, number: Option<u64>) {
        self.emit_counted(name(news), payload, number);
        if self.aliases && matches!(news, News::NewOfferAwaiting(_)) {
            self.emit_counted(event::NEW_OFFER_WAITING, payload, number);
        }
    }

    fn check(&self, sent: Result<(), SendError>) {
        match sent {
            // A closed socket's own end is on its way to us.
            Ok(()) | Err(SendError::Socket(SocketError::Closed)) => {}
            Err(SendError::Socket(SocketError::InternalChannelFull)) => {
                self.close("it does not read what it is sent");
            }
            Err(SendError::Serialize(error)) => {
                tracing::error!(peer = %self.peer, %error, "a message could not be encoded");
                self.close("a message for it could not be encoded");
            }
        }
    }

    /// Closes this peer's transport and lets its conversation end.
    pub fn close(&self, why: &str) {
        if !self.cut.swap(true, Ordering::Relaxed) {
            tracing::warn!(peer = %self.peer, "connection closed: {why}");
            self.inbox.end(Ended::Lost);
            self.transports.cut(self.socket.id);
        }
    }
}

impl directory::Outbox for Outbox {
    fn tell(&self, telling: &Telling<'_>, number: Option<u64>) {
        let payload = Payload(telling.news);
        // Binary parts have to be numbered packet by packet, so such a payload is encoded for each.
        if !telling.is_for_many || telling.is_binary {
            return self.emit_news(telling.news, &payload, number);
        }
        let encoded = telling.event.get_or_init(|| to_raw_value(&payload).unwrap_or_default());
        self.emit_news(telling.news, encoded, number);
    }

    fn say_goodbye(&self) {
        self.emit(event::SERVER_CLOSING, &Closing { reason: "shutdown", retry_after_ms: RETRY_AFTER_MS });
    }

    fn end(&self) {
        self.inbox.end(Ended::Lost);
    }

    fn cut(&self, why: &str) {
        self.close(why);
    }
}

impl fmt::Debug for Outbox {
    // Not the socket: whoever knows its id can speak as its owner.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outbox({})", self.peer)
    }
}

/// Under which name news goes out.
fn name(news: &News) -> &'static str {
    match news {
        News::NewOfferAwaiting(_) => event::NEW_OFFER_AWAITING,
        News::OfferWithdrawn(_) => event::OFFER_WITHDRAWN,
        News::AnswerResponse(_) | News::Renegotiated { .. } => event::ANSWER_RESPONSE,
        News::IceCandidate(_) => event::RECEIVED_ICE_CANDIDATE,
        News::PeerHangup(_) => event::PEER_HANGUP,
        News::PeerLost(_) => event::PEER_LOST,
        News::PeerBack(_) => event::PEER_BACK,
        News::Renegotiation { .. } => event::RENEGOTIATION,
        News::Room(news) => news.name(),
        // For those of another door only.
        News::Pair(_) => "",
    }
}

/// News as the payload of its event.
struct Payload<'a>(&'a News);

impl Serialize for Payload<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            // An array of exactly one, as the course's pages expect. (A slice: a fixed array would be spread.)
            News::NewOfferAwaiting(call) => std::slice::from_ref(call).serialize(serializer),
            News::OfferWithdrawn(gone) => gone.serialize(serializer),
            News::AnswerResponse(call) => call.serialize(serializer),
            News::IceCandidate(candidate) => candidate.serialize(serializer),
            News::PeerHangup(hangup) => hangup.serialize(serializer),
            News::PeerLost(party) | News::PeerBack(party) => party.serialize(serializer),
            News::Renegotiation { offer_id, offer } => {
                Renegotiation { offer_id: *offer_id, offer }.serialize(serializer)
            }
            News::Renegotiated { offer_id, answer } => {
                Renegotiated { offer_id: *offer_id, answer }.serialize(serializer)
            }
            News::Room(news) => news.serialize(serializer),
            News::Pair(news) => news.serialize(serializer),
        }
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

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Closing {
    reason: &'static str,
    retry_after_ms: u32,
}
