//! What a record says.

use std::borrow::Cow;

use switchboard_conn::Str;

use crate::core::command::{ConnectionEnd, Purpose};
use crate::core::id::PeerId;
use crate::protocol::id::{MemberId, OfferId};
use crate::protocol::name::{Lobby, RoomName, UserName};

/// Longest text that a record keeps, in bytes.
const MAX_TEXT: usize = 1024 * 1024;

/// What happened. `docs/inspector-records.md` has a row for each, under the same name.
#[derive(Debug, Clone)]
pub enum Content {
    /// A client is connected, or is back.
    Connect {
        /// Which peer it is.
        client: PeerId,
        /// Its user name.
        user_name: UserName,
        /// What it takes part in.
        purpose: Purpose,
        /// How it is connected.
        transport: Transport,
        /// Its lobby.
        lobby: Lobby,
        /// Whether it has returned.
        is_back: bool,
        /// The number of its network address.
        from: u32,
    },
    /// A client that polled has a WebSocket now.
    Upgrade {
        /// Its peer.
        client: PeerId,
    },
    /// A connection ended.
    Disconnect {
        /// Its peer.
        client: PeerId,
        /// How it ended.
        end: ConnectionEnd,
        /// The calls of the peer.
        offers: Vec<OfferId>,
    },
    /// A client was not admitted.
    Reject {
        /// What it asked for: `socketio`, `rooms`, `pairs`, `gst` or `tls`.
        service: &'static str,
        /// The user name that it claims.
        user_name: Option<Box<str>>,
        /// Why, as a code.
        code: &'static str,
        /// Why, as a sentence.
        message: Box<str>,
        /// The origin of its page, if that is why.
        origin: Option<Box<str>>,
        /// The number of its network address.
        from: u32,
    },
    /// A client sent an event.
    Receive {
        /// The client.
        client: PeerId,
        /// The name of the event, as sent.
        event: EventText,
        /// Whether the server knows this event.
        is_known: bool,
        /// Bytes of the message.
        size: usize,
        /// The id of the acknowledgement that it asks for.
        ack: Option<i64>,
        /// What its text is.
        shape: Shape,
    },
    /// A client received the acknowledgement of its event.
    Reply {
        /// The client.
        client: PeerId,
        /// The record of the event.
        to: u64,
        /// The name of the event.
        event: EventText,
        /// The id of the acknowledgement.
        ack: Option<i64>,
        /// Bytes of what it received.
        size: usize,
        /// What its text is.
        shape: Shape,
    },
    /// An event of a client was refused.
    Refuse {
        /// The client.
        client: PeerId,
        /// The record of the event.
        to: Option<u64>,
        /// The name of the event.
        event: EventText,
        /// Why, as a code.
        code: &'static str,
        /// Why, as a sentence.
        message: Box<str>,
    },
    /// What an event of a client changed.
    Outcome {
        /// The client.
        client: PeerId,
        /// The record of the event.
        to: u64,
        /// The change.
        outcome: Outcome,
    },
    /// The server sent an event.
    Send {
        /// To whom.
        to: Receivers,
        /// The name of the event.
        event: EventText,
        /// The record of the event that brought it about.
        cause: Option<u64>,
        /// Bytes of what was sent.
        size: usize,
        /// What its text is.
        shape: Shape,
    },
    /// A page with the probe reported something: the text is a JSON object.
    Probe {
        /// The number of the page.
        page: u32,
        /// The number of its network address.
        from: u32,
    },
    /// A switch of chaos was set, or it acted: the text is a JSON object.
    Chaos,
    /// Pages that are opened from now on use the relay only, or no longer.
    ForceRelay {
        /// Whether they do.
        is_on: bool,
    },
    /// A reader emptied the history.
    Clear,
    /// The server stops.
    Stop,
}

/// The name of an event. Most are the server's own, and take no memory.
pub type EventText = Cow<'static, str>;

/// How a client is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transport {
    /// By long-polling.
    Polling,
    /// By WebSocket.
    #[default]
    WebSocket,
}

/// Who receives an event.
#[derive(Debug, Clone)]
pub enum Receivers {
    /// This client.
    Client(PeerId),
    /// These clients.
    Clients(Vec<PeerId>),
    /// All clients of a lobby that receive offers, but for these.
    Lobby(Lobby, Vec<PeerId>),
}

/// What an event changed.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The server holds an offer under this id.
    Offered(OfferId),
    /// The offer was relayed within the call of this id.
    Renegotiated(OfferId),
    /// The offer of this caller is answered; so many candidates went with the acknowledgement.
    Answered(OfferId, UserName, usize),
    /// The offer of this id was declined.
    Declined(OfferId),
    /// These calls and offers have ended.
    Ended(Vec<OfferId>),
    /// The client is a member of this room, under this id.
    Joined(RoomName, MemberId),
    /// The client waits to enter this room under this id.
    Waiting(RoomName, MemberId),
    /// It had no effect: it was a repetition, or about a session at `/gst` that has ended.
    Ignored,
}

/// What the text of a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A Socket.IO packet of this server: `2["name",…]`, `3<id>[…]`.
    Packet,
    /// The array of an event as it was received: `["name",…]`.
    Array {
        /// Whether it was read as JSON already.
        is_json: bool,
    },
    /// One JSON value: a text frame of a bare WebSocket.
    Frame,
    /// There is none, since it holds binary values.
    Binary,
    /// There is none, since it is too large to be kept.
    TooLarge,
}

/// What a message carries.
#[derive(Debug)]
pub enum Payload {
    /// A packet.
    Packet(Str),
    /// The array of an event.
    Array {
        /// The text.
        text: Str,
        /// Whether it was read as JSON already.
        is_json: bool,
    },
    /// A frame.
    Frame(Box<str>),
    /// So many bytes, with binary values among them.
    Binary(usize),
}

impl Payload {
    /// Its bytes, its text and what that is.
    pub fn parts(&self) -> (usize, &str, Shape) {
        let (text, shape) = match self {
            Self::Packet(text) => (text.as_str(), Shape::Packet),
            Self::Array { text, is_json } => (text.as_str(), Shape::Array { is_json: *is_json }),
            Self::Frame(text) => (&**text, Shape::Frame),
            Self::Binary(size) => return (*size, "", Shape::Binary),
        };
        if text.len() > MAX_TEXT { (text.len(), "", Shape::TooLarge) } else { (text.len(), text, shape) }
    }
}
