//! What is spoken on a bare WebSocket. A further dialect has a value here, a module in `protocol::websocket`, a frame in
//! `hub::outbox::Broadcast` and a route in `service.rs`; one with calls needs a `Purpose` that receives offers.

use serde_json::value::RawValue;

use crate::auth::rate_limiter::RateLimit;
use crate::core::reply::Reply;
use crate::metrics::totals::{self, Service};
use crate::protocol::client_message::ClientMessage;
use crate::protocol::limits::Limits;
use crate::protocol::name::RoomName;
use crate::protocol::pair::ClientLocation;
use crate::protocol::refusal::Refusal;
use crate::protocol::room_action::RoomAction;
use crate::protocol::server_message::Restored;
use crate::protocol::websocket::{gst, pairs, rooms};
use crate::transport::close_code;

/// A producer at `/gst` sends a description and some ten candidates to each of its consumers, and a class may open its
/// stream at the same moment: so many times as many messages as elsewhere.
const GST_RATE: u32 = 4;

/// One of them.
#[derive(Debug, Clone)]
pub enum Dialect {
    /// Rooms.
    Rooms,
    /// Pairs; with the place of the client in the network.
    Pairs(ClientLocation),
    /// GStreamer's.
    Gst,
}

/// Why the server ends a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The server stops.
    Shutdown,
    /// The client does not read, or has returned on another connection: it is sent nothing more here.
    Cut,
    /// A back end has ended the connection. The reason is in the last frame.
    Dismissed,
}

/// A text frame of a client, read.
pub struct Request {
    /// The name of its message in the log.
    pub event: String,
    /// Whether there is such a message at all.
    pub is_known: bool,
    /// The message, or what is wrong with it.
    pub message: Result<ClientMessage, Refusal>,
    /// How it is replied to.
    pub reply_to: ReplyTo,
}

/// How a frame is replied to.
pub enum ReplyTo {
    /// With its own id, if it has one, and its room.
    Rooms {
        /// The id.
        id: Option<Box<RawValue>>,
        /// The action.
        action: Option<RoomAction>,
        /// The room.
        room: Option<RoomName>,
    },
    /// Only if it is rejected: by its `type`.
    Pairs(String),
    /// Only if it is rejected.
    Gst,
}

impl Dialect {
    /// As what its clients are counted.
    pub(super) fn service(&self) -> &'static Service {
        match self {
            Self::Rooms => &totals::ROOMS,
            Self::Pairs(_) => &totals::PAIRS,
            Self::Gst => &totals::GST,
        }
    }

    /// Reads a text frame.
    pub fn decode(&self, text: &str, limits: &Limits) -> Request {
        match self {
            Self::Rooms => {
                let rooms::DecodedRoomFrame { id, action, message } = rooms::decode(text, limits);
                let room = message.as_ref().ok().and_then(ClientMessage::room).cloned();
                let id = id.map(ToOwned::to_owned);
                let event = action.map_or("(no known action)", RoomAction::name).to_owned();
                Request { event, is_known: action.is_some(), message, reply_to: ReplyTo::Rooms { id, action, room } }
            }
            Self::Pairs(location) => {
                let pairs::DecodedPairFrame { kind, is_known, message } = pairs::decode(text, location);
                Request { event: kind.clone(), is_known, message, reply_to: ReplyTo::Pairs(kind) }
            }
            Self::Gst => {
                let gst::DecodedGstFrame { kind, is_known, message } = gst::decode(text, limits);
                Request { event: kind.to_owned(), is_known, message, reply_to: ReplyTo::Gst }
            }
        }
    }

    /// The name of a frame, for the inspector.
    pub fn frame_name(&self, text: &str, event: &str) -> String {
        match self {
            Self::Rooms | Self::Gst => event.to_owned(),
            Self::Pairs(_) => pairs::frame_name(text),
        }
    }

    /// Why something that is no message was rejected, as a frame.
    pub fn rejected(&self, refusal: &Refusal) -> String {
        match self {
            Self::Rooms => rooms::rejected(None, None, refusal),
            Self::Pairs(_) => pairs::rejected("", refusal),
            Self::Gst => gst::rejected(refusal),
        }
    }

    /// What a client that returns still has, as a frame, where the dialect has one for it.
    pub fn restored(&self, restored: &Restored) -> Option<String> {
        match self {
            Self::Rooms => Some(rooms::restored(&restored.rooms, &restored.waiting)),
            Self::Pairs(_) | Self::Gst => None,
        }
    }

    /// The heartbeat of a client that asked for it, where the dialect has one: clients of GStreamer's stop at a message
    /// that they do not know.
    pub fn ping(&self) -> Option<&'static str> {
        match self {
            Self::Rooms => Some(rooms::PING),
            Self::Pairs(_) => Some(pairs::PING),
            Self::Gst => None,
        }
    }

    /// Whether a client is sent a remark on how it has connected. `webrtcsink` takes each `error` for its end.
    pub fn takes_remarks(&self) -> bool {
        !matches!(self, Self::Gst)
    }

    /// How fast a client may send, where others may send as fast as this.
    pub fn rate_limit(&self, RateLimit { burst, rate }: RateLimit) -> RateLimit {
        let times = if matches!(self, Self::Gst) { GST_RATE } else { 1 };
        RateLimit { burst: burst.saturating_mul(times), rate: rate.saturating_mul(times) }
    }

    /// Whether a text frame is the reply to [`Dialect::ping`].
    pub fn is_pong(&self, text: &str) -> bool {
        match self {
            Self::Rooms => rooms::is_pong(text),
            Self::Pairs(_) => pairs::is_pong(text),
            Self::Gst => false,
        }
    }

    /// The close code for a client that sends too fast.
    pub fn too_fast(&self) -> u16 {
        match self {
            Self::Rooms => close_code::TOO_FAST,
            Self::Pairs(_) | Self::Gst => close_code::POLICY,
        }
    }

    /// The close code and reason for a connection that the server ends; `None`: it is dropped without a close frame.
    /// `webrtcsink` goes on without signaling after one, for ever and in silence, and stops with an error without one: then
    /// what started it starts it again.
    pub fn farewell(&self, end: End) -> Option<(u16, &'static str)> {
        match (end, self) {
            (_, Self::Gst) => None,
            (End::Shutdown, Self::Rooms) => Some((close_code::RESTART, "the server goes down")),
            (End::Shutdown, Self::Pairs(_)) => Some((close_code::GOING_AWAY, "the server goes down")),
            (End::Dismissed, _) => Some((close_code::DISMISSED, "the service has ended this connection")),
            (End::Cut, _) => Some((close_code::GIVEN_UP, "this connection was given up")),
        }
    }
}

impl ReplyTo {
    /// The frame for a message that was accepted, where there is one.
    pub fn accepted(&self, reply: &Reply) -> Option<String> {
        let Self::Rooms { id: Some(id), room: Some(room), .. } = self else { return None };
        match reply {
            Reply::Ignored | Reply::Stale => None,
            Reply::Joined(room, joined) => Some(rooms::accepted(id, room, Some(joined))),
            Reply::Waiting(room, peer_id) => Some(rooms::waiting(id, room, *peer_id)),
            _ => Some(rooms::accepted(id, room, None)),
        }
    }

    /// The frame for a message that was rejected.
    pub fn rejected(&self, refusal: &Refusal) -> String {
        match self {
            Self::Rooms { id, action, .. } => rooms::rejected(id.as_deref(), *action, refusal),
            Self::Pairs(kind) => pairs::rejected(kind, refusal),
            Self::Gst => gst::rejected(refusal),
        }
    }
}
