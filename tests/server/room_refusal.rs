//! Events in rooms that have no effect are rejected with a code and a sentence, in the ack where the client asked for
//! one, else as `signalingError` or `signaling-error`; and they change nothing ("Refusals").

use serde_json::{Value, json};

use crate::support::member::{BARE, EVERY, PAIRS, WEB_SOCKET};
use crate::support::payload::{answer, candidate, offer};
use crate::support::{Member, TestServer, at_once};

const ROOM: &str = "kitchen";
const CANDIDATE: &str = "sending-ICE-candidate";
const OFFER: &str = "sending-SDP-offer";
const ANSWER: &str = "accepting-SDP-offer";

/// Events to a member, each with something to be relayed.
fn directed(room: &str, to: &Value) -> [(&'static str, Value); 3] {
    [
        (OFFER, json!({ "room": room, "to": to, "offer": offer("x") })),
        (ANSWER, json!({ "room": room, "to": to, "answer": answer("x") })),
        (CANDIDATE, json!({ "room": room, "to": to, "candidate": candidate(1) })),
    ]
}

#[tokio::test]
async fn event_from_outside_the_room_is_rejected() {
    for (first, second) in PAIRS {
        let server = TestServer::start(&[]).await;
        let [mut amy] = Member::gather(&server, ROOM, [first]).await;
        let mut bob = Member::connect(&server, second, "bob").await;
        bob.join("elsewhere").await;
        // To a room that bob is not in, and to an unknown one.
        for room in [ROOM, "nowhere"] {
            for (name, payload) in directed(room, &amy.id) {
                bob.refused(name, payload, "not-in-room").await;
            }
            bob.refused(OFFER, json!({ "room": room, "offer": 1 }), "not-in-room").await;
            bob.refused("leaving-room", json!({ "room": room }), "not-in-room").await;
        }
        amy.expect_silence().await;
    }
}

#[tokio::test]
async fn event_to_unknown_peer_id_is_rejected() {
    for (first, second) in PAIRS {
        let server = TestServer::start(&[]).await;
        let [mut amy, mut gone, mut bob] = Member::gather(&server, ROOM, [first, first, second]).await;
        let (of_amy, of_bob) = (amy.id.clone(), bob.id.clone());
        gone.leave(ROOM).await;
        for member in [&mut amy, &mut bob] {
            member.expect("user-left").await;
        }
        // Both are in another room, too, under other ids.
        amy.join("elsewhere").await;
        bob.join("elsewhere").await;
        amy.expect("user-joined").await;
        let upper = of_amy.as_str().expect("a text").to_uppercase();
        let nobody = [
            json!("0123456789abcdef"),
            json!("nobody"),
            json!(""),
            json!("amy"),
            json!(7),
            json!([of_amy]),
            json!({ "peerId": of_amy }),
            json!(format!(" {upper}")),
            gone.id.clone(),
            of_bob,
            amy.id.clone(),
        ];
        for to in nobody {
            for (name, payload) in directed(ROOM, &to) {
                bob.refused(name, payload, "no-such-peer").await;
            }
        }
        amy.expect_silence().await;
        gone.expect_silence().await;
    }
}

#[tokio::test]
async fn payload_of_wrong_type_is_rejected() {
    for kind in EVERY {
        let server = TestServer::start(&[]).await;
        let [mut amy, mut bob] = Member::gather(&server, ROOM, [BARE, kind]).await;
        let (room, to) = (ROOM, amy.id.clone());
        let mut bad: Vec<(&str, Value)> = Vec::new();
        for name in ["joining-room", "leaving-room"] {
            for no_room in [json!(null), json!(""), json!(7), json!([room]), json!({ "name": room })] {
                bad.push((name, json!({ "room": no_room })));
            }
            bad.extend([(name, json!({})), (name, Value::Null), (name, json!(room)), (name, json!([room]))]);
        }
        for (name, payload) in directed(room, &to) {
            let without = |key: &str| {
                let mut without = payload.clone();
                without.as_object_mut().expect("an object").shift_remove(key);
                without
            };
            bad.push((name, without("room")));
            let what = payload.as_object().and_then(|object| object.keys().next_back()).expect("a key");
            bad.push((name, without(what)));
            if name != OFFER {
                bad.push((name, without("to")));
            }
            if name != CANDIDATE {
                let mut null = payload.clone();
                null[what] = Value::Null;
                bad.push((name, null));
            }
        }
        for (name, payload) in bad {
            bob.refused(name, payload, "bad-payload").await;
        }
        amy.expect_silence().await;
    }
}

#[tokio::test]
async fn a_room_name_has_at_most_64_characters() {
    for kind in EVERY {
        let server = TestServer::start(&[]).await;
        let mut amy = Member::connect(&server, kind, "amy").await;
        for name in ["💥".repeat(64), "ä".repeat(64), "a".repeat(64)] {
            amy.join(&name).await;
            amy.refused("joining-room", json!({ "room": format!("{name}x") }), "too-large").await;
            amy.leave(&name).await;
        }
    }
}

#[tokio::test]
async fn oversized_payload_is_rejected() {
    let limits = ["--max-candidate", "1000B", "--max-description", "2000B"];
    for (first, second) in PAIRS {
        let server = TestServer::start(&limits).await;
        let [mut amy, mut bob] = Member::gather(&server, ROOM, [first, second]).await;
        // A text of so many bytes, its quotation marks counted.
        let sized = |size: usize| "x".repeat(size - 2);
        for (name, what, most) in [(CANDIDATE, "candidate", 1000), (OFFER, "offer", 2000), (ANSWER, "answer", 2000)] {
            let payload = |size: usize| {
                let mut payload = json!({ "room": ROOM, "to": amy.id });
                payload[what] = json!(sized(size));
                payload
            };
            bob.say(name, payload(most)).await;
            bob.refused(name, payload(most + 1), "too-large").await;
            assert_eq!(amy.next().await.1[what], sized(most));
        }
        amy.expect_silence().await;
    }
}

#[tokio::test]
async fn full_room_rejects_members_until_one_leaves() {
    for (first, second) in PAIRS {
        let server = TestServer::start(&["--max-room", "2"]).await;
        let [mut amy, mut bob] = Member::gather(&server, ROOM, [first, second]).await;
        let mut cem = Member::connect(&server, second, "cem").await;
        cem.refused("joining-room", json!({ "room": ROOM }), "room-full").await;
        // Who is in it already is no more than before.
        assert_eq!(amy.ask("joining-room", json!({ "room": ROOM })).await["peerId"], amy.id);
        amy.expect("joined-room").await;
        for member in [&mut amy, &mut bob] {
            member.expect_silence().await;
        }
        bob.leave(ROOM).await;
        assert_eq!(cem.join(ROOM).await["members"], json!([amy.info()]));
        cem.expect_silence().await;
    }
}

#[tokio::test]
async fn absent_member_keeps_its_place_in_a_full_room() {
    at_once(PAIRS, async |(first, second)| {
        let server = TestServer::start(&["--max-room", "2", "--reconnect-grace", "2s"]).await;
        let [mut amy, bob] = Member::gather(&server, ROOM, [first, second]).await;
        bob.break_off().await;
        amy.expect("user-lost").await;
        let mut cem = Member::connect(&server, second, "cem").await;
        cem.refused("joining-room", json!({ "room": ROOM }), "room-full").await;
        amy.expect("user-left").await;
        cem.join(ROOM).await;
    })
    .await;
}

#[tokio::test]
async fn room_over_the_limit_is_rejected_until_one_is_empty() {
    for kind in EVERY {
        let server = TestServer::start(&["--max-rooms", "2"]).await;
        let mut amy = Member::connect(&server, kind, "amy").await;
        let mut bob = Member::connect(&server, WEB_SOCKET, "bob").await;
        amy.join("one").await;
        amy.join("two").await;
        amy.refused("joining-room", json!({ "room": "three" }), "room-full").await;
        bob.join("one").await;
        amy.expect("user-joined").await;
        amy.leave("one").await;
        // One member is still in it.
        amy.refused("joining-room", json!({ "room": "three" }), "room-full").await;
        bob.leave("one").await;
        amy.join("three").await;
    }
}

#[tokio::test]
async fn client_in_64_rooms_cannot_join_another() {
    for kind in EVERY {
        let server = TestServer::start(&[]).await;
        let mut amy = Member::connect(&server, kind, "amy").await;
        for number in 0..64 {
            amy.join(&format!("room {number}")).await;
        }
        amy.refused("joining-room", json!({ "room": "one more" }), "too-many").await;
        // In these it is: to come again is no more.
        assert_eq!(amy.ask("joining-room", json!({ "room": "room 0" })).await["ok"], true);
        amy.expect("joined-room").await;
        amy.leave("room 7").await;
        amy.join("one more").await;
    }
}
