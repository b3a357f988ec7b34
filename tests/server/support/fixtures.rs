//! Values of the core, for tests without a socket. The module stands alone: benches and fuzz targets include it by
//! `#[path]`.

use switchboard::core::command::{Newcomer, Purpose};
use switchboard::protocol::call::{IceCandidate, SessionDescription};
use switchboard::protocol::gst::GstMeta;
use switchboard::protocol::limits::Limits;
use switchboard::protocol::name::{Lobby, UserName};
use switchboard::protocol::opaque::Opaque;

/// A client of this name in the default lobby, without a session.
pub fn newcomer(name: &str) -> Newcomer {
    Newcomer {
        name: UserName::new(name).expect("short enough"),
        lobby: Lobby::default(),
        purpose: Purpose::CallsAndRooms,
        session: None,
        counts: false,
        received: None,
    }
}

/// A JSON string.
pub fn opaque(text: &str) -> Opaque {
    let json = serde_json::value::to_raw_value(text).expect("text is JSON");
    Opaque::new(&json, &[]).expect("text is harmless")
}

pub fn description(text: &str) -> SessionDescription {
    SessionDescription::new(opaque(text), &Limits::default()).expect("small enough")
}

pub fn candidate(text: &str) -> IceCandidate {
    IceCandidate::new(opaque(text), &Limits::default()).expect("small enough")
}

pub fn meta(text: &str) -> GstMeta {
    GstMeta::new(opaque(text), &Limits::default()).expect("small enough")
}
