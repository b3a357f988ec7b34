//! A session as the layer above uses it, under engineioxide's names.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
pub use engineioxide_core::Sid;
use engineioxide_core::{ProtocolVersion, Str, TransportType};
use http::request::Parts;
use switchboard_conn::{ConnHandle, Slot};
use tokio::sync::mpsc::error::TrySendError;

use crate::connects::Connects;
use crate::frame::{BINARY, Frame};
use crate::packet;
use crate::queue::Refused;
pub use crate::session::DisconnectReason;
use crate::session::{Ending, Session, Stage};

/// One session.
pub struct Socket<D: Default + Send + Sync + 'static> {
    /// Its id, a secret between client and server.
    pub id: Sid,
    /// Always Engine.IO 4.
    pub protocol: ProtocolVersion,
    /// The data of the layer above.
    pub data: D,
    /// The request that opened it, with a [`ConnHandle`] in its extensions.
    pub req_parts: Parts,
    pub(crate) session: Arc<Session>,
    pub(crate) connects: Connects,
    /// Delivers messages that were held behind a CONNECT.
    deliver: Arc<dyn Deliver>,
}

/// Delivers the held messages of a session.
pub(crate) trait Deliver: Send + Sync {
    /// Starts a task that delivers them.
    fn deliver_later(&self, id: Sid);
}

/// A reserved place in the queue. Dropping it frees the place.
pub struct Permit<'a> {
    session: &'a Session,
    connects: &'a Connects,
    deliver: &'a dyn Deliver,
    is_used: bool,
}

fn text(msg: Str) -> Frame {
    Frame::packet(packet::MESSAGE, msg)
}

fn binary(data: Bytes) -> Frame {
    Frame::bare(BINARY, data)
}

fn many(msg: Str, data: VecDeque<Bytes>) -> impl Iterator<Item = Frame> {
    std::iter::once(text(msg)).chain(data.into_iter().map(binary))
}

impl Permit<'_> {
    /// Sends a text message.
    pub fn emit(self, msg: Str) {
        let is_reply = self.connects.send(&msg);
        let (id, deliver) = (self.session.id, self.deliver);
        self.fill([text(msg)]);
        if is_reply {
            deliver.deliver_later(id);
        }
    }

    /// Sends a binary message.
    pub fn emit_binary(self, data: Bytes) {
        self.fill([binary(data)]);
    }

    /// Sends a text message and its binary parts.
    pub fn emit_many(self, msg: Str, data: VecDeque<Bytes>) {
        self.fill(many(msg, data));
    }

    /// Sends binary messages.
    pub fn emit_many_binary(self, bin: Bytes, data: Vec<Bytes>) {
        self.fill(std::iter::once(bin).chain(data).map(binary));
    }

    fn fill(mut self, frames: impl IntoIterator<Item = Frame>) {
        self.is_used = true;
        self.session.queue.fill(frames);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if !self.is_used {
            self.session.queue.release();
        }
    }
}

impl<D: Default + Send + Sync + 'static> Socket<D> {
    pub(crate) fn new(session: Arc<Session>, mut req_parts: Parts, deliver: Arc<dyn Deliver>) -> Self {
        let conn = ConnHandle::new(session.clone());
        if let Some(slot) = req_parts.extensions.get::<Slot>() {
            slot.fill(conn.clone());
        }
        session.set_carrier(&mut req_parts.extensions);
        req_parts.extensions.insert(conn);
        Self {
            id: session.id,
            protocol: ProtocolVersion::V4,
            data: D::default(),
            req_parts,
            session,
            connects: Connects::default(),
            deliver,
        }
    }

    /// The transport in use.
    pub fn transport_type(&self) -> TransportType {
        if self.session.stage() == Stage::WebSocket { TransportType::Websocket } else { TransportType::Polling }
    }

    /// Reserves a place in the queue.
    ///
    /// # Errors
    /// The queue is full, or the session has ended.
    pub fn reserve(&self) -> Result<Permit<'_>, TrySendError<()>> {
        match self.session.queue.reserve() {
            Ok(()) => {
                Ok(Permit { session: &self.session, connects: &self.connects, deliver: &*self.deliver, is_used: false })
            }
            Err(Refused::Full) => Err(TrySendError::Full(())),
            Err(Refused::Closed) => Err(TrySendError::Closed(())),
        }
    }

    /// Sends a text message.
    ///
    /// # Errors
    /// As for [`Socket::reserve`]; the error contains the message.
    pub fn emit(&self, msg: impl Into<Str>) -> Result<(), TrySendError<Str>> {
        let msg = msg.into();
        match self.reserve() {
            Ok(permit) => {
                permit.emit(msg);
                Ok(())
            }
            Err(refused) => Err(with(refused, msg)),
        }
    }

    /// Sends a binary message.
    ///
    /// # Errors
    /// As for [`Socket::reserve`]; the error contains the message.
    pub fn emit_binary<B: Into<Bytes>>(&self, data: B) -> Result<(), TrySendError<Bytes>> {
        let data = data.into();
        match self.reserve() {
            Ok(permit) => {
                permit.emit_binary(data);
                Ok(())
            }
            Err(refused) => Err(with(refused, data)),
        }
    }

    /// Sends a text message that the next volatile one replaces. Returns false if the session has ended.
    pub fn emit_volatile(&self, msg: impl Into<Str>) -> bool {
        self.session.queue.put_volatile([text(msg.into())])
    }

    /// As [`Socket::emit_volatile`], binary.
    pub fn emit_binary_volatile<B: Into<Bytes>>(&self, data: B) -> bool {
        self.session.queue.put_volatile([binary(data.into())])
    }

    /// As [`Socket::emit_volatile`], with binary parts.
    pub fn emit_many_volatile(&self, msg: Str, data: VecDeque<Bytes>) -> bool {
        self.session.queue.put_volatile(many(msg, data))
    }

    /// Ends the session. Queued messages are still sent.
    pub fn close(&self, reason: DisconnectReason) {
        self.session.end(reason, Ending::Orderly);
    }

    /// Whether the session has ended.
    pub fn is_closed(&self) -> bool {
        self.session.queue.state() != crate::queue::State::Open
    }

    /// Waits until the session has ended and its queued messages are sent or dropped.
    pub async fn closed(&self) {
        std::future::poll_fn(|cx| self.session.queue.poll_closed(cx)).await;
    }
}

fn with<T>(refused: TrySendError<()>, message: T) -> TrySendError<T> {
    match refused {
        TrySendError::Full(()) => TrySendError::Full(message),
        TrySendError::Closed(()) => TrySendError::Closed(message),
    }
}

impl<D: Default + Send + Sync + 'static> fmt::Debug for Socket<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket").field("stage", &self.session.stage()).finish_non_exhaustive()
    }
}
