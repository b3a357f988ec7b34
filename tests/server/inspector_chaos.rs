//! The inspector's switches that disturb calls (docs/inspector.md, "Chaos").

use std::time::Duration;

use serde_json::{Value, json};
use switchboard::core::id::PeerId;
use switchboard::inspect::chaos::Switches;
use switchboard::protocol::name::Lobby;

use crate::support::inspector::of_kind;
use crate::support::payload::{CANDIDATE_IN, CANDIDATE_OUT, answered, candidate, from_answerer, from_offerer, offered};
use crate::support::{Bare, Client, TestServer, within};

async fn start(switches: Value) -> TestServer {
    let server = TestServer::start(&["--chaos"]).await;
    set(&server, switches);
    server
}

fn set(server: &TestServer, switches: Value) {
    let inspector = server.inspector.as_ref().expect("the inspector is on");
    let switches: Option<Switches> = serde_json::from_value(switches).expect("switches");
    assert!(inspector.set_chaos(Lobby::default(), switches));
}

/// What the records say that was done.
async fn done(server: &TestServer) -> Vec<Value> {
    let records = server.records().await;
    of_kind(&records, "chaos").into_iter().filter(|record| !record["did"].is_null()).cloned().collect()
}

async fn pair(server: &TestServer) -> (Client, Client, Value) {
    let mut amy = Client::connect(server, "amy").await;
    let mut bob = Client::connect(server, "bob").await;
    let object = offered(&mut amy, &mut bob, "offer").await;
    (amy, bob, object)
}

#[tokio::test]
async fn answer_that_is_dropped_does_not_arrive() {
    let server = start(json!({"drop": 1.0, "what": "answers"})).await;
    let (mut amy, mut bob, object) = pair(&server).await;
    assert_eq!(bob.emit_with_ack("newAnswer", answered(&object, "answer")).await, json!([]));
    bob.emit(CANDIDATE_OUT, from_answerer(candidate(1))).await;
    amy.expect(CANDIDATE_IN).await;
    let [drop] = &done(&server).await[..] else { panic!("one message was dropped") };
    assert_eq!((&drop["did"], &drop["event"], &drop["lobby"]), (&json!("drop"), &json!("answer"), &json!("")));

    set(&server, Value::Null);
    let (mut amy, mut bob, object) = (amy, bob, object);
    amy.emit("hangup", object["offerId"].clone()).await;
    bob.expect("peerHangup").await;
    let object = offered(&mut amy, &mut bob, "another").await;
    bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    amy.expect("answerResponse").await;
}

#[tokio::test]
async fn candidates_that_are_doubled_arrive_twice() {
    let server = start(json!({"double": true, "what": "candidates"})).await;
    let (mut amy, mut bob, object) = pair(&server).await;
    bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    bob.emit(CANDIDATE_OUT, from_answerer(candidate(1))).await;
    amy.expect("answerResponse").await;
    for _ in 0..2 {
        assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(1));
    }
}

#[tokio::test]
async fn messages_that_are_delayed_arrive_later() {
    let server = start(json!({"delay": 50})).await;
    let (mut amy, mut bob, object) = pair(&server).await;
    bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    amy.settle().await;
    amy.expect("answerResponse").await;
    set(&server, json!({"reorder": true}));
    for number in 0..20 {
        bob.emit(CANDIDATE_OUT, from_answerer(candidate(number))).await;
    }
    let mut arrived = Vec::new();
    while arrived.len() < 20 {
        arrived.push(amy.expect(CANDIDATE_IN).await.to_string());
    }
    assert!(!arrived.is_sorted(), "some overtake others: {arrived:?}");
}

#[tokio::test]
async fn candidates_of_a_stripped_kind_are_lost_everywhere() {
    let server = start(json!({"strip": ["host"]})).await;
    let (mut amy, mut bob, object) = pair(&server).await;
    amy.emit_with_ack(CANDIDATE_OUT, from_offerer(candidate(1))).await;
    let relay = json!({"candidate": "candidate:2 1 udp 1 192.0.2.1 9 typ relay", "sdpMid": "0", "sdpMLineIndex": 0});
    amy.emit_with_ack(CANDIDATE_OUT, from_offerer(relay.clone())).await;
    assert_eq!(bob.emit_with_ack("newAnswer", answered(&object, "answer")).await, json!([relay]));
    bob.emit(CANDIDATE_OUT, from_answerer(candidate(3))).await;
    bob.emit(CANDIDATE_OUT, from_answerer(relay.clone())).await;
    amy.expect("answerResponse").await;
    assert_eq!(amy.expect(CANDIDATE_IN).await, relay);
}

#[tokio::test]
async fn client_that_is_cut_stays_away_for_a_while() {
    let server = TestServer::start(&["--chaos", "--connect-timeout", "1s"]).await;
    let amy = Client::connect(&server, "amy").await;
    let mut bob = Bare::connect(&server, "bob").await;
    let inspector = server.inspector.clone().expect("the inspector is on");
    let records = server.records().await;
    for record in of_kind(&records, "connect") {
        let id = u64::from_str_radix(record["client"].as_str().expect("an id"), 16).expect("hexadecimal");
        assert!(inspector.keep_away(PeerId(id), Duration::from_secs(1)));
    }
    assert!(!inspector.keep_away(PeerId(1), Duration::from_secs(1)), "no client has this id");
    amy.lose();
    bob.settle().await;
    let refused = Bare::refused(&server, "?userName=bob&password=x", &[]).await;
    assert_eq!(refused.status, 503);
    let returned = std::time::Instant::now();
    within("a client that was kept away", async {
        let auth = json!({"userName": "amy", "password": "x"});
        while Client::try_connect(&server, crate::support::Transport::WebSocket, auth.clone()).await.is_err() {}
    })
    .await;
    assert!(returned.elapsed() >= Duration::from_millis(500), "it had to wait: {:?}", returned.elapsed());
}

#[tokio::test]
async fn switches_do_nothing_without_the_flag() {
    let server = TestServer::start(&[]).await;
    let inspector = server.inspector.as_ref().expect("the inspector is on");
    assert!(!inspector.set_chaos(Lobby::default(), Some(Switches::default())));
    assert!(!inspector.keep_away(PeerId(1), Duration::from_secs(1)));
    let (mut amy, mut bob, object) = pair(&server).await;
    bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    amy.expect("answerResponse").await;
}
