//! Payloads of every wrong type for every event: the sender gets a reason, and other clients do not notice ("Events").

use serde_json::{Value, json};

use crate::support::bystanders::Bystanders;
use crate::support::packet::Packet;
use crate::support::payload::CANDIDATE_OUT;
use crate::support::{Client, TestServer};

/// What becomes of an event.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Taken,
    Refused(&'static str),
    /// Either is good, as long as the ack agrees with the `signalingError`, or with there being none.
    Reported,
}

use Fate::{Refused, Reported, Taken};

/// Payloads of every kind, as text, so that they need not be JSON that our own parser would write.
fn payloads() -> Vec<(&'static str, String)> {
    vec![
        ("missing", String::new()),
        ("null", ",null".into()),
        ("number", ",42".into()),
        ("huge number", ",1e999".into()),
        ("string", ",\"text\"".into()),
        ("array", ",[1,[2]]".into()),
        ("empty object", ",{}".into()),
        ("deep", format!(",{}{}", "[".repeat(200), "]".repeat(200))),
        ("deep inside", format!(",{{\"offer\":{0}{1},\"iceCandidate\":{0}{1}}}", "[".repeat(200), "]".repeat(200))),
        ("lone surrogate", r#",{"type":"offer","sdp":"\ud800"}"#.into()),
        ("wrong types", r#",{"offerId":7,"offererUserName":[],"answer":{},"didIOffer":"yes","iceCandidate":1}"#.into()),
        ("many arguments", format!(",{}", vec!["1"; 1_000].join(","))),
    ]
}

/// What must become of the payload of this kind as the payload of this event.
fn fate(event: &str, kind: &str) -> Fate {
    match (event, kind) {
        // These look at no payload.
        ("test" | "checkOffers" | "cancelOffer", _) => Taken,
        // A description may be any JSON but null or nothing.
        ("newOffer", "missing" | "null") => Refused("bad-payload"),
        // What the JSON reader at the other end would choke on.
        ("newOffer", "deep" | "deep inside" | "lone surrogate") => Refused("bad-payload"),
        ("newOffer", "number" | "string" | "array" | "empty object" | "many arguments") => Taken,
        ("newAnswer", "missing" | "null" | "number" | "string" | "array" | "empty object") => Refused("bad-payload"),
        ("newAnswer", "many arguments" | "deep") => Refused("bad-payload"),
        (CANDIDATE_OUT, "missing" | "null" | "number" | "string" | "array" | "empty object") => Refused("bad-payload"),
        (CANDIDATE_OUT, "many arguments" | "deep" | "deep inside") => Refused("bad-payload"),
        ("hangup", "missing" | "null" | "empty object") => Taken,
        ("declineOffer", "wrong types") => Refused("no-such-offer"),
        ("declineOffer", _) => Refused("bad-payload"),
        _ => Reported,
    }
}

/// Whether an ack is that of a success, each event having its own.
fn is_success(event: &str, ack: &Value) -> bool {
    match event {
        "test" => ack == "pong",
        "hangup" | "cancelOffer" => ack["ended"].is_u64(),
        "newAnswer" => false,
        _ => ack["ok"] == true,
    }
}

#[tokio::test]
async fn malformed_payload_of_every_event_gets_a_reason() {
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    for event in
        ["newOffer", "newAnswer", CANDIDATE_OUT, "hangup", "cancelOffer", "declineOffer", "checkOffers", "test"]
    {
        for (kind, payload) in payloads() {
            for asked in [false, true] {
                let mut eve = Client::connect(&server, "eve").await;
                let ack = if asked { ASKED.to_string() } else { String::new() };
                eve.send_raw(&format!("42{ack}[\"{event}\"{payload}]")).await;
                let context = format!("{event}, payload {kind}, {}", if asked { "with ack" } else { "without ack" });
                check(&mut eve, event, asked, fate(event, kind), &context).await;
                eve.disconnect().await;
            }
        }
        bystanders.go_on().await;
    }
}

/// The number of the ack that is asked for, far from the numbers that a client of ours counts.
const ASKED: u64 = 777;

/// Reads what came of an event up to the pong that follows it, and holds it against its fate.
async fn check(eve: &mut Client, event: &str, asked: bool, fate: Fate, context: &str) {
    let ping = eve.emit_asking("test", Value::Null).await;
    let (mut ack, mut code) = (None, None);
    loop {
        match eve.next_or_end().await {
            Some(Packet::Ack { id, .. }) if id == ping => break,
            Some(Packet::Ack { id, args, .. }) => {
                assert_eq!((id, args.len()), (ASKED, 1), "{context}");
                assert!(asked && ack.is_none(), "{context}: an ack too many");
                ack = args.into_iter().next();
            }
            Some(Packet::Event(error)) if error.name == "signalingError" => {
                assert_eq!(error.payload["event"], event, "{context}: {}", error.payload);
                assert!(error.payload["message"].as_str().is_some_and(|text| text.contains(' ')), "{context}");
                code = error.payload["code"].as_str().map(str::to_owned);
            }
            Some(Packet::Event(list)) if list.name == "availableOffers" => {}
            other => panic!("{context}: {other:?}"),
        }
    }
    match fate {
        Taken => assert_eq!(code, None, "{context}"),
        Refused(expected) => assert_eq!(code.as_deref(), Some(expected), "{context}"),
        Reported => {}
    }
    assert_eq!(ack.is_some(), asked, "{context}: an ack that is asked for is always answered");
    if let Some(ack) = ack {
        match (event, &code) {
            ("newAnswer", Some(_)) => assert_eq!(ack, json!([]), "{context}"),
            (_, Some(code)) => {
                assert_eq!((&ack["ok"], &ack["error"]["code"]), (&json!(false), &json!(code)), "{context}: {ack}");
            }
            (_, None) => assert!(is_success(event, &ack), "{context}: {ack}"),
        }
    }
}
