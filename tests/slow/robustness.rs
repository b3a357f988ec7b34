//! Broken and hostile clients affect no other client; a client that made a mistake receives the reason.

use bytes::Bytes;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::bystanders::Bystanders;
use crate::support::packet::Packet;
use crate::support::payload::offered;
use crate::support::wire::Frame;
use crate::support::{Client, TestServer, Transport, within};

#[tokio::test]
async fn message_of_max_size_is_accepted_and_one_byte_more_closes() {
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    for transport in [Transport::WebSocket, Transport::Polling, Transport::Upgrade] {
        let mut eve = Client::connect_by(&server, transport, "eve").await;
        let sized = |size: usize| {
            let empty = r#"421["newOffer",""]"#;
            Frame::Text(format!(r#"421["newOffer","{}"]"#, "x".repeat(size - empty.len())))
        };
        eve.send_all(&[sized(1_000_000)]).await;
        assert_eq!(eve.ack_of(1).await["ok"], true, "{transport:?}");
        // Whether the server still reads it all or closes at once, it is over.
        eve.try_send(sized(1_000_001)).await.ok();
        let rest = eve.expect_end().await;
        assert!(!rest.iter().any(|packet| matches!(packet, Packet::Ack { .. })), "{transport:?}: {rest:?}");
        bystanders.go_on().await;
    }
}

#[tokio::test]
async fn max_message_holds_on_every_transport() {
    let server = TestServer::start(&["--max-message", "20kB"]).await;
    for transport in [Transport::WebSocket, Transport::Polling, Transport::Upgrade] {
        let mut amy = Client::connect_by(&server, transport, "amy").await;
        assert_eq!(amy.handshake["maxPayload"], 20_000);
        assert_eq!(amy.emit_with_ack("newOffer", json!("x".repeat(19_000))).await["ok"], true);
        let large = format!("42{}", json!(["newOffer", "x".repeat(21_000)]));
        amy.try_send(Frame::Text(large)).await.ok();
        amy.expect_end().await;
    }
}

#[tokio::test]
async fn garbage_frames_do_not_affect_others() {
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    let garbage = [
        "",
        "x",
        "4",
        "9",
        "2",
        "3",
        "5",
        "6",
        "42",
        "42[",
        "42[]",
        "42{}",
        "42[1]",
        "42[null]",
        "42\"newOffer\"",
        "42[\"newOffer\"",
        "4299999999999999999999[\"test\"]",
        "42-1[\"test\"]",
        "421",
        "43",
        "430[]",
        "43[]",
        "4399999999999999999999[]",
        "44",
        "45",
        "45-[]",
        "451-",
        "450-[\"test\"]",
        "45x-[\"test\"]",
        "4599999999999999999999-[\"test\"]",
        "46",
        "461-0[]",
        "47",
        "40",
        "40{}",
        "40{",
        "41/other,",
        "42/other,",
        "42/other,[\"test\"]",
        "40/other,",
        "40/other,{\"password\":\"x\"}",
        "4\u{0}",
        "4💥",
        "42[\"💥\",\"💥\"]",
        "b",
        "bAQID",
        "b!!!!",
        "2probe",
        "4\u{1e}4",
        "42[\"test\"]\u{1e}42[\"test\"]",
    ];
    for transport in [Transport::WebSocket, Transport::Polling] {
        for text in garbage {
            let mut eve = Client::connect_by(&server, transport, "eve").await;
            eve.try_send(Frame::from(text)).await.ok();
            // It may go on or be closed; what counts are the others.
            eve.try_send(Frame::Text("42[\"checkOffers\"]".into())).await.ok();
        }
        bystanders.go_on().await;
    }
    let mut eve = Client::connect(&server, "eve").await;
    eve.try_send(Frame::Binary(Bytes::from_static(b"out of the blue"))).await.ok();
    eve.try_send(Frame::Binary(Bytes::new())).await.ok();
    bystanders.go_on().await;
}

#[tokio::test]
async fn random_frames_do_not_affect_others() {
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    let mut runner = TestRunner::deterministic();
    let shapes =
        ["\\PC{0,20}", "4[0-9]{1,3}\\PC{0,20}", "42[0-9]{0,2}\\[\"newOffer\",\\PC{0,20}\\]", "45[0-9]-\\[\"test\"\\]"];
    for shape in shapes {
        let texts = proptest::string::string_regex(shape).expect("a good pattern");
        for _ in 0..50 {
            let text = texts.new_tree(&mut runner).expect("a text").current();
            let mut eve = Client::connect(&server, "eve").await;
            eve.try_send(Frame::Text(text)).await.ok();
            eve.try_send(Frame::Text("42[\"checkOffers\"]".into())).await.ok();
        }
        bystanders.go_on().await;
    }
}

#[tokio::test]
async fn missing_attachment_does_not_delay_others() {
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    let mut eve = Client::connect(&server, "eve").await;
    eve.send_raw(r#"451-["newOffer",{"_placeholder":true,"num":0}]"#).await;
    bystanders.go_on().await;
    // A text where bytes were announced: the connection is of no use any more, or goes on; the others are unharmed.
    eve.try_send(Frame::from("42[\"test\"]")).await.ok();
    bystanders.go_on().await;
}

#[tokio::test]
async fn placeholder_without_attachment_is_harmless() {
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    let mut eve = Client::connect(&server, "eve").await;
    let mut bob = Client::connect(&server, "bob").await;
    for number in ["7", "-1", "1e30", "\"0\"", "null"] {
        let packet = format!(r#"451-1["newOffer",{{"a":{{"_placeholder":true,"num":{number}}}}}]"#);
        eve.try_send(Frame::Text(packet)).await.ok();
        eve.try_send(Frame::Binary(Bytes::from_static(b"part"))).await.ok();
    }
    bob.settle().await;
    bystanders.go_on().await;
}

#[tokio::test]
async fn client_announcing_thousands_of_attachments_is_stopped() {
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    let mut eve = Client::connect(&server, "eve").await;
    eve.send_raw(r#"45100000-["newOffer",{"_placeholder":true,"num":0}]"#).await;
    let part = Bytes::from(vec![0; 64 * 1024]);
    let mut taken = 0;
    while taken < 1_000 && eve.try_send(Frame::Binary(part.clone())).await.is_ok() {
        taken += 1;
    }
    assert!(taken < 1_000, "{taken} parts of 64 KiB were swallowed");
    bystanders.go_on().await;
}

#[tokio::test]
async fn client_without_connect_is_closed() {
    let server = TestServer::start(&["--connect-timeout", "300ms"]).await;
    for transport in [Transport::WebSocket, Transport::Polling] {
        let mut silent = Client::open(&server, transport).await;
        assert_eq!(silent.expect_end().await, [], "{transport:?}");
    }
    // No byte at all, and the beginning of a TLS handshake.
    for beginning in [&[][..], &[0x16, 0x03, 0x01]] {
        let mut stream = server.stream().await;
        stream.write_all(beginning).await.expect("sent");
        within("the server to close", stream.read_to_end(&mut Vec::new())).await.ok();
    }
}

#[tokio::test]
async fn events_before_connect_do_nothing() {
    let server = TestServer::start(&[]).await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut bystanders = Bystanders::talking(&server).await;
    let mut eve = Client::open(&server, Transport::WebSocket).await;
    eve.try_send(Frame::from(r#"42["newOffer",{"type":"offer"}]"#)).await.ok();
    eve.expect_end().await;
    bob.expect_silence().await;
    bystanders.go_on().await;
}

#[tokio::test]
async fn second_connect_packet_is_harmless() {
    let server = TestServer::start(&["--reconnect-grace", "300ms"]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let object = offered(&mut amy, &mut bob, "offer").await;
    amy.try_send(Frame::from(r#"40{"userName":"bob","password":"x"}"#)).await.ok();
    amy.lose();
    assert_eq!(bob.expect("offerWithdrawn").await["offerId"], object["offerId"]);
    bob.emit("checkOffers", Value::Null).await;
    assert_eq!(bob.expect("availableOffers").await, json!([]));
    bystanders.go_on().await;
}

#[tokio::test]
async fn connections_that_come_and_go_leave_nothing_behind() {
    let server = TestServer::start(&["--reconnect-grace", "0s"]).await;
    let mut witness = Client::connect(&server, "witness").await;
    for round in 0..100 {
        let mut amy = Client::connect(&server, "amy").await;
        offered(&mut amy, &mut witness, "offer").await;
        match round % 3 {
            0 => amy.disconnect().await,
            1 => amy.close().await,
            _ => amy.lose(),
        }
        witness.expect("offerWithdrawn").await;
    }
    witness.emit("checkOffers", Value::Null).await;
    assert_eq!(witness.expect("availableOffers").await, json!([]));
    witness.expect_silence().await;
}
