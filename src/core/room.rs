//! One room: its members, the host among them, and the clients that wait to be admitted. `rooms` finds the room of a message,
//! and knows in which rooms a peer is.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::context::Context;
use super::id::PeerId;
use super::sessions::Sessions;
use crate::protocol::id::MemberId;
use crate::protocol::name::{RoomName, UserName};
use crate::protocol::reason::LeaveReason;
use crate::protocol::refusal::Refusal;
use crate::protocol::room::{JoinedRoom, MemberInfo, RoomAccess, RoomEvent, RoomMembership, RoomMessage};
use crate::protocol::server_message::ServerMessage;

/// A room. Each member is connected with each other, so they are few: lists.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Room {
    /// In the order of joining.
    members: Vec<Member>,
    /// The host that the members know.
    host: Option<MemberId>,
    access: RoomAccess,
    /// In the order of joining. None waits for an open room, nor for one without members.
    waiting: Vec<Member>,
}

/// A member, or a peer that waits to be one, under the id that it has in the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its id.
    pub id: MemberId,
    /// The peer.
    pub peer: PeerId,
}

impl Room {
    /// The member that is this peer.
    pub fn member(&self, peer: PeerId) -> Option<Member> {
        self.members.iter().copied().find(|member| member.peer == peer)
    }

    /// The place of a peer that waits.
    pub fn place_in_line(&self, peer: PeerId) -> Option<Member> {
        self.waiting.iter().copied().find(|waiting| waiting.peer == peer)
    }

    /// The members in the order of joining, those who wait, who may enter, and the host.
    pub fn parts(&self, peers: &Sessions) -> (&[Member], &[Member], RoomAccess, Option<Member>) {
        (&self.members, &self.waiting, self.access, self.current_host(peers))
    }

    /// The other members.
    pub fn others(&self, peer: PeerId) -> impl Iterator<Item = Member> {
        self.members.iter().copied().filter(move |member| member.peer != peer)
    }

    /// The other members, as receivers of a message.
    pub fn other_peers(&self, peer: PeerId) -> Vec<PeerId> {
        self.others(peer).map(|member| member.peer).collect()
    }

    /// Whether a peer is the host. For its own messages: while the host's connection is lost, the next member is.
    pub fn is_host(&self, peer: PeerId, peers: &Sessions) -> bool {
        self.current_host(peers).is_some_and(|host| host.peer == peer)
    }

    /// What a member, which has joined or returned, knows of the room.
    pub fn membership(&self, name: &RoomName, own: Member, peers: &Sessions) -> RoomMembership {
        let JoinedRoom { peer_id, members, host, access, .. } = self.joined(own, peers);
        let waiting = if self.is_host(own.peer, peers) { infos(self.waiting.iter(), peers) } else { Vec::new() };
        RoomMembership { room: name.clone(), peer_id, members, host, access, waiting }
    }

    /// The same as the payload of `joined-room`.
    pub fn joined(&self, own: Member, peers: &Sessions) -> JoinedRoom {
        let members = infos(self.members.iter().filter(|member| member.peer != own.peer), peers);
        let host = self.current_host(peers).map_or(own.id, |host| host.id);
        JoinedRoom { peer_id: own.id, polite: true, members, host, access: self.access }
    }

    /// Whether another peer may become a member, or wait for that.
    ///
    /// # Errors
    /// `room-locked`, `room-full`.
    pub fn may_join(&self, most: usize) -> Result<(), Refusal> {
        match self.access {
            RoomAccess::Locked => Err(Refusal::room_locked()),
            _ if self.members.len() >= most => Err(Refusal::room_is_full(most)),
            RoomAccess::Ask if self.waiting.len() >= most => Err(Refusal::too_many_wait()),
            RoomAccess::Ask | RoomAccess::Open => Ok(()),
        }
    }

    /// A peer that may join does. What it receives as a member, or `None` if it waits.
    pub fn join(&mut self, ctx: &mut Context<'_>, name: &RoomName, own: Member) -> Option<JoinedRoom> {
        if self.access == RoomAccess::Open {
            return Some(self.enter(ctx, name, own));
        }
        self.waiting.push(own);
        ctx.send(own.peer, message(name, None, RoomEvent::WaitingInRoom { peer_id: own.id }));
        self.report_waiting(ctx, name);
        None
    }

