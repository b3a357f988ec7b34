//! Clients that wait to enter a room, and what becomes of them when connections break and hosts leave ("The host and who
//! may enter").

use serde_json::{Value, json};

use crate::support::member::{EVERY, Kind, PAIRS, WEB_SOCKET};
use crate::support::{Member, TestServer, at_once};

const ROOM: &str = "kitchen";
const HALL: &str = "hall";

/// Members of a room whose host has to admit others; nothing is left to be received.
async fn gather_asking<const N: usize>(server: &TestServer, kinds: [Kind; N]) -> [Member; N] {
    let mut members = Member::gather(server, ROOM, kinds).await;
    assert_eq!(members[0].ask("setting-access", json!({ "room": ROOM, "access": "ask" })).await["ok"], true);
    for member in &mut members {
        assert_eq!(member.expect("access-changed").await["access"], "ask");
    }
    members
}

async fn waiting(server: &TestServer, kind: Kind, name: &str, more: Value) -> Member {
    let mut member = Member::connect_as(server, kind, name, more).await;
    wait(&mut member).await;
    member
}

async fn wait(member: &mut Member) {
    member.say("joining-room", json!({ "room": ROOM })).await;
    member.id = member.expect("waiting-in-room").await["peerId"].clone();
}

/// The connection of a client breaks, and the server has noticed: so says a room in which both are.
async fn lose(client: Member, witness: &mut Member) {
    client.break_off().await;
    assert_eq!(witness.expect("user-lost").await["room"], HALL);
}

/// Two clients in a room beside that of the test.
async fn meet(one: &mut Member, other: &mut Member) {
    for member in [&mut *one, other] {
        assert_eq!(member.ask("joining-room", json!({ "room": HALL })).await["ok"], true);
        member.settle().await;
        member.all_heard().await;
    }
    one.expect("user-joined").await;
}

async fn expect_waiting(host: &mut Member, who: &[Value]) {
    assert_eq!(host.expect("waiting-changed").await, json!({ "room": ROOM, "waiting": who }));
}

#[tokio::test]
async fn client_whose_connection_broke_keeps_its_place() {
    for (first, second) in PAIRS {
        for more in [json!({}), json!({ "session": "bob's" })] {
            let server = TestServer::start(&[]).await;
            let [mut amy] = gather_asking(&server, [first]).await;
            let mut bob = waiting(&server, second, "bob", more.clone()).await;
            let cem = waiting(&server, second, "cem", json!({})).await;
            expect_waiting(&mut amy, &[bob.info()]).await;
            expect_waiting(&mut amy, &[bob.info(), cem.info()]).await;
            meet(&mut amy, &mut bob).await;
            let id = bob.id.clone();
            lose(bob, &mut amy).await;
            let mut bob = Member::open(&server, second, "bob", more).await;
            let restored = bob.expect("restored").await;
            assert_eq!(restored["waiting"], json!([{ "room": ROOM, "peerId": id }]));
            assert_eq!(restored["rooms"].as_array().map(Vec::len), Some(1), "that is no room of its own: {restored}");
            bob.expect_silence().await;
            amy.expect("user-back").await;
            amy.expect_silence().await;
            let admitted = amy.ask("admitting-peer", json!({ "room": ROOM, "to": id })).await;
            assert_eq!(admitted, json!({ "ok": true }));
            assert_eq!(bob.expect("joined-room").await["peerId"], id);
            amy.expect("user-joined").await;
            expect_waiting(&mut amy, &[cem.info()]).await;
        }
    }
}

