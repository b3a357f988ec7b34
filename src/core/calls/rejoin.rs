//! Calls that the server does not know, since it was started again: media goes on without it, and the two ends are
//! connected when both have sent `rejoinCall`.

use super::active_calls::ActiveCall;
use super::pending_rejoins::PendingRejoin;
use super::state::Calls;
use crate::core::command::NodeFull;
use crate::core::context::Context;
use crate::core::deadlines::Due;
use crate::core::id::PeerId;
use crate::core::reply::Reply;
use crate::protocol::call::Role;
use crate::protocol::client_message::RejoinCall;
use crate::protocol::id::OfferId;
use crate::protocol::reason::DisconnectReason;
use crate::protocol::refusal::Refusal;
use crate::protocol::server_message::{Party, PeerHangup, ServerMessage};

impl Calls {
    /// `rejoinCall`: when the other end sends the same, both are connected, and each receives `peerBack` or `peerLost` of
    /// the other. Until then this end waits, for the grace at most; if it ends its call meanwhile, the other end receives
    /// `peerHangup` when it comes.
    ///
    /// # Errors
    /// `no-call` for the id of a call of others, `too-many` for a peer with too many calls.
    pub fn rejoin(
        &mut self,
        ctx: &mut Context<'_>,
        peer: PeerId,
        call: RejoinCall,
        full: NodeFull,
    ) -> Result<Reply, Refusal> {
        let RejoinCall { offer_id: id, role, other, key } = call;
        if let Some(call) = self.active.get(id) {
            return call.other_of(peer, role).map(|_| Reply::Done).ok_or_else(Refusal::no_call);
        }
        let (name, lobby) = ctx.identity(peer)?;
        if self.open.get(id).is_some() {
            return Err(Refusal::no_call());
        }
        if self.pending_rejoins.awaited_by(id, peer).is_some() {
            return Ok(Reply::Done);
        }
        // Besides the peer's own calls, since ends that are over are kept for a while, too.
        if self.count(peer) >= ctx.limits.max_calls || full.rejoins {
            return Err(Refusal::too_many_calls());
        }
        let fits = |end: &PendingRejoin| end.lobby == lobby && end.role != role && end.key == key;
        let Some(found) = self.pending_rejoins.take(id, fits) else {
            self.add_to_peer(peer, id, role);
            let deadline = ctx.deadlines.add(ctx.now.after(ctx.limits.grace), Due::PendingRejoin(id, peer));
            self.pending_rejoins.add(id, PendingRejoin { peer, lobby, role, other, key, ended: None, deadline });
            return Ok(Reply::Done);
        };
        ctx.deadlines.cancel(found.deadline);
        if let Some(reason) = found.ended {
            ctx.send(peer, ServerMessage::PeerHangup(PeerHangup { user_name: other, offer_id: id, reason }));
            return Ok(Reply::Done);
        }
        self.add_to_peer(peer, id, role);
        let call = match role {
            Role::Offerer => ActiveCall::new([peer, found.peer], lobby, name, None),
            Role::Answerer => {
                let offerer_name = ctx.identity(found.peer).map_or(other, |it| it.0);
                ActiveCall::new([found.peer, peer], lobby, offerer_name, None)
            }
        };
        self.active.add(id, call);
        notify_state(ctx, peer, found.peer, id);
        notify_state(ctx, found.peer, peer, id);
        Ok(Reply::Done)
    }

    /// One end has waited too long for the other.
    pub fn expire_rejoin(&mut self, ctx: &mut Context<'_>, id: OfferId, peer: PeerId) {
        let Some(end) = self.pending_rejoins.take(id, |end| end.peer == peer) else { return };
        if end.ended.is_none() {
            self.remove_from_peer(ctx, peer, id);
            let hangup = PeerHangup { user_name: end.other, offer_id: id, reason: DisconnectReason::Lost };
            ctx.send(peer, ServerMessage::PeerHangup(hangup));
        }
    }

    fn add_to_peer(&mut self, peer: PeerId, id: OfferId, role: Role) {
        let calls = self.of_peer.entry(peer).or_default();
        match role {
            // Before an open offer, which is always the last.
            Role::Offerer => calls.offered.insert(0, id),
            Role::Answerer => calls.answered.push(id),
        }
    }
}

/// Sends one end of a call whether the other is connected.
fn notify_state(ctx: &mut Context<'_>, to: PeerId, about: PeerId, id: OfferId) {
    let is_away = ctx.peers.get(about).is_some_and(|about| about.is_away());
    notify_about(ctx, to, about, id, if is_away { ServerMessage::PeerLost } else { ServerMessage::PeerBack });
}

/// Sends a peer a message about the other party of a call.
pub(super) fn notify_about(
    ctx: &mut Context<'_>,
    to: PeerId,
    about: PeerId,
    offer_id: OfferId,
    message: fn(Party) -> ServerMessage,
) {
    if let Ok((user_name, _)) = ctx.identity(about) {
        ctx.send(to, message(Party { user_name, offer_id }));
    }
}
