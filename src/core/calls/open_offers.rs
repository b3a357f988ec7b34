//! The open offers, and every way to find one: by id, by name, by lobby, by age. No look-up walks through all.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use serde::{Deserialize, Serialize};

use crate::core::as_list;
use crate::core::deadlines::Deadline;
use crate::core::id::PeerId;
use crate::protocol::call::{Call, IceCandidate};
use crate::protocol::id::OfferId;
use crate::protocol::limits::Limits;
use crate::protocol::name::{Lobby, UserName};

/// An offer that waits for an answer.
#[derive(Debug, Serialize, Deserialize)]
pub struct OpenOffer {
    /// The offer object.
    pub call: Call,
    /// The caller.
    pub offerer: PeerId,
    /// The lobby whose peers receive it.
    pub lobby: Lobby,
    /// Set while the caller is away: then it is not listed.
    pub hidden: Option<Hidden>,
    /// When it expires.
    pub deadline: Deadline,
    /// Its place in the order of all offers ever made.
    sequence: u64,
    size: usize,
}

/// How an offer is hidden whose caller is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hidden {
    /// How many clients had connected before ([`Calls`](super::state::Calls)): those after them have not seen it.
    pub since: u64,
    /// When the others are sent that it is lost; `None` once they were.
    pub deadline: Option<Deadline>,
}

/// All open offers.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct OpenOffers {
    #[serde(with = "as_list")]
    offers: HashMap<OfferId, OpenOffer>,
    #[serde(with = "as_list")]
    by_age: BTreeMap<u64, OfferId>,
    #[serde(with = "as_list")]
    by_lobby: HashMap<Lobby, BTreeMap<u64, OfferId>>,
    #[serde(with = "as_list")]
    by_name: HashMap<(Lobby, UserName), BTreeMap<u64, OfferId>>,
    bytes: usize,
    next_sequence: u64,
}

impl OpenOffers {
    /// Adds an offer (Course step 8: associated with its caller).
    pub fn add(&mut self, call: Call, offerer: PeerId, lobby: Lobby, deadline: Deadline) {
        let (id, sequence, size) = (call.offer_id, self.next_sequence, call.size());
        self.next_sequence += 1;
        self.bytes += size;
        self.by_age.insert(sequence, id);
        self.by_lobby.entry(lobby.clone()).or_default().insert(sequence, id);
        let name = call.offerer_user_name.clone();
        self.by_name.entry((lobby.clone(), name)).or_default().insert(sequence, id);
        self.offers.insert(id, OpenOffer { call, offerer, lobby, hidden: None, deadline, sequence, size });
    }

    /// Removes an offer.
    pub fn remove(&mut self, id: OfferId) -> Option<OpenOffer> {
        let offer = self.offers.remove(&id)?;
        self.bytes -= offer.size;
        self.by_age.remove(&offer.sequence);
        forget(&mut self.by_lobby, &offer.lobby, offer.sequence);
        let name = (offer.lobby.clone(), offer.call.offerer_user_name.clone());
        forget(&mut self.by_name, &name, offer.sequence);
        Some(offer)
    }

    /// The offer with this id.
    pub fn get(&self, id: OfferId) -> Option<&OpenOffer> {
        self.offers.get(&id)
    }

    /// Hides an offer, or shows it again.
    pub fn set_hidden(&mut self, id: OfferId, hidden: Option<Hidden>) {
        if let Some(offer) = self.offers.get_mut(&id) {
            offer.hidden = hidden;
        }
    }

    /// Adds a candidate to an offer (Course step 9); false if there is no such offer.
    pub fn add_candidate(&mut self, id: OfferId, candidate: IceCandidate) -> bool {
        let Some(offer) = self.offers.get_mut(&id) else { return false };
        let size = candidate.size() + 1;
        offer.size += size;
        self.bytes += size;
        offer.call.offer_ice_candidates.push(candidate);
        true
    }

    /// The newest offer under a user name that is not the asker's own.
    pub fn newest_of(&self, lobby: &Lobby, name: &UserName, asker: PeerId) -> Option<OfferId> {
        let ids = self.by_name.get(&(lobby.clone(), name.clone()))?;
        // One open offer a connection: at most one of these is the asker's.
        ids.values().rev().copied().find(|id| self.offers.get(id).is_some_and(|offer| offer.offerer != asker))
    }

    /// The offers of a lobby that a peer can answer, oldest first: the newest that fit, never the peer's own.
    pub fn list(&self, lobby: &Lobby, asker: PeerId, limits: &Limits) -> Vec<Call> {
        let mut bytes = 0;
        let mut calls: Vec<Call> = self
            .by_lobby
            .get(lobby)
            .into_iter()
            .flat_map(|ids| ids.values().rev())
            .filter_map(|id| self.offers.get(id))
            .filter(|offer| offer.offerer != asker && offer.hidden.is_none())
            .enumerate()
            .take_while(|(already, offer)| {
                bytes += offer.size;
                *already == 0 || (*already < limits.list_offers && bytes <= limits.list_bytes)
            })
            .map(|(_, offer)| offer.call.clone())
            .collect();
        calls.reverse();
        calls
    }

    /// The oldest offer.
    pub fn oldest(&self) -> Option<OfferId> {
        self.by_age.first_key_value().map(|(_, id)| *id)
    }

    /// How many offers there are.
    pub fn len(&self) -> usize {
        self.offers.len()
    }

    /// Bytes of all offers.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether nothing is kept at all, in any index.
    pub fn is_empty(&self) -> bool {
        self.offers.is_empty()
            && self.by_age.is_empty()
            && self.by_lobby.is_empty()
            && self.by_name.is_empty()
            && self.bytes == 0
    }
}

fn forget<K: Hash + Eq>(index: &mut HashMap<K, BTreeMap<u64, OfferId>>, key: &K, sequence: u64) {
    if let Some(ids) = index.get_mut(key) {
        ids.remove(&sequence);
        if ids.is_empty() {
            index.remove(key);
        }
    }
}
