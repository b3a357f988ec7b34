//! Streams at `/gst`: producers, consumers and listeners, and sessions of two ("Streams").

use serde_json::{Value, json};

use crate::support::gst_peer::GstPeer;
use crate::support::token::{SECRET, signed};
use crate::support::{Bare, TestServer};

fn offer() -> Value {
    json!({ "type": "offer", "sdp": "v=0\r\n", "more": [1] })
}

fn answer() -> Value {
    json!({ "type": "answer", "sdp": "v=0\r\n" })
}

fn candidate() -> Value {
    json!({ "candidate": "candidate:1 1 udp 1 192.0.2.7 9 typ host", "sdpMLineIndex": 0, "sdpMid": "0" })
}

#[tokio::test]
async fn session_relays_descriptions_and_candidates_as_they_are() {
    let server = TestServer::start(&["--gst"]).await;
    let mut camera = GstPeer::producer(&server, "camera").await;
    let mut viewer = GstPeer::connect(&server).await;
    let id = viewer.start(&mut camera).await;
    for (key, value) in [("sdp", offer()), ("ice", candidate()), ("sdp", answer())] {
        let message = json!({ "type": "peer", "sessionId": id, key: value });
        camera.say("peer", message.clone()).await;
        assert_eq!(viewer.expect("peer").await, message);
    }
    for (key, value) in [("sdp", answer()), ("ice", candidate())] {
        let message = json!({ "type": "peer", "sessionId": id, key: value });
        viewer.say("peer", message.clone()).await;
        assert_eq!(camera.expect("peer").await, message);
    }
    camera.settle().await;
    viewer.settle().await;
}

#[tokio::test]
async fn listener_is_notified_of_each_status_and_of_the_end() {
    let server = TestServer::start(&["--gst"]).await;
    let mut listener = GstPeer::listener(&server).await;
    let mut camera = GstPeer::connect(&server).await;
    let meta = json!({ "z": 1, "a": [null] });
    camera.set_status(&["producer"], meta.clone()).await;
    listener.expect_status(&camera.id, &["producer"], meta.clone()).await;
    assert_eq!(listener.listed("list").await, [camera.id.clone()]);
    // The same again, for clients that wait for it; and to the peer itself once it listens.
    camera.set_status(&["producer", "listener", "producer"], meta.clone()).await;
    camera.expect_status(&camera.id.clone(), &["producer", "listener"], meta.clone()).await;
    listener.expect_status(&camera.id, &["producer", "listener"], meta).await;
    let mut screen = GstPeer::connect(&server).await;
    screen.set_status(&["consumer"], Value::Null).await;
    for peer in [&mut listener, &mut camera] {
        peer.expect_status(&screen.id, &["consumer"], Value::Null).await;
    }
    assert_eq!(listener.listed("listConsumers").await, [screen.id.clone()]);
    screen.wire.lose();
    let gone = camera.id.clone();
    for peer in [&mut listener, &mut camera] {
        peer.expect_status(&screen.id, &[], Value::Null).await;
    }
    camera.wire.close().await;
    listener.expect_status(&gone, &[], Value::Null).await;
    assert_eq!(listener.listed("list").await, [] as [Value; 0]);
    assert_eq!(listener.listed("listConsumers").await, [] as [Value; 0]);
}

#[tokio::test]
async fn offer_of_consumer_reaches_producer_with_the_session() {
    let server = TestServer::start(&["--gst"]).await;
    let mut camera = GstPeer::producer(&server, "camera").await;
    let mut viewer = GstPeer::connect(&server).await;
    viewer.say("startSession", json!({ "peerId": camera.id, "offer": "v=0\r\n" })).await;
    let id = viewer.expect("sessionStarted").await["sessionId"].clone();
    let asked = camera.expect("startSession").await;
    assert_eq!((&asked["offer"], &asked["sessionId"], &asked["peerId"]), (&json!("v=0\r\n"), &id, &viewer.id));
    camera.say("peer", json!({ "sessionId": id, "sdp": answer() })).await;
    assert_eq!(viewer.expect("peer").await["sdp"], answer());
}

