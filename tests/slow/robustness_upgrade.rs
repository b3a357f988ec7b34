//! Coming in, and going over from polling to WebSocket: what is half done, done wrong or broken off leaves nothing.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::bystanders::Bystanders;
use crate::support::frames::{BINARY, CLOSE, FIN, Frames, Service, TEXT, frame, handshake, upgrade};
use crate::support::http_server::HttpServer;
use crate::support::polling::{CONNECT, new_session, poll, session};
use crate::support::server::connect;
use crate::support::{TestServer, within};

const WEB_SOCKET: &str = "/socket.io/?EIO=4&transport=websocket";

fn text(text: &str) -> Vec<u8> {
    frame(FIN | TEXT, text.as_bytes())
}

#[tokio::test]
async fn an_upgrade_without_a_probe_leaves_its_session_polling() {
    let http_server = HttpServer::open(&["--reconnect-grace", "0s"]).await;
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    let wrong = [
        text("2"),
        text("3probe"),
        text("2prob"),
        text(""),
        text("x"),
        text(CONNECT),
        frame(FIN | BINARY, b"2probe"),
        frame(FIN | CLOSE, b"\x03\xe8"),
        frame(FIN | 0x3, b""),
        // Instead of the switch something else.
        [text("2probe"), text("41")].concat(),
        [text("2probe"), frame(FIN | CLOSE, b"")].concat(),
    ];
    for address in [http_server.address, server.address()] {
        for bytes in &wrong {
            let sid = session(address).await;
            let mut stream = upgrade(address, &format!("{WEB_SOCKET}&sid={sid}"), bytes).await;
            within("the end", stream.read_to_end(&mut Vec::new())).await.ok();
            assert_eq!(poll(address, "POST", &sid, "3").await.status, 200, "{bytes:?}");
            assert_eq!(poll(address, "POST", &sid, "1").await.status, 200, "{bytes:?}");
        }
    }
    bystanders.call_again().await;
    http_server.expect_empty().await;
}

