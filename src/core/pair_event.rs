//! What is told to one of a pair, in the words of the data channel course.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use crate::protocol::name::RoomName;

/// Something told to one of a pair.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub enum PairMessage {
    /// You are in.
    JoinRoomResponseSuccess {
        /// In words.
        message: &'static str,
        /// The one who is there.
        creator_id: Value,
        /// Where.
        room_name: RoomName,
    },
    /// Somebody came.
    JoinRoomNotify {
        /// In words.
        message: &'static str,
        /// Who.
        join_user_id: Value,
    },
    /// The other one left, on purpose.
    ExitRoomNotify {
        /// In words.
        message: &'static str,
    },
    /// The other one's connection ended.
    DisconnectRoomNotification {
        /// In words.
        message: &'static str,
    },
    /// What the other one sent, to the letter.
    #[serde(skip)]
    Relayed(Arc<str>),
}
