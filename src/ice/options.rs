//! The options of ICE servers.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use super::ice_url::IceUrl;

/// Which ICE servers clients receive.
#[derive(Clone, Default)]
pub struct IceOptions {
    /// Servers of others.
    pub outside: Vec<IceUrl>,
    /// The secret that the TURN servers share with this program.
    pub secret: Option<String>,
    /// For how long credentials are valid.
    pub ttl: Duration,
    /// The TURN server inside, if it is on.
    pub inside: Option<InsideOptions>,
}

/// The TURN server of this program.
#[derive(Clone)]
pub struct InsideOptions {
    /// What it needs itself; its secret is still missing.
    pub turn: switchboard_turn::Options,
    /// The host in its URLs, if it is known: that of `--public-url`, the outside address, or the one that it listens on.
    /// Otherwise it is an address of this machine.
    pub host: Option<String>,
    /// The port of `--public-url`.
    pub public_port: Option<u16>,
}

impl fmt::Debug for IceOptions {
    /// Omits the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IceOptions").field("outside", &self.outside).field("ttl", &self.ttl).finish_non_exhaustive()
    }
}

/// An address as the host of a URL: IPv6 in brackets.
pub fn host(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}
