//! What the server refuses is in its log, with the user name, the event and the sentence; and not too often.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::payload::CANDIDATE_OUT;
use crate::support::program::Program;
use crate::support::wire::Frame;
use crate::support::{Bare, Client, Transport, within};

fn is_told(line: &str) -> bool {
    ["refused", "unknown event", "closed", "counted", "since the start"].iter().any(|word| line.contains(word))
}

fn lines(log: &[String], words: &[&str]) -> usize {
    log.iter().filter(|line| words.iter().all(|word| line.contains(word))).count()
}

async fn stopped(mut program: Program) -> Vec<String> {
    program.stop().await;
    program.log_until("since the start").await
}

#[tokio::test]
async fn refusal_is_logged_with_name_event_and_sentence() {
    let program = Program::start_keeping(&[], is_told).await;
    for transport in [Transport::WebSocket, Transport::Polling] {
        let mut amy = Client::connect_by(&program.server, transport, "amy").await;
        amy.emit_with_ack("newAnswer", json!({ "offerId": "none", "answer": "to nobody" })).await;
        amy.emit_with_ack("joining-room", json!({})).await;
        amy.emit_with_ack("hangup", json!({ "offerId": "0123456789abcdef" })).await;
    }
    let mut bob = Bare::connect(&program.server, "bob").await;
    bob.send_text("nonsense").await;
    bob.ask(json!({ "action": "leaving-room", "room": "tea" })).await;
    let mut one = Bare::open_path(program.server.address(), "/?userId=7").await;
    one.send_text(r#"{"label":"NORMAL_SERVER_PROCESS","data":{"type":"JOIN_ROOM_REQUEST","roomName":"nowhere"}}"#)
        .await;
    one.next_or_end().await;
    let log = stopped(program).await;
    assert_eq!(
        lines(&log, &["user=\"amy\"", "event=\"newAnswer\"", "no-such-offer", "This offer is gone"]),
        2,
        "{log:#?}"
    );
    assert_eq!(lines(&log, &["user=\"amy\"", "event=\"joining-room\"", "takes a room"]), 2, "{log:#?}");
    assert_eq!(lines(&log, &["user=\"bob\"", "bad-payload", "not a JSON object"]), 1, "{log:#?}");
    assert!(lines(&log, &["user=\"bob\"", "event=\"leaving-room\"", "not-in-room"]) >= 1, "{log:#?}");
    assert_eq!(lines(&log, &["user=\"7\"", "event=\"JOIN_ROOM_REQUEST\""]), 1, "{log:#?}");
}

#[tokio::test]
async fn refusals_of_one_client_hide_none_of_another() {
    let program = Program::start_keeping(&[], is_told).await;
    let mut eve = Client::connect(&program.server, "eve").await;
    for _ in 0..50 {
        eve.emit_with_ack("newOffer", Value::Null).await;
    }
    let mut amy = Client::connect(&program.server, "amy").await;
    amy.emit_with_ack("newOffer", Value::Null).await;
    let log = stopped(program).await;
    assert_eq!(lines(&log, &["user=\"eve\"", "event=\"newOffer\""]), 10, "{log:#?}");
    assert_eq!(lines(&log, &["user=\"eve\"", "only counted"]), 1, "{log:#?}");
    assert_eq!(lines(&log, &["user=\"amy\"", "event=\"newOffer\""]), 1, "{log:#?}");
    assert_eq!(lines(&log, &["since the start", "bad-payload 51"]), 1, "{log:#?}");
}

#[tokio::test]
async fn client_rejected_at_connect_is_logged_by_name() {
    let program = Program::start_keeping(&[], is_told).await;
    let mut eve = Client::open(&program.server, Transport::WebSocket).await;
    eve.send_raw(r#"40{"userName":"eve","password":"wrong"}"#).await;
    eve.expect_end().await;
    Bare::refused(&program.server, "?userName=dan&password=wrong", &[]).await;
    let long = "n".repeat(65);
    let named = json!({ "userName": long, "password": "x" });
    assert!(Client::try_connect(&program.server, Transport::WebSocket, named).await.is_err());
    let log = stopped(program).await;
    assert_eq!(lines(&log, &["user=\"eve\"", "event=\"connect\"", "Wrong password"]), 1, "{log:#?}");
    assert_eq!(lines(&log, &["user=\"dan\"", "event=\"connect\"", "Wrong password"]), 1, "{log:#?}");
    assert_eq!(lines(&log, &["too-large", "user name is too long"]), 1, "{log:#?}");
    assert_eq!(lines(&log, &["since the start", "wrong-password 2"]), 1, "{log:#?}");

    let program =
        Program::start_keeping(&["--jwt-secret", "a secret of at least thirty-two characters"], is_told).await;
    let shown = json!({ "userName": "eve", "token": "none" });
    assert!(Client::try_connect(&program.server, Transport::WebSocket, shown).await.is_err());
    let log = stopped(program).await;
    assert_eq!(lines(&log, &["user=\"eve\"", "wrong-token", "not a JSON Web Token"]), 1, "{log:#?}");
}

#[tokio::test]
async fn unknown_event_is_named_once_short_and_escaped() {
    let program = Program::start_keeping(&["--event-burst", "1000"], is_told).await;
    let mut amy = Client::connect(&program.server, "amy").await;
    let long = "x".repeat(5000);
    let mut frames = vec![Frame::from(r#"42["newOfer",{}]"#); 5];
    frames.extend([Frame::Text(format!(r#"42["{long}"]"#)), Frame::from("42[\"a\u{202e}b\"]")]);
    frames.extend((0..300).map(|number| Frame::Text(format!(r#"42["event-{number}"]"#))));
    amy.send_all(&frames).await;
    amy.settle().await;
    let log = stopped(program).await;
    assert_eq!(lines(&log, &["unknown event", "\"newOfer\"", "user=\"amy\""]), 1, "{log:#?}");
    assert!(!log.iter().any(|line| line.len() > 400 || line.contains('\u{202e}')), "{log:#?}");
    assert_eq!(lines(&log, &["unknown event"]), 100);
    assert_eq!(lines(&log, &["unknown-event", "counted and not named"]), 1, "{log:#?}");
    assert_eq!(lines(&log, &["since the start", "unknown-event 307"]), 1, "{log:#?}");
}

#[tokio::test]
async fn older_client_is_counted_and_logged_with_advice() {
    let program = Program::start_keeping(&[], is_told).await;
    for path in ["/socket.io/?EIO=3&transport=polling", "/socket.io/?EIO=3&transport=polling&b64=1"] {
        let reply = program.server.get(path).await;
        assert_eq!(
            (reply.status, reply.text().as_str()),
            (400, r#"{"code":5,"message":"Unsupported protocol version"}"#)
        );
    }
    let log = stopped(program).await;
    assert_eq!(lines(&log, &["refused a Socket.IO client of version 2", "/socket.io/socket.io.js"]), 1, "{log:#?}");
    assert_eq!(lines(&log, &["since the start", "engine-io-3 2"]), 1, "{log:#?}");
}

#[tokio::test]
async fn unreadable_packet_and_large_message_are_counted_and_logged() {
    let program = Program::start_keeping(&["--max-message", "10KB"], is_told).await;
    let mut amy = Client::connect(&program.server, "amy").await;
    amy.send_raw("4x").await;
    amy.expect_end().await;
    let large = Frame::Text(format!(r#"42["{CANDIDATE_OUT}","{}"]"#, "x".repeat(15_000)));
    for (name, transport) in [("bob", Transport::Polling), ("cem", Transport::WebSocket)] {
        let mut client = Client::connect_by(&program.server, transport, name).await;
        client.try_send(large.clone()).await.ok();
        client.expect_end().await;
    }
    let mut dan = Bare::connect(&program.server, "dan").await;
    dan.send_text(&"x".repeat(15_000)).await;
    dan.expect_close(1009).await;
    let log = stopped(program).await;
    assert_eq!(lines(&log, &["\"amy\"", "cannot be read", "msgpack"]), 1, "{log:#?}");
    for name in ["bob", "cem"] {
        let words = [&format!("{name:?}"), "more than 10000 bytes", "--max-message"];
        assert_eq!(lines(&log, &words), 1, "{log:#?}");
    }
    assert_eq!(lines(&log, &["user=\"dan\"", "too large", "--max-message"]), 1, "{log:#?}");
    assert_eq!(lines(&log, &["since the start", "too-large 3", "unreadable 1"]), 1, "{log:#?}");
}

#[tokio::test]
async fn session_that_begins_otherwise_than_by_connect_is_counted() {
    let program = Program::start_keeping(&["--connect-timeout", "2s"], is_told).await;
    for transport in [Transport::WebSocket, Transport::Polling] {
        for first in
            [Frame::from(r#"42["newOffer",{}]"#), Frame::Binary(b"\x83\xa4type\0"[..].into()), Frame::from("4x")]
        {
            let mut client = Client::open(&program.server, transport).await;
            client.try_send(first).await.ok();
            client.expect_end().await;
        }
        // A connection that closes by itself is not counted.
        let mut client = Client::open(&program.server, transport).await;
        client.try_send(Frame::from("1")).await.ok();
        client.expect_end().await;
        // Nor is one that connects.
        Client::connect_by(&program.server, transport, "amy").await.leave().await;
        Client::open(&program.server, transport).await.expect_end().await;
    }
    let log = stopped(program).await;
    assert!(lines(&log, &["something else than a Socket.IO CONNECT", "msgpack"]) >= 1, "{log:#?}");
    assert_eq!(lines(&log, &["since the start", "no-connect 6"]), 1, "{log:#?}");
}

#[tokio::test]
async fn idle_connection_that_ends_is_not_counted_as_slow() {
    let program = Program::start_keeping(&["--connect-timeout", "300ms"], is_told).await;
    let whole = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    // What is sent first, and what after the reply to it.
    let connections = [(whole, ""), (whole, ""), (whole, "GET /"), ("GET /", ""), ("", "")];
    for (first, second) in connections {
        let mut stream = program.server.stream().await;
        stream.write_all(first.as_bytes()).await.expect("sent");
        if first == whole {
            assert!(within("a reply", stream.read(&mut [0; 1024])).await.is_ok_and(|read| read > 0));
        }
        stream.write_all(second.as_bytes()).await.expect("sent");
        within("the end", stream.read_to_end(&mut Vec::new())).await.ok();
    }
    let log = stopped(program).await;
    assert_eq!(lines(&log, &["since the start", "read-timeout 2", "silent 1"]), 1, "{log:#?}");
}
