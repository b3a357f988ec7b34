//! The core: all state, and the one function that changes it.

use serde::{Deserialize, Serialize};

use super::calls::state::Calls;
use super::command::{Acceptance, Action, Command, ConnectionEnd, Newcomer, NodeFull, Oldest, Purpose, Sender};
use super::context::Context;
use super::deadlines::{Deadlines, Due};
use super::gst::Gst;
use super::id::{ConnectionId, PeerId};
use super::outgoing::Outgoing;
use super::pairs::Pairs;
use super::reply::{Reply, Welcome};
use super::rooms::Rooms;
use super::sessions::Sessions;
use super::time::Timestamp;
use crate::protocol::client_message::ClientMessage;
use crate::protocol::id::{GstSessionId, MemberId, OfferId};
use crate::protocol::limits::Limits;
use crate::protocol::reason::DisconnectReason;
use crate::protocol::refusal::Refusal;
use crate::protocol::room::RoomEvent;
use crate::protocol::server_message::Restored;

/// All calls, rooms, pairs, sessions of `/gst` and peers.
///
/// Serialised, it is a snapshot: a core that is deserialised and given the same limits
/// ([`Core::with_limits`]) goes on as this one would.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Core {
    #[serde(skip)]
    limits: Limits,
    pub(super) calls: Calls,
    pub(super) rooms: Rooms,
    pairs: Pairs,
    gst: Gst,
    pub(super) sessions: Sessions,
    pub(super) deadlines: Deadlines,
}

impl Core {
    /// An empty core.
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// The same state under these limits.
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.rooms.index();
        self.sessions.index();
        Self { limits, ..self }
    }

    /// Applies a command, after all that is due by then. What follows for others is appended to `out`, in the order in
    /// which it is to be sent, after the reply.
    ///
    /// # Errors
    /// The refusal for the sender of the command.
    pub fn apply(&mut self, command: Command, out: &mut Vec<Outgoing>) -> Result<Reply, Refusal> {
        let Self { limits, calls, rooms, pairs, gst, sessions, deadlines } = self;
        let ctx = Context { now: command.at, limits, peers: sessions, deadlines, out };
        let mut step = Step { calls, rooms, pairs, gst, ctx };
        // What is due at the end of a connection comes after it: then it is kept for the peer, and not sent in vain.
        if !matches!(command.action, Action::Disconnect { .. }) {
            step.expire();
        }
        let result = step.act(command.action);
        // What the action itself made due: a peer whose replay buffer has overflowed, or a time limit of zero.
        step.expire();
        result
    }

    /// When [`Action::Tick`] will have an effect, if nothing else happens before.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.next()
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
            && self.rooms.is_empty()
            && self.pairs.is_empty()
            && self.gst.is_empty()
            && self.sessions.is_empty()
            && self.deadlines.is_empty()
    }
}

/// The machines during one command.
pub(super) struct Step<'a> {
    pub(super) calls: &'a mut Calls,
    pub(super) rooms: &'a mut Rooms,
    pairs: &'a mut Pairs,
    gst: &'a mut Gst,
    pub(super) ctx: Context<'a>,
}

