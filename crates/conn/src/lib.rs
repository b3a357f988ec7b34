//! What a Socket.IO server and the transport beneath it both know of one connection.
//!
//! socketioxide passes on the request that opened a connection, with its extensions. A transport that can do more than
//! socketioxide asks of it puts a [`ConnHandle`] there; the server looks for it with [`ConnHandle::of`]. A transport
//! without it (engineioxide as published) works, too: the server then implements [`Transport`] itself, by socketioxide's
//! own functions and what it counts, and everything above uses the same handle.
//!
//! In the other direction the server may put two things into the extensions of a request: a [`Carrier`], and with a
//! request that opens a session a [`Slot`].

use std::fmt;
use std::sync::{Arc, OnceLock};

pub use engineioxide_core::Str;
use http::Extensions;

/// What waits for one client to read it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Messages. One with binary parts is one.
    pub messages: usize,
    /// Bytes of their payloads.
    pub bytes: usize,
}

/// Why a message was not queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutError {
    /// As much waits as may wait: the client reads too slowly.
    Full,
    /// The connection has ended.
    Closed,
}

impl fmt::Display for PutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "too much waits for this client",
            Self::Closed => "the connection has ended",
        })
    }
}

impl std::error::Error for PutError {}

/// One connection, as its transport knows it. No method waits.
pub trait Transport: Send + Sync {
    /// Queues one Socket.IO packet that is encoded already, without copying it: the same text may go to many clients.
    /// While other messages wait, at most `max_bytes` may wait with this one; a single message may be of any size.
    ///
    /// # Errors
    /// A full queue, or a connection that has ended. Nothing was queued then.
    fn put(&self, packet: Str, max_bytes: usize) -> Result<(), PutError>;
    /// What is queued and not written yet.
    fn waiting(&self) -> Waiting;
    /// Bytes of the packets that the client has sent so far, their types not counted: none for a pong.
    fn bytes_read(&self) -> u64;
    /// Bytes sent to the client so far.
    fn bytes_written(&self) -> u64;
    /// The code of the WebSocket close frame that the client sent: 1005 for a frame without a code, `None` where no
    /// close frame came.
    fn close_code(&self) -> Option<u16>;
    /// Whether the connection ended because the client sent a larger message than it may.
    fn is_too_large(&self) -> bool;
    /// What the client sent led to an event of so many bytes. To be passed on to its [`Carry`].
    fn used(&self, bytes: usize);
    /// Ends the connection at once, without another word to the client. What waits is dropped.
    fn cut(&self);
}

/// A connection. Cheap to clone.
#[derive(Clone)]
pub struct ConnHandle(Arc<dyn Transport>);

impl ConnHandle {
    /// The handle of this connection.
    pub fn new(transport: Arc<dyn Transport>) -> Self {
        Self(transport)
    }

    /// The handle that the transport put into the extensions of the request which opened the connection. `None` on a
    /// transport that has none.
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

/// What the server knows of a network connection.
pub trait Carry: Send + Sync {
    /// An event of so many bytes came by it.
    fn used(&self, bytes: usize);
}

/// The network connection by which a request came. A transport keeps the one of each request that becomes a WebSocket,
/// the first of a session or its upgrade.
#[derive(Clone)]
pub struct Carrier(pub Arc<dyn Carry>);

/// Filled by the transport when a request has opened a session: so the server knows the connection even if it ends
/// before socketioxide has told of it. Cheap to clone.
#[derive(Clone, Default)]
pub struct Slot(Arc<OnceLock<ConnHandle>>);

impl Slot {
    /// Notes the connection. Only the first call counts.
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
