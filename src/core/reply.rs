//! What the sender of a command gets back.

use super::back_end::Effect;
use super::id::PeerId;
use crate::protocol::call::{Call, CallStage, IceCandidate};
use crate::protocol::id::{MemberId, OfferId};
use crate::protocol::name::{RoomName, UserName};
use crate::protocol::room::JoinedRoom;
use crate::protocol::server_message::{Restored, ServerMessage};

/// The outcome of a command that was accepted.
#[derive(Debug, PartialEq)]
pub enum Reply {
    /// It was done, and there is nothing to add.
    Done,
    /// It had no effect: the same message was accepted before, or it is about a session that has ended meanwhile.
    Ignored,
    /// It had no effect, since its sender is not connected by this connection any more. It is not acknowledged: the sender
    /// sends it again on its next connection.
    Stale,
    /// The connection works.
    Pong,
    /// The client is connected.
    Welcome(Welcome),
    /// The connection is forgotten. The calls that its peer had.
    Left(Vec<OfferId>),
    /// The offer is open under this id.
    Offered(OfferId),
    /// The offer was relayed within the call of this id.
    Renegotiated(OfferId),
    /// The answer was relayed.
    Answered(Answered),
    /// The offer of this id has ended: its addressee does not want it.
    Declined(OfferId),
    /// A party of this call has reported what became of it.
    Reported(OfferId, CallStage),
    /// The open offers, oldest first.
    Offers(Vec<Call>),
    /// These calls and offers have ended.
    Ended(Vec<OfferId>),
    /// The client is a member of this room.
    Joined(RoomName, JoinedRoom),
    /// The client waits to enter this room, and will have this id there.
    Waiting(RoomName, MemberId),
    /// What came of the request of a back end.
    BackEnd(Effect),
}

/// What an answer brought.
#[derive(Debug, Default, PartialEq)]
pub struct Answered {
    /// The offerer's candidates so far, oldest first: the acknowledgement of `newAnswer`.
    pub candidates: Vec<IceCandidate>,
    /// The call that it began, and its offerer; `None` within a call that had begun before.
    pub begun: Option<(OfferId, UserName)>,
}

/// What a client is sent when it has connected, in this order.
#[derive(Debug, PartialEq)]
pub struct Welcome {
    /// The peer that it is: a new one, or one that has returned.
    pub peer: PeerId,
    /// What it still has. Also for a client that expected that and has nothing.
    pub restored: Option<Restored>,
    /// The messages that it missed; numbered for a client that counts.
    pub missed: Vec<(Option<u64>, ServerMessage)>,
    /// The offers that it can answer (Course step 11), oldest first.
    pub offers: Vec<Call>,
    /// A peer of the same session that was removed: not all that it had missed was kept. Its connection may look alive.
    pub replaced: Option<PeerId>,
}
