//! Connections: accepted, told apart by their first byte (HTTP and HTTPS share one port), counted, measured and served.
//!
//! What a connection costs before anybody has said who they are is bounded here, in front of all libraries: how many
//! there are ([`crowd`]), how long they may dawdle ([`serving`]), and how much they may send that is no message yet
//! ([`meter`]).

pub mod address;
pub mod cable;
pub mod closing;
pub mod crowd;
mod handshake;
pub mod meter;
pub mod proxies;
pub mod serving;
pub mod stream;

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
