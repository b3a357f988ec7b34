//! The peers that take part in calls, by user name: the addressees of offers to one user.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::as_list;
use super::command::ConnectionEnd;
use super::deadlines::{Deadline, Deadlines, Due};
use super::id::PeerId;
use super::time::Timestamp;
use crate::protocol::limits::Limits;
use crate::protocol::name::{Lobby, UserName};

/// A peer in the order of lobbies and names.
pub type Place = (Lobby, UserName, PeerId);

/// All of them. No look-up walks through those of other names.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct ByName {
    peers: BTreeSet<Place>,
    /// Peers that were removed because their connection broke while they had nothing to take back: their clients may
    /// return, too.
    #[serde(with = "as_list")]
    lost: BTreeMap<Place, Deadline>,
}

impl ByName {
    /// Adds a peer. Returns the deadline of one that was lost and has returned as this one.
    pub fn add(&mut self, place: Place) -> Option<Deadline> {
        let returned = self.lost.range(all_of(&place.0, &place.1)).next().map(|(lost, _)| lost.clone());
        self.peers.insert(place);
        self.lost.remove(&returned?)
    }

    /// Removes a peer.
    pub fn remove(&mut self, place: &Place) {
        self.peers.remove(place);
    }

    /// Keeps the name of a peer that is removed because its connection ended in this way, for as long as its client may
    /// return.
    pub fn keep(
        &mut self,
        place: Place,
        end: ConnectionEnd,
        now: Timestamp,
        limits: &Limits,
        deadlines: &mut Deadlines,
    ) {
        let ttl = match end {
            ConnectionEnd::Closed => return,
            ConnectionEnd::Unconfirmed => limits.unconfirmed_ttl.min(limits.grace),
            ConnectionEnd::Broken => limits.grace,
        };
        if !ttl.is_zero() && self.lost.len() < limits.max_away {
            let deadline = deadlines.add(now.after(ttl), Due::LostName(place.clone()));
            self.lost.insert(place, deadline);
        }
    }

    /// A lost peer has not returned in time.
    pub fn expire(&mut self, place: &Place) {
        self.lost.remove(place);
    }

    /// Whether there is a peer of this name besides this one, or may be one soon.
    pub fn has_other(&self, lobby: &Lobby, name: &UserName, but: PeerId) -> bool {
        self.of(lobby, name).any(|peer| peer != but) || self.lost.range(all_of(lobby, name)).next().is_some()
    }

    /// The peers of this name.
    pub fn of(&self, lobby: &Lobby, name: &UserName) -> impl Iterator<Item = PeerId> {
        self.peers.range(all_of(lobby, name)).map(|(_, _, peer)| *peer)
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.peers.is_empty() && self.lost.is_empty()
    }
}

fn all_of(lobby: &Lobby, name: &UserName) -> RangeInclusive<Place> {
    let place = |peer| (lobby.clone(), name.clone(), PeerId(peer));
    place(0)..=place(u64::MAX)
}
