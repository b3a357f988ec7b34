//! Records as readers receive them: one JSON object each, as `docs/inspector.md` describes them.

use memchr::memchr2_iter;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::content::{Content, Outcome, Receivers, Shape, Transport};
use super::mask;
use super::record::Record;
use crate::core::command::{ConnectionEnd, Purpose};
use crate::protocol::json::Tree;
use crate::protocol::limits::MAX_DEPTH;

/// More bytes than most records have beside what they carry.
const HEAD: usize = 256;

/// Appends the JSON object of a record. `unmasked`: with addresses and secrets.
pub fn record(text: &mut String, record: &Record, carried: &str, unmasked: bool) {
    let Record { number, at, content, .. } = record;
    let mut head = Vec::with_capacity(HEAD);
    if serde_json::to_writer(&mut head, &Line { number: *number, at: *at, content, text: carried }).is_err() {
        head.clear();
    }
    let append = if unmasked { String::push_str } else { mask::append };
    append(text, std::str::from_utf8(&head).unwrap_or_default());
    if let Some((size, shape)) = payload(content) {
        // Behind the other entries, as it is: reading and writing it would be most of the work.
        text.truncate(text.len().saturating_sub(1));
        text.push_str(",\"payload\":");
        match shown(carried, shape) {
            Some((bracket, rest)) => {
                text.push_str(bracket);
                append(text, rest);
            }
            None if shape == Shape::Binary => text.push_str(&format!("null,\"binary\":{size}")),
            None => text.push_str("null,\"unread\":true"),
        }
        text.push('}');
    }
}

/// The number of an address, or of a page, as readers receive it.
struct Numbered(char, u32);

impl Serialize for Numbered {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}{}", self.0, self.1))
    }
}

struct Line<'a> {
    number: u64,
    at: u64,
    content: &'a Content,
    text: &'a str,
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Line { number, at, content, text } = *self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("n", &number)?;
        // Milliseconds; a history is short enough that a float holds them to the microsecond.
        map.serialize_entry("at", &(at as f64 / 1000.0))?;
        map.serialize_entry("kind", kind(content))?;
        fields(&mut map, content, text)?;
        map.end()
    }
}

fn kind(content: &Content) -> &'static str {
    match content {
        Content::Connect { .. } => "connect",
        Content::Upgrade { .. } => "upgrade",
        Content::Disconnect { .. } => "disconnect",
        Content::Reject { .. } => "reject",
        Content::Receive { .. } => "receive",
        Content::Reply { .. } => "reply",
        Content::Refuse { .. } => "refuse",
        Content::Outcome { .. } => "outcome",
        Content::Send { .. } => "send",
        Content::Probe { .. } => "probe",
        Content::Chaos => "chaos",
        Content::ForceRelay { .. } => "force-relay",
        Content::Clear => "clear",
        Content::Stop => "stop",
    }
}

