//! A client that has gone leaves nothing in the server, however it went. The tests look into the server's state, which
//! the wire does not show.

use std::net::SocketAddr;

use serde_json::json;

use crate::support::Bare;
use crate::support::http_server::HttpServer;
use crate::support::polling::{new_session, poll, session_with};

const SEPARATOR: char = '\u{1e}';
const ANONYMOUS: &str = r#"40{"password":"x"}"#;
const OFFER: &str = r#"42["newOffer",{"sdp":""}]"#;
/// Long enough that a busy machine sees what is kept until then.
const GRACE: [&str; 2] = ["--reconnect-grace", "2s"];

async fn post(address: SocketAddr, sid: &str, packets: &[&str]) {
    poll(address, "POST", sid, &packets.join(&SEPARATOR.to_string())).await;
}

/// The packet by which a page with this session connects.
fn connect(name: &str, session: &str) -> String {
    format!(
        "40{{\"userName\":\"{name}\",\"password\":\"x\",\"session\":\"{session}\",\"numbers\":true,\"received\":0}}"
    )
}

/// On several threads the library may see the end before the beginning; the last session is an ordinary one, so that
/// the others are over by then.
#[tokio::test(flavor = "multi_thread")]
async fn connect_and_close_in_one_payload_leave_nothing() {
    let server = HttpServer::open(&["--reconnect-grace", "0s", "--connect-timeout", "1s"]).await;
    for _ in 0..50 {
        let sid = new_session(server.address).await;
        post(server.address, &sid, &[ANONYMOUS, "1"]).await;
    }
    let sid = session_with(server.address, ANONYMOUS).await;
    post(server.address, &sid, &["41", "1"]).await;
    server.expect_empty().await;
}

#[tokio::test]
async fn offer_and_disconnect_in_one_payload_leave_nothing() {
    let server = HttpServer::open(&["--reconnect-grace", "0s"]).await;
    let sid = session_with(server.address, ANONYMOUS).await;
    assert!(!server.is_empty(), "it is connected");
    post(server.address, &sid, &[OFFER, "41", "1"]).await;
    server.expect_empty().await;
}

#[tokio::test]
async fn server_that_closes_forgets_its_clients() {
    let server = HttpServer::open(&["--reconnect-grace", "0s"]).await;
    session_with(server.address, ANONYMOUS).await;
    assert!(!server.is_empty(), "it is connected");
    server.close().await;
    server.expect_forgotten().await;
}

#[tokio::test]
async fn broken_call_leaves_nothing_after_the_grace() {
    let server = HttpServer::open(&GRACE).await;
    for name in ["amy", "bob"] {
        let sid = session_with(server.address, &connect(name, name)).await;
        let candidate = r#"42["sendIceCandidateToSignalingServer",{"iceCandidate":null,"didIOffer":false}]"#;
        let rejoin = r#"42["rejoinCall",{"offerId":"0123456789abcdef","didIOffer":true,"userName":"x","key":"x"}]"#;
        let answer = r#"42["newAnswer",{"offererUserName":"amy","answer":{}}]"#;
        post(server.address, &sid, &[candidate, rejoin, answer, OFFER, candidate, "1"]).await;
    }
    // Before the grace is over all is kept: an open offer, a call, rejoins, unconfirmed events, early candidates.
    assert!(!server.is_empty(), "they may come back");
    server.expect_empty().await;
}

#[tokio::test]
async fn page_replaced_many_times_leaves_nothing() {
    let flags = [&GRACE[..], &["--ping-interval", "500ms", "--ping-timeout", "500ms"]].concat();
    let server = HttpServer::open(&flags).await;
    for _ in 0..20 {
        let sid = session_with(server.address, &connect("amy", "amy's")).await;
        post(server.address, &sid, &[OFFER]).await;
    }
    // None of them closes: each is dropped when it does not answer a ping.
    assert!(!server.is_empty(), "the last one is connected");
    server.expect_empty().await;
}

#[tokio::test]
async fn server_that_closes_forgets_absent_clients() {
    let server = HttpServer::open(&GRACE).await;
    for ends in ["1", ""] {
        let sid = session_with(server.address, &connect("amy", "amy's")).await;
        post(server.address, &sid, &[OFFER, ends]).await;
    }
    server.close().await;
    server.expect_forgotten().await;
}

#[tokio::test]
async fn rooms_left_by_all_members_are_forgotten() {
    let server = HttpServer::open(&GRACE).await;
    let mut bare = Vec::new();
    for name in ["amy", "bob", "cem"] {
        let mut client = Bare::open_at(server.address, &format!("password=x&userName={name}&session={name}")).await;
        for room in ["kitchen", name] {
            assert_eq!(client.ask(json!({ "action": "joining-room", "room": room })).await["ok"], true);
        }
        bare.push(client);
    }
    let sid = session_with(server.address, &connect("dan", "dan's")).await;
    post(server.address, &sid, &[r#"42["joining-room",{"room":"kitchen"}]"#]).await;
    poll(server.address, "GET", &sid, "").await;
    assert!(!server.is_empty(), "they are connected");
    let [mut amy, bob, cem] = <[Bare; 3]>::try_from(bare).unwrap_or_else(|_| unreachable!("three"));
    for room in ["kitchen", "amy"] {
        assert_eq!(amy.ask(json!({ "action": "leaving-room", "room": room })).await["ok"], true);
    }
    bob.close().await;
    cem.lose();
    post(server.address, &sid, &["1"]).await;
    amy.close().await;
    server.expect_empty().await;
}
