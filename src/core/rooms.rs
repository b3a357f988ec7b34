//! Rooms: who is in which, and what members send each other. A client that joins sends an offer to each member that was
//! there before; everything after that is relayed between two members. Who may enter is up to the host of a [`Room`].

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::as_list;
use super::command::NodeFull;
use super::context::Context;
use super::id::PeerId;
use super::reply::Reply;
use super::room::{Member, Room, message};
use super::sessions::Sessions;
use crate::protocol::call::Relayed;
use crate::protocol::id::MemberId;
use crate::protocol::name::{Lobby, RoomName, UserName};
use crate::protocol::reason::LeaveReason;
use crate::protocol::refusal::Refusal;
use crate::protocol::room::{MemberInfo, RoomAccess, RoomEvent, RoomMembership, RoomWait};

/// All rooms. An empty one is not kept.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Rooms {
    #[serde(with = "as_list")]
    rooms: HashMap<(Lobby, RoomName), Room>,
    /// The rooms of each peer, in the order of joining; also the rooms that it waits to enter.
    #[serde(with = "as_list")]
    of_peer: HashMap<PeerId, Vec<RoomName>>,
    /// All rooms, in the order in which they are listed.
    #[serde(skip)]
    pub(super) names: BTreeSet<(Lobby, RoomName)>,
}

impl Rooms {
    /// `joining-room`: the peer becomes a member, or waits until the host admits it. A peer that is a member already, or
    /// waits, stays the one that it is. `id` is for a new one.
    ///
    /// # Errors
    /// `room-locked`; `room-full`, also where no more rooms can be made; `too-many` for a peer in too many rooms.
    pub fn join(
        &mut self,
        ctx: &mut Context<'_>,
        peer: PeerId,
        name: RoomName,
        id: MemberId,
        full: NodeFull,
    ) -> Result<Reply, Refusal> {
        let (_, lobby) = ctx.identity(peer)?;
        let key = (lobby, name);
        let room = self.rooms.get(&key);
        if let Some((room, own)) = room.and_then(|room| Some((room, room.member(peer)?))) {
            let joined = room.joined(own, ctx.peers);
            ctx.send(peer, message(&key.1, None, RoomEvent::JoinedRoom(joined.clone())));
            return Ok(Reply::Joined(key.1, joined));
        }
        if let Some(Member { id: peer_id, .. }) = room.and_then(|room| room.place_in_line(peer)) {
            ctx.send(peer, message(&key.1, None, RoomEvent::WaitingInRoom { peer_id }));
            return Ok(Reply::Waiting(key.1, peer_id));
        }
        self.may_join(ctx, peer, room, full)?;
        self.of_peer.entry(peer).or_default().push(key.1.clone());
        if room.is_none() {
            self.names.insert(key.clone());
        }
        let room = self.rooms.entry(key.clone()).or_default();
        Ok(match room.join(ctx, &key.1, Member { id, peer }) {
            Some(joined) => Reply::Joined(key.1, joined),
            None => Reply::Waiting(key.1, id),
        })
    }

