//! What is told in rooms, under names that are the same at every door.

use serde::Serialize;

use super::call::{IceCandidate, SessionDescription};
use super::name::{MemberId, RoomName, UserName};
use super::notice::Ended;

/// Something told in a room.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RoomNews {
    /// Which room.
    pub room: RoomName,
    /// Whose it is, if it is passed on for somebody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<MemberId>,
    /// What it is.
    #[serde(flatten)]
    pub signal: Signal,
}

/// What can be told. Its serde form is what comes beside room and sender.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum Signal {
    /// You are in.
    JoinedRoom(Place),
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
        reason: Left,
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

impl RoomNews {
    /// The name under which it goes out: the course's, where it has one.
    pub fn name(&self) -> &'static str {
        match self.signal {
            Signal::JoinedRoom(_) => "joined-room",
            Signal::RequestingSdpOffer { .. } => "requesting-SDP-offer",
            Signal::UserJoined { .. } => "user-joined",
            Signal::UserLeft { .. } => "user-left",
            Signal::UserLost(_) => "user-lost",
            Signal::UserBack(_) => "user-back",
            Signal::ReceivingSdpOffer { .. } => "receiving-SDP-offer",
            Signal::AcceptingSdpOffer { .. } => "accepting-SDP-offer",
            Signal::ReceivingIceCandidate { .. } => "receiving-ICE-candidate",
        }
    }

    /// Bytes of the description, the candidate or the names in it.
    pub fn size(&self) -> usize {
        match &self.signal {
            Signal::JoinedRoom(Place { members, .. }) | Signal::RequestingSdpOffer { members } => {
                members.iter().map(|member| member.user_name.as_str().len()).sum()
            }
            Signal::ReceivingSdpOffer { offer: description, .. }
            | Signal::AcceptingSdpOffer { answer: description, .. } => description.size(),
            Signal::ReceivingIceCandidate { candidate } => candidate.size(),
            _ => 0,
        }
    }

    /// Whether it holds binary values.
    pub fn is_binary(&self) -> bool {
        match &self.signal {
            Signal::ReceivingSdpOffer { offer: description, .. }
            | Signal::AcceptingSdpOffer { answer: description, .. } => description.is_binary(),
            Signal::ReceivingIceCandidate { candidate } => candidate.is_binary(),
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
pub struct Place {
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
pub enum Left {
    /// It left the room.
    Left,
    /// It closed its page or its connection.
    Closed,
    /// Its connection broke.
    Lost,
}

impl From<Ended> for Left {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Hangup => Self::Left,
            Ended::Closed => Self::Closed,
            Ended::Lost => Self::Lost,
        }
    }
}
