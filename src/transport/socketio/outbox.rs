//! What is sent to one client, encoded for Socket.IO.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use bytes::Bytes;
use serde::{Serialize, Serializer};
use serde_json::value::to_raw_value;
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::AckSender;
use socketioxide::handler::FromMessageParts;
use socketioxide::socket::Socket;
use socketioxide::{SendError, SocketError};
use socketioxide_core::Value;
use switchboard_conn::{ConnHandle, PutError, Str};

use super::connection::{self, Connection};
use super::{event, packet};
use crate::core::outgoing::ServerMessage;
use crate::core::peer::ConnectionEnd;
use crate::hub::directory::{self, Broadcast};
use crate::protocol::call::{Call, SessionDescription};
use crate::protocol::name::{OfferId, PeerId, UserName};

/// When clients may try again after a shutdown.
const RETRY_AFTER_MS: u32 = 1_000;

/// What is sent to one client.
pub struct Outbox {
    peer: PeerId,
    name: UserName,
    socket: Arc<Socket<LocalAdapter>>,
    conn: ConnHandle,
    connection: Weak<Connection>,
    aliases: bool,
    max_bytes: usize,
    is_cut: AtomicBool,
}

impl Outbox {
    /// For the client of this connection, for which at most `max_bytes` may wait; `aliases`: it wants `newOfferWaiting`.
    pub fn new(
        peer: PeerId,
        socket: Arc<Socket<LocalAdapter>>,
        connection: &Arc<Connection>,
        aliases: bool,
        max_bytes: usize,
    ) -> Self {
        let (name, conn, connection) = (connection.name.clone(), connection.conn.clone(), Arc::downgrade(connection));
        Self { peer, name, socket, conn, connection, aliases, max_bytes, is_cut: AtomicBool::new(false) }
    }

    /// Sends an event without binary values.
    pub fn emit<T: Serialize + ?Sized>(&self, event: &str, payload: &T) {
        self.put(packet::event(event, payload, None));
    }

    /// Sends a list of open offers.
    pub fn emit_offers(&self, offers: &[Call]) {
        if offers.iter().any(Call::is_binary) {
            self.by_library(|socket| socket.emit(event::AVAILABLE_OFFERS, offers));
        } else {
            self.emit(event::AVAILABLE_OFFERS, offers);
        }
    }

    /// Acknowledges an event by what has no binary values.
    pub fn reply<T: Serialize + ?Sized>(&self, ack: i64, payload: &T) {
        self.put(packet::ack(ack, payload));
    }

    /// Acknowledges an event by what has binary values.
    pub fn reply_binary<T: Serialize + ?Sized>(&self, ack: i64, payload: &T) {
        self.by_library(|socket| ack_sender(socket, ack).send(payload));
    }

    /// Puts a packet into the client's queue. A client that does not read is cut: nothing is left out in silence.
    fn put(&self, packet: Str) {
        if self.is_cut.load(Ordering::Relaxed) {
            return;
        }
        match self.conn.put(packet, self.max_bytes) {
            // The end of a closed connection is on its way to us.
            Ok(()) | Err(PutError::Closed) => {}
            Err(PutError::Full) => self.close("slow-reader", "it does not read what it is sent"),
        }
    }

    /// Sends what has binary values, which socketioxide takes out and numbers.
    fn by_library(&self, send: impl FnOnce(&Arc<Socket<LocalAdapter>>) -> Result<(), SendError>) {
        if self.is_cut.load(Ordering::Relaxed) {
            return;
        }
        if self.conn.waiting().bytes > self.max_bytes {
            return self.close("slow-reader", "it does not read what it is sent");
        }
        match send(&self.socket) {
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

    fn emit_binary(&self, message: &ServerMessage, number: Option<u64>) {
        let (name, payload) = (name(message), Payload(message));
        self.by_library(|socket| match number {
            Some(number) => socket.emit(name, &(&payload, number)),
            None => socket.emit(name, &payload),
        });
        if self.aliases && matches!(message, ServerMessage::NewOfferAwaiting(_)) {
            self.by_library(|socket| socket.emit(event::NEW_OFFER_WAITING, &payload));
        }
    }

    /// Closes the connection.
    fn close(&self, reason: &'static str, why: &str) {
        if !self.is_cut.swap(true, Ordering::Relaxed) {
            tracing::debug!(peer = %self.peer, "closing");
            connection::close(&self.conn, &self.name, reason, why);
        }
    }
}

/// Acknowledges the event with this number.
pub fn ack_sender(socket: &Arc<Socket<LocalAdapter>>, ack: i64) -> AckSender {
    let Ok(sender) = AckSender::from_message_parts(socket, &mut Value::Bytes(Bytes::new()), &Some(ack));
    sender
}

impl directory::Outbox for Outbox {
    fn tell(&self, broadcast: &Broadcast, number: Option<u64>) {
        let message = &broadcast.message;
        if broadcast.is_binary {
            // Its parts have to be numbered packet by packet, so it is encoded for each client.
            return self.emit_binary(message, number);
        }
        let payload = Payload(message);
        match number {
            None => self.put(broadcast.packet.get_or_init(|| packet::event(name(message), &payload, None)).clone()),
            Some(number) => {
                let payload = broadcast.payload.get_or_init(|| to_raw_value(&payload).unwrap_or_default());
                self.put(packet::event(name(message), payload, Some(number)));
            }
        }
        if self.aliases && matches!(message, ServerMessage::NewOfferAwaiting(_)) {
            let alias = || packet::event(event::NEW_OFFER_WAITING, &payload, None);
            self.put(broadcast.alias.get_or_init(alias).clone());
        }
    }

    fn announce_shutdown(&self) {
        self.emit(event::SERVER_CLOSING, &Closing { reason: "shutdown", retry_after_ms: RETRY_AFTER_MS });
    }

    fn has_sent_all(&self) -> bool {
        self.conn.waiting().messages == 0
    }

    fn end(&self) {
        if let Some(connection) = self.connection.upgrade() {
            // Not here: the hub's lock is held.
            tokio::spawn(async move { connection.end(ConnectionEnd::Broken) });
        }
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
