//! The packets of Engine.IO 4 that a client sends, and the types of all.

use bytes::Bytes;
use engineioxide_core::Str;

pub(crate) const OPEN: u8 = b'0';
pub(crate) const CLOSE: u8 = b'1';
pub(crate) const PING: u8 = b'2';
pub(crate) const PONG: u8 = b'3';
pub(crate) const MESSAGE: u8 = b'4';
pub(crate) const UPGRADE: u8 = b'5';
pub(crate) const NOOP: u8 = b'6';

/// A message from the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Message {
    Text(Str),
    Binary(Bytes),
}

impl Message {
    /// Bytes of its content.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(data) => data.len(),
        }
    }
}

/// A packet from the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Packet {
    Message(Message),
    Pong,
    Close,
    /// Only the server sends pings.
    Ping,
    /// A packet that only the server sends, or that belongs to an upgrade. It is ignored, as by the official server.
    Meaningless,
}

impl Packet {
    /// Reads the text of a packet; `None` if its type does not exist.
    pub(crate) fn read(text: &str) -> Option<Self> {
        Some(match *text.as_bytes().first()? {
            MESSAGE => Self::Message(Message::Text(Str::copy_from_slice(&text[1..]))),
            PONG => Self::Pong,
            CLOSE => Self::Close,
            PING => Self::Ping,
            OPEN | UPGRADE | NOOP => Self::Meaningless,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_byte_of_a_packet_is_its_type() {
        assert_eq!(Packet::read("4ä"), Some(Packet::Message(Message::Text("ä".into()))));
        assert_eq!(Packet::read("4"), Some(Packet::Message(Message::Text("".into()))));
        assert_eq!(Packet::read("3probe"), Some(Packet::Pong));
        for unreadable in ["", "7", "b", "ä"] {
            assert_eq!(Packet::read(unreadable), None, "{unreadable}");
        }
    }
}
