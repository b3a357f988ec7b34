//! Joining and leaving rooms: which client receives what, over Socket.IO and the bare WebSocket ("Rooms").

use serde_json::{Value, json};

use crate::support::member::{BARE, EVERY, PAIRS, WEB_SOCKET};
use crate::support::{Bare, Client, Member, TestServer};

const ROOM: &str = "kitchen";

fn with_room(room: &str, mut payload: Value) -> Value {
    payload["room"] = json!(room);
    payload
}

#[tokio::test]
async fn first_member_of_a_room_finds_no_members() {
    let server = TestServer::start(&[]).await;
    for (room, kind) in ["one", "two", "three", "four"].into_iter().zip(EVERY) {
        let mut amy = Member::connect(&server, kind, "amy").await;
        let joined = amy.join(room).await;
        let own = json!({ "peerId": amy.id, "polite": true, "members": [], "host": amy.id, "access": "open" });
        assert_eq!(joined, with_room(room, own));
        amy.expect_silence().await;
        amy.close().await;
    }
}

#[tokio::test]
async fn new_member_receives_members_and_members_receive_user_joined() {
    for (first, second) in PAIRS {
        let server = TestServer::start(&[]).await;
        let mut amy = Member::connect(&server, first, "amy").await;
        let mut bob = Member::connect(&server, second, "bob").await;
        amy.join(ROOM).await;
        // `join` holds the reply against `joined-room`, and sees that `requesting-SDP-offer` comes after it.
        let found = bob.join(ROOM).await;
        let own =
            json!({ "peerId": bob.id, "polite": true, "members": [amy.info()], "host": amy.id, "access": "open" });
        assert_eq!(found, with_room(ROOM, own));
        assert_eq!(amy.expect("user-joined").await, bob.joined(ROOM));
        for member in [&mut amy, &mut bob] {
            member.expect_silence().await;
        }
    }
}

#[tokio::test]
async fn member_list_is_in_order_of_joining_without_oneself() {
    let server = TestServer::start(&[]).await;
    let [amy, bob, mut cem] = Member::gather(&server, ROOM, [BARE, WEB_SOCKET, BARE]).await;
    let mut dan = Member::connect(&server, WEB_SOCKET, "dan").await;
    let found = dan.join(ROOM).await;
    assert_eq!(found["members"], json!([amy.info(), bob.info(), cem.info()]));
    // A member that joins again is at the end.
    cem.expect("user-joined").await;
    cem.leave(ROOM).await;
    let found = cem.join(ROOM).await;
    assert_eq!(found["members"], json!([amy.info(), bob.info(), dan.info()]));
    let mut eve = Member::connect(&server, BARE, "eve").await;
    let found = eve.join(ROOM).await;
    assert_eq!(found["members"], json!([amy.info(), bob.info(), dan.info(), cem.info()]));
}

#[tokio::test]
async fn join_without_ack_gets_joined_room_event() {
    let server = TestServer::start(&[]).await;
    for kind in EVERY {
        let mut amy = Member::connect(&server, kind, "amy").await;
        amy.say("joining-room", json!({ "room": "a room of one's own" })).await;
        let joined = amy.expect("joined-room").await;
        assert_eq!((&joined["polite"], &joined["members"]), (&json!(true), &json!([])));
        amy.say("leaving-room", json!({ "room": "a room of one's own" })).await;
        amy.expect_silence().await;
    }
}

#[tokio::test]
async fn second_join_returns_members_and_notifies_no_other() {
    for (first, second) in PAIRS {
        let server = TestServer::start(&[]).await;
        let [mut amy, mut bob] = Member::gather(&server, ROOM, [first, second]).await;
        for _ in 0..2 {
            let reply = bob.ask("joining-room", json!({ "room": ROOM })).await;
            let own =
                json!({ "peerId": bob.id, "polite": true, "members": [amy.info()], "host": amy.id, "access": "open" });
            let found = with_room(ROOM, own);
            assert_eq!(bob.expect("joined-room").await, found);
            assert_eq!((&reply["ok"], &reply["peerId"], &reply["members"]), (&json!(true), &bob.id, &found["members"]));
        }
        // Nor is it asked for an offer a second time.
        bob.expect_silence().await;
        amy.expect_silence().await;
        // Still once in the room: to leave once is enough.
        bob.leave(ROOM).await;
        assert_eq!(amy.expect("user-left").await, bob.left(ROOM, "left"));
        bob.refused("leaving-room", json!({ "room": ROOM }), "not-in-room").await;
    }
}

