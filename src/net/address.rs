//! Addresses that no host on the public Internet has.

use std::net::{IpAddr, Ipv4Addr};

/// Whether an address is loopback, private (RFC 1918, RFC 4193), link-local, or shared (RFC 6598: carriers, Tailscale).
/// An IPv4-mapped IPv6 address counts as the IPv4 address in it.
pub(crate) fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            address.is_loopback() || address.is_private() || address.is_link_local() || is_shared(address)
        }
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

/// 100.64.0.0/10.
fn is_shared(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    first == 100 && second & 0b1100_0000 == 64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_at_the_edge_of_a_network_is_private_or_not() {
        for near in [
            "127.0.0.1",
            "10.0.0.0",
            "10.255.255.255",
            "172.16.0.0",
            "172.31.255.255",
            "192.168.255.255",
            "169.254.3.4",
            "100.64.0.0",
            "100.127.255.255",
            "::1",
            "fd00::7",
            "fe80::1",
            "::ffff:192.168.1.7",
        ] {
            assert!(is_private(near.parse().unwrap()), "{near}");
        }
        for far in [
            "9.255.255.255",
            "11.0.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.1.1",
            "100.63.255.255",
            "100.128.0.0",
            "0.0.0.0",
            "8.8.8.8",
            "::",
            "2001:db8::1",
            "::ffff:8.8.8.8",
        ] {
            assert!(!is_private(far.parse().unwrap()), "{far}");
        }
    }
}
