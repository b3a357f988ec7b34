//! "The bare WebSocket" for rooms: which clients are accepted, what a frame is, and what closes the connection.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::bare::encoded;
use crate::support::member::{BARE, WEB_SOCKET};
use crate::support::payload::candidate;
use crate::support::{Bare, Member, TestServer};

const ROOM: &str = "kitchen";

fn join() -> Value {
    json!({ "action": "joining-room", "room": ROOM })
}

#[tokio::test]
async fn wrong_password_is_rejected_with_reason() {
    let server = TestServer::start(&["--password", "right"]).await;
    for query in ["", "?userName=amy", "?password=", "?password=wrong", "?password=right%20", "?passwordx=right"] {
        let reply = Bare::refused(&server, query, &[]).await;
        assert_eq!(reply.status, 401, "{query}");
        assert!(reply.text().contains("password"), "{}", reply.text());
    }
    Bare::enter(&server, "password=right").await;
    let open = TestServer::start(&["--no-password"]).await;
    Bare::enter(&open, "userName=amy").await;
}

#[tokio::test]
async fn overlong_name_lobby_or_session_is_rejected_with_reason() {
    let server = TestServer::start(&[]).await;
    let longest = encoded(&"💥".repeat(64));
    for key in ["userName", "lobby", "session"] {
        let reply = Bare::refused(&server, &format!("?password=x&{key}={longest}x"), &[]).await;
        assert_eq!(reply.status, 400, "{key}");
        assert!(reply.text().contains("64 characters"), "{}", reply.text());
        Bare::enter(&server, &format!("password=x&{key}={longest}")).await;
    }
    // Which of the two?
    let reply = Bare::refused(&server, "?password=x&userName=amy&userName=bob", &[]).await;
    assert_eq!(reply.status, 400);
    assert!(reply.text().contains("address"), "{}", reply.text());
}

#[tokio::test]
async fn request_without_upgrade_is_rejected_with_reason() {
    let server = TestServer::start(&[]).await;
    for method in ["GET", "POST"] {
        let reply = server.request(method, "/ws?userName=amy&password=x", &[], b"").await;
        assert_eq!((reply.status, reply.header("upgrade")), (426, Some("websocket")), "{method}");
        assert!(reply.text().contains("WebSocket"), "{}", reply.text());
    }
}

#[tokio::test]
async fn page_of_foreign_origin_is_rejected() {
    let server = TestServer::start(&["--allow-origin", "https://school.example"]).await;
    for origin in ["https://evil.example", "null", "https://localhost.evil.example"] {
        let reply = Bare::refused(&server, "?userName=amy&password=x", &[("Origin", origin)]).await;
        assert_eq!(reply.status, 403, "{origin}");
    }
    for origin in ["https://school.example", "http://localhost:3000", "https://192.168.1.7:8181"] {
        // The right origin comes as far as the password.
        let reply = Bare::refused(&server, "?userName=amy", &[("Origin", origin)]).await;
        assert_eq!(reply.status, 401, "{origin}");
    }
}

#[tokio::test]
async fn user_name_may_have_any_letters_and_missing_one_is_assigned() {
    let server = TestServer::start(&[]).await;
    let mut amy = Bare::connect(&server, "amy").await;
    amy.ask(join()).await;
    amy.expect("joined-room").await;
    let names = [
        ("userName=%C3%84nne%20%F0%9F%92%A5%26%3D", "Änne 💥&="),
        ("userName=a+b", "a b"),
        ("username=small", "small"),
        ("userName=%3Cb%3E", "<b>"),
    ];
    for (query, name) in names {
        let mut other = Bare::enter(&server, &format!("{query}&password=x")).await;
        other.ask(join()).await;
        assert_eq!(amy.expect("user-joined").await["data"]["userName"], name);
        other.close().await;
        amy.expect("user-left").await;
    }
    for query in ["password=x", "userName=&password=x"] {
        let mut guest = Bare::enter(&server, query).await;
        guest.ask(join()).await;
        let joined = amy.expect("user-joined").await;
        let name = joined["data"]["userName"].as_str().expect("a text").to_owned();
        let digits = name.strip_prefix("guest-").unwrap_or_else(|| panic!("{name}"));
        assert!(digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_hexdigit()), "{name}");
        guest.close().await;
        amy.expect("user-left").await;
    }
}

