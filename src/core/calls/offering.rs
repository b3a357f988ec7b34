//! Offers and answers.

use super::active_calls::ActiveCall;
use super::peer_calls::Belonging;
use super::state::{Calls, withdrawn};
use crate::core::context::Context;
use crate::core::deadlines::Due;
use crate::core::id::PeerId;
use crate::core::reply::{Answered, Reply};
use crate::protocol::call::{Call, IceCandidate, Role, SessionDescription};
use crate::protocol::client_message::AnswerTarget;
use crate::protocol::id::OfferId;
use crate::protocol::name::{Lobby, UserName};
use crate::protocol::reason::WithdrawReason;
use crate::protocol::refusal::Refusal;
use crate::protocol::server_message::ServerMessage;

impl Calls {
    /// `newOffer` (Course step 8): kept as the peer's one open offer, in the place of an earlier one. The other peers in
    /// its lobby receive `newOfferAwaiting`, or only those of the user name that it is `to`.
    ///
    /// # Errors
    /// `too-many` for a peer with too many calls, `no-such-peer` if there is no other client of that name.
    pub fn new_offer(
        &mut self,
        ctx: &mut Context<'_>,
        peer: PeerId,
        id: OfferId,
        offer: SessionDescription,
        to: Option<UserName>,
    ) -> Result<Reply, Refusal> {
        let (name, lobby) = ctx.identity(peer)?;
        let replaced = self.open_offer_of(peer);
        if self.count(peer) - usize::from(replaced.is_some()) >= ctx.limits.max_calls {
            return Err(Refusal::too_many_calls());
        }
        let belonging = Belonging { fragments: offer.fragments(), role: Some((Role::Offerer, Some(id))) };
        // Taken before a refusal, too: they belong to this offer, not to the next one.
        let early = self.take_early(ctx, peer, belonging);
        if to.as_ref().is_some_and(|to| !ctx.peers.by_name.has_other(&lobby, to, peer)) {
            return Err(Refusal::no_such_user());
        }
        if let Some(old) = replaced {
            self.withdraw(ctx, old, WithdrawReason::Replaced);
        }
        let calls = self.of_peer.entry(peer).or_default();
        calls.offered.push(id);
        calls.fragments.add(id, offer.fragments());
        let call = Call { to, ..Call::new(id, name, offer, early) };
        let deadline = ctx.deadlines.add(ctx.now.after(ctx.limits.offer_ttl), Due::OpenOffer(id));
        self.open.add(call.clone(), peer, lobby.clone(), deadline);
        let to = call.to.clone();
        ctx.publish(lobby, to.as_ref(), vec![peer], ServerMessage::NewOfferAwaiting(call));
        self.drop_excess(ctx);
        Ok(Reply::Offered(id))
    }

    /// `newOffer` with an `offerId`: an offer within an answered call, for the other end alone.
    ///
    /// # Errors
    /// `no-call` for an id that is no answered call of the peer's.
    pub fn renegotiate(
        &mut self,
        ctx: &mut Context<'_>,
        peer: PeerId,
        offer_id: OfferId,
        offer: SessionDescription,
    ) -> Result<Reply, Refusal> {
        let call = self.active.get_mut(offer_id).ok_or_else(Refusal::no_call)?;
        let other = call.other(peer).ok_or_else(Refusal::no_call)?;
        call.set_awaiting(peer);
        let early = self.add_description(ctx, peer, offer_id, &offer);
        ctx.send(other, ServerMessage::Renegotiation { offer_id, offer });
        send_candidates(ctx, other, early);
        Ok(Reply::Renegotiated(offer_id))
    }

