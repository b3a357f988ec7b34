//! The address of a client. `http` puts it into the extensions of each request; everything else reads it there.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use crate::net::connection_limiter::ip_prefix;

/// The address that a request comes from: the peer address of its connection, or the one that a trusted proxy names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientAddr {
    address: IpAddr,
    is_through_proxy: bool,
}

/// The unit in which clients are counted: an IPv4 address, or the /64 of an IPv6 address. A client with one IPv6 address
/// usually has its whole /64 (RFC 6177), and could use another address each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RateLimitKey(IpAddr);

impl ClientAddr {
    /// A client at this address. An IPv4-mapped IPv6 address counts as IPv4.
    pub fn new(address: IpAddr) -> Self {
        Self { address: address.to_canonical(), is_through_proxy: false }
    }

    /// A client whose address a trusted proxy names.
    pub(crate) fn through_proxy(address: IpAddr) -> Self {
        Self { is_through_proxy: true, ..Self::new(address) }
    }

    /// A client of unknown address: all of these count as one.
    pub fn unknown() -> Self {
        Self::new(Ipv6Addr::UNSPECIFIED.into())
    }

    /// The address.
    pub(crate) fn address(&self) -> IpAddr {
        self.address
    }

    /// Whether a trusted proxy named it.
    pub(crate) fn is_through_proxy(&self) -> bool {
        self.is_through_proxy
    }

    /// The unit that it counts in.
    pub(crate) fn network(&self) -> RateLimitKey {
        RateLimitKey(ip_prefix(self.address))
    }
}

impl fmt::Display for RateLimitKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(address: &str) -> RateLimitKey {
        ClientAddr::new(address.parse().unwrap()).network()
    }

    #[test]
    fn ipv4_addresses_count_separately() {
        assert_eq!(network("192.0.2.1"), network("::ffff:192.0.2.1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }

    #[test]
    fn ipv6_addresses_of_one_network_count_together() {
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_ne!(network("::1"), network("127.0.0.1"));
    }
}
