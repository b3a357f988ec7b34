//! The peers: connected, or away and expected back.
//!
//! A peer whose connection broke keeps what it had for a while: by its session, or without one by its name, it takes it
//! back.
//!
//! ```text
//!             closed, or broken with nothing to keep
//!       +--------------------------------------------------------> removed
//!       |                                                             ^
//!   connected --- broken ---> away (its open offer is hidden) - grace over
//!       ^                      |  after 5 s the others are sent that its offer is lost
//!       +------- returns ------+
//! ```

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::as_list;
use super::by_name::{ByName, Place};
use super::command::{Acceptance, ConnectionEnd, Newcomer, Purpose, Sender};
use super::deadlines::{Deadline, Deadlines, Due};
use super::id::{ConnectionId, PeerId};
use super::replay_buffer::ReplayBuffer;
use super::time::Timestamp;
use crate::protocol::limits::Limits;
use crate::protocol::name::{Lobby, Session, UserName};

/// One peer.
#[derive(Debug, Serialize, Deserialize)]
pub struct Peer {
    /// Its user name.
    pub name: UserName,
    /// Its lobby.
    pub lobby: Lobby,
    /// What it takes part in.
    pub purpose: Purpose,
    /// The number of the last message that was accepted from it, if it counts.
    pub heard: u64,
    /// How many clients had connected before its connection did.
    pub arrival: u64,
    session: Option<Session>,
    pub(super) counts: bool,
    /// The last connection that it has made, by its own count. Files of versions before do not have it.
    #[serde(default)]
    pub(super) attempt: u64,
    presence: Presence,
    pub(super) replay_buffer: ReplayBuffer,
    pub(super) replay_deadline: Option<Deadline>,
}

/// Whether a peer is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Presence {
    Connected(ConnectionId),
    Away { grace: Deadline, unconfirmed: Option<Deadline> },
}

impl Peer {
    /// Whether its connection broke and it has not returned.
    pub fn is_away(&self) -> bool {
        matches!(self.presence, Presence::Away { .. })
    }

    /// Whether the server waits for it after a break, if it has anything to take back.
    pub fn may_return(&self, limits: &Limits) -> bool {
        !limits.grace.is_zero() && !matches!(self.purpose, Purpose::Pairs | Purpose::Gst)
    }

    /// Whether messages wait for it.
    pub fn has_missed(&self) -> bool {
        !self.replay_buffer.is_empty()
    }

    /// Its place among the peers of its name.
    pub fn place(&self, id: PeerId) -> Place {
        (self.lobby.clone(), self.name.clone(), id)
    }

    /// Its connection, unless it is away.
    pub fn connection(&self) -> Option<ConnectionId> {
        match self.presence {
            Presence::Connected(connection) => Some(connection),
            Presence::Away { .. } => None,
        }
    }

    /// Whether this is its connection.
    pub fn is_connected_by(&self, connection: ConnectionId) -> bool {
        self.presence == Presence::Connected(connection)
    }
}

/// All peers.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Sessions {
    #[serde(with = "as_list")]
    pub(super) peers: HashMap<PeerId, Peer>,
    #[serde(with = "as_list")]
    by_session: HashMap<(Purpose, Lobby, UserName, Session), PeerId>,
    /// The peers that are away and have no session, by name.
    #[serde(with = "as_list")]
    away_by_name: HashMap<(Purpose, Lobby, UserName), Vec<PeerId>>,
    /// The peers that are away, in the order in which their grace ends.
    #[serde(with = "as_list")]
    away: BTreeMap<Deadline, PeerId>,
    /// The peers that take part in calls.
    pub by_name: ByName,
    /// All peers, in the order in which they are listed.
    #[serde(skip)]
    pub(super) places: BTreeMap<Place, Purpose>,
    /// How many clients have connected.
    arrivals: u64,
}

impl Sessions {
    /// The peer with this id.
    pub fn get(&self, peer: PeerId) -> Option<&Peer> {
        self.peers.get(&peer)
    }

    /// All peers, in one order on every machine.
    pub fn ids(&self) -> Vec<PeerId> {
        let mut ids: Vec<_> = self.peers.keys().copied().collect();
        ids.sort_unstable();
        ids
    }

    /// The peer that a client was before: of the same session, or without a session an absent one of the same name.
    pub fn find(&self, newcomer: &Newcomer) -> Option<PeerId> {
        let (purpose, lobby, name) = (newcomer.purpose, newcomer.lobby.clone(), newcomer.name.clone());
        match &newcomer.session {
            Some(session) => self.by_session.get(&(purpose, lobby, name, session.clone())).copied(),
            None => self.away_by_name.get(&(purpose, lobby, name)).and_then(|peers| peers.last()).copied(),
        }
    }

    /// Puts the peers that were read from a snapshot in order.
    pub fn index(&mut self) {
        self.places = self.peers.iter().map(|(id, peer)| (peer.place(*id), peer.purpose)).collect();
    }

    /// How many clients have connected.
    pub fn arrivals(&self) -> u64 {
        self.arrivals
    }

    /// The peers of a user name that receive offers now.
    pub fn connected_as(&self, lobby: &Lobby, name: &UserName) -> impl Iterator<Item = (PeerId, &Peer)> {
        let peers = self.by_name.of(lobby, name).filter_map(|id| Some((id, self.peers.get(&id)?)));
        peers.filter(|(_, peer)| !peer.is_away())
    }

