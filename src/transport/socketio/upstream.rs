//! A connection on engineioxide as published, which knows less of it than the engine of this workspace: the packages on
//! crates.io are built on that. What differs for users stands in docs/engine.md.

use std::convert::Infallible;
use std::sync::{Arc, Weak};

use serde::ser::{Serialize, SerializeTuple, Serializer};
use serde_json::value::RawValue;
use socketioxide::adapter::LocalAdapter;
use socketioxide::handler::FromConnectParts;
use socketioxide::socket::Socket;
use socketioxide::{SendError, SocketError};
use socketioxide_core::Value;
use switchboard_conn::{PutError, Str, Transport, Waiting};

use super::sending::ack_sender;
use crate::net::tcp_handle::TcpHandle;

/// The socket itself, which [`SocketRef`](socketioxide::extract::SocketRef) does not give out.
pub struct ThisSocket(pub Arc<Socket<LocalAdapter>>);

impl FromConnectParts<LocalAdapter> for ThisSocket {
    type Error = Infallible;

    fn from_connect_parts(socket: &Arc<Socket<LocalAdapter>>, _: &Option<Value>) -> Result<Self, Infallible> {
        Ok(Self(socket.clone()))
    }
}

/// The fall-back.
pub struct Upstream {
    /// Not kept alive: the socket's listener keeps this.
    socket: Weak<Socket<LocalAdapter>>,
    tcp: Option<TcpHandle>,
}

impl Upstream {
    /// The connection of this socket; `tcp` if it has a network connection of its own.
    pub fn new(socket: &Arc<Socket<LocalAdapter>>, tcp: Option<TcpHandle>) -> Self {
        Self { socket: Arc::downgrade(socket), tcp }
    }
}

/// Several arguments of an event.
struct Arguments<'a>(&'a [&'a RawValue]);

impl Serialize for Arguments<'_> {
    /// As a tuple, which socketioxide spreads.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(self.0.len())?;
        self.0.iter().try_for_each(|argument| tuple.serialize_element(argument))?;
        tuple.end()
    }
}

/// Takes apart what the [`encode`](crate::protocol::socketio::encode) module has put together, and has socketioxide put it together again.
fn send(socket: &Arc<Socket<LocalAdapter>>, packet: &str) -> Result<(), SendError> {
    let (head, arguments) = packet.split_at(packet.find('[').unwrap_or(packet.len()));
    let arguments: Vec<&RawValue> = serde_json::from_str(arguments).unwrap_or_default();
    let name = arguments.first().and_then(|name| serde_json::from_str::<String>(name.get()).ok()).unwrap_or_default();
    match (head.strip_prefix('3').and_then(|id| id.parse().ok()), &arguments[..]) {
        (Some(id), [payload]) => ack_sender(socket, id).send(payload),
        (None, [_]) => socket.emit(name, &()),
        (None, [_, payload]) => socket.emit(name, payload),
        (None, [_, arguments @ ..]) => socket.emit(name, &Arguments(arguments)),
        _ => Ok(()),
    }
}

impl Transport for Upstream {
    fn put(&self, packet: Str, _: usize) -> Result<(), PutError> {
        let socket = self.socket.upgrade().ok_or(PutError::Closed)?;
        send(&socket, &packet).map_err(|error| match error {
            SendError::Socket(SocketError::InternalChannelFull) => PutError::Full,
            _ => PutError::Closed,
        })
    }

    fn waiting(&self) -> Waiting {
        Waiting::default()
    }

    fn bytes_read(&self) -> u64 {
        0
    }

    fn bytes_written(&self) -> u64 {
        0
    }

    fn close_code(&self) -> Option<u16> {
        None
    }

    fn is_too_large(&self) -> bool {
        false
    }

    fn used(&self, bytes: usize) {
        if let Some(tcp) = &self.tcp {
            tcp.used(bytes);
        }
    }

    fn cut(&self) {
        if let Some(tcp) = &self.tcp {
            tcp.cut();
        }
        if let Some(socket) = self.socket.upgrade() {
            // An error means that it has ended already, or that its queue is full: then its silence ends it.
            let _ = socket.disconnect();
        }
    }
}
