//! What the server rejects, cuts short or closes is counted by its reason: in the log when it stops, and for Prometheus.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use switchboard_turn::client as turn_client;

use crate::support::program::Program;
use crate::support::turn::Turn;
use crate::support::wire::Frame;
use crate::support::{Bare, Client, Transport};

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
    let served: BTreeSet<_> =
        busy.lines().filter_map(|line| line.strip_prefix("# TYPE switchboard_")?.split(' ').next()).collect();
    let rows = include_str!("../../docs/limits.md").lines().filter_map(|line| line.strip_prefix("| `switchboard_"));
    let documented: BTreeSet<_> = rows.filter_map(|row| row.split(['`', '{']).next()).collect();
    assert_eq!(served, documented, "docs/limits.md lists each metric");
    assert_eq!(metrics.get("/").await.status, 404);
    assert_eq!(program.server.get("/metrics").await.status, 404);
}

#[tokio::test]
async fn metrics_without_flag_are_not_served() {
    assert!(Program::start(&[]).await.metrics.is_none());
}
