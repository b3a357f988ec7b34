//! What is sent to one Socket.IO client.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::AckSender;
use socketioxide::handler::FromMessageParts;
use socketioxide::socket::Socket;
use socketioxide::{SendError, SocketError, TransportType};
use socketioxide_core::Value;
use switchboard_conn::{PutError, Str, Waiting};
use tokio::runtime::Handle;

use super::connection::Connection;
use super::incoming::Request;
use crate::core::reply::Welcome;
use crate::hub::outbox::{Broadcast, Outbox};
use crate::hub::peer::listed;
use crate::inspect::content::{EventText, Payload, Receivers};
use crate::inspect::recorder::Origin;
use crate::protocol::call::Call;
use crate::protocol::server_message::ServerMessage;
use crate::protocol::socketio::reply::ServerClosing;
use crate::protocol::socketio::{encode, event};

/// When clients may connect again after a shutdown.
const RETRY_AFTER_MS: u32 = 1_000;

impl Connection {
    /// Sends an event without binary values. `cause`: the record of the client's own event that it follows from.
    pub(super) fn emit<T: Serialize + ?Sized>(&self, event: &'static str, payload: &T, cause: Option<u64>) {
        let packet = Str::from(encode::event(event, payload, None));
        self.record(event, cause, || Payload::Packet(packet.clone()));
        self.put(packet);
    }

    /// Sends `availableOffers`.
    pub(super) fn emit_offers(&self, offers: &[Call], cause: Option<u64>) {
        if offers.iter().any(Call::is_binary) {
            let size = offers.iter().map(Call::size).sum();
            self.record(event::AVAILABLE_OFFERS, cause, || Payload::Binary(size));
            self.by_library(|socket| socket.emit(event::AVAILABLE_OFFERS, &encode::Offers(offers)));
        } else {
            self.emit(event::AVAILABLE_OFFERS, &encode::Offers(offers), cause);
        }
    }

    /// Reports an event to this client alone.
    fn record(&self, event: impl Into<EventText>, cause: Option<u64>, payload: impl FnOnce() -> Payload) {
        if let Some(client) = self.client.get() {
            self.recorder.sent(Receivers::Client(*client), event, cause, payload);
        }
    }

    /// Sends an acknowledgement without binary values, if the client asked for one.
    pub(super) fn acknowledge<T: Serialize + ?Sized>(&self, request: Request, payload: &T) {
        let Some(ack) = request.ack else { return };
        let packet = Str::from(encode::ack(ack, payload));
        self.record_reply(request, || Payload::Packet(packet.clone()));
        self.put(packet);
    }

    /// Sends an acknowledgement with binary values.
    pub(super) fn acknowledge_binary<T: Serialize + ?Sized>(&self, request: Request, payload: &T, size: usize) {
        let Some(ack) = request.ack else { return };
        self.record_reply(request, || Payload::Binary(size));
        self.by_library(|socket| ack_sender(socket, ack).send(payload));
    }

    fn record_reply(&self, Request { event, ack, record }: Request, payload: impl FnOnce() -> Payload) {
        if let Some(client) = self.client.get() {
            self.recorder.replied(*client, record, (event.name(), ack), payload);
        }
    }

    /// Puts a packet into the client's queue. A client that does not read is closed: no packet is dropped without that.
    fn put(&self, packet: Str) {
        if self.is_cut.load(Ordering::Relaxed) {
            return;
        }
        match self.conn.put(packet, self.max_bytes) {
            // The end of a closed connection follows by the transport.
            Ok(()) | Err(PutError::Closed) => {}
            Err(PutError::Full) => self.close_once("slow-reader", "it does not read what it is sent"),
        }
    }

    /// Sends what has binary values, which socketioxide takes out and numbers.
    fn by_library(&self, send: impl FnOnce(&Arc<Socket<LocalAdapter>>) -> Result<(), SendError>) {
        if self.is_cut.load(Ordering::Relaxed) {
            return;
        }
        if self.conn.waiting().bytes > self.max_bytes {
            return self.close_once("slow-reader", "it does not read what it is sent");
        }
        let Some(socket) = self.socket.upgrade() else { return };
        match send(&socket) {
            Ok(()) | Err(SendError::Socket(SocketError::Closed)) => {}
            Err(SendError::Socket(SocketError::InternalChannelFull)) => {
                self.close_once("slow-reader", "it does not read what it is sent");
            }
            Err(SendError::Serialize(error)) => {
                tracing::error!(request = self.request.0, user = self.name.as_str(), %error, "a message could not be encoded");
                self.close_once("fault", "a message for it could not be encoded");
            }
        }
    }

