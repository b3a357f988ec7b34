//! The interface between a Socket.IO server and the Engine.IO transport beneath socketioxide, for one connection.
//!
//! socketioxide passes on the request that opened a connection, with its extensions. A transport that can do more than
//! socketioxide needs inserts a [`ConnHandle`] there, and the server gets it with [`ConnHandle::of`]. A transport without
//! one (engineioxide as published) works, too: the server then implements [`Transport`] itself, by socketioxide's functions
//! and its own counters, and all other code uses the same handle.
//!
//! In the other direction, the server may insert a [`Carrier`] into the extensions of a request, and a [`Slot`] into those of
//! a request that opens a session.
//!
//! ```
//! use http::Extensions;
//! use switchboard_conn::{ConnHandle, Slot};
//!
//! let slot = Slot::default();
//! let mut extensions = Extensions::new();
//! extensions.insert(slot.clone());
//! // The request passes through the transport, which fills the slot. Without such a transport it stays empty.
//! assert!(slot.get().is_none() && ConnHandle::of(&extensions).is_none());
//! ```

use std::fmt;
use std::sync::{Arc, OnceLock};

pub use engineioxide_core::Str;
use http::Extensions;

/// The messages that are queued for one client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Messages. A message with binary parts counts once.
    pub messages: usize,
    /// Bytes of their payloads.
    pub bytes: usize,
}

/// Why a message was not queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutError {
    /// The queue is full: the client reads too slowly.
    Full,
    /// The connection has ended.
    Closed,
}

impl fmt::Display for PutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "the queue of this client is full",
            Self::Closed => "the connection has ended",
        })
    }
}

impl std::error::Error for PutError {}

/// One connection, implemented by its transport. No method waits.
pub trait Transport: Send + Sync {
    /// Queues an encoded Socket.IO packet without copying it, so that many clients can share one text. While other messages
    /// wait, at most `max_bytes` may wait together with this one; a single message may be of any size.
    ///
    /// # Errors
    /// A full queue, or a connection that has ended. Nothing is queued then.
    fn put(&self, packet: Str, max_bytes: usize) -> Result<(), PutError>;
    /// The messages that are queued and not written yet.
    fn waiting(&self) -> Waiting;
    /// Bytes of the packets that the client has sent so far, without their types: a pong counts 0.
    fn bytes_read(&self) -> u64;
    /// Bytes sent to the client so far.
    fn bytes_written(&self) -> u64;
    /// The code of the WebSocket close frame that the client sent (RFC 6455, section 7.4): 1005 for a frame without a code,
    /// `None` if the client sent no close frame.
    fn close_code(&self) -> Option<u16>;
    /// Whether the connection ended because the client sent a message beyond the limit.
    fn is_too_large(&self) -> bool;
    /// Reports that the client's data completed an event of this size in bytes. The transport passes it on to its [`Carry`].
    fn used(&self, bytes: usize);
    /// Closes the connection at once, without notifying the client. Queued messages are dropped.
    fn cut(&self);
}

/// A handle to one connection. Cheap to clone.
#[derive(Clone)]
pub struct ConnHandle(Arc<dyn Transport>);

impl ConnHandle {
    /// A handle to this connection.
    pub fn new(transport: Arc<dyn Transport>) -> Self {
        Self(transport)
    }

    /// The handle that the transport inserted into the extensions of the request that opened the connection. `None` for a
    /// transport without handles.
    pub fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get()
    }
}

impl std::ops::Deref for ConnHandle {
    type Target = dyn Transport;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl fmt::Debug for ConnHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnHandle").field("waiting", &self.waiting()).finish_non_exhaustive()
    }
}

/// A network connection, implemented by the server.
pub trait Carry: Send + Sync {
    /// The client's data completed an event of this size in bytes.
    fn used(&self, bytes: usize);
}

/// The network connection of a request, in its extensions. The transport keeps it for each request that becomes a
/// WebSocket, whether that opens the session or upgrades it.
#[derive(Clone)]
pub struct Carrier(pub Arc<dyn Carry>);

/// The transport fills it when a request has opened a session, so that the server knows the connection even if it ends
/// before socketioxide reports it. Cheap to clone.
#[derive(Clone, Default)]
pub struct Slot(Arc<OnceLock<ConnHandle>>);

impl Slot {
    /// Stores the connection. Only the first call has an effect.
    pub fn fill(&self, conn: ConnHandle) {
        let _ = self.0.set(conn);
    }

    /// The connection, if the transport has filled this.
    pub fn get(&self) -> Option<&ConnHandle> {
        self.0.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fallback;

    impl Transport for Fallback {
        fn put(&self, _: Str, _: usize) -> Result<(), PutError> {
            Err(PutError::Closed)
        }
        fn waiting(&self) -> Waiting {
            Waiting { messages: 2, bytes: 30 }
        }
        fn bytes_read(&self) -> u64 {
            1
        }
        fn bytes_written(&self) -> u64 {
            2
        }
        fn close_code(&self) -> Option<u16> {
            None
        }
        fn is_too_large(&self) -> bool {
            false
        }
        fn used(&self, _: usize) {}
        fn cut(&self) {}
    }

    #[test]
    fn extensions_without_a_handle_have_none() {
        assert!(ConnHandle::of(&Extensions::new()).is_none());
    }

    #[test]
    fn extensions_with_a_handle_give_it() {
        let mut extensions = Extensions::new();
        extensions.insert(ConnHandle::new(Arc::new(Fallback)));
        let conn = ConnHandle::of(&extensions).expect("the handle");
        assert_eq!(conn.waiting().bytes, 30);
        assert_eq!(conn.put("2[]".into(), 100), Err(PutError::Closed));
        assert_eq!(conn.close_code(), None);
    }

    #[test]
    fn slot_keeps_the_first_handle() {
        let (slot, kept) = (Slot::default(), Slot::default());
        assert!(slot.get().is_none());
        slot.clone().fill(ConnHandle::new(Arc::new(Fallback)));
        slot.fill(ConnHandle::new(Arc::new(Fallback)));
        assert_eq!(slot.get().map(|conn| conn.bytes_written()), Some(2));
        assert!(kept.get().is_none());
    }
}
