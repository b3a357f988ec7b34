//! Events at the same moment, which no test over a socket can time: the core with time as an argument ("The life of an
//! offer and of a call").

use std::time::{Duration, Instant};

use switchboard::core::command::{Action, ConnectionEnd, Newcomer, NodeFull, Sender};
use switchboard::core::id::{ConnectionId, PeerId};
use switchboard::core::outgoing::{Audience, Outgoing};
use switchboard::core::reply::Reply;
use switchboard::protocol::call::{CallRef, Role};
use switchboard::protocol::client_message::{AnswerTarget, ClientMessage};
use switchboard::protocol::id::{MemberId, OfferId};
use switchboard::protocol::limits::Limits;
use switchboard::protocol::name::{RoomName, Session};
use switchboard::protocol::reason::DisconnectReason;
use switchboard::protocol::refusal::Code;
use switchboard::protocol::server_message::ServerMessage;

use crate::support::core::{Arrival, TestCore};
use crate::support::fixtures::{candidate, description, newcomer};

const SECOND: Duration = Duration::from_secs(1);

/// What a message of this number brings, on this connection.
fn accept(board: &mut TestCore, peer: PeerId, connection: u64, number: Option<u64>, now: Instant) -> Reply {
    let from = Sender { peer, connection: ConnectionId(connection), number };
    let action = Action::Message { from, message: ClientMessage::Test, id: 0, full: NodeFull::default() };
    board.apply(action, now).expect("no refusal").0
}

fn arrive(board: &mut TestCore, connection: u64, name: &str, received: Option<u64>, now: Instant) -> Arrival {
    let session = Some(Session::new(name).expect("short"));
    let newcomer = Newcomer { session, counts: true, received, ..newcomer(name) };
    board.arrive(ConnectionId(connection), newcomer, now)
}

/// As [`arrive`], knowing so much: the last of its own messages that the server confirmed, and the last that it received.
fn arrive_knowing(
    board: &mut TestCore,
    connection: u64,
    name: &str,
    (heard, received): (u64, u64),
    now: Instant,
) -> Arrival {
    let session = Some(Session::new(name).expect("short"));
    let newcomer = Newcomer { session, counts: true, received: Some(received), heard: Some(heard), ..newcomer(name) };
    board.arrive(ConnectionId(connection), newcomer, now)
}

fn numbers_sent(outgoing: &[Outgoing], to: PeerId) -> Vec<u64> {
    let number = |outgoing: &Outgoing| match outgoing.to {
        Audience::Peer(peer, number) if peer == to => number,
        _ => None,
    };
    outgoing.iter().filter_map(number).collect()
}

fn numbers(missed: &[(Option<u64>, ServerMessage)]) -> Vec<u64> {
    missed.iter().filter_map(|(number, _)| *number).collect()
}

fn sent(outgoing: &[Outgoing], to: PeerId) -> Vec<&ServerMessage> {
    outgoing
        .iter()
        .filter(|outgoing| matches!(outgoing.to, Audience::Peer(peer, _) if peer == to))
        .map(|outgoing| &outgoing.message)
        .collect()
}

#[test]
fn client_back_as_its_offer_expires_is_notified_once() {
    let (mut board, start) = (TestCore::new(Limits::default()), Instant::now());
    let amy = arrive(&mut board, 1, "amy", None, start).peer;
    board.offer(amy, OfferId(1), description("description"), start).expect("kept");
    let back = arrive(&mut board, 2, "amy", Some(0), start + Limits::default().offer_ttl);
    assert_eq!(back.peer, amy);
    assert_eq!(numbers(&back.missed), [1]);
    assert_eq!(sent(&back.outgoing, amy), [] as [&ServerMessage; 0]);
    assert_eq!(back.restored.and_then(|restored| restored.open_offer), None);
}

#[test]
fn client_back_as_its_peer_expires_is_notified_once() {
    let (mut board, start) = (TestCore::new(Limits::default()), Instant::now());
    let amy = arrive(&mut board, 1, "amy", None, start).peer;
    let bob = arrive(&mut board, 2, "bob", None, start).peer;
    board.offer(amy, OfferId(1), description("description"), start).expect("kept");
    board.answer(bob, &AnswerTarget::Offer(OfferId(1)), description("description"), true, start).expect("answered");
    board.leave(bob, ConnectionId(2), ConnectionEnd::Broken, start);
    let back = arrive(&mut board, 3, "amy", Some(2), start + Limits::default().grace);
    assert_eq!(numbers(&back.missed), [3]);
    assert!(matches!(back.missed[0].1, ServerMessage::PeerHangup(_)), "{:?}", back.missed);
    assert_eq!(sent(&back.outgoing, amy), [] as [&ServerMessage; 0]);
}

