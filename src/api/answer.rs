//! What requests get, as JSON. Names and ids alone: no sessions, tokens, descriptions or candidates.

use axum::Json;
use serde::Serialize;

use super::cursor::{self, Key};
use crate::core::command::Purpose;
use crate::core::id::PeerId;
use crate::core::listing::{CallEntry, EndEntry, MemberEntry, PeerEntry, RoomEntry};
use crate::hub::back_end::Page;
use crate::protocol::id::{MemberId, OfferId};
use crate::protocol::name::{Lobby, RoomName, UserName};
use crate::protocol::room::RoomAccess;

/// A peer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Peer {
    #[serde(serialize_with = "as_text")]
    peer_id: PeerId,
    user_name: UserName,
    /// Pairs have none.
    lobby: Option<Lobby>,
    service: &'static str,
    connected: bool,
    /// In a cluster, the server to which it is connected.
    node: Option<String>,
    calls: Vec<OfferId>,
    rooms: Vec<RoomName>,
}

/// An open offer, or a call.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Call {
    offer_id: OfferId,
    lobby: Lobby,
    state: &'static str,
    to: Option<UserName>,
    offerer: Option<End>,
    answerer: Option<End>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct End {
    #[serde(serialize_with = "as_text")]
    peer_id: PeerId,
    user_name: UserName,
    connected: bool,
}

/// A room in a list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RoomSummary {
    lobby: Lobby,
    room: RoomName,
    access: RoomAccess,
    member_count: usize,
    waiting_count: usize,
}

/// A room with its members.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Room {
    #[serde(flatten)]
    summary: RoomSummary,
    members: Vec<Member>,
    waiting: Vec<Member>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Member {
    member_id: MemberId,
    #[serde(flatten)]
    end: End,
    host: bool,
}

/// A page of a list.
#[derive(Serialize)]
pub(super) struct List<T> {
    items: Vec<T>,
    next: Option<String>,
    complete: bool,
}

impl<T> List<T> {
    /// A page, by `answer` for each entry.
    pub(super) fn new<E, K: Key>(page: Page<E, K>, complete: bool, answer: impl Fn(E) -> T) -> Json<Self> {
        let next = page.next.as_ref().map(cursor::write);
        Json(Self { items: page.items.into_iter().map(answer).collect(), next, complete })
    }
}

impl Peer {
    /// A peer of a server that is one of several, or not.
    pub(super) fn new(entry: PeerEntry, in_cluster: bool) -> Self {
        let PeerEntry { id, name, lobby, purpose, node, calls, rooms } = entry;
        let service = match purpose {
            Purpose::CallsAndRooms => "socketio",
            Purpose::Rooms => "rooms",
            Purpose::Pairs => "pairs",
            Purpose::Gst => "gst",
        };
        Self {
            peer_id: id,
            user_name: name,
            lobby: (purpose != Purpose::Pairs).then_some(lobby),
            service,
            connected: node.is_some(),
            node: node.filter(|_| in_cluster).map(|node| node.to_string()),
            calls,
            rooms,
        }
    }
}

impl From<CallEntry> for Call {
    fn from(CallEntry { id, lobby, to, offerer, answerer }: CallEntry) -> Self {
        let state = if answerer.is_some() { "answered" } else { "open" };
        Self { offer_id: id, lobby, state, to, offerer: offerer.map(End::from), answerer: answerer.map(End::from) }
    }
}

impl From<EndEntry> for End {
    fn from(EndEntry { id, name, is_connected }: EndEntry) -> Self {
        Self { peer_id: id, user_name: name, connected: is_connected }
    }
}

impl From<&RoomEntry> for RoomSummary {
    fn from(RoomEntry { lobby, name, access, members, waiting }: &RoomEntry) -> Self {
        Self {
            lobby: lobby.clone(),
            room: name.clone(),
            access: *access,
            member_count: members.len(),
            waiting_count: waiting.len(),
        }
    }
}

impl From<RoomEntry> for Room {
    fn from(room: RoomEntry) -> Self {
        let summary = RoomSummary::from(&room);
        let members = |entries: Vec<MemberEntry>| entries.into_iter().map(Member::from).collect();
        Self { summary, members: members(room.members), waiting: members(room.waiting) }
    }
}

impl From<MemberEntry> for Member {
    fn from(MemberEntry { member, end, is_host }: MemberEntry) -> Self {
        Self { member_id: member, end: end.into(), host: is_host }
    }
}

fn as_text<S: serde::Serializer>(id: &PeerId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}
