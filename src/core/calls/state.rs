//! The state of all calls, and how they end.

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::active_calls::ActiveCalls;
use super::open_offers::OpenOffers;
use super::peer_calls::{Belonging, PeerCalls};
use super::pending_rejoins::PendingRejoins;
use crate::core::as_list;
use crate::core::context::Context;
use crate::core::deadlines::Due;
use crate::core::id::PeerId;
use crate::core::reply::Reply;
use crate::core::time::Timestamp;
use crate::protocol::call::{Call, CallStage, IceCandidate};
use crate::protocol::id::OfferId;
use crate::protocol::reason::{DisconnectReason, WithdrawReason};
use crate::protocol::refusal::Refusal;
use crate::protocol::server_message::{OfferWithdrawn, PeerHangup, ServerMessage};

/// All calls.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Calls {
    pub(in crate::core) open: OpenOffers,
    pub(in crate::core) active: ActiveCalls,
    pub(super) pending_rejoins: PendingRejoins,
    /// By peer; a peer without calls has no entry.
    #[serde(with = "as_list")]
    pub(super) of_peer: HashMap<PeerId, PeerCalls>,
    /// How many open offers are hidden and not yet withdrawn from the others' lists.
    pub(super) hidden: usize,
    /// The last clients that have connected while offers were hidden, each with its number among all that ever did, and
    /// when it connected: they have not seen what was hidden.
    pub(super) recent: VecDeque<Recent>,
}

/// A client that has connected while offers were hidden.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Recent {
    pub(super) number: u64,
    pub(super) at: Timestamp,
    pub(super) peer: PeerId,
}

impl Calls {
    /// `checkOffers`: the open offers that the peer can answer, oldest first.
    pub fn open_offers(&self, ctx: &Context<'_>, peer: PeerId) -> Vec<Call> {
        ctx.peers.get(peer).map_or_else(Vec::new, |asker| self.open.list(&asker.lobby, (peer, &asker.name), ctx.limits))
    }

    /// Whether an open offer is not listed, since its caller is away.
    pub fn is_hidden(&self, id: OfferId) -> bool {
        self.open.get(id).is_some_and(|offer| offer.hidden.is_some())
    }

    /// How many open offers there are.
    pub fn open_count(&self) -> usize {
        self.open.len()
    }

    /// Bytes of the open offers.
    pub fn open_bytes(&self) -> usize {
        self.open.bytes()
    }

    /// Whether a peer has calls, or candidates for calls to come.
    pub fn has(&self, peer: PeerId) -> bool {
        self.of_peer.get(&peer).is_some_and(|calls| !calls.is_empty())
    }

    /// The ids of a peer's calls, its open offer included.
    pub fn ids_of(&self, peer: PeerId) -> Vec<OfferId> {
        self.of_peer.get(&peer).map_or_else(Vec::new, |calls| calls.ids().collect())
    }

    /// `hangup`: ends the peer's calls and withdraws its open offer, or only this one.
    pub fn hang_up(&mut self, ctx: &mut Context<'_>, peer: PeerId, only: Option<OfferId>) -> Reply {
        let mut ids = self.ids_of(peer);
        ids.retain(|id| only.is_none_or(|only| only == *id));
        self.end(ctx, peer, &ids, DisconnectReason::Hangup);
        Reply::Ended(ids)
    }

    /// `cancelOffer`: withdraws the peer's open offer, if there is one.
    pub fn cancel(&mut self, ctx: &mut Context<'_>, peer: PeerId) -> Reply {
        let own = self.open_offer_of(peer);
        if let Some(id) = own {
            self.withdraw(ctx, id, WithdrawReason::Cancelled);
        }
        Reply::Ended(own.into_iter().collect())
    }

    /// `callStage`: a party of the call reports whether the two browsers are connected. It changes nothing here.
    ///
    /// # Errors
    /// `no-call`.
    pub fn report(&self, peer: PeerId, id: OfferId, stage: CallStage) -> Result<Reply, Refusal> {
        let is_party = self.active.get(id).is_some_and(|call| call.other(peer).is_some());
        if is_party { Ok(Reply::Reported(id, stage)) } else { Err(Refusal::no_call()) }
    }

    /// A peer is removed: all its calls end.
    pub fn end_all(&mut self, ctx: &mut Context<'_>, peer: PeerId, reason: DisconnectReason) {
        let ids = self.ids_of(peer);
        self.end(ctx, peer, &ids, reason);
        if let Some(deadline) = self.of_peer.remove(&peer).and_then(|calls| calls.deadline) {
            ctx.deadlines.cancel(deadline);
        }
    }

    /// Removes the oldest open offer: there are too many.
    pub fn drop_oldest(&mut self, ctx: &mut Context<'_>) {
        if let Some(oldest) = self.open.oldest() {
            self.withdraw(ctx, oldest, WithdrawReason::Expired);
        }
    }

    /// How many ends of calls wait for their other end to rejoin.
    pub fn pending_rejoins(&self) -> usize {
        self.pending_rejoins.len()
    }

    /// An open offer has waited too long.
    pub fn expire_offer(&mut self, ctx: &mut Context<'_>, id: OfferId) {
        self.withdraw(ctx, id, WithdrawReason::Expired);
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
            && self.active.is_empty()
            && self.pending_rejoins.is_empty()
            && self.of_peer.is_empty()
            && self.hidden == 0
    }

