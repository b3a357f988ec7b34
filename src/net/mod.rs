//! Connections: accepted, told apart by their first byte (HTTP and HTTPS share one port), counted, measured and served.
//!
//! What a connection costs before its client has said who it is has limits here, in front of all libraries: the number of
//! connections ([`connection_limiter`]), the time that each may take ([`http_server`]), and the bytes that it may send
//! before they make a message ([`conn_stats`]).

pub mod address;
pub mod conn_stats;
pub mod connection_limiter;
mod handshake;
pub mod http_server;
pub mod proxies;
pub mod stream;
pub mod tcp_handle;

use std::time::Duration;

use self::proxies::TrustedProxies;

/// The switches of the listener.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long a connection may take to say its first byte, to shake hands, and to send the head of a request.
    pub patience: Duration,
    /// Connections in all.
    pub max_connections: usize,
    /// Connections from one address.
    pub max_per_address: usize,
    /// From where more may come: all clients of a proxy come from its address.
    pub trust_proxy: TrustedProxies,
    /// Largest message in bytes.
    pub max_message: usize,
}
