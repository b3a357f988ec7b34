//! Engine.IO: crafted addresses, methods and packets, and what goes wrong between polling and WebSocket.

use tokio_tungstenite::tungstenite::Message;

use crate::support::bystanders::Bystanders;
use crate::support::http_server::HttpServer;
use crate::support::packet::Packet;
use crate::support::polling::{CONNECT, POLLING, fetch_until, new_session, poll, session};
use crate::support::wire::{Frame, web_socket};
use crate::support::{Client, TestServer, Transport};

#[tokio::test]
async fn a_crafted_query_is_refused_and_opens_nothing() {
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    let long = "x".repeat(10_000);
    let queries = [
        "".into(),
        "?".into(),
        "?&&&=&=".into(),
        "?EIO=4".into(),
        "?transport=polling".into(),
        "?transport=websocket".into(),
        "?EIO=&transport=polling".into(),
        "?EIO=3&transport=polling".into(),
        "?EIO=5&transport=polling".into(),
        "?EIO=-4&transport=polling".into(),
        "?EIO=4.0&transport=polling".into(),
        "?EIO[]=4&transport=polling".into(),
        "?EIO=__proto__&transport=polling".into(),
        "?EIO=99999999999999999999&transport=polling".into(),
        "?EIO=4&transport=".into(),
        "?EIO=4&transport=foo".into(),
        "?EIO=4&transport=POLLING".into(),
        "?EIO=4&transport=webtransport".into(),
        "?EIO=4&transport=flashsocket".into(),
        "?EIO=4&transport=__proto__".into(),
        "?EIO=4&transport=constructor".into(),
        "?EIO=4&transport[]=polling".into(),
        format!("?EIO={long}&transport=polling"),
        format!("?EIO=4&transport={long}"),
        format!("?EIO=4&transport=polling&sid={long}"),
        "?EIO=4&transport=polling&sid=garbage".into(),
        "?EIO=4&transport=polling&sid=__proto__".into(),
        "?EIO=4&transport=polling&sid=..%2f..%2f".into(),
        "?EIO=4&transport=polling&sid=%00".into(),
        "?EIO=4&transport=polling&sid=%ff%fe".into(),
        "?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAA".into(),
        "?EIO=4&transport=websocket&sid=garbage".into(),
    ];
    for query in queries {
        for path in ["/socket.io/", "/socket.io"] {
            let reply = server.get(&format!("{path}{query}")).await;
            assert_eq!(reply.status, 400, "{path}{query:.80}");
            assert!(!reply.text().contains("\"sid\""), "{path}{query:.80}: {}", reply.text());
        }
        assert_eq!(server.request("POST", &format!("/socket.io/{query}"), &[], b"40").await.status, 400, "{query:.80}");
    }
    bystanders.call_again().await;
}

#[tokio::test]
async fn extra_query_parameters_are_ignored_and_not_echoed() {
    let server = TestServer::start(&[]).await;
    // An empty id is none, as with the official server.
    let evil =
        ["&sid=", "&j=0", "&j=alert(1)//", "&b64=1", "&t=%3Cscript%3E", "&__proto__[x]=1", "&constructor=1", "&sids=1"];
    for evil in evil {
        let reply = server.get(&format!("{POLLING}{evil}")).await;
        assert_eq!(reply.status, 200, "{evil}");
        // A page's own text in a script of ours would run with our rights.
        assert!(reply.text().starts_with("0{"), "{evil}: {}", reply.text());
        assert_eq!(reply.header("content-type"), Some("text/plain; charset=UTF-8"), "{evil}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{evil}");
    }
}

#[tokio::test]
async fn unsupported_method_is_rejected() {
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    for method in ["PUT", "DELETE", "PATCH", "HEAD", "TRACE", "FOO"] {
        for path in [POLLING, "/socket.io/?EIO=4&transport=websocket", "/ws?password=x", "/create-room"] {
            let status = server.request(method, path, &[], b"").await.status;
            assert!((400..500).contains(&status), "{method} {path}: {status}");
        }
    }
    bystanders.call_again().await;
}

#[tokio::test]
async fn session_of_one_transport_is_unknown_to_the_other() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let sid = amy.handshake["sid"].as_str().expect("a session id").to_owned();
    for method in ["GET", "POST"] {
        assert_eq!(poll(server.address(), method, &sid, "41").await.status, 400, "{method}");
    }
    // A second WebSocket of the same session is closed, and the first goes on.
    let mut second = web_socket(&server, &format!("&sid={sid}"), None).await.expect("the reply comes before the look");
    let end = crate::support::within("the end", futures_util::StreamExt::next(&mut second)).await;
    assert!(matches!(end, Some(Ok(Message::Close(_)))), "{end:?}");
    amy.settle().await;
}

/// What becomes of a session that sends a packet which begins with this byte.
fn ends_session(first: u8) -> bool {
    // A pong, and what only the server says, or only in an upgrade: the official server ignores them, too.
    !matches!(first, b'0' | b'3' | b'5' | b'6')
}

