//! Who is here, who is away, and who comes back (protocol 1.4). A peer whose connection broke keeps what it had
//! for a while: by its session, or without one by its name, it takes it back.
//!
//! ```text
//!              closed, or broken with nothing to keep
//!        +------------------------------------------------------> gone
//!        |                                                         ^
//!   --> here --- broken ---> away (open offer hidden) -- grace over -+
//!        ^                    |  after 5 s the others hear that its offer is lost
//!        +---- comes back ----+
//! ```

use std::time::Instant;

use super::outgoing::{DisconnectReason, Outgoing, Party, Restored, ServerMessage};
use super::peer::{ConnectionEnd, Newcomer, Peer, Presence, Purpose};
use super::replay_buffer::SequencedEvent;
use super::room_event::RoomEvent;
use super::state::Core;
use crate::protocol::call::Call;
use crate::protocol::name::{ConnectionId, OfferId, PeerId};

/// What comes of an arrival.
#[derive(Debug)]
pub struct Arrival {
    /// Who it is: somebody new, or one who is back.
    pub peer: PeerId,
    /// What it took back. Also for one who expected that and finds nothing.
    pub restored: Option<Restored>,
    /// What it missed, after that; with its number for one who counts.
    pub missed: Vec<(Option<u64>, ServerMessage)>,
    /// The offers that it can answer, after that.
    pub offers: Vec<Call>,
    /// Who else hears what.
    pub outgoing: Vec<Outgoing>,
    /// Who of the same session is no more: it had missed too much. Its connection may still look alive.
    pub replaced: Option<PeerId>,
}

/// Whether something that was said counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acceptance {
    /// It does.
    New,
    /// It was heard already, on an earlier connection.
    Duplicate,
    /// The peer speaks on another connection by now.
    StaleConnection,
}

impl Core {
    /// A peer connects (Course step 10), on a connection that nobody had before. Whoever was away takes back what
    /// it had; to others this is somebody new. The offers that it can answer come with it (Course step 11).
    pub fn arrive(&mut self, connection: ConnectionId, newcomer: Newcomer, now: Instant) -> Arrival {
        let mut outgoing = self.expire(now);
        let (name, lobby, received) = (newcomer.name.clone(), newcomer.lobby.clone(), newcomer.received);
        let purpose = newcomer.purpose;
        let known = match (purpose, &newcomer.session) {
            (Purpose::Pairs, _) => self.pairs.user(&name),
            (_, Some(session)) => {
                self.disconnected.sessions.get(&(purpose, lobby.clone(), name, session.clone())).copied()
            }
            (_, None) => {
                self.disconnected.names.get(&(purpose, lobby.clone(), name)).and_then(|peers| peers.last()).copied()
            }
        };
        let missed = known.and_then(|peer| self.missed(peer, received.unwrap_or_default()));
        let (peer, restored, missed) = match known.zip(missed) {
            Some((peer, missed)) => {
                outgoing.extend(self.bring_back(peer, connection, now));
                (peer, Some(self.restored(peer)), missed)
            }
            None => {
                // Somebody of this session, but too much of what it should have heard is gone: it begins anew.
                outgoing.extend(known.map_or_else(Vec::new, |peer| self.remove(peer, DisconnectReason::Lost, now)));
                let peer = PeerId(connection.0);
                if purpose == Purpose::Pairs {
                    self.pairs.enter(newcomer.name.clone(), peer);
                }
                if let Some(session) = &newcomer.session {
                    let key = (purpose, lobby.clone(), newcomer.name.clone(), session.clone());
                    self.disconnected.sessions.insert(key, peer);
                }
                self.peers.insert(peer, Peer::new(newcomer, connection));
                (peer, received.map(|_| Restored::default()), Vec::new())
            }
        };
        // Whoever comes does not see what is hidden now, whether it was here before or not.
        let hears_of_offers = purpose == Purpose::CallsAndRooms;
        if hears_of_offers && !self.disconnected.hidden.is_empty() {
            self.disconnected.arrivals.push_back((now, peer));
        }
        // What concerned this one is among what it missed, or in what it took back.
        outgoing.retain_mut(|outgoing| outgoing.to.leave_out(peer));
        let offers = if hears_of_offers { self.open.list(&lobby, peer, &self.limits) } else { Vec::new() };
        Arrival { peer, restored, missed, offers, outgoing, replaced: known.filter(|known| *known != peer) }
    }

    /// A connection ended. On purpose: the peer's offer is withdrawn, its calls end. Broken: it may come back. A
    /// connection that the peer has left for another one means nothing, nor does telling it twice.
    pub fn leave(&mut self, peer: PeerId, connection: ConnectionId, end: ConnectionEnd, now: Instant) -> Vec<Outgoing> {
        let Some(leaver) = self.peers.get(&peer) else { return Vec::new() };
        if leaver.presence != Presence::Here(connection) {
            return Vec::new();
        }
        let is_waited_for = !self.limits.grace.is_zero() && leaver.purpose != Purpose::Pairs && !leaver.has_nothing();
        match end {
            ConnectionEnd::Broken | ConnectionEnd::Unconfirmed if is_waited_for => self.go_away(peer, end, now),
            ConnectionEnd::Broken => self.remove(peer, DisconnectReason::Lost, now),
            ConnectionEnd::Closed | ConnectionEnd::Unconfirmed => self.remove(peer, DisconnectReason::Closed, now),
        }
    }

