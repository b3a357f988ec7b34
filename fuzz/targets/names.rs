//! Names and ids.

#![no_main]

use libfuzzer_sys::fuzz_target;
use switchboard::protocol::json::Tree;
use switchboard::protocol::id::{MemberId, OfferId};
use switchboard::protocol::name::{Lobby, RoomName, Session, UserName};
use switchboard::protocol::pair::PairId;

fuzz_target!(|data: &str| {
    let fits = data.chars().count() <= 64;
    assert_eq!(UserName::new(data).is_ok_and(|name| name.as_str() == data), fits);
    assert_eq!(Lobby::new(data).is_ok_and(|name| name.as_str() == data), fits);
    assert_eq!(RoomName::new(data).is_ok_and(|name| name.as_str() == data), fits && !data.is_empty());
    assert_eq!(Session::new(data).is_ok(), fits);
    // An id is read only in the one form in which we write it.
    assert!(OfferId::parse(data).is_none_or(|id| id.to_string() == data));
    assert!(MemberId::parse(data).is_none_or(|id| id.to_string() == data));
    let Tree(value) = serde_json::from_str(data).unwrap_or_else(|_| Tree(data.into()));
    if let Ok(id) = PairId::new(&value) {
        assert!((1..=64).contains(&id.text().as_str().chars().count()));
    }
});
