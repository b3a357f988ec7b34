//! Which addresses are public: all that IANA's registries of special-purpose addresses (RFC 6890 and its updates) do not
//! list, without addresses that only lead to IPv4 addresses, which nothing else here would judge.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(first: u16, second: u16, third: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(first, second, third, 0, 0, 0, 0, 0), prefix)
}

const NOT_PUBLIC_V4: [Ipv4Net; 16] = [
    v4(0, 0, 0, 0, 8),        // this network: Linux takes 0.0.0.0 for the machine itself
    v4(10, 0, 0, 0, 8),       // private
    v4(100, 64, 0, 0, 10),    // carrier-grade NAT, and Alibaba's metadata
    v4(127, 0, 0, 0, 8),      // loopback
    v4(168, 63, 129, 16, 32), // Azure's host, within a public range
    v4(169, 254, 0, 0, 16),   // link-local, and the metadata of most clouds
    v4(172, 16, 0, 0, 12),    // private
    v4(192, 0, 0, 0, 24),     // protocol assignments, and Oracle's metadata
    v4(192, 0, 2, 0, 24),     // documentation
    v4(192, 88, 99, 0, 24),   // relays of 6to4
    v4(192, 168, 0, 0, 16),   // private
    v4(198, 18, 0, 0, 15),    // benchmarks
    v4(198, 51, 100, 0, 24),  // documentation
    v4(203, 0, 113, 0, 24),   // documentation
    v4(224, 0, 0, 0, 4),      // multicast
    v4(240, 0, 0, 0, 4),      // reserved, and broadcast
];

/// Where IPv6 addresses are assigned at all. Outside lie loopback, v4-mapped and v4-compatible addresses, NAT64, discard-only,
/// unique local, link-local, site-local and multicast addresses.
const GLOBAL_V6: Ipv6Net = v6(0x2000, 0, 0, 3);

const NOT_PUBLIC_V6: [Ipv6Net; 4] = [
    v6(0x2001, 0, 0, 23),     // protocol assignments: Teredo, benchmarks, ORCHID
    v6(0x2001, 0xdb8, 0, 32), // documentation
    v6(0x2002, 0, 0, 16),     // 6to4
    v6(0x3fff, 0, 0, 20),     // documentation
];

const PRIVATE_V4: [Ipv4Net; 3] = [v4(10, 0, 0, 0, 8), v4(172, 16, 0, 0, 12), v4(192, 168, 0, 0, 16)];
const PRIVATE_V6: Ipv6Net = v6(0xfc00, 0, 0, 7);

/// Whether a host anywhere may have the address.
pub(crate) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !NOT_PUBLIC_V4.iter().any(|range| range.contains(&ip)),
        IpAddr::V6(ip) => GLOBAL_V6.contains(&ip) && !NOT_PUBLIC_V6.iter().any(|range| range.contains(&ip)),
    }
}

/// Whether the address is one of a private network (RFC 1918, RFC 4193).
pub(crate) fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => PRIVATE_V4.iter().any(|range| range.contains(&ip)),
        IpAddr::V6(ip) => PRIVATE_V6.contains(&ip),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn address_in_a_special_range_is_not_public() {
        let first_and_last = [
            "0.0.0.0 0.255.255.255",
            "10.0.0.0 10.255.255.255",
            "100.64.0.0 100.127.255.255",
            "100.100.100.200 168.63.129.16",
            "127.0.0.1 127.255.255.255",
            "169.254.0.0 169.254.255.255",
            "169.254.169.254 192.0.0.192",
            "172.16.0.0 172.31.255.255",
            "192.0.2.1 192.88.99.1",
            "192.168.0.0 192.168.255.255",
            "198.18.0.0 198.19.255.255",
            "198.51.100.1 203.0.113.255",
            "224.0.0.0 239.255.255.255",
            "240.0.0.0 255.255.255.255",
            ":: ::1",
            "::ffff:8.8.8.8 ::8.8.8.8",
            "64:ff9b::808:808 64:ff9b:1::808:808",
            "100::1 5f00::1",
            "2001::1 2001:1ff:ffff::1",
            "2001:db8::1 3fff:fff::1",
            "2002:808:808::1 2002:ffff:ffff::1",
            "fc00::1 fdff:ffff::1",
            "fd00:ec2::254 fec0::1",
            "fe80::1 febf::1",
            "ff00::1 ffff::1",
        ];
        for address in first_and_last.iter().flat_map(|pair| pair.split(' ')) {
            assert!(!is_public(ip(address)), "{address}");
        }
    }

    #[test]
    fn address_beside_a_special_range_is_public() {
        let outside = [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "168.63.129.15",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2000::",
            "2001:200::1",
            "2001:db9::1",
            "2003::1",
            "2a00::1",
            "3fff:1000::1",
        ];
        for address in outside {
            assert!(is_public(ip(address)), "{address}");
        }
    }
}