#[test]
fn client_back_after_the_grace_is_a_new_peer() {
    let (mut board, start) = (TestCore::new(Limits::default()), Instant::now());
    let grace = Limits::default().grace;
    for (away, is_back) in [(grace - SECOND, true), (grace, false)] {
        let amy = arrive(&mut board, 1, "amy", None, start).peer;
        board.offer(amy, OfferId(1), description("description"), start).expect("kept");
        board.leave(amy, ConnectionId(1), ConnectionEnd::Broken, start);
        let back = arrive(&mut board, 2, "amy", Some(0), start + away);
        assert_eq!(back.restored.and_then(|restored| restored.open_offer).is_some(), is_back);
        board.leave(back.peer, ConnectionId(2), ConnectionEnd::Closed, start + away);
    }
}

#[test]
fn ended_absence_does_not_end_the_next() {
    let (mut board, start) = (TestCore::new(Limits::default()), Instant::now());
    let grace = Limits::default().grace;
    let amy = arrive(&mut board, 1, "amy", None, start).peer;
    board.offer(amy, OfferId(1), description("description"), start).expect("kept");
    board.leave(amy, ConnectionId(1), ConnectionEnd::Broken, start);
    arrive(&mut board, 2, "amy", Some(0), start + SECOND);
    board.leave(amy, ConnectionId(2), ConnectionEnd::Broken, start + grace - SECOND);
    board.expire(start + grace + SECOND);
    let back = arrive(&mut board, 3, "amy", Some(0), start + grace + 2 * SECOND);
    assert_eq!(back.restored.and_then(|restored| restored.open_offer), Some(OfferId(1)));
}

#[test]
fn event_certainly_received_is_dropped_and_others_are_kept() {
    let limits = Limits { replay_ttl: 60 * SECOND, ..Limits::default() };
    let (mut board, start) = (TestCore::new(limits), Instant::now());
    let amy = arrive(&mut board, 1, "amy", None, start).peer;
    let bob = arrive(&mut board, 2, "bob", None, start).peer;
    board.offer(amy, OfferId(1), description("description"), start).expect("kept");
    board.answer(bob, &AnswerTarget::Offer(OfferId(1)), description("description"), true, start).expect("answered");
    board.expire(start + 59 * SECOND);
    assert_eq!(numbers(&arrive(&mut board, 3, "amy", Some(0), start + 59 * SECOND).missed), [1]);
    board.expire(start + 60 * SECOND);
    // It claims not to have received what it must have received: its call cannot be repeated whole, and is over.
    let anew = arrive(&mut board, 4, "amy", Some(0), start + 61 * SECOND);
    assert_ne!(anew.peer, amy);
    assert!(anew.missed.is_empty());
    assert!(matches!(sent(&anew.outgoing, bob)[..], [ServerMessage::PeerHangup(_)]), "{:?}", anew.outgoing);
}

#[test]
fn client_that_knows_of_more_than_the_server_keeps_its_call_and_is_counted_again() {
    for (heard, received) in [(2, 1), (1, 2), (u64::MAX, u64::MAX)] {
        let (mut board, now) = (TestCore::new(Limits::default()), Instant::now());
        let amy = arrive(&mut board, 1, "amy", None, now).peer;
        let bob = arrive(&mut board, 2, "bob", None, now).peer;
        assert_eq!(accept(&mut board, amy, 1, Some(1), now), Reply::Pong);
        board.offer(amy, OfferId(1), description("description"), now).expect("kept");
        board.answer(bob, &AnswerTarget::Offer(OfferId(1)), description("description"), true, now).expect("answered");
        board.offer(amy, OfferId(2), description("another"), now).expect("kept");
        let back = arrive_knowing(&mut board, 3, "amy", (heard, received), now);
        assert_eq!(back.peer, amy, "{heard} {received}");
        let restored = back.restored.expect("she was here");
        assert_eq!((restored.heard, restored.open_offer), (0, None));
        assert_eq!(restored.calls.len(), 1);
        assert!(back.missed.is_empty());
        // The others are told of no loss, but that the offer is gone, which she makes again.
        assert_eq!(sent(&back.outgoing, bob), [] as [&ServerMessage; 0]);
        assert_eq!(accept(&mut board, amy, 3, Some(1), now), Reply::Pong);
        assert_eq!(accept(&mut board, amy, 3, Some(1), now), Reply::Ignored);
        let outgoing =
            board.candidate(bob, Role::Answerer, CallRef::Newest, candidate("first"), now).expect("passed on");
        assert_eq!(numbers_sent(&outgoing, amy), [1]);
    }
}

