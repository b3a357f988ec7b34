//! Joining a room, speaking in it, leaving it. In a room only the newcomer offers, to each who was there before;
//! everything after that is passed on between two of its members.

use std::sync::Arc;
use std::time::Instant;

use super::outgoing::{Outgoing, ServerMessage};
use super::room::Member;
use super::room_event::{LeaveReason, MemberInfo, Membership, RoomEvent, RoomMembership, RoomMessage};
use super::state::Core;
use crate::protocol::call::{IceCandidate, SessionDescription};
use crate::protocol::name::{Lobby, MemberId, PeerId, RoomName, UserName};
use crate::protocol::refusal::{Code, Refusal};

/// What one member has for another.
#[derive(Debug, Clone)]
pub enum Relayed {
    /// An offer: the newcomer's first one, or a later one of either side (ICE restart, another track).
    Offer(SessionDescription),
    /// The answer to one.
    Answer(SessionDescription),
    /// A candidate.
    Candidate(IceCandidate),
}

impl Core {
    /// `joining-room`: the peer is in, is told so, and is asked to offer to those who were there before; these hear of
    /// it. Who is in already finds what there is. `id` is its place, if it gets a new one.
    ///
    /// # Errors
    /// `room-full`, also where no more rooms can be made; `too-many` for a peer in too many rooms.
    pub fn join(
        &mut self,
        peer: PeerId,
        name: RoomName,
        id: MemberId,
        now: Instant,
    ) -> Result<(RoomMembership, Vec<Outgoing>), Refusal> {
        let Some(newcomer) = self.peers.get(&peer) else { return Err(Refusal::gone()) };
        let (lobby, user_name) = (newcomer.lobby.clone(), newcomer.name.clone());
        let room = self.rooms.get(&lobby, &name);
        let known = room.and_then(|room| room.member(peer));
        if known.is_none() {
            match room {
                Some(room) if room.len() >= self.limits.max_room => {
                    let most = self.limits.max_room;
                    return Err(Refusal::new(
                        Code::RoomFull,
                        format!("This room is full: {most} people are the most."),
                    ));
                }
                None if self.rooms.len() >= self.limits.max_rooms => {
                    return Err(Refusal::new(
                        Code::RoomFull,
                        "The server has no place for another room at the moment.",
                    ));
                }
                _ if newcomer.rooms.len() >= self.limits.max_rooms_of_one => {
                    return Err(Refusal::new(Code::TooMany, "You are in too many rooms: leave some of them first."));
                }
                _ => {}
            }
            self.rooms.add(lobby.clone(), name.clone(), Member { id, peer });
            if let Some(newcomer) = self.peers.get_mut(&peer) {
                newcomer.rooms.push(name.clone());
            }
        }
        let id = known.map_or(id, |member| member.id);
        let members = self.members(&lobby, &name, peer);
        let place = RoomMembership { peer_id: id, polite: true, members: members.clone() };
        let tell = |signal| ServerMessage::Room(Arc::new(RoomMessage { room: name.clone(), from: None, signal }));
        let mut outgoing = Vec::from_iter(self.post(peer, tell(RoomEvent::JoinedRoom(place.clone())), now));
        if known.is_none() && !members.is_empty() {
            outgoing.extend(self.post(peer, tell(RoomEvent::RequestingSdpOffer { members }), now));
            let who = MemberInfo { peer_id: id, user_name };
            let joined = tell(RoomEvent::UserJoined { who, polite: false });
            outgoing.extend(self.post_to_all(self.peers_there(&lobby, &name, peer), joined, now));
        }
        Ok((place, outgoing))
    }

    /// `sending-SDP-offer`, `accepting-SDP-offer`, `sending-ICE-candidate`: passed on to one member, or to all others.
    ///
    /// # Errors
    /// `not-in-room` for a room in which the sender is not, `no-such-peer` for a member that is not there, or oneself.
    pub fn relay(
        &mut self,
        peer: PeerId,
        name: &RoomName,
        to: Option<MemberId>,
        what: Relayed,
        now: Instant,
    ) -> Result<Option<Outgoing>, Refusal> {
        let Some(sender) = self.peers.get(&peer) else { return Err(Refusal::gone()) };
        let (lobby, user_name) = (sender.lobby.clone(), sender.name.clone());
        let room = self.rooms.get(&lobby, name).ok_or_else(Refusal::not_in_room)?;
        let own = room.member(peer).ok_or_else(Refusal::not_in_room)?;
        let one = to.map(|to| room.peer(to).filter(|other| *other != peer).ok_or_else(Refusal::no_such_peer));
        let one = one.transpose()?;
        let signal = match what {
            Relayed::Offer(offer) => RoomEvent::ReceivingSdpOffer { user_name, offer },
            Relayed::Answer(answer) => RoomEvent::AcceptingSdpOffer { user_name, answer },
            Relayed::Candidate(candidate) => RoomEvent::ReceivingIceCandidate { candidate },
        };
        let message = ServerMessage::Room(Arc::new(RoomMessage { room: name.clone(), from: Some(own.id), signal }));
        Ok(match one {
            Some(one) => self.post(one, message, now),
            None => self.post_to_all(self.peers_there(&lobby, name, peer), message, now),
        })
    }

