//! Pairs: rooms of two, on the wire of the data channel course. Who made a room has a place in it before its
//! connection is there; who leaves on purpose is told apart from one whose connection ended; nobody is waited for.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use super::outgoing::{Outgoing, ServerMessage};
use super::pair_event::PairMessage;
use super::pending_rooms::PendingRooms;
use super::state::Core;
use crate::protocol::name::{PeerId, RoomName, UserName};
use crate::protocol::refusal::{Code, Refusal};

/// Places in a room.
const PLACES: usize = 2;

/// A user's id, compared as text and told as it came: a number or a string.
#[derive(Debug, Clone, PartialEq)]
pub struct PairId {
    text: UserName,
    shown: Value,
}

impl PairId {
    /// # Errors
    /// `bad-payload` for what is neither a number nor a text, or empty; `too-large` for more than 64 characters.
    pub fn new(shown: &Value) -> Result<Self, Refusal> {
        let text = match shown {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        if text.is_empty() {
            return Err(Refusal::new(Code::BadPayload, "A userId is missing: a number or a text."));
        }
        Ok(Self { text: UserName::new(&text)?, shown: shown.clone() })
    }

    /// As text.
    pub fn text(&self) -> &UserName {
        &self.text
    }
}

/// Where somebody is in the network. Only compared, never told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// This one alone.
    pub exact: Arc<str>,
    /// All that belong to the same household, as far as can be seen.
    pub ip_prefix: Arc<str>,
}

/// What one of a pair wants.
#[derive(Debug)]
pub enum PairCommand {
    /// Let me into this room; this is how I write my id; I am there.
    Join(RoomName, Option<Value>, Address),
    /// Let me out.
    Exit(RoomName),
    /// Pass this frame on to that one.
    Relay(PairId, Arc<str>),
}

#[derive(Debug)]
struct PairMember {
    id: PairId,
    address: Address,
}

#[derive(Debug)]
struct Pair {
    /// One or two.
    places: Vec<PairMember>,
    creator: Address,
    made: Instant,
}

/// All pairs.
#[derive(Debug, Default)]
pub struct Pairs {
    rooms: HashMap<RoomName, Pair>,
    /// Who is connected under which id.
    users: HashMap<UserName, PeerId>,
    /// Which places an id has, connected or not.
    places: HashMap<UserName, Vec<RoomName>>,
    pending_rooms: PendingRooms,
}

impl Pairs {
    /// Whether nothing and nobody is kept.
    pub fn is_empty(&self) -> bool {
        self.rooms.is_empty() && self.users.is_empty() && self.places.is_empty() && self.pending_rooms.is_empty()
    }

    /// Who is connected under this id.
    pub(super) fn user(&self, id: &UserName) -> Option<PeerId> {
        self.users.get(id).copied()
    }

    /// Somebody connects.
    pub(super) fn enter(&mut self, id: UserName, peer: PeerId) {
        self.pending_rooms.claim(&id);
        self.users.insert(id, peer);
    }

    fn put(&mut self, room: &RoomName, place: PairMember, now: Instant) {
        self.places.entry(place.id.text.clone()).or_default().push(room.clone());
        let creator = place.address.clone();
        let pair = self.rooms.entry(room.clone()).or_insert_with(|| Pair { places: Vec::new(), creator, made: now });
        pair.places.push(place);
    }

    /// Takes an id out of a room; gives the ones that stay. None if it was not there.
    fn take(&mut self, room: &RoomName, id: &UserName) -> Option<Vec<UserName>> {
        let pair = self.rooms.get_mut(room)?;
        let place = pair.places.iter().position(|place| place.id.text == *id)?;
        pair.places.remove(place);
        let left: Vec<UserName> = pair.places.iter().map(|place| place.id.text.clone()).collect();
        if left.is_empty() {
            self.rooms.remove(room);
        }
        if let Some(rooms) = self.places.get_mut(id) {
            rooms.retain(|other| other != room);
            if rooms.is_empty() {
                self.places.remove(id);
            }
        }
        Some(left)
    }

    fn too_many(&self, id: &UserName, most: usize) -> Result<(), Refusal> {
        match self.places.get(id) {
            Some(rooms) if rooms.len() >= most => {
                Err(Refusal::new(Code::TooMany, "You are in too many rooms: leave some of them first."))
            }
            _ => Ok(()),
        }
    }
}

