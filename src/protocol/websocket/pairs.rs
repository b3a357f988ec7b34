//! Pairs on a bare WebSocket: text frames `{label, data: {type, ...}}`, and the two HTTP requests by which rooms of two are
//! made and destroyed. The words are those of the data channel course, misspelling included.

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Value, json};

use super::rooms::MAX_PONG;
use crate::protocol::client_message::ClientMessage;
use crate::protocol::json::{Tree, object};
use crate::protocol::name::RoomName;
use crate::protocol::pair::{ClientLocation, PairId, PairMessage};
use crate::protocol::refusal::{Code, Refusal};

/// The label of frames about rooms.
const ROOMS: &str = "NORMAL_SERVER_PROCESS";
/// The label of frames from one user to the other.
const WEBRTC: &str = "WEBRTC_PROCESS";
/// The `type` by which a client joins a room.
const JOIN: &str = "JOIN_ROOM_REQUEST";

/// The heartbeat of a client that asked for it.
pub const PING: &str = r#"{"label":"NORMAL_SERVER_PROCESS","data":{"type":"PING"}}"#;

/// A frame of a client, read.
#[derive(Debug)]
pub struct DecodedPairFrame {
    /// Its `type`, or what stands for it in the log.
    pub kind: String,
    /// Whether there is such a message at all.
    pub is_known: bool,
    /// The message, or what is wrong with it.
    pub message: Result<ClientMessage, Refusal>,
}

#[derive(Deserialize)]
struct Incoming {
    label: String,
    data: Tree,
}

#[derive(Serialize)]
struct PairFrame<T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'static str>,
    data: T,
}

/// Whether a text frame is the reply to [`PING`].
pub fn is_pong(text: &str) -> bool {
    if text.len() > MAX_PONG {
        return false;
    }
    let Some(Incoming { label, data: Tree(data) }) = object(text) else { return false };
    label == ROOMS && data["type"] == "PONG"
}

/// Reads a text frame of a client at this place in the network.
///
/// Refusals: `bad-payload`, `too-large`.
pub fn decode(text: &str, location: &ClientLocation) -> DecodedPairFrame {
    let unknown = |kind: &str| {
        let sentence = "This means nothing here: send {\"label\", \"data\": {\"type\", ...}} as JSON text.";
        let message = Err(Refusal::new(Code::BadPayload, sentence));
        DecodedPairFrame { kind: kind.to_owned(), is_known: false, message }
    };
    let Some(Incoming { label, data: Tree(data) }) = object(text) else { return unknown("(no label and data)") };
    let room = || match data["roomName"].as_str() {
        Some(name) => RoomName::new(name),
        None => Err(Refusal::new(Code::BadPayload, "Which room? Give its name as roomName.")),
    };
    let kind = data["type"].as_str().unwrap_or_default();
    let message = match (label.as_str(), kind) {
        (ROOMS, JOIN) => room().map(|room| {
            let id = data.get("userId").and_then(|id| PairId::new(id).ok());
            ClientMessage::JoinPair { room, id, location: location.clone() }
        }),
        (ROOMS, "EXIT_ROOM_REQUEST") => room().map(ClientMessage::ExitPair),
        (WEBRTC, "OFFER" | "ANSWER" | "ICE_CANDIDATES") => {
            PairId::new(&data["otherUserId"]).map(|to| ClientMessage::RelayInPair { to, frame: text.into() })
        }
        _ => return unknown("(no known type)"),
    };
    DecodedPairFrame { kind: kind.to_owned(), is_known: true, message }
}

/// The label and the type of a frame, `LABEL/TYPE`: its name for the inspector.
pub fn frame_name(text: &str) -> String {
    let Some(Incoming { label, data: Tree(data) }) = object(text) else { return "(no label and data)".to_owned() };
    format!("{label}/{}", data["type"].as_str().unwrap_or("(no type)"))
}

/// The `type` of a message, unless it is a relayed frame.
fn kind(message: &PairMessage) -> &'static str {
    match message {
        PairMessage::Joined { .. } => "JOIN_ROOM_RESPONSE_SUCCESS",
        PairMessage::OtherJoined { .. } => "JOIN_ROOM_NOTIFY",
        PairMessage::OtherLeft | PairMessage::Destroyed => "EXIT_ROOM_NOTIFY",
        PairMessage::OtherDisconnected | PairMessage::OtherNeverConnected => "DISCONNECT_ROOM_NOTIFICATION",
        PairMessage::Relayed(_) => "",
    }
}

