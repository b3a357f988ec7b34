//! The host of a room sets who may enter, admits and rejects waiting clients ("The host and who may enter").

use serde_json::{Value, json};

use crate::support::member::{BARE, EVERY, Kind, PAIRS, POLLING, WEB_SOCKET};
use crate::support::payload::{candidate, offer};
use crate::support::{Member, TestServer};

const ROOM: &str = "kitchen";

/// The host has set the access, and all members were sent that.
async fn set(access: &str, members: &mut [&mut Member]) {
    let payload = json!({ "room": ROOM, "access": access });
    assert_eq!(members[0].ask("setting-access", payload.clone()).await, json!({ "ok": true }));
    for member in members {
        assert_eq!(member.expect("access-changed").await, payload);
    }
}

/// A client that joins, and has to wait.
async fn waiting(server: &TestServer, kind: Kind, name: &str) -> Member {
    let mut member = Member::connect(server, kind, name).await;
    wait(&mut member).await;
    member
}

async fn wait(member: &mut Member) {
    let reply = member.ask("joining-room", json!({ "room": ROOM })).await;
    member.id = reply["peerId"].clone();
    assert_eq!(reply, json!({ "ok": true, "room": ROOM, "peerId": member.id, "waiting": true }));
    assert_eq!(member.expect("waiting-in-room").await, json!({ "room": ROOM, "peerId": member.id }));
}

/// The host was sent that these wait.
async fn expect_waiting(host: &mut Member, who: &[&Member]) {
    let infos: Vec<_> = who.iter().map(|member| member.info()).collect();
    assert_eq!(host.expect("waiting-changed").await, json!({ "room": ROOM, "waiting": infos }));
}

/// What a member that was admitted receives: those whom it found.
async fn admitted(member: &mut Member, members: &[&Member], host: &Value, access: &str) {
    let infos: Vec<_> = members.iter().map(|member| member.info()).collect();
    let (id, polite) = (&member.id, true);
    let joined =
        json!({ "room": ROOM, "peerId": id, "polite": polite, "members": infos, "host": host, "access": access });
    assert_eq!(member.expect("joined-room").await, joined);
    if !infos.is_empty() {
        assert_eq!(member.expect("requesting-SDP-offer").await, json!({ "room": ROOM, "members": infos }));
    }
}

fn about(member: &Member) -> Value {
    json!({ "room": ROOM, "to": member.id })
}

#[tokio::test]
async fn room_is_open_and_its_maker_is_the_host() {
    for (first, second) in PAIRS {
        let server = TestServer::start(&[]).await;
        let mut amy = Member::connect(&server, first, "amy").await;
        let joined = amy.join(ROOM).await;
        assert_eq!((&joined["host"], &joined["access"]), (&amy.id, &json!("open")));
        let mut bob = Member::connect(&server, second, "bob").await;
        let joined = bob.join(ROOM).await;
        assert_eq!((&joined["host"], &joined["access"]), (&amy.id, &json!("open")));
        assert_eq!(amy.expect("user-joined").await, bob.joined(ROOM));
        amy.expect_silence().await;
    }
}

#[tokio::test]
async fn host_is_the_oldest_member_whose_connection_is_here() {
    for (first, second) in PAIRS {
        let server = TestServer::start(&[]).await;
        let [amy, bob, mut cem, mut dan] = Member::gather(&server, ROOM, [first, first, second, second]).await;
        let host = |member: &Member| json!({ "room": ROOM, "host": member.id });
        let (of_amy, of_bob) = (host(&amy), host(&bob));
        // No change: another one is lost.
        bob.break_off().await;
        for member in [&mut cem, &mut dan] {
            member.expect("user-lost").await;
            member.expect_silence().await;
        }
        amy.break_off().await;
        for member in [&mut cem, &mut dan] {
            member.expect("user-lost").await;
        }
        let of_cem = host(&cem);
        for member in [&mut cem, &mut dan] {
            assert_eq!(member.expect("host-changed").await, of_cem);
        }
        // The longest member is the host again once it is back; what it missed comes before.
        let mut bob = Member::open(&server, first, "bob", json!({})).await;
        let restored = bob.expect("restored").await;
        assert_eq!(restored["rooms"][0]["host"], of_bob["host"]);
        bob.expect("user-lost").await;
        for now in [&of_cem, &of_bob] {
            assert_eq!(bob.expect("host-changed").await, *now);
        }
        let mut amy = Member::open(&server, first, "amy", json!({})).await;
        assert_eq!(amy.expect("restored").await["rooms"][0]["host"], of_amy["host"]);
        assert_eq!(amy.expect("host-changed").await, of_cem);
        amy.expect("user-back").await;
        for now in [&of_bob, &of_amy] {
            assert_eq!(amy.expect("host-changed").await, *now);
        }
        for member in [&mut cem, &mut dan] {
            for now in [&of_bob, &of_amy] {
                member.expect("user-back").await;
                assert_eq!(member.expect("host-changed").await, *now);
            }
        }
        amy.leave(ROOM).await;
        for member in [&mut cem, &mut dan] {
            member.expect("user-left").await;
            assert_eq!(member.expect("host-changed").await, of_bob);
        }
        cem.leave(ROOM).await;
        dan.expect("user-left").await;
        dan.expect_silence().await;
    }
}