impl Core {
    /// `POST /create-room`: the maker has a place from now on, and is to connect within the grace.
    ///
    /// # Errors
    /// `room-full` for a name that is taken, and where no more rooms can be made; `too-many`.
    pub fn make_pair(&mut self, room: RoomName, id: PairId, address: Address, now: Instant) -> Result<(), Refusal> {
        if self.pairs.rooms.contains_key(&room) {
            return Err(Refusal::new(Code::RoomFull, "This room exists already: join it, or choose another name."));
        }
        // Who is connected loses its rooms with the connection. Who is not could take all that there are.
        let is_unclaimed = self.pairs.user(&id.text).is_none();
        if is_unclaimed && self.pairs.pending_rooms.made_from(&address.ip_prefix) >= self.limits.max_unclaimed {
            let sentence =
                "Too many rooms were made from your address by people who have not connected: try again soon.";
            return Err(Refusal::new(Code::TooMany, sentence));
        }
        // Those that are made and destroyed again count for a while, too.
        if self.pairs.rooms.len().max(self.pairs.pending_rooms.len()) >= self.limits.max_rooms {
            return Err(Refusal::new(Code::RoomFull, "The server has no place for another room at the moment."));
        }
        self.pairs.too_many(&id.text, self.limits.max_rooms_of_one)?;
        if is_unclaimed {
            let (maker, ip_prefix) = (id.text.clone(), address.ip_prefix.clone());
            self.pairs.pending_rooms.add(room.clone(), maker, ip_prefix, now);
        }
        self.pairs.put(&room, PairMember { id, address }, now);
        Ok(())
    }

    /// `POST /destroy-room`. Whoever asks bears no name: so it has to come from where its maker or one of its people is,
    /// or to know the id of one.
    ///
    /// # Errors
    /// `not-in-room` for a room that is not there, or somebody else's.
    pub fn destroy_pair(
        &mut self,
        room: &RoomName,
        id: Option<&PairId>,
        address: &Address,
        now: Instant,
    ) -> Result<Vec<Outgoing>, Refusal> {
        let no_such = || Refusal::new(Code::NotInRoom, "There is no such room.");
        let pair = self.pairs.rooms.get(room).ok_or_else(no_such)?;
        let is_there = |place: &PairMember| place.address == *address || id.is_some_and(|id| id.text == place.id.text);
        if pair.creator != *address && !pair.places.iter().any(is_there) {
            return Err(Refusal::new(Code::NotInRoom, "Only those in a room can destroy it: send your userId."));
        }
        let people: Vec<UserName> = pair.places.iter().map(|place| place.id.text.clone()).collect();
        let mut outgoing = Vec::new();
        for person in people {
            self.pairs.take(room, &person);
            if id.is_none_or(|id| id.text != person) {
                outgoing.extend(self.tell_user(
                    &person,
                    PairMessage::ExitRoomNotify { message: "The room is gone." },
                    now,
                ));
            }
        }
        Ok(outgoing)
    }

    /// `JOIN_ROOM_REQUEST`: the newcomer is told who is there, the other one that somebody came. `shown` is how the
    /// newcomer writes its id.
    ///
    /// # Errors
    /// `room-full`, also for one who is in it already; `not-in-room` for a room that is not there; `too-many`.
    pub fn join_pair(
        &mut self,
        peer: PeerId,
        room: RoomName,
        shown: Option<&Value>,
        address: Address,
        now: Instant,
    ) -> Result<Vec<Outgoing>, Refusal> {
        let Some(newcomer) = self.peers.get(&peer) else { return Err(Refusal::gone()) };
        let own = newcomer.name.clone();
        let no_such = || Refusal::new(Code::NotInRoom, "There is no such room: it has to be created first.");
        let pair = self.pairs.rooms.get(&room).ok_or_else(no_such)?;
        if pair.places.len() >= PLACES {
            return Err(Refusal::new(Code::RoomFull, "This room is full: two people are the most."));
        }
        let Some(other) = pair.places.iter().find(|place| place.id.text != own).map(|place| place.id.clone()) else {
            return Err(Refusal::new(Code::RoomFull, "You are in this room already: wait for somebody to join you."));
        };
        self.pairs.too_many(&own, self.limits.max_rooms_of_one)?;
        // Whatever the message says, the connection says who it is; only how it is written is the message's.
        let shown = shown.filter(|shown| PairId::new(shown).is_ok_and(|id| id.text == own));
        let id = PairId { shown: shown.cloned().unwrap_or_else(|| own.as_str().into()), text: own };
        let joined = PairMessage::JoinRoomResponseSuccess {
            message: "You have joined the room.",
            creator_id: other.shown,
            room_name: room.clone(),
        };
        let notify =
            PairMessage::JoinRoomNotify { message: "Somebody has joined the room.", join_user_id: id.shown.clone() };
        self.pairs.put(&room, PairMember { id, address }, now);
        let mut outgoing = Vec::from_iter(self.post(peer, ServerMessage::Pair(joined), now));
        outgoing.extend(self.tell_user(&other.text, notify, now));
        Ok(outgoing)
    }

