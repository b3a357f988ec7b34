//! `--http-only`: http alone, behind a proxy that has the certificate.

use std::process::{Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::support::http::{Reply, request};
use crate::support::program::Program;
use crate::support::turn::Turn;
use crate::support::{Client, TestServer, server, within};

const LAN: (&str, &str) = ("Host", "192.168.1.7:8181");
const NAVIGATES: (&str, &str) = ("Accept", "text/html");
/// How a TLS handshake begins.
const CLIENT_HELLO: [u8; 8] = [0x16, 3, 1, 0, 64, 1, 0, 0];
/// Nobody can make a folder here, not even an administrator.
const UNWRITABLE: &str = "/proc/switchboard";
const PUBLIC: [&str; 3] = ["--public-url", "https://calls.example.org", "--trust-proxy"];

/// The program without a folder that it can write to, and without a home.
fn homeless(flags: &[&str], here: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command.args(["--bind", "0.0.0.0", "--port", "0"]).args(flags).current_dir(here.path()).env_clear();
    command.env("XDG_DATA_HOME", UNWRITABLE).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Starts it, and returns its start-up lines.
async fn start(flags: &[&str], here: &TempDir) -> (Child, Vec<String>) {
    let mut child = homeless(flags, here).spawn().expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let mut printed = Vec::new();
    while printed.last().is_none_or(|line: &String| !line.starts_with("ready: ")) {
        let line = within("a start-up line", lines.next_line()).await.expect("readable");
        printed.push(line.expect("it gets ready"));
    }
    (child, printed)
}

async fn navigate(server: &TestServer, path: &str, headers: &[(&str, &str)]) -> Reply {
    server.get_with(path, &[&[NAVIGATES], headers].concat()).await
}

fn refusal(flags: &[&str]) -> String {
    match server::build(server::state_dir(), flags) {
        Ok(_) => panic!("{flags:?} are accepted"),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn http_only_server_starts_where_nothing_can_be_written() {
    let here = TempDir::new().expect("a folder");
    let (_child, printed) = start(&["--http-only"], &here).await;
    assert!(!printed.concat().contains("https://"), "{printed:#?}");
    let ready = printed.last().expect("a line");
    let port = ready.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let open = printed.iter().find_map(|line| line.trim().strip_prefix("Open ")).expect("an address");
    let (_, key) = open.split_once("/#key=").expect("a key");
    let stream = TcpStream::connect(("127.0.0.1", port)).await.expect("it accepts");
    let authorization = format!("Bearer {key}");
    let reply = request(stream, "GET", "/api/addresses", &[("Authorization", &authorization)], b"").await;
    let told: Value = serde_json::from_slice(&reply.body).expect("JSON");
    let lan: Vec<_> = ready.split(' ').skip(2).collect();
    assert_eq!(told, json!({ "publicUrl": null, "addresses": lan, "ownAuthority": false, "https": false }));
    assert_eq!(std::fs::read_dir(here.path()).expect("a folder").count(), 0);

    // What makes the difference is the flag.
    let output: Output = within("the end", homeless(&[], &here).output()).await.expect("run");
    assert!(!output.status.success(), "it has made a certificate");
}

#[tokio::test]
async fn http_only_server_leads_nowhere_by_https() {
    let server = TestServer::start(&["--http-only"]).await;
    for path in ["/", "/room.html", "/check"] {
        let page = navigate(&server, path, &[LAN]).await;
        assert_eq!((page.status, page.header("location")), (200, None), "{path}");
        assert!(page.text().contains("<script") && !page.text().contains("https://"), "{path}: {}", page.text());
    }
    for path in ["/ca", "/switchboard-ca.crt", "/switchboard-ca.mobileconfig"] {
        assert_eq!(server.get(path).await.status, 404, "{path}");
    }
    let told: Value = serde_json::from_slice(&server.get("/api/addresses").await.body).expect("JSON");
    assert_eq!(told["https"], false);
}

#[tokio::test]
async fn http_only_server_closes_tls_and_serves_on() {
    let mut program = Program::start_keeping(&["--http-only"], |line| line.contains("--http-only")).await;
    let mut stream = program.server.stream().await;
    stream.write_all(&CLIENT_HELLO).await.expect("sent");
    let mut answer = Vec::new();
    // Whether by a reset or not: the connection ends without an answer.
    let _ = within("the end of the connection", stream.read_to_end(&mut answer)).await;
    assert_eq!(answer, b"");
    program.log_until("a client tried https").await;
    let (mut amy, mut bob) =
        (Client::connect(&program.server, "amy").await, Client::connect(&program.server, "bob").await);
    amy.emit("newOffer", json!({ "type": "offer", "sdp": "v=0" })).await;
    bob.expect("newOfferAwaiting").await;
    amy.settle().await;
    assert!(program.end().is_none(), "it runs on");
}

#[tokio::test]
async fn http_only_server_behind_a_proxy_has_its_public_url() {
    let server = TestServer::start(&[&["--http-only"][..], &PUBLIC].concat()).await;
    let origin = ("Origin", "https://calls.example.org");
    let poll = "/socket.io/?EIO=4&transport=polling";
    assert_eq!(server.get_with(poll, &[origin]).await.status, 200);
    assert_eq!(server.get_with(poll, &[("Origin", "https://evil.example")]).await.status, 403);
    let key = &server.inspector.as_ref().expect("it is on").key;
    let records = format!("/inspector/events?follow=0&key={key}");
    assert_eq!(server.get_with(&records, &[origin]).await.status, 200);
    assert_eq!(server.get_with(&records, &[("Origin", "https://evil.example")]).await.status, 403);

    let host = ("Host", "calls.example.org");
    let by_https = navigate(&server, "/room.html", &[host, ("X-Forwarded-Proto", "https")]).await;
    assert_eq!((by_https.status, by_https.header("location")), (200, None));
    let by_http = navigate(&server, "/room.html", &[host, ("X-Forwarded-Proto", "http")]).await;
    assert_eq!((by_http.status, by_http.header("location")), (307, Some("https://calls.example.org/room.html")));
    let told: Value = serde_json::from_slice(&server.get("/api/addresses").await.body).expect("JSON");
    let expected = ["https://calls.example.org".into(), json!(true), json!(false)];
    assert_eq!([&told["publicUrl"], &told["https"], &told["ownAuthority"]], expected.each_ref());
}

#[tokio::test]
async fn http_only_server_relays_without_tls() {
    let server = TestServer::start(&["--http-only", "--bind", "127.0.0.1", "--turn", "--turn-port", "0"]).await;
    let turn = Turn::of(&server).await;
    let port = server.address().port();
    assert!(turn.urls.iter().all(|url| url.starts_with("turn:")), "{:?}", turn.urls);
    assert!(turn.urls.iter().any(|url| url.ends_with(&format!(":{port}?transport=tcp"))), "{:?}", turn.urls);
}

#[test]
fn flags_of_https_beside_http_only_are_refused() {
    for (flags, name) in [
        (&["--http-only", "--cert", "c.pem", "--key", "k.pem"][..], "--cert"),
        (&["--http-only", "--acme", "calls.example.org"], "--acme"),
    ] {
        let sentence = refusal(flags);
        assert!(
            sentence.starts_with(&format!("{name} is about certificates, and --http-only serves http alone")),
            "{sentence}"
        );
    }
}
