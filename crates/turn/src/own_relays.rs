//! The relayed addresses of all machines.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::RwLock;

use crate::ranges;

const WORDS: usize = 1 << 16 >> 6;
/// How many addresses are kept without relays.
const MOST_ADDRESSES: usize = 64;

/// The ports of one address that relays have: one bit each, 8 KiB, so that it is read for each packet without a lock.
#[derive(Debug)]
pub struct RelayPorts {
    bits: Box<[AtomicU64; WORDS]>,
    is_external: bool,
}

impl RelayPorts {
    fn word_and_bit(port: u16) -> (usize, u64) {
        (usize::from(port >> 6), 1 << (port & 63))
    }

    fn new(is_external: bool) -> Arc<Self> {
        Arc::new(Self { bits: Box::new([const { AtomicU64::new(0) }; WORDS]), is_external })
    }

    /// Whether a relay has this port.
    pub fn contains(&self, port: u16) -> bool {
        let (word, bit) = Self::word_and_bit(port);
        self.bits[word].load(Ordering::Relaxed) & bit != 0
    }

    /// Whether the addresses of these relays lead to this machine by a NAT.
    pub(crate) fn is_external(&self) -> bool {
        self.is_external
    }

    fn insert(&self, port: u16) -> bool {
        let (word, bit) = Self::word_and_bit(port);
        self.bits[word].fetch_or(bit, Ordering::Relaxed) & bit == 0
    }

    fn remove(&self, port: u16) {
        let (word, bit) = Self::word_and_bit(port);
        self.bits[word].fetch_and(!bit, Ordering::Relaxed);
    }

    fn is_empty(&self) -> bool {
        self.bits.iter().all(|word| word.load(Ordering::Relaxed) == 0)
    }
}

/// The relayed addresses of all machines, as peers are given them. They have few IP addresses: some of this machine's own.
#[derive(Debug, Default)]
pub struct OwnRelays {
    by_ip: RwLock<HashMap<IpAddr, Arc<RelayPorts>>>,
    behind_nat: RwLock<BehindNat>,
}

/// The relays of a machine behind a NAT. Many NATs do not lead what the machine sends to their outside address back to it, so
/// that one relay sends to the socket of another.
#[derive(Debug, Default)]
struct BehindNat {
    sockets: HashMap<SocketAddr, SocketAddr>,
    relays: HashMap<SocketAddr, SocketAddr>,
}

impl OwnRelays {
    /// The ports of relays at this address. `None` if no relay has ever had it.
    pub fn of(&self, ip: IpAddr) -> Option<Arc<RelayPorts>> {
        self.by_ip.read().get(&ip).cloned()
    }

    /// Notes that an address leads to this machine, though it has no relay as yet.
    pub fn insert_external(&self, ip: IpAddr) {
        self.by_ip.write().entry(ip).or_insert_with(|| RelayPorts::new(true));
    }

    /// A relay gets this address. Returns whether no other has it: sockets at different addresses of this machine may have
    /// the same port, and peers may know them by the same external address.
    pub fn insert(&self, relay: SocketAddr, socket: SocketAddr) -> bool {
        let is_inserted = self.insert_port(relay);
        if is_inserted && relay != socket && ranges::is_private(socket.ip()) {
            let mut behind_nat = self.behind_nat.write();
            behind_nat.sockets.insert(relay, socket);
            behind_nat.relays.insert(socket, relay);
        }
        is_inserted
    }

    fn insert_port(&self, relay: SocketAddr) -> bool {
        if let Some(ports) = self.by_ip.read().get(&relay.ip()) {
            return ports.insert(relay.port());
        }
        let mut by_ip = self.by_ip.write();
        // A client chooses to which address it comes, and a machine may have a whole IPv6 network.
        if by_ip.len() >= MOST_ADDRESSES {
            by_ip.retain(|_, ports| ports.is_external || !ports.is_empty());
        }
        by_ip.entry(relay.ip()).or_insert_with(|| RelayPorts::new(false)).insert(relay.port())
    }

    /// No relay has this address any more.
    pub fn remove(&self, relay: SocketAddr) {
        if let Some(ports) = self.of(relay.ip()) {
            ports.remove(relay.port());
            // Relays without a NAT share no lock for this.
            if ports.is_external {
                let mut behind_nat = self.behind_nat.write();
                if let Some(socket) = behind_nat.sockets.remove(&relay) {
                    behind_nat.relays.remove(&socket);
                }
            }
        }
    }

    /// The socket of a relay that peers know by another address.
    pub(crate) fn socket_of(&self, relay: SocketAddr) -> Option<SocketAddr> {
        self.behind_nat.read().sockets.get(&relay).copied()
    }

    /// The address by which peers know the relay of a socket, if that is another one.
    pub(crate) fn relay_of(&self, socket: SocketAddr) -> Option<SocketAddr> {
        self.behind_nat.read().relays.get(&socket).copied()
    }

    /// Whether there are no relays.
    pub fn is_empty(&self) -> bool {
        self.by_ip.read().values().all(|ports| ports.is_empty()) && self.behind_nat.read().sockets.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(number: u16, port: u16) -> SocketAddr {
        ([0x2a00, 0, 0, 0, 0, 0, 0, number], port).into()
    }

    #[test]
    fn port_is_of_a_relay_until_it_is_removed() {
        let relays = OwnRelays::default();
        let insert = |number, port| relays.insert(address(number, port), address(number, port));
        for port in [0, 63, 64, 65_535] {
            assert!(insert(1, port));
        }
        assert!(!insert(1, 64) && insert(2, 64));
        let ports = relays.of(address(1, 0).ip()).expect("known");
        assert_eq!([0, 1, 63, 64, 65, 65_535].map(|port| ports.contains(port)), [true, false, true, true, false, true]);
        relays.remove(address(1, 64));
        assert!(!ports.contains(64) && ports.contains(63) && !relays.is_empty());
    }

    #[test]
    fn addresses_without_relays_are_forgotten_if_many() {
        let relays = OwnRelays::default();
        relays.insert_external(address(0, 0).ip());
        relays.insert(address(1, 7), address(1, 7));
        for number in 2..1000 {
            relays.insert(address(number, 7), address(number, 7));
            relays.remove(address(number, 7));
        }
        assert!(relays.by_ip.read().len() <= MOST_ADDRESSES);
        assert!([0, 1].iter().all(|number| relays.of(address(*number, 0).ip()).is_some()));
    }
}
