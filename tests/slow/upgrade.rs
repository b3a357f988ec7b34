//! An upgrade from polling to WebSocket that the client does not finish, and sessions that a client leaves half open.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::bystanders::Bystanders;
use crate::support::frames::{FIN, TEXT, frame, handshake, reset, upgrade};
use crate::support::http_server::HttpServer;
use crate::support::polling::{new_session, poll, session};
use crate::support::server::connect;
use crate::support::{TestServer, within};

const WEB_SOCKET: &str = "/socket.io/?EIO=4&transport=websocket";

fn text(text: &str) -> Vec<u8> {
    frame(FIN | TEXT, text.as_bytes())
}

/// An upgrade of this session that is reset at one of six stages.
async fn broken_upgrade(address: SocketAddr, sid: &str, stage: usize) {
    let path = format!("{WEB_SOCKET}&sid={sid}");
    let mut stream = connect(address).await.expect("the server accepts");
    let request = handshake(&path);
    let (head, rest) = request.split_at(request.len() / 2);
    stream.write_all(head.as_bytes()).await.expect("sent");
    if stage > 0 {
        stream.write_all(rest.as_bytes()).await.expect("sent");
    }
    if stage > 1 {
        within("a reply", stream.read_u8()).await.expect("a reply");
        let steps = [text("2probe"), text("5"), text(r#"42["test"]"#)];
        stream.write_all(&steps[..stage - 2].concat()).await.expect("sent");
    }
    reset(stream);
}

#[tokio::test(flavor = "multi_thread")]
async fn thousand_resets_during_upgrade_leave_nothing() {
    let http_server = HttpServer::open(&["--reconnect-grace", "0s"]).await;
    let server = TestServer::start(&["--reconnect-grace", "0s"]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    let addresses = [http_server.address, server.address()];
    for round in 0..100 {
        let ten = (0..10).map(|number| async move {
            let (stage, address) = ((round + number) % 6, addresses[number % 2]);
            let sid = session(address).await;
            broken_upgrade(address, &sid, stage).await;
            // Reset too early, the session is a polling one still.
            poll(address, "POST", &sid, "1").await;
        });
        futures_util::future::join_all(ten).await;
    }
    bystanders.call_again().await;
    http_server.expect_empty().await;
}

#[tokio::test]
async fn upgrade_that_stalls_is_given_up_and_polling_goes_on() {
    let http_server = HttpServer::open(&["--reconnect-grace", "0s"]).await;
    let sids = [session(http_server.address).await, session(http_server.address).await];
    let mut streams = Vec::new();
    for (sid, begun) in sids.iter().zip([vec![], text("2probe")]) {
        streams.push(upgrade(http_server.address, &format!("{WEB_SOCKET}&sid={sid}"), &begun).await);
    }
    for mut stream in streams {
        within("the end", stream.read_to_end(&mut Vec::new())).await.ok();
    }
    // Their sessions go on by polling.
    for sid in sids {
        assert_eq!(poll(http_server.address, "POST", &sid, "1").await.status, 200);
    }
    http_server.expect_empty().await;
}

#[tokio::test]
async fn clients_without_connect_leave_nothing() {
    let http_server = HttpServer::open(&["--connect-timeout", "500ms", "--reconnect-grace", "0s"]).await;
    let mut held = Vec::new();
    for _ in 0..300 {
        new_session(http_server.address).await;
        held.push(upgrade(http_server.address, WEB_SOCKET, &[]).await);
    }
    http_server.expect_empty().await;
    // Connections that are still open are closed, too.
    for mut stream in held {
        within("the end", stream.read_to_end(&mut Vec::new())).await.ok();
    }
}

#[tokio::test]
async fn clients_that_vanish_leave_nothing() {
    let flags = ["--reconnect-grace", "0s", "--ping-interval", "500ms", "--ping-timeout", "500ms"];
    let http_server = HttpServer::open(&flags).await;
    for number in 0..100 {
        let sid = session(http_server.address).await;
        let offer = format!(r#"42["newOffer",{{"sdp":"{number}"}}]"#);
        assert_eq!(poll(http_server.address, "POST", &sid, &offer).await.status, 200);
    }
    assert!(!http_server.is_empty(), "their pings are not due yet");
    http_server.expect_empty().await;
}
