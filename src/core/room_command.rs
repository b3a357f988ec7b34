//! What a member may say in a room, under names that are the same at every door.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::membership::Relayed;
use crate::protocol::call::{IceCandidate, SessionDescription};
use crate::protocol::limits::Limits;
use crate::protocol::name::{MemberId, RoomName};
use crate::protocol::opaque::{Opaque, present};
use crate::protocol::refusal::{Code, Refusal};

/// What may be said, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RoomVerb {
    /// Let me in: `room`.
    Join,
    /// Pass on my offer: `room`, `to` (all others without it), `offer`.
    Offer,
    /// Pass on my answer: `room`, `to`, `answer`.
    Answer,
    /// Pass on my candidate: `room`, `to`, `candidate`.
    Candidate,
    /// Let me out: `room`.
    Leave,
}

impl RoomVerb {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Join, Self::Offer, Self::Answer, Self::Candidate, Self::Leave];

    /// Its name on the wire: the course's.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Join => "joining-room",
            Self::Offer => "sending-SDP-offer",
            Self::Answer => "accepting-SDP-offer",
            Self::Candidate => "sending-ICE-candidate",
            Self::Leave => "leaving-room",
        }
    }

    /// The one with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.name() == name)
    }

    fn bad(self) -> Refusal {
        let sentence = match self {
            Self::Join => "joining-room takes a room: its name, as text.",
            Self::Offer => "sending-SDP-offer takes room, offer and, unless it is for all, to: a member's peerId.",
            Self::Answer => "accepting-SDP-offer takes room, to (the peerId of the one who offered) and answer.",
            Self::Candidate => "sending-ICE-candidate takes room, to (a member's peerId) and candidate.",
            Self::Leave => "leaving-room takes a room: its name, as text.",
        };
        Refusal::new(Code::BadPayload, sentence)
    }
}

/// Which room, and whom in it.
#[derive(Debug, Default, Deserialize)]
pub struct Envelope<'a> {
    #[serde(borrow, default)]
    room: Option<&'a RawValue>,
    #[serde(borrow, default)]
    to: Option<&'a RawValue>,
}

/// What is to be passed on.
#[derive(Debug, Default, Deserialize)]
pub struct Body<'a> {
    #[serde(borrow, default, deserialize_with = "present")]
    offer: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    answer: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    candidate: Option<&'a RawValue>,
}

/// What a member wants.
#[derive(Debug)]
pub enum RoomCommand {
    /// Let me in.
    Join(RoomName),
    /// Pass this on: to one, or to all others.
    Relay(RoomName, Option<MemberId>, Relayed),
    /// Let me out.
    Leave(RoomName),
}

impl RoomCommand {
    /// Reads what came under this name, with these binary attachments.
    ///
    /// # Errors
    /// `bad-payload`, `too-large`, and for a `to` that we never gave `no-such-peer`.
    pub fn read(
        verb: RoomVerb,
        envelope: &Envelope<'_>,
        body: &Body<'_>,
        attachments: &[Bytes],
        limits: &Limits,
    ) -> Result<Self, Refusal> {
        let room = RoomName::new(&envelope.room.and_then(string).ok_or_else(|| verb.bad())?)?;
        let needed = |value: Option<&RawValue>| Opaque::new(value.ok_or_else(|| verb.bad())?, attachments);
        let relayed = match verb {
            RoomVerb::Join => return Ok(Self::Join(room)),
            RoomVerb::Leave => return Ok(Self::Leave(room)),
            RoomVerb::Offer => Relayed::Offer(SessionDescription::new(needed(body.offer)?, limits)?),
            RoomVerb::Answer => Relayed::Answer(SessionDescription::new(needed(body.answer)?, limits)?),
            RoomVerb::Candidate => Relayed::Candidate(IceCandidate::new(needed(body.candidate)?, limits)?),
        };
        let to = match envelope.to {
            // An answer and a candidate fit one member only.
            None if verb != RoomVerb::Offer => return Err(verb.bad()),
            None => None,
            Some(to) => Some(string(to).and_then(|to| MemberId::parse(&to)).ok_or_else(Refusal::no_such_peer)?),
        };
        Ok(Self::Relay(room, to, relayed))
    }
}

fn string(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}