#[tokio::test]
async fn replies_and_signals_have_the_documented_shape() {
    let server = TestServer::start(&[]).await;
    let mut amy = Bare::connect(&server, "amy").await;
    amy.send_text(r#"{"action":"joining-room","room":"kitchen","id":"a"}"#).await;
    let mut reply = amy.expect("reply").await;
    let peer_id = reply["data"]["peerId"].take();
    assert_eq!(
        reply,
        json!({ "signal": "reply", "id": "a", "ok": true, "room": ROOM,
            "data": { "peerId": null, "polite": true, "members": [], "host": peer_id, "access": "open" } })
    );
    let joined = amy.expect("joined-room").await;
    let data = json!({ "peerId": peer_id, "polite": true, "members": [], "host": peer_id, "access": "open" });
    assert_eq!(joined, json!({ "signal": "joined-room", "room": ROOM, "data": data }));
    amy.send_text(r#"{"action":"sending-ICE-candidate","room":"kitchen","to":"x","id":"b","data":{"candidate":1}}"#)
        .await;
    let mut reply = amy.expect("reply").await;
    assert!(reply["error"]["message"].take().is_string());
    let error = json!({ "code": "no-such-peer", "message": null });
    assert_eq!(reply, json!({ "signal": "reply", "id": "b", "ok": false, "error": error }));
    amy.send_text(r#"{"id":"c","room":"kitchen","action":"leaving-room"}"#).await;
    let done = json!({ "signal": "reply", "id": "c", "ok": true, "room": ROOM, "data": {} });
    assert_eq!(amy.expect("reply").await, done);
    amy.expect_silence().await;
}

#[tokio::test]
async fn request_id_of_any_type_returns_unchanged() {
    let server = TestServer::start(&[]).await;
    let mut amy = Bare::connect(&server, "amy").await;
    let longest = format!("\"{}\"", "x".repeat(126));
    for id in ["1", "-0", "1.0", "1e400", "\"\\u00e4\"", "true", "false", "[1, {}]", "{\"a\":null}", "\"\"", &longest] {
        for (room, ok) in [("nowhere", "false"), ("", "false"), (ROOM, "true")] {
            let action = if room == ROOM { "joining-room" } else { "leaving-room" };
            amy.send_text(&format!(r#"{{"action":"{action}","room":"{room}","id":{id}}}"#)).await;
            let reply = amy.next_text().await;
            let expected = format!(r#"{{"signal":"reply","id":{id},"ok":{ok},"#);
            assert!(reply.starts_with(&expected), "{reply}");
        }
        amy.expect("joined-room").await;
    }
    // Null is none.
    amy.send_text(r#"{"action":"leaving-room","room":"nowhere","id":null}"#).await;
    amy.expect_error("leaving-room", "not-in-room").await;
    amy.expect_silence().await;
}

/// Frames that mean nothing here.
const NONSENSE: [&str; 14] = [
    "",
    "x",
    "{",
    "null",
    "7",
    "\"joining-room\"",
    "[]",
    r#"["joining-room","kitchen"]"#,
    "{}",
    r#"{"action":null,"room":"kitchen"}"#,
    r#"{"action":"constructor","room":"kitchen"}"#,
    r#"{"action":["leaving-room"],"room":"kitchen"}"#,
    r#"{"action":"leaving-room","room":"kitchen","room":"kitchen"} x"#,
    r#"{"signal":"leaving-room","room":"kitchen"}"#,
];

#[tokio::test]
async fn unknown_frame_gets_error_and_changes_nothing() {
    let server = TestServer::start(&[]).await;
    let [mut amy] = Member::gather(&server, ROOM, [WEB_SOCKET]).await;
    let too_long = format!(r#"{{"action":"leaving-room","room":"{ROOM}","id":"{}"}}"#, "x".repeat(127));
    let texts = NONSENSE.into_iter().chain([too_long.as_str()]).map(Message::text);
    let binary = [Message::binary(join().to_string()), Message::binary([0xff, 0xfe].to_vec())];
    let all: Vec<Message> = texts.chain(binary).collect();
    for some in all.chunks(9) {
        let mut bob = Bare::connect(&server, "bob").await;
        bob.ask(join()).await;
        bob.expect("joined-room").await;
        bob.expect("requesting-SDP-offer").await;
        amy.expect("user-joined").await;
        for frame in some {
            bob.send(frame.clone()).await;
            bob.expect_error(Value::Null, "bad-payload").await;
        }
        // Nine are not too many.
        bob.expect_silence().await;
        amy.expect_silence().await;
        bob.close().await;
        amy.expect("user-left").await;
    }
    // With an id that can be read it is a reply.
    let mut bob = Bare::connect(&server, "bob").await;
    let reply = bob.ask(json!({ "action": "dance" })).await;
    assert_eq!((&reply["ok"], &reply["error"]["code"]), (&json!(false), &json!("bad-payload")));
    bob.expect_silence().await;
}

#[tokio::test]
async fn ten_unknown_frames_close_the_connection_only() {
    let server = TestServer::start(&[]).await;
    let [mut amy, mut bob] = Member::gather(&server, ROOM, [BARE, WEB_SOCKET]).await;
    let mut eve = Bare::connect(&server, "eve").await;
    let joined = eve.ask(join()).await;
    for signal in ["joined-room", "requesting-SDP-offer"] {
        eve.expect(signal).await;
    }
    for _ in 0..10 {
        eve.send_text("nonsense").await;
    }
    let frames = eve.expect_close(4400).await;
    assert_eq!(frames.len(), 10, "each was answered: {frames:?}");
    for member in [&mut amy, &mut bob] {
        assert_eq!(member.expect("user-joined").await["peerId"], joined["data"]["peerId"]);
        assert_eq!(member.expect("user-lost").await["peerId"], joined["data"]["peerId"]);
        member.expect_silence().await;
    }
}

#[tokio::test]
async fn invalid_payload_of_known_action_keeps_connection_open() {
    let server = TestServer::start(&[]).await;
    let mut amy = Bare::connect(&server, "amy").await;
    for _ in 0..20 {
        amy.send_text(r#"{"action":"joining-room"}"#).await;
        amy.expect_error("joining-room", "bad-payload").await;
    }
    amy.expect_silence().await;
}

#[tokio::test]
async fn message_in_many_fragments_is_accepted() {
    let server = TestServer::start(&[]).await;
    let [mut amy] = Member::gather(&server, ROOM, [WEB_SOCKET]).await;
    let mut bob = Bare::connect(&server, "Änne").await;
    bob.send_in_pieces(&format!(r#"{{"action":"joining-room","room":"{ROOM}","what":"💥"}}"#), 1).await.expect("taken");
    assert_eq!(amy.expect("user-joined").await["userName"], "Änne");
    let candidate =
        json!({ "action": "sending-ICE-candidate", "room": ROOM, "to": amy.id, "data": { "candidate": candidate(1) } });
    bob.send_in_pieces(&candidate.to_string(), 7).await.expect("taken");
    assert_eq!(amy.expect("receiving-ICE-candidate").await["candidate"], candidate["data"]["candidate"]);
}
