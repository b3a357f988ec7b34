//! Clients that send faster than they may, for longer than they may: they receive one error, and are closed.

use std::time::Instant;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::gst_peer::GstPeer;
use crate::support::packet::Packet;
use crate::support::payload::{CANDIDATE_OUT, from_offerer};
use crate::support::wire::Frame;
use crate::support::{Bare, Client, TestServer, Transport, at_once, within};

const EVERY: [Transport; 3] = [Transport::WebSocket, Transport::Polling, Transport::Upgrade];
const FEW: [&str; 4] = ["--event-burst", "50", "--event-rate", "1"];

/// A hundred events at once, each with an ack asked for.
fn flood() -> Vec<Frame> {
    (0..100).map(|n| Frame::Text(format!("42{n}{}", json!([CANDIDATE_OUT, from_offerer(json!(n))])))).collect()
}

fn is_too_fast(error: &Value) -> bool {
    error["code"] == "rate-limited"
}

#[tokio::test]
async fn client_over_event_rate_gets_one_error_then_is_closed() {
    let server = TestServer::start(&[&FEW[..], &["--reconnect-grace", "0s"]].concat()).await;
    at_once(EVERY, async |transport| {
        let mut eve = Client::connect_by(&server, transport, "eve").await;
        let start = Instant::now();
        eve.send_all(&flood()).await;
        let mut accepted = 0;
        let error = loop {
            match eve.next().await {
                Packet::Ack { .. } => accepted += 1,
                packet => {
                    break packet.error().cloned().unwrap_or_else(|| panic!("an error was expected, not {packet:?}"));
                }
            }
        };
        assert!(is_too_fast(&error), "{transport:?}: {error}");
        let message = error["message"].as_str().unwrap_or_default();
        assert!(message.contains("50 messages at once and 1 a second"), "{message}");
        // One event was sent to connect, and one more is accepted each second.
        let most = 50 + start.elapsed().as_secs() + 1;
        assert!((49..=most).contains(&accepted), "{transport:?}: {accepted} of at most {most}");
        // Longer than it is borne: the connection ends in the middle of it.
        let going_on = async { while eve.try_send_all(&flood()).await.is_ok() {} };
        within(&format!("the end of {transport:?}"), going_on).await;
        let rest = eve.expect_end().await;
        let errors: Vec<_> = rest.iter().filter_map(Packet::error).collect();
        assert!(errors.is_empty(), "{transport:?}: reported twice: {errors:?}");
    })
    .await;
}

#[tokio::test]
async fn unknown_events_count_as_well() {
    let server = TestServer::start(&FEW).await;
    let mut eve = Client::connect(&server, "eve").await;
    let frames: Vec<_> = (0..100).map(|n| Frame::Text(format!(r#"42["nothing",{n}]"#))).collect();
    eve.send_all(&frames).await;
    assert!(is_too_fast(&eve.expect("signalingError").await));
}

#[tokio::test]
async fn bare_client_over_event_rate_gets_one_error_and_close_code() {
    let server = TestServer::start(&FEW).await;
    at_once([("/ws?userName=eve&password=x", 4429), ("/?userId=1", 1008)], async |(path, code)| {
        let eve = Bare::open_path(server.address(), path).await;
        let (mut out, mut heard) = eve.into_socket().split();
        let frame =
            r#"{"action":"leaving-room","room":"r","label":"WEBRTC_PROCESS","data":{"type":"OFFER","otherUserId":2}}"#;
        let flooding = tokio::spawn(async move { while out.send(Message::text(frame)).await.is_ok() {} });
        let (mut refusals, mut end) = (0, None);
        within("the connection to be closed", async {
            while let Some(Ok(message)) = heard.next().await {
                match message {
                    Message::Text(text) => refusals += usize::from(text.contains("rate-limited")),
                    Message::Close(close) => end = close.map(|close| u16::from(close.code)),
                    _ => {}
                }
            }
        })
        .await;
        flooding.abort();
        assert_eq!((refusals, end), (1, Some(code)), "{path}");
    })
    .await;
}

#[tokio::test]
async fn sender_that_is_too_fast_is_closed_and_others_go_on() {
    let server = TestServer::start(&["--gst", "--event-burst", "10", "--event-rate", "1"]).await;
    let mut camera = GstPeer::producer(&server, "camera").await;
    let mut eve = GstPeer::connect(&server).await;
    // Four times as many as elsewhere; the answer to the first ping counts, too.
    for _ in 0..39 {
        eve.say("list", json!({})).await;
        eve.expect("list").await;
    }
    let mut message = json!({});
    while message["code"] != "rate-limited" {
        eve.say("list", json!({})).await;
        message = eve.wire.next_or_end().await.expect("it is not closed yet");
    }
    while eve.wire.try_send(Message::text(r#"{"type":"list"}"#)).await.is_ok() {}
    eve.wire.expect_close(1008).await;
    camera.settle().await;
}
