//! Those who are away: kept for the grace time, found again by session or by name, given up after it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Instant;

use super::name::{Lobby, OfferId, PeerId, Session, UserName};
use super::notice::{Ended, News, Notice, PeerHangup, Withdrawn};
use super::offers::Hidden;
use super::peer::{ConnectionEnd, Peer, Presence, Purpose};
use super::room_news::Signal;
use super::switchboard::{Switchboard, withdrawn};

/// Every way to find somebody who may come back, and all that waits for its time to be over.
#[derive(Debug, Default)]
pub struct Absences {
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
    pub(super) letters: VecDeque<(Instant, PeerId)>,
    /// Who cannot be told all that it has missed.
    pub(super) given_up: Vec<PeerId>,
}

impl Absences {
    /// Whether nothing and nobody is kept.
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty()
            && self.names.is_empty()
            && self.away.is_empty()
            && self.unconfirmed.is_empty()
            && self.hidden.is_empty()
            && self.arrivals.is_empty()
            && self.loose.is_empty()
            && self.letters.is_empty()
            && self.given_up.is_empty()
    }
}

/// Takes the entries of this age off the front.
fn due<T: Copy>(queue: &mut VecDeque<T>, is_due: impl Fn(&T) -> bool) -> Vec<T> {
    let count = queue.iter().take_while(|entry| is_due(entry)).count();
    queue.drain(..count).collect()
}

impl Switchboard {
    pub(super) fn go_away(&mut self, peer: PeerId, end: ConnectionEnd, now: Instant) -> Vec<Notice> {
        let Some(leaver) = self.peers.get_mut(&peer) else { return Vec::new() };
        leaver.presence = Presence::Away(now);
        if leaver.session.is_none() {
            let key = (leaver.purpose, leaver.lobby.clone(), leaver.name.clone());
            self.absences.names.entry(key).or_default().push(peer);
        }
        self.absences.away.push_back((now, peer));
        if end == ConnectionEnd::Unconfirmed {
            self.absences.unconfirmed.push_back((now, peer));
        }
        if let Some(own) = self.own_open_offer(peer) {
            self.open.hide(own, Some(Hidden { since: now, told: false }));
            self.absences.hidden.push_back((now, own));
        }
        let mut notices = self.tell_others(peer, News::PeerLost, now);
        notices.extend(self.tell_rooms(peer, Signal::UserLost, now));
        while self.absences.away.len() > self.limits.max_away {
            notices.extend(
                self.absences.away.pop_front().map_or_else(Vec::new, |gone| self.give_up(gone, Ended::Lost, now)),
            );
        }
        notices
    }

    /// The offer of one who is back, to those who were told that it is gone or never heard of it.
    pub(super) fn show_again(&mut self, peer: PeerId) -> Option<Notice> {
        let own = self.own_open_offer(peer)?;
        let offer = self.open.get(own)?;
        let (hidden, lobby, call) = (offer.hidden?, offer.lobby.clone(), offer.call.clone());
        self.open.hide(own, None);
        let news = News::NewOfferAwaiting(call);
        if hidden.told {
            return Some(Notice::to_others(lobby, [peer], news));
        }
        let since = |(when, _): &&(Instant, PeerId)| *when >= hidden.since;
        let came = self.absences.arrivals.iter().rev().take_while(since).map(|(_, peer)| *peer);
        let same_lobby = |id: &PeerId| *id != peer && self.peers.get(id).is_some_and(|other| other.lobby == lobby);
        // Some may have come more than once.
        let unaware: HashSet<PeerId> = came.filter(same_lobby).collect();
        (!unaware.is_empty()).then(|| Notice::to_some(unaware.into_iter().map(|peer| (peer, None)).collect(), news))
    }

    /// A peer is gone for good.
    pub(super) fn remove(&mut self, peer: PeerId, how: Ended, now: Instant) -> Vec<Notice> {
        let (_, mut notices) = self.end_calls(peer, None, how, now);
        notices.extend(self.leave_rooms(peer, how.into(), now));
        notices.extend(self.leave_pairs(peer, now));
        self.forget_name(peer);
        if let Some(Peer { purpose, lobby, name, session: Some(session), .. }) = self.peers.remove(&peer) {
            self.absences.sessions.remove(&(purpose, lobby, name, session));
        }
        notices
    }

