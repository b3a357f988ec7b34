//! Answered calls: which two peers are the ends of which.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use serde::{Deserialize, Serialize};

use crate::core::as_list;
use crate::core::id::PeerId;
use crate::protocol::call::Role;
use crate::protocol::id::OfferId;
use crate::protocol::name::{Lobby, UserName};

type OffererKey = (Lobby, UserName, Option<UserName>);

/// The two ends of an answered call. The descriptions are delivered and not kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ActiveCall {
    offerer: PeerId,
    answerer: PeerId,
    /// The lobby, the user name of the offerer, and that of the addressee if the offer was to one user.
    offerer_key: OffererKey,
    /// The ends that have sent an offer within the call and wait for the answer: perhaps both (glare).
    awaiting: Vec<PeerId>,
}

impl ActiveCall {
    /// A call between these two. `to`: the addressee, if its offer was to one user.
    pub fn new([offerer, answerer]: [PeerId; 2], lobby: Lobby, offerer_name: UserName, to: Option<UserName>) -> Self {
        Self { offerer, answerer, offerer_key: (lobby, offerer_name, to), awaiting: Vec::new() }
    }

    /// Its lobby.
    pub fn lobby(&self) -> &Lobby {
        &self.offerer_key.0
    }

    /// The addressee, if its offer was to one user.
    pub fn addressee(&self) -> Option<&UserName> {
        self.offerer_key.2.as_ref()
    }

    /// Both ends.
    pub fn ends(&self) -> [PeerId; 2] {
        [self.offerer, self.answerer]
    }

    /// Whether its offer was one that a client of this name could answer.
    pub fn was_offered_to(&self, lobby: &Lobby, name: &UserName) -> bool {
        let (own, _, to) = &self.offerer_key;
        own == lobby && to.as_ref().is_none_or(|to| to == name)
    }

    /// The other end; `None` for a peer that is at neither.
    pub fn other(&self, peer: PeerId) -> Option<PeerId> {
        match peer {
            _ if peer == self.offerer => Some(self.answerer),
            _ if peer == self.answerer => Some(self.offerer),
            _ => None,
        }
    }

    /// The other end, if this peer is at the end of this role.
    pub fn other_of(&self, peer: PeerId, role: Role) -> Option<PeerId> {
        let own = match role {
            Role::Offerer => self.offerer,
            Role::Answerer => self.answerer,
        };
        self.other(peer).filter(|_| own == peer)
    }

    /// One end has sent an offer within the call.
    pub fn set_awaiting(&mut self, peer: PeerId) {
        if !self.awaiting.contains(&peer) {
            self.awaiting.push(peer);
        }
    }

    /// The offer that this end sent within the call is answered; false if it sent none.
    pub fn take_awaiting(&mut self, peer: PeerId) -> bool {
        let before = self.awaiting.len();
        self.awaiting.retain(|awaiting| *awaiting != peer);
        self.awaiting.len() < before
    }
}

/// All answered calls.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct ActiveCalls {
    #[serde(with = "as_list")]
    calls: BTreeMap<OfferId, ActiveCall>,
    /// How many calls there are by offerer: to reject a second answer with `already-answered`.
    #[serde(with = "as_list")]
    by_offerer: HashMap<OffererKey, usize>,
}

impl ActiveCalls {
    /// Adds a call.
    pub fn add(&mut self, id: OfferId, call: ActiveCall) {
        *self.by_offerer.entry(call.offerer_key.clone()).or_default() += 1;
        self.calls.insert(id, call);
    }

    /// The call with this id.
    pub fn get(&self, id: OfferId) -> Option<&ActiveCall> {
        self.calls.get(&id)
    }

    /// The calls from this id on, in the order of their ids.
    pub fn from(&self, first: Bound<OfferId>) -> impl Iterator<Item = (OfferId, &ActiveCall)> {
        self.calls.range((first, Bound::Unbounded)).map(|(id, call)| (*id, call))
    }

    /// The call with this id, to be changed.
    pub fn get_mut(&mut self, id: OfferId) -> Option<&mut ActiveCall> {
        self.calls.get_mut(&id)
    }

    /// Removes a call.
    pub fn remove(&mut self, id: OfferId) -> Option<ActiveCall> {
        let call = self.calls.remove(&id)?;
        if let Some(count) = self.by_offerer.get_mut(&call.offerer_key) {
            *count -= 1;
            if *count == 0 {
                self.by_offerer.remove(&call.offerer_key);
            }
        }
        Some(call)
    }

    /// Whether an offerer of this name is in a call whose offer `asker` could answer.
    pub fn has_offerer(&self, lobby: &Lobby, name: &UserName, asker: &UserName) -> bool {
        let has = |to| self.by_offerer.contains_key(&(lobby.clone(), name.clone(), to));
        has(None) || has(Some(asker.clone()))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty() && self.by_offerer.is_empty()
    }
}
