//! Rooms: who is a member of which, and what members send each other. A client that joins sends an offer to each member
//! that was there before; everything after that is relayed between two members.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::as_list;
use super::command::NodeFull;
use super::context::Context;
use super::id::PeerId;
use super::reply::Reply;
use super::sessions::Sessions;
use crate::protocol::call::Relayed;
use crate::protocol::id::MemberId;
use crate::protocol::name::{Lobby, RoomName, UserName};
use crate::protocol::reason::LeaveReason;
use crate::protocol::refusal::{Code, Refusal};
use crate::protocol::room::{JoinedRoom, MemberInfo, RoomEvent, RoomMembership, RoomMessage};
use crate::protocol::server_message::ServerMessage;

/// All rooms. An empty one is not kept.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Rooms {
    #[serde(with = "as_list")]
    rooms: HashMap<(Lobby, RoomName), Room>,
    /// The rooms of each peer, in the order of joining.
    #[serde(with = "as_list")]
    of_peer: HashMap<PeerId, Vec<RoomName>>,
}

/// The members of a room, in the order of joining. Each is connected with each other, so they are few: a list.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Room(Vec<Member>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Member {
    id: MemberId,
    peer: PeerId,
}

impl Room {
    fn member(&self, peer: PeerId) -> Option<Member> {
        self.0.iter().copied().find(|member| member.peer == peer)
    }

    fn others(&self, peer: PeerId) -> impl Iterator<Item = Member> {
        self.0.iter().copied().filter(move |member| member.peer != peer)
    }

    fn other_peers(&self, peer: PeerId) -> Vec<PeerId> {
        self.others(peer).map(|member| member.peer).collect()
    }

    fn infos(&self, but: PeerId, peers: &Sessions) -> Vec<MemberInfo> {
        let info = |Member { id, peer }| Some(MemberInfo { peer_id: id, user_name: peers.get(peer)?.name.clone() });
        self.others(but).filter_map(info).collect()
    }
}

impl Rooms {
    /// `joining-room`: the peer becomes a member, receives `joined-room` and, where others are, `requesting-SDP-offer`;
    /// these receive `user-joined`. A peer that is a member already stays the one that it is. `id` is for a new member.
    ///
    /// # Errors
    /// `room-full`, also where no more rooms can be made; `too-many` for a peer in too many rooms.
    pub fn join(
        &mut self,
        ctx: &mut Context<'_>,
        peer: PeerId,
        name: RoomName,
        id: MemberId,
        full: NodeFull,
    ) -> Result<Reply, Refusal> {
        let (user_name, lobby) = ctx.identity(peer)?;
        let key = (lobby, name);
        let known = self.rooms.get(&key).and_then(|room| room.member(peer));
        if known.is_none() {
            self.may_join(ctx, peer, self.rooms.get(&key), full)?;
            self.of_peer.entry(peer).or_default().push(key.1.clone());
        }
        let room = self.rooms.entry(key.clone()).or_default();
        let own = known.unwrap_or(Member { id, peer });
        if known.is_none() {
            room.0.push(own);
        }
        let members = room.infos(peer, ctx.peers);
        let joined = JoinedRoom { peer_id: own.id, polite: true, members: members.clone() };
        ctx.send(peer, message(&key.1, None, RoomEvent::JoinedRoom(joined.clone())));
        if known.is_none() && !members.is_empty() {
            ctx.send(peer, message(&key.1, None, RoomEvent::RequestingSdpOffer { members }));
            let info = MemberInfo { peer_id: own.id, user_name };
            ctx.send_to_all(room.other_peers(peer), message(&key.1, None, RoomEvent::UserJoined(info)));
        }
        Ok(Reply::Joined(key.1, joined))
    }

    fn may_join(&self, ctx: &Context<'_>, peer: PeerId, room: Option<&Room>, full: NodeFull) -> Result<(), Refusal> {
        let most = ctx.limits.max_room;
        if room.is_some_and(|room| room.0.len() >= most) {
            return Err(Refusal::new(Code::RoomFull, format!("This room is full: {most} people are the most.")));
        }
        if room.is_none() && (full.rooms || self.rooms.len() >= ctx.limits.max_rooms) {
            return Err(Refusal::no_place_for_a_room());
        }
        if self.of_peer.get(&peer).is_some_and(|rooms| rooms.len() >= ctx.limits.max_rooms_of_one) {
            return Err(Refusal::too_many_rooms());
        }
        Ok(())
    }

