//! The reverse proxies that the server trusts, and the client address that they forward.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use ipnet::IpNet;

use super::address::is_private;

/// The value of `--trust-proxy`: whose `X-Forwarded-For` header the server believes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum TrustedProxies {
    /// None: each connection is a client's own.
    #[default]
    None,
    /// Each connection from loopback or a private address is a proxy's. A request passes one proxy, not a chain.
    Private,
    /// Proxies in these networks. A request may pass several of them.
    Listed(Arc<[IpNet]>),
}

impl TrustedProxies {
    /// Whether a connection from this address is a trusted proxy's.
    pub fn trusts(&self, address: IpAddr) -> bool {
        match self {
            Self::None => false,
            Self::Private => is_private(address),
            Self::Listed(_) => self.lists(address),
        }
    }

    /// Whether `--trust-proxy` lists this address.
    pub fn lists(&self, address: IpAddr) -> bool {
        let Self::Listed(networks) = self else { return false };
        let address = address.to_canonical();
        networks.iter().any(|network| network.contains(&address))
    }

    /// The address of the client whose request `peer` forwards; `None` if `peer` is not a trusted proxy or names no client.
    ///
    /// `forwarded_for` are the entries of `X-Forwarded-For` in their order. Each proxy appends the address from which it
    /// received the request, so the last entry that is not a listed proxy is the client. The client may have forged all
    /// entries before that one.
    ///
    /// ```
    /// use switchboard::net::proxies::TrustedProxies;
    ///
    /// let proxies: TrustedProxies = "192.0.2.0/24".parse()?;
    /// let entries = ["198.51.100.2", "203.0.113.7", "192.0.2.8"];
    /// let client = proxies.client("192.0.2.9".parse()?, entries.into_iter());
    /// assert_eq!(client, Some("203.0.113.7".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn client<'a>(&self, peer: IpAddr, forwarded_for: impl DoubleEndedIterator<Item = &'a str>) -> Option<IpAddr> {
        let mut client = None;
        if !self.trusts(peer) {
            return client;
        }
        for entry in forwarded_for.rev() {
            let Some(address) = entry_address(entry.trim()) else { break };
            client = Some(address);
            if !self.lists(address) {
                break;
            }
        }
        client
    }
}

/// Reads an address as proxies write it: with or without a port and brackets.
pub(crate) fn entry_address(entry: &str) -> Option<IpAddr> {
    let bare = entry.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(entry);
    let address = bare.parse().ok().or_else(|| entry.parse().ok().map(|address: SocketAddr| address.ip()));
    address.map(|address| address.to_canonical())
}

impl FromStr for TrustedProxies {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim().to_ascii_lowercase().as_str() {
            // The values that flags without a value accept in their environment variable.
            "" | "0" | "n" | "no" | "f" | "false" | "off" => return Ok(Self::None),
            "1" | "y" | "yes" | "t" | "true" | "on" | "private" => return Ok(Self::Private),
            _ => {}
        }
        text.split(',').map(|entry| network(entry.trim())).collect::<Result<_, _>>().map(Self::Listed)
    }
}

fn network(entry: &str) -> Result<IpNet, String> {
    let address = entry.parse().map(|address: IpAddr| IpNet::from(address.to_canonical()));
    address.or_else(|_| entry.parse()).map_err(|_| {
        format!(
            "\"{entry}\" is not an address of a proxy: write addresses and networks with commas between, like \
             127.0.0.1,10.0.0.0/8, or nothing after --trust-proxy for proxies on this machine and in its network"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &str, peer: &str, forwarded_for: &str) -> String {
        let trusted: TrustedProxies = trusted.parse().unwrap();
        let peer = peer.parse().unwrap();
        trusted.client(peer, forwarded_for.split(',')).unwrap_or(peer).to_string()
    }

    #[test]
    fn untrusted_peer_is_the_client_itself() {
        assert_eq!(client("no", "10.0.0.9", "203.0.113.7"), "10.0.0.9");
        assert_eq!(client("private", "192.0.2.1", "203.0.113.7"), "192.0.2.1");
        assert_eq!(client("10.0.0.1", "10.0.0.9", "203.0.113.7"), "10.0.0.9");
    }

    #[test]
    fn trusted_peer_is_believed_for_its_last_entry() {
        assert_eq!(client("private", "10.0.0.9", "203.0.113.7"), "203.0.113.7");
        assert_eq!(client("private", "127.0.0.1", "198.51.100.2, 203.0.113.7 "), "203.0.113.7");
        // A client in the same network cannot claim another address.
        assert_eq!(client("private", "127.0.0.1", "198.51.100.2, 192.168.1.7"), "192.168.1.7");
        assert_eq!(client("127.0.0.1", "::ffff:127.0.0.1", "203.0.113.7"), "203.0.113.7");
    }

    #[test]
    fn listed_proxies_are_skipped_from_the_right() {
        let two = "127.0.0.1,192.0.2.0/24,2001:db8::/32";
        assert_eq!(client(two, "127.0.0.1", "198.51.100.2, 203.0.113.7, 192.0.2.8"), "203.0.113.7");
        assert_eq!(client(two, "127.0.0.1", "203.0.113.7, 2001:db8::1, ::ffff:192.0.2.8"), "203.0.113.7");
        assert_eq!(client(two, "192.0.2.8", "203.0.113.7, 192.0.2.8"), "203.0.113.7");
        assert_eq!(client(two, "127.0.0.1", "192.0.2.9, 192.0.2.8"), "192.0.2.9", "a request by a proxy itself");
    }

    #[test]
    fn entry_that_is_no_address_ends_the_walk() {
        for nothing in ["", "unknown", "203.0.113.7,", "203.0.113.7,_hidden"] {
            assert_eq!(client("127.0.0.1", "127.0.0.1", nothing), "127.0.0.1", "{nothing}");
            assert_eq!(client("private", "127.0.0.1", nothing), "127.0.0.1", "{nothing}");
        }
    }

    #[test]
    fn entries_are_read_as_proxies_write_them() {
        for (written, read) in [
            ("203.0.113.7:4711", "203.0.113.7"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("[2001:db8::7]:4711", "2001:db8::7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
        ] {
            assert_eq!(client("private", "127.0.0.1", written), read);
        }
    }

    #[test]
    fn switch_is_read_from_flag_and_environment() {
        for off in ["", "0", "false", "OFF"] {
            assert_eq!(off.parse(), Ok(TrustedProxies::None), "{off}");
        }
        for on in ["1", "true", "private"] {
            assert_eq!(on.parse(), Ok(TrustedProxies::Private), "{on}");
        }
        for wrong in ["proxy.example.org", "10.0.0.0/33", "127.0.0.1,,10.0.0.1", "127.0.0.1;10.0.0.1"] {
            assert!(wrong.parse::<TrustedProxies>().is_err(), "{wrong}");
        }
    }
}
