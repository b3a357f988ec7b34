//! Those who are away: kept for the grace time, found again by session or by name, given up after it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Instant;

use super::offers::Hidden;
use super::outgoing::{DisconnectReason, Outgoing, PeerHangup, ServerMessage, WithdrawReason};
use super::peer::{ConnectionEnd, Peer, Presence, Purpose};
use super::room_event::RoomEvent;
use super::state::{Core, withdrawn};
use crate::protocol::name::{Lobby, OfferId, PeerId, Session, UserName};

/// Every way to find somebody who may come back, and all that waits for its time to be over.
#[derive(Debug, Default)]
pub struct Disconnected {
    pub(super) sessions: HashMap<(Purpose, Lobby, UserName, Session), PeerId>,
    /// Those who are away and have no session.
    pub(super) names: HashMap<(Purpose, Lobby, UserName), Vec<PeerId>>,
    /// Who left when, oldest first; some are back.
    away: VecDeque<(Instant, PeerId)>,
    /// Whose connection was closed when, as a proxy says, oldest first; some are back.
    unconfirmed: VecDeque<(Instant, PeerId)>,
    /// Which offer was hidden when, oldest first; some are shown again.
    pub(super) hidden: VecDeque<(Instant, OfferId)>,
    /// Who came when: they have not seen the offers that are hidden.
    pub(super) arrivals: VecDeque<(Instant, PeerId)>,
    /// Who waits for the other end of a call since when.
    pub(super) loose: VecDeque<(Instant, OfferId, PeerId)>,
    /// Whose mailbox is to be looked through when: one that is not empty.
    pub(super) events: VecDeque<(Instant, PeerId)>,
    /// Who cannot be told all that it has missed.
    pub(super) given_up: Vec<PeerId>,
}

impl Disconnected {
    /// Whether nothing and nobody is kept.
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty()
            && self.names.is_empty()
            && self.away.is_empty()
            && self.unconfirmed.is_empty()
            && self.hidden.is_empty()
            && self.arrivals.is_empty()
            && self.loose.is_empty()
            && self.events.is_empty()
            && self.given_up.is_empty()
    }
}

/// Takes the entries of this age off the front.
fn due<T: Copy>(queue: &mut VecDeque<T>, is_due: impl Fn(&T) -> bool) -> Vec<T> {
    let count = queue.iter().take_while(|entry| is_due(entry)).count();
    queue.drain(..count).collect()
}

impl Core {
    pub(super) fn go_away(&mut self, peer: PeerId, end: ConnectionEnd, now: Instant) -> Vec<Outgoing> {
        let Some(leaver) = self.peers.get_mut(&peer) else { return Vec::new() };
        leaver.presence = Presence::Away(now);
        if leaver.session.is_none() {
            let key = (leaver.purpose, leaver.lobby.clone(), leaver.name.clone());
            self.disconnected.names.entry(key).or_default().push(peer);
        }
        self.disconnected.away.push_back((now, peer));
        if end == ConnectionEnd::Unconfirmed {
            self.disconnected.unconfirmed.push_back((now, peer));
        }
        if let Some(own) = self.own_open_offer(peer) {
            self.open.hide(own, Some(Hidden { since: now, told: false }));
            self.disconnected.hidden.push_back((now, own));
        }
        let mut outgoing = self.tell_others(peer, ServerMessage::PeerLost, now);
        outgoing.extend(self.tell_rooms(peer, RoomEvent::UserLost, now));
        while self.disconnected.away.len() > self.limits.max_away {
            outgoing.extend(
                self.disconnected
                    .away
                    .pop_front()
                    .map_or_else(Vec::new, |gone| self.expire_peer(gone, DisconnectReason::Lost, now)),
            );
        }
        outgoing
    }

    /// The offer of one who is back, to those who were told that it is gone or never heard of it.
    pub(super) fn show_again(&mut self, peer: PeerId) -> Option<Outgoing> {
        let own = self.own_open_offer(peer)?;
        let offer = self.open.get(own)?;
        let (hidden, lobby, call) = (offer.hidden?, offer.lobby.clone(), offer.call.clone());
        self.open.hide(own, None);
        let message = ServerMessage::NewOfferAwaiting(call);
        if hidden.told {
            return Some(Outgoing::to_others(lobby, [peer], message));
        }
        let since = |(when, _): &&(Instant, PeerId)| *when >= hidden.since;
        let came = self.disconnected.arrivals.iter().rev().take_while(since).map(|(_, peer)| *peer);
        let same_lobby = |id: &PeerId| *id != peer && self.peers.get(id).is_some_and(|other| other.lobby == lobby);
        // Some may have come more than once.
        let unaware: HashSet<PeerId> = came.filter(same_lobby).collect();
        (!unaware.is_empty())
            .then(|| Outgoing::to_some(unaware.into_iter().map(|peer| (peer, None)).collect(), message))
    }

