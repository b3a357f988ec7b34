//! The API for a back end: what it does to peers and rooms, and the events that it sends.

use serde_json::{Value, json};

use crate::support::back_end::BackEnd;
use crate::support::gst_peer::GstPeer;
use crate::support::packet::Packet;
use crate::support::pair_user::User;
use crate::support::payload::{answered, offer};
use crate::support::{Bare, Client, Transport};

const REASON: &str = "The lesson is over.";

/// Ends the connection of the peer of this name, with a reason.
async fn disconnect(back_end: &BackEnd, name: &str) {
    let path = format!("/v1/peers/{}/disconnect", back_end.id(name).await);
    back_end.post(&path, json!({ "reason": REASON })).await;
}

#[tokio::test]
async fn disconnected_peer_is_told_why_and_the_others_that_it_has_left() {
    for transport in [Transport::WebSocket, Transport::Polling] {
        let back_end = BackEnd::start(&[]).await;
        let mut bob = Client::connect(back_end.server(), "bob").await;
        bob.emit_with_ack("joining-room", json!({ "room": "tea" })).await;
        let mut amy = Client::connect_by(back_end.server(), transport, "amy").await;
        amy.emit_with_ack("joining-room", json!({ "room": "tea" })).await;
        amy.emit_with_ack("newOffer", offer("one")).await;
        bob.settle().await;
        bob.expect("joined-room").await;
        bob.expect("user-joined").await;
        let object = bob.expect("newOfferAwaiting").await[0].take();
        bob.emit_with_ack("newAnswer", answered(&object, "two")).await;
        for event in ["joined-room", "requesting-SDP-offer", "answerResponse"] {
            amy.expect(event).await;
        }
        disconnect(&back_end, "amy").await;

        let over = json!({ "userName": "bob", "offerId": object["offerId"], "reason": "closed" });
        assert_eq!(amy.expect("peerHangup").await, over, "what pages take for the end of a call");
        let out = json!({ "room": "tea", "code": "disconnected", "message": REASON });
        assert_eq!(amy.expect("not-admitted").await, out, "what pages take for the end of a stay");
        let error = json!({ "event": "disconnect", "code": "disconnected", "message": REASON });
        assert_eq!(amy.expect("signalingError").await, error);
        assert_eq!(amy.next().await, Packet::Disconnected, "by which official clients do not come back by themselves");
        assert_eq!(amy.expect_end().await, [], "and then the connection");

        assert_eq!(bob.expect("peerHangup").await["reason"], "closed");
        assert_eq!(bob.expect("user-left").await["reason"], "closed");
        assert_eq!(back_end.get("/v1/peers?name=amy").await["items"], json!([]));
        // It may come back: to keep it out is up to what admits it.
        Client::connect(back_end.server(), "amy").await.expect_silence().await;
    }
}

#[tokio::test]
async fn disconnected_client_of_a_bare_websocket_is_closed_with_a_code_of_its_own() {
    let back_end = BackEnd::start(&["--gst"]).await;
    let mut cem = Bare::connect(back_end.server(), "cem").await;
    let mut pair = User::connect(back_end.server(), "7").await;
    let mut camera = GstPeer::enter(back_end.server(), "userName=camera").await;
    for name in ["cem", "7", "camera"] {
        disconnect(&back_end, name).await;
    }
    let frames = cem.expect_close(4403).await;
    assert_eq!(frames[0]["data"], json!({ "action": null, "code": "disconnected", "message": REASON }));
    let data = pair.expect("SIGNALING_ERROR").await;
    assert_eq!((&data["code"], &data["message"]), (&json!("disconnected"), &json!(REASON)));
    pair.wire.expect_close(4403).await;
    assert_eq!(camera.wire.expect_end().await, (vec![], None), "webrtcsink would go on in silence after a close frame");
    assert_eq!(back_end.get("/v1/peers").await["items"], json!([]));
}

