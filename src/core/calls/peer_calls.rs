//! The calls of one peer, and its candidates that came before the description that they belong to.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::fragments::Fragments;
use crate::core::deadlines::Deadline;
use crate::core::time::Timestamp;
use crate::protocol::call::{IceCandidate, Role};
use crate::protocol::id::OfferId;

/// What one peer has of calls.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct PeerCalls {
    /// Its calls as the offerer, oldest first; only the last one can be an open offer.
    pub offered: Vec<OfferId>,
    /// Its calls as the answerer, oldest first.
    pub answered: Vec<OfferId>,
    /// The ICE username fragments by which its candidates find their calls.
    pub fragments: Fragments,
    /// When its oldest early candidate is due.
    pub deadline: Option<Deadline>,
    early_offerer: VecDeque<EarlyCandidate>,
    early_answerer: VecDeque<EarlyCandidate>,
}

/// A candidate that came before its description.
#[derive(Debug, Serialize, Deserialize)]
pub struct EarlyCandidate {
    /// When it came.
    pub since: Timestamp,
    /// The offer whose answer it belongs to, if the answerer said so.
    pub offer: Option<OfferId>,
    /// The ICE username fragment that it names, if it does.
    pub fragment: Option<Box<str>>,
    /// The candidate.
    pub candidate: IceCandidate,
}

/// Which early candidates belong to a description.
#[derive(Debug, Clone, Copy)]
pub struct Belonging<'a> {
    /// The ICE username fragments of the description: a candidate that names one of them belongs to it.
    pub fragments: &'a [Box<str>],
    /// The role of its sender, and the offer that it makes or answers: candidates of that role which name no fragment, and
    /// no other offer, belong to it, too. `None` for a description within a call.
    pub role: Option<(Role, Option<OfferId>)>,
}

impl PeerCalls {
    /// How many calls there are, an open offer counted.
    pub fn count(&self) -> usize {
        self.offered.len() + self.answered.len()
    }

    /// The ids of all calls, an open offer included.
    pub fn ids(&self) -> impl Iterator<Item = OfferId> {
        self.offered.iter().chain(&self.answered).copied()
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.count() == 0 && self.early_offerer.is_empty() && self.early_answerer.is_empty()
    }

    /// The call is over.
    pub fn remove(&mut self, id: OfferId) {
        self.offered.retain(|call| *call != id);
        self.answered.retain(|call| *call != id);
        self.fragments.forget(id);
    }

    /// The call of a candidate that names none by its id, and the sender's role in it; no call if the description that the
    /// candidate belongs to is still to come. A call whose descriptions have no ICE username fragment may be the call of
    /// any candidate.
    pub fn call_of(&self, role: Role, fragment: Option<&str>) -> (Role, Option<OfferId>) {
        if let Some(call) = fragment.and_then(|fragment| self.fragments.call_of(fragment)) {
            let role = if self.offered.contains(&call) { Role::Offerer } else { Role::Answerer };
            return (role, Some(call));
        }
        let newest = match role {
            Role::Offerer => self.offered.last(),
            Role::Answerer => self.answered.last(),
        };
        (role, newest.copied().filter(|call| fragment.is_none() || !self.fragments.has_any(*call)))
    }

    /// The early candidates of a role, oldest first.
    pub fn early(&mut self, role: Role) -> &mut VecDeque<EarlyCandidate> {
        match role {
            Role::Offerer => &mut self.early_offerer,
            Role::Answerer => &mut self.early_answerer,
        }
    }

    /// Bytes of the early candidates.
    pub fn early_bytes(&self) -> usize {
        self.early_offerer.iter().chain(&self.early_answerer).map(|early| early.candidate.size()).sum()
    }

    /// Drops the early candidates that have waited too long. Returns when the oldest remaining one arrived.
    pub fn drop_stale(&mut self, now: Timestamp, ttl: Duration) -> Option<Timestamp> {
        let mut oldest: Option<Timestamp> = None;
        for early in [&mut self.early_offerer, &mut self.early_answerer] {
            while early.front().is_some_and(|candidate| now.since(candidate.since) >= ttl) {
                early.pop_front();
            }
            let first = early.front().map(|candidate| candidate.since);
            oldest = oldest.into_iter().chain(first).min();
        }
        oldest
    }

    /// Takes the early candidates that belong to a description.
    pub fn take_early(&mut self, Belonging { fragments, role }: Belonging<'_>) -> Vec<IceCandidate> {
        let mut taken = Vec::new();
        for of in [Role::Offerer, Role::Answerer] {
            let belongs = |early: &EarlyCandidate| match &early.fragment {
                Some(fragment) if !fragments.is_empty() => fragments.contains(fragment),
                _ => role.is_some_and(|(role, offer)| role == of && (early.offer.is_none() || early.offer == offer)),
            };
            let (own, others): (VecDeque<_>, VecDeque<_>) =
                std::mem::take(self.early(of)).into_iter().partition(belongs);
            *self.early(of) = others;
            taken.extend(own.into_iter().map(|early| early.candidate));
        }
        taken
    }
}
