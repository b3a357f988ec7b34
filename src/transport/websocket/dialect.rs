//! What is spoken on a bare WebSocket. A further dialect has a value here, a module in `protocol::websocket`, a frame in
//! `hub::outbox::Broadcast` and a route in `service.rs`; one with calls needs a `Purpose` that receives offers.

use serde_json::value::RawValue;

use crate::core::reply::Reply;
use crate::protocol::client_message::ClientMessage;
use crate::protocol::limits::Limits;
use crate::protocol::name::RoomName;
use crate::protocol::pair::ClientLocation;
use crate::protocol::refusal::Refusal;
use crate::protocol::room_action::RoomAction;
use crate::protocol::server_message::Restored;
use crate::protocol::websocket::{pairs, rooms};
use crate::transport::close_code;

/// One of them.
#[derive(Debug, Clone)]
pub enum Dialect {
    /// Rooms.
    Rooms,
    /// Pairs; with the place of the client in the network.
    Pairs(ClientLocation),
}

/// Why the server ends a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The server stops.
    Shutdown,
    /// The client does not read, or has returned on another connection: it is sent nothing more here.
    Cut,
}

/// A text frame of a client, read.
pub struct Request<'a> {
    /// The name of its message in the log.
    pub event: String,
    /// Whether there is such a message at all.
    pub is_known: bool,
    /// The message, or what is wrong with it.
    pub message: Result<ClientMessage, Refusal>,
    /// How it is replied to.
    pub reply_to: ReplyTo<'a>,
}

/// How a frame is replied to.
pub enum ReplyTo<'a> {
    /// With its own id, if it has one, and its room.
    Rooms {
        /// The id.
        id: Option<&'a RawValue>,
        /// The action.
        action: Option<RoomAction>,
        /// The room.
        room: Option<RoomName>,
    },
    /// Only if it is rejected: by its `type`.
    Pairs(String),
}

impl Dialect {
    /// Reads a text frame.
    pub fn decode<'a>(&self, text: &'a str, limits: &Limits) -> Request<'a> {
        match self {
            Self::Rooms => {
                let rooms::DecodedRoomFrame { id, action, message } = rooms::decode(text, limits);
                let room = message.as_ref().ok().and_then(ClientMessage::room).cloned();
                let event = action.map_or("(no known action)", RoomAction::name).to_owned();
                Request { event, is_known: action.is_some(), message, reply_to: ReplyTo::Rooms { id, action, room } }
            }
            Self::Pairs(location) => {
                let pairs::DecodedPairFrame { kind, is_known, message } = pairs::decode(text, location);
                Request { event: kind.clone(), is_known, message, reply_to: ReplyTo::Pairs(kind) }
            }
        }
    }

    /// The name of a frame, for the inspector.
    pub fn frame_name(&self, text: &str, event: &str) -> String {
        match self {
            Self::Rooms => event.to_owned(),
            Self::Pairs(_) => pairs::frame_name(text),
        }
    }

    /// Why something that is no message was rejected, as a frame.
    pub fn rejected(&self, refusal: &Refusal) -> String {
        match self {
            Self::Rooms => rooms::rejected(None, None, refusal),
            Self::Pairs(_) => pairs::rejected("", refusal),
        }
    }

    /// What a client that returns still has, as a frame, where the dialect has one for it.
    pub fn restored(&self, restored: &Restored) -> Option<String> {
        match self {
            Self::Rooms => Some(rooms::restored(&restored.rooms)),
            Self::Pairs(_) => None,
        }
    }

    /// The heartbeat of a client that asked for it.
    pub fn ping(&self) -> &'static str {
        match self {
            Self::Rooms => rooms::PING,
            Self::Pairs(_) => pairs::PING,
        }
    }

    /// Whether a text frame is the reply to [`Dialect::ping`].
    pub fn is_pong(&self, text: &str) -> bool {
        match self {
            Self::Rooms => rooms::is_pong(text),
            Self::Pairs(_) => pairs::is_pong(text),
        }
    }

    /// The close code for a client that sends too fast.
    pub fn too_fast(&self) -> u16 {
        match self {
            Self::Rooms => close_code::TOO_FAST,
            Self::Pairs(_) => close_code::POLICY,
        }
    }

    /// The close code and reason for a connection that the server ends.
    pub fn farewell(&self, end: End) -> (u16, &'static str) {
        match (end, self) {
            (End::Shutdown, Self::Rooms) => (close_code::RESTART, "the server goes down"),
            (End::Shutdown, Self::Pairs(_)) => (close_code::GOING_AWAY, "the server goes down"),
            (End::Cut, _) => (close_code::GIVEN_UP, "this connection was given up"),
        }
    }
}

impl ReplyTo<'_> {
    /// The frame for a message that was accepted, where there is one.
    pub fn accepted(&self, reply: &Reply) -> Option<String> {
        let Self::Rooms { id: Some(id), room: Some(room), .. } = self else { return None };
        match reply {
            Reply::Ignored => None,
            Reply::Joined(room, joined) => Some(rooms::accepted(id, room, Some(joined))),
            _ => Some(rooms::accepted(id, room, None)),
        }
    }

    /// The frame for a message that was rejected.
    pub fn rejected(&self, refusal: &Refusal) -> String {
        match self {
            Self::Rooms { id, action, .. } => rooms::rejected(*id, *action, refusal),
            Self::Pairs(kind) => pairs::rejected(kind, refusal),
        }
    }
}