fn fields<M: SerializeMap>(map: &mut M, content: &Content, text: &str) -> Result<(), M::Error> {
    match content {
        Content::Connect { client, user_name, purpose, transport, lobby, is_back, from } => {
            map.serialize_entry("client", &client.to_string())?;
            map.serialize_entry("userName", user_name)?;
            map.serialize_entry("as", service(*purpose))?;
            let transport = if *transport == Transport::Polling { "polling" } else { "websocket" };
            map.serialize_entry("transport", transport)?;
            map.serialize_entry("lobby", lobby)?;
            map.serialize_entry("back", is_back)?;
            map.serialize_entry("from", &Numbered('a', *from))
        }
        Content::Upgrade { client } => map.serialize_entry("client", &client.to_string()),
        Content::Disconnect { client, end, offers } => {
            map.serialize_entry("client", &client.to_string())?;
            let end = match end {
                ConnectionEnd::Closed => "closed",
                ConnectionEnd::Unconfirmed => "unconfirmed",
                ConnectionEnd::Broken => "broken",
            };
            map.serialize_entry("end", end)?;
            map.serialize_entry("offers", offers)
        }
        Content::Reject { service, user_name, code, message, origin, from } => {
            map.serialize_entry("as", service)?;
            map.serialize_entry("userName", user_name)?;
            map.serialize_entry("code", code)?;
            map.serialize_entry("message", message)?;
            map.serialize_entry("origin", origin)?;
            map.serialize_entry("from", &Numbered('a', *from))
        }
        Content::Receive { client, event, is_known, size, ack, .. } => {
            map.serialize_entry("client", &client.to_string())?;
            map.serialize_entry("event", event)?;
            if !is_known {
                map.serialize_entry("unknown", &true)?;
            }
            map.serialize_entry("size", size)?;
            map.serialize_entry("ack", ack)
        }
        Content::Reply { client, to, event, ack, size, .. } => {
            map.serialize_entry("client", &client.to_string())?;
            map.serialize_entry("to", to)?;
            map.serialize_entry("event", event)?;
            map.serialize_entry("ack", ack)?;
            map.serialize_entry("size", size)
        }
        Content::Refuse { client, to, event, code, message } => {
            map.serialize_entry("client", &client.to_string())?;
            map.serialize_entry("to", to)?;
            map.serialize_entry("event", event)?;
            map.serialize_entry("code", code)?;
            map.serialize_entry("message", message)
        }
        Content::Outcome { client, to, outcome } => {
            map.serialize_entry("client", &client.to_string())?;
            map.serialize_entry("to", to)?;
            changed(map, outcome)
        }
        Content::Send { to, event, cause, size, .. } => {
            match to {
                Receivers::Client(client) => map.serialize_entry("to", &[client.to_string()])?,
                Receivers::Clients(clients) => map.serialize_entry("to", &texts(clients))?,
                Receivers::Lobby(lobby, except) => {
                    map.serialize_entry("lobby", lobby)?;
                    map.serialize_entry("except", &texts(except))?;
                }
            }
            map.serialize_entry("event", event)?;
            map.serialize_entry("cause", cause)?;
            map.serialize_entry("size", size)
        }
        Content::Probe { page, from } => {
            map.serialize_entry("page", &Numbered('w', *page))?;
            map.serialize_entry("from", &Numbered('a', *from))?;
            extend(map, text)
        }
        Content::Chaos => extend(map, text),
        Content::ForceRelay { is_on } => map.serialize_entry("on", is_on),
        Content::Clear | Content::Stop => Ok(()),
    }
}

/// The name of a service, as the records have it.
fn service(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::CallsAndRooms => "socketio",
        Purpose::Rooms => "rooms",
        Purpose::Pairs => "pairs",
        Purpose::Gst => "gst",
    }
}

fn changed<M: SerializeMap>(map: &mut M, outcome: &Outcome) -> Result<(), M::Error> {
    match outcome {
        Outcome::Offered(id) => map.serialize_entry("offered", id),
        Outcome::Renegotiated(id) => map.serialize_entry("renegotiated", id),
        Outcome::Answered(id, offerer, candidates) => {
            map.serialize_entry("answered", id)?;
            map.serialize_entry("offerer", offerer)?;
            map.serialize_entry("candidates", candidates)
        }
        Outcome::Declined(id) => map.serialize_entry("declined", id),
        Outcome::Ended(ids) => map.serialize_entry("ended", ids),
        Outcome::Joined(room, member) => {
            map.serialize_entry("joined", room)?;
            map.serialize_entry("peerId", member)
        }
        Outcome::Waiting(room, member) => {
            map.serialize_entry("waiting", room)?;
            map.serialize_entry("peerId", member)
        }
        Outcome::Ignored => map.serialize_entry("ignored", &true),
    }
}

/// Bytes and kind of what a record carries, if it carries anything.
fn payload(content: &Content) -> Option<(usize, Shape)> {
    match content {
        Content::Receive { size, shape, .. }
        | Content::Reply { size, shape, .. }
        | Content::Send { size, shape, .. } => Some((*size, *shape)),
        _ => None,
    }
}