#[tokio::test]
async fn client_admitted_while_its_connection_is_lost_is_a_member() {
    for (first, second) in PAIRS {
        let server = TestServer::start(&[]).await;
        let [mut amy, mut bob] = gather_asking(&server, [first, second]).await;
        let mut cem = waiting(&server, second, "cem", json!({})).await;
        expect_waiting(&mut amy, &[cem.info()]).await;
        meet(&mut amy, &mut cem).await;
        let (id, joined, about) = (cem.id.clone(), cem.joined(ROOM), cem.about(ROOM));
        lose(cem, &mut amy).await;
        amy.ask("admitting-peer", json!({ "room": ROOM, "to": id })).await;
        for member in [&mut amy, &mut bob] {
            assert_eq!(member.expect("user-joined").await, joined);
            assert_eq!(member.expect("user-lost").await, about);
        }
        expect_waiting(&mut amy, &[]).await;
        let mut cem = Member::open(&server, second, "cem", json!({})).await;
        let restored = cem.expect("restored").await;
        let rooms = restored["rooms"].as_array().expect("a list");
        assert!(rooms.iter().any(|room| room["peerId"] == id), "{restored}");
        assert_eq!(restored.get("waiting"), None);
        assert_eq!(cem.expect("joined-room").await["members"], json!([amy.info(), bob.info()]));
        cem.expect("requesting-SDP-offer").await;
        assert_eq!(bob.expect("user-back").await, about);
        let of_amy = [amy.expect("user-back").await, amy.expect("user-back").await];
        assert!(of_amy.contains(&about));
        for member in [&mut amy, &mut bob] {
            member.expect_silence().await;
        }
    }
}

#[tokio::test]
async fn client_rejected_while_its_connection_is_lost_hears_it_later() {
    for kind in EVERY {
        let server = TestServer::start(&[]).await;
        let [mut amy] = gather_asking(&server, [WEB_SOCKET]).await;
        let mut bob = waiting(&server, kind, "bob", json!({})).await;
        expect_waiting(&mut amy, &[bob.info()]).await;
        meet(&mut amy, &mut bob).await;
        let id = bob.id.clone();
        lose(bob, &mut amy).await;
        amy.ask("rejecting-peer", json!({ "room": ROOM, "to": id })).await;
        let mut bob = Member::open(&server, kind, "bob", json!({})).await;
        assert_eq!(bob.expect("restored").await.get("waiting"), None);
        assert_eq!(bob.expect("not-admitted").await["code"], "not-admitted");
        bob.refused("leaving-room", json!({ "room": ROOM }), "not-in-room").await;
    }
}

#[tokio::test]
async fn client_that_does_not_return_waits_no_longer() {
    at_once(PAIRS, async |(first, second)| {
        let server = TestServer::start(&["--reconnect-grace", "1s"]).await;
        let [mut amy] = gather_asking(&server, [first]).await;
        let bob = waiting(&server, second, "bob", json!({})).await;
        expect_waiting(&mut amy, &[bob.info()]).await;
        bob.break_off().await;
        expect_waiting(&mut amy, &[]).await;
    })
    .await;
}

#[tokio::test]
async fn each_host_is_sent_who_waits() {
    for (first, second) in PAIRS {
        let server = TestServer::start(&[]).await;
        let [mut amy, mut bob, mut cem] = gather_asking(&server, [first, second, first]).await;
        let mut dan = waiting(&server, second, "dan", json!({})).await;
        let dan_waits = [dan.info()];
        expect_waiting(&mut amy, &dan_waits).await;
        let (id, of_bob) = (amy.id.clone(), bob.id.clone());
        // The next one, while the connection of the first is lost.
        amy.break_off().await;
        for member in [&mut bob, &mut cem] {
            member.expect("user-lost").await;
            member.expect("host-changed").await;
        }
        expect_waiting(&mut bob, &dan_waits).await;
        let eve = waiting(&server, second, "eve", json!({})).await;
        let both_wait = [dan.info(), eve.info()];
        expect_waiting(&mut bob, &both_wait).await;
        // The first, once it is back, and by `restored`, too.
        let mut amy = Member::open(&server, first, "amy", json!({})).await;
        assert_eq!(amy.expect("restored").await["rooms"][0]["waiting"], json!(both_wait));
        amy.expect("host-changed").await;
        assert_eq!(amy.expect("host-changed").await["host"], id);
        expect_waiting(&mut amy, &both_wait).await;
        for member in [&mut bob, &mut cem] {
            member.expect("user-back").await;
            assert_eq!(member.expect("host-changed").await["host"], id);
            member.expect_silence().await;
        }
        bob.refused("admitting-peer", json!({ "room": ROOM, "to": dan.id }), "not-host").await;
        // And one after the other, as they leave.
        amy.leave(ROOM).await;
        for member in [&mut bob, &mut cem] {
            member.expect("user-left").await;
            assert_eq!(member.expect("host-changed").await["host"], of_bob);
        }
        expect_waiting(&mut bob, &both_wait).await;
        dan.expect_silence().await;
    }
}

