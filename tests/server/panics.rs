//! A fault of the server itself ends what it happened in, and nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use switchboard::core::command::ConnectionEnd;
use switchboard::core::reply::{Reply, Welcome};
use switchboard::hub::order::Hub;
use switchboard::hub::outbox::{Broadcast, Outbox};
use switchboard::hub::peer::ConnectedPeer;
use switchboard::protocol::client_message::ClientMessage;
use switchboard::protocol::limits::Limits;

use crate::support::fixtures::{connected, description, newcomer, reply};

/// An outbox; a faulty one panics when it is to send.
#[derive(Default)]
struct TestOutbox {
    is_faulty: bool,
    ended: AtomicBool,
}

impl Outbox for TestOutbox {
    fn welcome(&self, _: &Welcome) {}

    fn send(&self, _: &Broadcast, _: Option<u64>) {
        assert!(!self.is_faulty, "a fault that should be impossible");
    }

    fn announce_shutdown(&self) {}

    fn end(self: Arc<Self>) {
        self.ended.store(true, Ordering::Relaxed);
    }

    fn cut(&self, _: &str) {}
}

fn connect(hub: &Arc<Hub>, name: &str, is_faulty: bool) -> (ConnectedPeer, Arc<TestOutbox>) {
    let outbox = Arc::new(TestOutbox { is_faulty, ..TestOutbox::default() });
    (connected(hub, newcomer(name), outbox.clone()), outbox)
}

#[test]
fn panic_in_one_outbox_ends_that_client_only() {
    let hub = Arc::new(Hub::new(Limits { grace: Duration::ZERO, ..Limits::default() }));
    let (faulty, broken) = connect(&hub, "faulty", true);
    let (mut amy, out) = connect(&hub, "amy", false);
    let reply = reply(&amy, Ok(ClientMessage::NewOffer { offer: description("an offer"), to: None }));
    assert!(matches!(reply, Ok(Reply::Offered(_))), "amy is heard as if nothing had happened");
    assert!(broken.ended.load(Ordering::Relaxed) && !out.ended.load(Ordering::Relaxed));
    drop(faulty);
    amy.end = ConnectionEnd::Closed;
    drop(amy);
    assert!(hub.is_empty(), "nothing is left");
}
