//! What a client can send: one enum for all dialects, already read and checked.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::call::{CallRef, CallStage, IceCandidate, Relayed, Role, SessionDescription};
use super::gst::GstRequest;
use super::id::{MemberId, OfferId};
use super::name::{RoomName, UserName};
use super::pair::{ClientLocation, PairId};
use super::room::RoomAccess;

/// A message of a client. Socket.IO event names in brackets; rooms and pairs have the same messages on a bare WebSocket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ClientMessage {
    /// `newOffer`: a caller's offer.
    NewOffer {
        /// The offer.
        offer: SessionDescription,
        /// The user name of the only clients that are offered it; `None` for all of the lobby.
        to: Option<UserName>,
    },
    /// `newOffer` with an `offerId`: an offer within an answered call (ICE restart, another track).
    Renegotiate {
        /// Which call.
        offer_id: OfferId,
        /// The new offer.
        offer: SessionDescription,
    },
    /// `newAnswer`: the answer to an open offer, or to an offer within a call.
    NewAnswer {
        /// Which offer it answers.
        target: AnswerTarget,
        /// The answer.
        answer: SessionDescription,
        /// Whether the client asked for an acknowledgement: that carries the offerer's candidates. Without one, they
        /// are sent as events.
        has_ack: bool,
    },
    /// `sendIceCandidateToSignalingServer`.
    IceCandidate {
        /// Which end of the call the sender is.
        role: Role,
        /// Which call.
        call: CallRef,
        /// The candidate.
        candidate: IceCandidate,
    },
    /// `checkOffers`: asks for the open offers.
    CheckOffers,
    /// `hangup`: ends this call, or without an id all calls of the sender, its open offer included.
    Hangup(Option<OfferId>),
    /// `cancelOffer`: withdraws the sender's open offer.
    CancelOffer,
    /// `declineOffer`: the offer to the sender's user name is not wanted.
    DeclineOffer(OfferId),
    /// `rejoinCall`: one end of a call that the server does not know, since it was started again.
    RejoinCall(RejoinCall),
    /// `callStage`: what became of a call in the sender's browser.
    CallStage(OfferId, CallStage),
    /// `test`: acknowledged by `"pong"`.
    Test,
    /// `joining-room`.
    JoinRoom(RoomName),
    /// `sending-SDP-offer`, `accepting-SDP-offer`, `sending-ICE-candidate`: for one member of a room, or for all others.
    RelayInRoom {
        /// Which room.
        room: RoomName,
        /// Which member; `None` for all others.
        to: Option<MemberId>,
        /// What is relayed.
        content: Relayed,
    },
    /// `leaving-room`.
    LeaveRoom(RoomName),
    /// `setting-access`: the host decides who may enter.
    SetRoomAccess {
        /// Which room.
        room: RoomName,
        /// Who may enter from now on.
        access: RoomAccess,
    },
    /// `admitting-peer`: the host lets in a client that waits.
    AdmitToRoom {
        /// Which room.
        room: RoomName,
        /// Which client.
        peer: MemberId,
    },
    /// `rejecting-peer`: the host does not let in a client that waits.
    RejectFromRoom {
        /// Which room.
        room: RoomName,
        /// Which client.
        peer: MemberId,
    },
    /// `JOIN_ROOM_REQUEST` of a pair.
    JoinPair {
        /// Which room of two.
        room: RoomName,
        /// How the client writes its own id, if it does: as a number or as a text.
        id: Option<PairId>,
        /// Where the client is.
        location: ClientLocation,
    },
    /// `EXIT_ROOM_REQUEST` of a pair.
    ExitPair(RoomName),
    /// `OFFER`, `ANSWER`, `ICE_CANDIDATES` of a pair: the frame is relayed to the letter.
    RelayInPair {
        /// The other user.
        to: PairId,
        /// The text frame.
        frame: Arc<str>,
    },
    /// A message of GStreamer's protocol.
    Gst(GstRequest),
}

impl ClientMessage {
    /// Whether the message may make something that needs an id: an open offer, a member of a room, or a session at `/gst`.
    pub fn needs_id(&self) -> bool {
        matches!(self, Self::NewOffer { .. } | Self::JoinRoom(_) | Self::Gst(GstRequest::StartSession { .. }))
    }

    /// The room that a message of rooms is about.
    pub fn room(&self) -> Option<&RoomName> {
        match self {
            Self::JoinRoom(room)
            | Self::LeaveRoom(room)
            | Self::RelayInRoom { room, .. }
            | Self::SetRoomAccess { room, .. }
            | Self::AdmitToRoom { room, .. }
            | Self::RejectFromRoom { room, .. } => Some(room),
            _ => None,
        }
    }
}

/// What one end says of a call that the server does not know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RejoinCall {
    /// Which call.
    pub offer_id: OfferId,
    /// Which end the sender is.
    pub role: Role,
    /// The user name of the other end.
    pub other: UserName,
    /// A secret that only the two ends know.
    pub key: Arc<str>,
}

/// Which offer an answer means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnswerTarget {
    /// This one.
    Offer(OfferId),
    /// The newest open one under this user name.
    NewestOf(UserName),
}