#[tokio::test]
async fn host_admits_a_client_that_then_is_a_member() {
    for (first, second) in PAIRS {
        let server = TestServer::start(&[]).await;
        let [mut amy, mut bob] = Member::gather(&server, ROOM, [first, second]).await;
        set("ask", &mut [&mut amy, &mut bob]).await;
        let mut cem = waiting(&server, second, "cem").await;
        expect_waiting(&mut amy, &[&cem]).await;
        let mut dan = waiting(&server, first, "dan").await;
        expect_waiting(&mut amy, &[&cem, &dan]).await;
        bob.expect_silence().await;

        assert_eq!(amy.ask("admitting-peer", about(&dan)).await, json!({ "ok": true }));
        admitted(&mut dan, &[&amy, &bob], &amy.id, "ask").await;
        for member in [&mut amy, &mut bob] {
            assert_eq!(member.expect("user-joined").await, dan.joined(ROOM));
        }
        expect_waiting(&mut amy, &[&cem]).await;
        cem.expect_silence().await;
        // It takes part like any other.
        dan.say("sending-SDP-offer", json!({ "room": ROOM, "to": bob.id, "offer": offer("dan's") })).await;
        assert_eq!(bob.expect("receiving-SDP-offer").await["from"], dan.id);
        // Twice is once.
        amy.refused("admitting-peer", about(&dan), "no-such-peer").await;
        amy.refused("rejecting-peer", about(&dan), "no-such-peer").await;
    }
}

#[tokio::test]
async fn client_that_waits_is_no_member() {
    for (first, second) in PAIRS {
        let server = TestServer::start(&[]).await;
        let [mut amy] = Member::gather(&server, ROOM, [first]).await;
        set("ask", &mut [&mut amy]).await;
        let mut bob = waiting(&server, second, "bob").await;
        expect_waiting(&mut amy, &[&bob]).await;
        let to_amy = json!({ "room": ROOM, "to": amy.id, "candidate": candidate(1) });
        bob.refused("sending-ICE-candidate", to_amy, "not-in-room").await;
        bob.refused("sending-SDP-offer", json!({ "room": ROOM, "offer": offer("x") }), "not-in-room").await;
        for (name, payload) in [
            ("setting-access", json!({ "room": ROOM, "access": "open" })),
            ("admitting-peer", about(&bob)),
            ("rejecting-peer", about(&bob)),
        ] {
            bob.refused(name, payload, "not-in-room").await;
        }
        // Nor can anything be sent to it.
        let to_bob = json!({ "room": ROOM, "to": bob.id, "candidate": candidate(1) });
        amy.refused("sending-ICE-candidate", to_bob, "no-such-peer").await;
        amy.say("sending-SDP-offer", json!({ "room": ROOM, "offer": offer("x") })).await;
        amy.settle().await;
        // To come again changes nothing.
        let id = bob.id.clone();
        wait(&mut bob).await;
        assert_eq!(bob.id, id);
        bob.expect_silence().await;
        amy.expect_silence().await;
    }
}

#[tokio::test]
async fn rejected_client_is_sent_a_reason_and_may_come_again() {
    for (first, second) in PAIRS {
        let server = TestServer::start(&[]).await;
        let [mut amy] = Member::gather(&server, ROOM, [first]).await;
        set("ask", &mut [&mut amy]).await;
        let mut bob = waiting(&server, second, "bob").await;
        expect_waiting(&mut amy, &[&bob]).await;
        assert_eq!(amy.ask("rejecting-peer", about(&bob)).await, json!({ "ok": true }));
        let reason = bob.expect("not-admitted").await;
        assert_eq!((&reason["room"], &reason["code"]), (&json!(ROOM), &json!("not-admitted")));
        assert!(reason["message"].as_str().is_some_and(|message| message.contains(' ')), "a sentence: {reason}");
        expect_waiting(&mut amy, &[]).await;
        amy.refused("admitting-peer", about(&bob), "no-such-peer").await;
        bob.refused("leaving-room", json!({ "room": ROOM }), "not-in-room").await;
        let before = bob.id.clone();
        wait(&mut bob).await;
        assert_ne!(bob.id, before, "another place");
        expect_waiting(&mut amy, &[&bob]).await;
    }
}

