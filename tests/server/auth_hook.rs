//! `--auth-hook`: a back end decides who may connect ("A back end").

use std::time::Duration;

use serde_json::{Value, json};
use switchboard::auth::hook::HookLimits;
use switchboard::config::Config;

use crate::support::gst_peer::GstPeer;
use crate::support::packet::Packet;
use crate::support::pair_user::{User, post};
use crate::support::payload::connected_call;
use crate::support::program::Program;
use crate::support::server::{build, state_dir};
use crate::support::service::{Asked, Service};
use crate::support::wire::Frame;
use crate::support::{Bare, Client, TestServer, Transport, within};

const ALL: [Transport; 3] = [Transport::WebSocket, Transport::Polling, Transport::Upgrade];

/// A server that asks this service. Its clients are not slowed down.
async fn server(service: &Service, flags: &[&str]) -> TestServer {
    let (url, limits) = (service.url("/admit"), HookLimits::default());
    server_at(&url, limits, flags).await
}

/// The same with these limits.
async fn server_with(service: &Service, limits: HookLimits, flags: &[&str]) -> TestServer {
    server_at(&service.url("/admit"), limits, flags).await
}

async fn server_at(url: &str, limits: HookLimits, flags: &[&str]) -> TestServer {
    // A busy machine may take long for an answer.
    let time: &[&str] = if flags.contains(&"--auth-hook-timeout") { &[] } else { &["--auth-hook-timeout", "8s"] };
    let flags = [&["--auth-hook", url], time, flags].concat();
    let change = |config: &mut Config| {
        config.access.auth_hook_limits = limits;
        config.access.throttle.free = 100_000;
    };
    TestServer::start_changed(change, &flags).await
}

/// A client that connects while the test goes on.
fn connecting(server: &TestServer, auth: Value) -> tokio::task::JoinHandle<Result<Client, Value>> {
    let server = TestServer::elsewhere(server.address());
    tokio::spawn(async move { Client::try_connect(&server, Transport::WebSocket, auth).await })
}

async fn connected(client: tokio::task::JoinHandle<Result<Client, Value>>) -> Client {
    within("a reply to CONNECT", client).await.expect("no panic").expect("admitted")
}

/// The server asked the client to connect again, in a way that does not keep it from doing so.
async fn is_told_to_come_again(mut client: Client) -> u64 {
    let error = client.expect("signalingError").await;
    assert_eq!((&error["event"], &error["code"]), (&json!("connect"), &json!("unavailable")), "{error}");
    assert!(error["message"].as_str().is_some_and(|text| text.contains("try again")), "{error}");
    error["retryAfterMs"].as_u64().expect("a time")
}

/// Admits each client under the name that it wants.
fn as_wanted(asked: &Asked) -> Value {
    json!({ "userName": asked.json()["userName"] })
}

