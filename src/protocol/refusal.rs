//! Why something that a client sent had no effect, told so that a student understands it.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use thiserror::Error;

/// A refusal: a stable code for programs and a sentence for people. Never holds what the client sent.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize)]
#[error("{message}")]
pub struct Refusal {
    /// What kind of refusal it is.
    pub code: Code,
    /// What happened and what to do, in a sentence.
    pub message: Cow<'static, str>,
}

impl Refusal {
    /// A refusal with its sentence.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into() }
    }

    pub(crate) fn gone() -> Self {
        Self::new(Code::NoCall, "This connection is closing.")
    }

    /// For an offer that is not, or no longer, there.
    pub fn no_such_offer() -> Self {
        Self::new(Code::NoSuchOffer, "This offer is gone: the caller left, cancelled it, or it waited too long.")
    }

    pub(crate) fn already_answered() -> Self {
        Self::new(Code::AlreadyAnswered, "Somebody else was faster: this offer is answered already.")
    }

    pub(crate) fn own_offer() -> Self {
        Self::new(Code::OwnOffer, "This offer is your own: open the page a second time to answer it.")
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

    pub(crate) fn no_such_peer() -> Self {
        Self::new(Code::NoSuchPeer, "Nobody else in this room has this peerId: they may have left.")
    }

    pub(crate) fn too_many_candidates(kept: usize) -> Self {
        Self::new(Code::TooMany, format!("Too many ICE candidates: {kept} are kept for one side."))
    }
}

/// The stable codes of `signalingError`. On the wire in kebab case: `bad-payload`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The password is wrong or missing.
    WrongPassword,
    /// The token is wrong, expired or missing. Told as `connect_error` or by 401, and never in a `signalingError`.
    WrongToken,
    /// What came is not what this event takes.
    BadPayload,
    /// It is larger than allowed.
    TooLarge,
    /// It comes too soon after the others.
    RateLimited,
    /// There are as many of these as allowed.
    TooMany,
    /// No such open offer.
    NoSuchOffer,
    /// Somebody else was first.
    AlreadyAnswered,
    /// The offer is one's own.
    OwnOffer,
    /// The sender has no such call.
    NoCall,
    /// The sender is not in this room.
    NotInRoom,
    /// There is no place left.
    RoomFull,
    /// Nobody in this room has this `peerId`.
    NoSuchPeer,
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
            Self::NoSuchPeer => "no-such-peer",
        }
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
