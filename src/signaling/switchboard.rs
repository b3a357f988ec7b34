//! The switchboard itself: all peers and calls, and the verbs. Each verb is atomic and returns who is to hear
//! what, in the order in which it is to be told.

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use super::call::{Call, IceCandidate, Role, SessionDescription};
use super::limits::Limits;
use super::name::{Lobby, OfferId, PeerId, UserName};
use super::notice::{Ended, News, Notice, OfferWithdrawn, PeerHangup, Withdrawn};
use super::offers::OpenOffers;
use super::peer::{Held, Peer};
use super::refusal::Refusal;

/// All calls of one server.
#[derive(Debug)]
pub struct Switchboard {
    limits: Limits,
    peers: HashMap<PeerId, Peer>,
    open: OpenOffers,
    /// Answered calls. Their descriptions are delivered and no longer kept.
    calls: HashMap<OfferId, Line>,
    /// How many answered calls there are of a name: for an honest refusal of the second answer.
    answered_names: HashMap<(Lobby, UserName), usize>,
    /// Who holds early candidates since when, oldest first.
    early: VecDeque<(Instant, PeerId, Role)>,
}

/// The two ends of an answered call.
#[derive(Debug)]
struct Line {
    offerer: PeerId,
    answerer: PeerId,
}

/// What an answer brought.
#[derive(Debug)]
pub struct Answered {
    /// The offerer's candidates so far, oldest first: the ack of `newAnswer`.
    pub candidates: Vec<IceCandidate>,
    /// Who else hears what, after the ack.
    pub notices: Vec<Notice>,
}

/// Which offer an answer means.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// This one.
    Offer(OfferId),
    /// The newest open one under this name.
    NewestOf(UserName),
}

