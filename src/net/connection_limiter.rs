//! Counts connections, in all and per address, and rejects those beyond the limits.

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

/// The limit of connections in all and per address. Cheap to ask: one lock, one map entry per address.
#[derive(Debug)]
pub struct ConnectionLimiter {
    max: AtomicUsize,
    max_of_one: AtomicUsize,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    of_each: HashMap<IpAddr, usize>,
}

/// Counts one connection until it is dropped.
#[derive(Debug)]
pub struct ConnectionPermit {
    limiter: Arc<ConnectionLimiter>,
    address: IpAddr,
}

/// Why a connection is rejected. Displays as the sentence that the client receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// The server has as many connections as it may have.
    All,
    /// The address has as many connections as it may have.
    Address,
}

impl Full {
    /// The name of the counter of such rejections.
    pub fn reason(self) -> &'static str {
        match self {
            Self::All => "server-full",
            Self::Address => "address-full",
        }
    }
}

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::All => "This server has as many connections as it takes: try again later.",
            Self::Address => "There are too many connections from your address: close some of them first.",
        })
    }
}

impl ConnectionLimiter {
    /// A limiter for at most `max` connections, and `max_of_one` from each address.
    pub fn new(max: usize, max_of_one: usize) -> Arc<Self> {
        Arc::new(Self { max: max.into(), max_of_one: max_of_one.into(), counts: Mutex::default() })
    }

    /// Other limits, from the next connection on.
    pub(crate) fn set(&self, max: usize, max_of_one: usize) {
        self.max.store(max, Ordering::Relaxed);
        self.max_of_one.store(max_of_one, Ordering::Relaxed);
    }

    /// Counts a connection from this address.
    ///
    /// # Errors
    /// A limit that is reached.
    pub fn enter(self: &Arc<Self>, address: IpAddr) -> Result<ConnectionPermit, Full> {
        self.enter_among(address, self.max_of_one.load(Ordering::Relaxed))
    }

    /// Counts a connection of a trusted proxy. All its clients share its address, so only the limit in all holds.
    ///
    /// # Errors
    /// A limit that is reached.
    pub fn enter_by_proxy(self: &Arc<Self>, address: IpAddr) -> Result<ConnectionPermit, Full> {
        self.enter_among(address, usize::MAX)
    }

    fn enter_among(self: &Arc<Self>, address: IpAddr, max_of_one: usize) -> Result<ConnectionPermit, Full> {
        let address = ip_prefix(address);
        let mut counts = self.counts.lock();
        if counts.all >= self.max.load(Ordering::Relaxed) {
            return Err(Full::All);
        }
        let Counts { all, of_each } = &mut *counts;
        let here = of_each.get(&address).copied().unwrap_or_default();
        if here >= max_of_one {
            return Err(Full::Address);
        }
        of_each.insert(address, here + 1);
        *all += 1;
        Ok(ConnectionPermit { limiter: self.clone(), address })
    }

    /// The number of connections.
    pub fn len(&self) -> usize {
        self.counts.lock().all
    }

    /// Whether there is no connection.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let mut counts = self.limiter.counts.lock();
        counts.all -= 1;
        let Some(here) = counts.of_each.get_mut(&self.address) else { return };
        *here -= 1;
        if *here == 0 {
            counts.of_each.remove(&self.address);
        }
    }
}

/// The prefix by which an address is counted: an IPv4 address itself, the /64 of an IPv6 address. A household has at least
/// a /64 (RFC 6177), and each of its devices may use any number of addresses in it.
pub(crate) fn ip_prefix(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn limits_hold_per_address_and_in_all() {
        let limiter = ConnectionLimiter::new(3, 2);
        let (one, other) = (address("192.0.2.1"), address("192.0.2.2"));
        let first = limiter.enter(one).unwrap();
        let second = limiter.enter(one).unwrap();
        assert_eq!(limiter.enter(one).unwrap_err(), Full::Address);
        drop(limiter.enter_by_proxy(one).unwrap());
        let third = limiter.enter(other).unwrap();
        assert_eq!(limiter.enter(other).unwrap_err(), Full::All);
        assert_eq!(limiter.enter_by_proxy(other).unwrap_err(), Full::All);
        drop(first);
        let again = limiter.enter(one).unwrap();
        drop((second, third, again));
        assert!(limiter.is_empty());
        assert!(limiter.counts.lock().of_each.is_empty());
    }

    #[test]
    fn ipv6_counts_by_its_64_and_mapped_ipv4_as_ipv4() {
        assert_eq!(ip_prefix(address("2001:db8:1:2:aaaa::1")), ip_prefix(address("2001:db8:1:2:bbbb::9")));
        assert_ne!(ip_prefix(address("2001:db8:1:2::1")), ip_prefix(address("2001:db8:1:3::1")));
        assert_eq!(ip_prefix(address("::ffff:192.0.2.1")), address("192.0.2.1"));
        assert_ne!(ip_prefix(address("192.0.2.1")), ip_prefix(address("192.0.2.2")));
    }
}