    /// The offer of a peer that waits for an answer.
    pub(super) fn open_offer_of(&self, peer: PeerId) -> Option<OfferId> {
        let newest = *self.of_peer.get(&peer)?.offered.last()?;
        self.open.get(newest).map(|_| newest)
    }

    fn end(&mut self, ctx: &mut Context<'_>, peer: PeerId, ids: &[OfferId], reason: DisconnectReason) {
        let Ok((user_name, _)) = ctx.identity(peer) else { return };
        for &id in ids {
            if let Some(call) = self.active.remove(id) {
                call.ends().into_iter().for_each(|end| self.remove_from_peer(ctx, end, id));
                if let Some(other) = call.other(peer) {
                    let hangup = PeerHangup { user_name: user_name.clone(), offer_id: id, reason };
                    ctx.send(other, ServerMessage::PeerHangup(hangup));
                }
            } else if self.pending_rejoins.end(id, peer, reason) {
                self.remove_from_peer(ctx, peer, id);
            } else {
                self.withdraw(ctx, id, reason.into());
            }
        }
    }

    /// A peer no longer has this call.
    pub(super) fn remove_from_peer(&mut self, ctx: &mut Context<'_>, peer: PeerId, id: OfferId) {
        if let Some(calls) = self.of_peer.get_mut(&peer) {
            calls.remove(id);
        }
        self.forget_if_empty(ctx, peer);
    }

    pub(super) fn withdraw(&mut self, ctx: &mut Context<'_>, id: OfferId, reason: WithdrawReason) {
        self.withdraw_but(ctx, id, reason, None);
    }

    /// The same for a peer that knows already.
    pub(super) fn withdraw_but(
        &mut self,
        ctx: &mut Context<'_>,
        id: OfferId,
        reason: WithdrawReason,
        knowing: Option<PeerId>,
    ) {
        let Some(open) = self.open.remove(id) else { return };
        ctx.deadlines.cancel(open.deadline);
        self.remove_from_peer(ctx, open.offerer, id);
        let withdrawn = withdrawn(&open.call, reason);
        // The caller knows what it did itself, and not that its offer has expired or was declined.
        if matches!(reason, WithdrawReason::Expired | WithdrawReason::Declined) {
            ctx.send(open.offerer, withdrawn.clone());
        }
        if self.others_know(ctx, open.hidden) {
            let except = knowing.into_iter().chain([open.offerer]).collect();
            ctx.publish(open.lobby, open.call.to.as_ref(), except, withdrawn);
        }
    }

    /// An open offer has ended. Whether the others still have it in their lists: of an offer whose caller is away they may
    /// have been sent already that it is lost.
    pub(super) fn others_know(&mut self, ctx: &mut Context<'_>, hidden: Option<super::open_offers::Hidden>) -> bool {
        let Some(hidden) = hidden else { return true };
        let Some(deadline) = hidden.deadline else { return false };
        ctx.deadlines.cancel(deadline);
        self.count_shown();
        true
    }

    /// One offer fewer is hidden.
    pub(super) fn count_shown(&mut self) {
        self.hidden -= 1;
        if self.hidden == 0 {
            self.recent = VecDeque::new();
        }
    }

    /// Removes the oldest offers while there are more, or more bytes of them, than allowed.
    pub(super) fn drop_excess(&mut self, ctx: &mut Context<'_>) {
        while self.open.len() > ctx.limits.max_offers || self.open.bytes() > ctx.limits.max_offer_bytes {
            self.drop_oldest(ctx);
        }
    }

    /// Takes a peer's early candidates, still fresh, that belong to a description.
    pub(super) fn take_early(&mut self, ctx: &mut Context<'_>, peer: PeerId, to: Belonging<'_>) -> Vec<IceCandidate> {
        let Some(calls) = self.of_peer.get_mut(&peer) else { return Vec::new() };
        calls.drop_stale(ctx.now, ctx.limits.early_ttl);
        let taken = calls.take_early(to);
        self.forget_if_empty(ctx, peer);
        taken
    }

    /// A peer's early candidates have waited too long, or some of them.
    pub fn expire_early(&mut self, ctx: &mut Context<'_>, peer: PeerId) {
        let Some(calls) = self.of_peer.get_mut(&peer) else { return };
        let ttl = ctx.limits.early_ttl;
        let oldest = calls.drop_stale(ctx.now, ttl);
        calls.deadline = oldest.map(|oldest| ctx.deadlines.add(oldest.after(ttl), Due::EarlyCandidates(peer)));
        self.forget_if_empty(ctx, peer);
    }

    fn forget_if_empty(&mut self, ctx: &mut Context<'_>, peer: PeerId) {
        if self.of_peer.get(&peer).is_some_and(PeerCalls::is_empty)
            && let Some(deadline) = self.of_peer.remove(&peer).and_then(|calls| calls.deadline)
        {
            ctx.deadlines.cancel(deadline);
        }
    }
}

pub(super) fn withdrawn(call: &Call, reason: WithdrawReason) -> ServerMessage {
    ServerMessage::OfferWithdrawn(OfferWithdrawn {
        offer_id: call.offer_id,
        offerer_user_name: call.offerer_user_name.clone(),
        reason,
    })
}
