//! `GET /api/ice-servers`: which clients receive the list of ICE servers ("ICE servers").

use std::time::Duration;

use serde_json::{Value, json};
use switchboard::auth::throttle::ThrottleOptions;

use crate::support::http::Reply;
use crate::support::token::{SECRET, signed, token};
use crate::support::{Bare, TestServer, within};

const PATH: &str = "/api/ice-servers";

fn body(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap_or_else(|_| panic!("not JSON: {}", reply.text()))
}

/// The reply to a request with this query and these headers.
async fn ask(server: &TestServer, query: &str, headers: &[(&str, &str)]) -> Reply {
    server.get_with(&format!("{PATH}{query}"), headers).await
}

fn is_refused(reply: &Reply, status: u16, code: &str) {
    let body = body(reply);
    assert_eq!((reply.status, &body["code"]), (status, &json!(code)), "{body}");
    assert!(body["message"].as_str().is_some_and(|sentence| sentence.len() > 20), "{body}");
    assert_eq!(reply.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn server_without_ice_servers_sends_an_empty_list() {
    let server = TestServer::start(&[]).await;
    let reply = ask(&server, "?password=x", &[]).await;
    assert_eq!((reply.status, body(&reply)), (200, json!({ "iceServers": [], "ttl": 3600 })));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn password_is_accepted_in_query_and_header() {
    let server = TestServer::start(&["--password", "tea for two, grün"]).await;
    for (query, header) in [
        ("?password=tea+for+two,+gr%C3%BCn", None),
        ("", Some("Bearer tea for two, grün")),
        ("?userName=amy", Some("bearer tea for two, grün")),
    ] {
        let headers: Vec<_> = header.map(|value| ("Authorization", value)).into_iter().collect();
        assert_eq!(ask(&server, query, &headers).await.status, 200, "{query} {header:?}");
    }
    for (query, header) in [("", None), ("?password=x", None), ("", Some("Basic tea")), ("", Some("Bearer"))] {
        let headers: Vec<_> = header.map(|value| ("Authorization", value)).into_iter().collect();
        let reply = ask(&server, query, &headers).await;
        is_refused(&reply, 401, "wrong-password");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
    }
}

#[tokio::test]
async fn token_is_accepted_in_query_and_header() {
    let server = TestServer::start(&["--jwt-secret", SECRET]).await;
    let good = token("amy");
    assert_eq!(ask(&server, &format!("?token={good}"), &[]).await.status, 200);
    assert_eq!(ask(&server, "", &[("Authorization", &format!("Bearer {good}"))]).await.status, 200);
    is_refused(&ask(&server, "?password=x", &[]).await, 401, "wrong-token");
    is_refused(&ask(&server, &format!("?token={good}x"), &[]).await, 401, "wrong-token");
    let long = signed(json!({ "userName": "x".repeat(65), "exp": 4_000_000_000_u64 }));
    is_refused(&ask(&server, &format!("?token={long}"), &[]).await, 400, "too-large");
}

#[tokio::test]
async fn query_that_cannot_be_read_is_refused() {
    let server = TestServer::start(&[]).await;
    is_refused(&ask(&server, "?password=x&password=y", &[]).await, 400, "bad-payload");
}

#[tokio::test]
async fn wrong_passwords_are_counted_with_those_of_ws() {
    let hour = Duration::from_secs(3600);
    let guesses = ThrottleOptions { free: 2, step: hour, longest: hour, waiting: 0, ..ThrottleOptions::default() };
    let server = TestServer::start_with_guesses(guesses, &["--password", "x"]).await;
    assert!(ask(&server, "?password=wrong", &[]).await.text().contains("Wrong password"));
    assert_eq!(Bare::refused(&server, "?userName=eve&password=wrong", &[]).await.status, 401);
    let reply = ask(&server, "?password=wrong", &[]).await;
    is_refused(&reply, 401, "wrong-password");
    assert!(reply.text().contains("Too many"), "{}", reply.text());
    assert_eq!(ask(&server, "?password=x", &[]).await.status, 200);
}

#[tokio::test]
async fn stopping_server_sends_delayed_refusals() {
    let hour = Duration::from_secs(3600);
    let guesses = ThrottleOptions { free: 0, step: hour, longest: hour, waiting: 1, ..ThrottleOptions::default() };
    let server = TestServer::start_with_guesses(guesses, &["--password", "x", "--drain", "1h"]).await;
    let ask = || {
        let server = TestServer::elsewhere(server.address());
        tokio::spawn(async move { ask(&server, "?password=wrong", &[]).await })
    };
    // One of the two is delayed. So the other is rejected at once as one too many.
    let (mut one, mut other) = (ask(), ask());
    let waiting = tokio::select! {
        _ = &mut one => other,
        _ = &mut other => one,
    };
    server.stop().await;
    is_refused(&within("the other reply", waiting).await.expect("a reply"), 401, "wrong-password");
}

#[tokio::test]
async fn page_of_a_foreign_origin_is_refused_and_reads_nothing() {
    let server = TestServer::start(&["--allow-origin", "https://calls.example.org"]).await;
    let foreign = ask(&server, "?password=x", &[("Origin", "https://evil.example")]).await;
    is_refused(&foreign, 403, "wrong-origin");
    assert_eq!(foreign.header("access-control-allow-origin"), None);
    for origin in ["https://calls.example.org", "http://localhost:3000"] {
        let reply = ask(&server, "?password=x", &[("Origin", origin)]).await;
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, Some(origin)));
        // Before a request with a token in its header, a browser asks whether the page may send it.
        let asks = [
            ("Origin", origin),
            ("Access-Control-Request-Method", "GET"),
            ("Access-Control-Request-Headers", "authorization"),
        ];
        let reply = server.request("OPTIONS", PATH, &asks, b"").await;
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, Some(origin)));
        assert_eq!(reply.header("access-control-allow-headers"), Some("authorization"));
    }
    let asks = [("Origin", "https://evil.example"), ("Access-Control-Request-Method", "GET")];
    let reply = server.request("OPTIONS", PATH, &asks, b"").await;
    assert_eq!(reply.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn requests_of_one_address_too_fast_are_refused() {
    let server = TestServer::start(&["--trust-proxy"]).await;
    let by = |address: &'static str| {
        let server = &server;
        async move { ask(server, "?password=x", &[("X-Forwarded-For", address)]).await }
    };
    let refused = within("a refusal", async {
        loop {
            let reply = by("203.0.113.7").await;
            if reply.status != 200 {
                break reply;
            }
        }
    });
    let refused = refused.await;
    is_refused(&refused, 429, "rate-limited");
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(by("203.0.113.8").await.status, 200);
}
