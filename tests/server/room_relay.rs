//! Events between members reach the addressed member in order, once, and unchanged ("Rooms").

use bytes::Bytes;
use serde_json::{Value, json};

use crate::support::member::{BARE, PAIRS, WEB_SOCKET};
use crate::support::payload::{answer, candidate, offer};
use crate::support::{Bare, Client, Member, TestServer, UNHURRIED};

const ROOM: &str = "kitchen";

#[tokio::test]
async fn offer_answer_and_candidates_reach_the_addressed_member() {
    for (first, second) in PAIRS {
        let server = TestServer::start(&[]).await;
        let [mut amy, mut bob, mut cem] = Member::gather(&server, ROOM, [first, second, second]).await;
        bob.say("sending-SDP-offer", json!({ "room": ROOM, "to": amy.id, "offer": offer("bob's") })).await;
        let heard = json!({ "room": ROOM, "from": bob.id, "userName": "bob", "offer": offer("bob's") });
        assert_eq!(amy.expect("receiving-SDP-offer").await, heard);

        amy.say("accepting-SDP-offer", json!({ "room": ROOM, "to": bob.id, "answer": answer("amy's") })).await;
        let heard = json!({ "room": ROOM, "from": amy.id, "userName": "amy", "answer": answer("amy's") });
        assert_eq!(bob.expect("accepting-SDP-offer").await, heard);

        amy.say("sending-ICE-candidate", json!({ "room": ROOM, "to": bob.id, "candidate": candidate(1) })).await;
        let heard = json!({ "room": ROOM, "from": amy.id, "candidate": candidate(1) });
        assert_eq!(bob.expect("receiving-ICE-candidate").await, heard);
        for member in [&mut amy, &mut bob, &mut cem] {
            member.expect_silence().await;
        }
    }
}

#[tokio::test]
async fn room_events_are_acked_on_request() {
    for (first, second) in PAIRS {
        let server = TestServer::start(&[]).await;
        let [mut amy, mut bob] = Member::gather(&server, ROOM, [first, second]).await;
        for (name, what) in
            [("sending-SDP-offer", "offer"), ("accepting-SDP-offer", "answer"), ("sending-ICE-candidate", "candidate")]
        {
            let mut payload = json!({ "room": ROOM, "to": amy.id });
            payload[what] = json!("anything");
            assert_eq!(bob.ask(name, payload).await, json!({ "ok": true }));
            assert_eq!(amy.next().await.1[what], "anything");
        }
        bob.expect_silence().await;
    }
}

#[tokio::test]
async fn an_offer_without_to_reaches_all_others_there() {
    for (first, second) in PAIRS {
        let server = TestServer::start(&[]).await;
        let [mut amy, mut bob, mut cem] = Member::gather(&server, ROOM, [first, second, first]).await;
        let mut dan = Member::connect(&server, second, "dan").await;
        dan.join("elsewhere").await;
        for to_all in [json!({ "room": ROOM, "offer": offer("x") }), json!({ "room": ROOM, "to": null, "offer": 7 })] {
            assert_eq!(bob.ask("sending-SDP-offer", to_all.clone()).await, json!({ "ok": true }));
            let heard = json!({ "room": ROOM, "from": bob.id, "userName": "bob", "offer": to_all["offer"] });
            for member in [&mut amy, &mut cem] {
                assert_eq!(member.expect("receiving-SDP-offer").await, heard);
            }
        }
        // A member that is alone reaches no other, which is no error.
        assert_eq!(dan.ask("sending-SDP-offer", json!({ "room": "elsewhere", "offer": 1 })).await["ok"], true);
        for member in [&mut amy, &mut bob, &mut cem, &mut dan] {
            member.expect_silence().await;
        }
    }
}

#[tokio::test]
async fn hundreds_of_candidates_both_ways_arrive_once_in_order() {
    const MANY: usize = 300;
    for (first, second) in PAIRS {
        let server = TestServer::start(&UNHURRIED).await;
        let [amy, bob] = Member::gather(&server, ROOM, [first, second]).await;
        let ids = [amy.id.clone(), bob.id.clone()];
        let talk = |mut member: Member, to: Value| async move {
            for number in 0..MANY {
                let candidate = json!({ "room": ROOM, "to": to, "candidate": candidate(number) });
                member.say("sending-ICE-candidate", candidate).await;
            }
            for number in 0..MANY {
                let heard = member.expect("receiving-ICE-candidate").await;
                assert_eq!(heard, json!({ "room": ROOM, "from": to, "candidate": candidate(number) }));
            }
            member
        };
        let [of_amy, of_bob] = ids;
        let (mut amy, mut bob) = tokio::join!(talk(amy, of_bob), talk(bob, of_amy));
        amy.expect_silence().await;
        bob.expect_silence().await;
    }
}

