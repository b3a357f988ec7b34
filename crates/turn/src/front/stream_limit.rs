//! How many streams there may be.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::quotas::Limits;

/// Streams that may exist besides those with an allocation.
const WITHOUT_ALLOCATION: usize = 256;
/// The same for one address.
const WITHOUT_ALLOCATION_OF_ADDRESS: usize = 16;

/// Counts streams, in all and of each address.
#[derive(Debug)]
pub(super) struct StreamLimit {
    in_all: usize,
    of_address: usize,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    in_all: usize,
    of_address: HashMap<IpAddr, usize>,
}

/// One stream's place, free again when it is dropped.
#[derive(Debug)]
pub(super) struct StreamPermit {
    limit: Arc<StreamLimit>,
    address: IpAddr,
}

impl StreamLimit {
    /// Enough for the allocations that there may be.
    pub fn new(limits: &Limits) -> Self {
        Self {
            in_all: limits.allocations.saturating_add(WITHOUT_ALLOCATION),
            of_address: limits.per_address.saturating_add(WITHOUT_ALLOCATION_OF_ADDRESS),
            counts: Mutex::default(),
        }
    }

    /// Takes a place.
    ///
    /// # Errors
    /// There is none.
    pub fn take(self: &Arc<Self>, ip: IpAddr) -> io::Result<StreamPermit> {
        let address = network(ip);
        let mut counts = self.counts.lock();
        if counts.in_all >= self.in_all {
            return Err(io::Error::other("the TURN server has as many streams as it takes"));
        }
        let of_address = counts.of_address.entry(address).or_default();
        if *of_address >= self.of_address {
            return Err(io::Error::other("this address has as many streams to the TURN server as it may have"));
        }
        *of_address += 1;
        counts.in_all += 1;
        Ok(StreamPermit { limit: self.clone(), address })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.counts.lock().in_all
    }
}

impl Drop for StreamPermit {
    fn drop(&mut self) {
        let mut counts = self.limit.counts.lock();
        counts.in_all -= 1;
        if let Some(of_address) = counts.of_address.get_mut(&self.address) {
            *of_address -= 1;
            if *of_address == 0 {
                counts.of_address.remove(&self.address);
            }
        }
    }
}

/// A subscriber has 64 bits of IPv6 at least.
fn network(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64).into(),
    }
}
