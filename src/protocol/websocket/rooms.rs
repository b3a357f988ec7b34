//! Rooms on a bare WebSocket: JSON in text frames. A client sends `{action, room, to?, id?, data?}` and receives `{signal,
//! room?, from?, data}`; a frame with an `id` is replied to by `{signal: "reply", id, ok, room?, data | error}`.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::protocol::client_message::ClientMessage;
use crate::protocol::id::MemberId;
use crate::protocol::json::{object, text as text_of};
use crate::protocol::limits::Limits;
use crate::protocol::name::RoomName;
use crate::protocol::refusal::{Code, Refusal};
use crate::protocol::room::{JoinedRoom, RoomMembership, RoomMessage, RoomPayload, RoomWait};
use crate::protocol::room_action::{Body, Envelope, RoomAction};

/// Longest `id`, in bytes: the server sends it back.
const MAX_ID: usize = 128;
/// Longest pong, in bytes: a longer frame is none.
pub const MAX_PONG: usize = 256;

/// The heartbeat of a client that asked for it.
pub const PING: &str = r#"{"signal":"ping"}"#;

/// A frame of a client, read.
#[derive(Debug)]
pub struct DecodedRoomFrame<'a> {
    /// The client's own id of the frame, which the reply repeats.
    pub id: Option<&'a RawValue>,
    /// Its action, where there is such an action.
    pub action: Option<RoomAction>,
    /// The message, or what is wrong with it.
    pub message: Result<ClientMessage, Refusal>,
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow, default)]
    action: Option<&'a RawValue>,
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

impl DecodedRoomFrame<'_> {
    fn unreadable(sentence: &'static str) -> Self {
        Self { id: None, action: None, message: Err(Refusal::new(Code::BadPayload, sentence)) }
    }
}

/// Whether a text frame is the reply to [`PING`].
pub fn is_pong(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Pong<'a> {
        signal: &'a str,
    }
    text.len() <= MAX_PONG && object::<Pong>(text).is_some_and(|pong| pong.signal == "pong")
}

/// Reads a text frame.
///
/// Refusals: `bad-payload`, `too-large`, `no-such-peer`.
pub fn decode<'a>(text: &'a str, limits: &Limits) -> DecodedRoomFrame<'a> {
    let Some(head) = object::<Head>(text) else {
        return DecodedRoomFrame::unreadable(
            "This is not a JSON object: send {\"action\", \"room\", \"to\", \"data\"} as text.",
        );
    };
    let id = head.id.filter(|id| id.get() != "null");
    if id.is_some_and(|id| id.get().len() > MAX_ID) {
        return DecodedRoomFrame::unreadable("The id is too long: 128 bytes are the most.");
    }
    let action = head.action.and_then(text_of).and_then(|action| RoomAction::from_name(&action));
    let Some(action) = action else {
        let sentence = "No such action: there are joining-room, sending-SDP-offer, accepting-SDP-offer, \
                        sending-ICE-candidate, leaving-room, setting-access, admitting-peer and rejecting-peer.";
        return DecodedRoomFrame { id, ..DecodedRoomFrame::unreadable(sentence) };
    };
    let envelope: Envelope = object(text).unwrap_or_default();
    let body: Body = head.data.and_then(|data| object(data.get())).unwrap_or_default();
    DecodedRoomFrame { id, action: Some(action), message: action.decode(&envelope, &body, &[], limits) }
}

#[derive(Serialize)]
struct RoomFrame<'a, D> {
    signal: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ok: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<&'a RoomName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<MemberId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<D>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a Refusal>,
}

impl<D> RoomFrame<'_, D> {
    fn signal(signal: &'static str, data: D) -> Self {
        Self { signal, id: None, ok: None, room: None, from: None, data: Some(data), error: None }
    }
}

#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize)]
struct RestoredData<'a> {
    rooms: &'a [RoomMembership],
    #[serde(skip_serializing_if = "<[RoomWait]>::is_empty")]
    waiting: &'a [RoomWait],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WaitingData {
    peer_id: MemberId,
    waiting: bool,
}

#[derive(Serialize)]
struct ErrorData<'a> {
    action: Option<&'static str>,
    #[serde(flatten)]
    refusal: &'a Refusal,
}

/// A message in a room.
pub fn encode(message: &RoomMessage) -> String {
    let frame: RoomFrame<RoomPayload> = RoomFrame::signal(message.name(), message.event.on_wire());
    json(&RoomFrame { room: Some(&message.room), from: message.from, ..frame })
}

/// `restored`: the rooms of a client that returns, and the rooms that it waits to enter.
pub fn restored(rooms: &[RoomMembership], waiting: &[RoomWait]) -> String {
    json(&RoomFrame::signal("restored", RestoredData { rooms, waiting }))
}

/// The reply to the frame with this id, which had its effect; `joined` for `joining-room`.
pub fn accepted(id: &RawValue, room: &RoomName, joined: Option<&JoinedRoom>) -> String {
    let (id, room, ok) = (Some(id), Some(room), Some(true));
    match joined {
        Some(joined) => json(&RoomFrame { id, ok, room, ..RoomFrame::signal("reply", joined) }),
        None => json(&RoomFrame { id, ok, room, ..RoomFrame::signal("reply", Nothing {}) }),
    }
}

/// The reply to `joining-room` with this id of a client that waits to be admitted.
pub fn waiting(id: &RawValue, room: &RoomName, peer_id: MemberId) -> String {
    let (id, room, ok) = (Some(id), Some(room), Some(true));
    json(&RoomFrame { id, ok, room, ..RoomFrame::signal("reply", WaitingData { peer_id, waiting: true }) })
}

/// Why a frame had no effect: the reply to it, or without an id the signal `signaling-error`.
pub fn rejected(id: Option<&RawValue>, action: Option<RoomAction>, refusal: &Refusal) -> String {
    if id.is_some() {
        let (ok, error) = (Some(false), Some(refusal));
        return json(&RoomFrame::<Nothing> { signal: "reply", id, ok, room: None, from: None, data: None, error });
    }
    let error = ErrorData { action: action.map(RoomAction::name), refusal };
    json(&RoomFrame::signal("signaling-error", error))
}

/// Frames hold texts, numbers and JSON of clients, under keys that are texts: JSON can hold all of it.
fn json<T: Serialize>(frame: &T) -> String {
    serde_json::to_string(frame).unwrap_or_default()
}
