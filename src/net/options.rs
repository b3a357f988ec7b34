//! The options of the listener.

use std::time::Duration;

use switchboard_turn::Handle;

use super::proxies::TrustedProxies;

/// What [`HttpServer`](super::http_server::HttpServer) needs from the flags.
#[derive(Debug, Clone)]
pub(crate) struct ListenerOptions {
    /// How long a connection may take for its first byte and TLS handshake together, and for the head of each request.
    pub connect_timeout: Duration,
    /// Most clients in all. Each may have several network connections.
    pub max_connections: usize,
    /// Most clients from one address.
    pub max_per_address: usize,
    /// The proxies from whose addresses more clients may connect.
    pub trust_proxy: TrustedProxies,
    /// Largest message, in bytes.
    pub max_message: usize,
    /// The TURN server, if it is on.
    pub turn: Option<Handle>,
}
