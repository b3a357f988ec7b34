//! An event that a client has sent, as the library gives it.

use socketioxide_core::Value;

use crate::inspect::content::{EventText, Payload};
use crate::protocol::socketio::decode::DecodedEvent;
use crate::protocol::socketio::event::EventName;

/// An event that a client has sent.
pub struct IncomingEvent {
    /// What its reply needs to know of it.
    pub request: Request,
    /// The message, or what is wrong with it.
    pub decoded: DecodedEvent,
    /// Its name as it was sent, and what it carries; only if the inspector is on.
    pub shown: Option<(EventText, Payload)>,
}

/// What the reply to an event needs to know of it.
#[derive(Debug, Clone, Copy)]
pub struct Request {
    /// The name of the event.
    pub event: EventName,
    /// The id of the acknowledgement, if the client asked for one.
    pub ack: Option<i64>,
    /// The inspector's record of it.
    pub record: Option<u64>,
}

/// Which event it is: the first element of the array.
pub fn event_of(packet: &Value) -> EventName {
    name_of(packet).map_or(EventName::Unknown, EventName::from_name)
}

pub fn name_of(packet: &Value) -> Option<&str> {
    let Value::Str(text, _) = packet else { return None };
    let after_bracket = text.trim_start().strip_prefix('[').unwrap_or_default();
    after_bracket.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next())
}

/// The name of an event as the client sent it.
pub fn sent_name(event: EventName, packet: &Value) -> EventText {
    match name_of(packet).unwrap_or_default() {
        name if name == event.name() => event.name().into(),
        name => name.to_owned().into(),
    }
}

/// An event as the inspector shows it. `is_json`: whether it was read already.
pub fn shown(packet: &Value, is_json: bool) -> Payload {
    match packet {
        Value::Str(text, None) => Payload::Array { text: text.clone(), is_json },
        _ => Payload::Binary(size(packet)),
    }
}

/// Bytes of an event.
pub fn size(packet: &Value) -> usize {
    match packet {
        Value::Str(text, None) => text.len(),
        Value::Str(text, Some(parts)) => text.len() + parts.iter().map(|part| part.len()).sum::<usize>(),
        Value::Bytes(bytes) => bytes.len(),
    }
}