impl Switchboard {
    /// An empty switchboard.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            peers: HashMap::new(),
            open: OpenOffers::default(),
            calls: HashMap::new(),
            answered_names: HashMap::new(),
            early: VecDeque::new(),
        }
    }

    /// The limits it was made with.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// A peer connects (Course step 10). Returns the offers that it can answer (Course step 11).
    pub fn arrive(&mut self, peer: PeerId, name: UserName, lobby: Lobby) -> Vec<Call> {
        let offers = self.open.list(&lobby, peer, &self.limits);
        self.peers.insert(peer, Peer::new(name, lobby));
        offers
    }

    /// A peer is gone: its offer is withdrawn, its calls end. Telling it twice does no harm.
    pub fn leave(&mut self, peer: PeerId, how: Ended) -> Vec<Notice> {
        let (_, notices) = self.end_calls(peer, None, how);
        self.peers.remove(&peer);
        notices
    }

    /// `newOffer` (Course step 8): kept as the peer's one open offer, in the place of an earlier one.
    ///
    /// # Errors
    /// `too-many` for a peer with too many calls.
    pub fn offer(
        &mut self,
        peer: PeerId,
        id: OfferId,
        offer: SessionDescription,
        now: Instant,
    ) -> Result<Vec<Notice>, Refusal> {
        let replaced = self.own_open_offer(peer);
        let Some(caller) = self.peers.get_mut(&peer) else { return Err(Refusal::gone()) };
        if caller.calls() - usize::from(replaced.is_some()) >= self.limits.max_calls {
            return Err(Refusal::too_many_calls());
        }
        let early = caller.take_early(Role::Offerer, Some(id), now, self.limits.early_ttl);
        let mut notices: Vec<Notice> =
            replaced.and_then(|old| self.withdraw(old, Withdrawn::Replaced)).into_iter().collect();
        let Some(caller) = self.peers.get_mut(&peer) else { return Err(Refusal::gone()) };
        caller.offered.push(id);
        let call = Call::new(id, caller.name.clone(), offer, early);
        let lobby = caller.lobby.clone();
        self.open.insert(call.clone(), peer, lobby.clone(), now);
        notices.push(Notice::to_others(lobby, [peer], News::NewOfferAwaiting(call)));
        notices.extend(self.expire(now));
        Ok(notices)
    }

    /// `newAnswer` (Course step 19). The first one wins; the offerer hears it (Course step 21), then the
    /// answerer's early candidates.
    ///
    /// # Errors
    /// `no-such-offer`, `already-answered`, `own-offer`, `too-many`.
    pub fn answer(
        &mut self,
        peer: PeerId,
        wanted: &Wanted,
        answer: SessionDescription,
        now: Instant,
    ) -> Result<Answered, Refusal> {
        let found = self.find_open(peer, wanted);
        let Some(answerer) = self.peers.get_mut(&peer) else { return Err(Refusal::gone()) };
        // Taken before the refusal, too: they belong to this answer, not to the next one.
        let early = answerer.take_early(Role::Answerer, found.as_ref().ok().copied(), now, self.limits.early_ttl);
        let id = found?;
        if answerer.calls() >= self.limits.max_calls {
            return Err(Refusal::too_many_calls());
        }
        answerer.answered.push(id);
        let answerer_name = answerer.name.clone();
        let Some(open) = self.open.remove(id) else { return Err(Refusal::no_such_offer()) };
        let (offerer, lobby) = (open.offerer, open.lobby);
        let candidates = open.call.offer_ice_candidates.clone();
        let call = Call { answerer_user_name: Some(answerer_name), answer: Some(answer), ..open.call };

        self.calls.insert(id, Line { offerer, answerer: peer });
        *self.answered_names.entry((lobby.clone(), call.offerer_user_name.clone())).or_default() += 1;
        let gone = withdrawn(&call, Withdrawn::Answered);
        let mut notices = vec![Notice::to_peer(offerer, News::AnswerResponse(call))];
        notices.extend(early.into_iter().map(|early| Notice::to_peer(offerer, News::IceCandidate(early))));
        notices.push(Notice::to_others(lobby, [offerer, peer], gone));
        Ok(Answered { candidates, notices })
    }

    /// `sendIceCandidateToSignalingServer` (Course step 9 for the offerer): kept while the offer is open, passed
    /// on once it is answered, held for a while if its description is still to come.
    ///
    /// # Errors
    /// `no-call` for an id that is no call of the peer's in this role, `too-many` beyond the limit.
    pub fn candidate(
        &mut self,
        peer: PeerId,
        role: Role,
        id: Option<OfferId>,
        candidate: IceCandidate,
        now: Instant,
    ) -> Result<Vec<Notice>, Refusal> {
        let Some(sender) = self.peers.get_mut(&peer) else { return Err(Refusal::gone()) };
        let newest = match role {
            Role::Offerer => sender.offered.last(),
            Role::Answerer => sender.answered.last(),
        };
        // Without a call, or for an offer that the sender is about to answer, it is early.
        let to_be_answered = |id: &OfferId| {
            let open = self.open.get(*id).filter(|offer| offer.offerer != peer && offer.lobby == sender.lobby);
            role == Role::Answerer && open.is_some()
        };
        let answering = id.filter(to_be_answered);
        let (None, Some(id)) = (answering, id.or(newest.copied())) else {
            sender.drop_stale(role, now, self.limits.early_ttl);
            if sender.early(role).len() >= self.limits.max_candidates {
                return Err(Refusal::too_many_candidates(self.limits.max_candidates));
            }
            sender.early(role).push_back(Held { since: now, offer: answering, candidate });
            self.early.push_back((now, peer, role));
            return Ok(Vec::new());
        };
        if let Some(line) = self.calls.get(&id) {
            let other = match role {
                Role::Offerer if line.offerer == peer => line.answerer,
                Role::Answerer if line.answerer == peer => line.offerer,
                _ => return Err(Refusal::no_call()),
            };
            return Ok(vec![Notice::to_peer(other, News::IceCandidate(candidate))]);
        }
        match self.open.get(id) {
            Some(offer) if role == Role::Offerer && offer.offerer == peer => {
                if offer.call.offer_ice_candidates.len() >= self.limits.max_candidates {
                    return Err(Refusal::too_many_candidates(self.limits.max_candidates));
                }
                self.open.add_candidate(id, candidate);
                Ok(self.expire(now))
            }
            _ => Err(Refusal::no_call()),
        }
    }

    /// `checkOffers`: the open offers that the peer could answer, oldest first.
    pub fn open_offers(&self, peer: PeerId) -> Vec<Call> {
        self.peers.get(&peer).map_or_else(Vec::new, |asker| self.open.list(&asker.lobby, peer, &self.limits))
    }

    /// `hangup`: ends the peer's calls and withdraws its open offer, or only the one named. Returns how many.
    pub fn hang_up(&mut self, peer: PeerId, only: Option<OfferId>) -> (usize, Vec<Notice>) {
        self.end_calls(peer, only, Ended::Hangup)
    }

    /// `cancelOffer`: withdraws the peer's open offer, if there is one.
    pub fn cancel(&mut self, peer: PeerId) -> Option<Notice> {
        let own = self.own_open_offer(peer)?;
        self.withdraw(own, Withdrawn::Cancelled)
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
        let mut notices = Vec::new();
        while let Some(id) = self.open.overdue(now, &self.limits) {
            notices.extend(self.withdraw(id, Withdrawn::Expired));
        }
        notices
    }

    /// Whether nothing and nobody is kept.
    pub fn is_empty(&self) -> bool {
        self.peers.is_empty()
            && self.open.is_empty()
            && self.calls.is_empty()
            && self.answered_names.is_empty()
            && self.early.is_empty()
    }

    fn own_open_offer(&self, peer: PeerId) -> Option<OfferId> {
        let newest = *self.peers.get(&peer)?.offered.last()?;
        self.open.get(newest).map(|_| newest)
    }

    fn find_open(&self, peer: PeerId, wanted: &Wanted) -> Result<OfferId, Refusal> {
        let Some(asker) = self.peers.get(&peer) else { return Err(Refusal::gone()) };
        match wanted {
            Wanted::Offer(id) => match (self.open.get(*id), self.calls.get(id)) {
                (Some(offer), _) if offer.offerer == peer => Err(Refusal::own_offer()),
                (Some(offer), _) if offer.lobby == asker.lobby => Ok(*id),
                (None, Some(line)) if self.peers.get(&line.offerer).is_some_and(|o| o.lobby == asker.lobby) => {
                    Err(Refusal::already_answered())
                }
                _ => Err(Refusal::no_such_offer()),
            },
            Wanted::NewestOf(name) => match self.open.newest_of(&asker.lobby, name, peer) {
                Some(id) => Ok(id),
                None if *name == asker.name && self.own_open_offer(peer).is_some() => Err(Refusal::own_offer()),
                None if self.answered_names.contains_key(&(asker.lobby.clone(), name.clone())) => {
                    Err(Refusal::already_answered())
                }
                None => Err(Refusal::no_such_offer()),
            },
        }
    }

    fn end_calls(&mut self, peer: PeerId, only: Option<OfferId>, how: Ended) -> (usize, Vec<Notice>) {
        let Some(leaver) = self.peers.get(&peer) else { return (0, Vec::new()) };
        let name = leaver.name.clone();
        let ids: Vec<OfferId> = leaver
            .offered
            .iter()
            .chain(&leaver.answered)
            .copied()
            .filter(|id| only.is_none_or(|only| only == *id))
            .collect();
        let mut notices = Vec::new();
        for &id in &ids {
            if let Some(line) = self.calls.remove(&id) {
                let other = if line.offerer == peer { line.answerer } else { line.offerer };
                self.forget_call(id, &line);
                let hangup = PeerHangup { user_name: name.clone(), offer_id: id, reason: how };
                notices.push(Notice::to_peer(other, News::PeerHangup(hangup)));
            } else {
                notices.extend(self.withdraw(id, how.into()));
            }
        }
        (ids.len(), notices)
    }

    fn forget_call(&mut self, id: OfferId, line: &Line) {
        if let Some(answerer) = self.peers.get_mut(&line.answerer) {
            answerer.answered.retain(|call| *call != id);
        }
        if let Some(offerer) = self.peers.get_mut(&line.offerer) {
            offerer.offered.retain(|call| *call != id);
            let name = (offerer.lobby.clone(), offerer.name.clone());
            if let Some(count) = self.answered_names.get_mut(&name) {
                *count -= 1;
                if *count == 0 {
                    self.answered_names.remove(&name);
                }
            }
        }
    }

    fn withdraw(&mut self, id: OfferId, why: Withdrawn) -> Option<Notice> {
        let open = self.open.remove(id)?;
        if let Some(offerer) = self.peers.get_mut(&open.offerer) {
            offerer.offered.retain(|call| *call != id);
        }
        // The owner knows what it did itself; that its offer expired it must be told.
        let but = (why != Withdrawn::Expired).then_some(open.offerer);
        Some(Notice::to_others(open.lobby, but, withdrawn(&open.call, why)))
    }
}

fn withdrawn(call: &Call, reason: Withdrawn) -> News {
    News::OfferWithdrawn(OfferWithdrawn {
        offer_id: call.offer_id,
        offerer_user_name: call.offerer_user_name.clone(),
        reason,
    })
}
