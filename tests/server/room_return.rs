//! A returning member is in its rooms again under the same `peerId` and receives what it missed ("Rooms", "Pages with a
//! session").

use serde_json::{Value, json};

use crate::support::member::{BARE, EVERY, Kind, PAIRS, WEB_SOCKET};
use crate::support::payload::{candidate, offer, page};
use crate::support::{Client, Member, TestServer, Transport};

const ROOM: &str = "kitchen";
const CANDIDATE: &str = "sending-ICE-candidate";

fn session(name: &str) -> Value {
    json!({ "session": name })
}

/// One with a session and one without, both in the room.
async fn two(server: &TestServer, kind: Kind) -> (Member, Member) {
    let mut amy = Member::connect(server, WEB_SOCKET, "amy").await;
    let mut bob = Member::connect_as(server, kind, "bob", session("bob's")).await;
    amy.join(ROOM).await;
    bob.join(ROOM).await;
    assert_eq!(amy.expect("user-joined").await, bob.joined(ROOM));
    (amy, bob)
}

#[tokio::test]
async fn returning_member_receives_restored_then_missed_once() {
    for kind in EVERY {
        for more in [json!({}), session("bob's")] {
            let server = TestServer::start(&[]).await;
            let mut amy = Member::connect(&server, WEB_SOCKET, "amy").await;
            let mut cem = Member::connect(&server, BARE, "cem").await;
            let mut bob = Member::connect_as(&server, kind, "bob", more.clone()).await;
            for member in [&mut amy, &mut cem, &mut bob] {
                member.join(ROOM).await;
            }
            for _ in 0..2 {
                amy.expect("user-joined").await;
            }
            cem.expect("user-joined").await;
            let (id, about) = (bob.id.clone(), bob.about(ROOM));
            bob.break_off().await;
            for member in [&mut amy, &mut cem] {
                assert_eq!(member.expect("user-lost").await, about);
            }
            let mut dan = Member::connect(&server, BARE, "dan").await;
            dan.join(ROOM).await;
            for member in [&mut amy, &mut cem] {
                assert_eq!(member.expect("user-joined").await, dan.joined(ROOM));
            }
            dan.say("sending-SDP-offer", json!({ "room": ROOM, "offer": offer("dan's") })).await;
            for number in 0..20 {
                dan.say(CANDIDATE, json!({ "room": ROOM, "to": id, "candidate": candidate(number) })).await;
            }
            dan.settle().await;
            cem.leave(ROOM).await;

            let mut bob = Member::open(&server, kind, "bob", more).await;
            let restored = bob.expect("restored").await;
            let members = [amy.info(), dan.info()];
            let membership =
                json!({ "room": ROOM, "peerId": id, "members": members, "host": amy.id, "access": "open" });
            assert_eq!(restored["rooms"], json!([membership]));
            assert_eq!(bob.expect("user-joined").await, dan.joined(ROOM));
            assert_eq!(bob.expect("receiving-SDP-offer").await["offer"], offer("dan's"));
            for number in 0..20 {
                let heard = json!({ "room": ROOM, "from": dan.id, "candidate": candidate(number) });
                assert_eq!(bob.expect("receiving-ICE-candidate").await, heard);
            }
            assert_eq!(bob.expect("user-left").await, cem.left(ROOM, "left"));
            bob.expect_silence().await;
            for event in ["receiving-SDP-offer", "user-left", "user-back"] {
                amy.expect(event).await;
            }
            assert_eq!(dan.expect("user-left").await, cem.left(ROOM, "left"));
            assert_eq!(dan.expect("user-back").await, about);
        }
    }
}

