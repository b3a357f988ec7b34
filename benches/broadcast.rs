//! What one offer to a whole lobby costs before it reaches the sockets: the receivers found, the message encoded once and given to each outbox:
//! `cargo bench --bench broadcast`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use divan::Bencher;
use divan::counter::ItemsCount;
use switchboard::core::reply::{Reply, Welcome};
use switchboard::hub::order::Hub;
use switchboard::hub::outbox::{Broadcast, Outbox};
use switchboard::hub::peer::ConnectedPeer;
use switchboard::hub::shards::Numbers;
use switchboard::protocol::client_message::ClientMessage;
use switchboard::protocol::limits::Limits;
use switchboard::protocol::server_message::ServerMessage;
use tokio::sync::Notify;

#[path = "../tests/server/support/fixtures.rs"]
#[allow(dead_code)]
mod fixtures;

/// How many receive it.
const RECEIVERS: [u64; 4] = [1, 100, 1_000, 10_000];

fn main() {
    divan::main();
}

/// An outbox that takes what a transport would send: the encoded packet, which is the same for all.
struct Counter {
    received: Arc<Received>,
}

/// What all have received.
#[derive(Default)]
struct Received {
    count: AtomicU64,
    bytes: AtomicUsize,
    goal: AtomicU64,
    reached: Notify,
}

impl Outbox for Counter {
    fn welcome(&self, _: &Welcome) {}

    fn send(&self, broadcast: &Broadcast, _: Option<u64>) {
        // The withdrawal of the offer before goes along with the new one, and is not counted.
        let ServerMessage::NewOfferAwaiting(_) = &broadcast.message else { return };
        self.received.bytes.fetch_add(broadcast.packet(None).len(), Ordering::Relaxed);
        if self.received.count.fetch_add(1, Ordering::Relaxed) + 1 == self.received.goal.load(Ordering::Relaxed) {
            self.received.reached.notify_one();
        }
    }

    fn announce_shutdown(&self) {}

    fn end(self: Arc<Self>) {}

    fn cut(&self, _: &str) {}
}

fn connect(hub: &Arc<Hub>, number: u64, received: &Arc<Received>) -> ConnectedPeer {
    let newcomer = fixtures::newcomer(&format!("person {number}"));
    fixtures::connected(hub, newcomer, Arc::new(Counter { received: received.clone() }))
}

/// One new offer of 4.5 KB to so many.
#[divan::bench(args = RECEIVERS)]
fn new_offer(bencher: Bencher, receivers: u64) {
    let (hub, received) = (Arc::new(Hub::new(Limits::default())), Arc::new(Received::default()));
    let _peers: Vec<ConnectedPeer> = (1..=receivers).map(|number| connect(&hub, number, &received)).collect();
    let caller = connect(&hub, 0, &received);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let description = fixtures::description(&"a=rtpmap:96 VP8/90000\r\n".repeat(190));
    bencher.counter(ItemsCount::new(receivers)).bench_local(|| {
        received.goal.store(received.count.load(Ordering::Relaxed) + receivers, Ordering::Relaxed);
        let offer = ClientMessage::NewOffer { offer: description.clone(), to: None };
        assert!(matches!(fixtures::reply(&caller, Ok(offer)), Ok(Reply::Offered(_))));
        // A large lobby is served step by step.
        runtime.block_on(async {
            tokio::select! {
                () = hub.fan_out() => {}
                () = received.reached.notified() => {}
            }
        });
        caller.submit(Numbers::default(), Ok(ClientMessage::CancelOffer), |_| {});
    });
    assert!(received.bytes.load(Ordering::Relaxed) as u64 > receivers * 4_500);
}