    /// A message with binary values: its parts have to be numbered packet by packet, so it is encoded for each client.
    fn send_binary(&self, broadcast: &Broadcast, number: Option<u64>) {
        let (name, payload) = (encode::name(&broadcast.message), encode::Payload(&broadcast.message));
        self.by_library(|socket| match number {
            Some(number) => socket.emit(name, &(&payload, number)),
            None => socket.emit(name, &payload),
        });
        if let Some(alias) = encode::alias(&broadcast.message).filter(|_| self.aliases) {
            self.by_library(|socket| socket.emit(alias, &payload));
        }
    }

    /// Disconnects the client from the namespace, after what it was sent: official clients close then, and do not come back by
    /// themselves. What it sends from now on has no effect.
    fn dismiss(&self) {
        if self.is_cut.swap(true, Ordering::Relaxed) {
            return;
        }
        let (socket, conn) = (self.socket.clone(), self.conn.clone());
        // In a task, since locks are held. Without a runtime the server is gone.
        let Ok(runtime) = Handle::try_current() else { return };
        runtime.spawn(async move {
            // An error means that the client is gone, or that its queue is full: then it is cut alone.
            let _ = socket.upgrade().map(|socket| socket.disconnect());
            tokio::time::sleep(CLOSE_AFTER_DISCONNECT).await;
            conn.cut();
        });
    }

    /// Closes the connection because of a fault of the client, and logs why. Its end follows by the transport.
    pub(super) fn close_once(&self, reason: &'static str, why: &str) {
        if !self.is_cut.swap(true, Ordering::Relaxed) {
            self.log_closed(reason, why);
            self.conn.cut();
        }
    }
}

/// How long a client that is disconnected from the namespace may take to close the transport by itself.
pub(super) const CLOSE_AFTER_DISCONNECT: Duration = Duration::from_secs(1);

/// Acknowledges the event with this id.
pub fn ack_sender(socket: &Arc<Socket<LocalAdapter>>, ack: i64) -> AckSender {
    let Ok(sender) = AckSender::from_message_parts(socket, &mut Value::Bytes(Bytes::new()), &Some(ack));
    sender
}

impl Outbox for Connection {
    fn welcome(&self, welcome: &Welcome) {
        // It is set once: a connection is welcomed once.
        let _ = self.client.set(welcome.peer);
        if let Some(restored) = &welcome.restored {
            self.emit(event::RESTORED, restored, None);
        }
        for (number, message) in &welcome.missed {
            let broadcast = Broadcast::new(message.clone());
            if self.recorder.is_on() {
                let (name, payload) = broadcast.shown();
                self.record(name, None, || payload);
            }
            self.send(&broadcast, *number);
        }
        if !welcome.offers.is_empty() {
            // Course step 11: the server emits the waiting offers to the new client.
            self.emit_offers(&welcome.offers, None);
        }
        let back = welcome.restored.as_ref();
        let calls = back.iter().flat_map(|back| back.calls.iter().map(|call| call.offer_id).chain(back.open_offer));
        let (request, user, offers) = (self.request.0, self.name.as_str(), listed(&calls.collect::<Vec<_>>()));
        tracing::info!(request, peer = %welcome.peer, user, back = back.is_some(), offers, "connected");
    }

    fn send(&self, broadcast: &Broadcast, number: Option<u64>) {
        if broadcast.is_binary {
            return self.send_binary(broadcast, number);
        }
        self.put(broadcast.packet(number));
        if let ServerMessage::Disconnected(_) = broadcast.message {
            return self.dismiss();
        }
        if self.aliases
            && let Some(alias) = broadcast.alias()
        {
            self.put(alias);
        }
    }

    fn origin(&self) -> Origin {
        self.origin
    }

    fn announce_shutdown(&self) {
        let closing = ServerClosing { reason: "shutdown", retry_after_ms: RETRY_AFTER_MS };
        self.emit(event::SERVER_CLOSING, &closing, None);
    }

    fn waiting(&self) -> Waiting {
        self.conn.waiting()
    }

    fn is_polling(&self) -> bool {
        self.socket.upgrade().is_some_and(|socket| socket.transport_type() == TransportType::Polling)
    }

    fn has_sent_all(&self) -> bool {
        self.conn.waiting().messages == 0
    }

    fn end(self: Arc<Self>) {
        self.end_in_task();
    }

    fn cut(&self, why: &str) {
        self.close_once("replaced", why);
    }
}