#[tokio::test]
async fn producer_starts_session_with_waiting_consumer() {
    let server = TestServer::start(&["--gst"]).await;
    let mut camera = GstPeer::producer(&server, "camera").await;
    let mut screen = GstPeer::connect(&server).await;
    screen.set_status(&["consumer"], Value::Null).await;
    screen.settle().await;
    camera.say("startSession", json!({ "peerId": screen.id })).await;
    let asked = camera.expect("startSession").await;
    let started = screen.expect("sessionStarted").await;
    assert_eq!((&asked["peerId"], &started["peerId"]), (&screen.id, &camera.id));
    assert_eq!(asked["sessionId"], started["sessionId"]);
    // The side that produces offers, whichever started.
    screen.say("peer", json!({ "sessionId": asked["sessionId"], "sdp": offer() })).await;
    screen.expect_error("bad-payload").await;
    camera.say("peer", json!({ "sessionId": asked["sessionId"], "sdp": offer() })).await;
    screen.expect("peer").await;
    // It waits no longer: so the session ends.
    screen.set_status(&[], Value::Null).await;
    assert_eq!(camera.expect("endSession").await["sessionId"], asked["sessionId"]);
    screen.settle().await;
}

#[tokio::test]
async fn each_end_of_a_session_reaches_the_other_side_once() {
    let server = TestServer::start(&["--gst"]).await;
    let mut camera = GstPeer::producer(&server, "camera").await;
    let mut viewer = GstPeer::connect(&server).await;
    let mut others = Vec::new();
    for end in ["viewer", "camera", "role", "lost", "closed"] {
        let id = viewer.start(&mut camera).await;
        let message = json!({ "sessionId": id });
        match end {
            "viewer" => viewer.say("endSession", message.clone()).await,
            "camera" => camera.say("endSession", message.clone()).await,
            "role" => camera.set_status(&["listener"], Value::Null).await,
            "lost" => std::mem::replace(&mut viewer, GstPeer::connect(&server).await).wire.lose(),
            _ => std::mem::replace(&mut viewer, GstPeer::connect(&server).await).wire.close().await,
        }
        let notified = if matches!(end, "camera" | "role") { &mut viewer } else { &mut camera };
        assert_eq!(notified.expect("endSession").await["sessionId"], id, "{end}");
        if end == "role" {
            camera.expect("peerStatusChanged").await;
            camera.set_status(&["producer"], Value::Null).await;
        }
        // What crosses the end has no effect, and is no error: a camera would stop at it.
        for peer in [&mut viewer, &mut camera] {
            peer.say("peer", json!({ "sessionId": id, "ice": candidate() })).await;
            peer.say("endSession", message.clone()).await;
            peer.settle().await;
        }
        others.push(id);
    }
    others.dedup();
    assert_eq!(others.len(), 5, "each session has its own id");
}

#[tokio::test]
async fn producer_leaves_and_all_its_sessions_end() {
    let server = TestServer::start(&["--gst"]).await;
    let mut camera = GstPeer::producer(&server, "camera").await;
    let mut viewers = Vec::new();
    for _ in 0..20 {
        let mut viewer = GstPeer::connect(&server).await;
        let id = viewer.start(&mut camera).await;
        viewers.push((viewer, id));
    }
    camera.wire.lose();
    for (mut viewer, id) in viewers {
        assert_eq!(viewer.expect("endSession").await["sessionId"], id);
        viewer.settle().await;
    }
}

