//! What one offer to everybody costs before it comes to the sockets: found, encoded once, handed to each outbox:
//! `cargo bench --bench broadcast`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use divan::Bencher;
use divan::counter::ItemsCount;
use serde_json::value::to_raw_value;
use switchboard::core::outgoing::ServerMessage;
use switchboard::core::peer::{Newcomer, Purpose};
use switchboard::hub::directory::{Broadcast, Outbox};
use switchboard::hub::{Hub, Speaker};
use switchboard::protocol::call::SessionDescription;
use switchboard::protocol::limits::Limits;
use switchboard::protocol::name::{ConnectionId, Lobby, PeerId, UserName};
use switchboard::protocol::opaque::Opaque;
use tokio::sync::Notify;

/// How many hear it.
const RECEIVERS: [u64; 4] = [1, 100, 1_000, 10_000];

fn main() {
    divan::main();
}

/// An outbox that takes what a door would send: the encoded event, which is the same for all.
struct Counter {
    heard: Arc<Heard>,
}

/// What all have heard.
#[derive(Default)]
struct Heard {
    count: AtomicU64,
    bytes: AtomicUsize,
    goal: AtomicU64,
    reached: Notify,
}

impl Outbox for Counter {
    fn tell(&self, telling: &Broadcast, _: Option<u64>) {
        // That the offer before is gone goes along with the new one, and is not counted.
        let ServerMessage::NewOfferAwaiting(call) = &telling.message else { return };
        let encoded = telling.payload.get_or_init(|| to_raw_value(std::slice::from_ref(call)).unwrap_or_default());
        self.heard.bytes.fetch_add(encoded.get().len(), Ordering::Relaxed);
        if self.heard.count.fetch_add(1, Ordering::Relaxed) + 1 == self.heard.goal.load(Ordering::Relaxed) {
            self.heard.reached.notify_one();
        }
    }

    fn announce_shutdown(&self) {}

    fn end(&self) {}

    fn cut(&self, _: &str) {}
}

fn arrive(hub: &Hub, number: u64, heard: &Arc<Heard>) -> PeerId {
    let newcomer = Newcomer {
        name: UserName::new(&format!("person {number}")).expect("a name"),
        lobby: Lobby::default(),
        purpose: Purpose::CallsAndRooms,
        session: None,
        counts: false,
        received: None,
    };
    hub.arrive(ConnectionId(number), newcomer, |_| Arc::new(Counter { heard: heard.clone() })).0
}

/// One new offer of 4.5 KB to so many.
#[divan::bench(args = RECEIVERS)]
fn new_offer(bencher: Bencher, receivers: u64) {
    let (hub, heard) = (Hub::new(Limits::default()), Arc::new(Heard::default()));
    for number in 1..=receivers {
        arrive(&hub, number, &heard);
    }
    let connection = ConnectionId(0);
    let caller = arrive(&hub, 0, &heard);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let json = to_raw_value(&"a=rtpmap:96 VP8/90000\r\n".repeat(190)).expect("text is JSON");
    let opaque = Opaque::new(&json, &[]).expect("harmless");
    let description = SessionDescription::new(opaque, &Limits::default()).expect("small");
    bencher.counter(ItemsCount::new(receivers)).bench_local(|| {
        let by = Speaker { peer: caller, connection, number: None };
        let mut kept = false;
        heard.goal.store(heard.count.load(Ordering::Relaxed) + receivers, Ordering::Relaxed);
        hub.offer(by, description.clone(), |outcome| kept = matches!(outcome, Some(Ok(_))));
        assert!(kept);
        // A large lobby is served step by step.
        runtime.block_on(async {
            tokio::select! {
                () = hub.fan_out() => {}
                () = heard.reached.notified() => {}
            }
        });
        hub.cancel(by, |_| {});
    });
    assert!(heard.bytes.load(Ordering::Relaxed) as u64 > receivers * 4_500);
}