#[tokio::test]
async fn back_end_is_asked_with_what_is_known_of_the_client() {
    let mut service = Service::open().await;
    let flags = ["--auth-hook-secret", "the server's own", "--gst", "--allow-origin", "https://calls.example.org"];
    let server = server(&service, &flags).await;
    for transport in ALL {
        let auth = json!({ "userName": "amy", "token": "t1", "lobby": "blue", "password": "never sent" });
        let entering = Client::try_connect(&server, transport, auth);
        let (client, asked) = tokio::join!(entering, async {
            let asked = service.next().await;
            assert!(asked.head.starts_with("POST /admit HTTP/1.1\r\n"), "{}", asked.head);
            assert_eq!(asked.header("authorization"), Some("Bearer the server's own"));
            assert_eq!(asked.header("content-type"), Some("application/json"));
            let body = asked.json();
            asked.reply_json(json!({ "userName": "Amy Pond", "lobby": "red" }));
            body
        });
        let expected = json!({ "service": "socketio", "token": "t1", "userName": "amy", "lobby": "blue",
                               "address": "127.0.0.1", "origin": null });
        assert_eq!(asked, expected);
        // As with a token, what is proven counts, and the client learns so.
        client.expect("admitted").expect_error("connect", "bad-payload").await;
    }
    let origin = [("Origin", "https://calls.example.org")];
    for (path, words) in [
        ("/ws?userName=amy&token=t2", json!({ "service": "rooms", "token": "t2", "userName": "amy" })),
        ("/?userId=7&token=t3", json!({ "service": "pairs", "token": "t3", "userName": "7" })),
        ("/gst/blue?token=t4", json!({ "service": "gst", "token": "t4", "userName": null, "lobby": "blue" })),
    ] {
        let opening = Bare::refused_at(&server, path, &origin);
        let (reply, asked) = tokio::join!(opening, async {
            let asked = service.next().await;
            let body = asked.json();
            asked.reply("403 Forbidden", &[], r#"{"message":"Not you."}"#);
            body
        });
        assert_eq!((reply.status, reply.text().trim()), (403, "Not you."));
        for (key, value) in words.as_object().expect("an object") {
            assert_eq!(&asked[key], value, "{asked}");
        }
        assert_eq!(asked["origin"], "https://calls.example.org");
    }
    // A kept connection closes after some seconds without a request, as on a busy machine.
    assert!(service.connections() < 6, "connections are used again");
}

#[tokio::test]
async fn events_before_the_answer_wait_and_keep_their_order() {
    let mut service = Service::open().await;
    let server = server(&service, &[]).await;
    let mut watching = {
        let watching = connecting(&server, json!({ "userName": "watching" }));
        service.next().await.reply_json(json!({}));
        let mut watching = connected(watching).await;
        watching.settle().await;
        watching
    };
    for transport in ALL {
        let mut client = Client::open(&server, transport).await;
        let room =
            |id: u64, event: &str, room: &str| Frame::Text(format!("42{id}{}", json!([event, { "room": room }])));
        // With the CONNECT packet, and behind it.
        client.send_all(&[Frame::from(r#"40{"userName":"amy"}"#), room(1, "joining-room", "a")]).await;
        let asked = service.next().await;
        client.send_all(&[room(2, "leaving-room", "a"), room(3, "joining-room", "b")]).await;
        client.send_all(&[Frame::Text(format!("42{}", json!(["newOffer", { "type": "offer", "sdp": "v=0" }])))]).await;
        // None of them has had an effect, and the server serves others.
        watching.settle().await;
        watching.expect_silence().await;
        asked.reply_json(json!({ "userName": "Amy" }));
        let mut acks = Vec::new();
        assert!(matches!(client.next().await, Packet::Connected(_)));
        while acks.len() < 3 {
            if let Packet::Ack { id, args, .. } = client.next().await {
                assert_eq!(args[0]["ok"], true, "{args:?}");
                acks.push(id);
            }
        }
        assert_eq!(acks, [1, 2, 3]);
        let offer = watching.expect("newOfferAwaiting").await;
        assert_eq!(offer[0]["offererUserName"], "Amy");
        client.disconnect().await;
        watching.expect("offerWithdrawn").await;
    }
}

#[tokio::test]
async fn client_that_waits_for_its_answer_holds_up_no_other() {
    let mut service = Service::open().await;
    let server = server(&service, &[]).await;
    let first = connecting(&server, json!({ "userName": "first" }));
    let asked = service.next().await;
    let second = connecting(&server, json!({ "userName": "second" }));
    let later = service.next().await;
    assert_eq!(later.json()["userName"], "second");
    later.reply_json(json!({}));
    connected(second).await.settle().await;
    // One that leaves meanwhile leaves nothing.
    let gone = Client::open(&server, Transport::WebSocket).await;
    drop(gone);
    asked.reply_json(json!({}));
    connected(first).await.settle().await;
}

#[tokio::test]
async fn refusal_reaches_the_client_in_the_back_ends_words() {
    let mut service = Service::open().await;
    let server = server(&service, &[]).await;
    let long = json!({ "message": "x".repeat(5_000) }).to_string();
    for (status, body, words) in [
        (
            "403 Forbidden",
            r#"{"code":"banned","message":"You are banned until Friday."}"#,
            "You are banned until Friday.",
        ),
        ("401 Unauthorized", r#"{"message":"Log in first."}"#, "Log in first."),
        ("403 Forbidden", "<html>", "the service that decides"),
        ("403 Forbidden", long.as_str(), "xxx"),
    ] {
        let refused = connecting(&server, json!({ "userName": "amy", "token": "t" }));
        service.next().await.reply(status, &[], body);
        let reason = refused.await.expect("no panic").err().expect("refused");
        let sentence = reason["message"].as_str().expect("a sentence");
        assert!(sentence.contains(words) && sentence.len() <= 200, "{sentence}");
    }
    for path in ["/ws?token=t", "/?userId=1&token=t", "/api/ice-servers?token=t"] {
        let answer = async { service.next().await.reply("403 Forbidden", &[], r#"{"message":"Not you."}"#) };
        let (reply, ()) = match path {
            "/api/ice-servers?token=t" => tokio::join!(server.get(path), answer),
            _ => tokio::join!(Bare::refused_at(&server, path, &[]), answer),
        };
        assert!(reply.status == 403 && reply.text().contains("Not you."), "{path}: {}", reply.text());
    }
    let answer = async { service.next().await.reply("403 Forbidden", &[], r#"{"message":"Not you."}"#) };
    let (reply, ()) = tokio::join!(post(&server, "/create-room?token=t", r#"{"roomName":"tea","userId":1}"#), answer);
    assert!(reply.status == 403 && reply.text().contains("Not you."), "{}", reply.text());
}

#[tokio::test]
async fn back_end_that_does_not_answer_lets_clients_come_again() {
    let mut service = Service::open().await;
    let elsewhere = Service::open().await.url("/");
    let limits = HookLimits { failures: 1_000, ..HookLimits::default() };
    let server = server_with(&service, limits, &[]).await;
    let large = json!({ "userName": "amy", "x": "x".repeat(70_000) }).to_string();
    for (status, header, body) in [
        ("500 Internal Server Error", ("X-A", "b"), "{}"),
        ("302 Found", ("Location", elsewhere.as_str()), ""),
        ("200 OK", ("X-A", "b"), "yes"),
        ("200 OK", ("X-A", "b"), r#"{"ttl":"long"}"#),
        ("200 OK", ("X-A", "b"), large.as_str()),
    ] {
        let client = connecting(&server, json!({ "userName": "amy", "token": "t" }));
        service.next().await.reply(status, &[header], body);
        assert!(is_told_to_come_again(connected(client).await).await >= 1_000, "{status}");
    }
    // It closes the connection, and once more for the second try.
    let client = connecting(&server, json!({ "userName": "amy" }));
    drop(service.next().await);
    within("the refusal", async {
        tokio::select! {
            client = connected(client) => drop(is_told_to_come_again(client).await),
            () = async { loop { drop(service.next().await) } } => {}
        }
    })
    .await;
    let opening = Bare::open(&server, "userName=amy");
    let (mut bare, ()) = tokio::join!(opening, async { service.next().await.reply("502 Bad Gateway", &[], "") });
    assert_eq!(bare.next_or_end().await.expect("a frame")["data"]["code"], "unavailable");
    bare.expect_close(1013).await;
    let answer = async { service.next().await.reply("502 Bad Gateway", &[], "") };
    let (reply, ()) = tokio::join!(server.get("/api/ice-servers"), answer);
    assert_eq!((reply.status, reply.header("retry-after")), (503, Some("1")));
    // It answers again.
    let client = connecting(&server, json!({ "userName": "amy" }));
    service.next().await.reply_json(json!({}));
    connected(client).await.settle().await;
}

#[tokio::test]
async fn back_end_that_is_silent_or_gone_lets_clients_come_again() {
    let mut service = Service::open().await;
    let server = server(&service, &["--auth-hook-timeout", "50ms"]).await;
    let client = connecting(&server, json!({ "userName": "amy" }));
    let silent = service.next().await;
    is_told_to_come_again(connected(client).await).await;
    drop(silent);
    let gone = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let server = TestServer::start(&["--auth-hook", &format!("http://{gone}/")]).await;
    let client = connected(connecting(&server, json!({ "userName": "amy" }))).await;
    is_told_to_come_again(client).await;
}

#[tokio::test]
async fn back_end_that_fails_again_and_again_is_left_alone() {
    let mut service = Service::open().await;
    let hour = HookLimits { failures: 2, pause: Duration::from_secs(3_600), ..HookLimits::default() };
    let server = server_with(&service, hour, &[]).await;
    for _ in 0..2 {
        let client = connecting(&server, json!({ "userName": "amy" }));
        service.next().await.reply("500 Internal Server Error", &[], "");
        is_told_to_come_again(connected(client).await).await;
    }
    for _ in 0..5 {
        let client = connected(connecting(&server, json!({ "userName": "amy" }))).await;
        assert!(is_told_to_come_again(client).await > 3_000_000);
    }
    assert!(!service.is_asked());

    // After the pause one client's question is the try.
    let mut service = Service::open().await;
    let limits = HookLimits { failures: 2, pause: Duration::ZERO, ..HookLimits::default() };
    let server = server_with(&service, limits, &[]).await;
    for _ in 0..2 {
        let client = connecting(&server, json!({ "userName": "amy" }));
        service.next().await.reply("500 Internal Server Error", &[], "");
        is_told_to_come_again(connected(client).await).await;
    }
    let first = connecting(&server, json!({ "userName": "first" }));
    let asked = service.next().await;
    is_told_to_come_again(connected(connecting(&server, json!({ "userName": "second" }))).await).await;
    assert!(!service.is_asked());
    asked.reply_json(json!({}));
    connected(first).await.settle().await;
    let (one, other) = (connecting(&server, json!({})), connecting(&server, json!({})));
    let (asked, also) = (service.next().await, service.next().await);
    asked.reply_json(json!({}));
    also.reply_json(json!({}));
    connected(one).await.settle().await;
    connected(other).await.settle().await;
}

#[tokio::test]
async fn questions_are_bounded_at_once_and_in_the_queue() {
    let mut service = Service::open().await;
    let limits = HookLimits { calls: 1, waiting: 1, ..HookLimits::default() };
    let server = server_with(&service, limits, &[]).await;
    let first = connecting(&server, json!({}));
    let asked = service.next().await;
    // One of these two waits, and for the other there is no place.
    let (mut one, mut other) = (connecting(&server, json!({})), connecting(&server, json!({})));
    let (refused, waiting) = within("a refusal", async {
        tokio::select! {
            client = &mut one => (client, other),
            client = &mut other => (client, one),
        }
    })
    .await;
    is_told_to_come_again(refused.expect("no panic").expect("connected for a moment")).await;
    assert!(!service.is_asked(), "one at a time");
    asked.reply_json(json!({}));
    service.next().await.reply_json(json!({}));
    connected(first).await.settle().await;
    connected(waiting).await.settle().await;
}

#[tokio::test]
async fn answer_holds_for_its_ttl_for_the_same_token() {
    let mut service = Service::open().await;
    let server = server(&service, &["--reconnect-grace", "1h"]).await;
    let enter = |auth: Value| connecting(&server, auth);
    let (amy, bob) = (json!({ "token": "a", "userName": "amy" }), json!({ "token": "b", "userName": "bob" }));
    let mut clients = Vec::new();
    for auth in [&amy, &bob] {
        let client = enter(auth.clone());
        service.next().await.reply_json(json!({ "ttl": 3600 }));
        let mut client = connected(client).await;
        client.settle().await;
        clients.push(client);
    }
    let mut bob = clients.pop().expect("two");
    let mut first = clients.pop().expect("two");
    let id = connected_call(&mut first, &mut bob).await;
    // The back end is not asked when she returns, and a call goes on even while it would not answer.
    first.break_off().await;
    bob.expect("peerLost").await;
    let mut back = connected(enter(amy.clone())).await;
    assert_eq!(back.expect("restored").await["calls"][0]["offerId"], json!(id));
    bob.expect("peerBack").await;
    assert!(!service.is_asked());
    // It is for another wish, another token, and no token.
    for auth in [
        json!({ "token": "a", "userName": "eve" }),
        json!({ "token": "a", "userName": "amy", "lobby": "blue" }),
        json!({ "token": "c", "userName": "amy" }),
        json!({ "userName": "cem" }),
        json!({ "userName": "cem" }),
    ] {
        let client = enter(auth);
        service.next().await.reply_json(json!({ "ttl": 3600 }));
        connected(client).await;
    }
    // Without a ttl each time.
    for _ in 0..2 {
        let client = enter(json!({ "token": "d" }));
        service.next().await.reply_json(json!({ "userName": "dan" }));
        connected(client).await;
    }
}

#[tokio::test]
async fn rooms_of_the_answer_are_the_only_ones() {
    let service = Service::open().await;
    let server = server(&service, &[]).await;
    service.answering(|asked| json!({ "userName": asked.json()["userName"], "rooms": ["tea", "coffee"] }));
    let mut amy = Client::connect_as(&server, json!({ "userName": "amy" })).await;
    for (room, is_open) in [("tea", true), ("water", false), ("coffee", true), ("Tea", false)] {
        let place = amy.emit_with_ack("joining-room", json!({ "room": room })).await;
        assert_eq!(place["ok"], is_open, "{place}");
        if !is_open {
            assert_eq!(place["error"]["code"], "not-admitted", "{place}");
        }
    }
    let mut bob = Bare::enter(&server, "userName=bob").await;
    let place = bob.ask(json!({ "action": "joining-room", "room": "water" })).await;
    assert_eq!(place["error"]["code"], "not-admitted", "{place}");
    let place = bob.ask(json!({ "action": "joining-room", "room": "tea" })).await;
    assert_eq!(place["data"]["members"][0]["userName"], "amy", "{place}");
    for (room, status) in [("tea", 200), ("water", 403)] {
        let reply = post(&server, "/create-room", &json!({ "roomName": room, "userId": 1 }).to_string()).await;
        assert_eq!(reply.status, status, "{room}: {}", reply.text());
    }
}

#[tokio::test]
async fn ice_servers_of_the_answer_replace_the_servers_own() {
    let service = Service::open().await;
    let server = server(&service, &["--ice-server", "stun:own.example:3478"]).await;
    service.answering(|asked| match asked.json()["token"].as_str() {
        Some("own") => json!({ "userName": "amy" }),
        Some("none") => json!({ "userName": "amy", "iceServers": [] }),
        _ => json!({ "ttl": 90, "iceServers": [
            { "urls": "stun:a.example" }, { "urls": ["turns:b.example:443"], "username": "u", "credential": "c" },
        ] }),
    });
    let list = async |query: &str| -> Value {
        let reply = server.get(&format!("/api/ice-servers?{query}")).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        serde_json::from_slice(&reply.body).expect("JSON")
    };
    let expected = json!({ "ttl": 90, "iceServers": [
        { "urls": ["stun:a.example"] }, { "urls": ["turns:b.example:443"], "username": "u", "credential": "c" },
    ] });
    assert_eq!(list("token=t").await, expected);
    assert_eq!(list("token=none").await, json!({ "ttl": 3600, "iceServers": [] }));
    assert_eq!(list("token=own").await["iceServers"][0]["urls"][0], "stun:own.example:3478");
}

#[tokio::test]
async fn nothing_of_tokens_and_answers_is_logged() {
    let mut service = Service::open().await;
    let url = service.url("/admit?key=of-the-url");
    let admitted =
        json!({ "lobby": "of-the-answer", "iceServers": [{ "urls": "turn:a", "credential": "of-the-answer" }] });
    tokio::spawn(async move {
        loop {
            let asked = service.next().await;
            match asked.json()["token"].as_str() {
                Some("bad-token") => asked.reply_json(json!({ "userName": 7, "lobby": "of-the-answer" })),
                Some("refused-token") => asked.reply("403 Forbidden", &[], r#"{"message":"of-the-answer"}"#),
                _ => asked.reply_json(admitted.clone()),
            }
        }
    });
    let flags =
        ["--auth-hook", &url, "--auth-hook-secret", "the-secret", "--log-level", "trace", "--metrics", "127.0.0.1:0"];
    let mut program = Program::start_keeping(&flags, |_| true).await;
    let mut amy = Client::connect_as(&program.server, json!({ "userName": "amy", "token": "good-token" })).await;
    amy.settle().await;
    let bad = Client::try_connect(&program.server, Transport::WebSocket, json!({ "token": "bad-token" })).await;
    is_told_to_come_again(bad.expect("connected for a moment")).await;
    for path in ["/ws?token=refused-token", "/?userId=1&token=refused-token"] {
        assert_eq!(Bare::refused_at(&program.server, path, &[]).await.text().trim(), "of-the-answer");
    }
    let refused = Client::try_connect(&program.server, Transport::Polling, json!({ "token": "refused-token" })).await;
    assert_eq!(refused.err().expect("refused")["message"], "of-the-answer");
    let text = program.metrics.as_ref().expect("metrics").get("/metrics").await.text();
    for line in [
        "switchboard_auth_hook_requests_total{outcome=\"admitted\"} 1",
        "switchboard_auth_hook_requests_total{outcome=\"failed\"} 1",
        "switchboard_auth_hook_requests_total{outcome=\"refused\"} 3",
        "switchboard_auth_hook_seconds_count 4",
        "switchboard_auth_hook_breaker_open 0",
    ] {
        assert!(text.contains(&format!("\n{line}\n")), "{line}: {text}");
    }
    program.stop().await;
    let log = program.log().join("\n");
    for line in ["the back end of --auth-hook cannot be asked", "the back end of --auth-hook does not allow it"] {
        assert!(log.contains(line), "{line}: {log}");
    }
    for secret in ["good-token", "bad-token", "refused-token", "the-secret", "of-the-answer", "of-the-url"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

#[tokio::test]
async fn gstreamer_clients_and_pairs_are_asked_about_as_well() {
    let service = Service::open().await;
    let server = server(&service, &["--gst"]).await;
    service.answering(as_wanted);
    GstPeer::connect(&server).await.settle().await;
    User::connect(&server, "7").await.settle().await;
}

#[test]
fn flags_that_do_not_go_with_a_back_end_are_refused() {
    let hook = ["--auth-hook", "http://localhost:1/"];
    for (flags, words) in [
        (vec!["--password", "x"], "--password cannot be used with --auth-hook"),
        (vec!["--no-password"], "--no-password cannot be used with --auth-hook"),
        (vec!["--jwt-secret", "x"], "--jwt-secret cannot be used with --auth-hook"),
        (vec!["--auth-hook-timeout", "1ms"], "from 10ms to 8s"),
        (vec!["--auth-hook-timeout", "9s"], "from 10ms to 8s"),
        (vec!["--connect-timeout", "2s"], "must be shorter than --connect-timeout"),
        (vec!["--auth-hook-secret", "a\nb"], "line break"),
    ] {
        let error = build(state_dir(), &[&hook[..], &flags].concat()).err().unwrap_or_else(|| panic!("{flags:?}"));
        assert!(format!("{error:#}").contains(words), "{error:#}");
    }
    for (flags, words) in [
        (["--auth-hook", "ftp://localhost/"], "neither an http nor an https URL"),
        (["--auth-hook", "http://amy:secret@localhost/"], "user name or password"),
        (["--auth-hook-secret", "x"], "there is none"),
    ] {
        let error = build(state_dir(), &flags).err().unwrap_or_else(|| panic!("{flags:?}"));
        let text = format!("{error:#}");
        assert!(text.contains(words) && !text.contains("secret@"), "{text}");
    }
}
