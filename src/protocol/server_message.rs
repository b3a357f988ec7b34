//! What the server can send: one enum for all dialects, and the payloads of calls.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::call::{Call, IceCandidate, SessionDescription};
use super::custom_event::CustomEvent;
use super::gst::GstMessage;
use super::id::OfferId;
use super::name::UserName;
use super::pair::PairMessage;
use super::reason::{DisconnectReason, WithdrawReason};
use super::refusal::Refusal;
use super::room::{RoomMembership, RoomMessage, RoomWait};

/// A message to clients. Socket.IO event names in brackets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ServerMessage {
    /// `newOfferAwaiting`: a new offer waits for an answer.
    NewOfferAwaiting(Call),
    /// `offerWithdrawn`: an open offer has ended.
    OfferWithdrawn(OfferWithdrawn),
    /// `answerResponse`: the receiver's offer was answered. The whole offer object, the answer in it.
    AnswerResponse(Call),
    /// `receivedIceCandidateFromServer`: a candidate of the other party.
    IceCandidate(IceCandidate),
    /// `peerHangup`: the other party ended the call.
    PeerHangup(PeerHangup),
    /// `peerLost`: the other party's connection broke.
    PeerLost(Party),
    /// `peerBack`: the other party is connected again.
    PeerBack(Party),
    /// `renegotiation`: the other party's offer within the call.
    Renegotiation {
        /// Which call.
        offer_id: OfferId,
        /// The new offer.
        offer: SessionDescription,
    },
    /// `answerResponse` with `{offerId, answer}`: the answer to an offer within the call.
    Renegotiated {
        /// Which call.
        offer_id: OfferId,
        /// The answer.
        answer: SessionDescription,
    },
    /// A message in a room.
    Room(Arc<RoomMessage>),
    /// A message in a room of two, in the words of the data channel course.
    Pair(PairMessage),
    /// A message of GStreamer's protocol.
    Gst(GstMessage),
    /// An event of a back end.
    Custom(CustomEvent),
    /// The last message of a connection that a back end has ended, and why it has.
    Disconnected(Refusal),
}

impl ServerMessage {
    /// A lower bound of its bytes on the wire: those of the descriptions and candidates in it.
    pub fn size(&self) -> usize {
        match self {
            Self::NewOfferAwaiting(call) | Self::AnswerResponse(call) => call.content(),
            Self::IceCandidate(candidate) => candidate.size(),
            Self::Renegotiation { offer: description, .. } | Self::Renegotiated { answer: description, .. } => {
                description.size()
            }
            Self::Room(message) => message.size(),
            Self::Pair(PairMessage::Relayed(frame)) => frame.len(),
            Self::Gst(message) => message.size(),
            Self::Custom(event) => event.size(),
            Self::OfferWithdrawn(_)
            | Self::PeerHangup(_)
            | Self::PeerLost(_)
            | Self::PeerBack(_)
            | Self::Pair(_)
            | Self::Disconnected(_) => 0,
        }
    }

    /// Whether it holds binary values.
    pub fn is_binary(&self) -> bool {
        match self {
            Self::NewOfferAwaiting(call) | Self::AnswerResponse(call) => call.is_binary(),
            Self::IceCandidate(candidate) => candidate.is_binary(),
            Self::Renegotiation { offer: description, .. } | Self::Renegotiated { answer: description, .. } => {
                description.is_binary()
            }
            Self::Room(message) => message.is_binary(),
            Self::OfferWithdrawn(_)
            | Self::PeerHangup(_)
            | Self::PeerLost(_)
            | Self::PeerBack(_)
            | Self::Pair(_)
            | Self::Gst(_)
            | Self::Custom(_)
            | Self::Disconnected(_) => false,
        }
    }
}

/// The other party of a call: the payload of `peerLost` and `peerBack`, and an entry of `restored`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Party {
    /// Its user name.
    pub user_name: UserName,
    /// Which call.
    pub offer_id: OfferId,
}

/// The payload of `restored`: what a client that returns still has.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Restored {
    /// The open offer.
    pub open_offer: Option<OfferId>,
    /// The calls, with the other party of each.
    pub calls: Vec<Party>,
    /// The rooms.
    pub rooms: Vec<RoomMembership>,
    /// The rooms that the client waits to enter.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub waiting: Vec<RoomWait>,
    /// The number of the last event that the server has accepted from this session.
    pub heard: u64,
}

/// The payload of `offerWithdrawn`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OfferWithdrawn {
    /// Which offer.
    pub offer_id: OfferId,
    /// The caller.
    pub offerer_user_name: UserName,
    /// Why.
    pub reason: WithdrawReason,
}

/// The payload of `peerHangup`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PeerHangup {
    /// The user name of the party that ended the call.
    pub user_name: UserName,
    /// Which call.
    pub offer_id: OfferId,
    /// How it ended.
    pub reason: DisconnectReason,
}
