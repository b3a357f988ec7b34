//! A client that stops reading, or goes silent, counts as broken within the ping time-out, although its connection is
//! still open ("The life of an offer and of a call"). In these tests a client answers pings only while it waits for
//! something.

use serde_json::{Value, json};

use crate::support::payload::{
    CANDIDATE_IN, CANDIDATE_OUT, answered, candidate, connected_call, ended, from_answerer, from_offerer, offered,
    page, party, restored, withdrawn,
};
use crate::support::wire::Frame;
use crate::support::{Client, TestServer, Transport, at_once, within};

const EVERY: [Transport; 3] = [Transport::WebSocket, Transport::Polling, Transport::Upgrade];

/// A client that does not answer is noticed after four seconds at most. A busy machine answers within three.
const PINGS: [&str; 4] = ["--ping-interval", "1s", "--ping-timeout", "3s"];

async fn start(grace: &str) -> TestServer {
    TestServer::start(&[&PINGS[..], &["--reconnect-grace", grace]].concat()).await
}

#[tokio::test]
async fn handshake_contains_ping_interval_and_timeout() {
    let server = start("30s").await;
    for transport in EVERY {
        let client = Client::open(&server, transport).await;
        assert_eq!(client.handshake["pingInterval"], 1000);
        assert_eq!(client.handshake["pingTimeout"], 3000);
    }
}

#[tokio::test]
async fn silent_client_counts_as_broken() {
    at_once(EVERY, async |transport| {
        let server = start("30s").await;
        let mut bob = Client::connect(&server, "bob").await;
        let mut amy = Client::connect_by(&server, transport, "amy").await;
        let id = json!(connected_call(&mut amy, &mut bob).await);
        // Amy is still connected, and neither reads nor speaks.
        assert_eq!(bob.expect("peerLost").await, party("amy", &id), "{transport:?}");
        drop(amy);
    })
    .await;
}

#[tokio::test]
async fn client_that_sends_but_does_not_read_counts_as_broken() {
    at_once(EVERY, async |transport| {
        let server = start("0s").await;
        let mut bob = Client::connect(&server, "bob").await;
        let mut amy = Client::connect_by(&server, transport, "amy").await;
        let object = offered(&mut amy, &mut bob, "amy's").await;
        let lost = within("the offer to be withdrawn", async {
            // Polling refuses it when its session is over.
            for number in 0.. {
                let said = json!([CANDIDATE_OUT, from_offerer(candidate(number % 200))]);
                amy.try_send(Frame::Text(format!("42{said}"))).await.ok();
                bob.emit("checkOffers", Value::Null).await;
                let event = bob.next_event().await;
                if event.name == "offerWithdrawn" {
                    return event.payload;
                }
            }
            unreachable!("it goes on until then")
        })
        .await;
        assert_eq!(lost, withdrawn(&object, "lost"), "{transport:?}");
    })
    .await;
}

#[tokio::test]
async fn silent_client_without_grace_loses_its_call() {
    at_once(EVERY, async |transport| {
        let server = start("0s").await;
        let mut bob = Client::connect(&server, "bob").await;
        let mut amy = Client::connect_by(&server, transport, "amy").await;
        let id = json!(connected_call(&mut amy, &mut bob).await);
        assert_eq!(bob.expect("peerHangup").await, ended("amy", &id, "lost"), "{transport:?}");
        bob.expect_silence().await;
    })
    .await;
}

#[tokio::test]
async fn silent_client_returns_and_its_old_connection_is_ignored() {
    at_once(EVERY, async |transport| {
        let server = start("30s").await;
        let mut bob = Client::connect(&server, "bob").await;
        let mut amy = Client::connect_by(&server, transport, "amy").await;
        let id = json!(connected_call(&mut amy, &mut bob).await);
        assert_eq!(bob.expect("peerLost").await, party("amy", &id));
        bob.emit_with_ack(CANDIDATE_OUT, from_answerer(candidate(1))).await;
        let mut back = Client::connect_by(&server, transport, "amy").await;
        for words in [r#"42["hangup",null]"#, "41", "1"] {
            amy.try_send(words.into()).await.ok();
        }
        assert_eq!(back.expect("restored").await, restored(&Value::Null, &[party("bob", &id)], 0));
        assert_eq!(back.expect(CANDIDATE_IN).await, candidate(1));
        assert_eq!(bob.expect("peerBack").await, party("amy", &id));
        bob.emit(CANDIDATE_OUT, from_answerer(candidate(2))).await;
        assert_eq!(back.expect(CANDIDATE_IN).await, candidate(2), "{transport:?}");
    })
    .await;
}

#[tokio::test]
async fn event_sent_during_silence_is_sent_again_to_its_session() {
    at_once(EVERY, async |transport| {
        let server = start("30s").await;
        let mut bob = Client::connect(&server, "bob").await;
        let mut amy = Client::enter(&server, transport, page("amy", "amy's", None)).await;
        let object = offered(&mut amy, &mut bob, "amy's").await;
        // From here on amy receives nothing, and the server does not know it yet.
        bob.emit_with_ack("newAnswer", answered(&object, "bob's")).await;
        for number in 2..5 {
            bob.emit_with_ack(CANDIDATE_OUT, from_answerer(candidate(number))).await;
        }
        assert_eq!(bob.expect("peerLost").await, party("amy", &object["offerId"]));
        let mut back = Client::enter(&server, transport, page("amy", "amy's", Some(0))).await;
        back.expect("restored").await;
        back.expect_numbered(1, "answerResponse").await;
        for number in 2..5 {
            assert_eq!(back.expect_numbered(number as u64, CANDIDATE_IN).await, candidate(number), "{transport:?}");
        }
        drop(amy);
    })
    .await;
}

#[tokio::test]
async fn client_that_answers_pings_stays_connected() {
    let server = start("0s").await;
    let mut amy = Client::connect_by(&server, Transport::Polling, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    connected_call(&mut amy, &mut bob).await;
    // The clock: three that go silent one after the other, each for as long as it takes to be noticed.
    for _ in 0..3 {
        let mut silent = Client::connect(&server, "silent").await;
        let object = offered(&mut silent, &mut bob, "nobody's").await;
        amy.expect("newOfferAwaiting").await;
        let (amys, bobs) = tokio::join!(amy.expect("offerWithdrawn"), bob.expect("offerWithdrawn"));
        assert_eq!((amys, bobs), (withdrawn(&object, "lost"), withdrawn(&object, "lost")));
    }
    amy.emit(CANDIDATE_OUT, from_offerer(candidate(1))).await;
    assert_eq!(bob.expect(CANDIDATE_IN).await, candidate(1));
}
