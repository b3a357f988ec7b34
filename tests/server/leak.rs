//! Whoever has gone leaves nothing behind, however it went. Looks into the door, which the wire does not show.

use std::net::SocketAddr;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::Bare;
use crate::support::entrance::HttpServer;

const SEPARATOR: char = '\u{1e}';

async fn door() -> (HttpServer, SocketAddr) {
    door_with(&["--reconnect-grace", "0s"]).await
}

async fn door_with(flags: &[&str]) -> (HttpServer, SocketAddr) {
    let door = HttpServer::open(flags).await;
    let address = door.address;
    (door, address)
}

/// One HTTP request by long-polling; gives the reply's body.
async fn poll(address: SocketAddr, session: &str, body: Option<&str>) -> String {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let method = if body.is_some() { "POST" } else { "GET" };
    let body = body.unwrap_or_default();
    let request = format!(
        "{method} /socket.io/?EIO=4&transport=polling{session} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Content-Type: text/plain\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.expect("a request");
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.expect("a reply");
    reply.split_once("\r\n\r\n").map_or_else(String::new, |(_, body)| body.to_owned())
}

async fn new_session(address: SocketAddr) -> String {
    let opened = poll(address, "", None).await;
    let json: serde_json::Value = serde_json::from_str(&opened[1..]).expect("the open packet");
    format!("&sid={}", json["sid"].as_str().expect("a session id"))
}

/// On several threads the library may see the end before the beginning; the last session is an ordinary one, so that
/// the others are over by then.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_connects_and_closes_in_one_breath_leaves_nothing() {
    let (door, address) = door_with(&["--reconnect-grace", "0s", "--connect-timeout", "1s"]).await;
    for _ in 0..50 {
        let session = new_session(address).await;
        poll(address, &session, Some(&format!("40{{\"password\":\"x\"}}{SEPARATOR}1"))).await;
    }
    let session = new_session(address).await;
    poll(address, &session, Some("40{\"password\":\"x\"}")).await;
    poll(address, &session, None).await;
    poll(address, &session, Some(&format!("41{SEPARATOR}1"))).await;
    door.expect_empty().await;
}

#[tokio::test]
async fn one_that_calls_and_disconnects_leaves_nothing() {
    let (door, address) = door().await;
    let session = new_session(address).await;
    poll(address, &session, Some("40{\"password\":\"x\"}")).await;
    poll(address, &session, None).await;
    assert!(!door.is_empty(), "it is here now");
    poll(address, &session, Some(&format!("42[\"newOffer\",{{\"sdp\":\"\"}}]{SEPARATOR}41{SEPARATOR}1"))).await;
    door.expect_empty().await;
}

#[tokio::test]
async fn a_closed_door_has_nobody_in_it() {
    let (door, address) = door().await;
    let session = new_session(address).await;
    poll(address, &session, Some("40{\"password\":\"x\"}")).await;
    poll(address, &session, None).await;
    assert!(!door.is_empty(), "it is here now");
    door.close().await;
    door.expect_forgotten().await;
}

/// What a page says when it comes in.
fn connect(name: &str, session: &str) -> String {
    format!(
        "40{{\"userName\":\"{name}\",\"password\":\"x\",\"session\":\"{session}\",\"numbers\":true,\"received\":0}}"
    )
}

#[tokio::test]
async fn those_who_break_off_leave_nothing_after_the_grace() {
    let (door, address) = door_with(&["--reconnect-grace", "300ms"]).await;
    for name in ["amy", "bob"] {
        let session = new_session(address).await;
        poll(address, &session, Some(&connect(name, name))).await;
        poll(address, &session, None).await;
        let candidate = r#"42["sendIceCandidateToSignalingServer",{"iceCandidate":null,"didIOffer":false}]"#;
        let rejoin = r#"42["rejoinCall",{"offerId":"0123456789abcdef","didIOffer":true,"userName":"x","key":"x"}]"#;
        let answer = r#"42["newAnswer",{"offererUserName":"amy","answer":{}}]"#;
        let offer = r#"42["newOffer",{"sdp":""}]"#;
        let all = [candidate, rejoin, answer, offer, candidate, "1"].join(&SEPARATOR.to_string());
        poll(address, &session, Some(&all)).await;
    }
    // Short of the grace, it is all there: a waiting offer, a call, ends of calls, letters, early candidates.
    assert!(!door.is_empty(), "they may come back");
    door.expect_empty().await;
}

#[tokio::test]
async fn one_that_was_replaced_again_and_again_leaves_nothing() {
    let (door, address) =
        door_with(&["--reconnect-grace", "300ms", "--ping-interval", "300ms", "--ping-timeout", "300ms"]).await;
    for _ in 0..20 {
        let session = new_session(address).await;
        poll(address, &session, Some(&connect("amy", "amy's"))).await;
        poll(address, &session, None).await;
        poll(address, &session, Some(r#"42["newOffer",{"sdp":""}]"#)).await;
    }
    // Nobody says goodbye: one after the other falls silent.
    assert!(!door.is_empty(), "the last one is here");
    door.expect_empty().await;
}

#[tokio::test]
async fn a_door_that_closes_while_somebody_is_away_has_nobody_in_it_after_the_grace() {
    let (door, address) = door_with(&["--reconnect-grace", "300ms"]).await;
    for ends in ["1", ""] {
        let session = new_session(address).await;
        poll(address, &session, Some(&connect("amy", "amy's"))).await;
        poll(address, &session, None).await;
        poll(address, &session, Some(&format!("42[\"newOffer\",{{\"sdp\":\"\"}}]{SEPARATOR}{ends}"))).await;
    }
    door.close().await;
    door.expect_forgotten().await;
}

#[tokio::test]
async fn rooms_that_everybody_has_left_are_forgotten_however_they_left() {
    let (door, address) = door_with(&["--reconnect-grace", "300ms"]).await;
    let mut bare = Vec::new();
    for name in ["amy", "bob", "cem"] {
        let mut client = Bare::open_at(address, &format!("password=x&userName={name}&session={name}")).await;
        for room in ["kitchen", name] {
            assert_eq!(client.ask(json!({ "action": "joining-room", "room": room })).await["ok"], true);
        }
        bare.push(client);
    }
    let session = new_session(address).await;
    poll(address, &session, Some(&connect("dan", "dan's"))).await;
    poll(address, &session, None).await;
    poll(address, &session, Some(r#"42["joining-room",{"room":"kitchen"}]"#)).await;
    poll(address, &session, None).await;
    assert!(!door.is_empty(), "they are here now");
    let [mut amy, bob, cem] = <[Bare; 3]>::try_from(bare).unwrap_or_else(|_| unreachable!("three"));
    for room in ["kitchen", "amy"] {
        assert_eq!(amy.ask(json!({ "action": "leaving-room", "room": room })).await["ok"], true);
    }
    bob.close().await;
    cem.lose();
    poll(address, &session, Some("1")).await;
    amy.close().await;
    door.expect_empty().await;
}