#[test]
fn client_that_knows_of_as_much_as_the_server_is_not_counted_again() {
    let (mut board, now) = (TestCore::new(Limits::default()), Instant::now());
    let amy = arrive(&mut board, 1, "amy", None, now).peer;
    let bob = arrive(&mut board, 2, "bob", None, now).peer;
    for number in [1, 2] {
        assert_eq!(accept(&mut board, amy, 1, Some(number), now), Reply::Pong);
    }
    board.offer(amy, OfferId(1), description("description"), now).expect("kept");
    board.answer(bob, &AnswerTarget::Offer(OfferId(1)), description("description"), true, now).expect("answered");
    // The receipt of her second message was lost, as her answer was.
    let back = arrive_knowing(&mut board, 3, "amy", (1, 0), now);
    assert_eq!((back.peer, back.restored.map(|restored| restored.heard)), (amy, Some(2)));
    assert_eq!(numbers(&back.missed), [1]);
    assert_eq!(accept(&mut board, amy, 3, Some(2), now), Reply::Ignored);
}

#[test]
fn absent_peer_over_the_limit_expires_oldest_first() {
    let (mut board, now) = (TestCore::new(Limits { max_away: 2, ..Limits::default() }), Instant::now());
    for (number, name) in [(1, "amy"), (2, "bob"), (3, "cem")] {
        let peer = arrive(&mut board, number, name, None, now).peer;
        board.offer(peer, OfferId(number), description("description"), now).expect("kept");
        board.leave(peer, ConnectionId(number), ConnectionEnd::Broken, now);
    }
    for (number, name, is_back) in [(4, "amy", false), (5, "bob", true), (6, "cem", true)] {
        let restored = arrive(&mut board, number, name, Some(0), now).restored;
        assert_eq!(restored.and_then(|restored| restored.open_offer).is_some(), is_back, "{name}");
    }
}

#[test]
fn event_of_replaced_connection_is_neither_acted_on_nor_acknowledged() {
    let (mut board, now) = (TestCore::new(Limits::default()), Instant::now());
    let amy = arrive(&mut board, 1, "amy", None, now).peer;
    assert_eq!(accept(&mut board, amy, 1, Some(1), now), Reply::Pong);
    arrive(&mut board, 2, "amy", Some(0), now);
    for number in [None, Some(2)] {
        assert_eq!(accept(&mut board, amy, 1, number, now), Reply::Stale);
    }
    // And it was not counted: on the new connection the same number is accepted, once.
    assert_eq!(accept(&mut board, amy, 2, Some(2), now), Reply::Pong);
    assert_eq!(accept(&mut board, amy, 2, Some(2), now), Reply::Ignored);
    // Nothing is accepted from a peer that is away.
    board.offer(amy, OfferId(1), description("description"), now).expect("kept");
    board.leave(amy, ConnectionId(2), ConnectionEnd::Broken, now);
    assert_eq!(accept(&mut board, amy, 2, Some(3), now), Reply::Stale);
}

#[test]
fn member_back_as_another_expires_is_notified_once() {
    let (mut board, start) = (TestCore::new(Limits::default()), Instant::now());
    let room = RoomName::new("kitchen").expect("short");
    let members = [(1, "amy"), (2, "bob")];
    let [amy, bob] = members.map(|(id, name)| {
        let peer = arrive(&mut board, id, name, None, start).peer;
        board.join(peer, room.clone(), MemberId(id), start).expect("let in");
        peer
    });
    board.leave(bob, ConnectionId(2), ConnectionEnd::Broken, start);
    // Amy received: joined-room, user-joined, user-lost. Her old connection looks alive.
    let back = arrive(&mut board, 3, "amy", Some(3), start + Limits::default().grace);
    assert_eq!((back.peer, numbers(&back.missed)), (amy, vec![4]));
    assert_eq!(back.restored.expect("she was here").rooms[0].members, []);
    assert_eq!(back.outgoing, [], "nobody else is there");
}

