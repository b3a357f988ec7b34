//! Calls that this server does not know any more, since it was started again: media goes on without it, and the
//! two ends are connected anew when both have said so.

use std::sync::Arc;
use std::time::Instant;

use super::active_call::{ActiveCall, PendingRejoin};
use super::outgoing::{Outgoing, PeerHangup, ServerMessage};
use super::state::Core;
use crate::protocol::call::Role;
use crate::protocol::name::{OfferId, PeerId, UserName};
use crate::protocol::refusal::Refusal;

impl Core {
    /// `rejoinCall`: one end of a call that this server does not know, since it was started again. When the other
    /// end says the same, they are connected, and hear of each other. Until then it waits, for the grace at most; if
    /// it ends its call meanwhile, the other end hears so when it comes.
    ///
    /// # Errors
    /// `no-call` for the id of a call of others, `too-many` for a peer with too many calls.
    pub fn rejoin(
        &mut self,
        peer: PeerId,
        id: OfferId,
        (role, other, key): (Role, UserName, Arc<str>),
        now: Instant,
    ) -> Result<Vec<Outgoing>, Refusal> {
        if let Some(active) = self.active_calls.get(id) {
            return active.other_of(peer, role).map(|_| Vec::new()).ok_or_else(Refusal::no_call);
        }
        let Some(back) = self.peers.get_mut(&peer) else { return Err(Refusal::gone()) };
        if self.open.get(id).is_some() {
            return Err(Refusal::no_call());
        }
        if self.active_calls.waiting(id, peer).is_some() {
            return Ok(Vec::new());
        }
        // Beyond a peer's own calls, since those that it ended here are kept for a while, too.
        if back.calls() >= self.limits.max_calls || self.disconnected.loose.len() >= self.limits.max_away {
            return Err(Refusal::too_many_calls());
        }
        match role {
            // Before an open offer, which is always the last.
            Role::Offerer => back.offered.insert(0, id),
            Role::Answerer => back.answered.push(id),
        }
        let end = PendingRejoin { peer, lobby: back.lobby.clone(), role, other, key, ended: None };
        let fitting = self.active_calls.fitting(id, &end).map(|other| (other.peer, other.ended));
        let Some((found, ended)) = fitting else {
            self.active_calls.wait(id, end);
            self.disconnected.loose.push_back((now, id, peer));
            return Ok(Vec::new());
        };
        self.active_calls.stop_waiting(id, found);
        if let Some(reason) = ended {
            self.remove_call(peer, id);
            let hangup = PeerHangup { user_name: end.other, offer_id: id, reason };
            return Ok(self.post(peer, ServerMessage::PeerHangup(hangup), now).into_iter().collect());
        }
        let (offerer, answerer) = if role == Role::Offerer { (peer, found) } else { (found, peer) };
        let offerers_name = self.peers.get(&offerer).map(|peer| peer.name.clone()).unwrap_or(end.other);
        self.active_calls.insert(id, ActiveCall::new(offerer, answerer), (end.lobby, offerers_name));
        let both = [(peer, found), (found, peer)];
        let mut outgoing = Vec::new();
        for (to, about) in both {
            let is_away = self.peers.get(&about).is_some_and(|about| about.away_since().is_some());
            let message = if is_away { ServerMessage::PeerLost } else { ServerMessage::PeerBack };
            outgoing.extend(self.tell_about(to, about, id, message, now));
        }
        Ok(outgoing)
    }
}
