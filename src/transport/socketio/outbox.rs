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
use super::connection::Connection;
use super::event;
use crate::core::call::{Call, SessionDescription};
use crate::core::name::{OfferId, PeerId};
use crate::core::outgoing::ServerMessage;
use crate::core::peer::ConnectionEnd;
use crate::hub::directory::{self, Broadcast};

/// When clients may try again after a shutdown.
const RETRY_AFTER_MS: u32 = 1_000;

/// One live connection's way out.
pub struct Outbox {
    peer: PeerId,
    socket: SocketRef,
    aliases: bool,
    connection: Arc<Connection>,
    backlog: Mutex<Backlog>,
    cut: AtomicBool,
}

/// What a message of a few words takes at the least, in bytes.
pub const FEW_WORDS: usize = 8;

impl Outbox {
    /// The way out of this socket, in which so many bytes may wait.
    pub(super) fn new(
        peer: PeerId,
        socket: SocketRef,
        aliases: bool,
        connection: Arc<Connection>,
        most: usize,
    ) -> Self {
        let backlog = Mutex::new(Backlog::new(most));
        Self { peer, socket, aliases, connection, backlog, cut: AtomicBool::new(false) }
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
        if self.backlog.lock().put(size, self.connection.claim.session().written()) {
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

    fn emit_news<T: Serialize>(&self, message: &ServerMessage, payload: &T, number: Option<u64>) {
        let size = message.size();
        self.emit_counted(name(message), payload, number, size);
        if self.aliases && matches!(message, ServerMessage::NewOfferAwaiting(_)) {
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
            self.connection.close(reason, why);
        }
    }
}

impl directory::Outbox for Outbox {
    fn tell(&self, broadcast: &Broadcast<'_>, number: Option<u64>) {
        let payload = Payload(broadcast.message);
        // Binary parts have to be numbered packet by packet, so such a payload is encoded for each.
        if !broadcast.is_for_many || broadcast.is_binary {
            return self.emit_news(broadcast.message, &payload, number);
        }
        let encoded = broadcast.event.get_or_init(|| to_raw_value(&payload).unwrap_or_default());
        self.emit_news(broadcast.message, encoded, number);
    }

    fn announce_shutdown(&self) {
        self.emit(event::SERVER_CLOSING, &Closing { reason: "shutdown", retry_after_ms: RETRY_AFTER_MS }, FEW_WORDS);
    }

    fn end(&self) {
        self.connection.inbox.end(ConnectionEnd::Broken);
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
fn name(message: &ServerMessage) -> &'static str {
    match message {
        ServerMessage::NewOfferAwaiting(_) => event::NEW_OFFER_AWAITING,
        ServerMessage::OfferWithdrawn(_) => event::OFFER_WITHDRAWN,
        ServerMessage::AnswerResponse(_) | ServerMessage::Renegotiated { .. } => event::ANSWER_RESPONSE,
        ServerMessage::IceCandidate(_) => event::RECEIVED_ICE_CANDIDATE,
        ServerMessage::PeerHangup(_) => event::PEER_HANGUP,
        ServerMessage::PeerLost(_) => event::PEER_LOST,
        ServerMessage::PeerBack(_) => event::PEER_BACK,
        ServerMessage::Renegotiation { .. } => event::RENEGOTIATION,
        ServerMessage::Room(message) => message.name(),
        // For those of another door only.
        ServerMessage::Pair(_) => "",
    }
}

/// News as the payload of its event.
struct Payload<'a>(&'a ServerMessage);

impl Serialize for Payload<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            // An array of exactly one, as the course's pages expect. (A slice: a fixed array would be spread.)
            ServerMessage::NewOfferAwaiting(call) => std::slice::from_ref(call).serialize(serializer),
            ServerMessage::OfferWithdrawn(gone) => gone.serialize(serializer),
            ServerMessage::AnswerResponse(call) => call.serialize(serializer),
            ServerMessage::IceCandidate(candidate) => candidate.serialize(serializer),
            ServerMessage::PeerHangup(hangup) => hangup.serialize(serializer),
            ServerMessage::PeerLost(party) | ServerMessage::PeerBack(party) => party.serialize(serializer),
            ServerMessage::Renegotiation { offer_id, offer } => {
                Renegotiation { offer_id: *offer_id, offer }.serialize(serializer)
            }
            ServerMessage::Renegotiated { offer_id, answer } => {
                Renegotiated { offer_id: *offer_id, answer }.serialize(serializer)
            }
            ServerMessage::Room(message) => message.serialize(serializer),
            ServerMessage::Pair(message) => message.serialize(serializer),
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
