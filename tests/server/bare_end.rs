//! What closes the bare WebSocket's connection ("Rooms"); other connections go on.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::member::{BARE, WEB_SOCKET};
use crate::support::payload::offer;
use crate::support::{Bare, Member, TestServer};

const ROOM: &str = "kitchen";

/// Joins, and gives back its `peerId`.
async fn join(bare: &mut Bare) -> Value {
    let reply = bare.ask(json!({ "action": "joining-room", "room": ROOM })).await;
    bare.expect("joined-room").await;
    if reply["data"]["members"] != json!([]) {
        bare.expect("requesting-SDP-offer").await;
    }
    reply["data"]["peerId"].clone()
}

/// An offer to all in a message of just so many bytes.
fn sized(size: usize) -> String {
    let message =
        |text: &str| json!({ "action": "sending-SDP-offer", "room": ROOM, "data": { "offer": text } }).to_string();
    message(&"x".repeat(size - message("").len()))
}

#[tokio::test]
async fn oversized_message_gets_reason_and_closes_its_connection_only() {
    for flags in [&[][..], &["--max-message", "20kB"]] {
        let server = TestServer::start(flags).await;
        let most = if flags.is_empty() { 1_000_000 } else { 20_000 };
        let [mut amy, mut bob] = Member::gather(&server, ROOM, [BARE, WEB_SOCKET]).await;
        for pieces in [None, Some(1_000)] {
            let mut eve = Bare::connect(&server, "eve").await;
            let id = join(&mut eve).await;
            eve.send_text(&sized(most)).await;
            for member in [&mut amy, &mut bob] {
                assert_eq!(member.expect("user-joined").await["peerId"], id);
                assert_eq!(member.expect("receiving-SDP-offer").await["from"], id);
            }
            // It is closed while it still writes.
            match pieces {
                None => eve.try_send(Message::text(sized(most + 1))).await.ok(),
                Some(size) => eve.send_in_pieces(&sized(most + 1), size).await.ok(),
            };
            eve.expect_error(Value::Null, "too-large").await;
            assert_eq!(eve.expect_close(1009).await, [] as [Value; 0]);
            for member in [&mut amy, &mut bob] {
                assert_eq!(member.expect("user-lost").await["peerId"], id);
                member.expect_silence().await;
            }
            // It may come back, as after every break.
            let mut eve = Bare::open(&server, "userName=eve&password=x").await;
            assert_eq!(eve.expect("restored").await["data"]["rooms"][0]["peerId"], id);
            eve.close().await;
            for member in [&mut amy, &mut bob] {
                member.expect("user-back").await;
                member.expect("user-left").await;
            }
        }
    }
}

#[tokio::test]
async fn stopping_server_closes_with_code_1012() {
    let server = TestServer::start(&[]).await;
    let mut amy = Bare::connect(&server, "amy").await;
    join(&mut amy).await;
    let stopping = tokio::spawn(server.stop());
    assert_eq!(amy.expect_close(1012).await, [] as [Value; 0]);
    stopping.await.expect("it stops");
}

#[tokio::test]
async fn stopping_server_does_not_wait_for_slow_readers() {
    let server = TestServer::start(&[]).await;
    let mut amy = Bare::connect(&server, "amy").await;
    join(&mut amy).await;
    let _deaf = amy.into_socket();
    server.stop().await;
}

#[tokio::test]
async fn client_without_pong_is_lost_and_client_with_pong_stays() {
    let server = TestServer::start(&["--ping-interval", "1s", "--ping-timeout", "1s"]).await;
    let [mut amy] = Member::gather(&server, ROOM, [BARE]).await;
    let mut eve = Bare::connect(&server, "eve").await;
    let id = join(&mut eve).await;
    let _deaf = eve.into_socket();
    assert_eq!(amy.expect("user-joined").await["peerId"], id);
    // Amy is here all that time, since she reads and so answers.
    assert_eq!(amy.expect("user-lost").await["peerId"], id);
    amy.expect_silence().await;
}

#[tokio::test]
async fn client_that_reads_nothing_is_closed_and_others_go_on() {
    let server = TestServer::start(&["--max-queue", "32"]).await;
    let [mut amy, mut bob] = Member::gather(&server, ROOM, [WEB_SOCKET, BARE]).await;
    let mut eve = Bare::connect(&server, "eve").await;
    let id = join(&mut eve).await;
    let _deaf = eve.into_socket();
    for member in [&mut amy, &mut bob] {
        member.expect("user-joined").await;
    }
    let large = json!({ "room": ROOM, "to": id, "candidate": "x".repeat(60_000) });
    let mut sent = 0;
    // First it fills the buffers on the way, then the queue, then what is kept for an absent client.
    while amy.ask("sending-ICE-candidate", large.clone()).await["ok"] == true {
        sent += 1;
        assert!(sent < 2_000, "so much was kept for one who reads nothing");
    }
    for member in [&mut amy, &mut bob] {
        assert_eq!(member.expect("user-lost").await["peerId"], id);
        let left = member.expect("user-left").await;
        assert_eq!((&left["peerId"], &left["reason"]), (&id, &json!("lost")));
    }
    amy.say("sending-SDP-offer", json!({ "room": ROOM, "to": bob.id, "offer": offer("x") })).await;
    assert_eq!(bob.expect("receiving-SDP-offer").await["offer"], offer("x"));
}

#[tokio::test]
async fn old_connection_of_returned_page_is_closed() {
    let server = TestServer::start(&[]).await;
    let page = "userName=amy&password=x&session=one";
    let mut before = Bare::enter(&server, page).await;
    let id = join(&mut before).await;
    let mut after = Bare::open(&server, page).await;
    assert_eq!(after.expect("restored").await["data"]["rooms"][0]["peerId"], id);
    assert_eq!(before.expect_close(4409).await, [] as [Value; 0]);
    after.expect_silence().await;
}

#[tokio::test]
async fn close_frame_is_answered_after_earlier_messages() {
    let server = TestServer::start(&[]).await;
    let [mut amy] = Member::gather(&server, ROOM, [WEB_SOCKET]).await;
    for _ in 0..20 {
        let mut bob = Bare::connect(&server, "bob").await;
        bob.send_text(&json!({ "action": "joining-room", "room": ROOM }).to_string()).await;
        for number in 0..5 {
            let candidate = json!({ "action": "sending-ICE-candidate", "room": ROOM, "to": amy.id, "data": { "candidate": number } });
            bob.send_text(&candidate.to_string()).await;
        }
        bob.close().await;
        let id = amy.expect("user-joined").await["peerId"].clone();
        for number in 0..5 {
            assert_eq!(amy.expect("receiving-ICE-candidate").await["candidate"], number);
        }
        let left = amy.expect("user-left").await;
        assert_eq!((&left["peerId"], &left["reason"]), (&id, &json!("closed")));
    }
}
