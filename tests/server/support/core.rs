//! The core, driven verb by verb with times as instants: each verb is one command.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use switchboard::core::command::{Action, Command, ConnectionEnd, Newcomer, NodeFull, Sender};
use switchboard::core::id::{ConnectionId, PeerId};
use switchboard::core::outgoing::Outgoing;
use switchboard::core::reply::{Reply, Welcome};
use switchboard::core::state::Core;
use switchboard::core::time::Timestamp;
use switchboard::protocol::call::{Call, CallRef, IceCandidate, Relayed, Role, SessionDescription};
use switchboard::protocol::client_message::{AnswerTarget, ClientMessage};
use switchboard::protocol::id::{MemberId, OfferId};
use switchboard::protocol::limits::Limits;
use switchboard::protocol::name::{RoomName, UserName};
use switchboard::protocol::pair::{ClientLocation, PairId};
use switchboard::protocol::refusal::Refusal;
use switchboard::protocol::room::{JoinedRoom, RoomAccess};
use switchboard::protocol::server_message::{Restored, ServerMessage};

/// A core, and the connection of each peer.
pub struct TestCore {
    pub core: Core,
    /// What the last command that was rejected led to besides.
    pub out: Vec<Outgoing>,
    pub connections: HashMap<PeerId, ConnectionId>,
    base: Instant,
}

/// What comes of a connection.
#[derive(Debug)]
pub struct Arrival {
    pub peer: PeerId,
    pub restored: Option<Restored>,
    pub missed: Vec<(Option<u64>, ServerMessage)>,
    pub offers: Vec<Call>,
    pub outgoing: Vec<Outgoing>,
}

/// What comes of an answer.
#[derive(Debug)]
pub struct Answered {
    pub candidates: Vec<IceCandidate>,
    pub outgoing: Vec<Outgoing>,
    pub begun: Option<(OfferId, UserName)>,
}

type Outcome = Result<Vec<Outgoing>, Refusal>;

impl TestCore {
    pub fn new(limits: Limits) -> Self {
        // Tests may name instants a little before this one.
        let base = Instant::now().checked_sub(Duration::from_secs(60)).expect("the machine runs for a minute");
        Self { core: Core::new(limits), out: Vec::new(), connections: HashMap::new(), base }
    }

    pub fn at(&self, now: Instant) -> Timestamp {
        Timestamp::default().after(now.saturating_duration_since(self.base))
    }

    pub fn apply(&mut self, action: Action, now: Instant) -> Result<(Reply, Vec<Outgoing>), Refusal> {
        let command = Command { at: self.at(now), action };
        let reply = self.core.apply(command, &mut self.out)?;
        Ok((reply, std::mem::take(&mut self.out)))
    }

    pub fn arrive(&mut self, connection: ConnectionId, newcomer: Newcomer, now: Instant) -> Arrival {
        match self.apply(Action::Connect { connection, newcomer }, now) {
            Ok((Reply::Welcome(welcome), outgoing)) => {
                let Welcome { peer, restored, missed, offers, .. } = welcome;
                self.connections.insert(peer, connection);
                Arrival { peer, restored, missed, offers, outgoing }
            }
            other => panic!("a client connects: {other:?}"),
        }
    }

    pub fn leave(&mut self, peer: PeerId, connection: ConnectionId, end: ConnectionEnd, now: Instant) -> Vec<Outgoing> {
        self.apply(Action::Disconnect { peer, connection, end }, now).expect("it may always leave").1
    }

    pub fn expire(&mut self, now: Instant) -> Vec<Outgoing> {
        self.apply(Action::Tick, now).expect("time may always pass").1
    }

    /// A message on the peer's own connection; `id` for what it makes.
    pub fn say(
        &mut self,
        peer: PeerId,
        id: u64,
        message: ClientMessage,
        now: Instant,
    ) -> Result<(Reply, Vec<Outgoing>), Refusal> {
        let connection = self.connections.get(&peer).copied().unwrap_or(ConnectionId(0));
        let from = Sender { peer, connection, number: None };
        self.apply(Action::Message { from, message, id, full: NodeFull::default() }, now)
    }

    pub fn offer(&mut self, peer: PeerId, id: OfferId, offer: SessionDescription, now: Instant) -> Outcome {
        self.offer_to(peer, id, offer, None, now)
    }

    pub fn offer_to(
        &mut self,
        peer: PeerId,
        id: OfferId,
        offer: SessionDescription,
        to: Option<UserName>,
        now: Instant,
    ) -> Outcome {
        self.say(peer, id.0, ClientMessage::NewOffer { offer, to }, now).map(|(_, out)| out)
    }

    pub fn decline(&mut self, peer: PeerId, id: OfferId, now: Instant) -> Outcome {
        self.say(peer, 0, ClientMessage::DeclineOffer(id), now).map(|(_, out)| out)
    }

    pub fn renegotiate(&mut self, peer: PeerId, offer_id: OfferId, offer: SessionDescription, now: Instant) -> Outcome {
        self.say(peer, 0, ClientMessage::Renegotiate { offer_id, offer }, now).map(|(_, out)| out)
    }

