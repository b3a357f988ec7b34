//! The switchboard itself: all peers and calls, and the verbs of a call. Each verb is atomic and returns who is to
//! hear what, in the order in which it is to be told. Who is here, who is away and who comes back: [`presence`].
//!
//! [`presence`]: super::presence

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use super::active_call::{ActiveCall, ActiveCalls};
use super::disconnected::Disconnected;
use super::offers::OpenOffers;
use super::outgoing::{DisconnectReason, OfferWithdrawn, Outgoing, PeerHangup, ServerMessage, WithdrawReason};
use super::pairs::Pairs;
use super::peer::Peer;
use super::room::Rooms;
use crate::protocol::call::{Call, IceCandidate, Role, SessionDescription};
use crate::protocol::limits::Limits;
use crate::protocol::name::{OfferId, PeerId, UserName};
use crate::protocol::refusal::Refusal;

/// All calls of one server.
#[derive(Debug)]
pub struct Core {
    pub(super) limits: Limits,
    pub(super) peers: HashMap<PeerId, Peer>,
    pub(super) open: OpenOffers,
    /// Answered calls. Their descriptions are delivered and no longer kept.
    pub(super) active_calls: ActiveCalls,
    pub(super) rooms: Rooms,
    pub(super) pairs: Pairs,
    pub(super) disconnected: Disconnected,
    /// Who holds early candidates since when, oldest first.
    pub(super) early: VecDeque<(Instant, PeerId, Role)>,
}

/// What an answer brought.
#[derive(Debug)]
pub struct Answered {
    /// The offerer's candidates so far, oldest first: the ack of `newAnswer`.
    pub candidates: Vec<IceCandidate>,
    /// Who else hears what, after the ack.
    pub outgoing: Vec<Outgoing>,
    /// The call that it began, and its offerer; `None` within a call that is there already.
    pub begun: Option<(OfferId, UserName)>,
}

/// Which offer an answer means.
#[derive(Debug, Clone)]
pub enum AnswerTarget {
    /// This one.
    Offer(OfferId),
    /// The newest open one under this name.
    NewestOf(UserName),
}

