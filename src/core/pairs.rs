//! Pairs: rooms of two, with the rules of the data channel course. The maker of a room has a place in it before it
//! connects. The other user is notified whether a user left on purpose or its connection ended. The server waits for neither.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::as_list;
use super::context::Context;
use super::deadlines::{Deadline, Due};
use super::id::PeerId;
use super::pending_rooms::PendingRooms;
use super::reply::Reply;
use crate::protocol::name::{RoomName, UserName};
use crate::protocol::pair::{ClientLocation, PairId, PairMessage};
use crate::protocol::refusal::{Code, Refusal};
use crate::protocol::server_message::ServerMessage;

/// Places in a room.
const PLACES: usize = 2;

#[derive(Debug, Serialize, Deserialize)]
struct Place {
    id: PairId,
    location: ClientLocation,
}

#[derive(Debug, Serialize, Deserialize)]
struct Pair {
    /// One or two.
    places: Vec<Place>,
    maker: ClientLocation,
    /// Its number among the pending rooms, if its maker was not connected.
    pending: Option<u64>,
}

/// All rooms of two.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Pairs {
    #[serde(with = "as_list")]
    rooms: HashMap<RoomName, Pair>,
    /// The users that are connected, by id.
    #[serde(with = "as_list")]
    users: HashMap<UserName, PeerId>,
    /// The rooms in which each id has a place, connected or not.
    #[serde(with = "as_list")]
    rooms_of: HashMap<UserName, Vec<RoomName>>,
    pending_rooms: PendingRooms,
    /// When the oldest pending room is due.
    deadline: Option<Deadline>,
}

impl Pairs {
    /// The peer that is connected under this id.
    pub fn user(&self, id: &UserName) -> Option<PeerId> {
        self.users.get(id).copied()
    }

    /// A user connects.
    pub fn connect(&mut self, ctx: &mut Context<'_>, id: UserName, peer: PeerId) {
        self.pending_rooms.claim(&id);
        self.users.insert(id, peer);
        self.set_deadline(ctx);
    }

    /// A peer is removed: its rooms end, and the other users in them are notified that its connection has ended.
    pub fn disconnect(&mut self, ctx: &mut Context<'_>, peer: PeerId) {
        let Ok((id, _)) = ctx.identity(peer) else { return };
        if self.users.get(&id) != Some(&peer) {
            return;
        }
        self.users.remove(&id);
        for room in self.rooms_of.get(&id).cloned().unwrap_or_default() {
            for other in self.take(&room, &id).unwrap_or_default() {
                self.notify(ctx, &other, PairMessage::OtherDisconnected);
            }
        }
    }

    /// `POST /create-room`: the maker has a place from now on, and has to connect within the grace.
    ///
    /// # Errors
    /// `room-full` for a name that is taken, and where no more rooms can be made; `too-many`.
    pub fn make(
        &mut self,
        ctx: &mut Context<'_>,
        room: RoomName,
        id: PairId,
        location: ClientLocation,
    ) -> Result<Reply, Refusal> {
        if self.rooms.contains_key(&room) {
            return Err(Refusal::new(Code::RoomFull, "This room exists already: join it, or choose another name."));
        }
        // A user that is connected loses its rooms with the connection. One that is not could take all that there are.
        let is_pending = self.user(id.text()).is_none();
        if is_pending && self.pending_rooms.made_from(&location.ip_prefix) >= ctx.limits.max_unclaimed {
            let sentence =
                "Too many rooms were made from your address by people who have not connected: try again soon.";
            return Err(Refusal::new(Code::TooMany, sentence));
        }
        // Rooms that are made and destroyed again count for a while, too.
        if self.rooms.len().max(self.pending_rooms.len()) >= ctx.limits.max_rooms {
            return Err(Refusal::no_place_for_a_room());
        }
        self.may_enter(ctx, id.text())?;
        let pending = is_pending
            .then(|| self.pending_rooms.add(room.clone(), id.text().clone(), location.ip_prefix.clone(), ctx.now));
        self.rooms.insert(room.clone(), Pair { places: Vec::new(), maker: location.clone(), pending });
        self.enter(&room, Place { id, location });
        self.set_deadline(ctx);
        Ok(Reply::Done)
    }

