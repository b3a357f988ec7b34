//! Candidates: kept with an open offer, passed on within a call, or held until their description comes.

use std::time::Instant;

use super::outgoing::{Outgoing, ServerMessage};
use super::peer::Held;
use super::state::Core;
use crate::protocol::call::{CallRef, IceCandidate, Role, SessionDescription};
use crate::protocol::name::{OfferId, PeerId};
use crate::protocol::refusal::Refusal;

impl Core {
    /// `sendIceCandidateToSignalingServer` (Course step 9 for the offerer): kept while the offer is open, passed
    /// on once it is answered, held for a while if its description is still to come.
    ///
    /// # Errors
    /// `no-call` for an id that is no call of the peer's in this role, `too-many` beyond the limit.
    pub fn candidate(
        &mut self,
        peer: PeerId,
        role: Role,
        call: CallRef,
        candidate: IceCandidate,
        now: Instant,
    ) -> Result<Vec<Outgoing>, Refusal> {
        let Some(sender) = self.peers.get_mut(&peer) else { return Err(Refusal::gone()) };
        let (id, fragment) = match call {
            CallRef::Id(id) => (Some(id), None),
            CallRef::Fragment(fragment) => (None, Some(fragment)),
            CallRef::Newest => (None, None),
        };
        let (role, found) = match id {
            Some(id) => (role, Some(id)),
            None => sender.call_of(role, fragment.as_deref()),
        };
        // Without a call, or for an offer that the sender is about to answer, it is early.
        let to_be_answered = |id: &OfferId| {
            let open = self.open.get(*id).filter(|offer| offer.offerer != peer && offer.lobby == sender.lobby);
            role == Role::Answerer && open.is_some()
        };
        let answering = id.filter(to_be_answered);
        let (None, Some(id)) = (answering, found) else {
            sender.drop_stale(role, now, self.limits.early_ttl);
            if sender.early(role).len() >= self.limits.max_candidates {
                return Err(Refusal::too_many_candidates(self.limits.max_candidates));
            }
            sender.early(role).push_back(Held { since: now, offer: answering, fragment, candidate });
            self.early.push_back((now, peer, role));
            return Ok(Vec::new());
        };
        if let Some(active) = self.active_calls.get(id) {
            let other = active.other_of(peer, role).ok_or_else(Refusal::no_call)?;
            return Ok(self.post(other, ServerMessage::IceCandidate(candidate), now).into_iter().collect());
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

    /// Another description within a call: gives the candidates that came before it.
    pub(super) fn describe_again(
        &mut self,
        peer: PeerId,
        id: OfferId,
        description: &SessionDescription,
        now: Instant,
    ) -> Vec<IceCandidate> {
        let Some(peer) = self.peers.get_mut(&peer) else { return Vec::new() };
        peer.fragments.add(id, description.fragments());
        peer.take_early((None, None), description.fragments(), now, self.limits.early_ttl)
    }
}