/// A message to one of a pair.
pub fn encode(message: &PairMessage) -> String {
    match message {
        PairMessage::Relayed(frame) => frame.to_string(),
        message => json(&PairFrame { label: Some(ROOMS), data: Data(message) }),
    }
}

struct Data<'a>(&'a PairMessage);

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let message = match self.0 {
            PairMessage::Joined { .. } => "You have joined the room.",
            PairMessage::OtherJoined { .. } => "Another peer has joined the room.",
            PairMessage::OtherLeft => "The other one has left the room.",
            PairMessage::Destroyed => "The room is gone.",
            PairMessage::OtherDisconnected => "The other one's connection has ended.",
            PairMessage::OtherNeverConnected => "The other one never connected.",
            PairMessage::Relayed(_) => "",
        };
        let mut data = serializer.serialize_map(None)?;
        data.serialize_entry("type", kind(self.0))?;
        data.serialize_entry("message", message)?;
        match self.0 {
            PairMessage::Joined { creator_id, room_name } => {
                data.serialize_entry("creatorId", &creator_id.on_wire())?;
                data.serialize_entry("roomName", room_name)?;
            }
            PairMessage::OtherJoined { join_user_id } => {
                data.serialize_entry("joinUserId", &join_user_id.on_wire())?;
            }
            _ => {}
        }
        data.end()
    }
}

/// Why a frame of this `type` had no effect. The course has a word for it only where a client joins; its pages ignore
/// a `type` that they do not know.
pub fn rejected(kind: &str, refusal: &Refusal) -> String {
    let Refusal { code, message, .. } = refusal;
    let data = match kind {
        JOIN => json!({ "type": "JOIN_ROOM_RESPONSE_FAILURE", "message": message }),
        _ => json!({ "type": "SIGNALING_ERROR", "code": code, "message": message }),
    };
    json(&PairFrame { label: Some(ROOMS), data })
}

/// One of the two HTTP requests, and its responses.
#[derive(Debug)]
pub struct RoomRequest {
    /// Its name in the log.
    pub event: &'static str,
    success: &'static str,
    message: Option<&'static str>,
    failure: &'static str,
}

/// `POST /create-room`.
pub const CREATE: RoomRequest = RoomRequest {
    event: "create-room",
    success: "CHECK_ROOM_RESPONSE_SUCCESS",
    message: None,
    failure: "CHECK_ROOM_RESPONSE_FAILURE",
};
/// `POST /destroy-room`.
pub const DESTROY: RoomRequest = RoomRequest {
    event: "destroy-room",
    success: "DESTORY_ROOM_RESPONSE_SUCCESS",
    message: Some("The room is gone."),
    failure: "DESTROY_ROOM_RESPONSE_FAILURE",
};

impl RoomRequest {
    /// The body of the response where the request had its effect.
    pub fn accepted(&self) -> Value {
        match self.message {
            Some(message) => json!({ "data": { "type": self.success, "message": message } }),
            None => json!({ "data": { "type": self.success } }),
        }
    }

    /// The body of the response where it had none.
    pub fn rejected(&self, refusal: &Refusal) -> Value {
        json!({ "data": { "type": self.failure, "message": refusal.message } })
    }
}

/// Reads the body of either request, whatever its content type: the room, and the `userId` as it was written (`null`
/// without one).
///
/// # Errors
/// `bad-payload`, `too-large`.
pub fn room_and_user(body: &[u8]) -> Result<(RoomName, Value), Refusal> {
    let bad = || Refusal::new(Code::BadPayload, "The request takes JSON: {\"roomName\", \"userId\"}.");
    let Tree(mut body) = serde_json::from_slice(body).map_err(|_| bad())?;
    let name = RoomName::new(body["roomName"].as_str().ok_or_else(bad)?)?;
    Ok((name, body.get_mut("userId").map(Value::take).unwrap_or_default()))
}

/// Frames hold texts and numbers, under keys that are texts: JSON can hold all of it.
fn json<T: Serialize>(frame: &T) -> String {
    serde_json::to_string(frame).unwrap_or_default()
}
