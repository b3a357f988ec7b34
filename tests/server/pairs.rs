//! The data channel course's protocol, as its clients use it ("Pairs").

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use switchboard::core::command::{ConnectionEnd, Newcomer, Purpose};
use switchboard::core::id::{ConnectionId, PeerId};
use switchboard::protocol::limits::Limits;
use switchboard::protocol::name::RoomName;
use switchboard::protocol::pair::{ClientLocation, PairId};
use switchboard::protocol::refusal::Code;

use crate::support::TestServer;
use crate::support::core::TestCore;
use crate::support::fixtures::newcomer;
use crate::support::pair_user::{User, create, pair, post};

#[tokio::test]
async fn pair_messages_are_relayed_unchanged() {
    let server = TestServer::start(&[]).await;
    let mut one = User::connect(&server, "1").await;
    create(&server, "tea", json!(1)).await;
    let mut two = User::connect(&server, "two").await;
    two.join("tea", json!("two")).await;
    let joined = two.expect_words("JOIN_ROOM_RESPONSE_SUCCESS").await;
    // As it was sent: a number.
    assert_eq!((&joined["creatorId"], &joined["roomName"]), (&json!(1), &json!("tea")));
    assert_eq!(one.expect_words("JOIN_ROOM_NOTIFY").await["joinUserId"], json!("two"));

    let offer = r#"{ "label":"WEBRTC_PROCESS","data":{"type":"OFFER","offer":{"sdp":"v=0\r\n","n":1.0},"otherUserId":"1","x":[]}}"#;
    two.wire.send_text(offer).await;
    assert_eq!(one.wire.next_text().await, offer);
    one.say("ANSWER", json!({ "answer": { "type": "answer" }, "otherUserId": "two" })).await;
    assert_eq!(two.expect("ANSWER").await["answer"], json!({ "type": "answer" }));
    for number in 0..100 {
        let candidates = if number == 50 { json!([]) } else { json!([number, null]) };
        one.say("ICE_CANDIDATES", json!({ "candidatesArray": candidates, "otherUserId": "two" })).await;
        two.say("ICE_CANDIDATES", json!({ "candidatesArray": candidates, "otherUserId": 1 })).await;
        assert_eq!(two.expect("ICE_CANDIDATES").await["candidatesArray"], candidates);
        assert_eq!(one.expect("ICE_CANDIDATES").await["candidatesArray"], candidates);
    }
    one.settle().await;
    two.settle().await;
}

#[tokio::test]
async fn an_id_comes_back_as_it_was_sent_and_is_compared_as_text() {
    let server = TestServer::start(&[]).await;
    for (number, (made, joined)) in [(json!(7), json!(8)), (json!("7"), json!("8"))].into_iter().enumerate() {
        let mut seven = User::connect(&server, "7").await;
        let room = number.to_string();
        create(&server, &room, made.clone()).await;
        let mut eight = User::connect(&server, "8").await;
        eight.join(&room, joined.clone()).await;
        assert_eq!(eight.expect("JOIN_ROOM_RESPONSE_SUCCESS").await["creatorId"], made);
        assert_eq!(seven.expect("JOIN_ROOM_NOTIFY").await["joinUserId"], joined);
        for to in [json!(7), json!("7")] {
            eight.say("OFFER", json!({ "offer": {}, "otherUserId": to })).await;
            assert_eq!(seven.expect("OFFER").await["otherUserId"], to);
        }
        seven.wire.close().await;
        eight.expect("DISCONNECT_ROOM_NOTIFICATION").await;
        eight.wire.close().await;
        server_has_noticed(&server, &room).await;
    }
}

/// The room is gone: its name can be had again.
async fn server_has_noticed(server: &TestServer, room: &str) {
    let body = json!({ "roomName": room, "userId": "guest" }).to_string();
    while post(server, "/create-room", &body).await.status != 200 {}
    assert_eq!(post(server, "/destroy-room", &body).await.status, 200);
}

