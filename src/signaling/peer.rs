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

/// Candidates that came before the description that they belong to, oldest first.
pub type Early = VecDeque<(Instant, IceCandidate)>;

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
        while held.front().is_some_and(|(since, _)| now.saturating_duration_since(*since) >= ttl) {
            held.pop_front();
        }
    }

    /// Takes the early candidates that are still fresh: their description has come.
    pub fn take_early(&mut self, role: Role, now: Instant, ttl: Duration) -> Vec<IceCandidate> {
        self.drop_stale(role, now, ttl);
        std::mem::take(self.early(role)).into_iter().map(|(_, candidate)| candidate).collect()
    }
}
