//! What a core holds, for lists: a part at a time, so that whoever holds the lock of a shard to read one holds it shortly.

use std::ops::Bound;

use super::by_name::Place;
use super::command::Purpose;
use super::id::{NodeId, PeerId};
use super::room::Member;
use super::state::Core;
use crate::protocol::id::{MemberId, OfferId};
use crate::protocol::name::{Lobby, RoomName, UserName};
use crate::protocol::room::RoomAccess;

/// A part of a list.
#[derive(Debug)]
pub struct Part<T, K> {
    /// What is wanted of it.
    pub items: Vec<T>,
    /// Where it goes on: after this one. `None` at its end.
    pub last: Option<K>,
    /// How many were looked at.
    pub seen: usize,
}

impl<T, K> Part<T, K> {
    /// The same by other keys.
    fn by<L>(self, key: impl FnOnce(K) -> L) -> Part<T, L> {
        Part { items: self.items, last: self.last.map(key), seen: self.seen }
    }
}

/// Which peers are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of this lobby, or of all.
    pub lobby: Option<Lobby>,
    /// Of this user name, or of all.
    pub name: Option<UserName>,
}

/// A peer in the order of the list: lobby, user name, id.
pub type PeerKey = (Lobby, UserName, PeerId);

/// A call in the order of the list: open offers come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallKey {
    /// An open offer, by its place among all that were ever made.
    Open(u64),
    /// An answered call.
    Answered(OfferId),
}

/// A room in the order of the list.
pub type RoomKey = (Lobby, RoomName);

/// A peer.
#[derive(Debug, Clone)]
pub struct PeerEntry {
    /// Its id.
    pub id: PeerId,
    /// Its user name.
    pub name: UserName,
    /// Its lobby.
    pub lobby: Lobby,
    /// What it takes part in.
    pub purpose: Purpose,
    /// The process to which it is connected, if it is.
    pub node: Option<NodeId>,
    /// Its open offer and its calls.
    pub calls: Vec<OfferId>,
    /// The rooms of which it is a member.
    pub rooms: Vec<RoomName>,
}

/// One end of a call.
#[derive(Debug, Clone)]
pub struct EndEntry {
    /// The peer.
    pub id: PeerId,
    /// Its user name.
    pub name: UserName,
    /// Whether it is connected.
    pub is_connected: bool,
}

/// An open offer, or a call.
#[derive(Debug, Clone)]
pub struct CallEntry {
    /// Its id.
    pub id: OfferId,
    /// Its lobby.
    pub lobby: Lobby,
    /// The user name that it is to, if it is to one user.
    pub to: Option<UserName>,
    /// Who made the offer.
    pub offerer: Option<EndEntry>,
    /// Who answered it; `None` for an open offer.
    pub answerer: Option<EndEntry>,
}

/// A room.
#[derive(Debug, Clone)]
pub struct RoomEntry {
    /// Its lobby.
    pub lobby: Lobby,
    /// Its name.
    pub name: RoomName,
    /// Who may enter.
    pub access: RoomAccess,
    /// Its members, in the order of joining.
    pub members: Vec<MemberEntry>,
    /// Who waits to enter, in the same order.
    pub waiting: Vec<MemberEntry>,
}

/// A member of a room, or a peer that waits to be one.
#[derive(Debug, Clone)]
pub struct MemberEntry {
    /// The id by which the others there know it.
    pub member: MemberId,
    /// The peer.
    pub end: EndEntry,
    /// Whether it is the host.
    pub is_host: bool,
}

impl Core {
    /// A peer.
    pub fn peer(&self, id: PeerId) -> Option<PeerEntry> {
        let peer = self.sessions.get(id)?;
        Some(PeerEntry {
            id,
            name: peer.name.clone(),
            lobby: peer.lobby.clone(),
            purpose: peer.purpose,
            node: peer.connection().map(|connection| connection.node()),
            calls: self.calls.ids_of(id),
            rooms: self.rooms.names_of(&self.sessions, id),
        })
    }

    /// At most so many of the peers after this one; at most `look` are looked at.
    pub fn list_peers(
        &self,
        wanted: &Wanted,
        after: Option<&PeerKey>,
        most: usize,
        look: usize,
    ) -> Part<PeerEntry, PeerKey> {
        let Wanted { lobby, name } = wanted;
        let first = after.map_or_else(
            || {
                let lobby_name = lobby.as_ref().and(name.clone()).unwrap_or_default();
                Bound::Included((lobby.clone().unwrap_or_default(), lobby_name, PeerId(0)))
            },
            |after| Bound::Excluded(after.clone()),
        );
        let is_over = |place: &Place| {
            lobby.as_ref().is_some_and(|lobby| place.0 != *lobby || name.as_ref().is_some_and(|name| place.1 != *name))
        };
        let places = self.sessions.places.range((first, Bound::Unbounded)).map(|(place, _)| place);
        let entry =
            |place: &Place| name.as_ref().is_none_or(|name| place.1 == *name).then(|| self.peer(place.2)).flatten();
        part(places.take_while(|place| !is_over(place)).cloned(), entry, most, look)
    }