impl Core {
    /// An empty switchboard.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            peers: HashMap::new(),
            open: OpenOffers::default(),
            active_calls: ActiveCalls::default(),
            rooms: Rooms::default(),
            pairs: Pairs::default(),
            disconnected: Disconnected::default(),
            early: VecDeque::new(),
        }
    }

    /// The limits it was made with.
    pub fn limits(&self) -> &Limits {
        &self.limits
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
    ) -> Result<Vec<Outgoing>, Refusal> {
        let replaced = self.own_open_offer(peer);
        let Some(caller) = self.peers.get_mut(&peer) else { return Err(Refusal::gone()) };
        if caller.calls() - usize::from(replaced.is_some()) >= self.limits.max_calls {
            return Err(Refusal::too_many_calls());
        }
        let belonging = (Some(Role::Offerer), Some(id));
        let early = caller.take_early(belonging, offer.fragments(), now, self.limits.early_ttl);
        let mut outgoing = replaced.map_or_else(Vec::new, |old| self.withdraw(old, WithdrawReason::Replaced, now));
        let Some(caller) = self.peers.get_mut(&peer) else { return Err(Refusal::gone()) };
        caller.offered.push(id);
        caller.fragments.add(id, offer.fragments());
        let call = Call::new(id, caller.name.clone(), offer, early);
        let lobby = caller.lobby.clone();
        self.open.insert(call.clone(), peer, lobby.clone(), now);
        outgoing.push(Outgoing::to_others(lobby, [peer], ServerMessage::NewOfferAwaiting(call)));
        outgoing.extend(self.expire(now));
        Ok(outgoing)
    }

    /// `newAnswer` (Course step 19). The first one wins; the offerer hears it (Course step 21), then the
    /// answerer's early candidates. Without an ack the offerer's candidates come as notices, before all others.
    ///
    /// # Errors
    /// `no-such-offer`, `already-answered`, `own-offer`, `too-many`.
    pub fn answer(
        &mut self,
        peer: PeerId,
        wanted: &AnswerTarget,
        answer: SessionDescription,
        has_ack: bool,
        now: Instant,
    ) -> Result<Answered, Refusal> {
        if let AnswerTarget::Offer(id) = wanted
            && let Some(active) = self.active_calls.get_mut(*id)
            && let Some(other) = active.other(peer)
        {
            if !active.answered(other) {
                return Err(Refusal::already_answered());
            }
            let early = self.describe_again(peer, *id, &answer, now);
            let mut outgoing =
                Vec::from_iter(self.post(other, ServerMessage::Renegotiated { offer_id: *id, answer }, now));
            outgoing.extend(
                early.into_iter().filter_map(|early| self.post(other, ServerMessage::IceCandidate(early), now)),
            );
            return Ok(Answered { candidates: Vec::new(), outgoing, begun: None });
        }
        let found = self.find_open(peer, wanted);
        let Some(answerer) = self.peers.get_mut(&peer) else { return Err(Refusal::gone()) };
        // Taken before the refusal, too: they belong to this answer, not to the next one.
        let meant = match wanted {
            AnswerTarget::Offer(id) => Some(*id),
            AnswerTarget::NewestOf(_) => found.as_ref().ok().copied(),
        };
        let belonging = (Some(Role::Answerer), meant);
        let early = answerer.take_early(belonging, answer.fragments(), now, self.limits.early_ttl);
        let id = found?;
        if answerer.calls() >= self.limits.max_calls {
            return Err(Refusal::too_many_calls());
        }
        answerer.answered.push(id);
        answerer.fragments.add(id, answer.fragments());
        let answerer_name = answerer.name.clone();
        let Some(open) = self.open.remove(id) else { return Err(Refusal::no_such_offer()) };
        let (offerer, lobby) = (open.offerer, open.lobby);
        let mut candidates = open.call.offer_ice_candidates.clone();
        let call = Call { answerer_user_name: Some(answerer_name), answer: Some(answer), ..open.call };

        self.active_calls.insert(id, ActiveCall::new(offerer, peer), (lobby.clone(), call.offerer_user_name.clone()));
        let gone = withdrawn(&call, WithdrawReason::Answered);
        let begun = Some((id, call.offerer_user_name.clone()));
        let mut outgoing = Vec::new();
        if !has_ack {
            let unasked = candidates.drain(..).map(ServerMessage::IceCandidate);
            outgoing.extend(unasked.filter_map(|message| self.post(peer, message, now)));
        }
        outgoing.extend(self.post(offerer, ServerMessage::AnswerResponse(call), now));
        outgoing
            .extend(early.into_iter().filter_map(|early| self.post(offerer, ServerMessage::IceCandidate(early), now)));
        // Of the offer of one who is away the others may have been told already.
        if !open.hidden.is_some_and(|hidden| hidden.told) {
            outgoing.push(Outgoing::to_others(lobby, [offerer, peer], gone));
        }
        Ok(Answered { candidates, outgoing, begun })
    }

    /// `newOffer` within an answered call: a renegotiation, for the other party alone.
    ///
    /// # Errors
    /// `no-call` for an id that is no answered call of the peer's.
    pub fn renegotiate(
        &mut self,
        peer: PeerId,
        id: OfferId,
        offer: SessionDescription,
        now: Instant,
    ) -> Result<Vec<Outgoing>, Refusal> {
        let active = self.active_calls.get_mut(id).ok_or_else(Refusal::no_call)?;
        let other = active.other(peer).ok_or_else(Refusal::no_call)?;
        active.ask(peer);
        let early = self.describe_again(peer, id, &offer, now);
        let mut outgoing = Vec::from_iter(self.post(other, ServerMessage::Renegotiation { offer_id: id, offer }, now));
        outgoing
            .extend(early.into_iter().filter_map(|early| self.post(other, ServerMessage::IceCandidate(early), now)));
        Ok(outgoing)
    }

    /// `checkOffers`: the open offers that the peer could answer, oldest first.
    pub fn open_offers(&self, peer: PeerId) -> Vec<Call> {
        self.peers.get(&peer).map_or_else(Vec::new, |asker| self.open.list(&asker.lobby, peer, &self.limits))
    }

    /// Whether an open offer is not listed, since its caller is away.
    pub fn is_hidden(&self, id: OfferId) -> bool {
        self.open.get(id).is_some_and(|offer| offer.hidden.is_some())
    }

    /// `hangup`: ends the peer's calls and withdraws its open offer, or only the one named. Returns how many.
    pub fn hang_up(&mut self, peer: PeerId, only: Option<OfferId>, now: Instant) -> (usize, Vec<Outgoing>) {
        self.end_calls(peer, only, DisconnectReason::Hangup, now)
    }

    /// `cancelOffer`: withdraws the peer's open offer, if there is one.
    pub fn cancel(&mut self, peer: PeerId, now: Instant) -> Vec<Outgoing> {
        self.own_open_offer(peer).map_or_else(Vec::new, |own| self.withdraw(own, WithdrawReason::Cancelled, now))
    }

    /// Whether nothing and nobody is kept.
    pub fn is_empty(&self) -> bool {
        self.peers.is_empty()
            && self.open.is_empty()
            && self.active_calls.is_empty()
            && self.rooms.is_empty()
            && self.pairs.is_empty()
            && self.disconnected.is_empty()
            && self.early.is_empty()
    }

    /// The offer of a peer that waits for an answer.
    pub fn own_open_offer(&self, peer: PeerId) -> Option<OfferId> {
        let newest = *self.peers.get(&peer)?.offered.last()?;
        self.open.get(newest).map(|_| newest)
    }

    fn find_open(&self, peer: PeerId, wanted: &AnswerTarget) -> Result<OfferId, Refusal> {
        let Some(asker) = self.peers.get(&peer) else { return Err(Refusal::gone()) };
        match wanted {
            AnswerTarget::Offer(id) => match (self.open.get(*id), self.active_calls.get(*id)) {
                (Some(offer), _) if offer.offerer == peer => Err(Refusal::own_offer()),
                (Some(offer), _) if offer.lobby == asker.lobby => Ok(*id),
                (None, Some(active)) if self.peers.get(&active.offerer).is_some_and(|o| o.lobby == asker.lobby) => {
                    Err(Refusal::already_answered())
                }
                _ => Err(Refusal::no_such_offer()),
            },
            AnswerTarget::NewestOf(name) => match self.open.newest_of(&asker.lobby, name, peer) {
                Some(id) => Ok(id),
                None if *name == asker.name && self.own_open_offer(peer).is_some() => Err(Refusal::own_offer()),
                None if self.active_calls.is_calling(&asker.lobby, name) => Err(Refusal::already_answered()),
                None => Err(Refusal::no_such_offer()),
            },
        }
    }

    pub(super) fn end_calls(
        &mut self,
        peer: PeerId,
        only: Option<OfferId>,
        how: DisconnectReason,
        now: Instant,
    ) -> (usize, Vec<Outgoing>) {
        let Some(leaver) = self.peers.get(&peer) else { return (0, Vec::new()) };
        let name = leaver.name.clone();
        let all = leaver.offered.iter().chain(&leaver.answered).copied();
        let ids: Vec<OfferId> = all.filter(|id| only.is_none_or(|only| only == *id)).collect();
        let mut outgoing = Vec::new();
        for &id in &ids {
            if let Some(active) = self.active_calls.get(id).cloned() {
                self.forget_call(id, &active);
                let hangup = PeerHangup { user_name: name.clone(), offer_id: id, reason: how };
                let other =
                    active.other(peer).and_then(|other| self.post(other, ServerMessage::PeerHangup(hangup), now));
                outgoing.extend(other);
            } else if self.active_calls.end_waiting(id, peer, how) {
                self.remove_call(peer, id);
            } else {
                outgoing.extend(self.withdraw(id, how.into(), now));
            }
        }
        (ids.len(), outgoing)
    }

    fn forget_call(&mut self, id: OfferId, active: &ActiveCall) {
        if let Some(offerer) = self.peers.get(&active.offerer) {
            self.active_calls.remove(id, &(offerer.lobby.clone(), offerer.name.clone()));
        }
        self.remove_call(active.offerer, id);
        self.remove_call(active.answerer, id);
    }

    /// A peer no longer has this call.
    pub(super) fn remove_call(&mut self, peer: PeerId, id: OfferId) {
        if let Some(peer) = self.peers.get_mut(&peer) {
            peer.offered.retain(|call| *call != id);
            peer.answered.retain(|call| *call != id);
            peer.fragments.forget(id);
        }
    }

    pub(super) fn withdraw(&mut self, id: OfferId, why: WithdrawReason, now: Instant) -> Vec<Outgoing> {
        let Some(open) = self.open.remove(id) else { return Vec::new() };
        self.remove_call(open.offerer, id);
        let gone = withdrawn(&open.call, why);
        let mut outgoing = Vec::new();
        // Its owner knows what it did itself; that its offer expired it must be told.
        if why == WithdrawReason::Expired {
            outgoing.extend(self.post(open.offerer, gone.clone(), now));
        }
        // Of the offer of one who is away the others may have been told already.
        if !open.hidden.is_some_and(|hidden| hidden.told) {
            outgoing.push(Outgoing::to_others(open.lobby, [open.offerer], gone));
        }
        outgoing
    }
}

pub(super) fn withdrawn(call: &Call, reason: WithdrawReason) -> ServerMessage {
    ServerMessage::OfferWithdrawn(OfferWithdrawn {
        offer_id: call.offer_id,
        offerer_user_name: call.offerer_user_name.clone(),
        reason,
    })
}
