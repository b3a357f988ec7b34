//! Ids that stay inside the server: 64 random bits, drawn outside the core.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One connection of a client. A peer that returns has another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ConnectionId(pub u64);

/// A client as the rules see it, connected or expected back: it outlives connections. Never a Socket.IO id: those are
/// secrets of their owners. Other clients receive it at `/gst` only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PeerId(pub u64);

impl fmt::Display for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}