#[tokio::test]
async fn pair_exit_differs_from_disconnect_and_third_may_join() {
    let server = TestServer::start(&[]).await;
    let (mut one, mut two) = pair(&server, "tea").await;
    two.exit("tea", json!("two")).await;
    one.expect_words("EXIT_ROOM_NOTIFY").await;
    two.settle().await;
    for is_closed in [true, false] {
        let mut three = User::connect(&server, "3").await;
        three.join("tea", json!(3)).await;
        assert_eq!(three.expect("JOIN_ROOM_RESPONSE_SUCCESS").await["creatorId"], json!(1));
        assert_eq!(one.expect("JOIN_ROOM_NOTIFY").await["joinUserId"], json!(3));
        if is_closed {
            three.wire.close().await;
        } else {
            three.wire.lose();
        }
        one.expect_words("DISCONNECT_ROOM_NOTIFICATION").await;
    }
    // The creator may leave, too: the next client to join finds the one that stayed.
    two.join("tea", json!("two")).await;
    two.expect("JOIN_ROOM_RESPONSE_SUCCESS").await;
    one.expect("JOIN_ROOM_NOTIFY").await;
    one.wire.close().await;
    two.expect_words("DISCONNECT_ROOM_NOTIFICATION").await;
    let mut three = User::connect(&server, "3").await;
    three.join("tea", json!(3)).await;
    assert_eq!(three.expect("JOIN_ROOM_RESPONSE_SUCCESS").await["creatorId"], json!("two"));
    two.expect("JOIN_ROOM_NOTIFY").await;
    two.exit("tea", json!("two")).await;
    three.expect("EXIT_ROOM_NOTIFY").await;
    three.exit("tea", json!(3)).await;
    three.settle().await;
    server_has_noticed(&server, "tea").await;
}

#[tokio::test]
async fn disconnect_of_third_client_does_not_affect_the_pair() {
    let server = TestServer::start(&[]).await;
    let (mut one, mut two) = pair(&server, "tea").await;
    let mut three = User::connect(&server, "3").await;
    three.join("tea", json!(3)).await;
    three.expect("JOIN_ROOM_RESPONSE_FAILURE").await;
    three.wire.close().await;
    User::connect(&server, "4").await.wire.lose();
    create(&server, "coffee", json!(5)).await;
    let five = User::connect(&server, "5").await;
    five.wire.close().await;
    server_has_noticed(&server, "coffee").await;
    two.say("OFFER", json!({ "offer": 1, "otherUserId": 1 })).await;
    assert_eq!(one.expect("OFFER").await["offer"], 1);
    one.settle().await;
    two.settle().await;
}

