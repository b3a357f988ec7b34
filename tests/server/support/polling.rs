//! Long-polling request by request, for sequences that no client library sends.

use std::net::SocketAddr;

use serde_json::Value;

use super::http::{Reply, request};
use super::server::connect;

pub const POLLING: &str = "/socket.io/?EIO=4&transport=polling";
/// The packet by which eve connects.
pub const CONNECT: &str = r#"40{"userName":"eve","password":"x"}"#;

/// One request of a polling session, whatever comes of it.
pub async fn poll(address: SocketAddr, method: &str, sid: &str, body: &str) -> Reply {
    let stream = connect(address).await.expect("the server accepts");
    request(stream, method, &format!("{POLLING}&sid={sid}"), &[("Content-Type", "text/plain")], body.as_bytes()).await
}

/// The id of a polling session that is connected as eve.
pub async fn session(address: SocketAddr) -> String {
    session_with(address, CONNECT).await
}

/// The id of a polling session that is connected by this packet.
pub async fn session_with(address: SocketAddr, connect: &str) -> String {
    let sid = new_session(address).await;
    assert_eq!(poll(address, "POST", &sid, connect).await.status, 200);
    fetch_until(address, &sid, "40{").await;
    sid
}

/// Polls until a reply contains this, and returns all replies.
pub async fn fetch_until(address: SocketAddr, sid: &str, part: &str) -> String {
    let mut received = String::new();
    while !received.contains(part) {
        let reply = poll(address, "GET", sid, "").await;
        assert_eq!(reply.status, 200, "the session is over; before {part} came only {received}");
        received += &format!("{}\u{1e}", reply.text());
    }
    received
}

/// The id of a polling session that has sent no CONNECT.
pub async fn new_session(address: SocketAddr) -> String {
    let stream = connect(address).await.expect("the server accepts");
    let opened = request(stream, "GET", POLLING, &[], b"").await.text();
    let handshake: Value = serde_json::from_str(&opened[1..]).expect("the open packet");
    handshake["sid"].as_str().expect("a session id").to_owned()
}
