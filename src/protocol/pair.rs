//! Pairs: the wire of the data channel course, with rooms of two.

use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::name::{RoomName, UserName};
use super::refusal::{Code, Refusal};

/// The id that a user gives itself: a number or a text. Two ids are the same user if their texts are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairId {
    text: UserName,
    is_number: bool,
}

impl PairId {
    /// Reads a number or a text.
    ///
    /// # Errors
    /// `bad-payload` for anything else, or an empty text; `too-large` for more than 64 characters.
    pub fn new(id: &Value) -> Result<Self, Refusal> {
        let text = match id {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        if text.is_empty() {
            return Err(Refusal::new(Code::BadPayload, "A userId is missing: a number or a text."));
        }
        Ok(Self { text: UserName::new(&text)?, is_number: id.is_number() })
    }

    /// As text.
    pub fn text(&self) -> &UserName {
        &self.text
    }

    /// The id as its owner wrote it.
    pub fn on_wire(&self) -> impl Serialize + '_ {
        WrittenId(self)
    }
}

impl From<UserName> for PairId {
    fn from(text: UserName) -> Self {
        Self { text, is_number: false }
    }
}

struct WrittenId<'a>(&'a PairId);

impl Serialize for WrittenId<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // A number as it was written: read as a number again, its last digit might change.
        let text = self.0.text.as_str();
        match self.0.is_number.then(|| RawValue::from_string(text.to_owned())) {
            Some(Ok(number)) => number.serialize(serializer),
            _ => text.serialize(serializer),
        }
    }
}

/// Where a client is in the network. Only compared, never sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientLocation {
    /// Its IP address.
    pub address: Arc<str>,
    /// The prefix that its household shares.
    pub ip_prefix: Arc<str>,
}

/// A message to one of a pair, by its `type`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PairMessage {
    /// `JOIN_ROOM_RESPONSE_SUCCESS`: the receiver has joined.
    Joined {
        /// The other user.
        creator_id: PairId,
        /// Which room.
        room_name: RoomName,
    },
    /// `JOIN_ROOM_NOTIFY`: the other user has joined.
    OtherJoined {
        /// The other user.
        join_user_id: PairId,
    },
    /// `EXIT_ROOM_NOTIFY`: the other user has left on purpose.
    OtherLeft,
    /// `EXIT_ROOM_NOTIFY`: the room was destroyed.
    Destroyed,
    /// `DISCONNECT_ROOM_NOTIFICATION`: the other user's connection has ended.
    OtherDisconnected,
    /// `DISCONNECT_ROOM_NOTIFICATION`: the maker of the room never connected.
    OtherNeverConnected,
    /// A frame of the other user, to the letter.
    Relayed(Arc<str>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_goes_out_as_its_owner_wrote_it() {
        for written in ["1", "\"1\"", "1.5", "1000.0", "-0.0", "\"x\"", "4.925453703180964e-16"] {
            let id = PairId::new(&serde_json::from_str(written).unwrap()).unwrap();
            let text = id.text().as_str();
            let expected = if written.starts_with('"') { format!("\"{text}\"") } else { text.to_owned() };
            assert_eq!(serde_json::to_string(&id.on_wire()).unwrap(), expected, "{written}");
        }
    }
}
