//! Network connections: one listener for HTTP, HTTPS and TURN, and the limits that hold before a client has authenticated.
//!
//! What an unknown client may cost is limited in front of all libraries: the number of connections
//! ([`connection_limiter`]), the time that a connection may take for a handshake and for the head of a request, and the
//! bytes that it may send without completing a message.

pub(crate) mod address;
pub(crate) mod certified_names;
pub mod changing;
pub(crate) mod conn_stats;
pub mod connection_limiter;
mod handshake;
pub(crate) mod host;
pub(crate) mod http_client;
pub(crate) mod http_server;
pub(crate) mod listener;
pub(crate) mod mdns;
mod options;
pub mod proxies;
mod refused_certificates;
pub(crate) mod request_id;
mod stream;
pub(crate) mod system_roots;
pub mod tcp_handle;
mod turn_streams;

pub(crate) use self::options::ListenerOptions;
