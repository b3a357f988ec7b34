//! What the server sends in rooms, the same in both dialects that have rooms.

use serde::{Deserialize, Serialize};

use super::call::{IceCandidate, SessionDescription};
use super::id::MemberId;
use super::name::{RoomName, UserName};
use super::opaque::OnWire;
use super::reason::LeaveReason;
use super::refusal::Refusal;

/// The names of all messages in rooms.
pub const EVENTS: [&str; 14] = [
    "joined-room",
    "requesting-SDP-offer",
    "user-joined",
    "user-left",
    "user-lost",
    "user-back",
    "host-changed",
    "access-changed",
    "waiting-in-room",
    "waiting-changed",
    "not-admitted",
    "receiving-SDP-offer",
    "accepting-SDP-offer",
    "receiving-ICE-candidate",
];

/// A message in a room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoomMessage {
    /// Which room.
    pub room: RoomName,
    /// The member that sent what is relayed; `None` for the server's own messages.
    pub from: Option<MemberId>,
    /// Its kind and payload.
    pub event: RoomEvent,
}

/// The kinds of messages in a room, by event name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum RoomEvent {
    /// `joined-room`: the receiver is a member.
    JoinedRoom(JoinedRoom),
    /// `requesting-SDP-offer`: the receiver, which has just joined, sends an offer to each of these.
    RequestingSdpOffer {
        /// The members that were there before.
        members: Vec<MemberInfo>,
    },
    /// `user-joined`: another member has joined. In an offer collision (glare) the receiver is impolite.
    UserJoined(MemberInfo),
    /// `user-left`: a member has left.
    UserLeft {
        /// Which.
        member: MemberInfo,
        /// How.
        reason: LeaveReason,
    },
    /// `user-lost`: a member's connection to the server broke. It may return.
    UserLost(MemberInfo),
    /// `user-back`: it has returned.
    UserBack(MemberInfo),
    /// `host-changed`: another member is the host.
    HostChanged {
        /// Which.
        host: MemberId,
    },
    /// `access-changed`: the host has decided who may enter.
    AccessChanged {
        /// Who may.
        access: RoomAccess,
    },
    /// `waiting-in-room`: the receiver is no member yet, and waits to be admitted.
    WaitingInRoom {
        /// The id that it will have as a member.
        peer_id: MemberId,
    },
    /// `waiting-changed`, to the host: the waiting clients, in the order in which they came.
    WaitingChanged {
        /// All of them.
        waiting: Vec<MemberInfo>,
    },
    /// `not-admitted`: the receiver waits no longer, and is no member.
    NotAdmitted(Refusal),
    /// `receiving-SDP-offer`: an offer for the receiver.
    ReceivingSdpOffer {
        /// The sender's user name.
        user_name: UserName,
        /// The offer.
        offer: SessionDescription,
    },
    /// `accepting-SDP-offer`: the answer to the receiver's offer.
    AcceptingSdpOffer {
        /// The sender's user name.
        user_name: UserName,
        /// The answer.
        answer: SessionDescription,
    },
    /// `receiving-ICE-candidate`: a candidate for the receiver.
    ReceivingIceCandidate {
        /// The candidate.
        candidate: IceCandidate,
    },
}

