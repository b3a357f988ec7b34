//! What the server rejects, cuts short or closes is counted by its reason: in the log when it stops, and for Prometheus.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use switchboard_turn::client as turn_client;

use crate::support::gst_peer::GstPeer;
use crate::support::payload::{answered, offer};
use crate::support::program::Program;
use crate::support::turn::Turn;
use crate::support::wire::Frame;
use crate::support::{Bare, Client, TestServer, Transport, within};

#[tokio::test]
async fn refusals_are_logged_by_reason_when_the_server_stops() {
    let flags = ["--max-connections-per-address", "4", "--event-burst", "20", "--event-rate", "1"];
    let mut program = Program::start_keeping(&flags, |line| line.contains("since the start")).await;
    let mut amy = Client::connect(&program.server, "amy").await;
    amy.emit_with_ack("newAnswer", json!({ "offerId": "none", "answer": "to nobody" })).await;
    amy.emit_with_ack("newOffer", Value::Null).await;
    let many: Vec<_> = (0..30).map(|_| Frame::from(r#"42["nothing"]"#)).collect();
    amy.send_all(&many).await;
    while amy.next_event().await.payload["code"] != "rate-limited" {}
    let mut eve = Client::open(&program.server, Transport::WebSocket).await;
    eve.send_raw(r#"40{"userName":"eve","password":"wrong"}"#).await;
    eve.expect_end().await;
    let mut bob = Bare::enter(&program.server, "userName=bob&password=x").await;
    bob.send_text("nonsense").await;
    bob.expect("signaling-error").await;
    let mut full = 0;
    while program.server.get("/socket.io/?EIO=4&transport=polling").await.status != 503 {
        full += 1;
        assert!(full < 10, "there is always a place");
    }
    assert_eq!(program.server.get_with("/healthz", &[("Origin", "http://evil.example")]).await.status, 200);
    let foreign = [("Origin", "http://evil.example")];
    assert_eq!(program.server.get_with("/socket.io/?EIO=4&transport=polling", &foreign).await.status, 403);
    program.stop().await;
    let summary = program.log_until("since the start").await.concat();
    for reason in
        ["no-such-offer 1", "bad-payload 2", "rate-limited 1", "wrong-password 1", "address-full 1", "wrong-origin 1"]
    {
        assert!(summary.contains(reason), "{reason} is missing: {summary}");
    }
}

#[tokio::test]
async fn metrics_over_http_show_rejections_and_connections() {
    let program = Program::start(&["--metrics", "127.0.0.1:0", "--turn", "--turn-port", "0"]).await;
    let metrics = program.metrics.as_ref().expect("the line with the address");
    let idle = metrics.get("/metrics").await;
    assert_eq!((idle.status, idle.header("content-type")), (200, Some("text/plain; version=0.0.4; charset=utf-8")));
    assert!(idle.text().contains("\nswitchboard_connections 0\n"), "{}", idle.text());
    assert!(idle.text().contains("switchboard_build_info{version=\""), "{}", idle.text());

    let turn = Turn::of(&program.server).await;
    let mut relayed = turn_client::Client::tcp(turn.address()).await.expect("a connection");
    turn.allocate(&mut relayed).await.expect("an allocation");
    let mut amy = Client::connect(&program.server, "amy").await;
    for _ in 0..2 {
        amy.emit_with_ack("newAnswer", json!({ "offerId": "none", "answer": "to nobody" })).await;
    }
    let busy = metrics.get("/metrics").await.text();
    assert!(busy.contains("# TYPE switchboard_rejections_total counter\n"), "{busy}");
    assert!(busy.contains("\nswitchboard_rejections_total{reason=\"no-such-offer\"} 2\n"), "{busy}");
    assert!(busy.contains("\nswitchboard_connections 1\n"), "{busy}");
    assert!(busy.contains("\nswitchboard_turn_streams 1\n"), "{busy}");
    let served = served(&busy);
    let rows = include_str!("../../docs/limits.md").lines().filter_map(|line| line.strip_prefix("| `"));
    let rows = rows.filter(|row| row.starts_with("switchboard_") || row.starts_with("process_"));
    let documented: BTreeSet<_> =
        rows.filter_map(|row| row.split(['`', '{']).next()).filter(|name| is_of_this_system(name)).collect();
    assert_eq!(served, documented, "docs/limits.md lists each metric");
    for (file, expressions) in [("grafana.json", dashboard()), ("alerts.yml", alerts())] {
        assert!(expressions.len() > 5, "{file}: {expressions:?}");
        for name in expressions.iter().flat_map(|expression| names(expression)) {
            let base = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
            let is_known = served.contains(name) || served.contains(base) || !is_of_this_system(name);
            assert!(is_known, "deploy/{file} names {name}, which is not served");
        }
    }
    assert_eq!(metrics.get("/").await.status, 404);
    assert_eq!(program.server.get("/metrics").await.status, 404);
}

#[tokio::test]
async fn metrics_without_flag_are_not_served() {
    assert!(Program::start(&[]).await.metrics.is_none());
}

#[tokio::test]
async fn metrics_follow_clients_and_their_calls() {
    let program = Program::start(&["--metrics", "127.0.0.1:0", "--gst", "--reconnect-grace", "1h"]).await;
    let metrics = program.metrics.as_ref().expect("the line with the address");
    let sample = async |name: &str| {
        let text = metrics.get("/metrics").await.text();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {name}: {text}")).parse::<f64>().expect("a number")
    };
    let mut amy = Client::connect(&program.server, "amy").await;
    let mut bob = Client::connect(&program.server, "bob").await;
    let polling = Client::connect_by(&program.server, Transport::Polling, "pol").await;
    assert_eq!(sample("switchboard_polling_clients").await, 1.0);
    polling.leave().await;
    let mut cem = Bare::connect(&program.server, "cem").await;
    cem.ask(json!({ "action": "joining-room", "room": "tea" })).await;
    let mut camera = GstPeer::connect(&program.server).await;
    camera.settle().await;
    amy.emit_with_ack("newOffer", offer("one")).await;
    let object = bob.expect("newOfferAwaiting").await[0].take();
    assert_eq!(sample("switchboard_open_offers").await, 1.0);
    assert!(sample("switchboard_open_offer_bytes").await > 0.0);
    bob.emit_with_ack("newAnswer", answered(&object, "two")).await;
    // Only the first report of a call counts, and none of a client outside of it.
    let report = |stage: &str| json!({ "offerId": object["offerId"], "stage": stage, "kind": "relayed" });
    let mut dan = Client::connect(&program.server, "dan").await;
    dan.emit_with_ack("callStage", report("failed")).await;
    dan.leave().await;
    bob.emit_with_ack("callStage", report("connected")).await;
    amy.emit_with_ack("callStage", report("failed")).await;
    amy.emit_with_ack("hangup", Value::Null).await;
    within("dan to be gone", async { while sample("switchboard_clients{service=\"socketio\"}").await != 2.0 {} }).await;
    for (name, value) in [
        ("switchboard_clients{service=\"socketio\"}", 2.0),
        ("switchboard_polling_clients", 0.0),
        ("switchboard_clients{service=\"rooms\"}", 1.0),
        ("switchboard_clients{service=\"pairs\"}", 0.0),
        ("switchboard_clients{service=\"gst\"}", 1.0),
        ("switchboard_calls_total{stage=\"offered\"}", 1.0),
        ("switchboard_calls_total{stage=\"answered\"}", 1.0),
        ("switchboard_calls_total{stage=\"connected\"}", 1.0),
        ("switchboard_calls_total{stage=\"failed\"}", 0.0),
        ("switchboard_relayed_calls_total", 1.0),
        ("switchboard_calls_total{stage=\"declined\"}", 0.0),
        ("switchboard_calls_total{stage=\"ended\"}", 1.0),
        ("switchboard_answer_seconds_count", 1.0),
        ("switchboard_connect_seconds_count", 1.0),
        ("switchboard_open_offers", 0.0),
        ("switchboard_rooms", 1.0),
        ("switchboard_room_members", 1.0),
        ("switchboard_queued_messages", 0.0),
        ("switchboard_queued_bytes", 0.0),
        ("switchboard_longest_queue_messages", 0.0),
        ("switchboard_ready", 1.0),
        ("switchboard_cluster_nodes", 1.0),
    ] {
        assert_eq!(sample(name).await, value, "{name}");
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs_f64();
    shake_hands(&program.server).await;
    // What is counted by tasks of connections may be counted after the client has its answer.
    for (name, least) in [
        ("switchboard_messages_total{service=\"socketio\"}", 3.0),
        ("switchboard_messages_total{service=\"rooms\"}", 1.0),
        ("switchboard_received_bytes_total", 100.0),
        ("switchboard_sent_bytes_total", 100.0),
        ("switchboard_certificate_end_seconds", now),
        ("switchboard_tls_handshakes_total", 1.0),
    ] {
        within(name, async { while sample(name).await < least {} }).await;
    }
    // Of those that leave, only one that breaks off and has something to take back may come back.
    amy.emit_with_ack("newOffer", offer("three")).await;
    bob.leave().await;
    amy.lose();
    within("amy to be away", async { while sample("switchboard_away_peers").await != 1.0 {} }).await;
    within("both to be gone", async { while sample("switchboard_clients{service=\"socketio\"}").await != 0.0 {} })
        .await;
}

/// A TLS handshake and a request by it, from a client that trusts every certificate.
async fn shake_hands(server: &TestServer) {
    let authority = server.get("/switchboard-ca.crt").await.body;
    crate::support::tls::shake_hands(server, &authority, "localhost").await.expect("the server's own certificate");
}

/// The names of the metrics in this text.
fn served(text: &str) -> BTreeSet<&str> {
    text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect()
}

/// /proc is on Linux alone.
fn is_of_this_system(name: &str) -> bool {
    cfg!(target_os = "linux") || !name.starts_with("process_")
}

/// The names of metrics in an expression of PromQL.
fn names(expression: &str) -> impl Iterator<Item = &str> {
    expression
        .split(|character: char| !(character.is_ascii_alphanumeric() || character == '_'))
        .filter(|word| word.starts_with("switchboard_") || word.starts_with("process_"))
}

/// The expressions of the dashboard.
fn dashboard() -> Vec<String> {
    let dashboard: Value = serde_json::from_str(include_str!("../../deploy/grafana.json")).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().expect("targets"));
    let variables =
        dashboard["templating"]["list"].as_array().expect("variables").iter().map(|variable| &variable["query"]);
    let all = targets.map(|target| &target["expr"]).chain(variables);
    all.map(|expression| expression.as_str().expect("a text").to_owned()).collect()
}

/// The expressions of the alert rules.
fn alerts() -> Vec<String> {
    let rules = yaml_rust2::YamlLoader::load_from_str(include_str!("../../deploy/alerts.yml")).expect("YAML");
    let groups = rules[0]["groups"].as_vec().expect("groups");
    let rules = groups.iter().flat_map(|group| group["rules"].as_vec().expect("rules"));
    rules.map(|rule| rule["expr"].as_str().expect("an expression").to_owned()).collect()
}