    /// `leaving-room`: the others hear that the peer left.
    ///
    /// # Errors
    /// `not-in-room`.
    pub fn leave_room(&mut self, peer: PeerId, name: &RoomName, now: Instant) -> Result<Option<Outgoing>, Refusal> {
        let Some(leaver) = self.peers.get_mut(&peer) else { return Err(Refusal::gone()) };
        let place = leaver.rooms.iter().position(|room| room == name).ok_or_else(Refusal::not_in_room)?;
        leaver.rooms.remove(place);
        let (lobby, user_name) = (leaver.lobby.clone(), leaver.name.clone());
        Ok(self.take_out(peer, (&lobby, name), user_name, LeaveReason::Left, now))
    }

    /// A peer is gone for good, out of every room.
    pub(super) fn leave_rooms(&mut self, peer: PeerId, how: LeaveReason, now: Instant) -> Vec<Outgoing> {
        let Some(leaver) = self.peers.get_mut(&peer) else { return Vec::new() };
        let (rooms, lobby, name) = (std::mem::take(&mut leaver.rooms), leaver.lobby.clone(), leaver.name.clone());
        rooms.iter().filter_map(|room| self.take_out(peer, (&lobby, room), name.clone(), how, now)).collect()
    }

    /// Tells the others in each of a peer's rooms: it is away, or back.
    pub(super) fn tell_rooms(
        &mut self,
        peer: PeerId,
        signal: fn(MemberInfo) -> RoomEvent,
        now: Instant,
    ) -> Vec<Outgoing> {
        let Some(about) = self.peers.get(&peer) else { return Vec::new() };
        let (rooms, lobby, user_name) = (about.rooms.clone(), about.lobby.clone(), about.name.clone());
        let mut outgoing = Vec::new();
        for room in rooms {
            let Some(own) = self.rooms.get(&lobby, &room).and_then(|room| room.member(peer)) else { continue };
            let others = self.peers_there(&lobby, &room, peer);
            let who = MemberInfo { peer_id: own.id, user_name: user_name.clone() };
            let message = ServerMessage::Room(Arc::new(RoomMessage { room, from: None, signal: signal(who) }));
            outgoing.extend(self.post_to_all(others, message, now));
        }
        outgoing
    }

    /// The rooms in which a peer is, as `restored` tells them.
    pub(super) fn memberships(&self, peer: PeerId) -> Vec<Membership> {
        let Some(member) = self.peers.get(&peer) else { return Vec::new() };
        let membership = |room: &RoomName| {
            let peer_id = self.rooms.get(&member.lobby, room)?.member(peer)?.id;
            Some(Membership { room: room.clone(), peer_id, members: self.members(&member.lobby, room, peer) })
        };
        member.rooms.iter().filter_map(membership).collect()
    }

    fn take_out(
        &mut self,
        peer: PeerId,
        (lobby, room): (&Lobby, &RoomName),
        user_name: UserName,
        reason: LeaveReason,
        now: Instant,
    ) -> Option<Outgoing> {
        let (peer_id, others) = self.rooms.remove(lobby, room, peer)?;
        let signal = RoomEvent::UserLeft { who: MemberInfo { peer_id, user_name }, reason };
        self.post_to_all(
            others,
            ServerMessage::Room(Arc::new(RoomMessage { room: room.clone(), from: None, signal })),
            now,
        )
    }

    fn peers_there(&self, lobby: &Lobby, room: &RoomName, but: PeerId) -> Vec<PeerId> {
        let room = self.rooms.get(lobby, room);
        room.into_iter().flat_map(|room| room.others(but)).map(|member| member.peer).collect()
    }

    fn members(&self, lobby: &Lobby, room: &RoomName, but: PeerId) -> Vec<MemberInfo> {
        let others = self.rooms.get(lobby, room).into_iter().flat_map(|room| room.others(but));
        let info = |Member { id, peer }: Member| {
            Some(MemberInfo { peer_id: id, user_name: self.peers.get(&peer)?.name.clone() })
        };
        others.filter_map(info).collect()
    }
}
