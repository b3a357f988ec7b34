//! Telling: one peer's way out, and what news is on the wire of this door.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use serde::{Serialize, Serializer};
use serde_json::value::to_raw_value;
use socketioxide::extract::{AckSender, SocketRef};
use socketioxide::{SendError, SocketError};

use super::backlog::Backlog;
use super::ear::Ear;
use super::event;
use crate::signaling::call::{Call, SessionDescription};
use crate::signaling::name::{OfferId, PeerId};
use crate::signaling::notice::News;
use crate::signaling::peer::ConnectionEnd;
use crate::store::directory::{self, Telling};

/// When clients may try again after a shutdown.
const RETRY_AFTER_MS: u32 = 1_000;

/// One live connection's way out.
pub struct Outbox {
    peer: PeerId,
    socket: SocketRef,
    aliases: bool,
    ear: Arc<Ear>,
    backlog: Mutex<Backlog>,
    cut: AtomicBool,
}

/// What a message of a few words takes at the least, in bytes.
pub const FEW_WORDS: usize = 8;

impl Outbox {
    /// The way out of this socket, in which so many bytes may wait.
    pub(super) fn new(peer: PeerId, socket: SocketRef, aliases: bool, ear: Arc<Ear>, most: usize) -> Self {
        let backlog = Mutex::new(Backlog::new(most));
        Self { peer, socket, aliases, ear, backlog, cut: AtomicBool::new(false) }
    }

    /// Emits an event of so many bytes at the least. If the peer does not read what it is told, it is cut: nothing is left
    /// out in silence.
    pub fn emit<T: Serialize + ?Sized>(&self, event: &str, payload: &T, size: usize) {
        self.send(size, || self.socket.emit(event, payload));
    }

    /// Emits a list of open offers, whose bytes are told exactly: names and brackets may be most of it.
    pub fn emit_offers(&self, offers: &[Call]) {
        if offers.iter().any(Call::is_binary) {
            self.emit(event::AVAILABLE_OFFERS, offers, offers.iter().map(Call::content).sum());
        } else {
            self.emit_exactly(event::AVAILABLE_OFFERS, offers);
        }
    }

    /// Emits an event without binary values, of however many bytes it is.
    pub fn emit_exactly<T: Serialize + ?Sized>(&self, event: &str, payload: &T) {
        let encoded = to_raw_value(payload).unwrap_or_default();
        self.emit(event, &encoded, encoded.get().len());
    }

    /// Answers an acknowledgement by what has no binary values, of however many bytes it is.
    pub fn reply_exactly<T: Serialize + ?Sized>(&self, ack: AckSender, payload: &T) {
        let encoded = to_raw_value(payload).unwrap_or_default();
        self.reply(ack, &encoded, encoded.get().len());
    }

    /// Answers an acknowledgement that this peer asked for.
    pub fn reply<T: Serialize + ?Sized>(&self, ack: AckSender, payload: &T, size: usize) {
        self.send(size, || ack.send(payload));
    }

    fn send(&self, size: usize, send: impl FnOnce() -> Result<(), SendError>) {
        if self.cut.load(Ordering::Relaxed) {
            return;
        }
        if self.backlog.lock().put(size, self.ear.claim.session().written()) {
            self.check(send());
        } else {
            self.close("slow-reader", "it does not read what it is sent");
        }
    }

    /// An event; one who counts what it hears gets the number as a second argument.
    fn emit_counted<T: Serialize>(&self, event: &str, payload: &T, number: Option<u64>, size: usize) {
        match number {
            Some(number) => self.emit(event, &(payload, number), size),
            None => self.emit(event, payload, size),
        }
    }

    fn emit_news<T: Serialize>(&self, news: &News, payload: &T, number: Option<u64>) {
        let size = news.size();
        self.emit_counted(name(news), payload, number, size);
        if self.aliases && matches!(news, News::NewOfferAwaiting(_)) {
            self.emit_counted(event::NEW_OFFER_WAITING, payload, number, size);
        }
    }

    fn check(&self, sent: Result<(), SendError>) {
        match sent {
            // A closed socket's own end is on its way to us.
            Ok(()) | Err(SendError::Socket(SocketError::Closed)) => {}
            Err(SendError::Socket(SocketError::InternalChannelFull)) => {
                self.close("slow-reader", "it does not read what it is sent");
            }
            Err(SendError::Serialize(error)) => {
                tracing::error!(peer = %self.peer, %error, "a message could not be encoded");
                self.close("fault", "a message for it could not be encoded");
            }
        }
    }

    /// Closes this peer's transport and lets its conversation end.
    pub fn close(&self, reason: &'static str, why: &str) {
        if !self.cut.swap(true, Ordering::Relaxed) {
            tracing::debug!(peer = %self.peer, "closing");
            self.ear.close(reason, why);
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
        self.emit(event::SERVER_CLOSING, &Closing { reason: "shutdown", retry_after_ms: RETRY_AFTER_MS }, FEW_WORDS);
    }

    fn end(&self) {
        self.ear.inbox.end(ConnectionEnd::Broken);
    }

    fn cut(&self, why: &str) {
        self.close("replaced", why);
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
