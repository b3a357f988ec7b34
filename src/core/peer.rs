//! What the switchboard knows of one peer: somebody who is here, or away and expected back.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::replay_buffer::ReplayBuffer;
use crate::protocol::call::{IceCandidate, Role};
use crate::protocol::fragments::Fragments;
use crate::protocol::name::{ConnectionId, Lobby, OfferId, RoomName, Session, UserName};

/// Who comes, as it says of itself.
#[derive(Debug, Clone)]
pub struct Newcomer {
    /// What its person is called.
    pub name: UserName,
    /// Whose offers it sees.
    pub lobby: Lobby,
    /// What for.
    pub purpose: Purpose,
    /// Which load of a page it is, if it says so.
    pub session: Option<Session>,
    /// Whether it counts what it is told and what it says, as a page with a session may.
    pub counts: bool,
    /// The number of the last thing that it was told in an earlier connection, if there was one.
    pub received: Option<u64>,
}

/// What a peer came for. Nobody takes back what one of another kind has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// It hears of everything.
    CallsAndRooms,
    /// It hears nothing of calls and offers.
    Rooms,
    /// It is one of two, and nobody waits for it.
    Pairs,
}

/// One peer.
#[derive(Debug)]
pub struct Peer {
    /// What its person is called.
    pub name: UserName,
    /// Where it is.
    pub lobby: Lobby,
    /// What it came for.
    pub purpose: Purpose,
    /// Which load of a page it is: by that, and by nothing else, it is known again. Without one, by its name.
    pub session: Option<Session>,
    /// Whether it counts what it is told and what it says.
    pub counts: bool,
    /// Where it is to be reached.
    pub presence: Presence,
    /// What it may have to be told again.
    pub replay_buffer: ReplayBuffer,
    /// The number of the last thing that it said, if it counts.
    pub heard: u64,
    /// Its calls as the offerer, oldest first; at most the last one is still open.
    pub offered: Vec<OfferId>,
    /// Its calls as the answerer, oldest first.
    pub answered: Vec<OfferId>,
    /// By what its candidates find their calls.
    pub fragments: Fragments,
    /// The rooms in which it is, in the order of joining.
    pub rooms: Vec<RoomName>,
    early_offerer: Early,
    early_answerer: Early,
}

/// Whether a peer is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// On this connection.
    Here(ConnectionId),
    /// Its connection broke then.
    Away(Instant),
}

/// How a client's connection ended (protocol 1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionEnd {
    /// The client closed it on purpose.
    Closed,
    /// A proxy passed on a close that it also sends for each client when it is reloaded: believed only if the client
    /// does not return soon.
    Unconfirmed,
    /// It broke, and the client may return.
    Broken,
}

impl ConnectionEnd {
    /// The end of a connection whose client went away, as its browser says.
    pub fn going_away(through_proxy: bool) -> Self {
        if through_proxy { Self::Unconfirmed } else { Self::Closed }
    }
}

/// A candidate that came before the description that it belongs to.
#[derive(Debug)]
pub struct Held {
    /// When it came.
    pub since: Instant,
    /// Which offer's answer it belongs to, if the answerer said so.
    pub offer: Option<OfferId>,
    /// Which ICE username fragment it names, if it does.
    pub fragment: Option<Box<str>>,
    /// The candidate.
    pub candidate: IceCandidate,
}

/// What came early in one role, oldest first.
pub type Early = VecDeque<Held>;

impl Peer {
    /// A peer without calls.
    pub fn new(newcomer: Newcomer, connection: ConnectionId) -> Self {
        Self {
            name: newcomer.name,
            lobby: newcomer.lobby,
            purpose: newcomer.purpose,
            counts: newcomer.counts && newcomer.session.is_some(),
            session: newcomer.session,
            presence: Presence::Here(connection),
            replay_buffer: ReplayBuffer::default(),
            heard: 0,
            offered: Vec::new(),
            answered: Vec::new(),
            fragments: Fragments::default(),
            rooms: Vec::new(),
            early_offerer: Early::new(),
            early_answerer: Early::new(),
        }
    }

    /// How many calls it has, the open one counted.
    pub fn calls(&self) -> usize {
        self.offered.len() + self.answered.len()
    }

    /// Since when it is away, if it is.
    pub fn away_since(&self) -> Option<Instant> {
        match self.presence {
            Presence::Here(_) => None,
            Presence::Away(since) => Some(since),
        }
    }

    /// Whether somebody who comes back would find nothing of its own.
    pub fn has_nothing(&self) -> bool {
        self.calls() == 0
            && self.rooms.is_empty()
            && self.early_offerer.is_empty()
            && self.early_answerer.is_empty()
            && self.replay_buffer.is_empty()
    }

    /// The call of a candidate that names none by its id, and the role in which the sender has it; `None` if the
    /// description that the candidate belongs to is still to come. A call whose descriptions show no ICE username
    /// fragment may be the one of any candidate.
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

    /// Takes the early candidates, still fresh, that belong to a description of this call: those that name its ICE username
    /// fragment, and with `role` those of this role that name none, or no other offer.
    pub fn take_early(
        &mut self,
        (role, offer): (Option<Role>, Option<OfferId>),
        fragments: &[Box<str>],
        now: Instant,
        ttl: Duration,
    ) -> Vec<IceCandidate> {
        let mut taken = Vec::new();
        for of in [Role::Offerer, Role::Answerer] {
            self.drop_stale(of, now, ttl);
            let belongs = |held: &Held| match &held.fragment {
                Some(fragment) if !fragments.is_empty() => fragments.contains(fragment),
                _ => role == Some(of) && (held.offer.is_none() || held.offer == offer),
            };
            let (mine, others) = std::mem::take(self.early(of)).into_iter().partition(belongs);
            *self.early(of) = others;
            taken.extend(Early::into_iter(mine).map(|held| held.candidate));
        }
        taken
    }
}