    /// `newAnswer` (Course step 19). The first answer wins; the offerer receives it (Course step 21), then the answerer's
    /// early candidates. The answerer gets the offerer's candidates with the acknowledgement, or without one as events,
    /// before all others.
    ///
    /// # Errors
    /// `no-such-offer`, `already-answered`, `own-offer`, `too-many`.
    pub fn answer(
        &mut self,
        ctx: &mut Context<'_>,
        peer: PeerId,
        target: &AnswerTarget,
        answer: SessionDescription,
        has_ack: bool,
    ) -> Result<Reply, Refusal> {
        if let AnswerTarget::Offer(id) = *target
            && let Some(other) = self.active.get(id).and_then(|call| call.other(peer))
        {
            return self.answer_within_call(ctx, peer, other, id, answer);
        }
        let (name, lobby) = ctx.identity(peer)?;
        let found = self.find_open(peer, &name, &lobby, target);
        // Taken before a refusal, too: they belong to this answer, not to the next one.
        let meant = match target {
            AnswerTarget::Offer(id) => Some(*id),
            AnswerTarget::NewestOf(_) => found.as_ref().ok().copied(),
        };
        let belonging = Belonging { fragments: answer.fragments(), role: Some((Role::Answerer, meant)) };
        let early = self.take_early(ctx, peer, belonging);
        let id = found?;
        if self.count(peer) >= ctx.limits.max_calls {
            return Err(Refusal::too_many_calls());
        }
        let open = self.open.remove(id).ok_or_else(Refusal::no_such_offer)?;
        ctx.deadlines.cancel(open.deadline);
        let calls = self.of_peer.entry(peer).or_default();
        calls.answered.push(id);
        calls.fragments.add(id, answer.fragments());
        let (offerer, lobby) = (open.offerer, open.lobby);
        let mut candidates = open.call.offer_ice_candidates.clone();
        let call = Call { answerer_user_name: Some(name), answer: Some(answer), ..open.call };
        let offerer_name = call.offerer_user_name.clone();
        let to = call.to.clone();
        self.active.add(id, ActiveCall::new([offerer, peer], lobby.clone(), offerer_name.clone(), to.clone()));

        if !has_ack {
            send_candidates(ctx, peer, std::mem::take(&mut candidates));
        }
        let withdrawn = withdrawn(&call, WithdrawReason::Answered);
        ctx.send(offerer, ServerMessage::AnswerResponse(call));
        send_candidates(ctx, offerer, early);
        if self.others_know(ctx, open.hidden) {
            ctx.publish(lobby, to.as_ref(), vec![offerer, peer], withdrawn);
        }
        Ok(Reply::Answered(Answered { candidates, begun: Some((id, offerer_name)) }))
    }

    /// `declineOffer`: an addressee does not want an offer to its user name. The offer ends for all of them.
    ///
    /// # Errors
    /// `no-such-offer`, `already-answered`, `own-offer`; `bad-payload` for an offer to all, which the others may answer.
    pub fn decline(&mut self, ctx: &mut Context<'_>, peer: PeerId, id: OfferId) -> Result<Reply, Refusal> {
        let (name, lobby) = ctx.identity(peer)?;
        if self.open_offer_of(peer) == Some(id) {
            return Err(Refusal::declined_own_offer());
        }
        self.find_open(peer, &name, &lobby, &AnswerTarget::Offer(id))?;
        if self.open.get(id).is_none_or(|offer| offer.call.to.is_none()) {
            return Err(Refusal::declined_offer_to_all());
        }
        self.withdraw_but(ctx, id, WithdrawReason::Declined, Some(peer));
        Ok(Reply::Declined(id))
    }

    fn answer_within_call(
        &mut self,
        ctx: &mut Context<'_>,
        peer: PeerId,
        other: PeerId,
        offer_id: OfferId,
        answer: SessionDescription,
    ) -> Result<Reply, Refusal> {
        if !self.active.get_mut(offer_id).is_some_and(|call| call.take_awaiting(other)) {
            return Err(Refusal::already_answered());
        }
        let early = self.add_description(ctx, peer, offer_id, &answer);
        ctx.send(other, ServerMessage::Renegotiated { offer_id, answer });
        send_candidates(ctx, other, early);
        Ok(Reply::Answered(Answered::default()))
    }

    fn find_open(
        &self,
        peer: PeerId,
        own_name: &UserName,
        lobby: &Lobby,
        target: &AnswerTarget,
    ) -> Result<OfferId, Refusal> {
        match target {
            AnswerTarget::Offer(id) => match (self.open.get(*id), self.active.get(*id)) {
                (Some(offer), _) if offer.offerer == peer => Err(Refusal::own_offer()),
                (Some(offer), _) if offer.is_for(peer, lobby, own_name) => Ok(*id),
                (None, Some(call)) if call.was_offered_to(lobby, own_name) => Err(Refusal::already_answered()),
                _ => Err(Refusal::no_such_offer()),
            },
            AnswerTarget::NewestOf(name) => match self.open.newest_of(lobby, name, (peer, own_name)) {
                Some(id) => Ok(id),
                None if name == own_name && self.open_offer_of(peer).is_some() => Err(Refusal::own_offer()),
                None if self.active.has_offerer(lobby, name, own_name) => Err(Refusal::already_answered()),
                None => Err(Refusal::no_such_offer()),
            },
        }
    }

    /// Another description within a call: returns the candidates that came before it.
    fn add_description(
        &mut self,
        ctx: &mut Context<'_>,
        peer: PeerId,
        id: OfferId,
        description: &SessionDescription,
    ) -> Vec<IceCandidate> {
        if let Some(calls) = self.of_peer.get_mut(&peer) {
            calls.fragments.add(id, description.fragments());
        }
        self.take_early(ctx, peer, Belonging { fragments: description.fragments(), role: None })
    }

    /// How many calls a peer has, its open offer counted.
    pub(super) fn count(&self, peer: PeerId) -> usize {
        self.of_peer.get(&peer).map_or(0, |calls| calls.count())
    }
}

fn send_candidates(ctx: &mut Context<'_>, to: PeerId, candidates: Vec<IceCandidate>) {
    for candidate in candidates {
        ctx.send(to, ServerMessage::IceCandidate(candidate));
    }
}
