//! The probe: which documents it is put into, and what pages may report (docs/inspector.md, "The probe").

use std::fs;

use serde_json::{Value, json};
use switchboard::inspect::feed::Reader;
use tempfile::TempDir;

use crate::support::folder::{folder, name};
use crate::support::http::Reply;
use crate::support::inspector::of_kind;
use crate::support::{Bare, TestServer};

const PAGE: &str = "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><script src=\"a.js\"></script></head></html>";
const NAVIGATION: (&str, &str) = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");

fn page() -> TempDir {
    let folder = folder(&["index.html", "a.js", "part.html"]);
    fs::write(folder.path().join("index.html"), PAGE).expect("a file");
    fs::create_dir(folder.path().join("sub")).expect("a folder");
    fs::write(folder.path().join("sub/index.html"), PAGE).expect("a file");
    folder
}

fn watch(server: &TestServer) -> Reader {
    Reader::new(server.inspector.clone().expect("the inspector is on"))
}

fn has_probe(reply: &Reply) -> bool {
    reply.text().contains("RTCPeerConnection")
}

/// The key in a page with the probe.
fn probe_key(reply: &Reply) -> String {
    let text = reply.text();
    let (_, rest) = text.split_once("inspector/probe?key=").expect("a page with the probe");
    rest.chars().take_while(char::is_ascii_hexdigit).collect()
}

#[tokio::test]
async fn page_has_the_probe_only_while_it_is_watched() {
    let folder = page();
    let server = TestServer::start(&[name(&folder)]).await;
    let before = server.get_with("/", &[NAVIGATION]).await;
    assert_eq!(before.text(), PAGE);
    let reader = watch(&server);
    let since = before.header("last-modified").expect("a date").to_owned();
    let watched = server.get_with("/", &[NAVIGATION, ("If-Modified-Since", &since), ("Range", "bytes=0-9")]).await;
    assert_eq!(watched.status, 200);
    assert!(has_probe(&watched), "{}", watched.text());
    assert!(watched.text().starts_with("<!DOCTYPE html><html><head><meta charset=\"utf-8\"><script nonce="));
    assert_eq!(watched.header("cache-control"), Some("no-cache"));
    assert_eq!((watched.header("etag"), watched.header("last-modified")), (None, None));
    drop(reader);
    assert_eq!(server.get_with("/", &[NAVIGATION]).await.text(), PAGE);
}

#[tokio::test]
async fn only_documents_of_tabs_get_the_probe() {
    let folder = page();
    let server = TestServer::start(&[name(&folder)]).await;
    let _reader = watch(&server);
    assert!(has_probe(&server.get_with("/", &[NAVIGATION, ("Sec-Fetch-Dest", "document")]).await));
    for destination in ["iframe", "empty", "frame", "object"] {
        let reply = server.get_with("/", &[NAVIGATION, ("Sec-Fetch-Dest", destination)]).await;
        assert_eq!(reply.text(), PAGE, "{destination}");
    }
    assert_eq!(server.get_with("/", &[("Accept", "*/*")]).await.text(), PAGE);
    assert_eq!(server.get_with("/a.js", &[NAVIGATION]).await.text(), "a.js");
    assert_eq!(server.get_with("/part.html", &[NAVIGATION]).await.text(), "part.html");
    assert!(!has_probe(&server.get_with("/inspector", &[NAVIGATION]).await));
}

#[tokio::test]
async fn own_page_allows_the_probe_by_its_policy() {
    let server = TestServer::start(&[]).await;
    let reader = watch(&server);
    for path in ["/", "/room/den", "/chat.html"] {
        let reply = server.get_with(path, &[NAVIGATION]).await;
        let text = reply.text();
        let (_, rest) = text.split_once("<script nonce=\"").expect("the probe");
        let nonce: String = rest.chars().take_while(|c| *c != '"').collect();
        let policy = reply.header("content-security-policy").expect("a policy");
        assert!(policy.ends_with(&format!("; script-src 'self' 'nonce-{nonce}'")), "{path}: {policy}");
        assert!(text.contains("\"own\":true"), "{path}");
    }
    let room = server.get_with("/room/den", &[NAVIGATION]).await.text();
    assert!(room.contains("\"../inspector/probe?key="), "relative to the page, below whatever path");
    drop(reader);
    assert!(!has_probe(&server.get_with("/", &[NAVIGATION]).await));
}

#[tokio::test]
async fn reports_of_a_page_become_records() {
    let folder = page();
    let server = TestServer::start(&[name(&folder)]).await;
    let _reader = watch(&server);
    let key = probe_key(&server.get_with("/sub/", &[NAVIGATION]).await);
    let mut probe = Bare::open_path(server.address(), &format!("/inspector/probe?key={key}")).await;
    let first = json!([
        {"what": "page", "path": "/sub/", "n": 7, "kind": "refuse", "page": "w9", "at": 0, "from": "a9"},
        {"what": "call", "args": {"sdp": "a=ice-pwd:secret\r\n"}},
    ]);
    probe.send_text(&first.to_string()).await;
    probe.close().await;
    let records = server.records_with("the end of the page", |record| record["what"] == "gone").await;
    let [opened, call, gone] = of_kind(&records, "probe")[..] else { panic!("three reports: {records:#?}") };
    assert_eq!((&opened["page"], &opened["path"], &opened["from"]), (&json!("w1"), &json!("/sub/"), &json!("a1")));
    assert_eq!(opened["n"], 1);
    assert_eq!(call["args"]["sdp"], "a=ice-pwd:(masked)\r\n");
    assert_eq!((&gone["page"], &gone["what"]), (&json!("w1"), &json!("gone")));
}

#[tokio::test]
async fn what_no_probe_sends_ends_its_connection() {
    let server = TestServer::start(&[]).await;
    let _reader = watch(&server);
    let key = probe_key(&server.get_with("/", &[NAVIGATION]).await);
    let path = format!("/inspector/probe?key={key}");
    let flood = Value::Array(vec![json!({"what": "states"}); 1_500]).to_string();
    for bad in ["no JSON", "{}", "[1]", "[{\"what\": 1}]", "[{}]", &flood, &format!("[\"{}\"]", "x".repeat(70_000))] {
        let mut probe = Bare::open_path(server.address(), &path).await;
        probe.send_text(bad).await;
        probe.expect_end().await;
    }
    for wrong in ["/inspector/probe?key=1", &format!("/inspector/probe?key={}", server.inspector_key())] {
        assert_eq!(Bare::refused_at(&server, wrong, &[]).await.status, 403, "{wrong}");
    }
    assert_eq!(Bare::refused_at(&server, &path, &[("Origin", "http://localhost:3000")]).await.status, 403);
    let with_probe_key = server.get(&format!("/inspector/events?key={key}")).await;
    assert_eq!(with_probe_key.status, 401, "the probe's key only reports");
}
