//! What the switchboard knows of one live connection.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::call::{IceCandidate, Role};
use super::name::{Lobby, OfferId, UserName};

/// One live connection.
#[derive(Debug)]
pub struct Peer {
    /// What its person is called.
    pub name: UserName,
    /// Where it is.
    pub lobby: Lobby,
    /// Its calls as the offerer, oldest first; at most the last one is still open.
    pub offered: Vec<OfferId>,
    /// Its calls as the answerer, oldest first.
    pub answered: Vec<OfferId>,
    early_offerer: Early,
    early_answerer: Early,
}

/// A candidate that came before the description that it belongs to.
#[derive(Debug)]
pub struct Held {
    /// When it came.
    pub since: Instant,
    /// Which offer's answer it belongs to, if the answerer said so.
    pub offer: Option<OfferId>,
    /// The candidate.
    pub candidate: IceCandidate,
}

/// What came early in one role, oldest first.
pub type Early = VecDeque<Held>;

impl Peer {
    /// A peer without calls.
    pub fn new(name: UserName, lobby: Lobby) -> Self {
        Self {
            name,
            lobby,
            offered: Vec::new(),
            answered: Vec::new(),
            early_offerer: Early::new(),
            early_answerer: Early::new(),
        }
    }

    /// How many calls it has, the open one counted.
    pub fn calls(&self) -> usize {
        self.offered.len() + self.answered.len()
    }

    /// Its early candidates in a role.
    pub fn early(&mut self, role: Role) -> &mut Early {
        match role {
            Role::Offerer => &mut self.early_offerer,
            Role::Answerer => &mut self.early_answerer,
        }
    }

    /// Lets go the early candidates that have waited too long.
    pub fn drop_stale(&mut self, role: Role, now: Instant, ttl: Duration) {
        let held = self.early(role);
        while held.front().is_some_and(|held| now.saturating_duration_since(held.since) >= ttl) {
            held.pop_front();
        }
    }

    /// Takes the early candidates that are still fresh: the description of this offer or its answer has come.
    pub fn take_early(&mut self, role: Role, offer: Option<OfferId>, now: Instant, ttl: Duration) -> Vec<IceCandidate> {
        self.drop_stale(role, now, ttl);
        let fits = |held: &Held| held.offer.is_none() || held.offer == offer;
        std::mem::take(self.early(role)).into_iter().filter(fits).map(|held| held.candidate).collect()
    }
}
