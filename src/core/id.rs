//! Ids that stay inside the server: 64 random bits, drawn outside the core.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::protocol::id::GstPeerId;

/// One connection of a client. A peer that returns has another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ConnectionId(pub u64);

/// One process of those that share a log, from its start until it is declared lost: 24 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NodeId(pub u32);

/// The low bits of the id of a connection, which number the connections of a node.
const NUMBER_BITS: u32 = 40;

impl ConnectionId {
    /// A connection of a node.
    pub fn of(node: NodeId, number: u64) -> Self {
        Self(u64::from(node.0) << NUMBER_BITS | number & ((1 << NUMBER_BITS) - 1))
    }

    /// The node, if it is a connection of one.
    pub fn node(self) -> NodeId {
        NodeId((self.0 >> NUMBER_BITS) as u32)
    }
}

impl NodeId {
    /// The node of these random bits.
    pub fn new(random: u64) -> Self {
        Self((random & 0x00ff_ffff) as u32)
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06x}", self.0)
    }
}

/// A client as the rules see it, connected or expected back: it outlives connections. Never a Socket.IO id: those are
/// secrets of their owners. Other clients receive it at `/gst` only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PeerId(pub u64);

impl PeerId {
    /// Reads what [`Display`](fmt::Display) writes.
    pub fn parse(text: &str) -> Option<Self> {
        GstPeerId::parse(text).map(|id| Self(id.0))
    }
}

impl fmt::Display for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}