#[tokio::test]
async fn page_back_before_its_break_is_noticed_notifies_no_member() {
    for kind in EVERY {
        let server = TestServer::start(&[]).await;
        let (mut amy, bob) = two(&server, kind).await;
        let id = bob.id.clone();
        let mut old = bob;
        for _ in 0..3 {
            let mut bob = Member::open(&server, kind, "bob", session("bob's")).await;
            let members = [amy.info()];
            let membership =
                json!({ "room": ROOM, "peerId": id, "members": members, "host": amy.id, "access": "open" });
            assert_eq!(bob.expect("restored").await["rooms"], json!([membership]));
            bob.expect_silence().await;
            // The old connection is closed, and received nothing.
            assert_eq!(old.next_or_end().await, None, "{kind:?}");
            amy.say(CANDIDATE, json!({ "room": ROOM, "to": id, "candidate": candidate(1) })).await;
            assert_eq!(bob.expect("receiving-ICE-candidate").await["candidate"], candidate(1));
            amy.expect_silence().await;
            old = bob;
        }
    }
}

#[tokio::test]
async fn other_session_name_or_lobby_is_another_member() {
    for kind in EVERY {
        let server = TestServer::start(&[]).await;
        let (mut amy, bob) = two(&server, kind).await;
        bob.break_off().await;
        amy.expect("user-lost").await;
        let others = [
            ("bob", json!({})),
            ("bob", session("another")),
            ("rob", session("bob's")),
            ("bob", json!({ "session": "bob's", "lobby": "red" })),
        ];
        for (name, more) in others {
            let mut other = Member::connect_as(&server, kind, name, more).await;
            other.expect_silence().await;
            other.refused("leaving-room", json!({ "room": ROOM }), "not-in-room").await;
            other.close().await;
        }
        amy.expect_silence().await;
    }
}

#[tokio::test]
async fn clients_of_one_name_are_two_members() {
    for (first, second) in PAIRS {
        let server = TestServer::start(&[]).await;
        let mut one = Member::connect(&server, first, "amy").await;
        let mut other = Member::connect(&server, second, "amy").await;
        one.join(ROOM).await;
        other.join(ROOM).await;
        assert_ne!(one.id, other.id);
        assert_eq!(one.expect("user-joined").await, other.joined(ROOM));
        let left = one.left(ROOM, "closed");
        one.close().await;
        assert_eq!(other.expect("user-left").await, left);
        assert_eq!(other.expect("host-changed").await["host"], other.id);
        other.expect_silence().await;
    }
}

#[tokio::test]
async fn bare_client_and_page_of_one_name_are_two_members() {
    for more in [json!({}), session("one for both")] {
        for (kind, other_kind) in [(BARE, WEB_SOCKET), (WEB_SOCKET, BARE)] {
            let server = TestServer::start(&[]).await;
            let mut cem = Member::connect(&server, BARE, "cem").await;
            let mut amy = Member::connect_as(&server, kind, "amy", more.clone()).await;
            amy.join(ROOM).await;
            cem.join(ROOM).await;
            amy.expect("user-joined").await;
            let about = amy.about(ROOM);
            amy.break_off().await;
            assert_eq!(cem.expect("user-lost").await, about);
            assert_eq!(cem.expect("host-changed").await["host"], cem.id);
            let mut other = Member::connect_as(&server, other_kind, "amy", more.clone()).await;
            other.expect_silence().await;
            cem.expect_silence().await;
            let mut amy = Member::open(&server, kind, "amy", more.clone()).await;
            assert_eq!(amy.expect("restored").await["rooms"][0]["peerId"], about["peerId"]);
            assert_eq!(cem.expect("user-back").await, about);
            assert_eq!(cem.expect("host-changed").await["host"], about["peerId"]);
        }
    }
}

#[tokio::test]
async fn returning_member_is_in_its_rooms_and_none_it_left() {
    for kind in EVERY {
        let server = TestServer::start(&[]).await;
        let (mut amy, mut bob) = two(&server, kind).await;
        let in_kitchen = bob.id.clone();
        for room in ["cellar", "attic"] {
            bob.join(room).await;
        }
        let in_attic = bob.id.clone();
        bob.leave("cellar").await;
        bob.break_off().await;
        amy.expect("user-lost").await;
        let mut bob = Member::open(&server, kind, "bob", session("bob's")).await;
        let rooms = json!([
            { "room": ROOM, "peerId": in_kitchen, "members": [amy.info()], "host": amy.id, "access": "open" },
            { "room": "attic", "peerId": in_attic, "members": [], "host": in_attic, "access": "open" }
        ]);
        assert_eq!(bob.expect("restored").await["rooms"], rooms);
        bob.refused("leaving-room", json!({ "room": "cellar" }), "not-in-room").await;
        bob.leave("attic").await;
        bob.expect_silence().await;
    }
}

