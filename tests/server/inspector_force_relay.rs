//! The inspector's switch "force relay" (docs/inspector.md): which pages get it, and when it ends.

use serde_json::{Value, json};
use switchboard::inspect::feed::Reader;

use crate::support::TestServer;
use crate::support::inspector::of_kind;

const NAVIGATION: (&str, &str) = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");

fn watch(server: &TestServer) -> Reader {
    Reader::new(server.inspector.clone().expect("the inspector is on"))
}

fn switch(server: &TestServer, is_on: bool) {
    server.inspector.as_ref().expect("the inspector is on").set_force_relay(is_on);
}

/// What the probe in the call page has for ICE servers: null while nothing is forced.
async fn relay(server: &TestServer) -> Value {
    let page = server.get_with("/", &[NAVIGATION]).await.text();
    let (_, options) = page.split_once("const settings = ").expect("a page with the probe");
    let mut options = serde_json::Deserializer::from_str(options).into_iter::<Value>();
    let options = options.next().expect("options").expect("JSON");
    assert_eq!(options["own"], json!(true));
    options["relay"].clone()
}

#[tokio::test]
async fn page_uses_the_relay_only_while_the_switch_is_on() {
    let server = TestServer::start(&[] as &[&str]).await;
    let _reader = watch(&server);
    assert_eq!(relay(&server).await, Value::Null);
    switch(&server, true);
    assert!(relay(&server).await.is_array());
    switch(&server, false);
    assert_eq!(relay(&server).await, Value::Null);
    let records = server.records().await;
    let switched: Vec<_> = of_kind(&records, "force-relay").into_iter().map(|record| &record["on"]).collect();
    assert_eq!(switched, [&json!(true), &json!(false)]);
}

#[tokio::test]
async fn switch_goes_off_with_the_last_inspector() {
    let server = TestServer::start(&[] as &[&str]).await;
    let (one, other) = (watch(&server), watch(&server));
    switch(&server, true);
    drop(one);
    assert!(relay(&server).await.is_array());
    drop(other);
    assert!(!server.get_with("/", &[NAVIGATION]).await.text().contains("const settings"));
    let _next = watch(&server);
    assert_eq!(relay(&server).await, Value::Null);
}

#[tokio::test]
async fn header_says_when_the_switch_goes_off() {
    let server = TestServer::start(&[] as &[&str]).await;
    let _reader = watch(&server);
    assert_eq!(server.lines("").await[0]["forceRelay"], Value::Null);
    switch(&server, true);
    let header = &server.lines("").await[0];
    let left = header["forceRelay"].as_f64().expect("a time") - header["now"].as_f64().expect("the time");
    assert!((590_000.0..=600_000.0).contains(&left), "{left}");
}
