//! What a machine needs of the sockets, and what it gives them.

use std::net::SocketAddr;

use crate::five_tuple::{Family, FiveTuple};

/// One relay socket, as the sockets' owner numbers it. Small numbers that are used again are best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RelayId(pub u32);

/// Why no relay socket was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// This machine has no address of the family.
    #[error("no address of this family")]
    Family,
    /// All ports, or all file descriptors, are in use.
    #[error("no port is free")]
    Exhausted,
}

/// What the machine needs done, called while it handles a packet.
pub trait Outside {
    /// Opens a relay socket, on an even port if that is asked for, and returns its address.
    fn open(&mut self, family: Family, even_port: bool) -> Result<(RelayId, SocketAddr), OpenError>;

    /// Closes it. The machine does not use the number again.
    fn close(&mut self, relay: RelayId);

    /// Sends a message to a client. What does not fit into the client's queue is dropped.
    fn to_client(&mut self, client: FiveTuple, packet: &[u8]);

    /// Sends one datagram from a relay socket.
    fn to_peer(&mut self, relay: RelayId, peer: SocketAddr, payload: &[u8]);
}

/// What goes to a client around the payload of a peer's datagram: [`Self::header`], the payload, [`Self::padding`] zero bytes.
#[derive(Debug, Clone, Copy)]
pub struct Delivery {
    /// The client.
    pub client: FiveTuple,
    pub(super) bytes: [u8; Self::LONGEST_HEADER],
    pub(super) length: u8,
    /// How many zero bytes follow the payload.
    pub padding: u8,
}

impl Delivery {
    /// Bytes of the longest header: a Data indication from an IPv6 peer.
    pub const LONGEST_HEADER: usize = 48;

    /// What precedes the payload: 4 bytes of ChannelData, or a Data indication up to its payload.
    pub fn header(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}
