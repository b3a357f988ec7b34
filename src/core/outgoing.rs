//! What a verb returns: who is to hear what. The door turns it into events.

use std::sync::Arc;

use serde::Serialize;

use super::pair_event::PairMessage;
use super::room_event::{Membership, RoomMessage};
use crate::protocol::call::{Call, IceCandidate, SessionDescription};
use crate::protocol::name::{Lobby, OfferId, PeerId, UserName};

/// One thing to tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// Who hears it.
    pub to: Audience,
    /// What they hear.
    pub message: ServerMessage,
    /// Its number, where it is for one who counts.
    pub number: Option<u64>,
}

impl Outgoing {
    /// A notice for one peer.
    pub fn to_peer(peer: PeerId, message: ServerMessage) -> Self {
        Self { to: Audience::Peer(peer), message, number: None }
    }

    /// A notice for these; for each who counts, with its number.
    pub fn to_some(peers: Vec<(PeerId, Option<u64>)>, message: ServerMessage) -> Self {
        Self { to: Audience::Some(peers), message, number: None }
    }

    /// A notice for everybody in a lobby but those named.
    pub fn to_others(lobby: Lobby, but: impl IntoIterator<Item = PeerId>, message: ServerMessage) -> Self {
        Self { to: Audience::Others { lobby, but: but.into_iter().collect() }, message, number: None }
    }
}

/// Who hears a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// This one alone.
    Peer(PeerId),
    /// These, each with its own number of it, if it counts.
    Some(Vec<(PeerId, Option<u64>)>),
    /// Everybody in the lobby but those named.
    Others {
        /// Whose lobby.
        lobby: Lobby,
        /// Who does not hear it.
        but: Vec<PeerId>,
    },
}

impl Audience {
    /// Takes out one who is named; false if nobody is left.
    pub(super) fn leave_out(&mut self, peer: PeerId) -> bool {
        match self {
            Self::Peer(one) => *one != peer,
            Self::Some(some) => {
                some.retain(|(one, _)| *one != peer);
                !some.is_empty()
            }
            Self::Others { .. } => true,
        }
    }
}

/// What can be told.
#[derive(Debug, Clone, PartialEq)]
pub enum ServerMessage {
    /// A new offer waits for an answer.
    NewOfferAwaiting(Call),
    /// An open offer is gone.
    OfferWithdrawn(OfferWithdrawn),
    /// Your offer was answered: the whole offer object, the answer in it.
    AnswerResponse(Call),
    /// A candidate of the other party.
    IceCandidate(IceCandidate),
    /// The other party ended the call.
    PeerHangup(PeerHangup),
    /// The other party's connection broke.
    PeerLost(Party),
    /// The other party is back.
    PeerBack(Party),
    /// The other party offers anew within the call.
    Renegotiation {
        /// Which call.
        offer_id: OfferId,
        /// The new offer.
        offer: SessionDescription,
    },
    /// The other party's answer to that.
    Renegotiated {
        /// Which call.
        offer_id: OfferId,
        /// The answer.
        answer: SessionDescription,
    },
    /// Something in a room.
    Room(Arc<RoomMessage>),
    /// Something between two of a pair.
    Pair(PairMessage),
}

impl ServerMessage {
    /// Bytes of the descriptions and candidates in it: on the wire it takes more than that, never less.
    pub fn size(&self) -> usize {
        match self {
            Self::NewOfferAwaiting(call) | Self::AnswerResponse(call) => call.content(),
            Self::IceCandidate(candidate) => candidate.size(),
            Self::Renegotiation { offer: description, .. } | Self::Renegotiated { answer: description, .. } => {
                description.size()
            }
            Self::Room(message) => message.size(),
            Self::Pair(PairMessage::Relayed(frame)) => frame.len(),
            Self::OfferWithdrawn(_) | Self::PeerHangup(_) | Self::PeerLost(_) | Self::PeerBack(_) => 0,
            Self::Pair(_) => 0,
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
            Self::OfferWithdrawn(_) | Self::PeerHangup(_) | Self::PeerLost(_) | Self::PeerBack(_) => false,
            Self::Pair(_) => false,
        }
    }
}

/// The other party of a call: the payload of `peerLost` and `peerBack`, and an entry of `restored`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Party {
    /// Who it is.
    pub user_name: UserName,
    /// Which call.
    pub offer_id: OfferId,
}

/// The payload of `restored`: what somebody who comes back has.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Restored {
    /// The open offer.
    pub open_offer: Option<OfferId>,
    /// The calls, with the other party of each.
    pub calls: Vec<Party>,
    /// The rooms.
    pub rooms: Vec<Membership>,
    /// The number of the last thing that was heard of this session.
    pub heard: u64,
}

/// The payload of `offerWithdrawn`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OfferWithdrawn {
    /// Which offer.
    pub offer_id: OfferId,
    /// Whose.
    pub offerer_user_name: UserName,
    /// Why.
    pub reason: WithdrawReason,
}

/// Why an open offer is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WithdrawReason {
    /// Somebody answered it.
    Answered,
    /// Its owner made a new one.
    Replaced,
    /// Its owner cancelled it.
    Cancelled,
    /// Its owner hung up.
    Hangup,
    /// Its owner left on purpose.
    Closed,
    /// It waited too long.
    Expired,
    /// Its owner's connection broke.
    Lost,
}

/// The payload of `peerHangup`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PeerHangup {
    /// Who ended the call.
    pub user_name: UserName,
    /// Which call.
    pub offer_id: OfferId,
    /// How it ended.
    pub reason: DisconnectReason,
}

/// How a party of a call went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DisconnectReason {
    /// It hung up.
    Hangup,
    /// It left on purpose: tab closed, page reloaded, socket closed by the client.
    Closed,
    /// Its connection broke.
    Lost,
}

impl From<DisconnectReason> for WithdrawReason {
    fn from(ended: DisconnectReason) -> Self {
        match ended {
            DisconnectReason::Hangup => Self::Hangup,
            DisconnectReason::Closed => Self::Closed,
            DisconnectReason::Lost => Self::Lost,
        }
    }
}
