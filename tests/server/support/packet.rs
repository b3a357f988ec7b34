//! Socket.IO packets, protocol 5: `2["event",payload]` and its kin, to and from text.

use bytes::Bytes;
use serde_json::Value;

/// One packet from the server.
#[derive(Debug, Clone, PartialEq)]
pub enum Packet {
    /// `0`: accepted, with the socket's id.
    Connected(Value),
    /// `1`: the server closed this socket on purpose ("io server disconnect").
    Disconnected,
    /// `2` or `5`: an event.
    Event(Event),
    /// `3` or `6`: the answer to the emit with this id.
    Ack { id: u64, args: Vec<Value>, attachments: Vec<Bytes> },
    /// `4`: refused in the handshake ("connect_error").
    Refused(Value),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub name: String,
    /// The first argument, `null` where there is none.
    pub payload: Value,
    /// The second argument: its number, for a page with numbered events.
    pub number: Option<u64>,
    /// The packet as it came, for what parsing would hide: the order of keys.
    pub text: String,
    /// Binary parts; in the payload each is `{"_placeholder":true,"num":0}`.
    pub attachments: Vec<Bytes>,
}

impl Packet {
    /// Reads a packet, its attachments still missing; also says how many will follow.
    pub fn parse(text: &str) -> (Self, usize) {
        let kind = text.chars().next().unwrap_or_else(|| panic!("an empty packet"));
        let mut rest = &text[1..];
        let mut attachments = 0;
        if matches!(kind, '5' | '6') {
            let (count, after) = rest.split_once('-').expect("a binary packet says how many parts follow");
            attachments = count.parse().expect("a number of attachments");
            rest = after;
        }
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (id, json) = rest.split_at(digits);
        let data = match json {
            "" => Value::Null,
            json => serde_json::from_str(json).unwrap_or_else(|fault| panic!("{fault} in packet {text}")),
        };
        let packet = match kind {
            '0' => Self::Connected(data),
            '1' => Self::Disconnected,
            '2' | '5' => {
                let mut args = array(data, text).into_iter();
                let name = args.next().and_then(|name| name.as_str().map(str::to_owned)).expect("an event has a name");
                let payload = args.next().unwrap_or(Value::Null);
                let number = args.next().map(|number| number.as_u64().expect("a second argument is a number"));
                assert_eq!(args.next(), None, "no event of ours has three arguments");
                Self::Event(Event { name, payload, number, text: text.to_owned(), attachments: Vec::new() })
            }
            '3' | '6' => {
                let id = id.parse().expect("an ack has an id");
                Self::Ack { id, args: array(data, text), attachments: Vec::new() }
            }
            '4' => Self::Refused(data),
            _ => panic!("no packet begins so: {text}"),
        };
        (packet, attachments)
    }

    /// What a `signalingError` says.
    pub fn error(&self) -> Option<&Value> {
        match self {
            Self::Event(event) if event.name == "signalingError" => Some(&event.payload),
            _ => None,
        }
    }

    pub fn attach(&mut self, part: Bytes) {
        match self {
            Self::Event(Event { attachments, .. }) | Self::Ack { attachments, .. } => attachments.push(part),
            other => panic!("{other:?} has no attachments"),
        }
    }
}

fn array(data: Value, text: &str) -> Vec<Value> {
    match data {
        Value::Array(items) => items,
        _ => panic!("events and acks carry an array: {text:.200}"),
    }
}