    /// A peer becomes a member: it receives `joined-room` and, where others are, `requesting-SDP-offer`; these receive
    /// `user-joined`.
    fn enter(&mut self, ctx: &mut Context<'_>, name: &RoomName, own: Member) -> JoinedRoom {
        let others: Vec<_> = self.members.iter().map(|member| member.peer).collect();
        self.members.push(own);
        let has_new_host = self.choose_host(ctx.peers);
        let joined = self.joined(own, ctx.peers);
        ctx.send(own.peer, message(name, None, RoomEvent::JoinedRoom(joined.clone())));
        if others.is_empty() {
            return joined;
        }
        let members = joined.members.clone();
        ctx.send(own.peer, message(name, None, RoomEvent::RequestingSdpOffer { members }));
        for info in infos([own].iter(), ctx.peers) {
            ctx.send_to_all(others.clone(), message(name, None, RoomEvent::UserJoined(info.clone())));
            // It was admitted while its connection was lost.
            if !is_here(own, ctx.peers) {
                ctx.send_to_all(others.clone(), message(name, None, RoomEvent::UserLost(info)));
            }
        }
        if has_new_host {
            ctx.send_to_all(others, message(name, None, RoomEvent::HostChanged { host: joined.host }));
        }
        joined
    }

    /// Takes out a peer: a member, about whom the others receive `user-left`, or one that waits. Whether the room is over.
    pub fn take_out(
        &mut self,
        ctx: &mut Context<'_>,
        name: &RoomName,
        peer: PeerId,
        user_name: UserName,
        reason: LeaveReason,
    ) -> bool {
        if self.stop_waiting(|waiting| waiting.peer == peer).is_some() {
            self.report_waiting(ctx, name);
        }
        let Some(Member { id, .. }) = self.member(peer) else { return false };
        self.members.retain(|member| member.peer != peer);
        if self.members.is_empty() {
            return self.begin_again(ctx, name);
        }
        let member = MemberInfo { peer_id: id, user_name };
        ctx.send_to_all(self.other_peers(peer), message(name, None, RoomEvent::UserLeft { member, reason }));
        self.update_host(ctx, name);
        false
    }

    /// The last member has left. No one could admit the waiting clients: they are let in. Whether there are none.
    fn begin_again(&mut self, ctx: &mut Context<'_>, name: &RoomName) -> bool {
        let Self { waiting, .. } = std::mem::take(self);
        for own in waiting {
            self.enter(ctx, name, own);
        }
        self.members.is_empty()
    }

    /// Sets who may enter. Returns the peers that waited for a place, and find none in the open room.
    pub fn set_access(&mut self, ctx: &mut Context<'_>, name: &RoomName, access: RoomAccess) -> Vec<PeerId> {
        if self.access == access {
            return Vec::new();
        }
        self.access = access;
        let members = self.members.iter().map(|member| member.peer).collect();
        ctx.send_to_all(members, message(name, None, RoomEvent::AccessChanged { access }));
        if access != RoomAccess::Open || self.waiting.is_empty() {
            return Vec::new();
        }
        let most = ctx.limits.max_room;
        let mut without_place = Vec::new();
        for own in std::mem::take(&mut self.waiting) {
            if self.members.len() < most {
                self.enter(ctx, name, own);
            } else {
                let refusal = Refusal::room_is_full(most);
                ctx.send(own.peer, message(name, None, RoomEvent::NotAdmitted(refusal)));
                without_place.push(own.peer);
            }
        }
        self.report_waiting(ctx, name);
        without_place
    }

    /// A peer that waits becomes a member.
    ///
    /// # Errors
    /// `no-such-peer`, `room-full`.
    pub fn admit(&mut self, ctx: &mut Context<'_>, name: &RoomName, id: MemberId) -> Result<(), Refusal> {
        if !self.waiting.iter().any(|waiting| waiting.id == id) {
            return Err(Refusal::no_such_waiting_peer());
        }
        if self.members.len() >= ctx.limits.max_room {
            return Err(Refusal::room_is_full(ctx.limits.max_room));
        }
        if let Some(own) = self.stop_waiting(|waiting| waiting.id == id) {
            self.enter(ctx, name, own);
            self.report_waiting(ctx, name);
        }
        Ok(())
    }

