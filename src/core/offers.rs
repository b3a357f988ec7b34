//! The open offers and every way to find one: by id, by name, by lobby, by age. No look-up walks through all.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use crate::protocol::call::{Call, IceCandidate};
use crate::protocol::limits::Limits;
use crate::protocol::name::{Lobby, OfferId, PeerId, UserName};

/// An offer that waits for an answer.
#[derive(Debug)]
pub struct OpenOffer {
    /// The offer object.
    pub call: Call,
    /// Whose it is: a connection, never a name.
    pub offerer: PeerId,
    /// Where it is seen.
    pub lobby: Lobby,
    /// Whether its owner is away: then it is not listed.
    pub hidden: Option<Hidden>,
    made: Instant,
    /// Its place in the order of all offers ever made.
    sequence: u64,
    size: usize,
}

/// The open offer of one who is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hidden {
    /// Since when.
    pub since: Instant,
    /// Whether the others were told that it is gone.
    pub told: bool,
}

/// All open offers.
#[derive(Debug, Default)]
pub struct OpenOffers {
    offers: HashMap<OfferId, OpenOffer>,
    by_age: BTreeMap<u64, OfferId>,
    by_lobby: HashMap<Lobby, BTreeMap<u64, OfferId>>,
    by_name: HashMap<(Lobby, UserName), BTreeMap<u64, OfferId>>,
    bytes: usize,
    next_sequence: u64,
}

impl OpenOffers {
    /// Keeps an offer (Course step 8: associated with the one who made it).
    pub fn insert(&mut self, call: Call, offerer: PeerId, lobby: Lobby, now: Instant) {
        let (id, sequence, size) = (call.offer_id, self.next_sequence, call.size());
        self.next_sequence += 1;
        self.bytes += size;
        self.by_age.insert(sequence, id);
        self.by_lobby.entry(lobby.clone()).or_default().insert(sequence, id);
        let name = call.offerer_user_name.clone();
        self.by_name.entry((lobby.clone(), name)).or_default().insert(sequence, id);
        self.offers.insert(id, OpenOffer { call, offerer, lobby, hidden: None, made: now, sequence, size });
    }

    /// Takes an offer away.
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

    /// Hides an offer, or shows it again; false if there is none.
    pub fn hide(&mut self, id: OfferId, hidden: Option<Hidden>) -> bool {
        self.offers.get_mut(&id).is_some_and(|offer| {
            offer.hidden = hidden;
            true
        })
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

    /// The newest offer under a name that is not the asker's own.
    pub fn newest_of(&self, lobby: &Lobby, name: &UserName, asker: PeerId) -> Option<OfferId> {
        let ids = self.by_name.get(&(lobby.clone(), name.clone()))?;
        // One open offer a connection: at most one of these is the asker's.
        ids.values().rev().copied().find(|id| self.offers.get(id).is_some_and(|offer| offer.offerer != asker))
    }

    /// The offers of a lobby for one who asks, oldest first: the newest that fit, never the asker's own.
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

    /// The oldest offer, if it must go: too old by now, or one too many.
    pub fn overdue(&self, now: Instant, limits: &Limits) -> Option<OfferId> {
        let oldest = self.by_age.first_key_value().and_then(|(_, id)| self.offers.get(id))?;
        let too_many = self.offers.len() > limits.max_offers || self.bytes > limits.max_offer_bytes;
        (too_many || now.saturating_duration_since(oldest.made) >= limits.offer_ttl).then_some(oldest.call.offer_id)
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

fn forget<K: std::hash::Hash + Eq>(index: &mut HashMap<K, BTreeMap<u64, OfferId>>, key: &K, sequence: u64) {
    if let Some(ids) = index.get_mut(key) {
        ids.remove(&sequence);
        if ids.is_empty() {
            index.remove(key);
        }
    }
}
