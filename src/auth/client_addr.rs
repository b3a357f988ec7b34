//! From where somebody comes. `app` puts it into the extensions of each request to a door; there, and wherever
//! visitors are counted, it is only looked at.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use crate::net::connection_limiter::ip_prefix;

/// The address that a request comes from: the other end's, or the one that a trusted proxy names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientAddr {
    address: IpAddr,
    is_through_proxy: bool,
}

/// By what visitors are counted: an IPv4 address, or the first half of an IPv6 one. Whoever has one IPv6 address has
/// the whole network of 2^64 (RFC 6177), and could come from another one each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RateLimitKey(IpAddr);

impl ClientAddr {
    /// A client at this address. An IPv4 address in IPv6 clothes is an IPv4 one.
    pub fn new(address: IpAddr) -> Self {
        Self { address: address.to_canonical(), is_through_proxy: false }
    }

    /// A client at this address, as a trusted proxy says.
    pub fn through_proxy(address: IpAddr) -> Self {
        Self { is_through_proxy: true, ..Self::new(address) }
    }

    /// One of whom nothing is known: all of these count as one.
    pub fn unknown() -> Self {
        Self::new(Ipv6Addr::UNSPECIFIED.into())
    }

    /// The address.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// Whether a trusted proxy stands between.
    pub fn is_through_proxy(&self) -> bool {
        self.is_through_proxy
    }

    /// As whom to count it.
    pub fn network(&self) -> RateLimitKey {
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
    fn each_ipv4_address_counts_by_itself() {
        assert_eq!(network("192.0.2.1"), network("::ffff:192.0.2.1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }

    #[test]
    fn an_ipv6_network_counts_as_one() {
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_ne!(network("::1"), network("127.0.0.1"));
    }
}
