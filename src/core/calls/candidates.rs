//! Candidates: kept with an open offer, relayed within a call, or held until their description comes.

use super::peer_calls::EarlyCandidate;
use super::state::Calls;
use crate::core::context::Context;
use crate::core::deadlines::Due;
use crate::core::id::PeerId;
use crate::core::reply::Reply;
use crate::protocol::call::{CallRef, IceCandidate, Role};
use crate::protocol::id::OfferId;
use crate::protocol::refusal::Refusal;
use crate::protocol::server_message::ServerMessage;

/// Where a candidate belongs.
enum Destination {
    /// Its description has not arrived. Holds the offer that the sender is about to answer, if it names one.
    Early(Option<OfferId>),
    /// To this call or open offer.
    Call(OfferId),
}

impl Calls {
    /// `sendIceCandidateToSignalingServer` (Course step 9 for the offerer): kept while the offer is open, relayed once it
    /// is answered, held for a while if its description is still to come.
    ///
    /// # Errors
    /// `no-call` for an id that is no call of the peer's in this role, `too-many` beyond the limit.
    pub fn candidate(
        &mut self,
        ctx: &mut Context<'_>,
        peer: PeerId,
        role: Role,
        call: CallRef,
        candidate: IceCandidate,
    ) -> Result<Reply, Refusal> {
        let (role, destination) = self.destination(ctx, peer, role, &call)?;
        let id = match destination {
            Destination::Early(offer) => {
                let fragment = match call {
                    CallRef::Fragment(fragment) => Some(fragment),
                    CallRef::Id(_) | CallRef::Newest => None,
                };
                let early = EarlyCandidate { since: ctx.now, offer, fragment, candidate };
                return self.hold(ctx, peer, role, early);
            }
            Destination::Call(id) => id,
        };
        if let Some(call) = self.active.get(id) {
            let other = call.other_of(peer, role).ok_or_else(Refusal::no_call)?;
            ctx.send(other, ServerMessage::IceCandidate(candidate));
            return Ok(Reply::Done);
        }
        let open = self.open.get(id).filter(|offer| role == Role::Offerer && offer.offerer == peer);
        let open = open.ok_or_else(Refusal::no_call)?;
        if open.call.offer_ice_candidates.len() >= ctx.limits.max_candidates {
            return Err(Refusal::too_many_candidates(ctx.limits.max_candidates));
        }
        self.open.add_candidate(id, candidate);
        self.drop_excess(ctx);
        Ok(Reply::Done)
    }

    fn destination(
        &self,
        ctx: &Context<'_>,
        peer: PeerId,
        role: Role,
        call: &CallRef,
    ) -> Result<(Role, Destination), Refusal> {
        let sender = ctx.peers.get(peer).ok_or_else(Refusal::gone)?;
        let fragment = match call {
            CallRef::Id(id) => {
                let open = self.open.get(*id).filter(|offer| offer.is_for(peer, &sender.lobby, &sender.name));
                return Ok(match open {
                    Some(_) if role == Role::Answerer => (role, Destination::Early(Some(*id))),
                    _ => (role, Destination::Call(*id)),
                });
            }
            CallRef::Fragment(fragment) => Some(&**fragment),
            CallRef::Newest => None,
        };
        let (role, found) = self.of_peer.get(&peer).map_or((role, None), |calls| calls.call_of(role, fragment));
        Ok((role, found.map_or(Destination::Early(None), Destination::Call)))
    }

    fn hold(
        &mut self,
        ctx: &mut Context<'_>,
        peer: PeerId,
        role: Role,
        candidate: EarlyCandidate,
    ) -> Result<Reply, Refusal> {
        let calls = self.of_peer.entry(peer).or_default();
        let ttl = ctx.limits.early_ttl;
        calls.drop_stale(ctx.now, ttl);
        let bytes = calls.early_bytes() + candidate.candidate.size();
        if calls.early(role).len() >= ctx.limits.max_candidates || bytes > ctx.limits.max_early_bytes {
            return Err(Refusal::too_many_candidates(ctx.limits.max_candidates));
        }
        calls.early(role).push_back(candidate);
        let expiry = || ctx.deadlines.add(ctx.now.after(ttl), Due::EarlyCandidates(peer));
        calls.deadline.get_or_insert_with(expiry);
        Ok(Reply::Done)
    }
}
