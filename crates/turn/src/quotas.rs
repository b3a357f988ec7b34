//! What all machines share: how much is in use, and the addresses of their relays.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;

use crate::bandwidth::Bandwidth;
use crate::own_relays::OwnRelays;

/// How much a client may use.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Allocations in all.
    pub allocations: usize,
    /// Allocations of one user, by the NAME of the username.
    pub per_user: usize,
    /// Allocations of one client address, IPv6 by its first 64 bits.
    pub per_address: usize,
    /// Payload bytes a second that are relayed for one user, both directions together.
    pub bytes_per_second_per_user: u64,
    /// Permissions of one allocation.
    pub permissions: usize,
    /// Channels of one allocation.
    pub channels: usize,
}

impl Default for Limits {
    /// With as many permissions and channels, an allocation takes less than 4 KiB.
    fn default() -> Self {
        Self {
            allocations: 1024,
            per_user: 64,
            per_address: 256,
            bytes_per_second_per_user: 10_000_000,
            permissions: 64,
            channels: 32,
        }
    }
}

/// Which limit an allocation would exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exceeded {
    User,
    Address,
    All,
}

/// Shared by the machines of all workers.
#[derive(Debug)]
pub struct Quotas {
    limits: Limits,
    relays: OwnRelays,
    in_use: Mutex<InUse>,
}

#[derive(Debug, Default)]
struct InUse {
    allocations: usize,
    by_user: HashMap<Arc<str>, User>,
    by_address: HashMap<IpAddr, usize>,
    /// Users without allocations, each once, who are forgotten when their bandwidth is idle: else a user whose bytes are used
    /// up would get new ones by a new allocation.
    without: VecDeque<Arc<str>>,
}

#[derive(Debug)]
struct User {
    allocations: usize,
    is_in_without: bool,
    bandwidth: Arc<Bandwidth>,
}

impl Quotas {
    /// Nothing in use.
    pub fn new(limits: Limits) -> Self {
        Self { limits, relays: OwnRelays::default(), in_use: Mutex::default() }
    }

    /// The limits.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The addresses of all relays.
    pub fn relays(&self) -> &OwnRelays {
        &self.relays
    }

    /// Allocations of all machines.
    pub fn allocations(&self) -> usize {
        self.in_use.lock().allocations
    }

    /// Counts one more allocation until the lease is dropped.
    pub(crate) fn lease(self: &Arc<Self>, user: &str, client: IpAddr, now: Instant) -> Result<Lease, Exceeded> {
        let address = prefix(client);
        let mut in_use = self.in_use.lock();
        in_use.forget_idle_users(now);
        let of_user = in_use.by_user.get(user).map_or(0, |user| user.allocations);
        let of_address = in_use.by_address.get(&address).copied().unwrap_or_default();
        if of_user >= self.limits.per_user {
            return Err(Exceeded::User);
        }
        if of_address >= self.limits.per_address {
            return Err(Exceeded::Address);
        }
        if in_use.allocations >= self.limits.allocations {
            return Err(Exceeded::All);
        }
        in_use.allocations += 1;
        *in_use.by_address.entry(address).or_default() += 1;
        let name: Arc<str> = user.into();
        let user = in_use.by_user.entry(name.clone()).or_insert_with(|| User {
            allocations: 0,
            is_in_without: false,
            bandwidth: Arc::new(Bandwidth::new(self.limits.bytes_per_second_per_user, now)),
        });
        user.allocations += 1;
        Ok(Lease { bandwidth: user.bandwidth.clone(), user: name, address, quotas: self.clone() })
    }

    #[cfg(test)]
    pub(crate) fn is_unused(&self) -> bool {
        let in_use = self.in_use.lock();
        in_use.allocations == 0
            && in_use.by_user.is_empty()
            && in_use.by_address.is_empty()
            && in_use.without.is_empty()
            && self.relays.is_empty()
    }
}

impl InUse {
    /// Looks at two users. An allocation that ends adds at most one, so that there are never many more than are busy.
    fn forget_idle_users(&mut self, now: Instant) {
        for _ in 0..2 {
            let Some(name) = self.without.pop_front() else { return };
            match self.by_user.get_mut(&name) {
                Some(user) if user.allocations > 0 => user.is_in_without = false,
                Some(user) if user.bandwidth.is_idle(now) => drop(self.by_user.remove(&name)),
                _ => self.without.push_back(name),
            }
        }
    }
}