    /// Adds a peer.
    pub fn add(&mut self, newcomer: Newcomer, connection: ConnectionId, deadlines: &mut Deadlines) -> PeerId {
        let id = PeerId(connection.0);
        let Newcomer { name, lobby, purpose, session, counts, attempt, received: _, heard: _ } = newcomer;
        if let Some(session) = &session {
            self.by_session.insert((purpose, lobby.clone(), name.clone(), session.clone()), id);
        }
        if purpose == Purpose::CallsAndRooms
            && let Some(returned) = self.by_name.add((lobby.clone(), name.clone(), id))
        {
            deadlines.cancel(returned);
        }
        let peer = Peer {
            name,
            lobby,
            purpose,
            heard: 0,
            arrival: self.next_arrival(),
            counts: counts && session.is_some(),
            attempt,
            session,
            presence: Presence::Connected(connection),
            replay_buffer: ReplayBuffer::default(),
            replay_deadline: None,
        };
        self.places.insert(peer.place(id), purpose);
        self.peers.insert(id, peer);
        id
    }

    /// Whether a message of this sender is acted on: not if the peer has another connection now, nor if a message of this
    /// number was accepted before.
    pub fn accept(&mut self, from: Sender) -> Acceptance {
        let Some(peer) = self.peers.get_mut(&from.peer).filter(|peer| peer.is_connected_by(from.connection)) else {
            return Acceptance::StaleConnection;
        };
        match from.number.filter(|_| peer.counts) {
            Some(number) if number <= peer.heard => Acceptance::Duplicate,
            Some(number) => {
                peer.heard = number;
                Acceptance::New
            }
            None => Acceptance::New,
        }
    }

    /// A peer's connection has broken, and the peer may return.
    pub fn set_away(
        &mut self,
        id: PeerId,
        end: ConnectionEnd,
        now: Timestamp,
        limits: &Limits,
        deadlines: &mut Deadlines,
    ) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        // Due before the grace: then the offer of this peer is withdrawn as closed, not as lost.
        let unconfirmed_ttl = limits.unconfirmed_ttl.min(limits.grace);
        let unconfirmed = (end == ConnectionEnd::Unconfirmed)
            .then(|| deadlines.add(now.after(unconfirmed_ttl), Due::Unconfirmed(id)));
        let grace = deadlines.add(now.after(limits.grace), Due::Away(id));
        peer.presence = Presence::Away { grace, unconfirmed };
        self.away.insert(grace, id);
        if peer.session.is_none() {
            let key = (peer.purpose, peer.lobby.clone(), peer.name.clone());
            self.away_by_name.entry(key).or_default().push(id);
        }
    }

    /// The grace of a peer begins, whether it was away or not.
    pub fn begin_grace(&mut self, id: PeerId, now: Timestamp, limits: &Limits, deadlines: &mut Deadlines) {
        self.end_absence(id, deadlines);
        self.set_away(id, ConnectionEnd::Broken, now, limits, deadlines);
    }

    /// The calls of all peers are forgotten: no message about them is sent again.
    pub fn forget_calls(&mut self) {
        for peer in self.peers.values_mut() {
            peer.replay_buffer.keep_rooms_only();
        }
    }

    /// A peer has returned on this connection. Whether it was away.
    pub fn set_connected(&mut self, id: PeerId, connection: ConnectionId, deadlines: &mut Deadlines) -> bool {
        let was_away = self.end_absence(id, deadlines);
        let arrival = self.next_arrival();
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.presence = Presence::Connected(connection);
            peer.arrival = arrival;
        }
        was_away
    }

    /// How many peers are away.
    pub fn away(&self) -> usize {
        self.away.len()
    }

    /// The peer that has been away for longest, if more are away than allowed.
    pub fn excess(&self, max_away: usize) -> Option<PeerId> {
        let (_, oldest) = self.away.first_key_value()?;
        (self.away.len() > max_away).then_some(*oldest)
    }

    /// Removes a peer.
    pub fn remove(&mut self, id: PeerId, deadlines: &mut Deadlines) {
        self.end_absence(id, deadlines);
        let Some(peer) = self.peers.remove(&id) else { return };
        let place = peer.place(id);
        self.by_name.remove(&place);
        self.places.remove(&place);
        if let Some(deadline) = peer.replay_deadline {
            deadlines.cancel(deadline);
        }
        if let Some(session) = peer.session {
            self.by_session.remove(&(peer.purpose, peer.lobby, peer.name, session));
        }
    }

    /// Whether there is no peer, and nothing is kept of any.
    pub fn is_empty(&self) -> bool {
        self.peers.is_empty()
            && self.by_session.is_empty()
            && self.away_by_name.is_empty()
            && self.away.is_empty()
            && self.by_name.is_empty()
            && self.places.is_empty()
    }

    fn next_arrival(&mut self) -> u64 {
        self.arrivals += 1;
        self.arrivals - 1
    }

    /// Ends the absence of a peer. Whether it was away.
    fn end_absence(&mut self, id: PeerId, deadlines: &mut Deadlines) -> bool {
        let Some(peer) = self.peers.get(&id) else { return false };
        let Presence::Away { grace, unconfirmed } = peer.presence else { return false };
        self.away.remove(&grace);
        for deadline in [Some(grace), unconfirmed].into_iter().flatten() {
            deadlines.cancel(deadline);
        }
        if peer.session.is_none() {
            let key = (peer.purpose, peer.lobby.clone(), peer.name.clone());
            if let Some(peers) = self.away_by_name.get_mut(&key) {
                peers.retain(|other| *other != id);
                if peers.is_empty() {
                    self.away_by_name.remove(&key);
                }
            }
        }
        true
    }
}
