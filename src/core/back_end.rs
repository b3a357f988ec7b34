//! What a back end asks for by the API (docs/api.md): to disconnect a peer, to close a room, to send an event. `serving` does
//! it.

use serde::{Deserialize, Serialize};

use super::id::PeerId;
use crate::protocol::custom_event::CustomEvent;
use crate::protocol::name::{Lobby, RoomName};
use crate::protocol::refusal::Refusal;

/// A request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum BackEndRequest {
    /// Ends the connection of a peer, and all that it has.
    Disconnect {
        /// Which peer.
        peer: PeerId,
        /// The sentence that the client receives.
        reason: Refusal,
    },
    /// Closes a room.
    CloseRoom {
        /// Its lobby.
        lobby: Lobby,
        /// Which room.
        room: RoomName,
    },
    /// Sends an event to a peer that is connected.
    SendToPeer {
        /// Which peer.
        peer: PeerId,
        /// What it is sent.
        event: CustomEvent,
    },
    /// Sends an event to all peers of a lobby that are connected.
    SendToLobby {
        /// Which lobby.
        lobby: Lobby,
        /// What they are sent.
        event: CustomEvent,
    },
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It was done.
    Done,
    /// There is no such peer.
    NoSuchPeer,
    /// There is no such room.
    NoSuchRoom,
    /// The peer's connection broke, and it has not returned. Events are not kept for it.
    Away,
    /// The protocol of this client has no such events: it takes part in pairs or streams.
    WithoutEvents,
}