impl RoomMessage {
    /// The name of its event: the course's, where it has one.
    pub fn name(&self) -> &'static str {
        match self.event {
            RoomEvent::JoinedRoom(_) => "joined-room",
            RoomEvent::RequestingSdpOffer { .. } => "requesting-SDP-offer",
            RoomEvent::UserJoined(_) => "user-joined",
            RoomEvent::UserLeft { .. } => "user-left",
            RoomEvent::UserLost(_) => "user-lost",
            RoomEvent::UserBack(_) => "user-back",
            RoomEvent::HostChanged { .. } => "host-changed",
            RoomEvent::AccessChanged { .. } => "access-changed",
            RoomEvent::WaitingInRoom { .. } => "waiting-in-room",
            RoomEvent::WaitingChanged { .. } => "waiting-changed",
            RoomEvent::NotAdmitted(_) => "not-admitted",
            RoomEvent::ReceivingSdpOffer { .. } => "receiving-SDP-offer",
            RoomEvent::AcceptingSdpOffer { .. } => "accepting-SDP-offer",
            RoomEvent::ReceivingIceCandidate { .. } => "receiving-ICE-candidate",
        }
    }

    /// Bytes of the description, the candidate or the names in it.
    pub fn size(&self) -> usize {
        match &self.event {
            RoomEvent::JoinedRoom(JoinedRoom { members, .. })
            | RoomEvent::RequestingSdpOffer { members }
            | RoomEvent::WaitingChanged { waiting: members } => {
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
        match &self.event {
            RoomEvent::ReceivingSdpOffer { offer: description, .. }
            | RoomEvent::AcceptingSdpOffer { answer: description, .. } => description.is_binary(),
            RoomEvent::ReceivingIceCandidate { candidate } => candidate.is_binary(),
            _ => false,
        }
    }
}

impl RoomEvent {
    /// The payload as it is sent, beside the room and the sender.
    pub fn on_wire(&self) -> RoomPayload<'_> {
        match self {
            Self::JoinedRoom(joined) => RoomPayload::JoinedRoom(joined),
            Self::RequestingSdpOffer { members } => RoomPayload::RequestingSdpOffer { members },
            Self::UserJoined(member) => RoomPayload::UserJoined { member, polite: false },
            Self::UserLeft { member, reason } => RoomPayload::UserLeft { member, reason: *reason },
            Self::UserLost(member) | Self::UserBack(member) => RoomPayload::Member(member),
            Self::HostChanged { host } => RoomPayload::HostChanged { host: *host },
            Self::AccessChanged { access } => RoomPayload::AccessChanged { access: *access },
            Self::WaitingInRoom { peer_id } => RoomPayload::WaitingInRoom { peer_id: *peer_id },
            Self::WaitingChanged { waiting } => RoomPayload::WaitingChanged { waiting },
            Self::NotAdmitted(refusal) => RoomPayload::NotAdmitted(refusal),
            Self::ReceivingSdpOffer { user_name, offer } => {
                RoomPayload::ReceivingSdpOffer { user_name, offer: offer.on_wire() }
            }
            Self::AcceptingSdpOffer { user_name, answer } => {
                RoomPayload::AcceptingSdpOffer { user_name, answer: answer.on_wire() }
            }
            Self::ReceivingIceCandidate { candidate } => {
                RoomPayload::ReceivingIceCandidate { candidate: candidate.on_wire() }
            }
        }
    }
}

/// The wire form of a [`RoomEvent`].
#[derive(Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
#[allow(missing_docs)]
pub enum RoomPayload<'a> {
    JoinedRoom(&'a JoinedRoom),
    RequestingSdpOffer {
        members: &'a [MemberInfo],
    },
    UserJoined {
        #[serde(flatten)]
        member: &'a MemberInfo,
        polite: bool,
    },
    UserLeft {
        #[serde(flatten)]
        member: &'a MemberInfo,
        reason: LeaveReason,
    },
    Member(&'a MemberInfo),
    HostChanged {
        host: MemberId,
    },
    AccessChanged {
        access: RoomAccess,
    },
    WaitingInRoom {
        peer_id: MemberId,
    },
    WaitingChanged {
        waiting: &'a [MemberInfo],
    },
    NotAdmitted(&'a Refusal),
    ReceivingSdpOffer {
        user_name: &'a UserName,
        offer: OnWire<'a>,
    },
    AcceptingSdpOffer {
        user_name: &'a UserName,
        answer: OnWire<'a>,
    },
    ReceivingIceCandidate {
        candidate: OnWire<'a>,
    },
}

/// A member as the others see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberInfo {
    /// Its id in the room.
    pub peer_id: MemberId,
    /// Its user name.
    pub user_name: UserName,
}

/// Who may enter a room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoomAccess {
    /// Each client that joins.
    #[default]
    Open,
    /// Clients that the host admits; until then they wait.
    Ask,
    /// No other client.
    Locked,
}

impl RoomAccess {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Open, Self::Ask, Self::Locked];

    /// As it is on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Ask => "ask",
            Self::Locked => "locked",
        }
    }

    /// The one with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|access| access.name() == name)
    }
}

/// The payload of `joined-room`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JoinedRoom {
    /// The receiver's own id in the room.
    pub peer_id: MemberId,
    /// Always true: in an offer collision (glare) the member that joined last takes its own offer back.
    pub polite: bool,
    /// The other members, in the order of joining.
    pub members: Vec<MemberInfo>,
    /// The member that decides who may enter.
    pub host: MemberId,
    /// Who may enter.
    pub access: RoomAccess,
}

/// A room of the receiver, in `restored`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoomMembership {
    /// Which room.
    pub room: RoomName,
    /// The receiver's own id in it.
    pub peer_id: MemberId,
    /// The other members, in the order of joining.
    pub members: Vec<MemberInfo>,
    /// The member that decides who may enter.
    pub host: MemberId,
    /// Who may enter.
    pub access: RoomAccess,
    /// The clients that wait to be admitted, where the receiver is the host.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub waiting: Vec<MemberInfo>,
}

/// A room that the receiver waits to enter, in `restored`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoomWait {
    /// Which room.
    pub room: RoomName,
    /// The id that the receiver will have as a member.
    pub peer_id: MemberId,
}
