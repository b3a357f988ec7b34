//! CONNECT packets of Socket.IO with odd credentials, sent many times, or to other namespaces; and texts and keys that
//! have a meaning elsewhere.

use serde_json::{Value, json};

use crate::support::bystanders::Bystanders;
use crate::support::http_server::HttpServer;
use crate::support::packet::Packet;
use crate::support::payload::offered;
use crate::support::polling::{CONNECT, fetch_until, new_session, poll, session};
use crate::support::{Client, TestServer, Transport};

const EVERY: [Transport; 3] = [Transport::WebSocket, Transport::Polling, Transport::Upgrade];

#[tokio::test]
async fn auth_of_other_types_is_no_password() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let kinds = [
        "",
        "null",
        "true",
        "\"x\"",
        "[]",
        "[\"x\"]",
        "{}",
        "{\"password\":null}",
        "{\"password\":[\"x\"]}",
        "{\"password\":{\"toString\":\"x\"}}",
        "{\"password\":\"x\\u0000\"}",
        "{\"__proto__\":{\"password\":\"x\"},\"constructor\":{\"password\":\"x\"}}",
        "{\"password\":\"x\"",
        "{password:\"x\"}",
        &deep,
    ];
    for kind in kinds {
        // A server of its own: each further wrong password of an address is answered later.
        let server = TestServer::start(&[]).await;
        let mut bystanders = Bystanders::talking(&server).await;
        for transport in [Transport::WebSocket, Transport::Polling] {
            let mut eve = Client::open(&server, transport).await;
            eve.send_raw(&format!("40{kind}")).await;
            match eve.next_or_end().await {
                Some(Packet::Connected(_)) => {
                    eve.expect_error("connect", "wrong-password").await;
                    assert_eq!(eve.next().await, Packet::Disconnected, "{kind:.80}");
                }
                Some(Packet::Refused(reason)) => {
                    assert!(reason["message"].as_str().is_some_and(|text| text.contains(' ')), "{kind:.80}: {reason}");
                }
                other => panic!("{kind:.80}: {other:?}"),
            }
        }
        bystanders.call_again().await;
    }
}

/// On several threads, so that the many run at once.
#[tokio::test(flavor = "multi_thread")]
async fn hundreds_of_connects_at_once_are_one() {
    let http_server = HttpServer::open(&["--reconnect-grace", "0s"]).await;
    for _ in 0..20 {
        let sid = new_session(http_server.address).await;
        let all = vec![CONNECT; 500].join("\u{1e}");
        assert_eq!(poll(http_server.address, "POST", &sid, &all).await.status, 200);
        let mut received = fetch_until(http_server.address, &sid, "40{").await;
        assert_eq!(poll(http_server.address, "POST", &sid, "427[\"test\"]").await.status, 200);
        received += &fetch_until(http_server.address, &sid, "437[").await;
        assert_eq!(received.matches("40{").count(), 1, "{received}");
        poll(http_server.address, "POST", &sid, "1").await;
    }
    http_server.expect_empty().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn disconnect_before_connect_completes_leaves_nothing() {
    let http_server = HttpServer::open(&["--reconnect-grace", "0s", "--connect-timeout", "500ms"]).await;
    for words in [vec![CONNECT, "41"], vec!["41", CONNECT], vec!["41", CONNECT, "41"], vec![CONNECT, "41", "41"]] {
        for _ in 0..20 {
            let sid = new_session(http_server.address).await;
            poll(http_server.address, "POST", &sid, &words.join("\u{1e}")).await;
            poll(http_server.address, "POST", &sid, "1").await;
        }
    }
    http_server.expect_empty().await;
}

/// The library's late removal of a session's first socket may take away the second, whose end then never comes.
#[tokio::test(flavor = "multi_thread")]
async fn connects_and_disconnects_in_turn_leave_nothing() {
    let http_server = HttpServer::open(&["--reconnect-grace", "0s", "--connect-timeout", "500ms"]).await;
    for _ in 0..50 {
        let sid = new_session(http_server.address).await;
        let all = [CONNECT, r#"42["newOffer",{}]"#, "41", CONNECT].repeat(200).join("\u{1e}");
        poll(http_server.address, "POST", &sid, &all).await;
        poll(http_server.address, "POST", &sid, "1").await;
    }
    http_server.expect_empty().await;
}

#[tokio::test]
async fn other_namespaces_are_rejected_and_their_events_ignored() {
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    let address = server.address();
    for name in ["/other", "/admin", "/__proto__", "/a?b=c", "/../", "/%2f", "//", "/{*x}", "/ä", "/\u{0}"] {
        let sid = session(address).await;
        assert_eq!(poll(address, "POST", &sid, &format!("40{name},{{\"password\":\"x\"}}")).await.status, 200);
        let said = [format!("42{name},[\"newOffer\",{{}}]"), format!("42{name},1[\"test\"]"), format!("41{name},")];
        assert_eq!(poll(address, "POST", &sid, &said.join("\u{1e}")).await.status, 200, "{name}");
        assert_eq!(poll(address, "POST", &sid, "427[\"test\"]").await.status, 200, "{name}");
        let received = fetch_until(address, &sid, "437[").await;
        let received: Vec<&str> = received.split('\u{1e}').filter(|packet| !matches!(*packet, "" | "2")).collect();
        assert_eq!(received, [&*format!("44{name},{{\"message\":\"Invalid namespace\"}}"), r#"437["pong"]"#]);
    }
    bystanders.call_again().await;
}

#[tokio::test]
async fn javascript_prototype_keys_are_ordinary_keys() {
    let server = TestServer::start(&[]).await;
    let odd = r#"{"type":"offer","__proto__":{"a":1},"constructor":{"prototype":{"a":1}},"toString":null,"type":"x"}"#;
    for transport in EVERY {
        let mut bob = Client::connect_by(&server, transport, "__proto__").await;
        let mut amy = Client::connect_by(&server, transport, "constructor").await;
        amy.send_raw(&format!("42[\"newOffer\",{odd}]")).await;
        let event = bob.next_event().await;
        assert!(event.text.contains(&format!(r#""offer":{odd}"#)), "{}", event.text);
        assert_eq!(event.payload[0]["offererUserName"], "constructor");
        let answer = format!(r#"{{"offererUserName":"constructor","__proto__":{{"offerId":"x"}},"answer":{odd}}}"#);
        bob.send_raw(&format!("421[\"newAnswer\",{answer}]")).await;
        assert_eq!(bob.ack_of(1).await, json!([]));
        assert!(amy.next_event().await.text.contains(&format!(r#""answer":{odd}"#)));
        for room in ["__proto__", "constructor"] {
            assert_eq!(amy.emit_with_ack("joining-room", json!({ "room": room })).await["members"], json!([]));
        }
        amy.leave().await;
        bob.leave().await;
    }
}

#[tokio::test]
async fn a_packet_within_another_is_none() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    // A separator within a text is a part of it on WebSocket, and the other's poll must not be split by it.
    let mut cem = Client::connect_by(&server, Transport::Polling, "cem").await;
    let text = "a\u{1e}42[\"hangup\",null]\u{1e}1";
    let object = offered(&mut amy, &mut bob, text).await;
    assert_eq!(object["offer"]["sdp"], Value::from(text));
    assert_eq!(cem.expect("newOfferAwaiting").await[0]["offer"]["sdp"], Value::from(text));
}