    /// The same for calls.
    pub fn list_calls(
        &self,
        lobby: Option<&Lobby>,
        after: Option<&CallKey>,
        most: usize,
        look: usize,
    ) -> Part<CallEntry, CallKey> {
        let (offers, calls) = match after {
            None => (Some(Bound::Unbounded), Bound::Unbounded),
            Some(CallKey::Open(place)) => (Some(Bound::Excluded(*place)), Bound::Unbounded),
            Some(CallKey::Answered(id)) => (None, Bound::Excluded(*id)),
        };
        let offers = offers.into_iter().flat_map(|first| self.calls.open.after(first));
        let offers = offers.map(|(place, offer)| {
            let (call, offerer) = (&offer.call, self.end(offer.offerer));
            let (id, lobby, to) = (call.offer_id, offer.lobby.clone(), call.to.clone());
            (CallKey::Open(place), CallEntry { id, lobby, to, offerer, answerer: None })
        });
        let calls = self.calls.active.from(calls).map(|(id, call)| {
            let [offerer, answerer] = call.ends().map(|peer| self.end(peer));
            let (lobby, to) = (call.lobby().clone(), call.addressee().cloned());
            (CallKey::Answered(id), CallEntry { id, lobby, to, offerer, answerer })
        });
        let is_wanted = |call: &CallEntry| lobby.is_none_or(|lobby| call.lobby == *lobby);
        part(offers.chain(calls), |(_, call)| is_wanted(call).then(|| call.clone()), most, look).by(|(key, _)| key)
    }

    /// The same for rooms.
    pub fn list_rooms(
        &self,
        lobby: Option<&Lobby>,
        after: Option<&RoomKey>,
        most: usize,
        look: usize,
    ) -> Part<RoomEntry, RoomKey> {
        let first = after.map_or_else(
            || Bound::Included((lobby.cloned().unwrap_or_default(), RoomName::default())),
            |after| Bound::Excluded(after.clone()),
        );
        let names = self.rooms.names.range((first, Bound::Unbounded));
        let names = names.take_while(|(of, _)| lobby.is_none_or(|lobby| of == lobby));
        part(names.cloned(), |key| self.room(key), most, look)
    }

    /// A room.
    pub fn room(&self, key: &RoomKey) -> Option<RoomEntry> {
        let (members, waiting, access, host) = self.rooms.get(key)?.parts(&self.sessions);
        let entry = |member: &Member| {
            let is_host = host.is_some_and(|host| host.id == member.id);
            Some(MemberEntry { member: member.id, end: self.end(member.peer)?, is_host })
        };
        let entries = |members: &[Member]| members.iter().filter_map(entry).collect();
        let (members, waiting) = (entries(members), entries(waiting));
        Some(RoomEntry { lobby: key.0.clone(), name: key.1.clone(), access, members, waiting })
    }

    /// How many members each room has, after this one; at most `look` are looked at.
    pub fn members_after(&self, after: Option<&RoomKey>, look: usize) -> Part<usize, RoomKey> {
        let first = after.map_or(Bound::Unbounded, Bound::Excluded);
        let members = |key: &RoomKey| Some(self.rooms.get(key)?.parts(&self.sessions).0.len());
        part(self.rooms.names.range((first, Bound::Unbounded)).cloned(), members, look, look)
    }

    /// The ids of the peers after this one; at most `look`.
    pub fn peers_after(&self, after: Option<&PeerKey>, look: usize) -> Part<PeerId, PeerKey> {
        let first = after.map_or(Bound::Unbounded, Bound::Excluded);
        let places = self.sessions.places.range((first, Bound::Unbounded));
        part(places.map(|(place, _)| place.clone()), |place| Some(place.2), look, look)
    }

    fn end(&self, id: PeerId) -> Option<EndEntry> {
        let peer = self.sessions.get(id)?;
        Some(EndEntry { id, name: peer.name.clone(), is_connected: !peer.is_away() })
    }
}

/// The entries of these keys, until there are so many or so many were looked at.
fn part<T, K>(keys: impl Iterator<Item = K>, entry: impl Fn(&K) -> Option<T>, most: usize, look: usize) -> Part<T, K> {
    let mut keys = keys.peekable();
    let (mut items, mut last, mut seen) = (Vec::new(), None, 0);
    while seen < look
        && items.len() < most
        && let Some(key) = keys.next()
    {
        seen += 1;
        items.extend(entry(&key));
        last = Some(key);
    }
    Part { items, last: last.filter(|_| keys.peek().is_some()), seen }
}
