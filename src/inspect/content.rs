//! What a record says.

use switchboard_conn::Str;

use crate::core::command::{ConnectionEnd, Purpose};
use crate::core::id::PeerId;
use crate::protocol::id::{MemberId, OfferId};
use crate::protocol::name::{Lobby, RoomName, UserName};

/// What happened. `docs/inspector.md` has a row for each, under the same name.
#[derive(Debug)]
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
        /// What it asked for: `socketio`, `rooms`, `pairs` or `tls`.
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
        event: Box<str>,
        /// Whether the server knows this event.
        is_known: bool,
        /// Bytes of the message.
        size: usize,
        /// The id of the acknowledgement that it asks for.
        ack: Option<i64>,
        /// What it sent.
        payload: Payload,
    },
    /// A client received the acknowledgement of its event.
    Reply {
        /// The client.
        client: PeerId,
        /// The record of the event.
        to: u64,
        /// The name of the event.
        event: Box<str>,
        /// The id of the acknowledgement.
        ack: Option<i64>,
        /// What it received.
        payload: Payload,
    },
    /// An event of a client was refused.
    Refuse {
        /// The client.
        client: PeerId,
        /// The record of the event.
        to: Option<u64>,
        /// The name of the event.
        event: Box<str>,
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
        event: Box<str>,
        /// The record of the event that brought it about.
        cause: Option<u64>,
        /// What was sent.
        payload: Payload,
    },
    /// A page with the probe reported something.
    Probe {
        /// The number of the page.
        page: u32,
        /// The number of its network address.
        from: u32,
        /// The report: a JSON object.
        report: Box<str>,
    },
    /// A switch of chaos was set, or it acted: a JSON object without its braces.
    Chaos(Box<str>),
    /// A reader emptied the history.
    Clear,
    /// The server stops.
    Stop,
}

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
#[derive(Debug)]
pub enum Receivers {
    /// These clients.
    Clients(Vec<PeerId>),
    /// All clients of a lobby that receive offers, but for these.
    Lobby(Lobby, Vec<PeerId>),
}

/// What an event changed.
#[derive(Debug)]
pub enum Outcome {
    /// The server holds an offer under this id.
    Offered(OfferId),
    /// The offer was relayed within the call of this id.
    Renegotiated(OfferId),
    /// The offer of this caller is answered; so many candidates went with the acknowledgement.
    Answered(OfferId, UserName, usize),
    /// These calls and offers have ended.
    Ended(Vec<OfferId>),
    /// The client is a member of this room, under this id.
    Joined(RoomName, MemberId),
    /// It had no effect, since it was a repetition.
    Ignored,
}

/// What a message carries.
#[derive(Debug)]
pub enum Payload {
    /// A Socket.IO packet, or the array of one: `2["name",…]`, `3<id>[…]`, `["name",…]`.
    Packet(Str),
    /// The array of an event as it was received.
    Array {
        /// The text.
        text: Box<str>,
        /// Whether it was read as JSON already.
        is_json: bool,
    },
    /// One JSON value: a text frame of a bare WebSocket.
    Frame(Box<str>),
    /// So many bytes, with binary values among them.
    Binary(usize),
}

impl Payload {
    /// Its bytes.
    pub fn size(&self) -> usize {
        match self {
            Self::Packet(text) => text.len(),
            Self::Array { text, .. } | Self::Frame(text) => text.len(),
            Self::Binary(size) => *size,
        }
    }

    /// Its bytes in memory.
    pub fn held(&self) -> usize {
        if let Self::Binary(_) = self { 0 } else { self.size() }
    }
}