    /// `sending-SDP-offer`, `accepting-SDP-offer`, `sending-ICE-candidate`: relayed to one member, or to all others.
    ///
    /// # Errors
    /// `not-in-room` for a room of which the sender is no member; `no-such-peer` for a member that does not exist, or the
    /// sender itself.
    pub fn relay(
        &self,
        ctx: &mut Context<'_>,
        peer: PeerId,
        name: RoomName,
        to: Option<MemberId>,
        content: Relayed,
    ) -> Result<Reply, Refusal> {
        let (user_name, lobby) = ctx.identity(peer)?;
        let key = (lobby, name);
        let room = self.rooms.get(&key).ok_or_else(Refusal::not_in_room)?;
        let own = room.member(peer).ok_or_else(Refusal::not_in_room)?;
        let one = to.map(|to| room.others(peer).find(|other| other.id == to).ok_or_else(Refusal::no_such_peer));
        let one = one.transpose()?;
        let event = match content {
            Relayed::Offer(offer) => RoomEvent::ReceivingSdpOffer { user_name, offer },
            Relayed::Answer(answer) => RoomEvent::AcceptingSdpOffer { user_name, answer },
            Relayed::Candidate(candidate) => RoomEvent::ReceivingIceCandidate { candidate },
        };
        let message = message(&key.1, Some(own.id), event);
        match one {
            Some(one) => ctx.send(one.peer, message),
            None => ctx.send_to_all(room.other_peers(peer), message),
        }
        Ok(Reply::Done)
    }

    /// `leaving-room`: the others receive `user-left`.
    ///
    /// # Errors
    /// `not-in-room`.
    pub fn leave(&mut self, ctx: &mut Context<'_>, peer: PeerId, name: &RoomName) -> Result<Reply, Refusal> {
        let (user_name, lobby) = ctx.identity(peer)?;
        let rooms = self.of_peer.get_mut(&peer).ok_or_else(Refusal::not_in_room)?;
        let place = rooms.iter().position(|room| room == name).ok_or_else(Refusal::not_in_room)?;
        rooms.remove(place);
        if rooms.is_empty() {
            self.of_peer.remove(&peer);
        }
        self.take_out(ctx, peer, &lobby, name, user_name, LeaveReason::Left);
        Ok(Reply::Done)
    }

    /// A peer is removed: it leaves all its rooms.
    pub fn leave_all(&mut self, ctx: &mut Context<'_>, peer: PeerId, reason: LeaveReason) {
        let Some(rooms) = self.of_peer.remove(&peer) else { return };
        let Ok((user_name, lobby)) = ctx.identity(peer) else { return };
        for room in &rooms {
            self.take_out(ctx, peer, &lobby, room, user_name.clone(), reason);
        }
    }

    /// Notifies the other members of a peer's rooms: its connection broke, or it has returned.
    pub fn notify(&self, ctx: &mut Context<'_>, peer: PeerId, event: fn(MemberInfo) -> RoomEvent) {
        let Some(rooms) = self.of_peer.get(&peer) else { return };
        let Ok((user_name, lobby)) = ctx.identity(peer) else { return };
        for name in rooms {
            let Some(room) = self.rooms.get(&(lobby.clone(), name.clone())) else { continue };
            let Some(own) = room.member(peer) else { continue };
            let info = MemberInfo { peer_id: own.id, user_name: user_name.clone() };
            ctx.send_to_all(room.other_peers(peer), message(name, None, event(info)));
        }
    }

    /// The rooms of a peer, for `restored`.
    pub fn memberships(&self, peers: &Sessions, peer: PeerId) -> Vec<RoomMembership> {
        let (Some(rooms), Some(member)) = (self.of_peer.get(&peer), peers.get(peer)) else { return Vec::new() };
        let membership = |name: &RoomName| {
            let room = self.rooms.get(&(member.lobby.clone(), name.clone()))?;
            let peer_id = room.member(peer)?.id;
            Some(RoomMembership { room: name.clone(), peer_id, members: room.infos(peer, peers) })
        };
        rooms.iter().filter_map(membership).collect()
    }

    /// Whether a peer is a member of any room.
    pub fn has(&self, peer: PeerId) -> bool {
        self.of_peer.contains_key(&peer)
    }

    /// How many rooms there are.
    pub fn len(&self) -> usize {
        self.rooms.len()
    }

    /// Whether there is no room.
    pub fn is_empty(&self) -> bool {
        self.rooms.is_empty() && self.of_peer.is_empty()
    }

    fn take_out(
        &mut self,
        ctx: &mut Context<'_>,
        peer: PeerId,
        lobby: &Lobby,
        name: &RoomName,
        user_name: UserName,
        reason: LeaveReason,
    ) {
        let key = (lobby.clone(), name.clone());
        let Some(room) = self.rooms.get_mut(&key) else { return };
        let Some(own) = room.member(peer) else { return };
        room.0.retain(|member| member.peer != peer);
        let others = room.other_peers(peer);
        if others.is_empty() {
            self.rooms.remove(&key);
        }
        let member = MemberInfo { peer_id: own.id, user_name };
        ctx.send_to_all(others, message(name, None, RoomEvent::UserLeft { member, reason }));
    }
}

fn message(room: &RoomName, from: Option<MemberId>, event: RoomEvent) -> ServerMessage {
    ServerMessage::Room(Arc::new(RoomMessage { room: room.clone(), from, event }))
}
