//! The open offers, and every way to find one: by id, by name, by lobby, by age. No look-up walks through all.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::ops::Bound;

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
    /// The lobby whose peers receive it, if it is not to one user.
    pub lobby: Lobby,
    /// Set while the caller is away: then it is not listed.
    pub hidden: Option<Hidden>,
    /// When it expires.
    pub deadline: Deadline,
    /// Its place in the order of all offers ever made.
    sequence: u64,
    size: usize,
}

impl OpenOffer {
    /// Whether this peer may answer it.
    pub fn is_for(&self, peer: PeerId, lobby: &Lobby, name: &UserName) -> bool {
        self.offerer != peer && self.lobby == *lobby && self.call.to.as_ref().is_none_or(|to| to == name)
    }
}

/// How an offer is hidden whose caller is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hidden {
    /// How many clients had connected before: those after them have not seen it.
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
    /// By the user name that they are to; under `None` those to all of a lobby.
    #[serde(with = "as_list")]
    by_addressee: HashMap<(Lobby, Option<UserName>), BTreeMap<u64, OfferId>>,
    /// By the offerer's user name and that of the addressee.
    #[serde(with = "as_list")]
    by_name: HashMap<(Lobby, UserName, Option<UserName>), BTreeMap<u64, OfferId>>,
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
        let (name, to) = (call.offerer_user_name.clone(), call.to.clone());
        self.by_addressee.entry((lobby.clone(), to.clone())).or_default().insert(sequence, id);
        self.by_name.entry((lobby.clone(), name, to)).or_default().insert(sequence, id);
        self.offers.insert(id, OpenOffer { call, offerer, lobby, hidden: None, deadline, sequence, size });
    }

    /// Removes an offer.
    pub fn remove(&mut self, id: OfferId) -> Option<OpenOffer> {
        let offer = self.offers.remove(&id)?;
        self.bytes -= offer.size;
        self.by_age.remove(&offer.sequence);
        let (lobby, to) = (offer.lobby.clone(), offer.call.to.clone());
        forget(&mut self.by_addressee, &(lobby.clone(), to.clone()), offer.sequence);
        forget(&mut self.by_name, &(lobby, offer.call.offerer_user_name.clone(), to), offer.sequence);
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

    /// The newest offer under a user name that the asker may answer.
    pub fn newest_of(
        &self,
        lobby: &Lobby,
        name: &UserName,
        (asker, asker_name): (PeerId, &UserName),
    ) -> Option<OfferId> {
        let newest = |to: Option<UserName>| {
            let ids = self.by_name.get(&(lobby.clone(), name.clone(), to))?;
            // One open offer a connection: at most one of these is the asker's.
            ids.iter().rev().find(|(_, id)| self.offers.get(id).is_some_and(|offer| offer.offerer != asker))
        };
        newest(None).max(newest(Some(asker_name.clone()))).map(|(_, id)| *id)
    }

    /// The offers of a lobby that a peer can answer, oldest first: the newest that fit, never the peer's own.
    pub fn list(&self, lobby: &Lobby, (asker, asker_name): (PeerId, &UserName), limits: &Limits) -> Vec<Call> {
        let newest = |to: Option<UserName>| {
            let ids = self.by_addressee.get(&(lobby.clone(), to)).into_iter().flat_map(|ids| ids.values().rev());
            let offers = ids.filter_map(|id| self.offers.get(id));
            offers.filter(|offer| offer.offerer != asker && offer.hidden.is_none()).take(limits.list_offers.max(1))
        };
        let mut newest: Vec<_> = newest(None).chain(newest(Some(asker_name.clone()))).collect();
        newest.sort_unstable_by_key(|offer| std::cmp::Reverse(offer.sequence));
        let mut bytes = 0;
        let mut calls: Vec<Call> = newest
            .into_iter()
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

    /// The offers after this one in the order of all ever made, each with its place there.
    pub fn after(&self, place: Bound<u64>) -> impl Iterator<Item = (u64, &OpenOffer)> {
        let ids = self.by_age.range((place, Bound::Unbounded));
        ids.filter_map(|(place, id)| Some((*place, self.offers.get(id)?)))
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
            && self.by_addressee.is_empty()
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