    /// A back end closes the room: `not-admitted` ends it for pages that know this; to others all members have left. Who was
    /// in it, or waited.
    pub fn close(self, ctx: &mut Context<'_>, name: &RoomName) -> Vec<PeerId> {
        let Self { members, waiting, .. } = self;
        let peers: Vec<_> = members.iter().chain(&waiting).map(|one| one.peer).collect();
        ctx.send_to_all(peers.clone(), message(name, None, RoomEvent::NotAdmitted(Refusal::room_closed())));
        for (own, member) in members.iter().zip(infos(members.iter(), ctx.peers)) {
            let others = members.iter().map(|other| other.peer).filter(|other| *other != own.peer).collect();
            let event = RoomEvent::UserLeft { member, reason: LeaveReason::Closed };
            ctx.send_to_all(others, message(name, None, event));
        }
        peers
    }

    /// A peer that waits does not become a member. Which.
    ///
    /// # Errors
    /// `no-such-peer`.
    pub fn reject(&mut self, ctx: &mut Context<'_>, name: &RoomName, id: MemberId) -> Result<PeerId, Refusal> {
        let own = self.stop_waiting(|waiting| waiting.id == id).ok_or_else(Refusal::no_such_waiting_peer)?;
        ctx.send(own.peer, message(name, None, RoomEvent::NotAdmitted(Refusal::not_admitted())));
        self.report_waiting(ctx, name);
        Ok(own.peer)
    }

    fn stop_waiting(&mut self, is_meant: impl Fn(&Member) -> bool) -> Option<Member> {
        let place = self.waiting.iter().position(is_meant)?;
        Some(self.waiting.remove(place))
    }

    /// Sends all members which of them is the host, and the host who waits, if it is another one than before.
    pub fn update_host(&mut self, ctx: &mut Context<'_>, name: &RoomName) {
        if !self.choose_host(ctx.peers) {
            return;
        }
        let Some(host) = self.host else { return };
        let members = self.members.iter().map(|member| member.peer).collect();
        ctx.send_to_all(members, message(name, None, RoomEvent::HostChanged { host }));
        if !self.waiting.is_empty() {
            self.report_waiting(ctx, name);
        }
    }

    /// A peer has returned. As the host of a room that is not open it is sent who waits: of that it may have missed much.
    pub fn returned(&mut self, ctx: &mut Context<'_>, name: &RoomName, peer: PeerId) {
        let before = self.host;
        self.update_host(ctx, name);
        if self.host == before && self.access != RoomAccess::Open && self.is_host(peer, ctx.peers) {
            self.report_waiting(ctx, name);
        }
    }

    /// Whether the host is another one than before.
    fn choose_host(&mut self, peers: &Sessions) -> bool {
        let host = self.current_host(peers).map(|host| host.id);
        std::mem::replace(&mut self.host, host) != host
    }

    /// The first member in the order of joining whose connection is here; if none is, the first.
    fn current_host(&self, peers: &Sessions) -> Option<Member> {
        let here = self.members.iter().find(|member| is_here(**member, peers));
        here.or(self.members.first()).copied()
    }

    /// Sends the host who waits. It is not kept for a host that is away: clients that come and go could fill what is kept
    /// for it, and so end its absence.
    fn report_waiting(&self, ctx: &mut Context<'_>, name: &RoomName) {
        let Some(host) = self.current_host(ctx.peers).filter(|host| is_here(*host, ctx.peers)) else { return };
        let waiting = infos(self.waiting.iter(), ctx.peers);
        ctx.send(host.peer, message(name, None, RoomEvent::WaitingChanged { waiting }));
    }
}

fn is_here(member: Member, peers: &Sessions) -> bool {
    peers.get(member.peer).is_some_and(|peer| !peer.is_away())
}

fn infos<'a>(members: impl Iterator<Item = &'a Member>, peers: &Sessions) -> Vec<MemberInfo> {
    let info =
        |Member { id, peer }: &Member| Some(MemberInfo { peer_id: *id, user_name: peers.get(*peer)?.name.clone() });
    members.filter_map(info).collect()
}

/// A message in a room; `from` a member, if one sent it.
pub fn message(room: &RoomName, from: Option<MemberId>, event: RoomEvent) -> ServerMessage {
    ServerMessage::Room(Arc::new(RoomMessage { room: room.clone(), from, event }))
}
