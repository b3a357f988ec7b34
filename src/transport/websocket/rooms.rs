//! Rooms on a bare WebSocket: JSON text. A client says `{action, room, to?, id?, data?}` and hears `{signal, room?, from?,
//! data}`; what bears an `id` is answered by `{signal: "reply", id, ok, room?, data | error}`.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::peer::Peer;
use crate::core::room_command::{Body, Envelope, RoomCommand, RoomVerb};
use crate::core::room_event::{Membership, RoomEvent, RoomMembership, RoomMessage};
use crate::protocol::limits::Limits;
use crate::protocol::name::{MemberId, RoomName};
use crate::protocol::refusal::{Code, Refusal};

/// Longest `id`, in bytes: it is sent back.
const MAX_ID: usize = 128;

/// The heartbeat of a client that asked for it.
pub const PING: &str = r#"{"signal":"ping"}"#;
/// Longest pong, in bytes: what is longer need not be read for one.
pub const LONGEST_PONG: usize = 256;

/// What a client said.
struct Reading<'a> {
    /// What it called it, to be sent back.
    id: Option<&'a RawValue>,
    /// Which action it named, if it is one.
    verb: Option<RoomVerb>,
    /// What it wants, or what is wrong with it.
    command: Result<RoomCommand, Refusal>,
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

impl Reading<'_> {
    /// Something that is no message at all.
    fn nonsense(sentence: &'static str) -> Self {
        Self { id: None, verb: None, command: Err(Refusal::new(Code::BadPayload, sentence)) }
    }
}

/// Whether this is the answer to a ping.
pub fn is_pong(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Pong<'a> {
        signal: &'a str,
    }
    text.len() <= LONGEST_PONG && object::<Pong>(text).is_some_and(|pong| pong.signal == "pong")
}

/// Does what a client said; false if it meant nothing at all.
pub fn hear(peer: &Peer, text: &str) -> bool {
    let Reading { id, verb, command } = read(text, peer.hub.limits());
    let refuse = |refusal: &Refusal| {
        peer.log_refusal(verb.map_or("(no known action)", RoomVerb::name), refusal);
        peer.outbox.send(refused(id, verb, refusal));
    };
    match command {
        Ok(command) => {
            let room = match &command {
                RoomCommand::Join(room) | RoomCommand::Leave(room) | RoomCommand::Relay(room, ..) => room.clone(),
            };
            peer.hub.in_room(peer.speaker(), command, |outcome| match (outcome, id) {
                (Some(Ok(permit)), Some(id)) => peer.outbox.send(done(id, &room, permit.as_ref())),
                (Some(Err(refusal)), _) => refuse(&refusal),
                _ => {}
            });
        }
        Err(refusal) => peer.hub.refuse(peer.speaker(), refusal, |outcome| {
            if let Some(Err(refusal)) = outcome {
                refuse(&refusal);
            }
        }),
    }
    verb.is_some()
}

/// Reads one text frame.
fn read<'a>(text: &'a str, limits: &Limits) -> Reading<'a> {
    let Some(head) = object::<Head>(text) else {
        return Reading::nonsense("This is no JSON object: send {\"action\", \"room\", \"to\", \"data\"} as text.");
    };
    let id = head.id.filter(|id| id.get() != "null");
    if id.is_some_and(|id| id.get().len() > MAX_ID) {
        return Reading::nonsense("The id is too long: 128 bytes are the most.");
    }
    let action = head.action.and_then(|action| serde_json::from_str::<String>(action.get()).ok());
    let Some(verb) = action.as_deref().and_then(RoomVerb::named) else {
        let sentence = "No such action: there are joining-room, sending-SDP-offer, accepting-SDP-offer, \
                        sending-ICE-candidate and leaving-room.";
        return Reading { id, ..Reading::nonsense(sentence) };
    };
    let envelope: Envelope = object(text).unwrap_or_default();
    let body: Body = head.data.and_then(|data| object(data.get())).unwrap_or_default();
    Reading { id, verb: Some(verb), command: RoomCommand::read(verb, &envelope, &body, &[], limits) }
}

/// Reads a JSON object; serde would take an array for one as well.
pub fn object<'a, T: Deserialize<'a>>(text: &'a str) -> Option<T> {
    text.trim_start().starts_with('{').then(|| serde_json::from_str(text).ok()).flatten()
}

#[derive(Serialize)]
struct Frame<'a, D> {
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

impl<D> Frame<'_, D> {
    fn signal(signal: &'static str, data: D) -> Self {
        Self { signal, id: None, ok: None, room: None, from: None, data: Some(data), error: None }
    }
}

#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize)]
struct Restored<'a> {
    rooms: &'a [Membership],
}

#[derive(Serialize)]
struct SignalingError<'a> {
    action: Option<&'static str>,
    #[serde(flatten)]
    refusal: &'a Refusal,
}

/// News of a room.
pub fn message(message: &RoomMessage) -> String {
    let frame: Frame<&RoomEvent> = Frame::signal(message.name(), &message.signal);
    encode(&Frame { room: Some(&message.room), from: message.from, ..frame })
}

/// What one who is back has.
pub fn restored(rooms: &[Membership]) -> String {
    encode(&Frame::signal("restored", Restored { rooms }))
}

/// The reply to what bore this id: done, and for a newcomer what it finds.
fn done(id: &RawValue, room: &RoomName, permit: Option<&RoomMembership>) -> String {
    let (id, room, ok) = (Some(id), Some(room), Some(true));
    match permit {
        Some(permit) => encode(&Frame { id, ok, room, ..Frame::signal("reply", permit) }),
        None => encode(&Frame { id, ok, room, ..Frame::signal("reply", Nothing {}) }),
    }
}

/// Why something had no effect: the reply to it, or where it bore no id a signal.
pub fn refused(id: Option<&RawValue>, verb: Option<RoomVerb>, refusal: &Refusal) -> String {
    match id {
        Some(_) => {
            let frame: Frame<Nothing> = Frame {
                signal: "reply",
                id,
                ok: Some(false),
                room: None,
                from: None,
                data: None,
                error: Some(refusal),
            };
            encode(&frame)
        }
        None => {
            let error = SignalingError { action: verb.map(RoomVerb::name), refusal };
            encode(&Frame::signal("signaling-error", error))
        }
    }
}

/// A frame as text.
pub fn encode<T: Serialize>(frame: &T) -> String {
    // All of it is text and numbers, and keys are texts: there is nothing that JSON could not hold.
    serde_json::to_string(frame).unwrap_or_default()
}
