//! Members that leave, close or are lost, in every state and on every transport, and what the others receive ("Rooms").

use serde_json::{Value, json};

use crate::support::member::{BARE, EVERY, PAIRS, WEB_SOCKET};
use crate::support::payload::{answer, candidate, offer};
use crate::support::{Member, TestServer};

const ROOM: &str = "kitchen";
const NO_GRACE: [&str; 2] = ["--reconnect-grace", "0s"];
const SHORT_GRACE: [&str; 2] = ["--reconnect-grace", "300ms"];

#[tokio::test]
async fn member_that_closes_leaves_all_its_rooms_at_once() {
    for kind in EVERY {
        let server = TestServer::start(&[]).await;
        let [mut amy, mut bob, mut cem] = Member::gather(&server, ROOM, [WEB_SOCKET, BARE, kind]).await;
        let in_kitchen = cem.left(ROOM, "closed");
        amy.join("cellar").await;
        cem.join("cellar").await;
        assert_eq!(amy.expect("user-joined").await, cem.joined("cellar"));
        let in_cellar = cem.left("cellar", "closed");
        cem.close().await;
        assert_eq!(bob.expect("user-left").await, in_kitchen);
        assert_eq!(amy.expect("user-left").await, in_kitchen);
        assert_eq!(amy.expect("user-left").await, in_cellar);
        for member in [&mut amy, &mut bob] {
            member.expect_silence().await;
        }
    }
}

#[tokio::test]
async fn broken_member_is_lost_and_leaves_after_the_grace() {
    for kind in EVERY {
        let server = TestServer::start(&SHORT_GRACE).await;
        let [mut amy, mut bob, cem] = Member::gather(&server, ROOM, [WEB_SOCKET, BARE, kind]).await;
        let (about, left) = (cem.about(ROOM), cem.left(ROOM, "lost"));
        cem.break_off().await;
        for member in [&mut amy, &mut bob] {
            assert_eq!(member.expect("user-lost").await, about);
            assert_eq!(member.expect("user-left").await, left);
            member.expect_silence().await;
        }
        // Too late: it is a new peer, and in no room.
        let mut cem = Member::connect(&server, kind, "cem").await;
        cem.expect_silence().await;
        cem.refused("leaving-room", json!({ "room": ROOM }), "not-in-room").await;
    }
}

#[tokio::test]
async fn broken_member_without_grace_leaves_at_once() {
    for kind in EVERY {
        let server = TestServer::start(&NO_GRACE).await;
        let [mut amy, mut bob, cem] = Member::gather(&server, ROOM, [WEB_SOCKET, BARE, kind]).await;
        let left = cem.left(ROOM, "lost");
        cem.break_off().await;
        for member in [&mut amy, &mut bob] {
            assert_eq!(member.expect("user-left").await, left);
            member.expect_silence().await;
        }
    }
}

#[tokio::test]
async fn member_back_in_time_keeps_its_place_and_others_user_back() {
    for kind in EVERY {
        let server = TestServer::start(&[]).await;
        let [mut amy, mut bob, cem] = Member::gather(&server, ROOM, [WEB_SOCKET, BARE, kind]).await;
        let about = cem.about(ROOM);
        cem.break_off().await;
        for member in [&mut amy, &mut bob] {
            assert_eq!(member.expect("user-lost").await, about);
        }
        let mut cem = Member::open(&server, kind, "cem", json!({})).await;
        let restored = cem.expect("restored").await;
        let members = [amy.info(), bob.info()];
        let membership =
            json!({ "room": ROOM, "peerId": about["peerId"], "members": members, "host": amy.id, "access": "open" });
        assert_eq!(restored["rooms"], json!([membership]));
        for member in [&mut amy, &mut bob] {
            assert_eq!(member.expect("user-back").await, about);
            member.expect_silence().await;
        }
        cem.expect_silence().await;
        // No joining again: it is in.
        cem.say("sending-SDP-offer", json!({ "room": ROOM, "offer": offer("after the return") })).await;
        assert_eq!(amy.expect("receiving-SDP-offer").await["from"], about["peerId"]);
    }
}

