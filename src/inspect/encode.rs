//! Records as readers receive them: one JSON object each, as `docs/inspector.md` describes them.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::content::{Content, Outcome, Payload, Receivers, Transport};
use super::mask;
use crate::core::command::{ConnectionEnd, Purpose};
use crate::protocol::json::Tree;
use crate::protocol::limits::MAX_DEPTH;

/// The JSON object of a record. `unmasked`: with addresses and secrets.
pub fn record(number: u64, at: u64, content: &Content, unmasked: bool) -> String {
    let text = serde_json::to_string(&Line { number, at, content }).unwrap_or_default();
    if unmasked { text } else { mask::mask(&text).into_owned() }
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
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Line { number, at, content } = *self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("n", &number)?;
        // Milliseconds; a history is short enough that a float holds them to the microsecond.
        map.serialize_entry("at", &(at as f64 / 1000.0))?;
        map.serialize_entry("kind", kind(content))?;
        fields(&mut map, content)?;
        map.end()
    }
}

fn kind(content: &Content) -> &'static str {
    match content {
        Content::Connect { .. } => "connect",
        Content::Disconnect { .. } => "disconnect",
        Content::Reject { .. } => "reject",
        Content::Receive { .. } => "receive",
        Content::Reply { .. } => "reply",
        Content::Refuse { .. } => "refuse",
        Content::Outcome { .. } => "outcome",
        Content::Send { .. } => "send",
        Content::Probe { .. } => "probe",
        Content::Chaos(_) => "chaos",
        Content::Clear => "clear",
        Content::Stop => "stop",
    }
}

fn fields<M: SerializeMap>(map: &mut M, content: &Content) -> Result<(), M::Error> {
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
        Content::Receive { client, event, is_known, size, ack, payload } => {
            map.serialize_entry("client", &client.to_string())?;
            map.serialize_entry("event", event)?;
            if !is_known {
                map.serialize_entry("unknown", &true)?;
            }
            map.serialize_entry("size", size)?;
            map.serialize_entry("ack", ack)?;
            carried(map, payload)
        }
        Content::Reply { client, to, event, ack, payload } => {
            map.serialize_entry("client", &client.to_string())?;
            map.serialize_entry("to", to)?;
            map.serialize_entry("event", event)?;
            map.serialize_entry("ack", ack)?;
            map.serialize_entry("size", &payload.size())?;
            carried(map, payload)
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
        Content::Send { to, event, cause, payload } => {
            match to {
                Receivers::Clients(clients) => map.serialize_entry("to", &texts(clients))?,
                Receivers::Lobby(lobby, except) => {
                    map.serialize_entry("lobby", lobby)?;
                    map.serialize_entry("except", &texts(except))?;
                }
            }
            map.serialize_entry("event", event)?;
            map.serialize_entry("cause", cause)?;
            map.serialize_entry("size", &payload.size())?;
            carried(map, payload)
        }
        Content::Probe { page, from, report } => {
            map.serialize_entry("page", &Numbered('w', *page))?;
            map.serialize_entry("from", &Numbered('a', *from))?;
            extend(map, report)
        }
        Content::Chaos(fields) => extend(map, fields),
        Content::Clear | Content::Stop => Ok(()),
    }
}

/// The name of a service, as the records have it.
fn service(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::CallsAndRooms => "socketio",
        Purpose::Rooms => "rooms",
        Purpose::Pairs => "pairs",
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
        Outcome::Ended(ids) => map.serialize_entry("ended", ids),
        Outcome::Joined(room, member) => {
            map.serialize_entry("joined", room)?;
            map.serialize_entry("peerId", member)
        }
        Outcome::Ignored => map.serialize_entry("ignored", &true),
    }
}

/// The entries `payload`, and `binary` or `unread` where it cannot be shown.
fn carried<M: SerializeMap>(map: &mut M, payload: &Payload) -> Result<(), M::Error> {
    let text = match payload {
        Payload::Binary(size) => {
            map.serialize_entry("payload", &())?;
            return map.serialize_entry("binary", size);
        }
        Payload::Packet(packet) => packet.as_str(),
        Payload::Array(text) | Payload::Frame(text) => text,
    };
    let shown = (depth(text) <= MAX_DEPTH).then(|| arguments(payload, text)).flatten();
    map.serialize_entry("payload", &shown)?;
    if shown.is_none() { map.serialize_entry("unread", &true) } else { Ok(()) }
}

/// A payload in the form in which it is shown.
#[derive(Serialize)]
#[serde(untagged)]
enum Shown<'a> {
    Arguments(Vec<&'a RawValue>),
    Frame(&'a RawValue),
}

/// The arguments of an event or an acknowledgement, without the event's name; or a frame. `None` for what is no JSON.
fn arguments<'a>(payload: &Payload, text: &'a str) -> Option<Shown<'a>> {
    if let Payload::Frame(_) = payload {
        return serde_json::from_str(text).ok().map(Shown::Frame);
    }
    let (head, array) = text.split_at(text.find('[')?);
    let mut arguments: Vec<&RawValue> = serde_json::from_str(array).ok()?;
    if !head.starts_with('3') && !arguments.is_empty() {
        arguments.remove(0);
    }
    Some(Shown::Arguments(arguments))
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
