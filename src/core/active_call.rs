//! Answered calls: who is connected with whom.

use std::collections::HashMap;
use std::sync::Arc;

use super::outgoing::DisconnectReason;
use crate::protocol::call::Role;
use crate::protocol::name::{Lobby, OfferId, PeerId, UserName};

/// The two ends of an answered call.
#[derive(Debug, Clone)]
pub struct ActiveCall {
    /// The one who called.
    pub offerer: PeerId,
    /// The one who answered.
    pub answerer: PeerId,
    /// Who has offered anew within the call (ICE restart, another track) and waits for the answer: perhaps both.
    asking: Vec<PeerId>,
}

impl ActiveCall {
    /// A call between these two.
    pub fn new(offerer: PeerId, answerer: PeerId) -> Self {
        Self { offerer, answerer, asking: Vec::new() }
    }

    /// The other end; `None` for somebody who is at neither.
    pub fn other(&self, peer: PeerId) -> Option<PeerId> {
        match peer {
            _ if peer == self.offerer => Some(self.answerer),
            _ if peer == self.answerer => Some(self.offerer),
            _ => None,
        }
    }

    /// One end has offered anew.
    pub fn ask(&mut self, peer: PeerId) {
        if !self.asking.contains(&peer) {
            self.asking.push(peer);
        }
    }

    /// What one end asked is answered; false if it did not ask.
    pub fn answered(&mut self, peer: PeerId) -> bool {
        let before = self.asking.len();
        self.asking.retain(|asking| *asking != peer);
        self.asking.len() < before
    }

    /// The other end, if this peer is at the end of this role.
    pub fn other_of(&self, peer: PeerId, role: Role) -> Option<PeerId> {
        match role {
            Role::Offerer if peer == self.offerer => Some(self.answerer),
            Role::Answerer if peer == self.answerer => Some(self.offerer),
            _ => None,
        }
    }
}

/// One end of a call that the server does not know, since it was started again: it waits for the other end.
#[derive(Debug, Clone)]
pub struct PendingRejoin {
    /// Who waits.
    pub peer: PeerId,
    /// Where.
    pub lobby: Lobby,
    /// Which end it is.
    pub role: Role,
    /// Whom it waits for.
    pub other: UserName,
    /// What only the two of them know.
    pub key: Arc<str>,
    /// How it ended meanwhile, if it did: to be told to the other end, should that come.
    pub ended: Option<DisconnectReason>,
}

/// All answered calls.
#[derive(Debug, Default)]
pub struct ActiveCalls {
    active_calls: HashMap<OfferId, ActiveCall>,
    /// How many there are of an offerer's name: for an honest refusal of the second answer.
    names: HashMap<(Lobby, UserName), usize>,
    /// By call; of a call that several claim to know, the key tells which two belong together.
    loose: HashMap<OfferId, Vec<PendingRejoin>>,
}

impl ActiveCalls {
    /// Connects two.
    pub fn insert(&mut self, id: OfferId, active: ActiveCall, offerer: (Lobby, UserName)) {
        self.active_calls.insert(id, active);
        *self.names.entry(offerer).or_default() += 1;
    }

    /// The call with this id.
    pub fn get(&self, id: OfferId) -> Option<&ActiveCall> {
        self.active_calls.get(&id)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, id: OfferId) -> Option<&mut ActiveCall> {
        self.active_calls.get_mut(&id)
    }

    /// Takes a call away.
    pub fn remove(&mut self, id: OfferId, offerer: &(Lobby, UserName)) {
        if self.active_calls.remove(&id).is_some()
            && let Some(count) = self.names.get_mut(offerer)
        {
            *count -= 1;
            if *count == 0 {
                self.names.remove(offerer);
            }
        }
    }

    /// Whether somebody of this name is in a call.
    pub fn is_calling(&self, lobby: &Lobby, name: &UserName) -> bool {
        self.names.contains_key(&(lobby.clone(), name.clone()))
    }

    /// One end waits for the other.
    pub fn wait(&mut self, id: OfferId, end: PendingRejoin) {
        self.loose.entry(id).or_default().push(end);
    }

    /// The end that this peer holds.
    pub fn waiting(&self, id: OfferId, peer: PeerId) -> Option<&PendingRejoin> {
        self.loose.get(&id)?.iter().find(|end| end.peer == peer && end.ended.is_none())
    }

    /// The end that this peer holds is over; false if it holds none. It stays until its time is over.
    pub fn end_waiting(&mut self, id: OfferId, peer: PeerId, how: DisconnectReason) -> bool {
        let end = self
            .loose
            .get_mut(&id)
            .and_then(|ends| ends.iter_mut().find(|end| end.peer == peer && end.ended.is_none()));
        end.map(|end| end.ended = Some(how)).is_some()
    }

    /// The end that belongs to this one.
    pub fn fitting(&self, id: OfferId, end: &PendingRejoin) -> Option<&PendingRejoin> {
        let fits = |other: &&PendingRejoin| other.lobby == end.lobby && other.role != end.role && other.key == end.key;
        self.loose.get(&id)?.iter().find(fits)
    }

    /// Takes away the end that this peer holds.
    pub fn stop_waiting(&mut self, id: OfferId, peer: PeerId) -> Option<PendingRejoin> {
        let ends = self.loose.get_mut(&id)?;
        let end = ends.iter().position(|end| end.peer == peer).map(|place| ends.swap_remove(place));
        if ends.is_empty() {
            self.loose.remove(&id);
        }
        end
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.active_calls.is_empty() && self.names.is_empty() && self.loose.is_empty()
    }
}