#[tokio::test]
async fn peer_that_is_away_is_removed_and_sent_no_events() {
    let back_end = BackEnd::start(&["--reconnect-grace", "1h"]).await;
    let mut bob = Client::connect(back_end.server(), "bob").await;
    let mut amy = Client::connect(back_end.server(), "amy").await;
    bob.emit_with_ack("joining-room", json!({ "room": "tea" })).await;
    amy.emit_with_ack("joining-room", json!({ "room": "tea" })).await;
    let id = back_end.id("amy").await;
    amy.lose();
    bob.expect("joined-room").await;
    bob.expect("user-joined").await;
    bob.expect("user-lost").await;
    assert_eq!(back_end.peer("amy").await["connected"], json!(false));
    let (path, event) = (format!("/v1/peers/{id}/events"), r#"{"event":"news"}"#);
    assert_eq!(back_end.refusal(409, "POST", &path, event).await, "away");
    disconnect(&back_end, "amy").await;
    assert_eq!(bob.expect("user-left").await["reason"], "closed");
    assert_eq!(back_end.refusal(404, "POST", &path, event).await, "no-such-peer");
}

#[tokio::test]
async fn reason_of_a_disconnect_is_bounded_and_may_be_missing() {
    let back_end = BackEnd::start(&[]).await;
    let mut amy = Client::connect(back_end.server(), "amy").await;
    let path = format!("/v1/peers/{}/disconnect", back_end.id("amy").await);
    for body in [json!({ "reason": "x".repeat(201) }), json!({ "reason": "" }), json!({ "why": "x" }), json!([])] {
        assert_eq!(back_end.refusal(422, "POST", &path, &body.to_string()).await, "invalid", "{body}");
    }
    assert_eq!(back_end.refusal(400, "POST", &path, "{").await, "no-json");
    amy.expect_silence().await;
    back_end.post(&path, Value::Null).await;
    amy.expect_error("disconnect", "disconnected").await;
    assert_eq!(amy.next().await, Packet::Disconnected);
    assert_eq!(back_end.refusal(404, "POST", &path, "").await, "no-such-peer");
}

#[tokio::test]
async fn closed_room_ends_for_its_members_and_those_who_wait() {
    let back_end = BackEnd::start(&[]).await;
    let mut amy = Client::connect(back_end.server(), "amy").await;
    let mut cem = Bare::connect(back_end.server(), "cem").await;
    let mut eve = Client::connect(back_end.server(), "eve").await;
    let own = amy.emit_with_ack("joining-room", json!({ "room": "tea" })).await["peerId"].clone();
    let other = cem.ask(json!({ "action": "joining-room", "room": "tea" })).await["data"]["peerId"].clone();
    amy.emit_with_ack("setting-access", json!({ "room": "tea", "access": "ask" })).await;
    eve.emit_with_ack("joining-room", json!({ "room": "tea" })).await;
    cem.settle().await;
    amy.settle().await;
    for event in ["joined-room", "user-joined", "access-changed", "waiting-changed"] {
        amy.expect(event).await;
    }
    for signal in ["joined-room", "requesting-SDP-offer", "access-changed"] {
        cem.expect(signal).await;
    }
    eve.expect("waiting-in-room").await;

    back_end.post("/v1/rooms/~/tea/close", Value::Null).await;
    let closed = json!({ "room": "tea", "code": "room-closed", "message": "This room was closed." });
    assert_eq!(amy.expect("not-admitted").await, closed);
    assert_eq!(eve.expect("not-admitted").await, closed);
    assert_eq!(cem.expect("not-admitted").await["data"]["code"], "room-closed");
    // For pages that know no end of a room: all others have left it.
    let left = |id: &Value, name: &str| json!({ "room": "tea", "peerId": id, "userName": name, "reason": "closed" });
    assert_eq!(amy.expect("user-left").await, left(&other, "cem"));
    assert_eq!(cem.expect("user-left").await["data"]["peerId"], own);
    assert_eq!(back_end.get("/v1/rooms").await["items"], json!([]));
    amy.emit("sending-SDP-offer", json!({ "room": "tea", "offer": offer("one") })).await;
    amy.expect_error("sending-SDP-offer", "not-in-room").await;
    // It is over, not forbidden: the next one is open.
    let again = eve.emit_with_ack("joining-room", json!({ "room": "tea" })).await;
    assert_eq!((&again["members"], &again["access"]), (&json!([]), &json!("open")));
    assert_eq!(back_end.refusal(404, "POST", "/v1/rooms/tea/tea/close", "").await, "no-such-room");
}

#[tokio::test]
async fn event_reaches_one_peer_with_its_arguments() {
    let back_end = BackEnd::start(&["--gst"]).await;
    let mut amy = Client::connect(back_end.server(), "amy").await;
    let mut bob = Client::connect_by(back_end.server(), Transport::Polling, "bob").await;
    let mut cem = Bare::connect(back_end.server(), "cem").await;
    let body = json!({ "event": "grade \"A\"", "args": [{ "text": "ü", "$serde_json::private::RawValue": "1" }, 7] });
    for name in ["bob", "cem"] {
        back_end.post(&format!("/v1/peers/{}/events", back_end.id(name).await), body.clone()).await;
    }
    let event = bob.next_event().await;
    assert_eq!((event.name.as_str(), &event.payload, event.number), ("grade \"A\"", &body["args"][0], Some(7)));
    assert_eq!(cem.expect("grade \"A\"").await["data"], body["args"]);
    amy.expect_silence().await;
    back_end.post(&format!("/v1/peers/{}/events", back_end.id("amy").await), json!({ "event": "tick" })).await;
    assert_eq!(amy.next_event().await.text, r#"2["tick"]"#);
    let _pair = User::connect(back_end.server(), "7").await;
    let _camera = GstPeer::enter(back_end.server(), "userName=camera").await;
    for name in ["7", "camera"] {
        let path = format!("/v1/peers/{}/events", back_end.id(name).await);
        assert_eq!(back_end.refusal(409, "POST", &path, r#"{"event":"tick"}"#).await, "without-events");
    }
}

#[tokio::test]
async fn event_to_a_lobby_reaches_all_in_it_after_what_came_before() {
    let back_end = BackEnd::start(&[]).await;
    let mut clients = Vec::new();
    // More than are served at once.
    for number in 0..70 {
        clients.push(Client::connect(back_end.server(), &format!("user {number}")).await);
    }
    let mut cem = Bare::connect(back_end.server(), "cem").await;
    let auth = json!({ "userName": "other", "password": "x", "lobby": "tea" });
    let mut other = Client::connect_as(back_end.server(), auth).await;
    let mut amy = Client::connect(back_end.server(), "amy").await;
    amy.emit_with_ack("newOffer", offer("one")).await;
    back_end.post("/v1/lobbies/~/events", json!({ "event": "news", "args": ["one"] })).await;
    back_end.post("/v1/lobbies/~/events", json!({ "event": "news", "args": ["two"] })).await;
    for client in &mut clients {
        client.expect("newOfferAwaiting").await;
        assert_eq!(client.expect("news").await, "one");
        assert_eq!(client.expect("news").await, "two");
    }
    assert_eq!(amy.expect("news").await, "one");
    assert_eq!(cem.expect("news").await["data"], json!(["one"]));
    other.expect_silence().await;
    back_end.post("/v1/lobbies/nobody/events", json!({ "event": "news" })).await;
}

#[tokio::test]
async fn page_that_counts_misses_no_number_by_an_event() {
    let back_end = BackEnd::start(&[]).await;
    let auth = json!({ "userName": "amy", "password": "x", "session": "one", "numbers": true });
    let mut amy = Client::connect_as(back_end.server(), auth).await;
    amy.emit_numbered_with_ack(1, "joining-room", json!({ "room": "tea" })).await;
    amy.expect_numbered(1, "joined-room").await;
    back_end.post("/v1/lobbies/~/events", json!({ "event": "news", "args": ["one"] })).await;
    assert_eq!(amy.expect("news").await, "one");
    amy.emit_numbered_with_ack(2, "joining-room", json!({ "room": "tea" })).await;
    amy.expect_numbered(2, "joined-room").await;
}

#[tokio::test]
async fn events_of_the_protocol_cannot_be_sent() {
    let back_end = BackEnd::start(&[]).await;
    let mut amy = Client::connect(back_end.server(), "amy").await;
    let path = format!("/v1/peers/{}/events", back_end.id("amy").await);
    for name in ["answerResponse", "newOffer", "user-left", "disconnect", "signalingError", ""] {
        for path in [&*path, "/v1/lobbies/~/events"] {
            let body = json!({ "event": name, "args": [] }).to_string();
            assert_eq!(back_end.refusal(422, "POST", path, &body).await, "invalid", "{name}");
        }
    }
    for body in
        [json!({}), json!({ "event": 1 }), json!({ "event": "x", "args": {} }), json!({ "event": "x", "ack": 1 })]
    {
        assert_eq!(back_end.refusal(422, "POST", &path, &body.to_string()).await, "invalid", "{body}");
    }
    let large = json!({ "event": "x", "args": ["x".repeat(70_000)] }).to_string();
    assert_eq!(back_end.refusal(413, "POST", &path, &large).await, "too-large");
    let nested = format!(r#"{{"event":"x","args":{}{}}}"#, "[".repeat(2_000), "]".repeat(2_000));
    assert_eq!(back_end.refusal(400, "POST", &path, &nested).await, "no-json");
    amy.expect_silence().await;
}
