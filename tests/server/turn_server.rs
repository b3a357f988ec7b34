//! The TURN server of the program: its port, its credentials, its end.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use serde_json::{Value, json};
use switchboard_turn::client::{Client, binding};

use crate::support::http::Reply;
use crate::support::program::Program;
use crate::support::server::{build, state_dir};
use crate::support::token::{SECRET, token};
use crate::support::turn::{ICE_SECRET, RELAY, Turn, credentials, relay};
use crate::support::{TestServer, within};

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

/// The list that the server sends for this query.
async fn list(server: &TestServer, query: &str, headers: &[(&str, &str)]) -> Vec<Value> {
    let reply: Reply = server.get_with(&format!("/api/ice-servers{query}"), headers).await;
    let body: Value = serde_json::from_slice(&reply.body).expect("JSON");
    body["iceServers"].as_array().unwrap_or_else(|| panic!("no list: {body}")).clone()
}

#[tokio::test]
async fn client_with_the_credentials_relays_by_udp_and_tcp() {
    let server = TestServer::start(&RELAY).await;
    let turn = Turn::of(&server).await;
    let at = turn.address();
    assert_eq!(binding(at, PATIENCE).await.expect("an answer").ip(), IpAddr::from(Ipv4Addr::LOCALHOST));
    let (mut one, mut other) = (Client::udp(at).await.expect("a socket"), Client::tcp(at).await.expect("a connection"));
    relay(&turn, &mut one, &mut other).await;
}

#[tokio::test]
async fn urls_name_both_ports_and_ignore_the_host_header() {
    let server = TestServer::start(&RELAY).await;
    let port = server.address().port();
    let members = list(&server, "?password=x", &[("Host", "evil.example")]).await;
    assert_eq!(members.len(), 1);
    let turn = Turn::from(&members[0]);
    let at = turn.address();
    assert_ne!(at.port(), port);
    let expected =
        [format!("turn:{at}"), format!("turn:{at}?transport=tcp"), format!("turn:127.0.0.1:{port}?transport=tcp")];
    assert_eq!(turn.urls, expected);
}

#[tokio::test]
async fn urls_behind_a_public_url_name_its_host_and_no_http_port() {
    let flags = [&RELAY[..], &["--public-url", "https://calls.example.org", "--password", "tea"]].concat();
    let server = TestServer::start(&flags).await;
    let turn = Turn::from(&list(&server, "?password=tea", &[]).await[0]);
    assert_eq!(turn.urls.len(), 2, "{:?}", turn.urls);
    assert!(turn.urls.iter().all(|url| url.starts_with("turn:calls.example.org:")), "{:?}", turn.urls);
}

#[tokio::test]
async fn servers_of_others_are_in_the_list() {
    let others = "stun:stun.example.org,turns:turn.example.org:5349,stun:[2001:db8::1]:3478,turn:turn.example.org";
    let flags = [&RELAY[..], &["--ice-server", others, "--ice-secret", ICE_SECRET]].concat();
    let server = TestServer::start(&flags).await;
    let members = list(&server, "?password=x", &[]).await;
    assert_eq!(members[0], json!({ "urls": ["stun:stun.example.org", "stun:[2001:db8::1]:3478"] }));
    assert_eq!(Turn::from(&members[1]).urls.len(), 3);
    assert_eq!(members[2]["urls"], json!(["turns:turn.example.org:5349", "turn:turn.example.org"]));
    // By the scheme that coturn calls use-auth-secret.
    let (username, credential) = (members[2]["username"].as_str().unwrap(), members[2]["credential"].as_str().unwrap());
    let (expiry, name) = username.split_once(':').expect("EXPIRY:NAME");
    let made = switchboard_turn::rest_credentials(ICE_SECRET.as_bytes(), name, expiry.parse().expect("a time"));
    assert_eq!(made, (username.to_owned(), credential.to_owned()));
}