/// One allocation, as the quotas count it.
#[derive(Debug)]
pub(crate) struct Lease {
    pub(crate) bandwidth: Arc<Bandwidth>,
    user: Arc<str>,
    address: IpAddr,
    quotas: Arc<Quotas>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut in_use = self.quotas.in_use.lock();
        in_use.allocations -= 1;
        if let Entry::Occupied(mut count) = in_use.by_address.entry(self.address) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
        if let Some(user) = in_use.by_user.get_mut(&self.user) {
            user.allocations -= 1;
            if user.allocations == 0 && !user.is_in_without {
                user.is_in_without = true;
                in_use.without.push_back(self.user.clone());
            }
        }
    }
}

/// A subscriber has an IPv4 address, or an IPv6 network of 64 bits.
fn prefix(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX)).into(),
        ip => ip,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn quotas(limits: Limits) -> Arc<Quotas> {
        Arc::new(Quotas::new(limits))
    }

    #[test]
    fn lease_beyond_each_limit_is_refused() {
        let now = Instant::now();
        let quotas = quotas(Limits { allocations: 3, per_user: 2, per_address: 2, ..Limits::default() });
        let lease = |user, address| quotas.lease(user, ip(address), now);
        let leases = [lease("ann", "192.0.2.1"), lease("ann", "192.0.2.2"), lease("bob", "192.0.2.2")];
        assert!(leases.iter().all(Result::is_ok));
        assert_eq!(lease("ann", "192.0.2.3").err(), Some(Exceeded::User));
        assert_eq!(lease("bob", "192.0.2.2").err(), Some(Exceeded::Address));
        assert_eq!(lease("bob", "::ffff:192.0.2.2").err(), Some(Exceeded::Address));
        assert_eq!(lease("bob", "192.0.2.3").err(), Some(Exceeded::All));
        drop(leases);
        assert!(lease("ann", "192.0.2.1").is_ok());
    }

    #[test]
    fn ipv6_addresses_of_one_network_count_as_one() {
        let now = Instant::now();
        let quotas = quotas(Limits { per_address: 1, ..Limits::default() });
        let lease = |address| quotas.lease("ann", ip(address), now);
        let _kept = [lease("2001:db8::1"), lease("2001:db8:0:1::1")].map(|lease| lease.expect("another network"));
        assert_eq!(lease("2001:db8::ffff:2").err(), Some(Exceeded::Address));
    }

    #[test]
    fn bytes_used_up_stay_so_after_a_new_allocation() {
        let now = Instant::now();
        let quotas = quotas(Limits { bytes_per_second_per_user: 1000, ..Limits::default() });
        let lease = |now| quotas.lease("ann", ip("192.0.2.1"), now).expect("a lease");
        assert!(lease(now).bandwidth.take(5000, now));
        assert!(!lease(now).bandwidth.take(1, now));
        let later = now + Duration::from_secs(10);
        assert!(lease(later).bandwidth.take(5000, later));
    }

    #[test]
    fn quotas_without_leases_keep_nothing() {
        let now = Instant::now();
        let quotas = quotas(Limits::default());
        for round in 0..100 {
            drop(quotas.lease(&format!("user {round}"), ip("192.0.2.1"), now));
            assert!(quotas.in_use.lock().without.len() <= 1);
        }
        quotas.in_use.lock().forget_idle_users(now);
        assert!(quotas.is_unused());
    }

    #[test]
    fn busy_users_who_come_and_go_are_kept_once() {
        let start = Instant::now();
        let quotas = quotas(Limits { bytes_per_second_per_user: 1000, ..Limits::default() });
        for round in 0..1000 {
            let now = start + Duration::from_millis(round);
            for user in ["ann", "bob"] {
                quotas.lease(user, ip("192.0.2.1"), now).expect("a lease").bandwidth.take(2, now);
            }
            // Users who are idle do not wait behind them.
            drop(quotas.lease(&format!("user {round}"), ip("192.0.2.1"), now));
            assert!(quotas.in_use.lock().without.len() < 10 && quotas.in_use.lock().by_user.len() < 10);
        }
    }
}
