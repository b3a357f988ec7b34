//! Values of the core, for tests without a socket. The module stands alone: benches and fuzz targets include it by
//! `#[path]`.

use std::sync::{Arc, mpsc};

use switchboard::core::command::{Newcomer, Purpose};
use switchboard::core::reply::Reply;
use switchboard::hub::order::Hub;
use switchboard::hub::outbox::Outbox;
use switchboard::hub::peer::ConnectedPeer;
use switchboard::hub::shards::Numbers;
use switchboard::protocol::call::{IceCandidate, SessionDescription};
use switchboard::protocol::client_message::ClientMessage;
use switchboard::protocol::gst::GstMeta;
use switchboard::protocol::limits::Limits;
use switchboard::protocol::name::{Lobby, UserName};
use switchboard::protocol::opaque::Opaque;
use switchboard::protocol::refusal::Refusal;

/// A client of this name in the default lobby, without a session.
pub fn newcomer(name: &str) -> Newcomer {
    Newcomer {
        name: UserName::new(name).expect("short enough"),
        lobby: Lobby::default(),
        purpose: Purpose::CallsAndRooms,
        session: None,
        counts: false,
        attempt: 0,
        received: None,
        heard: None,
    }
}

/// The peer that a client becomes at a hub of one process: at once.
pub fn connected(hub: &Arc<Hub>, newcomer: Newcomer, outbox: Arc<dyn Outbox>) -> ConnectedPeer {
    let peer = ConnectedPeer::connect(hub, newcomer, outbox).try_recv();
    peer.expect("a hub of one process connects at once").expect("a hub of one process admits all")
}

/// What a hub of one process replies to a message: at once.
pub fn reply(peer: &ConnectedPeer, message: Result<ClientMessage, Refusal>) -> Result<Reply, Refusal> {
    let (sender, replies) = mpsc::channel();
    peer.submit(Numbers::default(), message, move |reply| sender.send(reply).expect("a receiver"));
    replies.try_recv().expect("a reply")
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
