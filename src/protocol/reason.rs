//! Why offers, calls and memberships end: the `reason` of several messages.

use serde::{Deserialize, Serialize};

/// How a party of a call left it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DisconnectReason {
    /// It hung up.
    Hangup,
    /// It left on purpose: tab closed, page reloaded, socket closed by the client.
    Closed,
    /// Its connection broke.
    Lost,
}

/// Why an open offer has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WithdrawReason {
    /// A peer answered it.
    Answered,
    /// Its caller made a new one.
    Replaced,
    /// Its caller cancelled it.
    Cancelled,
    /// The user that it was to did not want it.
    Declined,
    /// Its caller hung up.
    Hangup,
    /// Its caller left on purpose.
    Closed,
    /// It waited too long.
    Expired,
    /// Its caller's connection broke.
    Lost,
}

/// How a member left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeaveReason {
    /// It left the room.
    Left,
    /// It closed its page or its connection.
    Closed,
    /// Its connection broke.
    Lost,
}

impl From<DisconnectReason> for WithdrawReason {
    fn from(reason: DisconnectReason) -> Self {
        match reason {
            DisconnectReason::Hangup => Self::Hangup,
            DisconnectReason::Closed => Self::Closed,
            DisconnectReason::Lost => Self::Lost,
        }
    }
}

impl From<DisconnectReason> for LeaveReason {
    fn from(reason: DisconnectReason) -> Self {
        match reason {
            DisconnectReason::Hangup => Self::Left,
            DisconnectReason::Closed => Self::Closed,
            DisconnectReason::Lost => Self::Lost,
        }
    }
}