    pub fn answer(
        &mut self,
        peer: PeerId,
        target: &AnswerTarget,
        answer: SessionDescription,
        has_ack: bool,
        now: Instant,
    ) -> Result<Answered, Refusal> {
        let message = ClientMessage::NewAnswer { target: target.clone(), answer, has_ack };
        let (reply, outgoing) = self.say(peer, 0, message, now)?;
        let Reply::Answered(answered) = reply else { panic!("an answer is replied to: {reply:?}") };
        Ok(Answered { candidates: answered.candidates, outgoing, begun: answered.begun })
    }

    pub fn candidate(
        &mut self,
        peer: PeerId,
        role: Role,
        call: CallRef,
        candidate: IceCandidate,
        now: Instant,
    ) -> Outcome {
        self.say(peer, 0, ClientMessage::IceCandidate { role, call, candidate }, now).map(|(_, out)| out)
    }

    pub fn hang_up(&mut self, peer: PeerId, only: Option<OfferId>, now: Instant) -> (usize, Vec<Outgoing>) {
        match self.say(peer, 0, ClientMessage::Hangup(only), now) {
            Ok((Reply::Ended(ids), out)) => (ids.len(), out),
            other => panic!("a peer may always hang up: {other:?}"),
        }
    }

    pub fn cancel(&mut self, peer: PeerId, now: Instant) -> Vec<Outgoing> {
        self.say(peer, 0, ClientMessage::CancelOffer, now).expect("a peer may always cancel").1
    }

    /// The open offers that the peer could answer. Whether time has passed meanwhile is not looked at.
    pub fn open_offers(&mut self, peer: PeerId) -> Vec<Call> {
        let base = self.base;
        match self.say(peer, 0, ClientMessage::CheckOffers, base) {
            Ok((Reply::Offers(offers), _)) => offers,
            other => panic!("a peer may always ask: {other:?}"),
        }
    }

    pub fn join(
        &mut self,
        peer: PeerId,
        room: RoomName,
        id: MemberId,
        now: Instant,
    ) -> Result<(JoinedRoom, Vec<Outgoing>), Refusal> {
        match self.say(peer, id.0, ClientMessage::JoinRoom(room), now)? {
            (Reply::Joined(_, joined), out) => Ok((joined, out)),
            other => panic!("a member gets what it finds: {other:?}"),
        }
    }

    /// The same where the peer may have to wait: what it finds, or under which id it waits.
    pub fn knock(
        &mut self,
        peer: PeerId,
        room: RoomName,
        id: MemberId,
        now: Instant,
    ) -> Result<(Result<JoinedRoom, MemberId>, Vec<Outgoing>), Refusal> {
        match self.say(peer, id.0, ClientMessage::JoinRoom(room), now)? {
            (Reply::Joined(_, joined), out) => Ok((Ok(joined), out)),
            (Reply::Waiting(_, id), out) => Ok((Err(id), out)),
            other => panic!("a peer joins, or waits: {other:?}"),
        }
    }

    pub fn set_access(&mut self, peer: PeerId, room: &RoomName, access: RoomAccess, now: Instant) -> Outcome {
        let room = room.clone();
        self.say(peer, 0, ClientMessage::SetRoomAccess { room, access }, now).map(|(_, out)| out)
    }

    pub fn admit(&mut self, host: PeerId, room: &RoomName, peer: MemberId, now: Instant) -> Outcome {
        let room = room.clone();
        self.say(host, 0, ClientMessage::AdmitToRoom { room, peer }, now).map(|(_, out)| out)
    }

    pub fn reject(&mut self, host: PeerId, room: &RoomName, peer: MemberId, now: Instant) -> Outcome {
        let room = room.clone();
        self.say(host, 0, ClientMessage::RejectFromRoom { room, peer }, now).map(|(_, out)| out)
    }

    pub fn relay(
        &mut self,
        peer: PeerId,
        room: &RoomName,
        to: Option<MemberId>,
        content: Relayed,
        now: Instant,
    ) -> Outcome {
        let room = room.clone();
        self.say(peer, 0, ClientMessage::RelayInRoom { room, to, content }, now).map(|(_, out)| out)
    }

    pub fn leave_room(&mut self, peer: PeerId, room: &RoomName, now: Instant) -> Outcome {
        self.say(peer, 0, ClientMessage::LeaveRoom(room.clone()), now).map(|(_, out)| out)
    }

    pub fn make_pair(
        &mut self,
        room: RoomName,
        id: PairId,
        location: ClientLocation,
        now: Instant,
    ) -> Result<(), Refusal> {
        self.apply(Action::MakePair { room, id, location }, now).map(|_| ())
    }

    pub fn destroy_pair(
        &mut self,
        room: &RoomName,
        id: Option<&PairId>,
        location: &ClientLocation,
        now: Instant,
    ) -> Outcome {
        let action = Action::DestroyPair { room: room.clone(), id: id.cloned(), location: location.clone() };
        self.apply(action, now).map(|(_, out)| out)
    }

    pub fn exit_pair(&mut self, peer: PeerId, room: &RoomName, now: Instant) -> Outcome {
        self.say(peer, 0, ClientMessage::ExitPair(room.clone()), now).map(|(_, out)| out)
    }

    pub fn is_hidden(&self, id: OfferId) -> bool {
        self.core.is_hidden(id)
    }

    pub fn is_empty(&self) -> bool {
        self.core.is_empty()
    }
}
