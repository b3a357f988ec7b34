//! Order and no loss: what one peer sends acts in the order sent, and nothing is dropped in silence.

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use crate::support::payload::{
    CANDIDATE_IN, CANDIDATE_OUT, answered, candidate, candidates, connected_call, from_answerer, from_offerer, offer,
};
use crate::support::wire::Frame;
use crate::support::{Client, TestServer, Transport, UNHURRIED};

/// Sends numbered candidates through a call, at most 500 of them without their ack.
async fn send_numbered(client: &mut Client, count: usize, payload: fn(Value) -> Value) {
    let mut asked = std::collections::VecDeque::new();
    for number in 0..count {
        if asked.len() == 500 {
            let id = asked.pop_front().expect("500 of them");
            assert_eq!(client.ack_of(id).await, json!({ "ok": true }));
        }
        asked.push_back(client.emit_asking(CANDIDATE_OUT, payload(json!(number))).await);
    }
    for id in asked {
        assert_eq!(client.ack_of(id).await, json!({ "ok": true }));
    }
}

async fn expect_numbered(client: &mut Client, count: usize) {
    for number in 0..count {
        assert_eq!(client.expect(CANDIDATE_IN).await, json!(number));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_events_of_one_peer_are_applied_in_order() {
    let server = TestServer::start(&[UNHURRIED, ["--max-candidates", "5000"]].concat()).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    connected_call(&mut amy, &mut bob).await;
    tokio::join!(send_numbered(&mut amy, 5_000, from_offerer), expect_numbered(&mut bob, 5_000));
    tokio::join!(send_numbered(&mut bob, 5_000, from_answerer), expect_numbered(&mut amy, 5_000));
    amy.expect_silence().await;
    bob.expect_silence().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_one_polling_payload_are_applied_in_order() {
    let server = TestServer::start(&UNHURRIED).await;
    let mut amy = Client::connect_by(&server, Transport::Polling, "amy").await;
    let mut bob = Client::connect_by(&server, Transport::Polling, "bob").await;
    connected_call(&mut amy, &mut bob).await;
    let frames: Vec<_> = (0..200)
        .map(|number| Frame::Text(format!("42{}", json!([CANDIDATE_OUT, from_offerer(json!(number))]))))
        .collect();
    amy.send_all(&frames).await;
    expect_numbered(&mut bob, 200).await;
    bob.expect_silence().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stored_candidates_come_in_the_order_sent() {
    let server = TestServer::start(&UNHURRIED).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    for _ in 0..20 {
        // Some before the offer, most after it, all in one go.
        let mut frames: Vec<_> = (0..256)
            .map(|number| Frame::Text(format!("42{}", json!([CANDIDATE_OUT, from_offerer(candidate(number))]))))
            .collect();
        frames.insert(20, Frame::Text(format!("42{}", json!(["newOffer", offer("offer")]))));
        amy.send_all(&frames).await;
        amy.settle().await;
        let object = bob.expect("newOfferAwaiting").await[0].take();
        let kept = bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
        assert_eq!(kept, json!(candidates(0..256)));
        amy.expect("answerResponse").await;
        amy.emit_with_ack("hangup", Value::Null).await;
        bob.expect("peerHangup").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_overtaken_across_the_upgrade() {
    let server = TestServer::start(&[]).await;
    stream::iter(0..50)
        .for_each_concurrent(8, |number| {
            let server = &server;
            async move {
                let lobby = format!("lobby {number}");
                let auth = |name: &str| json!({ "userName": name, "password": "x", "lobby": lobby });
                let mut bob = Client::connect_as(server, auth("bob")).await;
                let mut amy = Client::try_connect(server, Transport::Polling, auth("amy")).await.expect("let in");
                connected_call(&mut amy, &mut bob).await;
                // Some by polling, some by the WebSocket as soon as it is there, and some the other way meanwhile.
                for number in 0..20 {
                    amy.emit(CANDIDATE_OUT, from_offerer(json!(number))).await;
                    bob.emit(CANDIDATE_OUT, from_answerer(json!(number))).await;
                }
                amy.upgrade().await;
                for number in 20..40 {
                    amy.emit(CANDIDATE_OUT, from_offerer(json!(number))).await;
                    bob.emit(CANDIDATE_OUT, from_answerer(json!(number))).await;
                }
                expect_numbered(&mut bob, 40).await;
                expect_numbered(&mut amy, 40).await;
                amy.expect_silence().await;
            }
        })
        .await;
}