    fn may_join(&self, ctx: &Context<'_>, peer: PeerId, room: Option<&Room>, full: NodeFull) -> Result<(), Refusal> {
        if let Some(room) = room {
            room.may_join(ctx.limits.max_room)?;
        } else if full.rooms || self.rooms.len() >= ctx.limits.max_rooms {
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

    /// `setting-access`: the members receive `access-changed`. Waiting clients enter an open room, as many as find a place.
    ///
    /// # Errors
    /// `not-in-room`, `not-host`.
    pub fn set_access(
        &mut self,
        ctx: &mut Context<'_>,
        peer: PeerId,
        name: RoomName,
        access: RoomAccess,
    ) -> Result<Reply, Refusal> {
        let room = self.hosted(ctx, peer, &name)?;
        for peer in room.set_access(ctx, &name, access) {
            self.forget(peer, &name);
        }
        Ok(Reply::Done)
    }

    /// `admitting-peer`: a peer that waits becomes a member.
    ///
    /// # Errors
    /// `not-in-room`, `not-host`, `no-such-peer`, `room-full`.
    pub fn admit(
        &mut self,
        ctx: &mut Context<'_>,
        peer: PeerId,
        name: RoomName,
        id: MemberId,
    ) -> Result<Reply, Refusal> {
        self.hosted(ctx, peer, &name)?.admit(ctx, &name, id)?;
        Ok(Reply::Done)
    }

    /// `rejecting-peer`: a peer that waits receives `not-admitted`.
    ///
    /// # Errors
    /// `not-in-room`, `not-host`, `no-such-peer`.
    pub fn reject(
        &mut self,
        ctx: &mut Context<'_>,
        peer: PeerId,
        name: RoomName,
        id: MemberId,
    ) -> Result<Reply, Refusal> {
        let rejected = self.hosted(ctx, peer, &name)?.reject(ctx, &name, id)?;
        self.forget(rejected, &name);
        Ok(Reply::Done)
    }

    /// The room of which a peer is the host.
    fn hosted(&mut self, ctx: &Context<'_>, peer: PeerId, name: &RoomName) -> Result<&mut Room, Refusal> {
        let (_, lobby) = ctx.identity(peer)?;
        let room = self.rooms.get_mut(&(lobby, name.clone())).ok_or_else(Refusal::not_in_room)?;
        room.member(peer).ok_or_else(Refusal::not_in_room)?;
        if room.is_host(peer, ctx.peers) { Ok(room) } else { Err(Refusal::not_host()) }
    }

    /// `leaving-room`: the other members receive `user-left`. A peer that waits, waits no longer.
    ///
    /// # Errors
    /// `not-in-room`.
    pub fn leave(&mut self, ctx: &mut Context<'_>, peer: PeerId, name: &RoomName) -> Result<Reply, Refusal> {
        let (user_name, lobby) = ctx.identity(peer)?;
        if !self.forget(peer, name) {
            return Err(Refusal::not_in_room());
        }
        self.take_out(ctx, peer, &lobby, name, user_name, LeaveReason::Left);
        Ok(Reply::Done)
    }

    /// A peer is no longer in a room. Whether it was, or waited to be.
    fn forget(&mut self, peer: PeerId, name: &RoomName) -> bool {
        let Some(rooms) = self.of_peer.get_mut(&peer) else { return false };
        let Some(place) = rooms.iter().position(|room| room == name) else { return false };
        rooms.remove(place);
        if rooms.is_empty() {
            self.of_peer.remove(&peer);
        }
        true
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

    /// A peer's connection broke, or it has returned: another member may be the host of its rooms.
    pub fn update_hosts(&mut self, ctx: &mut Context<'_>, peer: PeerId) {
        let Some(names) = self.of_peer.get(&peer) else { return };
        let Ok((_, lobby)) = ctx.identity(peer) else { return };
        for name in names {
            if let Some(room) = self.rooms.get_mut(&(lobby.clone(), name.clone())) {
                room.returned(ctx, name, peer);
            }
        }
    }

    /// The rooms of a peer, for `restored`.
    pub fn memberships(&self, peers: &Sessions, peer: PeerId) -> Vec<RoomMembership> {
        let membership = |(name, room): (&RoomName, &Room)| Some(room.membership(name, room.member(peer)?, peers));
        self.rooms_of(peers, peer).filter_map(membership).collect()
    }

    /// The rooms that a peer waits to enter, for `restored`.
    pub fn waits(&self, peers: &Sessions, peer: PeerId) -> Vec<RoomWait> {
        let wait = |(name, room): (&RoomName, &Room)| {
            let peer_id = room.place_in_line(peer)?.id;
            Some(RoomWait { room: name.clone(), peer_id })
        };
        self.rooms_of(peers, peer).filter_map(wait).collect()
    }

    /// The rooms of a peer, in the order of joining, and the rooms that it waits to enter.
    fn rooms_of(&self, peers: &Sessions, peer: PeerId) -> impl Iterator<Item = (&RoomName, &Room)> {
        let lobby = peers.get(peer).map(|peer| peer.lobby.clone()).unwrap_or_default();
        let names = self.of_peer.get(&peer).into_iter().flatten();
        names.filter_map(move |name| Some((name, self.rooms.get(&(lobby.clone(), name.clone()))?)))
    }

    /// A back end closes a room: its members, and those who wait to enter it, receive `not-admitted`, and the members that
    /// each other has left. Whether there was such a room.
    pub fn close(&mut self, ctx: &mut Context<'_>, lobby: Lobby, name: RoomName) -> bool {
        let key = (lobby, name);
        let Some(room) = self.rooms.remove(&key) else { return false };
        self.names.remove(&key);
        for peer in room.close(ctx, &key.1) {
            self.forget(peer, &key.1);
        }
        true
    }

    /// A room.
    pub fn get(&self, key: &(Lobby, RoomName)) -> Option<&Room> {
        self.rooms.get(key)
    }

    /// The rooms of a peer, and those that it waits to enter.
    pub fn all_of(&self, peer: PeerId) -> Vec<RoomName> {
        self.of_peer.get(&peer).cloned().unwrap_or_default()
    }

    /// The rooms of which a peer is a member.
    pub fn names_of(&self, peers: &Sessions, peer: PeerId) -> Vec<RoomName> {
        let is_member = |(name, room): (&RoomName, &Room)| room.member(peer).is_some().then(|| name.clone());
        self.rooms_of(peers, peer).filter_map(is_member).collect()
    }

    /// Puts the rooms that were read from a snapshot in order.
    pub fn index(&mut self) {
        self.names = self.rooms.keys().cloned().collect();
    }

    /// Whether a peer is a member of any room, or waits to be.
    pub fn has(&self, peer: PeerId) -> bool {
        self.of_peer.contains_key(&peer)
    }

    /// How many rooms there are.
    pub fn len(&self) -> usize {
        self.rooms.len()
    }

    /// Whether there is no room.
    pub fn is_empty(&self) -> bool {
        self.rooms.is_empty() && self.of_peer.is_empty() && self.names.is_empty()
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
        if room.take_out(ctx, name, peer, user_name, reason) {
            self.rooms.remove(&key);
            self.names.remove(&key);
        }
    }
}
