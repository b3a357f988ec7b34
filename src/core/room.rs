//! Rooms: who is in which, and under which id.

use std::collections::HashMap;

use crate::protocol::name::{Lobby, MemberId, PeerId, RoomName};

/// Somebody's place in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// What the others there call it.
    pub id: MemberId,
    /// Who it is.
    pub peer: PeerId,
}

/// One room. Everybody in it is to be connected with everybody else, which no more than a few can bear: so its
/// members are a list that is walked through.
#[derive(Debug, Default)]
pub struct Room {
    /// In the order in which they came.
    members: Vec<Member>,
}

impl Room {
    /// How many are in it.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether nobody is in it.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// This peer's place.
    pub fn member(&self, peer: PeerId) -> Option<Member> {
        self.members.iter().copied().find(|member| member.peer == peer)
    }

    /// Whose place this is.
    pub fn peer(&self, id: MemberId) -> Option<PeerId> {
        self.members.iter().find(|member| member.id == id).map(|member| member.peer)
    }

    /// Everybody but this one, in the order in which they came.
    pub fn others(&self, peer: PeerId) -> impl Iterator<Item = Member> {
        self.members.iter().copied().filter(move |member| member.peer != peer)
    }
}

/// All rooms. One that is empty is not kept.
#[derive(Debug, Default)]
pub struct Rooms {
    rooms: HashMap<(Lobby, RoomName), Room>,
}

impl Rooms {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.rooms.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rooms.is_empty()
    }

    /// The room of this name in a lobby.
    pub fn get(&self, lobby: &Lobby, name: &RoomName) -> Option<&Room> {
        self.rooms.get(&(lobby.clone(), name.clone()))
    }

    /// Adds a member; makes the room if it is the first.
    pub fn add(&mut self, lobby: Lobby, name: RoomName, member: Member) {
        self.rooms.entry((lobby, name)).or_default().members.push(member);
    }

    /// Takes a member out and returns its place and the peers that are left.
    pub fn remove(&mut self, lobby: &Lobby, name: &RoomName, peer: PeerId) -> Option<(MemberId, Vec<PeerId>)> {
        let key = (lobby.clone(), name.clone());
        let room = self.rooms.get_mut(&key)?;
        let place = room.members.iter().position(|member| member.peer == peer)?;
        let gone = room.members.remove(place);
        let left = room.members.iter().map(|member| member.peer).collect();
        if room.is_empty() {
            self.rooms.remove(&key);
        }
        Some((gone.id, left))
    }
}
