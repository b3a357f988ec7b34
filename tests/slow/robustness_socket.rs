//! Socket.IO packets that no client of that protocol sends: what breaks it ends its own connection, what means nothing
//! is passed over, and what can be answered is.

use bytes::Bytes;
use serde_json::json;

use crate::support::bystanders::Bystanders;
use crate::support::http_server::HttpServer;
use crate::support::packet::Packet;
use crate::support::polling::{CONNECT, poll, session};
use crate::support::wire::Frame;
use crate::support::{Bare, Client, TestServer, Transport};

const EVERY: [Transport; 3] = [Transport::WebSocket, Transport::Polling, Transport::Upgrade];
/// The number of the ack that is asked for last.
const LAST: u64 = 777;

/// What a client receives that sends this, and whether its connection stays open.
async fn heard(server: &TestServer, transport: Transport, frames: &[Frame]) -> (Vec<Packet>, bool) {
    let mut eve = Client::connect_by(server, transport, "eve").await;
    for frame in frames {
        if eve.try_send(frame.clone()).await.is_err() {
            break;
        }
    }
    eve.try_send(Frame::Text(format!("42{LAST}[\"test\"]"))).await.ok();
    let mut packets = Vec::new();
    loop {
        match eve.next_or_end().await {
            None => return (packets, false),
            Some(Packet::Ack { id: LAST, .. }) => return (packets, true),
            Some(packet) => packets.push(packet),
        }
    }
}

fn texts(texts: &[&str]) -> Vec<Frame> {
    texts.iter().map(|text| Frame::from(*text)).collect()
}

/// Each of these, sent alone on every transport, has no effect, and closes its connection or does not.
async fn all_are_mute(go_on: bool, packets: &[&str]) {
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    for transport in EVERY {
        for packet in packets {
            let outcome = heard(&server, transport, &texts(&[packet])).await;
            assert_eq!(outcome, (vec![], go_on), "{transport:?}: {packet:.80}");
        }
        bystanders.call_again().await;
    }
}

#[tokio::test]
async fn an_event_whose_name_is_no_text_ends_its_connection() {
    let slots = [
        r#"42[null,{}]"#,
        r#"42[true]"#,
        r#"421[7,{}]"#,
        r#"42[-1.5e3]"#,
        r#"42[1e999]"#,
        r#"42[{}]"#,
        r#"421[{"toString":"newOffer"},{}]"#,
        r#"42[[]]"#,
        r#"42[["newOffer"],{}]"#,
        r#"42[]"#,
        r#"42"#,
        r#"421"#,
        r#"42{}"#,
        r#"42{"0":"newOffer"}"#,
        r#"42null"#,
        r#"42"newOffer""#,
        r#"42["#,
        r#"42[,"newOffer"]"#,
        r#"42['newOffer',{}]"#,
    ];
    all_are_mute(false, &slots).await;
}

#[tokio::test]
async fn packets_with_unknown_type_close_their_connection() {
    all_are_mute(false, &["4", "44", "44{\"message\":\"x\"}", "47", "49", "4x", "4[]", "43[]", "43", "46", "4\u{0}"])
        .await;
}

