//! Text frames at the doors without Socket.IO, rooms and pairs: each line of the input is one frame. Those that begin
//! with a tab are the second one's.

#![no_main]

use std::sync::Arc;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use switchboard::auth::rate_limiter::RateLimit;
use switchboard::protocol::json::Tree;
use switchboard::protocol::limits::Limits;
use switchboard::protocol::name::{Lobby, RoomName, UserName};
use switchboard::core::pairs::{Address, PairId};
use switchboard::core::peer::{Newcomer, Purpose};
use switchboard::hub::Hub;
use switchboard::transport::websocket::Options;
use switchboard::transport::websocket::outbox::Frames;
use switchboard::transport::websocket::peer::{ConnectionInfo, Dialect, Peer};

const OPTIONS: Options = Options {
    pairs: None,
    max_message: 1_000_000,
    max_queue: 64,
    max_queue_bytes: usize::MAX,
    rate_limit: RateLimit { burst: u32::MAX, rate: u32::MAX },
    ping_interval: Duration::from_secs(25),
    ping_timeout: Duration::from_secs(20),
};

fn address() -> Address {
    Address { exact: "192.0.2.1".into(), ip_prefix: "192.0.2.1".into() }
}

fn newcomer(name: &str, purpose: Purpose) -> Newcomer {
    let name = UserName::new(name).expect("short");
    Newcomer { name, lobby: Lobby::default(), purpose, session: None, counts: false, received: None }
}

fn talk(text: &str, dialect: fn() -> Dialect, purpose: Purpose) {
    let hub = Arc::new(Hub::new(Limits { grace: Duration::ZERO, early_ttl: Duration::ZERO, ..Limits::default() }));
    let (room, maker) = (RoomName::new("r").expect("a name"), PairId::new(&Value::from("1")).expect("an id"));
    if purpose == Purpose::Pairs {
        hub.make_pair(room, maker, address()).expect("made");
    }
    let arrive = |name: &str| Peer::arrive(newcomer(name, purpose), dialect(), ConnectionInfo::default(), hub.clone(), &OPTIONS);
    let (one, mut to_one) = arrive("1");
    let (two, mut to_two) = arrive("2");
    for line in text.lines() {
        match line.strip_prefix('\t') {
            Some(line) => two.hear(line),
            None => one.hear(line),
        };
        for Frames { frames, .. } in [&mut to_one, &mut to_two] {
            while let Ok(frame) = frames.try_recv() {
                let Tree(frame) = serde_json::from_slice(&frame).expect("JSON");
                assert!(frame.is_object());
            }
        }
    }
    drop((one, two));
    hub.expire();
    assert!(hub.is_empty(), "something was left behind");
}

fuzz_target!(|text: &str| {
    talk(text, || Dialect::Rooms, Purpose::Rooms);
    talk(text, || Dialect::Pairs(address()), Purpose::Pairs);
});
