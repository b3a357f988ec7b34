//! How many clients may wait for an answer at the same time, in all and of one address.

use std::collections::HashMap;

use parking_lot::Mutex;

use super::options::HookLimits;
use crate::auth::client_addr::RateLimitKey;

/// The clients that wait.
#[derive(Debug)]
pub(super) struct Places {
    most: usize,
    per_address: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_address: HashMap<RateLimitKey, usize>,
}

/// One client's place, until it is dropped.
#[derive(Debug)]
pub(super) struct Place<'a> {
    places: &'a Places,
    of: RateLimitKey,
}

impl Places {
    /// No client waits yet.
    pub fn new(limits: &HookLimits) -> Self {
        Self { most: limits.calls + limits.waiting, per_address: limits.per_address, taken: Mutex::default() }
    }

    /// A place for a client of this address; `None` if there is none.
    pub fn take(&self, of: RateLimitKey) -> Option<Place<'_>> {
        let mut taken = self.taken.lock();
        let of_address = taken.by_address.get(&of).copied().unwrap_or(0);
        if taken.all >= self.most || of_address >= self.per_address {
            return None;
        }
        taken.all += 1;
        taken.by_address.insert(of, of_address + 1);
        Some(Place { places: self, of })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock();
        taken.all -= 1;
        if let Some(of_address) = taken.by_address.get_mut(&self.of) {
            *of_address -= 1;
            if *of_address == 0 {
                taken.by_address.remove(&self.of);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::client_addr::ClientAddr;

    fn of(number: u32) -> RateLimitKey {
        ClientAddr::new(std::net::Ipv4Addr::from_bits(number).into()).network()
    }

    #[test]
    fn places_are_bounded_in_all_and_for_each_address() {
        let limits = HookLimits { calls: 2, waiting: 3, per_address: 2, ..HookLimits::default() };
        let places = Places::new(&limits);
        let mut held: Vec<_> = [1, 1, 2, 2, 3].map(|number| places.take(of(number)).expect("a place")).into();
        assert!(places.take(of(4)).is_none());
        held.remove(0);
        assert!(places.take(of(2)).is_none(), "its address has two");
        held.push(places.take(of(1)).expect("a place"));
        assert!(places.take(of(4)).is_none());
        held.clear();
        assert!(places.taken.lock().by_address.is_empty());
    }
}
