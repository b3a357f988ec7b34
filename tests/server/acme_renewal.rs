//! Certificates by ACME: obtained and renewed by TLS-ALPN-01 while the server runs, and kept for the next start.

use futures_util::{SinkExt, StreamExt};
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::Message;

use crate::support::pebble::Pebble;
use crate::support::program::Program;
use crate::support::server;
use crate::support::tls::{shake_hands, shown};
use crate::support::within;

const DOMAIN: &str = "calls.example.org";
const OBTAINED: &str = "the server has a certificate for calls.example.org";
const NONE: &str = "no certificate for calls.example.org";

async fn start(state: &TempDir, pebble: &Pebble, more: &[&str]) -> Program {
    let flags = pebble.flags(DOMAIN);
    let flags: Vec<_> =
        flags.iter().map(String::as_str).chain(["--inspector=off"]).chain(more.iter().copied()).collect();
    Program::start_with_state(state.path(), &flags, |_| true).await
}

fn folder() -> TempDir {
    TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder")
}

/// The server's own authority, as it is in the state folder.
fn own_authority(state: &TempDir) -> Vec<u8> {
    std::fs::read(state.path().join("switchboard-ca.crt")).expect("the authority")
}

#[tokio::test]
async fn certificate_is_renewed_while_a_connection_stays() {
    let Some(mut pebble) = Pebble::prepare() else { return };
    let state = folder();
    // Longer than this test: the WebSocket below sends nothing.
    let mut program = start(&state, &pebble, &["--connect-timeout", "60s"]).await;
    let server = &program.server;
    // The directory is down: the server serves its own certificate meanwhile, and says why.
    let log = program.log_until(NONE).await.concat();
    assert!(log.contains("tries again in"), "{log}");
    shake_hands(server, &own_authority(&state), "localhost").await.expect("its own certificate");

    pebble.start(1, server.address().port(), 15).await;
    program.log_until(OBTAINED).await;
    let root = pebble.root().await;
    let stream = shake_hands(server, &root, DOMAIN).await.expect("the certificate of the authority");
    let first = shown(&stream);
    shake_hands(server, &own_authority(&state), "localhost").await.expect("still its own under other names");
    let url = format!("wss://{DOMAIN}/socket.io/?EIO=4&transport=websocket");
    let (mut socket, _) = tokio_tungstenite::client_async(url, stream).await.expect("a WebSocket over TLS");

    program.log_until_times(2, OBTAINED).await;
    let renewed = shown(&shake_hands(server, &root, DOMAIN).await.expect("the renewed certificate"));
    assert_ne!(renewed, first);
    socket.send(Message::Ping("still here".into())).await.expect("sent");
    let answer = Message::Pong("still here".into());
    while within("a pong", socket.next()).await.expect("open").expect("a frame") != answer {}

    pebble.stop().await;
    program.stop().await;
    let program = start(&state, &pebble, &[]).await;
    let stored = shown(&shake_hands(&program.server, &root, DOMAIN).await.expect("the stored certificate"));
    assert_eq!(stored, renewed);
}

#[tokio::test]
async fn refused_challenge_is_reported_with_what_is_missing() {
    let Some(mut pebble) = Pebble::prepare() else { return };
    let state = folder();
    // Nothing listens on port 1.
    pebble.start(1, 1, 60).await;
    let program = start(&state, &pebble, &[]).await;
    let missing = "port 443 of each domain";
    let log = program.log_until(missing).await;
    let warning = log.iter().find(|line| line.contains(missing)).expect("a warning");
    assert!(warning.contains(NONE) && warning.contains("tries again in 2m"), "{warning}");
    shake_hands(&program.server, &own_authority(&state), "localhost").await.expect("its own certificate");
}

#[test]
fn flags_of_acme_without_a_domain_or_with_a_certificate_are_refused() {
    let refused = |flags: &[&str]| {
        let fault = server::build(server::state_dir(), flags).err().expect("a fault");
        format!("{fault:#}")
    };
    let both = refused(&["--acme", DOMAIN, "--cert", "a.crt", "--key", "a.key"]);
    assert!(both.contains("--acme") && both.contains("--cert"), "{both}");
    let alone = refused(&["--acme-http", "127.0.0.1:0"]);
    assert!(alone.contains("--acme <DOMAIN>"), "{alone}");
}