#[tokio::test]
async fn clients_that_come_and_go_do_not_end_the_absence_of_the_host() {
    for kind in EVERY {
        // Half of the queue's length is kept for an absent client.
        let server = TestServer::start(&["--max-queue", "16"]).await;
        let [amy] = gather_asking(&server, [kind]).await;
        let id = amy.id.clone();
        amy.break_off().await;
        let mut bob = Member::connect(&server, WEB_SOCKET, "bob").await;
        for _ in 0..20 {
            // As soon as the server notices that the host is away, nothing is sent to it.
            wait(&mut bob).await;
            bob.leave(ROOM).await;
        }
        wait(&mut bob).await;
        let mut amy = Member::open(&server, kind, "amy", json!({})).await;
        let rooms = amy.expect("restored").await["rooms"].take();
        assert_eq!((&rooms[0]["peerId"], &rooms[0]["waiting"]), (&id, &json!([bob.info()])));
        expect_waiting(&mut amy, &[bob.info()]).await;
        amy.expect_silence().await;
        bob.expect_silence().await;
    }
}

#[tokio::test]
async fn last_member_that_leaves_lets_in_those_who_wait() {
    for (first, second) in PAIRS {
        for leaves in [true, false] {
            let server = TestServer::start(&[]).await;
            let [mut amy] = gather_asking(&server, [first]).await;
            let mut bob = waiting(&server, second, "bob", json!({})).await;
            let mut cem = waiting(&server, first, "cem", json!({})).await;
            // Also from a locked room.
            amy.ask("setting-access", json!({ "room": ROOM, "access": "locked" })).await;
            if leaves {
                amy.leave(ROOM).await;
            } else {
                amy.close().await;
            }
            let joined = bob.expect("joined-room").await;
            assert_eq!((&joined["members"], &joined["host"]), (&json!([]), &bob.id));
            assert_eq!(joined["access"], "open");
            let joined = cem.expect("joined-room").await;
            assert_eq!((&joined["members"], &joined["host"]), (&json!([bob.info()]), &bob.id));
            cem.expect("requesting-SDP-offer").await;
            assert_eq!(bob.expect("user-joined").await, cem.joined(ROOM));
            // The next one that joins is in at once.
            let mut dan = Member::connect(&server, second, "dan").await;
            assert_eq!(dan.join(ROOM).await["members"], json!([bob.info(), cem.info()]));
            bob.expect("user-joined").await;
            bob.expect_silence().await;
        }
    }
}

#[tokio::test]
async fn host_that_does_not_return_leaves_the_room_to_those_who_wait() {
    at_once(PAIRS, async |(first, second)| {
        let server = TestServer::start(&["--reconnect-grace", "1s"]).await;
        let [amy] = gather_asking(&server, [first]).await;
        amy.break_off().await;
        let mut bob = waiting(&server, second, "bob", json!({})).await;
        let joined = bob.expect("joined-room").await;
        assert_eq!((&joined["members"], &joined["access"]), (&json!([]), &json!("open")));
    })
    .await;
}