#[tokio::test]
async fn absence_of_member_with_too_many_events_ends_at_once() {
    for kind in EVERY {
        // Half of the queue's length is kept for an absent client.
        let server = TestServer::start(&["--max-queue", "64"]).await;
        for (count, is_kept) in [(32, true), (33, false)] {
            let (mut amy, bob) = two(&server, kind).await;
            let (about, left) = (bob.about(ROOM), bob.left(ROOM, "lost"));
            bob.break_off().await;
            assert_eq!(amy.expect("user-lost").await, about);
            for number in 0..count {
                let to_bob = json!({ "room": ROOM, "to": about["peerId"], "candidate": candidate(number) });
                assert_eq!(amy.ask(CANDIDATE, to_bob).await["ok"], true);
            }
            if is_kept {
                let mut bob = Member::open(&server, kind, "bob", session("bob's")).await;
                bob.expect("restored").await;
                for number in 0..count {
                    assert_eq!(bob.expect("receiving-ICE-candidate").await["candidate"], candidate(number));
                }
                bob.close().await;
                amy.expect("user-back").await;
                amy.expect("user-left").await;
            } else {
                assert_eq!(amy.expect("user-left").await, left);
                let mut bob = Member::connect_as(&server, kind, "bob", session("bob's")).await;
                bob.expect_silence().await;
            }
            amy.close().await;
        }
    }
}

#[tokio::test]
async fn room_event_has_number_for_page_with_numbers() {
    let server = TestServer::start(&[]).await;
    let mut bob = Client::connect_as(&server, page("bob", "bob's", None)).await;
    let mut amy = Member::connect(&server, BARE, "amy").await;
    let reply = bob.emit_with_ack("joining-room", json!({ "room": ROOM })).await;
    let id = reply["peerId"].clone();
    assert_eq!(bob.expect_numbered(1, "joined-room").await["peerId"], id);
    amy.join(ROOM).await;
    assert_eq!(bob.expect_numbered(2, "user-joined").await, amy.joined(ROOM));
    for number in 1..4 {
        amy.say(CANDIDATE, json!({ "room": ROOM, "to": id, "candidate": candidate(number) })).await;
    }
    amy.settle().await;
    assert_eq!(bob.expect_numbered(3, "receiving-ICE-candidate").await["candidate"], candidate(1));
    // The connection breaks unnoticed: the last two were sent, and are lost.
    let mut back =
        Client::try_connect(&server, Transport::WebSocket, page("bob", "bob's", Some(3))).await.expect("let in");
    assert_eq!(back.expect("restored").await["rooms"][0]["peerId"], id);
    assert_eq!(back.expect_numbered(4, "receiving-ICE-candidate").await["candidate"], candidate(2));
    assert_eq!(back.expect_numbered(5, "receiving-ICE-candidate").await["candidate"], candidate(3));
    amy.leave(ROOM).await;
    assert_eq!(back.expect_numbered(6, "user-left").await, amy.left(ROOM, "left"));
    back.expect_silence().await;
    amy.expect_silence().await;
}

#[tokio::test]
async fn room_event_repeated_by_number_is_relayed_once() {
    let server = TestServer::start(&[]).await;
    let mut amy = Member::connect(&server, BARE, "amy").await;
    amy.join(ROOM).await;
    let mut bob = Client::connect_as(&server, page("bob", "bob's", None)).await;
    for _ in 0..2 {
        assert_eq!(bob.emit_numbered_with_ack(1, "joining-room", json!({ "room": ROOM })).await["ok"], true);
    }
    for _ in 0..2 {
        let to_all = json!({ "room": ROOM, "offer": offer("once") });
        assert_eq!(bob.emit_numbered_with_ack(2, "sending-SDP-offer", to_all).await, json!({ "ok": true }));
    }
    amy.expect("user-joined").await;
    assert_eq!(amy.expect("receiving-SDP-offer").await["offer"], offer("once"));
    amy.expect_silence().await;
}