    /// `POST /destroy-room`. The request proves no name: it has to come from where the room's maker or one of its users
    /// is, or to name the id of one.
    ///
    /// # Errors
    /// `not-in-room` for a room that does not exist, or of other users.
    pub fn destroy(
        &mut self,
        ctx: &mut Context<'_>,
        room: &RoomName,
        id: Option<&PairId>,
        location: &ClientLocation,
    ) -> Result<Reply, Refusal> {
        let no_such_room = || Refusal::new(Code::NotInRoom, "There is no such room.");
        let pair = self.rooms.get(room).ok_or_else(no_such_room)?;
        let is_by = |place: &Place| place.location == *location || id.is_some_and(|id| id.text() == place.id.text());
        if pair.maker != *location && !pair.places.iter().any(is_by) {
            return Err(Refusal::new(Code::NotInRoom, "Only those in a room can destroy it: send your userId."));
        }
        let users: Vec<UserName> = pair.places.iter().map(|place| place.id.text().clone()).collect();
        for user in users {
            self.take(room, &user);
            if id.is_none_or(|id| *id.text() != user) {
                self.notify(ctx, &user, PairMessage::Destroyed);
            }
        }
        Ok(Reply::Done)
    }

    /// `JOIN_ROOM_REQUEST`: the user receives who is there, and the other user that it has joined. `written`: how the user
    /// writes its id.
    ///
    /// # Errors
    /// `room-full`, also for a user that is there already; `not-in-room` for a room that does not exist; `too-many`.
    pub fn join(
        &mut self,
        ctx: &mut Context<'_>,
        peer: PeerId,
        room: RoomName,
        written: Option<PairId>,
        location: ClientLocation,
    ) -> Result<Reply, Refusal> {
        let (own, _) = ctx.identity(peer)?;
        let no_such_room = || Refusal::new(Code::NotInRoom, "There is no such room: it has to be created first.");
        let pair = self.rooms.get(&room).ok_or_else(no_such_room)?;
        if pair.places.len() >= PLACES {
            return Err(Refusal::new(Code::RoomFull, "This room is full: two people are the most."));
        }
        let Some(other) = pair.places.iter().find(|place| *place.id.text() != own).map(|place| place.id.clone()) else {
            return Err(Refusal::new(
                Code::RoomFull,
                "You are in this room already: wait for the other one to join you.",
            ));
        };
        self.may_enter(ctx, &own)?;
        // The connection says who the user is, whatever the message says; only how the id is written is the message's.
        let id = written.filter(|written| *written.text() == own).unwrap_or_else(|| own.into());
        let other_user = other.text().clone();
        let joined = PairMessage::Joined { creator_id: other, room_name: room.clone() };
        self.enter(&room, Place { id: id.clone(), location });
        ctx.send(peer, ServerMessage::Pair(joined));
        self.notify(ctx, &other_user, PairMessage::OtherJoined { join_user_id: id });
        Ok(Reply::Done)
    }

    /// `EXIT_ROOM_REQUEST`: the other user is notified that this one has left.
    ///
    /// # Errors
    /// `not-in-room`.
    pub fn exit(&mut self, ctx: &mut Context<'_>, peer: PeerId, room: &RoomName) -> Result<Reply, Refusal> {
        let (own, _) = ctx.identity(peer)?;
        for other in self.take(room, &own).ok_or_else(Refusal::not_in_room)? {
            self.notify(ctx, &other, PairMessage::OtherLeft);
        }
        Ok(Reply::Done)
    }

