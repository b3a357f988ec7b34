//! The machine of one worker.

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::Arc;

use slab::Slab;

use super::allocation::{Allocation, Relay};
use super::authentication::Authentication;
use super::clock::{Clock, Second};
use super::outside::{Outside, RelayId};
use crate::credentials::Keys;
use crate::five_tuple::FiveTuple;
use crate::message::TransactionId;
use crate::nonce::Nonces;
use crate::peer_policy::{OwnAddresses, PeerPolicy};
use crate::quotas::Quotas;
use crate::time::Time;

/// The same for all machines of a server.
#[derive(Debug)]
pub struct Config {
    /// The realm of the credentials.
    pub realm: String,
    /// With which passwords are made of usernames.
    pub secret: Vec<u8>,
    /// With which nonces are made: random bytes of this process.
    pub nonce_key: [u8; 32],
    /// The addresses that peers send to, at most one of each family, where they are not those of the relay sockets.
    pub external: Vec<IpAddr>,
    /// This machine's own addresses, which are refused as peers.
    pub own_addresses: OwnAddresses,
    /// To which peers the server relays.
    pub policy: PeerPolicy,
}

/// What a machine has done since its start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Datagrams relayed, both directions.
    pub relayed_packets: u64,
    /// Bytes of their payloads.
    pub relayed_bytes: u64,
    /// Datagrams that were not relayed: no permission, a peer that is refused, or too many bytes a second.
    pub dropped_packets: u64,
    /// Requests that were answered with an error, but for the first 401 and 438 that each client gets.
    pub refused_requests: u64,
}

/// Takes the username, the error code and the reason of a refused request, but for the first 401 and 438 that each client gets.
/// The username is what the client sent: it may be false.
pub type OnRefusal = fn(username: &str, code: u16, reason: &'static str);

/// The TURN server of one worker.
///
/// Its maps hash with keys of this process (SipHash): their keys come from clients, who could else choose such that collide.
#[derive(Debug)]
pub struct Machine {
    pub(super) config: Arc<Config>,
    pub(super) quotas: Arc<Quotas>,
    pub(super) authentication: Authentication,
    pub(super) counters: Counters,
    pub(super) on_refusal: OnRefusal,
    pub(super) clock: Clock,
    pub(super) allocations: Slab<Allocation>,
    pub(super) by_client: HashMap<FiveTuple, usize>,
    pub(super) by_relay: HashMap<RelayId, usize>,
    /// The last second of each allocation.
    pub(super) ends: BTreeSet<(Second, usize)>,
    /// Where responses are written: used again and again.
    pub(super) response: Vec<u8>,
    transactions: RandomState,
}

impl Machine {
    /// No allocations.
    pub fn new(config: Arc<Config>, quotas: Arc<Quotas>) -> Self {
        // They are this machine's own addresses, which its interfaces do not show where there is a NAT.
        for external in &config.external {
            quotas.relays().insert_external(external.to_canonical());
        }
        let keys = Keys::new(&config.secret, &config.realm);
        Self {
            authentication: Authentication { keys, nonces: Nonces::new(&config.nonce_key) },
            config,
            quotas,
            counters: Counters::default(),
            on_refusal: |_, _, _| {},
            clock: Clock::default(),
            allocations: Slab::new(),
            by_client: HashMap::new(),
            by_relay: HashMap::new(),
            ends: BTreeSet::new(),
            response: Vec::new(),
            transactions: RandomState::new(),
        }
    }

    /// Reports each refused request from now on, in a call that must not wait.
    pub fn set_on_refusal(&mut self, on_refusal: OnRefusal) {
        self.on_refusal = on_refusal;
    }

    /// Ends the allocation of a client whose stream has ended.
    pub fn client_gone(&mut self, client: FiveTuple, outside: &mut impl Outside) {
        if let Some(&index) = self.by_client.get(&client) {
            self.end(index, outside);
        }
    }

    /// When [`Self::expire`] has something to do.
    pub fn next_deadline(&self) -> Option<Time> {
        self.clock.end_of(self.ends.first()?.0)
    }

    /// Ends the allocations whose time is up.
    pub fn expire(&mut self, now: Time, outside: &mut impl Outside) {
        let second = self.clock.second(now);
        while let Some(&(until, index)) = self.ends.first()
            && until < second
        {
            self.end(index, outside);
        }
    }

    /// How many allocations there are.
    pub fn allocations(&self) -> usize {
        self.allocations.len()
    }

    /// What the machine has done.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// The allocation of a client, unless its time is up.
    pub(super) fn allocation_of(&self, client: &FiveTuple, second: Second) -> Option<usize> {
        let index = *self.by_client.get(client)?;
        (self.allocations.get(index)?.until >= second).then_some(index)
    }

    pub(super) fn insert(&mut self, allocation: Allocation) {
        let (client, until) = (allocation.client, allocation.until);
        let relays = allocation.relays;
        let index = self.allocations.insert(allocation);
        self.by_client.insert(client, index);
        for relay in relays.into_iter().flatten() {
            self.by_relay.insert(relay.id, index);
        }
        self.ends.insert((until, index));
    }

    /// Moves the end of an allocation.
    pub(super) fn prolong(&mut self, index: usize, until: Second) {
        if let Some(allocation) = self.allocations.get_mut(index) {
            self.ends.remove(&(allocation.until, index));
            allocation.until = until;
            self.ends.insert((until, index));
        }
    }

    pub(super) fn end(&mut self, index: usize, outside: &mut impl Outside) {
        if let Some(allocation) = self.allocations.try_remove(index) {
            self.by_client.remove(&allocation.client);
            self.ends.remove(&(allocation.until, index));
            for relay in allocation.relays.into_iter().flatten() {
                self.close(relay, outside);
            }
        }
    }

    pub(super) fn close(&mut self, relay: Relay, outside: &mut impl Outside) {
        self.by_relay.remove(&relay.id);
        self.quotas.relays().remove(relay.address);
        outside.close(relay.id);
    }

    /// An id that is not predicted. Indications are not answered, so that it need not be more.
    pub(super) fn indication_id(&self) -> TransactionId {
        let mut id = [0; 12];
        let number = self.counters.relayed_packets;
        id[..8].copy_from_slice(&self.transactions.hash_one(number).to_be_bytes());
        id[8..].copy_from_slice(&(number as u32).to_be_bytes());
        id
    }
}