#[tokio::test]
async fn new_member_sees_absent_member_and_is_notified_of_it() {
    for kind in EVERY {
        let server = TestServer::start(&[]).await;
        let [mut amy, bob] = Member::gather(&server, ROOM, [BARE, kind]).await;
        let (about, info) = (bob.about(ROOM), bob.info());
        bob.break_off().await;
        amy.expect("user-lost").await;
        let mut cem = Member::connect(&server, WEB_SOCKET, "cem").await;
        assert_eq!(cem.join(ROOM).await["members"], json!([amy.info(), info]));
        cem.say("sending-SDP-offer", json!({ "room": ROOM, "to": about["peerId"], "offer": offer("waits") })).await;
        cem.settle().await;

        let mut bob = Member::open(&server, kind, "bob", json!({})).await;
        assert_eq!(bob.expect("restored").await["rooms"][0]["members"], json!([amy.info(), cem.info()]));
        assert_eq!(bob.expect("user-joined").await, cem.joined(ROOM));
        assert_eq!(bob.expect("receiving-SDP-offer").await["offer"], offer("waits"));
        assert_eq!(cem.expect("user-back").await, about);
    }
}

/// The states in which a member may vanish: what it sent before, and what the other received of that.
#[tokio::test]
async fn member_may_vanish_in_every_state_and_others_are_notified() {
    type Step = (&'static str, fn(&Value, usize) -> Value, &'static str);
    const STEPS: [Step; 12] = {
        let mut steps: [Step; 12] = [(
            "sending-ICE-candidate",
            |to, number| json!({ "room": ROOM, "to": to, "candidate": candidate(number) }),
            "receiving-ICE-candidate",
        ); 12];
        steps[0] = (
            "sending-SDP-offer",
            |to, _| json!({ "room": ROOM, "to": to, "offer": offer("offer") }),
            "receiving-SDP-offer",
        );
        steps[4] = (
            "accepting-SDP-offer",
            |to, _| json!({ "room": ROOM, "to": to, "answer": answer("answer") }),
            "accepting-SDP-offer",
        );
        steps
    };
    for (first, second) in PAIRS {
        let server = TestServer::start(&NO_GRACE).await;
        let [mut amy, mut cem] = Member::gather(&server, ROOM, [first, BARE]).await;
        for (count, on_purpose) in (0..=STEPS.len()).flat_map(|count| [(count, true), (count, false)]) {
            let mut bob = Member::connect(&server, second, "bob").await;
            bob.join(ROOM).await;
            for member in [&mut amy, &mut cem] {
                assert_eq!(member.expect("user-joined").await, bob.joined(ROOM));
            }
            for (number, (say, payload, _)) in STEPS.iter().take(count).enumerate() {
                bob.say(say, payload(&amy.id, number)).await;
            }
            let left = bob.left(ROOM, if on_purpose { "closed" } else { "lost" });
            if on_purpose {
                bob.close().await;
            } else {
                bob.settle().await;
                bob.break_off().await;
            }
            for (_, _, hear) in STEPS.iter().take(count) {
                amy.expect(hear).await;
            }
            for member in [&mut amy, &mut cem] {
                assert_eq!(member.expect("user-left").await, left);
            }
            go_on(&mut amy, &mut cem).await;
        }
    }
}

#[tokio::test]
async fn member_that_vanishes_while_joining_is_removed() {
    for kind in EVERY {
        for on_purpose in [true, false] {
            let server = TestServer::start(&NO_GRACE).await;
            let [mut amy, mut cem] = Member::gather(&server, ROOM, [WEB_SOCKET, BARE]).await;
            let mut bob = Member::connect(&server, kind, "bob").await;
            bob.say("joining-room", json!({ "room": ROOM })).await;
            if on_purpose {
                bob.close().await;
            } else {
                bob.break_off().await;
            }
            for member in [&mut amy, &mut cem] {
                let joined = member.expect("user-joined").await;
                let left = member.expect("user-left").await;
                assert_eq!(joined["peerId"], left["peerId"]);
                assert_eq!(left["reason"], if on_purpose { "closed" } else { "lost" }, "{kind:?}");
            }
            let mut last = Member::connect(&server, BARE, "last").await;
            assert_eq!(last.join(ROOM).await["members"], json!([amy.info(), cem.info()]));
            for member in [&mut amy, &mut cem] {
                member.expect("user-joined").await;
            }
            go_on(&mut amy, &mut cem).await;
        }
    }
}

/// Two members can reach each other as before, and received nothing else.
async fn go_on(amy: &mut Member, cem: &mut Member) {
    amy.say("sending-SDP-offer", json!({ "room": ROOM, "to": cem.id, "offer": offer("again") })).await;
    assert_eq!(cem.expect("receiving-SDP-offer").await["offer"], offer("again"));
    cem.say("accepting-SDP-offer", json!({ "room": ROOM, "to": amy.id, "answer": answer("again") })).await;
    assert_eq!(amy.expect("accepting-SDP-offer").await["answer"], answer("again"));
}
