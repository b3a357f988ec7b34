//! One Engine.IO session from the request that opens it: its client, its network connection, and whether it sent CONNECT.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::{Extensions, HeaderMap};
use switchboard_conn::{ConnHandle, Slot};

use crate::auth::client_addr::ClientAddr;
use crate::auth::origin;
use crate::auth::same_origin::IsSameOrigin;
use crate::metrics;
use crate::net::connection_limiter::ConnectionPermit;
use crate::net::request_id::RequestId;
use crate::net::tcp_handle::TcpHandle;
use crate::traces::span;

/// Logged, since no connection is left on which to notify the client.
const NO_CONNECT: &str = "connection closed: its client began with something else than a Socket.IO CONNECT (does it use \
                          another parser, such as msgpack, or emit before the event \"connect\"?)";

/// What is kept of the request that opens a session, in its extensions: socketioxide keeps those for as long as the
/// session lasts, so nothing else is left in them.
pub struct EngineSession {
    /// Where the client is.
    pub client_addr: ClientAddr,
    /// The number of the request that opens the session.
    pub request: RequestId,
    /// The trace of that request.
    pub(super) trace: span::Origin,
    /// Whether the address bears credentials, which count only in `auth`.
    pub has_credentials_in_query: bool,
    /// Whether the client's page is one of this server.
    pub is_same_origin: bool,
    /// The origin of the client's page, where it has one.
    pub origin: Option<Box<str>>,
    /// The network connection, where it is the session's own from the beginning.
    pub tcp: Option<TcpHandle>,
    /// What the engine knows of the session.
    pub slot: Slot,
    /// Its place among the connections that are allowed at the same time.
    _permit: Option<Arc<ConnectionPermit>>,
    has_connected: AtomicBool,
    is_claimed: AtomicBool,
}

impl EngineSession {
    /// A session is about to be opened by a request with these extensions and headers.
    pub fn new(
        extensions: &Extensions,
        headers: &HeaderMap,
        tcp: Option<TcpHandle>,
        has_credentials_in_query: bool,
    ) -> Arc<Self> {
        Arc::new(Self {
            client_addr: extensions.get().copied().unwrap_or_else(ClientAddr::unknown),
            request: RequestId::of(extensions),
            trace: span::Origin::current(),
            has_credentials_in_query,
            is_same_origin: extensions.get() == Some(&IsSameOrigin(true)),
            origin: origin(headers).map(Into::into),
            tcp,
            slot: Slot::default(),
            _permit: extensions.get().cloned(),
            has_connected: AtomicBool::new(false),
            is_claimed: AtomicBool::new(false),
        })
    }

    /// A CONNECT packet came, for whatever namespace.
    pub fn note_connect(&self) {
        self.has_connected.store(true, Ordering::Relaxed);
    }

    /// A CONNECT packet came for the main namespace. `None` if the session still has a socket: socketioxide removes an old socket late and by id,
    /// so it would remove the new one, too, without a disconnect.
    pub fn claim(self: &Arc<Self>) -> Option<Claim> {
        self.note_connect();
        let was_claimed = self.is_claimed.swap(true, Ordering::Relaxed);
        (!was_claimed).then(|| Claim(self.clone()))
    }
}

impl Drop for EngineSession {
    fn drop(&mut self) {
        let has_spoken = |conn: &ConnHandle| conn.close_code().is_none() && conn.bytes_read() > 0;
        if !*self.has_connected.get_mut()
            && self.slot.get().is_some_and(has_spoken)
            && let Some(times) = metrics::counted("no-connect")
        {
            tracing::warn!(times, request = self.request.0, "{NO_CONNECT}");
        }
    }
}

/// That a session has a socket. Dropped with the last of it.
pub struct Claim(Arc<EngineSession>);

impl Drop for Claim {
    fn drop(&mut self) {
        self.0.is_claimed.store(false, Ordering::Relaxed);
    }
}
