//! To which peers the server relays.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ipnet::IpNet;
use parking_lot::RwLock;

use crate::five_tuple::FiveTuple;
use crate::own_relays::{OwnRelays, RelayPorts};
use crate::ranges;

/// To which peers the server relays. What is not public is refused, and so is each address of this machine: a relay must
/// not be a way into the network that it stands in.
#[derive(Debug, Clone, Default)]
pub struct PeerPolicy {
    /// Allowed although they are not public, the machine's own addresses among them.
    pub allow: Vec<IpNet>,
    /// Refused in any case: more than `allow` says.
    pub deny: Vec<IpNet>,
    /// Whether a client with a private address may have peers in the network of the interface by which it came.
    pub private_by_interface: bool,
}

/// What the policy says about an address.
#[derive(Debug, Clone)]
pub(crate) enum Verdict {
    Refused,
    Allowed,
    /// Allowed on the ports of this server's relays: two clients who both relay are each other's peers.
    Relays(Arc<RelayPorts>),
}

impl Verdict {
    pub(crate) fn allows(&self, port: u16) -> bool {
        match self {
            Self::Refused => false,
            Self::Allowed => true,
            Self::Relays(ports) => ports.contains(port),
        }
    }
}

impl PeerPolicy {
    /// Whether the server relays between this client and this peer.
    pub fn is_allowed(&self, peer: SocketAddr, client: &FiveTuple, own: &OwnAddresses, relays: &OwnRelays) -> bool {
        self.judge(peer.ip(), client, own, relays).allows(peer.port())
    }

    pub(crate) fn judge(&self, peer: IpAddr, client: &FiveTuple, own: &OwnAddresses, relays: &OwnRelays) -> Verdict {
        let within = |networks: &[IpNet]| networks.iter().any(|network| network.contains(&peer));
        if within(&self.deny) {
            return Verdict::Refused;
        }
        if within(&self.allow) {
            return Verdict::Allowed;
        }
        if let Some(ports) = relays.of(peer) {
            return Verdict::Relays(ports);
        }
        let is_own = own.contains(peer) || peer == client.server.ip().to_canonical();
        let is_allowed = !is_own
            && (ranges::is_public(peer)
                || self.private_by_interface && ranges::is_private(peer) && own.share_network(client, peer));
        if is_allowed { Verdict::Allowed } else { Verdict::Refused }
    }
}

/// The addresses of this machine's interfaces, each with the length of its network's prefix. They may change while machines run.
#[derive(Debug, Default)]
pub struct OwnAddresses {
    addresses: RwLock<Vec<IpNet>>,
    /// Changes with the addresses, so that what was decided by the old ones is decided once more.
    version: AtomicU32,
}

impl OwnAddresses {
    /// These addresses, the most fitting ones for peers to send to first.
    pub fn new(addresses: Vec<IpNet>) -> Self {
        Self { addresses: RwLock::new(addresses), version: AtomicU32::new(0) }
    }

    /// Replaces the addresses.
    pub fn set(&self, addresses: Vec<IpNet>) {
        let mut own = self.addresses.write();
        if *own != addresses {
            *own = addresses;
            self.version.fetch_add(1, Ordering::Release);
        }
    }

    pub(crate) fn version(&self) -> u32 {
        self.version.load(Ordering::Acquire)
    }

    /// The first address that suits.
    pub(crate) fn find(&self, suits: impl Fn(IpAddr) -> bool) -> Option<IpAddr> {
        self.addresses.read().iter().map(IpNet::addr).find(|address| suits(*address))
    }

    fn contains(&self, ip: IpAddr) -> bool {
        self.find(|own| own == ip).is_some()
    }

    /// Whether the peer is another host in the network of the interface by which the client came, with a private address.
    fn share_network(&self, client: &FiveTuple, peer: IpAddr) -> bool {
        let (ip, server) = (client.client.ip().to_canonical(), client.server.ip().to_canonical());
        let came_by = |network: &&IpNet| match server.is_unspecified() {
            true => network.contains(&ip),
            false => network.addr() == server,
        };
        let is_host = |network: &IpNet| {
            let is_single = network.prefix_len() + 1 >= network.max_prefix_len();
            network.contains(&peer) && (is_single || peer != network.network() && peer != network.broadcast())
        };
        ranges::is_private(ip) && self.addresses.read().iter().find(came_by).is_some_and(is_host)
    }
}