/// The text of a value as it travels: parsing it would hide differences.
#[tokio::test]
async fn relayed_payload_is_unchanged_byte_for_byte() {
    const ODD: [&str; 6] = [
        r#"{"candidate":"","z":1.0,"a":[1e3,-0,123456789012345678901234567890],"ä":"💥\u00e4\/"}"#,
        r#"{"_placeholder":false,"num":0,"toString":null,"":{}}"#,
        "null",
        "\"\"",
        "[[],{}]",
        "0.10",
    ];
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Bare::connect(&server, "bob").await;
    let of_amy = amy.emit_with_ack("joining-room", json!({ "room": ROOM })).await["peerId"].clone();
    amy.expect("joined-room").await;
    let of_bob = bob.ask(json!({ "action": "joining-room", "room": ROOM })).await["data"]["peerId"].clone();
    for signal in ["joined-room", "requesting-SDP-offer"] {
        bob.expect(signal).await;
    }
    amy.expect("user-joined").await;
    for odd in ODD {
        amy.send_raw(&format!(
            r#"42["sending-ICE-candidate",{{"candidate":{odd},"to":{of_bob},"room":"{ROOM}","what":"is this"}}]"#
        ))
        .await;
        let expected = format!(
            r#"{{"signal":"receiving-ICE-candidate","room":"{ROOM}","from":{of_amy},"data":{{"candidate":{odd}}}}}"#
        );
        assert_eq!(bob.next_text().await, expected);
        bob.send_text(&format!(
            r#"{{"data":{{"candidate":{odd},"room":7}},"to":{of_amy},"room":"{ROOM}","action":"sending-ICE-candidate"}}"#
        ))
        .await;
        let heard = amy.next_event().await;
        let expected = format!(r#"["receiving-ICE-candidate",{{"room":"{ROOM}","from":{of_bob},"candidate":{odd}}}]"#);
        assert_eq!(heard.text.trim_start_matches(|c: char| c.is_ascii_digit()), expected);
    }
}

#[tokio::test]
async fn binary_values_reach_pages_as_binary_and_bare_as_numbers() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut cem = Bare::connect(&server, "cem").await;
    for client in [&mut amy, &mut bob] {
        assert_eq!(client.emit_with_ack("joining-room", json!({ "room": ROOM })).await["ok"], true);
        client.expect("joined-room").await;
    }
    bob.expect("requesting-SDP-offer").await;
    cem.ask(json!({ "action": "joining-room", "room": ROOM })).await;
    for signal in ["joined-room", "requesting-SDP-offer"] {
        cem.expect(signal).await;
    }
    for _ in 0..2 {
        amy.expect("user-joined").await;
    }
    bob.expect("user-joined").await;
    let placeholder = json!({ "_placeholder": true, "num": 0 });
    let parts = [Bytes::from_static(&[1, 2, 255])];
    amy.emit_binary("sending-SDP-offer", json!({ "room": ROOM, "offer": { "bytes": placeholder } }), &parts).await;
    let heard = bob.next_event().await;
    assert_eq!((&heard.payload["offer"]["bytes"], &heard.attachments[..]), (&placeholder, &parts[..]));
    assert_eq!(cem.expect("receiving-SDP-offer").await["data"]["offer"]["bytes"], json!([1, 2, 255]));
    // No member can make a page wait for bytes that never come.
    let hollow = json!({ "action": "sending-SDP-offer", "room": ROOM, "data": { "offer": placeholder } });
    cem.send_text(&hollow.to_string()).await;
    cem.expect_error("sending-SDP-offer", "bad-payload").await;
    bob.expect_silence().await;
}

#[tokio::test]
async fn earlier_member_may_offer_and_new_member_answers() {
    for (first, second) in PAIRS {
        let server = TestServer::start(&[]).await;
        let [mut amy, mut bob] = Member::gather(&server, ROOM, [first, second]).await;
        for round in ["first", "second"] {
            amy.say("sending-SDP-offer", json!({ "room": ROOM, "to": bob.id, "offer": offer(round) })).await;
            assert_eq!(bob.expect("receiving-SDP-offer").await["offer"], offer(round));
            bob.say("accepting-SDP-offer", json!({ "room": ROOM, "to": amy.id, "answer": answer(round) })).await;
            assert_eq!(amy.expect("accepting-SDP-offer").await["answer"], answer(round));
        }
        amy.expect_silence().await;
        bob.expect_silence().await;
    }
}

#[tokio::test]
async fn client_outside_a_room_receives_nothing_of_it() {
    let server = TestServer::start(&[]).await;
    let mut strangers = Vec::new();
    for kind in [WEB_SOCKET, BARE] {
        strangers.push(Member::connect(&server, kind, "in no room").await);
        let mut elsewhere = Member::connect(&server, kind, "elsewhere").await;
        elsewhere.join(&format!("elsewhere {kind:?}")).await;
        strangers.push(elsewhere);
        strangers.push(Member::connect_as(&server, kind, "far", json!({ "lobby": "far" })).await);
        strangers.last_mut().expect("one").join(&format!("{ROOM}{kind:?}")).await;
        let mut gone = Member::connect(&server, kind, "gone").await;
        gone.join("gone").await;
        gone.leave("gone").await;
        strangers.push(gone);
    }
    let [mut amy, bob, mut cem] = Member::gather(&server, ROOM, [BARE, WEB_SOCKET, BARE]).await;
    amy.say("sending-SDP-offer", json!({ "room": ROOM, "offer": offer("for all") })).await;
    amy.say("sending-ICE-candidate", json!({ "room": ROOM, "to": cem.id, "candidate": null })).await;
    // Before that cem must not be gone.
    amy.settle().await;
    cem.leave(ROOM).await;
    amy.expect("user-left").await;
    bob.break_off().await;
    amy.expect("user-lost").await;
    for stranger in &mut strangers {
        stranger.expect_silence().await;
    }
}

/// The sender's own claims of who it is count for nothing.
#[tokio::test]
async fn sender_of_room_event_cannot_be_forged() {
    for (first, second) in PAIRS {
        let server = TestServer::start(&[]).await;
        let [mut amy, mut bob, cem] = Member::gather(&server, ROOM, [first, second, first]).await;
        let forged =
            json!({ "room": ROOM, "to": amy.id, "from": cem.id, "peerId": cem.id, "userName": "cem", "offer": 1 });
        bob.say("sending-SDP-offer", forged).await;
        let heard = json!({ "room": ROOM, "from": bob.id, "userName": "bob", "offer": 1 });
        assert_eq!(amy.expect("receiving-SDP-offer").await, heard);
    }
}
