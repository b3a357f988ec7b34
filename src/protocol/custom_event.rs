//! Events of a back end (docs/api.md): their names and arguments are its own, and the server passes them on unread.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::refusal::{Code, Refusal};
use super::room::EVENTS as OF_ROOMS;
use super::socketio::event::{EventName, OF_SERVER};

/// Longest name, in characters.
pub const MAX_EVENT_NAME: usize = 64;
/// What libraries of Socket.IO emit themselves, or refuse to emit.
const OF_LIBRARIES: [&str; 12] = [
    "connect",
    "connect_error",
    "connect_timeout",
    "connecting",
    "connection",
    "disconnect",
    "disconnecting",
    "error",
    "newListener",
    "ping",
    "pong",
    "removeListener",
];
/// What means something else on a bare WebSocket.
const OF_FRAMES: [&str; 2] = ["reply", "signaling-error"];

/// An event with its arguments. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomEvent {
    name: Arc<str>,
    /// A JSON array.
    arguments: Arc<str>,
}

impl CustomEvent {
    /// An event of this name, with these arguments.
    ///
    /// # Errors
    /// `bad-payload` for a name that is empty, or by which a back end could pass for the server or another client;
    /// `too-large` for one of more than 64 characters.
    pub fn new(name: &str, arguments: &[serde_json::Value]) -> Result<Self, Refusal> {
        if name.is_empty() {
            return Err(Refusal::new(Code::BadPayload, "Which event? Give its name as \"event\"."));
        }
        if name.chars().nth(MAX_EVENT_NAME).is_some() {
            let sentence = format!("The name of this event is too long: {MAX_EVENT_NAME} characters are the most.");
            return Err(Refusal::new(Code::TooLarge, sentence));
        }
        if is_reserved(name) {
            let sentence = "This name belongs to the protocol, and pages would take the event for one of the server or \
                            of another client: choose another name.";
            return Err(Refusal::new(Code::BadPayload, sentence));
        }
        // A tree can always be written.
        let arguments = serde_json::to_string(arguments).unwrap_or_else(|_| String::from("[]"));
        Ok(Self { name: name.into(), arguments: arguments.into() })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Bytes of its arguments.
    pub fn size(&self) -> usize {
        self.arguments.len()
    }

    /// Its Socket.IO packet: `2["name",argument,...]`.
    pub fn packet(&self) -> String {
        let (name, rest) = (self.name_as_json(), self.arguments.get(1..).unwrap_or("]"));
        let comma = if rest == "]" { "" } else { "," };
        format!("2[{name}{comma}{rest}")
    }

    /// Its frame on a bare WebSocket: `{"signal": "name", "data": [argument, ...]}`.
    pub fn frame(&self) -> String {
        format!(r#"{{"signal":{},"data":{}}}"#, self.name_as_json(), self.arguments)
    }

    fn name_as_json(&self) -> String {
        serde_json::Value::from(self.name()).to_string()
    }
}

/// Whether the protocol gives this name a meaning, in any spelling.
fn is_reserved(name: &str) -> bool {
    EventName::from_name(name) != EventName::Unknown
        || [&OF_SERVER[..], &OF_ROOMS[..], &OF_LIBRARIES[..], &OF_FRAMES[..]].iter().any(|names| names.contains(&name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn event_is_written_with_all_its_arguments() {
        let event = CustomEvent::new("a \"b\"", &[json!({ "x": [1, "ü"] }), json!(null)]).unwrap();
        assert_eq!(event.packet(), r#"2["a \"b\"",{"x":[1,"ü"]},null]"#);
        assert_eq!(event.frame(), r#"{"signal":"a \"b\"","data":[{"x":[1,"ü"]},null]}"#);
        assert_eq!(CustomEvent::new("tick", &[]).unwrap().packet(), r#"2["tick"]"#);
        assert_eq!(CustomEvent::new("tick", &[json!([])]).unwrap().packet(), r#"2["tick",[]]"#);
    }

    #[test]
    fn names_of_the_protocol_are_refused() {
        for name in ["newOffer", "newAnswer", "user-left", "answerResponse", "connect", "restored", "reply", ""] {
            assert_eq!(CustomEvent::new(name, &[]).unwrap_err().code, Code::BadPayload, "{name}");
        }
        assert_eq!(CustomEvent::new(&"x".repeat(65), &[]).unwrap_err().code, Code::TooLarge);
        assert!(CustomEvent::new(&"ü".repeat(64), &[]).is_ok());
    }
}