#[test]
fn unconfirmed_close_ends_all_after_five_seconds() {
    let (mut board, start) = (TestCore::new(Limits::default()), Instant::now());
    let amy = arrive(&mut board, 1, "amy", None, start).peer;
    let bob = arrive(&mut board, 2, "bob", None, start).peer;
    board.offer(amy, OfferId(1), description("description"), start).expect("kept");
    board.answer(bob, &AnswerTarget::Offer(OfferId(1)), description("description"), true, start).expect("answered");
    board.leave(amy, ConnectionId(1), ConnectionEnd::Unconfirmed, start);
    assert_eq!(board.expire(start + 5 * SECOND - Duration::from_millis(1)), []);
    let outgoing = board.expire(start + 5 * SECOND);
    let hangups: Vec<_> = sent(&outgoing, bob);
    let [ServerMessage::PeerHangup(hangup)] = hangups[..] else { panic!("{outgoing:?}") };
    assert_eq!(hangup.reason, DisconnectReason::Closed);
}

#[test]
fn unconfirmed_close_is_nothing_to_a_client_that_is_back() {
    let (mut board, start) = (TestCore::new(Limits::default()), Instant::now());
    let amy = arrive(&mut board, 1, "amy", None, start).peer;
    board.offer(amy, OfferId(1), description("description"), start).expect("kept");
    board.leave(amy, ConnectionId(1), ConnectionEnd::Unconfirmed, start);
    assert_eq!(arrive(&mut board, 2, "amy", Some(0), start + SECOND).peer, amy);
    // A break after that has the whole grace again.
    board.leave(amy, ConnectionId(2), ConnectionEnd::Broken, start + 2 * SECOND);
    board.expire(start + 10 * SECOND);
    assert_eq!(arrive(&mut board, 3, "amy", Some(0), start + 11 * SECOND).peer, amy);
}

#[test]
fn connection_that_comes_after_a_later_one_is_refused_and_changes_nothing() {
    let (mut board, now) = (TestCore::new(Limits::default()), Instant::now());
    let newcomer_of = |attempt: u64, (heard, received): (u64, u64)| {
        let session = Some(Session::new("amy's").expect("short"));
        let (heard, received) = (Some(heard), Some(received));
        Newcomer { session, counts: true, attempt, received, heard, ..newcomer("amy") }
    };
    let amy = board.arrive(ConnectionId(1), newcomer_of(1, (0, 0)), now).peer;
    let bob = arrive(&mut board, 2, "bob", None, now).peer;
    assert_eq!(board.arrive(ConnectionId(3), newcomer_of(3, (0, 0)), now).peer, amy);
    board.offer(amy, OfferId(1), description("description"), now).expect("kept");
    board.answer(bob, &AnswerTarget::Offer(OfferId(1)), description("description"), true, now).expect("answered");
    // It knows of more than there is, as of a count that has ended: it would be counted again.
    for (connection, attempt) in [(4, 2), (5, 3)] {
        let newcomer = newcomer_of(attempt, (9, 9));
        let outcome = board.apply(Action::Connect { connection: ConnectionId(connection), newcomer }, now);
        assert_eq!(outcome.expect_err("it comes too late").code, Code::Unavailable);
    }
    assert_eq!(accept(&mut board, amy, 3, Some(1), now), Reply::Pong);
    let outgoing = board.candidate(bob, Role::Answerer, CallRef::Newest, candidate("first"), now).expect("passed on");
    assert_eq!(numbers_sent(&outgoing, amy), [2]);
    // One that does not say which it is is the last one, as before.
    assert_eq!(arrive(&mut board, 6, "bob", Some(0), now).peer, bob);
    let back = board.arrive(ConnectionId(7), newcomer_of(4, (1, 0)), now);
    assert_eq!((back.peer, numbers(&back.missed)), (amy, vec![1, 2]));
}
