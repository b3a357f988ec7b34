//! Payloads of acknowledgements, and of the events that say how the server took a message.

use serde::Serialize;

use crate::protocol::id::{MemberId, OfferId};
use crate::protocol::name::RoomName;
use crate::protocol::refusal::Refusal;
use crate::protocol::room::JoinedRoom;

/// `{ok: true}`, for `newOffer` with its `offerId`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Accepted {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    offer_id: Option<OfferId>,
}

impl Accepted {
    /// The event had its effect.
    pub fn new(offer_id: Option<OfferId>) -> Self {
        Self { ok: true, offer_id }
    }
}

/// `{ok: true, room, peerId, polite, members, host, access}`: the acknowledgement of `joining-room`.
#[derive(Debug, Serialize)]
pub struct Joined<'a> {
    ok: bool,
    room: &'a RoomName,
    #[serde(flatten)]
    joined: &'a JoinedRoom,
}

impl<'a> Joined<'a> {
    /// The client is a member of this room.
    pub fn new(room: &'a RoomName, joined: &'a JoinedRoom) -> Self {
        Self { ok: true, room, joined }
    }
}

/// `{ok: true, room, peerId, waiting: true}`: the acknowledgement of `joining-room` to a client that waits to be admitted.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Waiting<'a> {
    ok: bool,
    room: &'a RoomName,
    peer_id: MemberId,
    waiting: bool,
}

impl<'a> Waiting<'a> {
    /// The client waits to enter this room.
    pub fn new(room: &'a RoomName, peer_id: MemberId) -> Self {
        Self { ok: true, room, peer_id, waiting: true }
    }
}

/// `{ok: false, error: {code, message}}`.
#[derive(Debug, Serialize)]
pub struct Rejected<'a> {
    ok: bool,
    error: &'a Refusal,
}

impl<'a> Rejected<'a> {
    /// The event had no effect, for this reason.
    pub fn new(error: &'a Refusal) -> Self {
        Self { ok: false, error }
    }
}

/// `{ended}`: the acknowledgement of `hangup` and `cancelOffer`, with the number of calls and offers that ended.
#[derive(Debug, Serialize)]
pub struct Ended {
    /// How many.
    pub ended: usize,
}

/// `{event, code, message}`: the payload of `signalingError`.
#[derive(Debug, Serialize)]
pub struct SignalingError<'a> {
    /// The name of the event that had no effect.
    pub event: &'a str,
    /// Why.
    #[serde(flatten)]
    pub refusal: &'a Refusal,
}

/// `{reason, retryAfterMs}`: the payload of `serverClosing`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerClosing {
    /// `"shutdown"`.
    pub reason: &'static str,
    /// After how many milliseconds the client may connect again.
    pub retry_after_ms: u32,
}