#[tokio::test]
async fn names_that_mean_something_elsewhere_mean_nothing_here() {
    let names = [
        "connect",
        "connecting",
        "connection",
        "connect_error",
        "disconnect",
        "disconnecting",
        "newListener",
        "removeListener",
        "error",
        "reconnect",
        "message",
        "ping",
        "__proto__",
        "constructor",
        "prototype",
        "toString",
        "hasOwnProperty",
        "",
        "*",
        "newOffer ",
        "newoffer",
        "answerResponse",
        "signalingError",
        "serverClosing",
    ];
    let packets: Vec<String> = names
        .iter()
        .flat_map(|name| [format!("42{}", json!([name, {}])), format!("421{}", json!([name, { "message": "x" }]))])
        .collect();
    all_are_mute(true, &packets.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn unrequested_acks_are_ignored() {
    let server = TestServer::start(&[]).await;
    let acks =
        ["430[]", "431[null]", "439223372036854775807[]", "430[{\"__proto__\":1}]", "430[", "43/other,0[]", "460-0[]"];
    all_are_mute(true, &acks).await;
    let mut eve = Client::connect_by(&server, Transport::Polling, "eve").await;
    eve.send_all(&vec![Frame::from("431[]"); 10_000]).await;
    eve.expect_silence().await;
}

#[tokio::test]
async fn ack_number_returns_unchanged_or_not_at_all() {
    let server = TestServer::start(&[]).await;
    for transport in EVERY {
        for id in ["0", "1", "4294967296", "9007199254740993", "9223372036854775807"] {
            let (packets, goes_on) = heard(&server, transport, &texts(&[&format!("42{id}[\"test\"]")])).await;
            let args = vec![json!("pong")];
            let ack = Packet::Ack { id: id.parse().expect("a number"), args, attachments: vec![] };
            assert_eq!((packets, goes_on), (vec![ack], true), "{transport:?}: {id}");
        }
    }
    // Too large to be repeated: the event counts, without an ack.
    let too_large = ["429223372036854775808[\"test\"]", "4299999999999999999999999[\"test\"]"];
    let longest = format!("42{}[\"test\"]", "9".repeat(100_000));
    all_are_mute(true, &[too_large[0], too_large[1], &longest]).await;
    // No number.
    let none =
        ["42-1[\"test\"]", "421.5[\"test\"]", "421e3[\"test\"]", "42+1[\"test\"]", "42 1[\"test\"]", "42x[\"test\"]"];
    all_are_mute(false, &none).await;
}

#[tokio::test]
async fn deep_nesting_is_rejected_on_every_service() {
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(50_000), close.repeat(50_000));
        for transport in EVERY {
            let events = [
                "newOffer",
                "newAnswer",
                "hangup",
                "rejoinCall",
                "callStage",
                "joining-room",
                "sending-SDP-offer",
                "unknown",
            ];
            for event in events {
                let packet = format!("421[\"{event}\",{{\"room\":{deep},\"offer\":{deep}}}]");
                let (packets, goes_on) = heard(&server, transport, &[Frame::Text(packet)]).await;
                assert!(goes_on, "{transport:?}: {event}: {packets:?}");
                let is_ok = |packet: &Packet| matches!(packet, Packet::Ack { args, .. } if args[0]["ok"] == true);
                assert!(!packets.iter().any(is_ok), "{transport:?}: {event}: {packets:?}");
            }
        }
        let mut bare = Bare::connect(&server, "eve").await;
        bare.send_text(&format!(r#"{{"action":"joining-room","room":{deep}}}"#)).await;
        let error = bare.expect("signaling-error").await;
        assert_eq!(error["data"]["code"], "bad-payload");
        let mut pair = Bare::open_path(server.address(), "/?userId=eve").await;
        pair.send_text(&format!(r#"{{"label":"WEBRTC_PROCESS","data":{deep}}}"#)).await;
        assert_eq!(pair.next_or_end().await.expect("open")["data"]["code"], "bad-payload");
    }
    bystanders.call_again().await;
}

/// An event with this many parts announced.
fn announcing(count: &str) -> String {
    format!(r#"45{count}-["newOffer",{{"a":{{"_placeholder":true,"num":0}}}}]"#)
}

#[tokio::test]
async fn attachments_that_are_not_as_announced_end_their_connection() {
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    let part = |size: usize| Frame::Binary(Bytes::from(vec![7; size]));
    let sequences = [
        // Not announced at all, or more than were.
        vec![part(3)],
        vec![part(0)],
        vec![Frame::Text(announcing("1")), part(3), part(3)],
        // Something else comes instead.
        vec![Frame::Text(announcing("1")), Frame::from("42[\"test\"]")],
        vec![Frame::Text(announcing("2")), part(3), Frame::Text(announcing("1"))],
        vec![Frame::Text(announcing("1")), Frame::from(CONNECT)],
        // A number that is none, or too many.
        vec![Frame::Text(announcing(""))],
        vec![Frame::Text(announcing("-1"))],
        vec![Frame::Text(announcing("1.5"))],
        vec![Frame::Text(announcing("x"))],
        vec![Frame::Text(announcing("10001"))],
        vec![Frame::Text(announcing("99999999999999999999999999"))],
        vec![Frame::from("45[\"newOffer\",{}]")],
        vec![Frame::from("46-0[]")],
        // Together larger than a message may be.
        vec![Frame::Text(announcing("3")), part(400_000), part(400_000), part(400_000)],
    ];
    for transport in EVERY {
        for frames in &sequences {
            let (packets, goes_on) = heard(&server, transport, frames).await;
            let context = format!("{transport:?}: {:.60}", format!("{frames:?}"));
            assert!(!goes_on, "{context}: {packets:?}");
            assert!(!packets.iter().any(|packet| matches!(packet, Packet::Ack { .. })), "{context}: {packets:?}");
        }
        bystanders.call_again().await;
    }
}

#[tokio::test]
async fn missing_attachments_are_forgotten_with_their_connection() {
    let flags = ["--reconnect-grace", "0s", "--ping-interval", "500ms", "--ping-timeout", "500ms"];
    let http_server = HttpServer::open(&flags).await;
    for parts in 0..100 {
        let sid = session(http_server.address).await;
        let parts = vec!["bAAAA"; parts].join("\u{1e}");
        let body = [announcing("10000"), parts].join("\u{1e}");
        poll(http_server.address, "POST", &sid, body.trim_end_matches('\u{1e}')).await;
    }
    http_server.expect_empty().await;
}

#[tokio::test]
async fn thousands_of_empty_attachments_are_accepted_or_close() {
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    let mut eve = Client::connect(&server, "eve").await;
    let mut frames = vec![Frame::Text(announcing("10000"))];
    frames.resize(10_001, Frame::Binary(Bytes::new()));
    for some in frames.chunks(100) {
        for frame in some {
            eve.try_send(frame.clone()).await.ok();
        }
    }
    bystanders.call_again().await;
}
