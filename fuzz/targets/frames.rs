//! Text frames of rooms, pairs and streams on a bare WebSocket: each line of the input is one frame. Lines that begin with a
//! tab are the second client's.

#![no_main]

use std::sync::Arc;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use parking_lot::Mutex;
use serde_json::Value;
use switchboard::core::command::{Newcomer, Purpose};
use switchboard::core::reply::{Reply, Welcome};
use switchboard::hub::outbox::{Broadcast, Outbox};
use switchboard::hub::peer::ConnectedPeer;
use switchboard::hub::order::Hub;
use switchboard::protocol::json::Tree;
use switchboard::protocol::limits::Limits;
use switchboard::protocol::name::RoomName;
use switchboard::protocol::pair::{ClientLocation, PairId};
use switchboard::protocol::websocket::{gst, pairs, rooms};

#[path = "../../tests/server/support/fixtures.rs"]
#[allow(dead_code)]
mod fixtures;

/// Keeps the frames that a client is sent.
#[derive(Default)]
struct Frames(Mutex<Vec<String>>);

impl Frames {
    fn push(&self, frame: impl Into<String>) {
        self.0.lock().push(frame.into());
    }
}

impl Outbox for Frames {
    fn welcome(&self, _: &Welcome) {}

    fn send(&self, broadcast: &Broadcast, _: Option<u64>) {
        let frame = broadcast.frame().expect("rooms, pairs and streams have frames");
        self.push(String::from_utf8(frame.into()).expect("text"));
    }

    fn announce_shutdown(&self) {}

    fn end(self: Arc<Self>) {}

    fn cut(&self, _: &str) {}
}

fn location() -> ClientLocation {
    ClientLocation { address: "192.0.2.1".into(), ip_prefix: "192.0.2.1".into() }
}

fn send(peer: &ConnectedPeer, frames: &Frames, purpose: Purpose, text: &str, limits: &Limits) {
    if purpose == Purpose::Pairs {
        let pairs::DecodedPairFrame { kind, message, .. } = pairs::decode(text, &location());
        if let Err(refusal) = fixtures::reply(peer, message) {
            frames.push(pairs::rejected(&kind, &refusal));
        }
        return;
    }
    if purpose == Purpose::Gst {
        if let Err(refusal) = fixtures::reply(peer, gst::decode(text, limits).message) {
            frames.push(gst::rejected(&refusal));
        }
        return;
    }
    let rooms::DecodedRoomFrame { id, action, message } = rooms::decode(text, limits);
    let room = message.as_ref().ok().and_then(|message| message.room().cloned());
    match (fixtures::reply(peer, message), id, room) {
        (Ok(Reply::Joined(room, joined)), Some(id), _) => frames.push(rooms::accepted(id, &room, Some(&joined))),
        (Ok(Reply::Waiting(room, peer_id)), Some(id), _) => frames.push(rooms::waiting(id, &room, peer_id)),
        (Ok(_), Some(id), Some(room)) => frames.push(rooms::accepted(id, &room, None)),
        (Ok(_), ..) => {}
        (Err(refusal), ..) => frames.push(rooms::rejected(id, action, &refusal)),
    }
}

fn talk(text: &str, purpose: Purpose) {
    let limits = Limits { grace: Duration::ZERO, early_ttl: Duration::ZERO, ..Limits::default() };
    let hub = Arc::new(Hub::new(limits.clone()));
    if purpose == Purpose::Pairs {
        let (room, maker) = (RoomName::new("r").expect("a name"), PairId::new(&Value::from("1")).expect("an id"));
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(hub.make_pair(room, maker, location())).expect("made");
    }
    let connect = |name: &str| {
        let frames = Arc::new(Frames::default());
        let newcomer = Newcomer { purpose, ..fixtures::newcomer(name) };
        (fixtures::connected(&hub, newcomer, frames.clone()), frames)
    };
    let (one, two) = (connect("1"), connect("2"));
    for line in text.lines() {
        match line.strip_prefix('\t') {
            Some(line) => send(&two.0, &two.1, purpose, line, &limits),
            None => send(&one.0, &one.1, purpose, line, &limits),
        }
        for frame in one.1.0.lock().drain(..).chain(two.1.0.lock().drain(..)) {
            let Tree(frame) = serde_json::from_str(&frame).expect("JSON");
            assert!(frame.is_object());
        }
    }
    drop((one, two));
    hub.tick();
    assert!(hub.is_empty(), "something was left behind");
}

fuzz_target!(|text: &str| {
    talk(text, Purpose::Rooms);
    talk(text, Purpose::Pairs);
    talk(text, Purpose::Gst);
});
