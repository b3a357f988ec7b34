//! Does what a back end asks for.

use super::back_end::{BackEndRequest, Effect};
use super::command::Purpose;
use super::id::PeerId;
use super::outgoing::{Audience, Outgoing};
use super::room::message;
use super::state::Step;
use crate::protocol::custom_event::CustomEvent;
use crate::protocol::name::{Lobby, UserName};
use crate::protocol::reason::DisconnectReason;
use crate::protocol::refusal::Refusal;
use crate::protocol::room::RoomEvent;
use crate::protocol::server_message::{PeerHangup, ServerMessage};

impl Step<'_> {
    /// Does what a back end asks for.
    pub(super) fn serve(&mut self, request: BackEndRequest) -> Effect {
        match request {
            BackEndRequest::Disconnect { peer, reason } => self.end_by_back_end(peer, reason),
            BackEndRequest::CloseRoom { lobby, room } => {
                if self.rooms.close(&mut self.ctx, lobby, room) {
                    Effect::Done
                } else {
                    Effect::NoSuchRoom
                }
            }
            BackEndRequest::SendToPeer { peer, event } => self.send_to_peer(peer, event),
            BackEndRequest::SendToLobby { lobby, event } => {
                self.send_to_lobby(lobby, event);
                Effect::Done
            }
        }
    }

    /// The client is told by the events that pages know that its calls and rooms are over; then comes the reason.
    fn end_by_back_end(&mut self, id: PeerId, reason: Refusal) -> Effect {
        let Some(peer) = self.ctx.peers.get(id) else { return Effect::NoSuchPeer };
        if !peer.is_away() {
            for party in self.calls.restored(&self.ctx, id).1 {
                let (user_name, offer_id) = (party.user_name, party.offer_id);
                let hangup = PeerHangup { user_name, offer_id, reason: DisconnectReason::Closed };
                self.ctx.send(id, ServerMessage::PeerHangup(hangup));
            }
            for room in self.rooms.all_of(id) {
                self.ctx.send(id, message(&room, None, RoomEvent::NotAdmitted(reason.clone())));
            }
            self.ctx.send_unnumbered(vec![id], ServerMessage::Disconnected(reason));
        }
        self.remove(id, DisconnectReason::Closed);
        Effect::Done
    }

    fn send_to_peer(&mut self, id: PeerId, event: CustomEvent) -> Effect {
        match self.ctx.peers.get(id) {
            None => Effect::NoSuchPeer,
            Some(peer) if !takes_events(peer.purpose) => Effect::WithoutEvents,
            Some(peer) if peer.is_away() => Effect::Away,
            Some(_) => {
                self.ctx.send_unnumbered(vec![id], ServerMessage::Custom(event));
                Effect::Done
            }
        }
    }

    /// To those who receive the lobby's offers as these are sent, in turns; to the others of its rooms at once.
    fn send_to_lobby(&mut self, lobby: Lobby, event: CustomEvent) {
        let first = (lobby.clone(), UserName::default(), PeerId(0));
        let in_lobby = self.ctx.peers.places.range(first..).take_while(|((of, ..), _)| *of == lobby);
        let others = in_lobby.filter(|(_, purpose)| **purpose == Purpose::Rooms).map(|((.., id), _)| *id);
        let others = others.filter(|id| self.ctx.peers.get(*id).is_some_and(|peer| !peer.is_away())).collect();
        self.ctx.send_unnumbered(others, ServerMessage::Custom(event.clone()));
        let to = Audience::Lobby { lobby, except: Vec::new() };
        self.ctx.out.push(Outgoing { to, message: ServerMessage::Custom(event) });
    }
}

/// Whether clients of this purpose can be sent events of a back end.
fn takes_events(purpose: Purpose) -> bool {
    match purpose {
        Purpose::CallsAndRooms | Purpose::Rooms => true,
        Purpose::Pairs | Purpose::Gst => false,
    }
}
