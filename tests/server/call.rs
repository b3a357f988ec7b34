//! The course's call from the offer to the hang-up ("Events").

use serde_json::{Value, json};

use crate::support::packet::Packet;
use crate::support::payload::{
    CANDIDATE_IN, CANDIDATE_OUT, answer, answered, candidate, candidates, connected_call, from_answerer, from_offerer,
    offer, offered,
};
use crate::support::{Client, TestServer, Transport};

/// A whole call as the course's pages make it, with candidates before and after the answer, and a hang-up.
async fn whole_call(server: &TestServer, caller: Transport, answerer: Transport) {
    let mut amy = Client::connect_by(server, caller, "amy").await;
    let mut bob = Client::connect_by(server, answerer, "bob").await;
    let object = offered(&mut amy, &mut bob, "offer").await;
    for number in 0..3 {
        amy.emit(CANDIDATE_OUT, from_offerer(candidate(number))).await;
    }
    amy.settle().await;

    let early = bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    assert_eq!(early, json!(candidates(0..3)));
    let response = amy.expect("answerResponse").await;
    assert_eq!(response["answer"], answer("answer"));
    assert_eq!(response["answererUserName"], "bob");

    for number in 10..13 {
        bob.emit(CANDIDATE_OUT, from_answerer(candidate(number))).await;
        amy.emit(CANDIDATE_OUT, from_offerer(candidate(number - 7))).await;
    }
    for number in 10..13 {
        assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(number));
        assert_eq!(bob.expect(CANDIDATE_IN).await, candidate(number - 7));
    }

    amy.emit("hangup", Value::Null).await;
    let goodbye = json!({ "userName": "amy", "offerId": object["offerId"], "reason": "hangup" });
    assert_eq!(bob.expect("peerHangup").await, goodbye);
    amy.expect_silence().await;
    bob.expect_silence().await;
    amy.disconnect().await;
    bob.disconnect().await;
}

#[tokio::test]
async fn call_over_websocket_succeeds() {
    let server = TestServer::start(&[]).await;
    whole_call(&server, Transport::WebSocket, Transport::WebSocket).await;
}

#[tokio::test]
async fn call_over_long_polling_succeeds() {
    let server = TestServer::start(&[]).await;
    whole_call(&server, Transport::Polling, Transport::Polling).await;
}

#[tokio::test]
async fn call_over_upgraded_connections_succeeds() {
    let server = TestServer::start(&[]).await;
    whole_call(&server, Transport::Upgrade, Transport::Upgrade).await;
}

#[tokio::test]
async fn call_between_different_transports_succeeds() {
    let server = TestServer::start(&[]).await;
    whole_call(&server, Transport::WebSocket, Transport::Polling).await;
    whole_call(&server, Transport::Polling, Transport::WebSocket).await;
    whole_call(&server, Transport::Polling, Transport::Upgrade).await;
}

#[tokio::test]
async fn client_never_receives_session_id_of_another() {
    // A client that knows it could send as its owner on long-polling.
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect_by(&server, Transport::Polling, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let sid = amy.handshake["sid"].as_str().expect("a session id").to_owned();
    amy.emit("newOffer", offer("offer")).await;
    let awaiting = bob.next_event().await;
    let object = awaiting.payload[0].clone();
    bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    amy.emit(CANDIDATE_OUT, from_offerer(candidate(1))).await;
    let passed_on = bob.next_event().await;
    amy.disconnect().await;
    let goodbye = bob.next_event().await;
    for event in [awaiting, passed_on, goodbye] {
        assert!(!event.text.contains(&sid), "{}", event.text);
    }
}

#[tokio::test]
async fn servers_in_one_process_share_nothing() {
    let (here, there) = (TestServer::start(&[]).await, TestServer::start(&[]).await);
    let mut amy = Client::connect(&here, "amy").await;
    amy.emit_with_ack("newOffer", offer("here")).await;
    let mut bob = Client::connect(&there, "bob").await;
    bob.expect_silence().await;
}

#[tokio::test]
async fn a_page_that_reloads_calls_again() {
    let server = TestServer::start(&[]).await;
    let mut bob = Client::connect(&server, "bob").await;
    for _ in 0..5 {
        let mut amy = Client::connect(&server, "amy").await;
        connected_call(&mut amy, &mut bob).await;
        amy.close().await;
        assert_eq!(bob.expect("peerHangup").await["reason"], "closed");
    }
    bob.expect_silence().await;
}

#[tokio::test]
async fn an_unknown_event_is_ignored_ack_and_all() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    amy.emit("noSuchEvent", json!({ "a": 1 })).await;
    amy.emit_asking("noSuchEvent", Value::Null).await;
    // What only the server says is unknown from a client.
    amy.emit_asking("answerResponse", Value::Null).await;
    amy.emit_asking("newOfferAwaiting", json!([{}])).await;
    let asked = amy.emit_asking("test", Value::Null).await;
    assert_eq!(amy.next().await, Packet::Ack { id: asked, args: vec![json!("pong")], attachments: Vec::new() });
}
