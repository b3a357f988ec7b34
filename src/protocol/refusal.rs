//! Why a message of a client had no effect, in words that a student understands.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A refusal: a stable code for programs and a sentence for people. Never holds what the client sent.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct Refusal {
    /// What kind of refusal it is.
    pub code: Code,
    /// What happened and what to do, in a sentence.
    pub message: Cow<'static, str>,
    /// When the client may try again, in milliseconds. Only with [`Code::Unavailable`].
    #[serde(rename = "retryAfterMs", default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u32>,
}

impl Refusal {
    /// A refusal with its sentence.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), retry_after_ms: None }
    }

    /// The log that several servers share cannot be reached.
    pub fn unavailable() -> Self {
        let sentence = "The server cannot reach the other servers that it works with: try again in a moment.";
        Self { retry_after_ms: Some(1_000), ..Self::new(Code::Unavailable, sentence) }
    }

    /// Something that the server needs cannot be reached. The client may try again after this time.
    pub(crate) fn unavailable_for(sentence: &'static str, retry_after: Duration) -> Self {
        let milliseconds = u32::try_from(retry_after.as_millis()).unwrap_or(u32::MAX);
        Self { retry_after_ms: Some(milliseconds), ..Self::new(Code::Unavailable, sentence) }
    }

    /// For a connection that was begun before another one of the same client, and comes after it.
    pub(crate) fn outdated_connection() -> Self {
        let sentence = "This page has connected again since: this attempt came too late.";
        Self { retry_after_ms: Some(1_000), ..Self::new(Code::Unavailable, sentence) }
    }

    pub(crate) fn gone() -> Self {
        Self::new(Code::NoCall, "This connection is closing.")
    }

    /// For an offer that does not exist, or no longer.
    pub fn no_such_offer() -> Self {
        Self::new(Code::NoSuchOffer, "This offer is gone: the caller left, cancelled it, or it waited too long.")
    }

    pub(crate) fn already_answered() -> Self {
        Self::new(
            Code::AlreadyAnswered,
            "This offer is answered already: another client was faster, or you have answered it yourself.",
        )
    }

    pub(crate) fn own_offer() -> Self {
        Self::new(Code::OwnOffer, "This offer is your own: open the page a second time to answer it.")
    }

    pub(crate) fn declined_own_offer() -> Self {
        Self::new(Code::OwnOffer, "This offer is your own: withdraw it by cancelOffer.")
    }

    pub(crate) fn declined_offer_to_all() -> Self {
        Self::new(
            Code::BadPayload,
            "Only offers to you can be declined. This one is to everyone in the lobby, and another client may answer it.",
        )
    }

    pub(crate) fn no_such_user() -> Self {
        Self::new(
            Code::NoSuchPeer,
            "No other client in your lobby has this user name: it has left, or the name is spelled differently.",
        )
    }

    /// For a call that the sender does not have.
    pub fn no_call() -> Self {
        Self::new(Code::NoCall, "You have no such call: it has ended, or the offerId is not one of yours.")
    }

    pub(crate) fn too_many_calls() -> Self {
        Self::new(Code::TooMany, "You have too many calls at once: hang up some of them first.")
    }

    pub(crate) fn not_in_room() -> Self {
        Self::new(Code::NotInRoom, "You are not in this room: join it first.")
    }

    pub(crate) fn too_many_rooms() -> Self {
        Self::new(Code::TooMany, "You are in too many rooms: leave some of them first.")
    }

    pub(crate) fn no_place_for_a_room() -> Self {
        Self::new(Code::RoomFull, "The server has no place for another room at the moment.")
    }

    pub(crate) fn no_such_peer() -> Self {
        Self::new(Code::NoSuchPeer, "No other member of this room has this peerId: it may have left.")
    }

    pub(crate) fn no_such_waiting_peer() -> Self {
        Self::new(
            Code::NoSuchPeer,
            "No client with this peerId waits to enter this room: it may have left, or be a member already.",
        )
    }

    pub(crate) fn room_is_full(most: usize) -> Self {
        Self::new(Code::RoomFull, format!("This room is full: {most} people are the most."))
    }

    pub(crate) fn too_many_wait() -> Self {
        Self::new(Code::RoomFull, "Too many people wait to enter this room: try again later.")
    }

    pub(crate) fn room_locked() -> Self {
        Self::new(Code::RoomLocked, "This room is locked: its host lets no one else in at the moment.")
    }

    pub(crate) fn not_admitted() -> Self {
        Self::new(Code::NotAdmitted, "The host of this room has not let you in.")
    }

    pub(crate) fn room_not_granted() -> Self {
        let sentence = "You may not enter this room: the service that has admitted you does not name it among yours.";
        Self::new(Code::NotAdmitted, sentence)
    }

    pub(crate) fn not_host() -> Self {
        Self::new(Code::NotHost, "Only the host of this room can do that.")
    }

    /// For the members of a room that a back end closes, and for clients that wait to enter.
    pub fn room_closed() -> Self {
        Self::new(Code::RoomClosed, "This room was closed.")
    }

    /// For a client that a back end disconnects.
    pub fn disconnected() -> Self {
        Self::new(Code::Disconnected, "Your connection was ended by the service that runs this server.")
    }

    pub(crate) fn no_such_gst_peer() -> Self {
        let sentence = "No producer or waiting consumer has this peerId: ask for the list again.";
        Self::new(Code::NoSuchPeer, sentence)
    }

    pub(crate) fn not_in_session() -> Self {
        Self::new(
            Code::NoCall,
            "You are not in this session: its sessionId is of other peers, or not one of this server.",
        )
    }

    pub(crate) fn too_many_candidates(kept: usize) -> Self {
        Self::new(Code::TooMany, format!("Too many ICE candidates: {kept} are kept for one side."))
    }
}

