//! A fault of the server itself ends what it happened in, and nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use switchboard::core::peer::ConnectionEnd;
use switchboard::hub::directory::{Broadcast, Outbox};
use switchboard::hub::{Hub, Speaker};
use switchboard::protocol::limits::Limits;
use switchboard::protocol::name::{ConnectionId, PeerId};

use crate::support::fixtures::{description, newcomer};

/// An outbox; a faulty one panics when it is sent something.
#[derive(Default)]
struct WayOut {
    is_faulty: bool,
    ended: AtomicBool,
}

impl Outbox for WayOut {
    fn tell(&self, _: &Broadcast, _: Option<u64>) {
        assert!(!self.is_faulty, "a fault that should be impossible");
    }

    fn announce_shutdown(&self) {}

    fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    fn cut(&self, _: &str) {}
}

fn arrive(hub: &Hub, connection: u64, name: &str, is_faulty: bool) -> (PeerId, Arc<WayOut>) {
    hub.arrive(ConnectionId(connection), newcomer(name), |_| Arc::new(WayOut { is_faulty, ..WayOut::default() }))
}

fn offer(hub: &Hub, peer: PeerId, connection: u64) -> bool {
    let by = Speaker { peer, connection: ConnectionId(connection), number: None };
    let mut kept = false;
    hub.offer(by, description("an offer"), |outcome| kept = matches!(outcome, Some(Ok(_))));
    kept
}

#[test]
fn panic_in_one_outbox_ends_that_client_only() {
    let limits = Limits { grace: std::time::Duration::ZERO, ..Limits::default() };
    let hub = Hub::new(limits);
    let (faulty, broken) = arrive(&hub, 1, "faulty", true);
    let (amy, out) = arrive(&hub, 2, "amy", false);
    assert!(offer(&hub, amy, 2), "amy is heard as if nothing had happened");
    assert!(broken.ended.load(Ordering::Relaxed) && !out.ended.load(Ordering::Relaxed));
    hub.leave(faulty, ConnectionId(1), ConnectionEnd::Broken);
    hub.leave(amy, ConnectionId(2), ConnectionEnd::Closed);
    assert!(hub.is_empty(), "nothing is left");
}
