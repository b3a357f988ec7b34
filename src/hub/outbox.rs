//! What is sent to one client, and how it is encoded once for many.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use serde_json::value::{RawValue, to_raw_value};
use switchboard_conn::{Str, Waiting};

use crate::core::reply::Welcome;
use crate::inspect::content::Payload;
use crate::inspect::recorder::Origin;
use crate::protocol::server_message::ServerMessage;
use crate::protocol::socketio::encode;
use crate::protocol::websocket::{gst, pairs, rooms};

/// Queues what one client is sent. Its transport implements it. No method may wait or call the hub: the hub's lock is
/// held.
pub trait Outbox: Send + Sync {
    /// Sends what a client receives when it has connected.
    fn welcome(&self, welcome: &Welcome);

    /// Sends a message, with its number to a client that counts.
    fn send(&self, broadcast: &Broadcast, number: Option<u64>);

    /// How the client is connected, for the inspector.
    fn origin(&self) -> Origin {
        Origin::default()
    }

    /// Notifies the client that the server is stopping.
    fn announce_shutdown(&self);

    /// What waits to be sent.
    fn waiting(&self) -> Waiting {
        Waiting::default()
    }

    /// Whether the client polls, and has not upgraded to WebSocket.
    fn is_polling(&self) -> bool {
        false
    }

    /// Whether nothing waits to be sent to a client that fetches it.
    fn has_sent_all(&self) -> bool {
        true
    }

    /// The server stops, or has a fault: the client's peer disconnects.
    fn end(self: Arc<Self>);

    /// Closes the connection at once: the client has returned on another one.
    fn cut(&self, why: &str);
}

/// Sends a message. A fault in one outbox ends the peer of that client, and no other.
pub(super) fn send_safely(outbox: &Arc<dyn Outbox>, broadcast: &Broadcast, number: Option<u64>) {
    if catch_unwind(AssertUnwindSafe(|| outbox.send(broadcast, number))).is_err() {
        let outbox = outbox.clone();
        // A second fault must not reach the other clients either.
        let _ = catch_unwind(AssertUnwindSafe(|| outbox.end()));
    }
}

/// Sends a client its welcome, in the same way.
pub(super) fn welcome_safely(outbox: &Arc<dyn Outbox>, welcome: &Welcome) {
    if catch_unwind(AssertUnwindSafe(|| outbox.welcome(welcome))).is_err() {
        let outbox = outbox.clone();
        let _ = catch_unwind(AssertUnwindSafe(|| outbox.end()));
    }
}

/// A message to one client or many, and its encoded forms: each is made at most once.
pub struct Broadcast {
    /// The message.
    pub message: ServerMessage,
    /// Whether it holds binary values: then it has no packet here, since it is encoded for each client.
    pub is_binary: bool,
    payload: OnceCell<Box<RawValue>>,
    packet: OnceCell<Str>,
    alias: OnceCell<Str>,
    frame: OnceCell<Bytes>,
}

impl Broadcast {
    /// A message that is not encoded yet.
    pub fn new(message: ServerMessage) -> Self {
        let is_binary = message.is_binary();
        let (payload, packet, alias, frame) = Default::default();
        Self { message, is_binary, payload, packet, alias, frame }
    }

    /// Its Socket.IO packet. With a number, only the payload is shared by all receivers.
    pub fn packet(&self, number: Option<u64>) -> Str {
        let (name, payload) = (encode::name(&self.message), encode::Payload(&self.message));
        if let ServerMessage::Custom(event) = &self.message {
            return self.packet.get_or_init(|| event.packet().into()).clone();
        }
        match number {
            None => self.packet.get_or_init(|| encode::event(name, &payload, None).into()).clone(),
            Some(_) => {
                let payload = self.payload.get_or_init(|| to_raw_value(&payload).unwrap_or_default());
                encode::event(name, payload, number).into()
            }
        }
    }

    /// Its Socket.IO packet under the other name that some pages listen for, if it has one.
    pub fn alias(&self) -> Option<Str> {
        let alias = encode::alias(&self.message)?;
        let packet = || encode::event(alias, &encode::Payload(&self.message), None).into();
        Some(self.alias.get_or_init(packet).clone())
    }

    /// The name of its event and what it carries, as the inspector shows them.
    pub fn shown(&self) -> (Cow<'static, str>, Payload) {
        match &self.message {
            ServerMessage::Pair(message) => {
                let frame = pairs::encode(message);
                (pairs::frame_name(&frame).into(), Payload::Frame(frame.into()))
            }
            ServerMessage::Custom(event) => (event.name().to_owned().into(), Payload::Packet(self.packet(None))),
            ServerMessage::Gst(message) => (gst::name(message).into(), Payload::Frame(gst::encode(message).into())),
            message if self.is_binary => (encode::name(message).into(), Payload::Binary(message.size())),
            message => (encode::name(message).into(), Payload::Packet(self.packet(None))),
        }
    }

    /// Its text frame on a bare WebSocket; `None` for messages of calls, which no such client receives.
    pub fn frame(&self) -> Option<Bytes> {
        let frame = || match &self.message {
            ServerMessage::Room(message) => rooms::encode(message).into(),
            ServerMessage::Pair(message) => pairs::encode(message).into(),
            ServerMessage::Gst(message) => gst::encode(message).into(),
            ServerMessage::Custom(event) => event.frame().into(),
            _ => Bytes::new(),
        };
        let frame = self.frame.get_or_init(frame);
        (!frame.is_empty()).then(|| frame.clone())
    }
}
