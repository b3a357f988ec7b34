//! Between which addresses, and over what, a client and the server talk.

use std::hash::{Hash, Hasher};
use std::net::{IpAddr, SocketAddr};

/// What carries the messages of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// One message or ChannelData in each datagram.
    Udp,
    /// A stream of them.
    Tcp,
    /// A stream inside TLS.
    Tls,
}

impl Transport {
    /// Whether messages follow each other in a stream, so that ChannelData is padded to 4 bytes (RFC 8656 section 12.5).
    pub fn is_stream(self) -> bool {
        self != Self::Udp
    }
}

/// An address family (RFC 8656 section 18.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// The family of an address.
    pub fn of(ip: IpAddr) -> Self {
        if ip.is_ipv4() { Self::V4 } else { Self::V6 }
    }
}

/// What identifies an allocation (RFC 8656 section 3.2), with the transport in full: TCP and TLS may share one port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FiveTuple {
    /// What carries the messages.
    pub transport: Transport,
    /// The client's address as the server sees it.
    pub client: SocketAddr,
    /// The address to which the client sends, unspecified (`0.0.0.0`) where a socket does not say it.
    pub server: SocketAddr,
}

impl Hash for FiveTuple {
    /// The client's address only, in one piece: the rest has few values, and hashing each field takes longer.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut bytes = [0; 18];
        match self.client.ip() {
            IpAddr::V4(ip) => bytes[..4].copy_from_slice(&ip.octets()),
            IpAddr::V6(ip) => bytes[..16].copy_from_slice(&ip.octets()),
        }
        bytes[16..].copy_from_slice(&self.client.port().to_be_bytes());
        state.write(&bytes);
    }
}
