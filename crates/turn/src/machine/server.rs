//! The machine of one worker.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use super::outside::{Delivery, Outside, RelayId};
use crate::five_tuple::FiveTuple;
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

/// The TURN server of one worker.
#[derive(Debug)]
pub struct Machine {
    _config: Arc<Config>,
    _quotas: Arc<Quotas>,
    counters: Counters,
}

impl Machine {
    /// No allocations.
    pub fn new(config: Arc<Config>, quotas: Arc<Quotas>) -> Self {
        Self { _config: config, _quotas: quotas, counters: Counters::default() }
    }

    /// Handles one datagram, or one frame of a stream ([`frame_length`](crate::frame_length)), from a client.
    pub fn from_client(&mut self, _now: Time, _five: FiveTuple, _packet: &[u8], _outside: &mut impl Outside) {}

    /// Handles a datagram that came to a relay socket. `None`: it is dropped.
    pub fn from_peer(&mut self, _now: Time, _relay: RelayId, _peer: SocketAddr, _payload: &[u8]) -> Option<Delivery> {
        None
    }

    /// Ends the allocation of a client whose stream has ended.
    pub fn client_gone(&mut self, _five: FiveTuple, _outside: &mut impl Outside) {}

    /// When [`Self::expire`] has something to do.
    pub fn next_deadline(&self) -> Option<Time> {
        None
    }

    /// Ends the allocations whose time is up.
    pub fn expire(&mut self, _now: Time, _outside: &mut impl Outside) {}

    /// How many allocations there are.
    pub fn allocations(&self) -> usize {
        0
    }

    /// What the machine has done.
    pub fn counters(&self) -> Counters {
        self.counters
    }
}