#[tokio::test]
async fn only_the_host_decides() {
    for (first, second) in PAIRS {
        let server = TestServer::start(&[]).await;
        let [mut amy, mut bob] = Member::gather(&server, ROOM, [first, second]).await;
        set("ask", &mut [&mut amy, &mut bob]).await;
        let mut cem = waiting(&server, second, "cem").await;
        expect_waiting(&mut amy, &[&cem]).await;
        for (name, payload) in [
            ("setting-access", json!({ "room": ROOM, "access": "open" })),
            ("admitting-peer", about(&cem)),
            ("rejecting-peer", about(&cem)),
        ] {
            bob.refused(name, payload.clone(), "not-host").await;
            // In a room that it is not in, and in none at all.
            let mut dan = Member::connect(&server, first, "dan").await;
            dan.refused(name, payload.clone(), "not-in-room").await;
            let mut elsewhere = payload;
            elsewhere["room"] = json!("nowhere");
            amy.refused(name, elsewhere, "not-in-room").await;
        }
        for to in
            [json!("0123456789abcdef"), json!("nobody"), json!(7), json!([cem.id]), amy.id.clone(), bob.id.clone()]
        {
            for name in ["admitting-peer", "rejecting-peer"] {
                amy.refused(name, json!({ "room": ROOM, "to": to }), "no-such-peer").await;
            }
        }
        cem.expect_silence().await;
        amy.expect_silence().await;
    }
}

#[tokio::test]
async fn access_of_wrong_type_is_rejected() {
    for kind in EVERY {
        let server = TestServer::start(&[]).await;
        let [mut amy] = Member::gather(&server, ROOM, [kind]).await;
        for access in [json!(null), json!(""), json!("Open"), json!("shut"), json!(1), json!(["ask"]), json!({})] {
            amy.refused("setting-access", json!({ "room": ROOM, "access": access }), "bad-payload").await;
        }
        for (name, payload) in [
            ("setting-access", json!({ "room": ROOM })),
            ("setting-access", json!({ "access": "ask" })),
            ("admitting-peer", json!({ "room": ROOM })),
            ("rejecting-peer", json!({ "to": amy.id })),
            ("rejecting-peer", Value::Null),
        ] {
            amy.refused(name, payload, "bad-payload").await;
        }
        // The same again is no change.
        assert_eq!(amy.ask("setting-access", json!({ "room": ROOM, "access": "open" })).await, json!({ "ok": true }));
        amy.expect_silence().await;
    }
}

#[tokio::test]
async fn locked_room_takes_no_one_but_its_members() {
    for (first, second) in PAIRS {
        let server = TestServer::start(&[]).await;
        let [mut amy, mut bob] = Member::gather(&server, ROOM, [first, second]).await;
        set("ask", &mut [&mut amy, &mut bob]).await;
        let mut cem = waiting(&server, second, "cem").await;
        expect_waiting(&mut amy, &[&cem]).await;
        set("locked", &mut [&mut amy, &mut bob]).await;
        let mut dan = Member::connect(&server, second, "dan").await;
        dan.refused("joining-room", json!({ "room": ROOM }), "room-locked").await;
        // The same name in another lobby is another room.
        Member::connect_as(&server, first, "eve", json!({ "lobby": "other" })).await.join(ROOM).await;
        // A member is never locked out.
        assert_eq!(bob.ask("joining-room", json!({ "room": ROOM })).await["access"], "locked");
        bob.expect("joined-room").await;
        bob.break_off().await;
        amy.expect("user-lost").await;
        let mut bob = Member::open(&server, second, "bob", json!({})).await;
        assert_eq!(bob.expect("restored").await["rooms"][0]["access"], "locked");
        amy.expect("user-back").await;
        // Who waited before goes on waiting, and may be admitted.
        assert_eq!(amy.ask("admitting-peer", about(&cem)).await, json!({ "ok": true }));
        cem.expect("joined-room").await;
        // A member that left is a client like others.
        cem.leave(ROOM).await;
        cem.expect("requesting-SDP-offer").await;
        cem.refused("joining-room", json!({ "room": ROOM }), "room-locked").await;
    }
}

