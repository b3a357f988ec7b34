//! What a client can send in rooms, under names that are the same in both dialects.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::call::{IceCandidate, Relayed, SessionDescription};
use super::client_message::ClientMessage;
use super::id::MemberId;
use super::json::text;
use super::limits::Limits;
use super::name::RoomName;
use super::opaque::{Opaque, present};
use super::refusal::{Code, Refusal};
use super::room::RoomAccess;

/// The events of rooms, by name; on a bare WebSocket the `action`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RoomAction {
    /// `joining-room`: `{room}`.
    Join,
    /// `sending-SDP-offer`: `{room, to?, offer}`; without `to` for all others.
    Offer,
    /// `accepting-SDP-offer`: `{room, to, answer}`.
    Answer,
    /// `sending-ICE-candidate`: `{room, to, candidate}`.
    Candidate,
    /// `leaving-room`: `{room}`.
    Leave,
    /// `setting-access`: `{room, access}`.
    SetAccess,
    /// `admitting-peer`: `{room, to}`.
    Admit,
    /// `rejecting-peer`: `{room, to}`.
    Reject,
}

impl RoomAction {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Join,
        Self::Offer,
        Self::Answer,
        Self::Candidate,
        Self::Leave,
        Self::SetAccess,
        Self::Admit,
        Self::Reject,
    ];

    /// Its name on the wire: the course's, where it has one.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Join => "joining-room",
            Self::Offer => "sending-SDP-offer",
            Self::Answer => "accepting-SDP-offer",
            Self::Candidate => "sending-ICE-candidate",
            Self::Leave => "leaving-room",
            Self::SetAccess => "setting-access",
            Self::Admit => "admitting-peer",
            Self::Reject => "rejecting-peer",
        }
    }

    /// The one with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }

    fn bad_payload(self) -> Refusal {
        let sentence = match self {
            Self::Join => "joining-room takes a room: its name, as text.",
            Self::Offer => "sending-SDP-offer takes room, offer and, unless it is for all, to: a member's peerId.",
            Self::Answer => "accepting-SDP-offer takes room, to (the peerId of the one who offered) and answer.",
            Self::Candidate => "sending-ICE-candidate takes room, to (a member's peerId) and candidate.",
            Self::Leave => "leaving-room takes a room: its name, as text.",
            Self::SetAccess => "setting-access takes room and access: \"open\", \"ask\" or \"locked\".",
            Self::Admit => "admitting-peer takes room and to: the peerId of a client that waits.",
            Self::Reject => "rejecting-peer takes room and to: the peerId of a client that waits.",
        };
        Refusal::new(Code::BadPayload, sentence)
    }

    /// Reads the payload of this action, with these binary attachments.
    ///
    /// # Errors
    /// `bad-payload`, `too-large`, and `no-such-peer` for a `to` that the server never sent.
    pub fn decode(
        self,
        envelope: &Envelope<'_>,
        body: &Body<'_>,
        attachments: &[Bytes],
        limits: &Limits,
    ) -> Result<ClientMessage, Refusal> {
        let room = RoomName::new(&envelope.room.and_then(text).ok_or_else(|| self.bad_payload())?)?;
        let needed = |value: Option<&RawValue>| Opaque::new(value.ok_or_else(|| self.bad_payload())?, attachments);
        let content = match self {
            Self::Join => return Ok(ClientMessage::JoinRoom(room)),
            Self::Leave => return Ok(ClientMessage::LeaveRoom(room)),
            Self::SetAccess => {
                let access = body.access.and_then(text).and_then(|access| RoomAccess::from_name(&access));
                return Ok(ClientMessage::SetRoomAccess { room, access: access.ok_or_else(|| self.bad_payload())? });
            }
            Self::Admit | Self::Reject => {
                let peer = envelope.to.ok_or_else(|| self.bad_payload())?;
                let peer =
                    text(peer).and_then(|peer| MemberId::parse(&peer)).ok_or_else(Refusal::no_such_waiting_peer)?;
                return Ok(match self {
                    Self::Admit => ClientMessage::AdmitToRoom { room, peer },
                    _ => ClientMessage::RejectFromRoom { room, peer },
                });
            }
            Self::Offer => Relayed::Offer(SessionDescription::new(needed(body.offer)?, limits)?),
            Self::Answer => Relayed::Answer(SessionDescription::new(needed(body.answer)?, limits)?),
            Self::Candidate => Relayed::Candidate(IceCandidate::new(needed(body.candidate)?, limits)?),
        };
        let to = match envelope.to {
            // An answer and a candidate fit one member only.
            None if self != Self::Offer => return Err(self.bad_payload()),
            None => None,
            Some(to) => Some(text(to).and_then(|to| MemberId::parse(&to)).ok_or_else(Refusal::no_such_peer)?),
        };
        Ok(ClientMessage::RelayInRoom { room, to, content })
    }
}

/// Which room, and which member of it.
#[derive(Debug, Default, Deserialize)]
pub struct Envelope<'a> {
    #[serde(borrow, default)]
    room: Option<&'a RawValue>,
    #[serde(borrow, default)]
    to: Option<&'a RawValue>,
}

/// What is relayed, or set.
#[derive(Debug, Default, Deserialize)]
pub struct Body<'a> {
    #[serde(borrow, default, deserialize_with = "present")]
    offer: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    answer: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    candidate: Option<&'a RawValue>,
    #[serde(borrow, default)]
    access: Option<&'a RawValue>,
}