#[tokio::test]
async fn member_of_two_rooms_has_two_peer_ids_and_no_socket_id() {
    let server = TestServer::start(&[]).await;
    for kind in EVERY {
        let mut amy = Member::connect(&server, kind, "amy").await;
        let rooms = ["one", "two"];
        let mut ids = Vec::new();
        for room in rooms {
            amy.join(room).await;
            let id = amy.id.as_str().expect("a text").to_owned();
            assert!(id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit()), "an id of ours, not {id}");
            ids.push(id);
        }
        assert_ne!(ids[0], ids[1]);
        for room in rooms {
            amy.leave(room).await;
        }
        // A member that joins again has a new peer id.
        amy.join("one").await;
        assert!(!ids.iter().any(|id| amy.id == *id.as_str()));
        amy.close().await;
    }
    let mut amy = Client::connect(&server, "amy").await;
    let joined = amy.emit_with_ack("joining-room", json!({ "room": ROOM })).await;
    assert_ne!(joined["peerId"], amy.handshake["sid"]);
}

#[tokio::test]
async fn member_that_leaves_receives_no_more_and_others_user_left() {
    for (first, second) in PAIRS {
        let server = TestServer::start(&[]).await;
        let [mut amy, mut bob, mut cem] = Member::gather(&server, ROOM, [first, second, first]).await;
        bob.leave(ROOM).await;
        for member in [&mut amy, &mut cem] {
            assert_eq!(member.expect("user-left").await, bob.left(ROOM, "left"));
            member.expect_silence().await;
        }
        cem.leave(ROOM).await;
        assert_eq!(amy.expect("user-left").await, cem.left(ROOM, "left"));
        bob.expect_silence().await;
    }
}

#[tokio::test]
async fn event_of_one_room_never_reaches_another() {
    let server = TestServer::start(&[]).await;
    let mut amy = Member::connect(&server, WEB_SOCKET, "amy").await;
    let mut bob = Member::connect(&server, BARE, "bob").await;
    let mut cem = Member::connect(&server, WEB_SOCKET, "cem").await;
    amy.join("one").await;
    amy.join("two").await;
    bob.join("two").await;
    assert_eq!(amy.expect("user-joined").await, bob.joined("two"));
    cem.join("one").await;
    assert_eq!(amy.expect("user-joined").await, cem.joined("one"));
    amy.leave("one").await;
    assert_eq!(cem.expect("user-left").await["room"], "one");
    assert_eq!(cem.expect("host-changed").await, json!({ "room": "one", "host": cem.id }));
    bob.expect_silence().await;
    // Still in the other.
    bob.leave("two").await;
    assert_eq!(amy.expect("user-left").await, bob.left("two", "left"));
    cem.expect_silence().await;
}

#[tokio::test]
async fn rooms_of_one_name_are_separate_per_lobby() {
    for (first, second) in PAIRS {
        let server = TestServer::start(&[]).await;
        let lobby = |name: &str| json!({ "lobby": name });
        let mut amy = Member::connect_as(&server, first, "amy", lobby("red")).await;
        let mut bob = Member::connect_as(&server, second, "bob", lobby("blue")).await;
        let mut cem = Member::connect(&server, second, "cem").await;
        let mut dan = Member::connect_as(&server, second, "dan", lobby("red")).await;
        for member in [&mut amy, &mut bob, &mut cem] {
            assert_eq!(member.join(ROOM).await["members"], json!([]));
        }
        assert_eq!(dan.join(ROOM).await["members"], json!([amy.info()]));
        assert_eq!(amy.expect("user-joined").await, dan.joined(ROOM));
        for member in [&mut amy, &mut bob, &mut cem, &mut dan] {
            member.expect_silence().await;
        }
    }
}

#[tokio::test]
async fn bare_client_receives_no_calls_and_calls_work_beside_rooms() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut bare = Bare::connect(&server, "cem").await;
    amy.emit_with_ack("newOffer", json!({ "type": "offer", "sdp": "" })).await;
    bob.expect("newOfferAwaiting").await;
    bare.expect_silence().await;
    let mut late = Bare::connect(&server, "dan").await;
    late.expect_silence().await;
    // And clients in no room receive nothing.
    bare.ask(json!({ "action": "joining-room", "room": ROOM })).await;
    bob.expect_silence().await;
    amy.expect_silence().await;
}

#[tokio::test]
async fn a_hangup_ends_calls_but_not_rooms() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Bare::connect(&server, "bob").await;
    bob.ask(json!({ "action": "joining-room", "room": ROOM })).await;
    bob.expect("joined-room").await;
    amy.emit_with_ack("joining-room", json!({ "room": ROOM })).await;
    bob.expect("user-joined").await;
    amy.emit_with_ack("newOffer", json!({ "type": "offer", "sdp": "" })).await;
    assert_eq!(amy.emit_with_ack("hangup", Value::Null).await, json!({ "ended": 1 }));
    bob.expect_silence().await;
    // Still there.
    let everybody = json!({ "room": ROOM, "offer": "for all" });
    assert_eq!(amy.emit_with_ack("sending-SDP-offer", everybody).await, json!({ "ok": true }));
    assert_eq!(bob.expect("receiving-SDP-offer").await["data"]["offer"], "for all");
}