/// What is shown of what a record carries: a bracket, and a part of the text. `None` if it cannot be shown.
fn shown(text: &str, shape: Shape) -> Option<(&'static str, &str)> {
    match shape {
        Shape::Binary | Shape::TooLarge => None,
        Shape::Packet => arguments(text),
        Shape::Array { is_json } => is_shown(text, is_json).then(|| arguments(text)).flatten(),
        Shape::Frame => is_shown(text, false).then_some(("", text)),
    }
}

/// Whether a text from a client is JSON that every browser can read.
fn is_shown(text: &str, is_json: bool) -> bool {
    // Most have few brackets, and counting them is quick.
    let brackets = memchr2_iter(b'[', b'{', text.as_bytes()).count();
    (brackets <= MAX_DEPTH || depth(text) <= MAX_DEPTH) && (is_json || serde_json::from_str::<&RawValue>(text).is_ok())
}

/// The array of the arguments of an event or an acknowledgement, without the event's name: a bracket, and the rest of the
/// packet.
fn arguments(packet: &str) -> Option<(&'static str, &str)> {
    let (head, array) = packet.split_at(packet.find('[')?);
    if head.starts_with('3') {
        return Some(("", array));
    }
    let Some(name) = array[1..].trim_start().strip_prefix('"') else { return Some(("", array)) };
    let mut is_escaped = false;
    let end = name.bytes().position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    })?;
    let rest = name[end + 1..].trim_start();
    Some(("[", rest.strip_prefix(',').unwrap_or(rest)))
}

/// How deep brackets are nested at most, those in strings left out.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut is_escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match (in_string, byte) {
            (true, _) if is_escaped => is_escaped = false,
            (true, b'\\') => is_escaped = true,
            (_, b'"') => in_string = !in_string,
            (false, b'[' | b'{') => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (false, b']' | b'}') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Adds the entries of a JSON object that was read and written by this server.
fn extend<M: SerializeMap>(map: &mut M, object: &str) -> Result<(), M::Error> {
    let Ok(Tree(object)) = serde_json::from_str(object) else { return Ok(()) };
    object.as_object().into_iter().flatten().try_for_each(|(name, value)| map.serialize_entry(name, value))
}

fn texts<T: ToString>(ids: &[T]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::core::id::PeerId;

    fn payload_of(text: &str) -> Value {
        let shape = Shape::Array { is_json: false };
        let content =
            Content::Receive { client: PeerId(1), event: "x".into(), is_known: true, size: 1, ack: None, shape };
        let (mut line, taken) = (String::new(), Record { number: 1, at: 1_500, content, text: 0..0, encoded: None });
        record(&mut line, &taken, text, false);
        serde_json::from_str(&line).unwrap()
    }

    #[test]
    fn arguments_are_shown_without_the_name() {
        for (text, payload) in [
            (r#"["name",{"a":1},2]"#, json!([{"a": 1}, 2])),
            (r#" [ "name" , 1 ] "#, json!([1])),
            (r#"["name"]"#, json!([])),
            (r#"["a\"b\\",[]]"#, json!([[]])),
            ("[]", json!([])),
            ("[1]", json!([1])),
        ] {
            assert_eq!(payload_of(text)["payload"], payload, "{text}");
        }
        assert_eq!(payload_of("[]")["at"], 1.5);
    }

    #[test]
    fn text_that_is_no_json_is_not_shown() {
        let deep = format!("[\"x\",{}{}]", "[".repeat(101), "]".repeat(101));
        for text in ["[\"x\",{]", "", "no", &deep] {
            assert_eq!(
                (&payload_of(text)["payload"], &payload_of(text)["unread"]),
                (&Value::Null, &json!(true)),
                "{text}"
            );
        }
        let wide = format!("[\"x\",[{}[]]]", "[],".repeat(500));
        assert!(payload_of(&wide)["payload"].is_array());
    }
}