    /// A peer is gone for good.
    pub(super) fn remove(&mut self, peer: PeerId, how: DisconnectReason, now: Instant) -> Vec<Outgoing> {
        let (_, mut outgoing) = self.end_calls(peer, None, how, now);
        outgoing.extend(self.leave_rooms(peer, how.into(), now));
        outgoing.extend(self.leave_pairs(peer, now));
        self.forget_name(peer);
        if let Some(Peer { purpose, lobby, name, session: Some(session), .. }) = self.peers.remove(&peer) {
            self.disconnected.sessions.remove(&(purpose, lobby, name, session));
        }
        outgoing
    }

    pub(super) fn forget_name(&mut self, peer: PeerId) {
        let Some(known) = self.peers.get(&peer).filter(|known| known.session.is_none()) else { return };
        let key = (known.purpose, known.lobby.clone(), known.name.clone());
        if let Some(peers) = self.disconnected.names.get_mut(&key) {
            peers.retain(|other| *other != peer);
            if peers.is_empty() {
                self.disconnected.names.remove(&key);
            }
        }
    }

    /// The end of somebody's absence: it did not come back.
    fn expire_peer(&mut self, (since, peer): (Instant, PeerId), how: DisconnectReason, now: Instant) -> Vec<Outgoing> {
        match self.peers.get(&peer).and_then(Peer::away_since) {
            Some(away) if away == since => self.remove(peer, how, now),
            _ => Vec::new(),
        }
    }

    /// Lets go what has waited too long.
    pub fn expire(&mut self, now: Instant) -> Vec<Outgoing> {
        while let Some((since, peer, role)) = self.early.front().copied() {
            if now.saturating_duration_since(since) < self.limits.early_ttl {
                break;
            }
            self.early.pop_front();
            if let Some(peer) = self.peers.get_mut(&peer) {
                peer.drop_stale(role, now, self.limits.early_ttl);
            }
        }
        let mut outgoing = self.expire_absences(now);
        outgoing.extend(self.expire_pairs(now));
        while let Some(id) = self.open.overdue(now, &self.limits) {
            outgoing.extend(self.withdraw(id, WithdrawReason::Expired, now));
        }
        outgoing
    }

    fn expire_absences(&mut self, now: Instant) -> Vec<Outgoing> {
        let (grace, letter_ttl) = (self.limits.grace, self.limits.letter_ttl);
        let (hidden_ttl, unconfirmed_ttl) = (self.limits.hidden_ttl.min(grace), self.limits.unconfirmed_ttl.min(grace));
        let age = |since: Instant| now.saturating_duration_since(since);
        let mut outgoing = Vec::new();
        // First, so that the offer of such a client is withdrawn as closed, not as lost.
        for gone in due(&mut self.disconnected.unconfirmed, |(since, _)| age(*since) >= unconfirmed_ttl) {
            outgoing.extend(self.expire_peer(gone, DisconnectReason::Closed, now));
        }
        for (since, id) in due(&mut self.disconnected.hidden, |(since, _)| age(*since) >= hidden_ttl) {
            let Some(offer) = self.open.get(id).filter(|offer| offer.hidden.is_some_and(|h| h.since == since)) else {
                continue;
            };
            let gone = withdrawn(&offer.call, WithdrawReason::Lost);
            outgoing.push(Outgoing::to_others(offer.lobby.clone(), [offer.offerer], gone));
            self.open.hide(id, Some(Hidden { since, told: true }));
        }
        due(&mut self.disconnected.arrivals, |(since, _)| age(*since) >= hidden_ttl);
        for gone in due(&mut self.disconnected.away, |(since, _)| age(*since) >= grace) {
            outgoing.extend(self.expire_peer(gone, DisconnectReason::Lost, now));
        }
        for (_, id, peer) in due(&mut self.disconnected.loose, |(since, ..)| age(*since) >= grace) {
            let Some(end) = self.active_calls.stop_waiting(id, peer) else { continue };
            if end.ended.is_some() {
                continue;
            }
            self.remove_call(peer, id);
            let hangup = PeerHangup { user_name: end.other, offer_id: id, reason: DisconnectReason::Lost };
            outgoing.extend(self.post(peer, ServerMessage::PeerHangup(hangup), now));
        }
        for (_, id) in due(&mut self.disconnected.events, |(since, _)| age(*since) >= letter_ttl) {
            let Some(peer) = self.peers.get_mut(&id) else { continue };
            if peer.away_since().is_none() {
                peer.replay_buffer.drop_stale(now, letter_ttl);
            }
            if !peer.replay_buffer.is_empty() {
                self.disconnected.events.push_back((now, id));
            }
        }
        for peer in std::mem::take(&mut self.disconnected.given_up) {
            if self.peers.get(&peer).is_some_and(|peer| peer.away_since().is_some()) {
                outgoing.extend(self.remove(peer, DisconnectReason::Lost, now));
            }
        }
        outgoing
    }
}
