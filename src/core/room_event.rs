//! What is told in rooms, under names that are the same at every door.

use serde::Serialize;

use super::outgoing::DisconnectReason;
use crate::protocol::call::{IceCandidate, SessionDescription};
use crate::protocol::name::{MemberId, RoomName, UserName};

/// Something told in a room.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RoomMessage {
    /// Which room.
    pub room: RoomName,
    /// Whose it is, if it is passed on for somebody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<MemberId>,
    /// What it is.
    #[serde(flatten)]
    pub signal: RoomEvent,
}

/// What can be told. Its serde form is what comes beside room and sender.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum RoomEvent {
    /// You are in.
    JoinedRoom(RoomMembership),
    /// Please offer to each of these: in a room only the newcomer offers.
    RequestingSdpOffer {
        /// Those who were there before.
        members: Vec<MemberInfo>,
    },
    /// Somebody came.
    UserJoined {
        /// Who.
        #[serde(flatten)]
        who: MemberInfo,
        /// Of two offers that meet, you do not take yours back.
        polite: bool,
    },
    /// Somebody is gone.
    UserLeft {
        /// Who.
        #[serde(flatten)]
        who: MemberInfo,
        /// How.
        reason: LeaveReason,
    },
    /// Somebody's connection to the server broke: it may come back.
    UserLost(MemberInfo),
    /// It is back.
    UserBack(MemberInfo),
    /// An offer for you.
    ReceivingSdpOffer {
        /// Who offers.
        user_name: UserName,
        /// The offer.
        offer: SessionDescription,
    },
    /// The answer to your offer.
    AcceptingSdpOffer {
        /// Who answers.
        user_name: UserName,
        /// The answer.
        answer: SessionDescription,
    },
    /// A candidate for you.
    ReceivingIceCandidate {
        /// The candidate.
        candidate: IceCandidate,
    },
}

impl RoomMessage {
    /// The name under which it goes out: the course's, where it has one.
    pub fn name(&self) -> &'static str {
        match self.signal {
            RoomEvent::JoinedRoom(_) => "joined-room",
            RoomEvent::RequestingSdpOffer { .. } => "requesting-SDP-offer",
            RoomEvent::UserJoined { .. } => "user-joined",
            RoomEvent::UserLeft { .. } => "user-left",
            RoomEvent::UserLost(_) => "user-lost",
            RoomEvent::UserBack(_) => "user-back",
            RoomEvent::ReceivingSdpOffer { .. } => "receiving-SDP-offer",
            RoomEvent::AcceptingSdpOffer { .. } => "accepting-SDP-offer",
            RoomEvent::ReceivingIceCandidate { .. } => "receiving-ICE-candidate",
        }
    }

    /// Bytes of the description, the candidate or the names in it.
    pub fn size(&self) -> usize {
        match &self.signal {
            RoomEvent::JoinedRoom(RoomMembership { members, .. }) | RoomEvent::RequestingSdpOffer { members } => {
                members.iter().map(|member| member.user_name.as_str().len()).sum()
            }
            RoomEvent::ReceivingSdpOffer { offer: description, .. }
            | RoomEvent::AcceptingSdpOffer { answer: description, .. } => description.size(),
            RoomEvent::ReceivingIceCandidate { candidate } => candidate.size(),
            _ => 0,
        }
    }

    /// Whether it holds binary values.
    pub fn is_binary(&self) -> bool {
        match &self.signal {
            RoomEvent::ReceivingSdpOffer { offer: description, .. }
            | RoomEvent::AcceptingSdpOffer { answer: description, .. } => description.is_binary(),
            RoomEvent::ReceivingIceCandidate { candidate } => candidate.is_binary(),
            _ => false,
        }
    }
}

/// A member as the others see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberInfo {
    /// Its place in the room.
    pub peer_id: MemberId,
    /// What its person is called.
    pub user_name: UserName,
}

/// What a newcomer finds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoomMembership {
    /// Its own place.
    pub peer_id: MemberId,
    /// Of two offers that meet, the newcomer takes its own back.
    pub polite: bool,
    /// The others.
    pub members: Vec<MemberInfo>,
}

/// A room in which one is, in `restored`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Membership {
    /// Which room.
    pub room: RoomName,
    /// One's own place.
    pub peer_id: MemberId,
    /// The others.
    pub members: Vec<MemberInfo>,
}

/// How a member went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeaveReason {
    /// It left the room.
    Left,
    /// It closed its page or its connection.
    Closed,
    /// Its connection broke.
    Lost,
}

impl From<DisconnectReason> for LeaveReason {
    fn from(ended: DisconnectReason) -> Self {
        match ended {
            DisconnectReason::Hangup => Self::Left,
            DisconnectReason::Closed => Self::Closed,
            DisconnectReason::Lost => Self::Lost,
        }
    }
}