#[tokio::test]
async fn opened_room_lets_in_all_that_find_a_place() {
    for (first, second) in PAIRS {
        let server = TestServer::start(&["--max-room", "3"]).await;
        let [mut amy] = Member::gather(&server, ROOM, [first]).await;
        set("ask", &mut [&mut amy]).await;
        let mut bob = waiting(&server, second, "bob").await;
        let mut cem = waiting(&server, first, "cem").await;
        let mut dan = waiting(&server, second, "dan").await;
        // As many may wait as may be in the room.
        let mut eve = Member::connect(&server, second, "eve").await;
        eve.refused("joining-room", json!({ "room": ROOM }), "room-full").await;
        expect_waiting(&mut amy, &[&bob]).await;
        expect_waiting(&mut amy, &[&bob, &cem]).await;
        expect_waiting(&mut amy, &[&bob, &cem, &dan]).await;

        set("open", &mut [&mut amy]).await;
        admitted(&mut bob, &[&amy], &amy.id, "open").await;
        admitted(&mut cem, &[&amy, &bob], &amy.id, "open").await;
        assert_eq!(bob.expect("user-joined").await, cem.joined(ROOM));
        for member in [&bob, &cem] {
            assert_eq!(amy.expect("user-joined").await, member.joined(ROOM));
        }
        assert_eq!(dan.expect("not-admitted").await["code"], "room-full");
        expect_waiting(&mut amy, &[]).await;
        dan.refused("leaving-room", json!({ "room": ROOM }), "not-in-room").await;
        dan.refused("joining-room", json!({ "room": ROOM }), "room-full").await;
    }
}

#[tokio::test]
async fn full_room_admits_no_one_until_a_member_leaves() {
    for (first, second) in PAIRS {
        let server = TestServer::start(&["--max-room", "2"]).await;
        let [mut amy] = Member::gather(&server, ROOM, [first]).await;
        set("ask", &mut [&mut amy]).await;
        let mut bob = waiting(&server, second, "bob").await;
        let mut cem = waiting(&server, second, "cem").await;
        assert_eq!(amy.ask("admitting-peer", about(&bob)).await, json!({ "ok": true }));
        amy.settle().await;
        amy.all_heard().await;
        amy.refused("admitting-peer", about(&cem), "room-full").await;
        bob.leave(ROOM).await;
        amy.expect("user-left").await;
        assert_eq!(amy.ask("admitting-peer", about(&cem)).await, json!({ "ok": true }));
        admitted(&mut cem, &[&amy], &amy.id, "ask").await;
    }
}

#[tokio::test]
async fn client_that_waits_no_longer_cannot_be_admitted() {
    for (first, second) in PAIRS {
        let server = TestServer::start(&[]).await;
        let [mut amy] = Member::gather(&server, ROOM, [first]).await;
        set("ask", &mut [&mut amy]).await;
        let mut bob = waiting(&server, second, "bob").await;
        let cem = waiting(&server, second, "cem").await;
        expect_waiting(&mut amy, &[&bob]).await;
        expect_waiting(&mut amy, &[&bob, &cem]).await;
        bob.leave(ROOM).await;
        expect_waiting(&mut amy, &[&cem]).await;
        amy.refused("admitting-peer", about(&bob), "no-such-peer").await;
        bob.refused("leaving-room", json!({ "room": ROOM }), "not-in-room").await;
        let gone = about(&cem);
        cem.close().await;
        expect_waiting(&mut amy, &[]).await;
        amy.refused("admitting-peer", gone, "no-such-peer").await;
        bob.expect_silence().await;
    }
}

#[tokio::test]
async fn room_that_a_client_waits_for_is_one_of_its_64() {
    for kind in [BARE, POLLING] {
        let server = TestServer::start(&[]).await;
        let [mut amy] = Member::gather(&server, ROOM, [WEB_SOCKET]).await;
        set("ask", &mut [&mut amy]).await;
        let mut bob = waiting(&server, kind, "bob").await;
        for number in 1..64 {
            bob.join(&format!("room {number}")).await;
        }
        bob.refused("joining-room", json!({ "room": "one more" }), "too-many").await;
        bob.leave(ROOM).await;
        bob.join("one more").await;
    }
}
