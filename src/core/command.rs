//! The commands of the core: all input that is not already state.

use serde::{Deserialize, Serialize};

use super::back_end::BackEndRequest;
use super::id::{ConnectionId, NodeId, PeerId};
use super::time::Timestamp;
use crate::protocol::client_message::ClientMessage;
use crate::protocol::name::{Lobby, RoomName, Session, UserName};
use crate::protocol::pair::{ClientLocation, PairId};
use crate::protocol::refusal::Refusal;

/// One step of the core.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// When it happens. Never earlier than the command before it.
    pub at: Timestamp,
    /// What happens.
    pub action: Action,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Action {
    /// A client connects (Course step 10).
    Connect {
        /// Its connection, which no client had before.
        connection: ConnectionId,
        /// The client's own data.
        newcomer: Newcomer,
    },
    /// A connection has ended.
    Disconnect {
        /// The peer that it belonged to.
        peer: PeerId,
        /// The connection.
        connection: ConnectionId,
        /// How it ended.
        end: ConnectionEnd,
    },
    /// A client has sent a message.
    Message {
        /// The client.
        from: Sender,
        /// The message.
        message: ClientMessage,
        /// 64 random bits: the id of the offer, room member or session that the message may make. Not used for other
        /// messages.
        id: u64,
        /// Of what all cores of the server together hold as much as they may.
        full: NodeFull,
    },
    /// A client has sent a message that is refused before its rules are asked. It counts as received.
    Reject {
        /// The client.
        from: Sender,
        /// Why.
        refusal: Refusal,
    },
    /// `POST /create-room`: makes a room of two.
    MakePair {
        /// The room.
        room: RoomName,
        /// Its maker, who has a place in it.
        id: PairId,
        /// Where the maker is.
        location: ClientLocation,
    },
    /// `POST /destroy-room`.
    DestroyPair {
        /// The room.
        room: RoomName,
        /// The user that asks for it, if the request says so.
        id: Option<PairId>,
        /// Where that user is.
        location: ClientLocation,
    },
    /// All cores of the server together hold too much, and this one holds most of it.
    DropOldest(Oldest),
    /// The state comes from a snapshot: the connections that it knows are those of an earlier process.
    Restart(Taken),
    /// A node is lost, and all its connections with it.
    NodeLost(NodeId),
    /// A back end asks for something.
    BackEnd(BackEndRequest),
    /// Time has passed.
    Tick,
}

/// When a snapshot was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Taken {
    /// After the last command of the process: nothing is missing.
    AtTheEnd,
    /// At some time before: calls may have changed since. Their ends rejoin them by `rejoinCall`.
    Before,
}

/// Of what all cores of one server together hold as much as they may.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeFull {
    /// Rooms.
    pub rooms: bool,
    /// Ends of calls that wait for their other end to rejoin.
    pub rejoins: bool,
}

/// What can be dropped because all cores of one server together hold too much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Oldest {
    /// The oldest open offer of the core.
    OpenOffer,
    /// The peer of the core that has been away for longest.
    AwayPeer,
}

/// The sender of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// The peer.
    pub peer: PeerId,
    /// The connection by which the message came.
    pub connection: ConnectionId,
    /// The peer's own number of the message, if it counts.
    pub number: Option<u64>,
}

/// Whether a message is acted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acceptance {
    /// It is.
    New,
    /// It was accepted before, on an earlier connection.
    Duplicate,
    /// Its sender is not connected by this connection any more.
    StaleConnection,
}

/// A client that connects, by its own data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Newcomer {
    /// Its user name.
    pub name: UserName,
    /// The lobby whose offers it receives.
    pub lobby: Lobby,
    /// What it takes part in.
    pub purpose: Purpose,
    /// The page load, if the client sends it. The peer is found by this alone, and without it by its name.
    pub session: Option<Session>,
    /// Whether it counts what it receives and sends. Only clients with a session may.
    pub counts: bool,
    /// Which connection of its session this is: 1 for the first one that it tries to make; 0 if it does not say.
    pub attempt: u64,
    /// The number of the last message that it received on an earlier connection, if it had one.
    pub received: Option<u64>,
    /// The number of its own last message that the server has confirmed on an earlier connection, if it says so.
    pub heard: Option<u64>,
}

impl Newcomer {
    /// A client without a session, which does not count.
    pub fn without_session(name: UserName, lobby: Lobby, purpose: Purpose) -> Self {
        Self { name, lobby, purpose, session: None, counts: false, attempt: 0, received: None, heard: None }
    }
}

/// What a client takes part in. A client never becomes the peer of a client of another purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Purpose {
    /// Calls and rooms.
    CallsAndRooms,
    /// Rooms only: it receives nothing of calls and offers.
    Rooms,
    /// Rooms of two. The server does not wait for it after a break.
    Pairs,
    /// Streams by GStreamer's signaling protocol. The server does not wait for it after a break.
    Gst,
}

/// How a client's connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConnectionEnd {
    /// The client closed it on purpose.
    Closed,
    /// A proxy passed on a close that it also sends for each client when it is reloaded: believed only if the client
    /// does not return soon.
    Unconfirmed,
    /// It broke, and the client may return.
    Broken,
}

impl ConnectionEnd {
    /// The end of a connection whose client went away, as its browser says.
    pub fn going_away(through_proxy: bool) -> Self {
        if through_proxy { Self::Unconfirmed } else { Self::Closed }
    }
}
