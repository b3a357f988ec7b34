//! Pairs: what is rejected, with a sentence, without affecting other connections ("Pairs").

use serde_json::json;
use tokio::net::TcpSocket;
use tokio_tungstenite::tungstenite::Message;

use crate::support::TestServer;
use crate::support::bare::Bare;
use crate::support::http::request;
use crate::support::pair_user::{User, assert_refused, create, pair, post};

const CREATE: &str = "CHECK_ROOM_RESPONSE_FAILURE";
const DESTROY: &str = "DESTROY_ROOM_RESPONSE_FAILURE";

#[tokio::test]
async fn unreadable_request_is_rejected_and_the_next_succeeds() {
    let server = TestServer::start(&[]).await;
    let long = json!({ "roomName": "r".repeat(65), "userId": 1 }).to_string();
    let nameless = json!({ "roomName": "tea", "userId": "u".repeat(65) }).to_string();
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let bodies = [
        "",
        "{",
        "null",
        "[]",
        "\"tea\"",
        r#"{"roomName":7,"userId":1}"#,
        r#"{"roomName":"","userId":1}"#,
        r#"{"roomName":"tea"}"#,
        r#"{"roomName":"tea","userId":null}"#,
        r#"{"roomName":"tea","userId":{}}"#,
        &long,
        &nameless,
        &deep,
    ];
    for body in bodies {
        assert_refused(&post(&server, "/create-room", body).await, 400, CREATE);
        assert_refused(&post(&server, "/destroy-room", body).await, 400, DESTROY);
    }
    create(&server, "tea", json!(1)).await;
    assert_refused(&post(&server, "/create-room", r#"{"roomName":"tea","userId":2}"#).await, 400, CREATE);
    assert_refused(&post(&server, "/destroy-room", r#"{"roomName":"coffee"}"#).await, 400, DESTROY);
}

#[tokio::test]
async fn only_allowed_origins_may_ask_and_they_may_read_the_answer() {
    let server = TestServer::start(&[]).await;
    let body = br#"{"roomName":"tea","userId":1}"#;
    for path in ["/create-room", "/destroy-room"] {
        let foreign = server.request("POST", path, &[("Origin", "https://evil.example")], body).await;
        assert_eq!(foreign.status, 403);
        let preflight = [
            ("Origin", "http://localhost:3000"),
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "content-type"),
        ];
        let allowed = server.request("OPTIONS", path, &preflight, b"").await;
        assert_eq!(allowed.header("access-control-allow-origin"), Some("http://localhost:3000"));
        assert_eq!(allowed.header("access-control-allow-headers"), Some("content-type"));
    }
    let reply = post(&server, "/create-room", r#"{"roomName":"tea","userId":1}"#).await;
    assert_eq!(reply.header("access-control-allow-origin"), Some("http://localhost:3000"));
    let foreign = [("Origin", "https://evil.example")];
    assert_eq!(Bare::refused_at(&server, "/?userId=1", &foreign).await.status, 403);
}

#[tokio::test]
async fn pair_room_is_not_destroyed_by_third_client() {
    let server = TestServer::start(&[]).await;
    let (mut one, mut two) = pair(&server, "tea").await;
    let stranger = async |body: &str| {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind("127.0.0.2:0".parse().expect("an address")).expect("all of 127 is this machine's");
        let stream = socket.connect(server.address()).await.expect("the server accepts");
        request(stream, "POST", "/destroy-room", &[], body.as_bytes()).await
    };
    assert_refused(&stranger(r#"{"roomName":"tea"}"#).await, 400, DESTROY);
    assert_refused(&stranger(r#"{"roomName":"tea","userId":3}"#).await, 400, DESTROY);
    one.settle().await;
    assert_eq!(stranger(r#"{"roomName":"tea","userId":"1"}"#).await.status, 200);
    two.expect("EXIT_ROOM_NOTIFY").await;
}

#[tokio::test]
async fn missing_full_or_own_pair_room_cannot_be_joined() {
    let server = TestServer::start(&[]).await;
    let (mut one, mut two) = pair(&server, "tea").await;
    let mut three = User::connect(&server, "3").await;
    for room in ["tea", "coffee", "", &"r".repeat(65)] {
        three.join(room, json!(3)).await;
        three.expect_words("JOIN_ROOM_RESPONSE_FAILURE").await;
    }
    three.say("JOIN_ROOM_REQUEST", json!({ "userId": 3 })).await;
    three.expect_words("JOIN_ROOM_RESPONSE_FAILURE").await;
    two.exit("tea", json!("two")).await;
    one.expect("EXIT_ROOM_NOTIFY").await;
    one.join("tea", json!(1)).await;
    one.expect_words("JOIN_ROOM_RESPONSE_FAILURE").await;
    three.join("tea", json!(3)).await;
    three.expect("JOIN_ROOM_RESPONSE_SUCCESS").await;
}

#[tokio::test]
async fn sender_id_is_from_connection_not_from_message() {
    let server = TestServer::start(&[]).await;
    let (mut one, mut two) = pair(&server, "tea").await;
    let mut three = User::connect(&server, "3").await;
    three.exit("tea", json!(1)).await;
    three.expect_error("not-in-room").await;
    for to in [json!(1), json!("two"), json!(3), json!("nobody")] {
        three.say("OFFER", json!({ "offer": {}, "otherUserId": to, "userId": 1 })).await;
        three.expect_error("no-such-peer").await;
    }
    two.exit("tea", json!("two")).await;
    one.expect("EXIT_ROOM_NOTIFY").await;
    three.join("tea", json!("two")).await;
    three.expect("JOIN_ROOM_RESPONSE_SUCCESS").await;
    assert_eq!(one.expect("JOIN_ROOM_NOTIFY").await["joinUserId"], json!("3"));
    two.settle().await;
}

#[tokio::test]
async fn unknown_messages_get_errors_then_close_their_connection() {
    let server = TestServer::start(&[]).await;
    let (mut one, mut two) = pair(&server, "tea").await;
    let mut three = User::connect(&server, "3").await;
    let texts = ["", "{", "null", "[]", r#"{"label":"WEBRTC_PROCESS"}"#, r#"{"label":7,"data":{}}"#];
    let types = [json!({ "type": "DANCE" }), json!({}), json!("OFFER")];
    for text in texts {
        three.wire.send_text(text).await;
        three.expect_error("bad-payload").await;
    }
    for data in types {
        let frame = json!({ "label": "WEBRTC_PROCESS", "data": data }).to_string();
        three.wire.send_text(&frame).await;
        three.expect_error("bad-payload").await;
    }
    three.say("OFFER", json!({ "offer": {} })).await;
    three.expect_error("bad-payload").await;
    three.wire.send(Message::binary(vec![0])).await;
    assert_eq!(three.wire.expect_close(4400).await.len(), 1);
    two.say("OFFER", json!({ "offer": {}, "otherUserId": 1 })).await;
    one.expect("OFFER").await;
}

#[tokio::test]
async fn pair_connection_without_user_id_is_closed() {
    let server = TestServer::start(&[]).await;
    for path in ["/", "/?userId=", &format!("/?userId={}", "u".repeat(65))] {
        Bare::open_path(server.address(), path).await.expect_close(4400).await;
    }
}

#[tokio::test]
async fn a_message_that_is_too_large_closes_its_connection_only() {
    let server = TestServer::start(&["--max-message", "2KB"]).await;
    let (mut one, mut two) = pair(&server, "tea").await;
    let large = json!({ "offer": "x".repeat(3_000), "otherUserId": 1 });
    two.say("OFFER", large).await;
    let frames = two.wire.expect_close(1009).await;
    assert_eq!(frames.last().map(|frame| &frame["data"]["code"]), Some(&json!("too-large")));
    one.expect("DISCONNECT_ROOM_NOTIFICATION").await;
    one.settle().await;
}

#[tokio::test]
async fn shutdown_notifies_both_of_a_pair() {
    // Which of the two ends first, and what the other is doing then, is chance.
    for _ in 0..20 {
        let server = TestServer::start(&[]).await;
        let (mut one, mut two) = pair(&server, "tea").await;
        let stopped = server.stop();
        one.wire.expect_close(1001).await;
        two.wire.expect_close(1001).await;
        drop((one, two));
        stopped.await;
    }
}

#[tokio::test]
async fn password_is_required_only_where_configured() {
    let server = TestServer::start(&["--password", "secret"]).await;
    let body = json!({ "roomName": "tea", "userId": 1 }).to_string();
    for (query, is_right) in [("", false), ("?password=x", false), ("?password=secret", true)] {
        let create = post(&server, &format!("/create-room{query}"), &body).await;
        let destroy = post(&server, &format!("/destroy-room{query}"), &body).await;
        if is_right {
            assert_eq!((create.status, destroy.status), (200, 200));
        } else {
            assert_refused(&create, 401, CREATE);
            assert_refused(&destroy, 401, DESTROY);
            assert_eq!(Bare::refused_at(&server, &format!("/{query}"), &[]).await.status, 401);
        }
    }
    Bare::open_path(server.address(), "/?userId=1&password=secret").await.close().await;
}

#[tokio::test]
async fn unclaimed_rooms_of_one_address_leave_room_for_others() {
    let server = TestServer::start(&["--trust-proxy"]).await;
    let make = async |number: usize, from: &str| {
        let body = json!({ "roomName": format!("room {number}"), "userId": number }).to_string();
        let reply = server.request("POST", "/create-room", &[("X-Forwarded-For", from)], body.as_bytes()).await;
        if reply.status != 200 {
            assert_refused(&reply, 400, CREATE);
            assert!(reply.text().contains("from your address"), "{}", reply.text());
        }
        reply.status
    };
    for number in 0..200 {
        // Of IPv6 a household has a whole network.
        assert_eq!(make(number, &format!("2001:db8:1:2::{number:x}")).await, 200);
    }
    assert_eq!(make(200, "2001:db8:1:2::ffff").await, 400);
    assert_eq!(make(201, "2001:db8:1:3::1").await, 200);
    assert_eq!(make(202, "192.0.2.1").await, 200);
    // A creator that connects frees a slot, and may create more.
    let mut seven = User::connect(&server, "7").await;
    seven.settle().await;
    assert_eq!(make(203, "2001:db8:1:2::1").await, 200);
    assert_eq!(make(204, "2001:db8:1:2::1").await, 400);
    let body = json!({ "roomName": "one more", "userId": 7 }).to_string();
    let reply =
        server.request("POST", "/create-room", &[("X-Forwarded-For", "2001:db8:1:2::1")], body.as_bytes()).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn pairs_can_be_switched_off() {
    let server = TestServer::start(&["--no-pairs"]).await;
    let reply = post(&server, "/create-room", r#"{"roomName":"tea","userId":1}"#).await;
    assert!(matches!(reply.status, 404 | 405), "{}", reply.status);
    let page = Bare::refused_at(&server, "/?userId=1", &[]).await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
}
