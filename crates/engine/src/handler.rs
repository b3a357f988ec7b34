//! What the engine calls.

use std::fmt::Debug;
use std::sync::Arc;

use bytes::Bytes;
use engineioxide_core::Str;

use crate::session::DisconnectReason;
use crate::socket::Socket;

/// The layer above: it is notified of sessions and receives their messages, each session's in order.
pub trait EngineIoHandler: Debug + Send + Sync + 'static {
    /// What is kept with each session.
    type Data: Default + Send + Sync + 'static;

    /// A session was opened.
    fn on_connect(self: Arc<Self>, socket: Arc<Socket<Self::Data>>);
    /// A session has ended. Called once for each.
    fn on_disconnect(&self, socket: Arc<Socket<Self::Data>>, reason: DisconnectReason);
    /// A text message came.
    fn on_message(self: &Arc<Self>, msg: Str, socket: Arc<Socket<Self::Data>>);
    /// A binary message came.
    fn on_binary(self: &Arc<Self>, data: Bytes, socket: Arc<Socket<Self::Data>>);
}