#[tokio::test]
async fn peers_of_another_lobby_are_not_seen() {
    let server = TestServer::start(&["--gst"]).await;
    let camera = GstPeer::producer(&server, "camera").await;
    let mut listener = GstPeer::listener(&server).await;
    let mut other = GstPeer::enter(&server, "lobby=attic&userName=amy").await;
    assert_eq!(other.listed("list").await, [] as [Value; 0]);
    other.say("startSession", json!({ "peerId": camera.id })).await;
    other.expect_error("no-such-peer").await;
    other.set_status(&["producer"], Value::Null).await;
    other.settle().await;
    let mut by_path = GstPeer::at(&server, "/gst/attic").await;
    assert_eq!(by_path.listed("list").await, [other.id.clone()]);
    let long = format!("/gst/{}", "x".repeat(65));
    assert_eq!(Bare::refused_at(&server, &long, &[]).await.status, 400);
    assert_eq!(listener.listed("list").await, [camera.id]);
}

#[tokio::test]
async fn stopping_server_ends_streams_without_close_frame() {
    let server = TestServer::start(&["--gst"]).await;
    let camera = GstPeer::producer(&server, "camera").await;
    let viewer = GstPeer::connect(&server).await;
    let stopping = tokio::spawn(server.stop());
    // After a close frame `webrtcsink` goes on without signaling.
    for mut peer in [camera, viewer] {
        assert_eq!(peer.wire.expect_end().await.1, None);
    }
    stopping.await.expect("it stops");
}

#[tokio::test]
async fn gst_is_closed_without_its_flag() {
    let server = TestServer::start(&[]).await;
    assert_eq!(Bare::refused_at(&server, "/gst", &[]).await.status, 404);
    let server = TestServer::start(&["--gst"]).await;
    assert_eq!(server.get("/gst").await.status, 426);
}

#[tokio::test]
async fn gst_takes_passwords_tokens_and_origins_as_pairs_do() {
    let server = TestServer::start(&["--gst"]).await;
    let foreign = [("Origin", "https://evil.example")];
    assert_eq!(Bare::refused_at(&server, "/gst", &foreign).await.status, 403);
    let long = format!("/gst?userName={}", "x".repeat(65));
    assert_eq!(Bare::refused_at(&server, &long, &[]).await.status, 400);

    let server = TestServer::start_patient(&["--gst", "--password", "secret"]).await;
    for query in ["", "?password=x", "?token=x"] {
        let reply = Bare::refused_at(&server, &format!("/gst{query}"), &[]).await;
        assert!(reply.status == 401 && reply.text().contains("Wrong password"), "{query}: {}", reply.text());
    }
    GstPeer::enter(&server, "password=secret").await.settle().await;
    // `webrtcsink` removes the query of its address.
    for right in ["Bearer secret", "bearer secret"] {
        let mut wire = Bare::open_authorized(server.address(), "/gst", Some(right)).await;
        assert_eq!(wire.next_or_end().await.expect("a welcome")["type"], "welcome");
    }
    for wrong in ["Bearer x", "Basic secret", "secret"] {
        assert_eq!(Bare::refused_at(&server, "/gst", &[("Authorization", wrong)]).await.status, 401, "{wrong}");
    }

    let server = TestServer::start_patient(&["--gst", "--jwt-secret", SECRET]).await;
    let reply = Bare::refused_at(&server, "/gst?token=wrong&password=x", &[]).await;
    assert!(reply.status == 401 && reply.text().contains("token"), "{}", reply.text());
    let exp = crate::support::token::now() + 60;
    let token = signed(json!({ "name": "kitchen", "lobby": "house", "exp": exp }));
    // Another name is remarked on in the log only: a camera takes an error for its end.
    let mut camera = GstPeer::enter(&server, &format!("token={token}&userName=other")).await;
    camera.settle().await;
    let plain = signed(json!({ "name": "amy", "exp": exp }));
    camera.set_status(&["producer"], Value::Null).await;
    camera.settle().await;
    assert_eq!(GstPeer::enter(&server, &format!("token={plain}")).await.listed("list").await, [] as [Value; 0]);
    let mut viewer = GstPeer::enter(&server, &format!("token={plain}&lobby=house")).await;
    assert_eq!(viewer.listed("list").await, [camera.id.clone()]);
}