#[tokio::test]
async fn credentials_end_after_the_ttl_and_hide_the_name() {
    let flags = [&RELAY[..], &["--ice-ttl", "90s"]].concat();
    let server = TestServer::start(&flags).await;
    let before = crate::support::token::now();
    let reply = server.get("/api/ice-servers?password=x&userName=amy").await;
    let body: Value = serde_json::from_slice(&reply.body).expect("JSON");
    assert_eq!(body["ttl"], 90);
    let turn = Turn::from(&body["iceServers"][0]);
    let (expiry, name) = turn.username.split_once(':').expect("EXPIRY:NAME");
    let expiry: u64 = expiry.parse().expect("seconds");
    assert!((before + 90..=crate::support::token::now() + 90).contains(&expiry), "{expiry}");
    assert!(name.len() == 16 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
}

#[tokio::test]
async fn user_name_in_the_credentials_is_that_of_the_token() {
    let flags = [&RELAY[..], &["--jwt-secret", SECRET]].concat();
    let server = TestServer::start(&flags).await;
    let members = list(&server, &format!("?token={}&userName=eve", token("amy")), &[]).await;
    let turn = Turn::from(&members[0]);
    assert!(turn.username.ends_with(":amy"), "{}", turn.username);
    turn.allocate(&mut Client::udp(turn.address()).await.expect("a socket")).await.expect("an allocation");
}

#[tokio::test]
async fn credentials_expired_or_of_another_secret_are_refused() {
    let flags = [&RELAY[..], &["--ice-secret", ICE_SECRET]].concat();
    let server = TestServer::start(&flags).await;
    let at = Turn::of(&server).await.address();
    for (secret, valid_for, code) in [
        (ICE_SECRET, 60, None),
        (ICE_SECRET, -5, Some(401)),
        ("another secret", 60, Some(401)),
        (ICE_SECRET, 200_000, Some(401)),
    ] {
        let (username, credential) = credentials(secret, valid_for);
        let mut client = Client::udp(at).await.expect("a socket");
        let allocated = within("an answer", client.allocate(&username, &credential)).await;
        assert_eq!(allocated.err().map(|error| error.code()), code.map(Some), "{valid_for}");
    }
}

#[tokio::test]
async fn refused_request_is_logged_with_the_name_and_counted() {
    let flags = [&RELAY[2..], &["--ice-secret", ICE_SECRET]].concat();
    let mut program = Program::start_keeping(&flags, |line| line.contains("turn-401")).await;
    let at = Turn::of(&program.server).await.address();
    let (username, _) = credentials(ICE_SECRET, 60);
    let mut client = Client::udp(at).await.expect("a socket");
    let refused = within("an answer", client.allocate(&username, "wrong")).await;
    assert_eq!(refused.expect_err("a wrong password").code(), Some(401));
    let log = program.log_until("turn-401").await.concat();
    assert!(log.contains("user=\"amy\"") && log.contains("event=\"turn\""), "{log}");
    assert!(!log.contains("wrong") && !log.contains(ICE_SECRET), "{log}");
    program.stop().await;
    program.log_until("turn-401 1").await;
}

#[tokio::test]
async fn peers_of_this_machine_are_refused() {
    let server = TestServer::start(&RELAY).await;
    let turn = Turn::of(&server).await;
    let mut client = Client::udp(turn.address()).await.expect("a socket");
    turn.allocate(&mut client).await.expect("an allocation");
    for peer in ["127.0.0.1:8181", "10.0.0.1:80", "169.254.169.254:80"] {
        let refused = within("an answer", client.bind_channel(peer.parse().expect("an address"))).await;
        assert_eq!(refused.expect_err(peer).code(), Some(403), "{peer}");
    }
}

#[tokio::test]
async fn port_that_is_taken_is_refused_with_a_sentence() {
    let server = TestServer::start(&RELAY).await;
    let port = Turn::of(&server).await.address().port().to_string();
    let flags = [&RELAY[..3], &["--turn-port", &port]].concat();
    let error = build(state_dir(), &flags).err().expect("refused").to_string();
    assert!(error.contains(&format!("Port {port}, of the TURN server, is taken by another program")), "{error}");
    assert!(error.contains("--turn-port"), "{error}");
}

#[tokio::test]
async fn relay_for_everybody_does_not_start() {
    for flags in [&["--turn"][..], &["--turn", "--no-password"], &["--turn", "--bind", "192.0.2.1"]] {
        let error = build(state_dir(), flags).err().expect("refused").to_string();
        assert!(error.contains("would relay the traffic of everybody"), "{error}");
    }
}

#[tokio::test]
async fn start_up_lines_name_the_address_and_the_self_test() {
    let mut program = Program::start(&RELAY[2..]).await;
    let line = program.line("  TURN").expect("a line");
    assert!(line.contains("turn:127.0.0.1:") && line.ends_with("; self-test passed"), "{line}");
    let turn: SocketAddr = program.line("turn: ").expect("another line")[6..].parse().expect("an address");
    assert_eq!(Turn::of(&program.server).await.address(), turn);
    assert!(binding(turn, PATIENCE).await.is_ok());
    assert!(program.stop().await.success());
    assert!(binding(turn, std::time::Duration::from_millis(100)).await.is_err());
}

#[tokio::test]
async fn address_outside_that_leads_nowhere_is_in_the_start_up_lines() {
    let flags = [&RELAY[2..], &["--turn-external-ip", "192.0.2.1"]].concat();
    let program = Program::start(&flags).await;
    let line = program.line("  TURN").expect("a line");
    assert!(line.contains("turn:192.0.2.1:"), "{line}");
    assert!(line.contains("not by its address outside") && line.contains("firewall"), "{line}");
}

#[tokio::test]
async fn stopping_server_ends_allocations_and_streams() {
    let server = TestServer::start(&[&RELAY[..], &["--drain", "1h"]].concat()).await;
    let turn = Turn::of(&server).await;
    let mut by_tcp = Client::tcp(turn.address()).await.expect("a connection");
    turn.allocate(&mut by_tcp).await.expect("an allocation");
    let mut by_http_port = Client::tcp(server.address()).await.expect("a connection");
    turn.allocate(&mut by_http_port).await.expect("an allocation");
    server.stop().await;
    for client in [&mut by_tcp, &mut by_http_port] {
        assert!(within("the end", client.receive()).await.is_err());
    }
}
