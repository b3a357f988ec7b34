//! The relayed addresses of all machines.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::RwLock;

const WORDS: usize = 1 << 16 >> 6;

/// The ports of one address that relays have: one bit each, 8 KiB, so that it is read for each packet without a lock.
#[derive(Debug)]
pub struct RelayPorts(Box<[AtomicU64; WORDS]>);

impl RelayPorts {
    fn word_and_bit(port: u16) -> (usize, u64) {
        (usize::from(port >> 6), 1 << (port & 63))
    }

    /// Whether a relay has this port.
    pub fn contains(&self, port: u16) -> bool {
        let (word, bit) = Self::word_and_bit(port);
        self.0[word].load(Ordering::Relaxed) & bit != 0
    }

    fn insert(&self, port: u16) {
        let (word, bit) = Self::word_and_bit(port);
        self.0[word].fetch_or(bit, Ordering::Relaxed);
    }

    fn remove(&self, port: u16) {
        let (word, bit) = Self::word_and_bit(port);
        self.0[word].fetch_and(!bit, Ordering::Relaxed);
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(|word| word.load(Ordering::Relaxed) == 0)
    }
}

/// The relayed addresses of all machines, as peers are given them. They have few IP addresses: some of this machine's own.
#[derive(Debug, Default)]
pub struct OwnRelays(RwLock<HashMap<IpAddr, Arc<RelayPorts>>>);

impl OwnRelays {
    /// The ports of relays at this address. `None` if no relay has ever had it.
    pub fn of(&self, ip: IpAddr) -> Option<Arc<RelayPorts>> {
        self.0.read().get(&ip).cloned()
    }

    /// Notes that an address is this machine's own, though it has no relay as yet.
    pub fn know(&self, ip: IpAddr) -> Arc<RelayPorts> {
        let new = || Arc::new(RelayPorts(Box::new([const { AtomicU64::new(0) }; WORDS])));
        self.0.write().entry(ip).or_insert_with(new).clone()
    }

    /// A relay has this address now.
    pub fn insert(&self, relay: SocketAddr) {
        self.of(relay.ip()).unwrap_or_else(|| self.know(relay.ip())).insert(relay.port());
    }

    /// No relay has this address any more.
    pub fn remove(&self, relay: SocketAddr) {
        if let Some(ports) = self.of(relay.ip()) {
            ports.remove(relay.port());
        }
    }

    /// Whether there are no relays.
    pub fn is_empty(&self) -> bool {
        self.0.read().values().all(|ports| ports.is_empty())
    }
}