    /// `OFFER`, `ANSWER`, `ICE_CANDIDATES`: relayed to the letter.
    ///
    /// # Errors
    /// `no-such-peer` for a user with whom the sender shares no room, or that is not connected.
    pub fn relay(&self, ctx: &mut Context<'_>, peer: PeerId, to: &PairId, frame: Arc<str>) -> Result<Reply, Refusal> {
        let (own, _) = ctx.identity(peer)?;
        let is_there = |room: &RoomName| {
            let pair = self.rooms.get(room);
            pair.is_some_and(|pair| pair.places.iter().any(|place| place.id.text() == to.text()))
        };
        if *to.text() == own || !self.rooms_of.get(&own).is_some_and(|rooms| rooms.iter().any(is_there)) {
            return Err(Refusal::new(Code::NoSuchPeer, "You share no room with this otherUserId: join one first."));
        }
        if self.user(to.text()).is_none() {
            return Err(Refusal::new(Code::NoSuchPeer, "The other one is not connected at the moment."));
        }
        self.notify(ctx, to.text(), PairMessage::Relayed(frame));
        Ok(Reply::Done)
    }

    /// Ends the rooms whose makers never connected.
    pub fn expire(&mut self, ctx: &mut Context<'_>) {
        self.deadline = None;
        let ttl = ctx.limits.pending_room_ttl();
        while let Some((number, pending)) = self.pending_rooms.pop_overdue(ttl, ctx.now) {
            // The room may have been destroyed, and made again.
            if self.rooms.get(&pending.room).is_none_or(|pair| pair.pending != Some(number)) {
                continue;
            }
            for other in self.take(&pending.room, &pending.maker).unwrap_or_default() {
                self.notify(ctx, &other, PairMessage::OtherNeverConnected);
            }
        }
        self.set_deadline(ctx);
    }

    fn set_deadline(&mut self, ctx: &mut Context<'_>) {
        match (self.pending_rooms.oldest(), self.deadline) {
            (Some(oldest), None) => {
                let at = oldest.after(ctx.limits.pending_room_ttl());
                self.deadline = Some(ctx.deadlines.add(at, Due::PendingRooms));
            }
            (None, Some(deadline)) => {
                ctx.deadlines.cancel(deadline);
                self.deadline = None;
            }
            _ => {}
        }
    }

    /// Whether there is no room, and no user.
    pub fn is_empty(&self) -> bool {
        self.rooms.is_empty() && self.users.is_empty() && self.rooms_of.is_empty() && self.pending_rooms.is_empty()
    }

    fn may_enter(&self, ctx: &Context<'_>, id: &UserName) -> Result<(), Refusal> {
        let is_in_too_many = self.rooms_of.get(id).is_some_and(|rooms| rooms.len() >= ctx.limits.max_rooms_of_one);
        if is_in_too_many { Err(Refusal::too_many_rooms()) } else { Ok(()) }
    }

    fn enter(&mut self, room: &RoomName, place: Place) {
        self.rooms_of.entry(place.id.text().clone()).or_default().push(room.clone());
        if let Some(pair) = self.rooms.get_mut(room) {
            pair.places.push(place);
        }
    }

    /// Takes an id out of a room, and returns the ids that are left there; `None` if it has no place in it.
    fn take(&mut self, room: &RoomName, id: &UserName) -> Option<Vec<UserName>> {
        let pair = self.rooms.get_mut(room)?;
        let place = pair.places.iter().position(|place| place.id.text() == id)?;
        pair.places.remove(place);
        let left: Vec<UserName> = pair.places.iter().map(|place| place.id.text().clone()).collect();
        if left.is_empty() {
            self.rooms.remove(room);
        }
        if let Some(rooms) = self.rooms_of.get_mut(id) {
            rooms.retain(|other| other != room);
            if rooms.is_empty() {
                self.rooms_of.remove(id);
            }
        }
        Some(left)
    }

    fn notify(&self, ctx: &mut Context<'_>, id: &UserName, message: PairMessage) {
        if let Some(peer) = self.user(id) {
            ctx.send(peer, ServerMessage::Pair(message));
        }
    }
}
