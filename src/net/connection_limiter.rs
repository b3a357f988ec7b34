//! How many are here: in all, and from each address.

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use parking_lot::Mutex;

/// Those who are here.
#[derive(Debug)]
pub struct ConnectionLimiter {
    max: usize,
    max_of_one: usize,
    inside: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    of_each: HashMap<IpAddr, usize>,
}

/// That somebody is here: until it is dropped.
#[derive(Debug)]
pub struct ConnectionPermit {
    limiter: Arc<ConnectionLimiter>,
    address: IpAddr,
}

/// Why nobody more is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// There are as many as there may be in all.
    All,
    /// There are as many as there may be from this address.
    Address,
}

impl Full {
    /// By what it is counted.
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
    /// An empty one, for so many in all and so many from one address.
    pub fn new(max: usize, max_of_one: usize) -> Arc<Self> {
        Arc::new(Self { max, max_of_one, inside: Mutex::default() })
    }

    /// Lets somebody in.
    ///
    /// # Errors
    /// Where there is no place left.
    pub fn enter(self: &Arc<Self>, address: IpAddr) -> Result<ConnectionPermit, Full> {
        self.enter_among(address, self.max_of_one)
    }

    /// The same from an address that has no share of its own: a proxy's.
    ///
    /// # Errors
    /// Where there is no place left in all.
    pub fn enter_by_proxy(self: &Arc<Self>, address: IpAddr) -> Result<ConnectionPermit, Full> {
        self.enter_among(address, usize::MAX)
    }

    fn enter_among(self: &Arc<Self>, address: IpAddr, max_of_one: usize) -> Result<ConnectionPermit, Full> {
        let address = ip_prefix(address);
        let mut inside = self.inside.lock();
        if inside.all >= self.max {
            return Err(Full::All);
        }
        let Counts { all, of_each } = &mut *inside;
        let here = of_each.get(&address).copied().unwrap_or_default();
        if here >= max_of_one {
            return Err(Full::Address);
        }
        of_each.insert(address, here + 1);
        *all += 1;
        Ok(ConnectionPermit { limiter: self.clone(), address })
    }

    /// How many are here.
    pub fn len(&self) -> usize {
        self.inside.lock().all
    }

    /// Whether nobody is here.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let mut inside = self.limiter.inside.lock();
        inside.all -= 1;
        let Some(here) = inside.of_each.get_mut(&self.address) else { return };
        *here -= 1;
        if *here == 0 {
            inside.of_each.remove(&self.address);
        }
    }
}

/// Whom an address is counted with: of IPv6 a household has a /64 at least (RFC 6177), and each of its devices as many
/// addresses as it likes.
pub fn ip_prefix(address: IpAddr) -> IpAddr {
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
    fn each_address_has_its_share_and_all_together_theirs() {
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
        assert!(limiter.inside.lock().of_each.is_empty());
    }

    #[test]
    fn neighbours_of_ipv6_share_a_place_and_ipv4_in_disguise_is_ipv4() {
        assert_eq!(ip_prefix(address("2001:db8:1:2:aaaa::1")), ip_prefix(address("2001:db8:1:2:bbbb::9")));
        assert_ne!(ip_prefix(address("2001:db8:1:2::1")), ip_prefix(address("2001:db8:1:3::1")));
        assert_eq!(ip_prefix(address("::ffff:192.0.2.1")), address("192.0.2.1"));
        assert_ne!(ip_prefix(address("192.0.2.1")), ip_prefix(address("192.0.2.2")));
    }
}