    /// Whether what is said on this connection is to be acted on: not if the peer has another one by now, nor if
    /// this number was heard already.
    pub fn accept_event(&mut self, peer: PeerId, connection: ConnectionId, number: Option<u64>) -> Acceptance {
        let Some(speaker) = self.peers.get_mut(&peer) else { return Acceptance::StaleConnection };
        if speaker.presence != Presence::Here(connection) {
            return Acceptance::StaleConnection;
        }
        match number.filter(|_| speaker.counts) {
            Some(number) if number <= speaker.heard => Acceptance::Duplicate,
            Some(number) => {
                speaker.heard = number;
                Acceptance::New
            }
            None => Acceptance::New,
        }
    }

    /// A notice for one peer because of a call: kept where it may have to be told again.
    pub(super) fn post(&mut self, to: PeerId, message: ServerMessage, now: Instant) -> Option<Outgoing> {
        let peer = self.peers.get_mut(&to)?;
        let (is_away, counts) = (peer.away_since().is_some(), peer.counts);
        if !is_away && !counts {
            return Some(Outgoing::to_peer(to, message));
        }
        if peer.replay_buffer.is_empty() {
            self.disconnected.events.push_back((now, to));
        }
        let number = peer.replay_buffer.keep(message.clone(), now);
        while peer.replay_buffer.is_too_full(&self.limits) {
            peer.replay_buffer.drop_oldest();
            if is_away {
                self.disconnected.given_up.push(to);
            }
        }
        (!is_away).then(|| Outgoing { number: Some(number), ..Outgoing::to_peer(to, message) })
    }

    /// The same for several: one notice.
    pub(super) fn post_to_all(&mut self, to: Vec<PeerId>, message: ServerMessage, now: Instant) -> Option<Outgoing> {
        let posted = to.into_iter().filter_map(|to| Some((to, self.post(to, message.clone(), now)?.number)));
        let to: Vec<_> = posted.collect();
        (!to.is_empty()).then(|| Outgoing::to_some(to, message))
    }

    pub(super) fn tell_about(
        &mut self,
        to: PeerId,
        about: PeerId,
        id: OfferId,
        message: fn(Party) -> ServerMessage,
        now: Instant,
    ) -> Option<Outgoing> {
        let user_name = self.peers.get(&about)?.name.clone();
        self.post(to, message(Party { user_name, offer_id: id }), now)
    }

    /// Tells the other party of each of a peer's calls.
    pub(super) fn tell_others(
        &mut self,
        peer: PeerId,
        message: fn(Party) -> ServerMessage,
        now: Instant,
    ) -> Vec<Outgoing> {
        let others: Vec<(OfferId, PeerId)> = self.calls_of(peer);
        others.into_iter().filter_map(|(id, other)| self.tell_about(other, peer, id, message, now)).collect()
    }

    /// The ids of a peer's calls, the open one included.
    pub fn offers_of(&self, peer: PeerId) -> Vec<OfferId> {
        self.peers.get(&peer).map_or_else(Vec::new, |peer| peer.offered.iter().chain(&peer.answered).copied().collect())
    }

    /// The ids of a peer's answered calls.
    pub fn parties_of(&self, peer: PeerId) -> Vec<OfferId> {
        self.calls_of(peer).into_iter().map(|(id, _)| id).collect()
    }

    fn calls_of(&self, peer: PeerId) -> Vec<(OfferId, PeerId)> {
        let Some(party) = self.peers.get(&peer) else { return Vec::new() };
        let ids = party.offered.iter().chain(&party.answered);
        ids.filter_map(|id| Some((*id, self.active_calls.get(*id)?.other(peer)?))).collect()
    }

    fn bring_back(&mut self, peer: PeerId, connection: ConnectionId, now: Instant) -> Vec<Outgoing> {
        let Some(back) = self.peers.get_mut(&peer) else { return Vec::new() };
        let was_away = back.away_since().is_some();
        back.presence = Presence::Here(connection);
        if !was_away {
            return Vec::new();
        }
        self.forget_name(peer);
        let mut outgoing = self.tell_others(peer, ServerMessage::PeerBack, now);
        outgoing.extend(self.tell_rooms(peer, RoomEvent::UserBack, now));
        outgoing.extend(self.show_again(peer));
        outgoing
    }

    /// What a peer that comes back has to be told; `None` if not all of it is left.
    fn missed(&mut self, peer: PeerId, received: u64) -> Option<Vec<(Option<u64>, ServerMessage)>> {
        let back = self.peers.get_mut(&peer)?;
        let counts = back.counts;
        let events = if counts { back.replay_buffer.after(received)? } else { back.replay_buffer.take() };
        Some(
            events
                .into_iter()
                .map(|SequencedEvent { number, message, .. }| (counts.then_some(number), message))
                .collect(),
        )
    }

    fn restored(&self, peer: PeerId) -> Restored {
        let Some(back) = self.peers.get(&peer) else { return Restored::default() };
        let ids = back.offered.iter().chain(&back.answered);
        let calls = ids.filter_map(|id| {
            let connected = self.active_calls.get(*id).and_then(|active| self.peers.get(&active.other(peer)?));
            let waited_for = || self.active_calls.waiting(*id, peer).map(|end| &end.other);
            let user_name = connected.map(|other| &other.name).or_else(waited_for)?.clone();
            Some(Party { user_name, offer_id: *id })
        });
        Restored {
            open_offer: self.own_open_offer(peer),
            calls: calls.collect(),
            rooms: self.memberships(peer),
            heard: back.heard,
        }
    }
}
