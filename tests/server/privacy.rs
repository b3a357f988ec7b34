//! Descriptions, candidates, addresses and credentials are in no log, at any level, and in nothing that other clients
//! receive.

use serde_json::{Value, json};

use crate::support::payload::{CANDIDATE_OUT, answered, from_answerer, from_offerer, offer};
use crate::support::program::Program;
use crate::support::{Bare, Client, Transport};

/// Each stands for something that no other client may see.
const PASSWORD: &str = "open-sesame";
const WRONG_PASSWORD: &str = "open-barley";
const DESCRIPTION: &str = "v=0-description";
const CANDIDATE: &str = "candidate:secret";
const SESSION: &str = "session-of-this-page";
const HOME: &str = "127.0.0.1";

const ALL: [&str; 6] = [PASSWORD, WRONG_PASSWORD, DESCRIPTION, CANDIDATE, SESSION, HOME];

fn auth(name: &str) -> Value {
    json!({ "userName": name, "password": PASSWORD, "session": format!("{SESSION}-{name}"), "numbers": true })
}

async fn whole_call(program: &Program, transport: Transport) {
    let mut amy = Client::enter(&program.server, transport, auth("amy")).await;
    let mut bob = Client::enter(&program.server, transport, auth("bob")).await;
    amy.emit_with_ack("newOffer", offer(DESCRIPTION)).await;
    amy.emit_with_ack(CANDIDATE_OUT, from_offerer(json!({ "candidate": CANDIDATE }))).await;
    let object = loop {
        let mut event = bob.next_event().await;
        if event.name == "newOfferAwaiting" {
            break event.payload[0].take();
        }
    };
    bob.emit_with_ack("newAnswer", answered(&object, DESCRIPTION)).await;
    bob.emit_with_ack(CANDIDATE_OUT, from_answerer(json!({ "candidate": CANDIDATE }))).await;
    // What is wrong is not repeated either.
    amy.emit_with_ack("newAnswer", json!({ "offerId": DESCRIPTION, "answer": CANDIDATE })).await;
    amy.emit(CANDIDATE_OUT, json!([DESCRIPTION])).await;
    amy.emit_with_ack("joining-room", json!({ "room": "room" })).await;
    amy.emit_with_ack("sending-SDP-offer", json!({ "room": "room", "to": CANDIDATE, "offer": DESCRIPTION })).await;
    amy.emit_with_ack("hangup", Value::Null).await;
    amy.send_raw(&format!("42[\"no-such-event\",\"{DESCRIPTION}\"]")).await;
    amy.settle().await;
    amy.leave().await;
    bob.lose();
}

#[tokio::test]
async fn log_at_any_level_has_no_payloads_passwords_or_addresses() {
    let flags = ["--log-level", "trace", "--password", PASSWORD, "--reconnect-grace", "0s"];
    let mut program = Program::start_keeping(&flags, |_| true).await;
    for transport in [Transport::WebSocket, Transport::Polling, Transport::Upgrade] {
        whole_call(&program, transport).await;
    }
    let mut eve = Client::open(&program.server, Transport::WebSocket).await;
    eve.send_raw(&format!("40{}", json!({ "userName": "eve", "password": WRONG_PASSWORD }))).await;
    eve.expect_end().await;
    let mut cem = Bare::enter(&program.server, &format!("userName=cem&password={PASSWORD}&session={SESSION}")).await;
    cem.ask(json!({ "action": "joining-room", "room": "room" })).await;
    cem.ask(json!({ "action": "sending-SDP-offer", "room": "room", "data": { "offer": DESCRIPTION } })).await;
    cem.send_text(DESCRIPTION).await;
    cem.settle().await;
    cem.close().await;
    Bare::refused(&program.server, &format!("userName=dan&password={WRONG_PASSWORD}"), &[]).await;
    program.server.get(&format!("/api/qr.svg?text={DESCRIPTION}")).await;
    let ended = program.stop().await;
    assert_eq!(ended.code(), Some(0));
    let log = program.log_until("stopping").await;
    // It is the log of all that: at this level it has many lines.
    assert!(log.len() > 20, "{log:#?}");
    for secret in ALL {
        let lines: Vec<_> = log.iter().filter(|line| line.contains(secret)).collect();
        assert!(lines.is_empty(), "{secret} is logged: {lines:#?}");
    }
}
