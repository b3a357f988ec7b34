//! The interface that the engine calls.

use std::fmt::Debug;
use std::sync::Arc;

use bytes::Bytes;
use engineioxide_core::Str;

use crate::session::DisconnectReason;
use crate::socket::Socket;

/// The layer above. It is notified of sessions and receives their messages, those of one session in order.
pub trait EngineIoHandler: Debug + Send + Sync + 'static {
    /// The data that is kept with each session.
    type Data: Default + Send + Sync + 'static;

    /// A session has opened.
    fn on_connect(self: Arc<Self>, socket: Arc<Socket<Self::Data>>);
    /// A session has ended. Called once for each.
    fn on_disconnect(&self, socket: Arc<Socket<Self::Data>>, reason: DisconnectReason);
    /// A text message has arrived.
    fn on_message(self: &Arc<Self>, msg: Str, socket: Arc<Socket<Self::Data>>);
    /// A binary message has arrived.
    fn on_binary(self: &Arc<Self>, data: Bytes, socket: Arc<Socket<Self::Data>>);
}
