//! To which peers the server relays.

use ipnet::IpNet;
use parking_lot::RwLock;

/// To which peers the server relays.
#[derive(Debug, Clone, Default)]
pub struct PeerPolicy {
    /// Allowed although they are not public.
    pub allow: Vec<IpNet>,
    /// Refused in any case: more than `allow` says.
    pub deny: Vec<IpNet>,
    /// Whether a client with a private address may have peers in the network of the interface by which it came.
    pub private_by_interface: bool,
}

/// The addresses of this machine's interfaces, each with the length of its network's prefix. They may change while machines run.
#[derive(Debug, Default)]
pub struct OwnAddresses(RwLock<Vec<IpNet>>);

impl OwnAddresses {
    /// These addresses.
    pub fn new(addresses: Vec<IpNet>) -> Self {
        Self(RwLock::new(addresses))
    }

    /// Replaces the addresses.
    pub fn set(&self, addresses: Vec<IpNet>) {
        *self.0.write() = addresses;
    }
}
