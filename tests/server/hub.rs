//! The hub without sockets: limits of the whole server across lobbies, and faults.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use switchboard::core::command::{ConnectionEnd, Newcomer};
use switchboard::core::reply::{Reply, Welcome};
use switchboard::hub::order::Hub;
use switchboard::hub::outbox::{Broadcast, Outbox};
use switchboard::hub::peer::ConnectedPeer;
use switchboard::hub::shard::ShardId;
use switchboard::hub::shards::Numbers;
use switchboard::protocol::client_message::ClientMessage;
use switchboard::protocol::limits::Limits;
use switchboard::protocol::name::{Lobby, RoomName, Session};
use switchboard::protocol::reason::WithdrawReason;
use switchboard::protocol::refusal::Code;
use switchboard::protocol::server_message::ServerMessage;

use crate::support::fixtures::{connected, description, newcomer, reply};

/// Keeps why the client's offers were withdrawn.
#[derive(Default)]
struct Withdrawals(Mutex<Vec<WithdrawReason>>);

impl Outbox for Withdrawals {
    fn welcome(&self, _: &Welcome) {}

    fn send(&self, broadcast: &Broadcast, _: Option<u64>) {
        if let ServerMessage::OfferWithdrawn(withdrawn) = &broadcast.message {
            self.0.lock().push(withdrawn.reason);
        }
    }

    fn announce_shutdown(&self) {}

    fn end(self: Arc<Self>) {}

    fn cut(&self, _: &str) {}
}

/// Two lobbies of different shards.
fn lobbies() -> [Lobby; 2] {
    let one = Lobby::default();
    let other = (0..).map(|number| Lobby::new(&format!("lobby {number}")).expect("short"));
    let other = other.into_iter().find(|other| ShardId::of(other) != ShardId::of(&one)).expect("64 shards");
    [one, other]
}

fn connect(hub: &Arc<Hub>, name: &str, lobby: &Lobby) -> (ConnectedPeer, Arc<Withdrawals>) {
    let outbox = Arc::new(Withdrawals::default());
    let session = Some(Session::new(name).expect("short"));
    let newcomer = Newcomer { lobby: lobby.clone(), session, ..newcomer(name) };
    (connected(hub, newcomer, outbox.clone()), outbox)
}

fn offer(peer: &ConnectedPeer) {
    let reply = reply(peer, Ok(ClientMessage::NewOffer { offer: description("offer"), to: None }));
    assert!(matches!(reply, Ok(Reply::Offered(_))), "{reply:?}");
}

#[test]
fn oldest_offer_of_the_largest_lobby_expires_when_the_server_is_full() {
    let hub = Arc::new(Hub::new(Limits { max_offers: 3, ..Limits::default() }));
    let [large, small] = lobbies();
    let callers: Vec<_> = (0..3).map(|number| connect(&hub, &number.to_string(), &large)).collect();
    let other = connect(&hub, "other", &small);
    callers.iter().for_each(|(peer, _)| offer(peer));
    offer(&other.0);
    assert_eq!(callers[0].1.0.lock()[..], [WithdrawReason::Expired], "the oldest of those in the large lobby");
    assert!(other.1.0.lock().is_empty(), "the only offer of the small lobby stays");
    offer(&other.0);
    assert_eq!(callers[1].1.0.lock().len(), 1, "an offer that replaces another takes no more room");
}

#[test]
fn peer_away_for_longest_is_removed_when_too_many_are_away() {
    let hub = Arc::new(Hub::new(Limits { max_away: 1, ..Limits::default() }));
    let [large, small] = lobbies();
    for lobby in [&large, &small] {
        let watcher = connect(&hub, "watcher", lobby);
        for name in ["one", "two"] {
            let (mut peer, _) = connect(&hub, name, lobby);
            offer(&peer);
            peer.end = ConnectionEnd::Broken;
        }
        drop(watcher);
    }
    let mut returned = 0;
    for lobby in [&large, &small] {
        for name in ["one", "two"] {
            let (peer, _) = connect(&hub, name, lobby);
            match reply(&peer, Ok(ClientMessage::CancelOffer)) {
                Ok(Reply::Ended(ids)) => returned += ids.len(),
                other => panic!("an offer may always be cancelled: {other:?}"),
            }
        }
    }
    assert_eq!(returned, 1, "one peer of all lobbies may be away");
}

#[test]
fn room_beyond_the_limit_of_the_server_is_refused_in_any_lobby() {
    let hub = Arc::new(Hub::new(Limits { max_rooms: 1, grace: Duration::ZERO, ..Limits::default() }));
    let join = |lobby: &Lobby| {
        let (peer, outbox) = connect(&hub, "name", lobby);
        let room = RoomName::new("room").expect("short");
        let outcome = reply(&peer, Ok(ClientMessage::JoinRoom(room))).map(|_| ());
        (outcome.map_err(|refusal| refusal.code), peer, outbox)
    };
    let [one, other] = lobbies();
    let first = join(&one);
    assert_eq!(first.0, Ok(()));
    assert_eq!(join(&other).0, Err(Code::RoomFull));
    drop(first);
    assert_eq!(join(&other).0, Ok(()), "the first room is gone");
}

#[test]
fn panic_in_a_reply_keeps_nothing_from_others() {
    let hub = Arc::new(Hub::new(Limits { grace: Duration::ZERO, ..Limits::default() }));
    let (caller, withdrawals) = connect(&hub, "caller", &Lobby::default());
    let (other, _) = connect(&hub, "other", &Lobby::default());
    offer(&other);
    let faulty = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        other.submit(Numbers::default(), Ok(ClientMessage::CancelOffer), |_| {
            panic!("a fault that should be impossible")
        });
    }));
    assert!(faulty.is_err());
    assert_eq!(withdrawals.0.lock()[..], [WithdrawReason::Cancelled]);
    drop((caller, other));
    assert!(hub.is_empty());
}

/// Panics as it is to send a welcome.
struct Faulty(Arc<Mutex<bool>>);

impl Outbox for Faulty {
    fn welcome(&self, _: &Welcome) {
        panic!("a fault that should be impossible");
    }

    fn send(&self, _: &Broadcast, _: Option<u64>) {}

    fn announce_shutdown(&self) {}

    fn end(self: Arc<Self>) {
        *self.0.lock() = true;
    }

    fn cut(&self, _: &str) {}
}

#[test]
fn panic_in_a_welcome_ends_that_client_and_leaves_nothing() {
    let hub = Arc::new(Hub::new(Limits { grace: Duration::ZERO, ..Limits::default() }));
    let has_ended = Arc::new(Mutex::new(false));
    let peer = connected(&hub, newcomer("faulty"), Arc::new(Faulty(has_ended.clone())));
    assert!(*has_ended.lock());
    drop(peer);
    assert!(hub.is_empty());
}