impl Step<'_> {
    fn act(&mut self, action: Action) -> Result<Reply, Refusal> {
        match action {
            Action::Connect { connection, newcomer } => self.connect(connection, newcomer).map(Reply::Welcome),
            Action::Disconnect { peer, connection, end } => Ok(self.disconnect(peer, connection, end)),
            Action::Message { from, message, id, full } => match self.ctx.peers.accept(from) {
                Acceptance::New => self.message(from, message, id, full),
                Acceptance::Duplicate => Ok(Reply::Ignored),
                Acceptance::StaleConnection => Ok(Reply::Stale),
            },
            Action::Reject { from, refusal } => match self.ctx.peers.accept(from) {
                Acceptance::New => Err(refusal),
                Acceptance::Duplicate => Ok(Reply::Ignored),
                Acceptance::StaleConnection => Ok(Reply::Stale),
            },
            Action::MakePair { room, id, location } => self.pairs.make(&mut self.ctx, room, id, location),
            Action::DestroyPair { room, id, location } => {
                self.pairs.destroy(&mut self.ctx, &room, id.as_ref(), &location)
            }
            Action::DropOldest(Oldest::OpenOffer) => {
                self.calls.drop_oldest(&mut self.ctx);
                Ok(Reply::Done)
            }
            Action::DropOldest(Oldest::AwayPeer) => {
                if let Some(oldest) = self.ctx.peers.excess(0) {
                    self.remove(oldest, DisconnectReason::Lost);
                }
                Ok(Reply::Done)
            }
            Action::Restart(taken) => {
                self.restart(taken);
                Ok(Reply::Done)
            }
            Action::NodeLost(node) => {
                self.lose(|peer| peer.connection().is_some_and(|connection| connection.node() == node));
                Ok(Reply::Done)
            }
            Action::BackEnd(request) => Ok(Reply::BackEnd(self.serve(request))),
            Action::Tick => Ok(Reply::Done),
        }
    }

    fn message(&mut self, from: Sender, message: ClientMessage, id: u64, full: NodeFull) -> Result<Reply, Refusal> {
        let Self { calls, rooms, pairs, gst, ctx } = self;
        let peer = from.peer;
        match message {
            ClientMessage::NewOffer { offer, to } => calls.new_offer(ctx, peer, OfferId(id), offer, to),
            ClientMessage::Renegotiate { offer_id, offer } => calls.renegotiate(ctx, peer, offer_id, offer),
            ClientMessage::NewAnswer { target, answer, has_ack } => calls.answer(ctx, peer, &target, answer, has_ack),
            ClientMessage::IceCandidate { role, call, candidate } => calls.candidate(ctx, peer, role, call, candidate),
            ClientMessage::CheckOffers => Ok(self.check_offers(from)),
            ClientMessage::Hangup(only) => Ok(calls.hang_up(ctx, peer, only)),
            ClientMessage::CancelOffer => Ok(calls.cancel(ctx, peer)),
            ClientMessage::DeclineOffer(id) => calls.decline(ctx, peer, id),
            ClientMessage::RejoinCall(call) => calls.rejoin(ctx, peer, call, full),
            ClientMessage::CallStage(id, stage) => calls.report(peer, id, stage),
            ClientMessage::Test => Ok(Reply::Pong),
            ClientMessage::JoinRoom(room) => rooms.join(ctx, peer, room, MemberId(id), full),
            ClientMessage::RelayInRoom { room, to, content } => rooms.relay(ctx, peer, room, to, content),
            ClientMessage::LeaveRoom(room) => rooms.leave(ctx, peer, &room),
            ClientMessage::SetRoomAccess { room, access } => rooms.set_access(ctx, peer, room, access),
            ClientMessage::AdmitToRoom { room, peer: id } => rooms.admit(ctx, peer, room, id),
            ClientMessage::RejectFromRoom { room, peer: id } => rooms.reject(ctx, peer, room, id),
            ClientMessage::JoinPair { room, id, location } => pairs.join(ctx, peer, room, id, location),
            ClientMessage::ExitPair(room) => pairs.exit(ctx, peer, &room),
            ClientMessage::RelayInPair { to, frame } => pairs.relay(ctx, peer, &to, frame),
            ClientMessage::Gst(request) => gst.handle(ctx, peer, request, GstSessionId(id)),
        }
    }

    fn check_offers(&self, from: Sender) -> Reply {
        Reply::Offers(self.calls.open_offers(&self.ctx, from.peer))
    }

    /// A client connects (Course step 10), and receives the offers that it can answer (Course step 11). A client that was
    /// here before becomes the same peer again and takes back what it had.
    fn connect(&mut self, connection: ConnectionId, newcomer: Newcomer) -> Result<Welcome, Refusal> {
        let (purpose, received) = (newcomer.purpose, newcomer.received);
        let known = match purpose {
            Purpose::Pairs => self.pairs.user(&newcomer.name),
            Purpose::Gst => None,
            Purpose::CallsAndRooms | Purpose::Rooms => self.ctx.peers.find(&newcomer),
        };
        if known.is_some_and(|peer| !self.ctx.peers.accept_attempt(peer, &newcomer)) {
            return Err(Refusal::outdated_connection());
        }
        let received_here = match known.filter(|peer| self.ctx.peers.recount(*peer, &newcomer)) {
            // The client makes its open offer again, and rejoins its calls.
            Some(peer) => {
                self.calls.cancel(&mut self.ctx, peer);
                0
            }
            None => received.unwrap_or_default(),
        };
        let missed = known.and_then(|peer| self.ctx.peers.missed(peer, received_here));
        let (peer, restored, missed) = match known.zip(missed) {
            Some((peer, missed)) => {
                self.take_back(peer, connection);
                (peer, Some(self.restored(peer)), missed)
            }
            None => {
                // A peer of this session exists, but not all that it missed was kept: the client starts as a new peer.
                if let Some(known) = known {
                    self.remove(known, DisconnectReason::Lost);
                }
                let name = newcomer.name.clone();
                let peer = self.ctx.peers.add(newcomer, connection, self.ctx.deadlines);
                if purpose == Purpose::Pairs {
                    self.pairs.connect(&mut self.ctx, name, peer);
                }
                (peer, received.map(|_| Restored::default()), Vec::new())
            }
        };
        // What concerns this peer is among what it missed, or in what it took back.
        self.ctx.out.retain_mut(|outgoing| outgoing.to.leave_out(peer));
        // Its return may make it the host of a room, which it has to be sent after what it missed.
        self.rooms.update_hosts(&mut self.ctx, peer);
        let offers = match purpose {
            Purpose::CallsAndRooms => {
                self.calls.peer_connected(&self.ctx, peer);
                self.calls.open_offers(&self.ctx, peer)
            }
            Purpose::Gst => {
                self.gst.welcome(&mut self.ctx, peer);
                Vec::new()
            }
            Purpose::Rooms | Purpose::Pairs => Vec::new(),
        };
        Ok(Welcome { peer, restored, missed, offers, replaced: known.filter(|known| *known != peer) })
    }

    fn take_back(&mut self, peer: PeerId, connection: ConnectionId) {
        let Context { peers, deadlines, .. } = &mut self.ctx;
        if peers.set_connected(peer, connection, deadlines) {
            self.calls.peer_back(&mut self.ctx, peer);
            self.rooms.notify(&mut self.ctx, peer, RoomEvent::UserBack);
            self.calls.show_again(&mut self.ctx, peer);
        }
    }

    fn restored(&self, peer: PeerId) -> Restored {
        let (open_offer, calls) = self.calls.restored(&self.ctx, peer);
        let heard = self.ctx.peers.get(peer).map_or(0, |peer| peer.heard);
        let (rooms, waiting) = (self.rooms.memberships(self.ctx.peers, peer), self.rooms.waits(self.ctx.peers, peer));
        Restored { open_offer, calls, rooms, waiting, heard }
    }

    /// A connection has ended. On purpose: the peer's offer is withdrawn, its calls end. Broken: the peer may return. A
    /// connection that the peer has replaced means nothing, nor does the same end twice.
    pub(super) fn disconnect(&mut self, peer: PeerId, connection: ConnectionId, end: ConnectionEnd) -> Reply {
        let Some(leaver) = self.ctx.peers.get(peer).filter(|leaver| leaver.is_connected_by(connection)) else {
            return Reply::Left(Vec::new());
        };
        let calls = self.calls.ids_of(peer);
        let has_anything = leaver.has_missed() || self.calls.has(peer) || self.rooms.has(peer);
        let may_return = has_anything && leaver.may_return(self.ctx.limits);
        if !has_anything && leaver.purpose == Purpose::CallsAndRooms {
            let place = leaver.place(peer);
            let Context { now, limits, peers, deadlines, .. } = &mut self.ctx;
            peers.by_name.keep(place, end, *now, limits, deadlines);
        }
        match end {
            ConnectionEnd::Broken | ConnectionEnd::Unconfirmed if may_return => self.set_away(peer, end),
            ConnectionEnd::Broken => self.remove(peer, DisconnectReason::Lost),
            ConnectionEnd::Closed | ConnectionEnd::Unconfirmed => self.remove(peer, DisconnectReason::Closed),
        }
        Reply::Left(calls)
    }

    fn set_away(&mut self, peer: PeerId, end: ConnectionEnd) {
        let Context { now, limits, peers, deadlines, .. } = &mut self.ctx;
        peers.set_away(peer, end, *now, limits, deadlines);
        self.calls.peer_lost(&mut self.ctx, peer);
        self.rooms.notify(&mut self.ctx, peer, RoomEvent::UserLost);
        self.rooms.update_hosts(&mut self.ctx, peer);
        self.drop_excess();
    }

    /// Removes the peers that are away for longest, if too many are.
    pub(super) fn drop_excess(&mut self) {
        while let Some(oldest) = self.ctx.peers.excess(self.ctx.limits.max_away) {
            self.remove(oldest, DisconnectReason::Lost);
        }
    }

    pub(super) fn remove(&mut self, peer: PeerId, reason: DisconnectReason) {
        self.calls.end_all(&mut self.ctx, peer, reason);
        self.rooms.leave_all(&mut self.ctx, peer, reason.into());
        self.pairs.disconnect(&mut self.ctx, peer);
        self.gst.disconnect(&mut self.ctx, peer);
        self.ctx.peers.remove(peer, self.ctx.deadlines);
    }

    /// Does all that is due.
    fn expire(&mut self) {
        while let Some(due) = self.ctx.deadlines.pop(self.ctx.now) {
            match due {
                Due::OpenOffer(id) => self.calls.expire_offer(&mut self.ctx, id),
                Due::HiddenOffer(id) => self.calls.expire_hidden(&mut self.ctx, id),
                Due::EarlyCandidates(peer) => self.calls.expire_early(&mut self.ctx, peer),
                Due::PendingRejoin(id, peer) => self.calls.expire_rejoin(&mut self.ctx, id, peer),
                Due::Unconfirmed(peer) => self.remove(peer, DisconnectReason::Closed),
                Due::Away(peer) => self.remove(peer, DisconnectReason::Lost),
                Due::Overflowed(peer) => {
                    if self.ctx.peers.get(peer).is_some_and(|peer| peer.is_away()) {
                        self.remove(peer, DisconnectReason::Lost);
                    }
                }
                Due::ReplayBuffer(peer) => {
                    let Context { now, limits, peers, deadlines, .. } = &mut self.ctx;
                    peers.expire_replay_buffer(peer, *now, limits, deadlines);
                }
                Due::LostName(place) => self.ctx.peers.by_name.expire(&place),
                Due::PendingRooms => self.pairs.expire(&mut self.ctx),
            }
        }
    }
}