    /// `EXIT_ROOM_REQUEST`: the other one is told.
    ///
    /// # Errors
    /// `not-in-room`.
    pub fn exit_pair(&mut self, peer: PeerId, room: &RoomName, now: Instant) -> Result<Vec<Outgoing>, Refusal> {
        let Some(leaver) = self.peers.get(&peer) else { return Err(Refusal::gone()) };
        let left = self.pairs.take(room, &leaver.name.clone()).ok_or_else(Refusal::not_in_room)?;
        let exit = |_: &UserName| PairMessage::ExitRoomNotify { message: "The other one has left the room." };
        Ok(left.iter().filter_map(|other| self.tell_user(other, exit(other), now)).collect())
    }

    /// `OFFER`, `ANSWER`, `ICE_CANDIDATES`: passed on to the letter.
    ///
    /// # Errors
    /// `no-such-peer` for somebody with whom the sender shares no room, or who is not connected.
    pub fn relay_pair(
        &mut self,
        peer: PeerId,
        to: &PairId,
        frame: Arc<str>,
        now: Instant,
    ) -> Result<Option<Outgoing>, Refusal> {
        let Some(sender) = self.peers.get(&peer) else { return Err(Refusal::gone()) };
        let shares = |room: &RoomName| {
            let pair = self.pairs.rooms.get(room);
            pair.is_some_and(|pair| pair.places.iter().any(|place| place.id.text == to.text))
        };
        let own = self.pairs.places.get(&sender.name);
        if to.text == sender.name || !own.is_some_and(|rooms| rooms.iter().any(shares)) {
            return Err(Refusal::new(Code::NoSuchPeer, "You share no room with this otherUserId: join one first."));
        }
        if self.pairs.user(&to.text).is_none() {
            return Err(Refusal::new(Code::NoSuchPeer, "The other one is not connected at the moment."));
        }
        Ok(self.tell_user(&to.text, PairMessage::Relayed(frame), now))
    }

    /// A peer's connection ended, for whatever reason.
    pub(super) fn leave_pairs(&mut self, peer: PeerId, now: Instant) -> Vec<Outgoing> {
        let Some(id) = self.peers.get(&peer).map(|peer| peer.name.clone()) else { return Vec::new() };
        if self.pairs.users.get(&id) != Some(&peer) {
            return Vec::new();
        }
        self.pairs.users.remove(&id);
        let mut outgoing = Vec::new();
        for room in self.pairs.places.get(&id).cloned().unwrap_or_default() {
            for other in self.pairs.take(&room, &id).unwrap_or_default() {
                let message =
                    PairMessage::DisconnectRoomNotification { message: "The other one's connection has ended." };
                outgoing.extend(self.tell_user(&other, message, now));
            }
        }
        outgoing
    }

    /// Rooms whose maker never connected.
    pub(super) fn expire_pairs(&mut self, now: Instant) -> Vec<Outgoing> {
        let patience = self.limits.grace.max(self.limits.early_ttl);
        let mut outgoing = Vec::new();
        while let Some(gone) = self.pairs.pending_rooms.pop_overdue(patience, now) {
            // Destroyed, and made again by somebody else perhaps.
            if self.pairs.rooms.get(&gone.room).is_none_or(|pair| pair.made != gone.made) {
                continue;
            }
            for other in self.pairs.take(&gone.room, &gone.maker).unwrap_or_default() {
                let message = PairMessage::DisconnectRoomNotification { message: "The other one never connected." };
                outgoing.extend(self.tell_user(&other, message, now));
            }
        }
        outgoing
    }

    fn tell_user(&mut self, id: &UserName, message: PairMessage, now: Instant) -> Option<Outgoing> {
        let peer = self.pairs.user(id)?;
        self.post(peer, ServerMessage::Pair(message), now)
    }
}
