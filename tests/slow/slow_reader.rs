//! A client that does not read what it is sent: what waits for it is bounded, and in the end it is closed.

use serde_json::json;

use crate::support::packet::{Event, Packet};
use crate::support::payload::offered;
use crate::support::polling::{poll, session};
use crate::support::{Client, TestServer, Transport};

/// `stalled` reads nothing while much is sent to it. It must be closed, and up to its end it must have every event;
/// the others go on meanwhile.
async fn one_that_stops_reading_is_closed(transport: Transport) {
    const OFFERS: usize = 300;
    let server = TestServer::start(&["--max-queue", "64", "--reconnect-grace", "0s"]).await;
    let mut witness = Client::connect(&server, "witness").await;
    let mut stalled = Client::connect_by(&server, transport, "stalled").await;
    let of_stalled = offered(&mut stalled, &mut witness, "of the stalled").await;
    let mut sender = Client::connect(&server, "sender").await;
    sender.expect("availableOffers").await;

    // Together far more than the buffers between two processes hold.
    let padding = "x".repeat(100 * 1024);
    let numbered = |event: Event| (event.name == "newOfferAwaiting").then(|| event.payload[0]["offer"]["n"].clone());
    let mut lost = None;
    for number in 0..OFFERS {
        sender.emit_with_ack("newOffer", json!({ "n": number, "padding": padding })).await;
        loop {
            let event = witness.next_event().await;
            if event.payload["offerId"] == of_stalled["offerId"] {
                lost = Some(event.payload["reason"].clone());
            } else if let Some(heard) = numbered(event) {
                break assert_eq!(heard, json!(number), "the witness misses nothing");
            }
        }
    }
    // Long before the last offer, and not only when the ping time-out noticed the silence.
    assert_eq!(lost, Some(json!("lost")), "{transport:?}");

    // Now it reads again what was still on its way: a beginning without a gap, and then the end.
    let mut heard = Vec::new();
    for packet in stalled.expect_end().await {
        if let Packet::Event(event) = packet {
            heard.extend(numbered(event));
        }
    }
    assert_eq!(json!(heard), json!(Vec::from_iter(0..heard.len())), "{transport:?}");
    assert!(heard.len() < OFFERS, "{transport:?}: all {OFFERS} came, so this test shows nothing");
    witness.settle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn websocket_that_stops_reading_is_closed_without_gaps() {
    one_that_stops_reading_is_closed(Transport::WebSocket).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn polling_client_that_stops_polling_is_closed_without_gaps() {
    one_that_stops_reading_is_closed(Transport::Polling).await;
}

#[tokio::test]
async fn unfetched_rejections_are_bounded() {
    let server = TestServer::start(&[]).await;
    let sid = session(server.address()).await;
    let wish = format!("40/{},", "x".repeat(900_000));
    for _ in 0..20 {
        poll(server.address(), "POST", &sid, &wish).await;
    }
    let mut waiting = 0;
    poll(server.address(), "POST", &sid, "427[\"test\"]").await;
    loop {
        let reply = poll(server.address(), "GET", &sid, "").await;
        waiting += reply.body.len();
        if reply.status != 200 || reply.text().ends_with("437[\"pong\"]") {
            break;
        }
    }
    assert!(waiting < 4_000_000, "{waiting} bytes waited for one who does not fetch them");
}
