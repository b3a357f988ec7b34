//! `after`: where a list goes on, as a text that means nothing to others. It holds the key of the last entry, so that it is
//! valid when that entry is gone.

use std::fmt::Write;

use super::error::ApiError;
use crate::core::id::PeerId;
use crate::core::listing::{CallKey, PeerKey, RoomKey};
use crate::hub::back_end::Place;
use crate::hub::shard::ShardId;
use crate::protocol::id::OfferId;
use crate::protocol::name::{Lobby, RoomName, UserName};

/// A key of a list.
pub(super) trait Key: Sized {
    /// Which list: a cursor of another one is refused.
    const LIST: char;

    /// As a text.
    fn write(&self) -> String;

    /// The key of a text.
    fn read(text: &str) -> Option<Self>;
}

/// `LIST`, the number of the shard in two digits, and the key, if there is one: as hexadecimal digits.
pub(super) fn write<K: Key>((shard, key): &Place<K>) -> String {
    let text = format!("{}{:02}{}", K::LIST, shard.number(), key.as_ref().map(Key::write).unwrap_or_default());
    text.bytes().fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The place of a cursor.
pub(super) fn read<K: Key>(cursor: &str) -> Result<Place<K>, ApiError> {
    place(cursor).ok_or_else(|| ApiError::invalid("\"after\" is not the \"next\" of a page of this list."))
}

fn place<K: Key>(cursor: &str) -> Option<Place<K>> {
    let pairs = cursor.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    let bytes = pairs.map(|pair| u8::from_str_radix(pair.filter(|pair| pair.len() == 2)?, 16).ok());
    let text = String::from_utf8(bytes.collect::<Option<_>>()?).ok()?;
    let text = text.strip_prefix(K::LIST)?;
    let (number, key) = text.split_at_checked(2)?;
    let number: usize = number.parse().ok()?;
    let shard = ShardId::all().find(|shard| shard.number() == number)?;
    if key.is_empty() { Some((shard, None)) } else { Some((shard, Some(K::read(key)?))) }
}

/// A lobby and another name: the length of the lobby in four hexadecimal digits, both texts.
fn write_names(lobby: &Lobby, name: &str) -> String {
    format!("{:04x}{}{name}", lobby.as_str().len(), lobby.as_str())
}

fn read_names(text: &str) -> Option<(Lobby, &str)> {
    let (length, names) = text.split_at_checked(4)?;
    let (lobby, name) = names.split_at_checked(usize::from_str_radix(length, 16).ok()?)?;
    Some((Lobby::new(lobby).ok()?, name))
}

impl Key for PeerKey {
    const LIST: char = 'p';

    fn write(&self) -> String {
        let (lobby, name, id) = self;
        format!("{id}{}", write_names(lobby, name.as_str()))
    }

    fn read(text: &str) -> Option<Self> {
        let (id, names) = text.split_at_checked(16)?;
        let (lobby, name) = read_names(names)?;
        Some((lobby, UserName::new(name).ok()?, PeerId::parse(id)?))
    }
}

impl Key for RoomKey {
    const LIST: char = 'r';

    fn write(&self) -> String {
        write_names(&self.0, self.1.as_str())
    }

    fn read(text: &str) -> Option<Self> {
        let (lobby, name) = read_names(text)?;
        Some((lobby, RoomName::new(name).ok()?))
    }
}

impl Key for CallKey {
    const LIST: char = 'c';

    fn write(&self) -> String {
        match self {
            Self::Open(place) => format!("o{place}"),
            Self::Answered(id) => format!("a{id}"),
        }
    }

    fn read(text: &str) -> Option<Self> {
        match text.split_at_checked(1)? {
            ("o", place) => place.parse().ok().map(Self::Open),
            ("a", id) => OfferId::parse(id).map(Self::Answered),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same<K: Key + Clone + PartialEq + std::fmt::Debug>(key: K) {
        let shard = ShardId::all().nth(7).unwrap();
        for place in [(shard, Some(key)), (shard, None)] {
            assert_eq!(super::place(&write(&place)), Some(place));
        }
    }

    #[test]
    fn cursor_that_is_written_can_be_read() {
        let lobby = Lobby::new("ü 7").unwrap();
        same((lobby.clone(), UserName::new("0001 ä").unwrap(), PeerId(u64::MAX)));
        same((Lobby::default(), UserName::new("").unwrap(), PeerId(0)));
        same((lobby, RoomName::new("tea").unwrap()));
        same(CallKey::Open(12));
        same(CallKey::Answered(OfferId(5)));
    }

    #[test]
    fn other_texts_are_no_cursors() {
        let of_rooms = write(&(ShardId::PAIRS, Some((Lobby::default(), RoomName::new("tea").unwrap()))));
        for text in ["", "7", "70", "703939", "ü", "zz", &of_rooms, "7036357a", "70303000"] {
            assert!(place::<PeerKey>(text).is_none(), "{text}");
        }
    }
}