#[tokio::test]
async fn polls_and_posts_during_upgrade_are_answered_without_loss() {
    let server = TestServer::start(&[]).await;
    let address = server.address();
    let sid = session(address).await;
    let mut stream = upgrade(address, &format!("{WEB_SOCKET}&sid={sid}"), &text("2probe")).await;
    let mut probed = [0; 8];
    within("the answer to the probe", stream.read_exact(&mut probed)).await.expect("3probe");
    assert_eq!(&probed[2..], b"3probe");
    let mut received = Vec::new();
    for number in 0..50 {
        assert_eq!(poll(address, "POST", &sid, &format!("42{number}[\"test\"]")).await.status, 200);
        if number % 10 == 0 {
            let reply = poll(address, "GET", &sid, "").await.text();
            received.extend(reply.split('\u{1e}').filter(|packet| *packet != "6").map(str::to_owned));
        }
    }
    stream.write_all(&text("5")).await.expect("sent");
    let mut eve = Frames::new(Service::Course, stream);
    while received.len() < 50 {
        received.push(eve.next_text().await);
    }
    assert_eq!(received, (0..50).map(|number| format!("43{number}[\"pong\"]")).collect::<Vec<_>>());
    eve.settle().await;
    // The old way is closed now.
    for method in ["GET", "POST"] {
        assert_eq!(poll(address, method, &sid, "41").await.status, 400);
    }
    eve.settle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_upgrades_of_one_session_leave_nothing() {
    let http_server = HttpServer::open(&["--reconnect-grace", "0s"]).await;
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    for address in [http_server.address, server.address()] {
        for _ in 0..20 {
            let sid = session(address).await;
            let path = format!("{WEB_SOCKET}&sid={sid}");
            let all = [text("2probe"), text("5")].concat();
            let (one, other) = tokio::join!(upgrade(address, &path, &all), upgrade(address, &path, &all));
            drop((one, other));
            poll(address, "POST", &sid, "1").await;
        }
    }
    bystanders.call_again().await;
    http_server.expect_empty().await;
}

#[tokio::test]
async fn websocket_for_unknown_session_is_rejected() {
    let server = TestServer::start(&[]).await;
    for _ in 0..20 {
        let mut stream = connect(server.address()).await.expect("the server accepts");
        let request = handshake(&format!("{WEB_SOCKET}&sid=AAAAAAAAAAAAAAAA"));
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut reply = String::new();
        within("the end", stream.read_to_string(&mut reply)).await.expect("text");
        assert!(reply.starts_with("HTTP/1.1 400") && reply.ends_with("\r\n\r\nSession ID unknown"), "{reply}");
    }
}

/// Requests that ask for a WebSocket, and are no handshake (RFC 6455, section 4.2.1).
fn spoiled(path: &str) -> Vec<String> {
    let good = handshake(path);
    vec![
        good.replace("Connection: Upgrade\r\n", ""),
        good.replace("Upgrade: websocket\r\n", ""),
        good.replace("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", ""),
        good.replace("Version: 13", "Version: 8"),
        good.replace("Version: 13", "Version: x"),
        good.replace("Upgrade: websocket", "Upgrade: h2c"),
        good.replace("HTTP/1.1", "HTTP/1.0"),
        good.replace("GET", "POST"),
    ]
}

async fn refuses_what_is_no_handshake(service: Service) {
    let http_server = HttpServer::open(&["--gst", "--reconnect-grace", "0s"]).await;
    for request in spoiled(service.path()) {
        let mut stream = connect(http_server.address).await.expect("the server accepts");
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut status = [0; 12];
        within("a reply", stream.read_exact(&mut status)).await.expect("a reply");
        let status = String::from_utf8_lossy(&status);
        assert!(status.ends_with("400") || status.ends_with("426"), "{status} to {request}");
    }
    http_server.expect_empty().await;
}

#[tokio::test]
async fn invalid_handshake_is_rejected_for_bare_websockets() {
    refuses_what_is_no_handshake(Service::Rooms).await;
    refuses_what_is_no_handshake(Service::Gst).await;
    refuses_what_is_no_handshake(Service::Pairs).await;
}

#[tokio::test]
async fn invalid_handshake_is_rejected_for_the_course() {
    refuses_what_is_no_handshake(Service::Course).await;
}

#[tokio::test]
async fn disconnected_session_may_connect_again_and_leaves_nothing() {
    let http_server = HttpServer::open(&["--reconnect-grace", "0s"]).await;
    let sid = session(http_server.address).await;
    for _ in 0..20 {
        assert_eq!(poll(http_server.address, "POST", &sid, "41").await.status, 200);
        // As long as the first one has not quite gone, there is no place for a second.
        let mut received = String::new();
        while !received.contains("40{") {
            assert_eq!(poll(http_server.address, "POST", &sid, &format!("{CONNECT}\u{1e}40/none,")).await.status, 200);
            received = poll(http_server.address, "GET", &sid, "").await.text();
        }
        assert_eq!(poll(http_server.address, "POST", &sid, r#"42["newOffer",{}]"#).await.status, 200);
    }
    poll(http_server.address, "POST", &sid, "41\x1e1").await;
    http_server.expect_empty().await;
}

#[tokio::test]
async fn clients_with_wrong_password_leave_nothing() {
    let flags = ["--reconnect-grace", "0s", "--ping-interval", "500ms", "--ping-timeout", "500ms"];
    let http_server = HttpServer::open(&flags).await;
    // Not so many that their errors are delayed.
    for _ in 0..2 {
        let sid = new_session(http_server.address).await;
        poll(http_server.address, "POST", &sid, r#"40{"password":"wrong"}"#).await;
        let mut eve = Frames::open_with(http_server.address, Service::Course, &text(r#"40{"password":"wrong"}"#)).await;
        while let Some((_, payload)) = eve.next().await {
            if payload.starts_with(b"41") {
                break;
            }
        }
        eve.reset();
    }
    http_server.expect_empty().await;
}
