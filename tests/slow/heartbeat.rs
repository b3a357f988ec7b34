//! The heartbeat that a bare WebSocket may ask for: pings as text, which a page that the browser has frozen cannot
//! answer ("The bare WebSocket").

use serde_json::{Value, json};

use crate::support::member::BARE;
use crate::support::pair_user::{User, create};
use crate::support::{Bare, Member, TestServer};

const ROOM: &str = "kitchen";
/// A ping each second, and no limit of events.
const OFTEN: [&str; 6] = ["--ping-interval", "1s", "--ping-timeout", "2s", "--event-burst", "1000000"];

fn ping() -> Value {
    json!({ "signal": "ping" })
}

#[tokio::test]
async fn heartbeat_that_is_answered_goes_on() {
    let server = TestServer::start(&["--ping-interval", "300ms", "--ping-timeout", "5s"]).await;
    let mut amy = Bare::open(&server, "userName=amy&password=x&heartbeat=1").await;
    let mut one = User { wire: Bare::open_path(server.address(), "/?userId=1&heartbeat=1").await };
    for _ in 0..5 {
        assert_eq!(amy.expect("ping").await, ping());
        amy.send_text(r#"{"signal":"pong"}"#).await;
        assert_eq!(one.expect("PING").await, json!({ "type": "PING" }));
        one.say("PONG", json!({})).await;
    }
}

#[tokio::test]
async fn heartbeat_without_an_answer_breaks_the_connection() {
    let server = TestServer::start(&OFTEN).await;
    let [mut amy] = Member::gather(&server, ROOM, [BARE]).await;
    let mut eve = Bare::open(&server, "userName=eve&password=x&heartbeat=1").await;
    eve.send_text(&json!({ "action": "joining-room", "room": ROOM }).to_string()).await;
    let id = amy.expect("user-joined").await["peerId"].take();
    // The browser goes on answering control frames for a frozen page, as the library does while it reads.
    let reading = tokio::spawn(async move { eve.expect_end().await.0 });
    assert_eq!(amy.expect("user-lost").await["peerId"], id);
    let frames = reading.await.expect("it reads to the end");
    assert!(frames.contains(&ping()), "{frames:?}");
    // Amy, who asked for nothing, is here as before.
    amy.expect_silence().await;
}

#[tokio::test]
async fn heartbeat_without_an_answer_disconnects_from_the_pair() {
    let server = TestServer::start(&OFTEN).await;
    let mut one = User::connect(&server, "1").await;
    create(&server, "tea", json!(1)).await;
    let mut two = User { wire: Bare::open_path(server.address(), "/?userId=two&heartbeat=1").await };
    two.join("tea", json!("two")).await;
    one.expect("JOIN_ROOM_NOTIFY").await;
    let reading = tokio::spawn(async move { two.wire.expect_end().await });
    one.expect_words("DISCONNECT_ROOM_NOTIFICATION").await;
    reading.await.expect("it reads to the end");
}

#[tokio::test]
async fn heartbeat_without_pong_breaks_a_busy_connection() {
    let server = TestServer::start(&OFTEN).await;
    let mut amy = Bare::open(&server, "userName=amy&password=x&heartbeat=1").await;
    assert_eq!(amy.expect("ping").await, ping());
    let words = json!({ "action": "leaving-room", "room": "none" }).to_string();
    let mut received = 0;
    while amy.try_send(words.as_str().into()).await.is_ok() {
        match amy.next_or_end().await {
            Some(_) => received += 1,
            None => break,
        }
        assert!(received < 100_000, "it goes on without a pong");
    }
}

#[tokio::test]
async fn unrequested_pong_is_an_unknown_action() {
    let server = TestServer::start(&[]).await;
    for query in ["userName=amy&password=x", "userName=amy&password=x&heartbeat=0"] {
        let mut amy = Bare::open(&server, query).await;
        amy.send_text(r#"{"signal":"pong"}"#).await;
        amy.expect_error(Value::Null, "bad-payload").await;
    }
}
