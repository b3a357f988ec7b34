//! What a broken connection means for a peer's calls, and its return.

use std::collections::BTreeSet;

use super::open_offers::Hidden;
use super::rejoin::notify_about;
use super::state::{Calls, Recent, withdrawn};
use crate::core::context::Context;
use crate::core::deadlines::Due;
use crate::core::id::PeerId;
use crate::protocol::id::OfferId;
use crate::protocol::reason::WithdrawReason;
use crate::protocol::server_message::{Party, ServerMessage};

impl Calls {
    /// A client that receives offers has connected.
    pub fn peer_connected(&mut self, ctx: &Context<'_>, peer: PeerId) {
        if self.hidden == 0 {
            return;
        }
        let is_stale = |since| ctx.now.since(since) >= ctx.limits.hidden_ttl.min(ctx.limits.grace);
        while self.recent.front().is_some_and(|recent| is_stale(recent.at)) {
            self.recent.pop_front();
        }
        if let Some(arrived) = ctx.peers.get(peer) {
            self.recent.push_back(Recent { number: arrived.arrival, at: ctx.now, peer });
        }
    }

    /// A peer's connection has broken: its open offer is hidden, and the other ends of its calls receive `peerLost`.
    pub fn peer_lost(&mut self, ctx: &mut Context<'_>, peer: PeerId) {
        if let Some(id) = self.open_offer_of(peer) {
            let ttl = ctx.limits.hidden_ttl.min(ctx.limits.grace);
            let deadline = Some(ctx.deadlines.add(ctx.now.after(ttl), Due::HiddenOffer(id)));
            self.open.set_hidden(id, Some(Hidden { since: ctx.peers.arrivals(), deadline }));
            self.hidden += 1;
        }
        self.notify_others(ctx, peer, ServerMessage::PeerLost);
    }

    /// A peer has returned: the other ends of its calls receive `peerBack`. After the rooms' turn comes
    /// [`Calls::show_again`].
    pub fn peer_back(&mut self, ctx: &mut Context<'_>, peer: PeerId) {
        self.notify_others(ctx, peer, ServerMessage::PeerBack);
    }

    /// The offer of a peer that has returned, to the peers that were sent that it is lost, or never received it.
    pub fn show_again(&mut self, ctx: &mut Context<'_>, peer: PeerId) {
        let Some(id) = self.open_offer_of(peer) else { return };
        let Some(offer) = self.open.get(id) else { return };
        let Some(hidden) = offer.hidden else { return };
        let (lobby, to) = (offer.lobby.clone(), offer.call.to.clone());
        let message = ServerMessage::NewOfferAwaiting(offer.call.clone());
        self.open.set_hidden(id, None);
        let Some(deadline) = hidden.deadline else { return ctx.publish(lobby, to.as_ref(), vec![peer], message) };
        ctx.deadlines.cancel(deadline);
        if let Some(to) = to {
            let addressees = ctx.peers.connected_as(&lobby, &to);
            let unaware = addressees.filter(|(id, other)| *id != peer && other.arrival >= hidden.since);
            let unaware = unaware.map(|(id, _)| id).collect();
            self.count_shown();
            return ctx.send_unnumbered(unaware, message);
        }
        let came = self.recent.iter().rev().take_while(|recent| recent.number >= hidden.since);
        let is_unaware = |id: &PeerId| *id != peer && ctx.peers.get(*id).is_some_and(|other| other.lobby == lobby);
        // A set, since one may have connected more than once.
        let unaware: BTreeSet<PeerId> = came.map(|recent| recent.peer).filter(is_unaware).collect();
        self.count_shown();
        ctx.send_unnumbered(unaware.into_iter().collect(), message);
    }

    /// The caller of an open offer has been away for so long that the others are sent that it is lost.
    pub fn expire_hidden(&mut self, ctx: &mut Context<'_>, id: OfferId) {
        let Some(offer) = self.open.get(id) else { return };
        let Some(hidden) = offer.hidden.filter(|hidden| hidden.deadline.is_some()) else { return };
        let message = withdrawn(&offer.call, WithdrawReason::Lost);
        ctx.publish(offer.lobby.clone(), offer.call.to.as_ref(), vec![offer.offerer], message);
        self.open.set_hidden(id, Some(Hidden { deadline: None, ..hidden }));
        self.count_shown();
    }

    /// The open offer of a peer and its calls, for `restored`.
    pub fn restored(&self, ctx: &Context<'_>, peer: PeerId) -> (Option<OfferId>, Vec<Party>) {
        let party = |offer_id: OfferId| {
            let connected = self.active.get(offer_id).and_then(|call| ctx.peers.get(call.other(peer)?));
            let awaited = || self.pending_rejoins.awaited_by(offer_id, peer);
            let user_name = connected.map(|other| &other.name).or_else(awaited)?.clone();
            Some(Party { user_name, offer_id })
        };
        (self.open_offer_of(peer), self.ids_of(peer).into_iter().filter_map(party).collect())
    }

    fn notify_others(&self, ctx: &mut Context<'_>, peer: PeerId, message: fn(Party) -> ServerMessage) {
        for id in self.ids_of(peer) {
            if let Some(other) = self.active.get(id).and_then(|call| call.other(peer)) {
                notify_about(ctx, other, peer, id, message);
            }
        }
    }
}