    pub(super) fn forget_name(&mut self, peer: PeerId) {
        let Some(known) = self.peers.get(&peer).filter(|known| known.session.is_none()) else { return };
        let key = (known.purpose, known.lobby.clone(), known.name.clone());
        if let Some(peers) = self.absences.names.get_mut(&key) {
            peers.retain(|other| *other != peer);
            if peers.is_empty() {
                self.absences.names.remove(&key);
            }
        }
    }

    /// The end of somebody's absence: it did not come back.
    fn give_up(&mut self, (since, peer): (Instant, PeerId), how: Ended, now: Instant) -> Vec<Notice> {
        match self.peers.get(&peer).and_then(Peer::away_since) {
            Some(away) if away == since => self.remove(peer, how, now),
            _ => Vec::new(),
        }
    }

    /// Lets go what has waited too long.
    pub fn expire(&mut self, now: Instant) -> Vec<Notice> {
        while let Some((since, peer, role)) = self.early.front().copied() {
            if now.saturating_duration_since(since) < self.limits.early_ttl {
                break;
            }
            self.early.pop_front();
            if let Some(peer) = self.peers.get_mut(&peer) {
                peer.drop_stale(role, now, self.limits.early_ttl);
            }
        }
        let mut notices = self.expire_absences(now);
        notices.extend(self.expire_pairs(now));
        while let Some(id) = self.open.overdue(now, &self.limits) {
            notices.extend(self.withdraw(id, Withdrawn::Expired, now));
        }
        notices
    }

    fn expire_absences(&mut self, now: Instant) -> Vec<Notice> {
        let (grace, letter_ttl) = (self.limits.grace, self.limits.letter_ttl);
        let (hidden_ttl, unconfirmed_ttl) = (self.limits.hidden_ttl.min(grace), self.limits.unconfirmed_ttl.min(grace));
        let age = |since: Instant| now.saturating_duration_since(since);
        let mut notices = Vec::new();
        // First, so that the offer of such a client is withdrawn as closed, not as lost.
        for gone in due(&mut self.absences.unconfirmed, |(since, _)| age(*since) >= unconfirmed_ttl) {
            notices.extend(self.give_up(gone, Ended::Closed, now));
        }
        for (since, id) in due(&mut self.absences.hidden, |(since, _)| age(*since) >= hidden_ttl) {
            let Some(offer) = self.open.get(id).filter(|offer| offer.hidden.is_some_and(|h| h.since == since)) else {
                continue;
            };
            let gone = withdrawn(&offer.call, Withdrawn::Lost);
            notices.push(Notice::to_others(offer.lobby.clone(), [offer.offerer], gone));
            self.open.hide(id, Some(Hidden { since, told: true }));
        }
        due(&mut self.absences.arrivals, |(since, _)| age(*since) >= hidden_ttl);
        for gone in due(&mut self.absences.away, |(since, _)| age(*since) >= grace) {
            notices.extend(self.give_up(gone, Ended::Lost, now));
        }
        for (_, id, peer) in due(&mut self.absences.loose, |(since, ..)| age(*since) >= grace) {
            let Some(end) = self.lines.stop_waiting(id, peer) else { continue };
            if end.ended.is_some() {
                continue;
            }
            self.strike(peer, id);
            let hangup = PeerHangup { user_name: end.other, offer_id: id, reason: Ended::Lost };
            notices.extend(self.post(peer, News::PeerHangup(hangup), now));
        }
        for (_, id) in due(&mut self.absences.letters, |(since, _)| age(*since) >= letter_ttl) {
            let Some(peer) = self.peers.get_mut(&id) else { continue };
            if peer.away_since().is_none() {
                peer.mailbox.drop_stale(now, letter_ttl);
            }
            if !peer.mailbox.is_empty() {
                self.absences.letters.push_back((now, id));
            }
        }
        for peer in std::mem::take(&mut self.absences.given_up) {
            if self.peers.get(&peer).is_some_and(|peer| peer.away_since().is_some()) {
                notices.extend(self.remove(peer, Ended::Lost, now));
            }
        }
        notices
    }
}