#[tokio::test]
async fn pair_room_destroyed_by_member_notifies_both() {
    let server = TestServer::start(&[]).await;
    let (mut one, mut two) = pair(&server, "tea").await;
    let reply = post(&server, "/destroy-room", r#"{"roomName":"tea","userId":"two"}"#).await;
    let body: Value = serde_json::from_str(&reply.text()).expect("JSON");
    assert_eq!((reply.status, &body["data"]["type"]), (200, &json!("DESTORY_ROOM_RESPONSE_SUCCESS")), "{body}");
    assert!(body["data"]["message"].is_string(), "{body}");
    one.expect_words("EXIT_ROOM_NOTIFY").await;
    two.settle().await;
    two.say("OFFER", json!({ "offer": {}, "otherUserId": 1 })).await;
    two.expect_error("no-such-peer").await;
    one.settle().await;
    create(&server, "tea", json!("two")).await;
}

#[tokio::test]
async fn second_connection_of_one_id_replaces_the_first() {
    let server = TestServer::start(&[]).await;
    let (mut one, mut two) = pair(&server, "tea").await;
    let mut again = User::connect(&server, "1").await;
    one.wire.expect_close(4409).await;
    two.say("OFFER", json!({ "offer": {}, "otherUserId": 1 })).await;
    again.expect("OFFER").await;
    drop(one);
    two.settle().await;
    again.exit("tea", json!(1)).await;
    two.expect("EXIT_ROOM_NOTIFY").await;
}

fn room(name: &str) -> RoomName {
    RoomName::new(name).expect("a name")
}

fn id(number: usize) -> PairId {
    PairId::new(&json!(number)).expect("an id")
}

/// An address by its last number, in a neighbourhood of this name.
fn address(number: usize, ip_prefix: &str) -> ClientLocation {
    ClientLocation { address: format!("2001:db8::{number}").into(), ip_prefix: ip_prefix.into() }
}

fn connect(board: &mut TestCore, id: &PairId, now: Instant) -> PeerId {
    let newcomer = Newcomer { purpose: Purpose::Pairs, ..newcomer(id.text().as_str()) };
    board.arrive(ConnectionId(1), newcomer, now).peer
}

#[test]
fn pair_room_without_its_creator_expires() {
    let mut board = TestCore::new(Limits::default());
    let start = Instant::now();
    board.make_pair(room("tea"), id(1), address(1, "here"), start).expect("a room");
    board.expire(start + Duration::from_secs(29));
    assert!(!board.is_empty(), "its maker may still come");
    board.expire(start + Duration::from_secs(30));
    assert!(board.is_empty());

    // A connected client may be silent for as long as it likes.
    board.make_pair(room("tea"), id(1), address(1, "here"), start).expect("a room");
    let peer = connect(&mut board, &id(1), start);
    board.expire(start + Duration::from_secs(3600));
    assert!(board.exit_pair(peer, &room("tea"), start).is_ok(), "it is still there");
}

#[test]
fn unclaimed_pair_rooms_of_one_address_are_limited() {
    let mut board = TestCore::new(Limits { max_unclaimed: 3, ..Limits::default() });
    let start = Instant::now();
    let make = |board: &mut TestCore, number: usize, from: ClientLocation, now: Instant| {
        board.make_pair(room(&format!("room {number}")), id(number), from, now).map_err(|refusal| refusal.code)
    };
    for number in 0..3 {
        assert_eq!(make(&mut board, number, address(number, "here"), start), Ok(()));
    }
    assert_eq!(make(&mut board, 3, address(1, "here"), start), Err(Code::TooMany));
    assert_eq!(make(&mut board, 3, address(9, "here"), start), Err(Code::TooMany), "a neighbour counts as the same");
    assert_eq!(make(&mut board, 4, address(9, "there"), start), Ok(()), "another one counts by itself");
    // A room that was destroyed still counts as created.
    board.destroy_pair(&room("room 0"), None, &address(0, "here"), start).expect("destroyed");
    assert_eq!(make(&mut board, 3, address(1, "here"), start), Err(Code::TooMany));

    // The rooms of a connected creator do not count, however many there are, and whether they still exist.
    let first = connect(&mut board, &id(0), start);
    assert_eq!(make(&mut board, 3, address(1, "here"), start), Ok(()));
    assert_eq!(make(&mut board, 5, address(1, "here"), start), Err(Code::TooMany));
    for number in 10..20 {
        let name = room(&format!("room {number}"));
        board.make_pair(name, id(0), address(1, "here"), start).expect("its maker is connected");
    }
    assert_eq!(make(&mut board, 5, address(1, "here"), start), Err(Code::TooMany));

    // All others count until their time is over.
    let later = start + Duration::from_secs(30);
    board.expire(later - Duration::from_secs(1));
    let before = later - Duration::from_millis(1);
    assert_eq!(make(&mut board, 5, address(1, "here"), before), Err(Code::TooMany));
    for number in 20..23 {
        assert_eq!(make(&mut board, number, address(1, "here"), later), Ok(()));
    }
    assert_eq!(make(&mut board, 23, address(1, "here"), later), Err(Code::TooMany));

    board.leave(first, ConnectionId(1), ConnectionEnd::Closed, later);
    board.expire(later + Duration::from_secs(30));
    assert!(board.is_empty(), "nothing is kept of it all");
}