#[tokio::test]
async fn packet_of_any_type_is_accepted_or_ends_its_session_only() {
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    for transport in [Transport::WebSocket, Transport::Polling] {
        for first in (0x00..0x80u8).filter(|byte| *byte != 0x1e) {
            let mut eve = Client::connect_by(&server, transport, "eve").await;
            let text = char::from(first).to_string();
            eve.try_send(Frame::from(text.as_str())).await.ok();
            let context = format!("{transport:?}, {text:?}");
            if ends_session(first) {
                assert_eq!(eve.expect_end().await, [], "{context}");
            } else {
                eve.expect_silence().await;
            }
        }
        bystanders.call_again().await;
    }
}

#[tokio::test]
async fn engine_pongs_and_noops_without_end_change_nothing() {
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    for transport in [Transport::WebSocket, Transport::Polling, Transport::Upgrade] {
        let mut eve = Client::connect_by(&server, transport, "eve").await;
        for packet in ["3", "6", "2probe"] {
            let flood = vec![Frame::from(packet); 5_000];
            if packet.len() > 1 {
                eve.try_send(flood[0].clone()).await.ok();
            } else {
                eve.send_all(&flood).await;
                eve.expect_silence().await;
            }
        }
        bystanders.call_again().await;
    }
}

#[tokio::test]
async fn two_polls_at_once_end_their_session_and_no_other() {
    let server = TestServer::start(&["--reconnect-grace", "0s"]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    let address = server.address();
    let sid = new_session(address).await;
    assert_eq!(poll(address, "POST", &sid, CONNECT).await.status, 200);
    fetch_until(address, &sid, "40{").await;
    let (one, other) = tokio::join!(poll(address, "GET", &sid, ""), poll(address, "GET", &sid, ""));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
    assert_eq!(poll(address, "GET", &sid, "").await.status, 400);
    bystanders.call_again().await;
}

#[tokio::test]
async fn polling_body_is_read_with_each_content_type_but_binary() {
    let server = TestServer::start(&[]).await;
    let types = [
        "text/plain;charset=UTF-8",
        "text/plain;charset=utf-16",
        "application/octet-stream",
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "image/png",
        "",
        "\u{7f}",
    ];
    for kind in types {
        let sid = session(server.address()).await;
        let path = format!("{POLLING}&sid={sid}");
        let reply = server.request("POST", &path, &[("Content-Type", kind)], br#"427["test"]"#).await;
        // What is no header value is refused before; binary bodies are of an older protocol.
        if kind == "\u{7f}" || kind == "application/octet-stream" {
            assert_eq!(reply.status, 400);
        } else {
            assert_eq!(reply.status, 200, "{kind}");
            fetch_until(server.address(), &sid, r#"437["pong"]"#).await;
        }
    }
}

#[tokio::test]
async fn a_polling_body_that_cannot_be_read_ends_its_session_only() {
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    let bodies: [&[u8]; 8] = [
        b"4\xff\xfe",
        b"\x1e",
        b"\x1e\x1e\x1e",
        b"42[\"test\"]\x1e",
        b"d=42%5B%22test%22%5D",
        b"9:42[\"test\"]",
        b"b!!!!",
        b"\x00\x01\x02\xff4hello",
    ];
    for body in bodies {
        let sid = session(server.address()).await;
        let reply = server.request("POST", &format!("{POLLING}&sid={sid}"), &[], body).await;
        let context = String::from_utf8_lossy(body);
        assert_eq!(reply.status, 400, "{context}");
        assert_eq!(poll(server.address(), "GET", &sid, "").await.status, 400, "{context}");
    }
    bystanders.call_again().await;
}

#[tokio::test]
async fn polling_body_of_thousands_of_packets_is_harmless() {
    let http_server = HttpServer::open(&["--reconnect-grace", "0s"]).await;
    let packets =
        ["42[\"test\"]", "421[\"checkOffers\"]", "42[\"newOffer\",{}]", "40", "430[]", "42/x,[]", "45", "2", "41"];
    for packet in packets {
        let sid = session(http_server.address).await;
        poll(http_server.address, "POST", &sid, &vec![packet; 5_000].join("\x1e")).await;
        poll(http_server.address, "POST", &sid, "1").await;
    }
    http_server.expect_empty().await;
}

#[tokio::test]
async fn client_that_sends_events_before_connect_is_closed() {
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    for transport in [Transport::WebSocket, Transport::Polling] {
        for packet in [r#"42["newOffer",{}]"#, r#"421["test"]"#, "430[]", "41"] {
            let mut eve = Client::open(&server, transport).await;
            eve.try_send(Frame::from(packet)).await.ok();
            let rest = eve.expect_end().await;
            assert!(
                !rest.iter().any(|packet| matches!(packet, Packet::Ack { .. })),
                "{transport:?} {packet}: {rest:?}"
            );
        }
    }
    bystanders.call_again().await;
}