/// The stable codes of `signalingError`. On the wire in kebab case: `bad-payload`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The password is wrong or missing.
    WrongPassword,
    /// The token is wrong, expired or missing. Sent as `connect_error` or by 401, never in a `signalingError`.
    WrongToken,
    /// The payload is not what this event takes.
    BadPayload,
    /// The payload is larger than allowed.
    TooLarge,
    /// The client sends too fast.
    RateLimited,
    /// There are as many of these as allowed.
    TooMany,
    /// No such open offer.
    NoSuchOffer,
    /// Another peer has answered already.
    AlreadyAnswered,
    /// The offer is the sender's own.
    OwnOffer,
    /// The sender has no such call.
    NoCall,
    /// The sender is not in this room.
    NotInRoom,
    /// The room, or the server, takes no more.
    RoomFull,
    /// The room takes no one else until its host opens it.
    RoomLocked,
    /// The host has rejected a client that waited; or the back end of `--auth-hook` a client, or its rooms do not hold this
    /// one.
    NotAdmitted,
    /// The sender is not the host of this room.
    NotHost,
    /// A back end has closed the room. Only in `not-admitted`.
    RoomClosed,
    /// A back end has ended the connection.
    Disconnected,
    /// No other member of this room has this `peerId`, or no other client of the lobby this user name.
    NoSuchPeer,
    /// The server cannot reach what it needs: the log that it shares with others, the keys of tokens, the
    /// back end. The client may try
    /// again after `retryAfterMs`.
    Unavailable,
}

impl Code {
    /// As it is on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::WrongPassword => "wrong-password",
            Self::WrongToken => "wrong-token",
            Self::BadPayload => "bad-payload",
            Self::TooLarge => "too-large",
            Self::RateLimited => "rate-limited",
            Self::TooMany => "too-many",
            Self::NoSuchOffer => "no-such-offer",
            Self::AlreadyAnswered => "already-answered",
            Self::OwnOffer => "own-offer",
            Self::NoCall => "no-call",
            Self::NotInRoom => "not-in-room",
            Self::RoomFull => "room-full",
            Self::RoomLocked => "room-locked",
            Self::NotAdmitted => "not-admitted",
            Self::NotHost => "not-host",
            Self::RoomClosed => "room-closed",
            Self::Disconnected => "disconnected",
            Self::NoSuchPeer => "no-such-peer",
            Self::Unavailable => "unavailable",
        }
    }
}
