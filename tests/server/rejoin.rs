//! A restarted server knows no call: pages with a session join theirs again, course pages are not disturbed ("Pages
//! with a session").

use serde_json::{Value, json};

use crate::support::payload::{
    CANDIDATE_IN, CANDIDATE_OUT, answer, answered, candidate, connected_call, ended, from_answerer, from_offerer,
    offer, offered, page, party, restored,
};
use crate::support::{Client, TestServer, Transport};

/// The id of a call that an earlier server made.
const ID: &str = "0123456789abcdef";

/// A page that was here before the server was started again.
async fn survivor(server: &TestServer, name: &str) -> Client {
    survivor_by(server, Transport::WebSocket, name).await
}

async fn survivor_by(server: &TestServer, transport: Transport, name: &str) -> Client {
    let mut client = Client::enter(server, transport, page(name, name, Some(5))).await;
    assert_eq!(client.expect("restored").await, restored(&Value::Null, &[], 0));
    client
}

fn end(did_i_offer: bool, other: &str, key: &str) -> Value {
    json!({ "offerId": ID, "didIOffer": did_i_offer, "userName": other, "key": key })
}

/// Amy offered and bob answered, at an earlier server; they are connected here.
async fn rejoined(server: &TestServer, transport: Transport) -> (Client, Client) {
    let mut amy = survivor_by(server, transport, "amy").await;
    let mut bob = survivor(server, "bob").await;
    assert_eq!(amy.emit_numbered_with_ack(1, "rejoinCall", end(true, "bob", "secret")).await, json!({ "ok": true }));
    amy.expect_silence().await;
    assert_eq!(bob.emit_numbered_with_ack(1, "rejoinCall", end(false, "amy", "secret")).await, json!({ "ok": true }));
    assert_eq!(amy.expect_numbered(1, "peerBack").await, party("bob", &json!(ID)));
    assert_eq!(bob.expect_numbered(1, "peerBack").await, party("amy", &json!(ID)));
    (amy, bob)
}

#[tokio::test]
async fn rejoin_from_both_ends_restores_call_with_peer_back() {
    for transport in [Transport::WebSocket, Transport::Polling, Transport::Upgrade] {
        let server = TestServer::start(&[]).await;
        let (mut amy, mut bob) = rejoined(&server, transport).await;
        bob.emit(CANDIDATE_OUT, from_answerer(candidate(1))).await;
        assert_eq!(amy.expect_numbered(2, CANDIDATE_IN).await, candidate(1));
        amy.emit(CANDIDATE_OUT, from_offerer(candidate(2))).await;
        assert_eq!(bob.expect_numbered(2, CANDIDATE_IN).await, candidate(2));
        let anew = json!({ "offerId": ID, "offer": offer("anew") });
        bob.emit("newOffer", anew.clone()).await;
        assert_eq!(amy.expect_numbered(3, "renegotiation").await, anew);
        let well = json!({ "offerId": ID, "answer": answer("well") });
        assert_eq!(amy.emit_with_ack("newAnswer", well.clone()).await, json!([]));
        assert_eq!(bob.expect_numbered(3, "answerResponse").await, well);
        assert_eq!(bob.emit_with_ack("hangup", Value::Null).await, json!({ "ended": 1 }));
        assert_eq!(amy.expect_numbered(4, "peerHangup").await, ended("bob", &json!(ID), "hangup"));
        assert_eq!(amy.emit_with_ack("hangup", Value::Null).await, json!({ "ended": 0 }));
        bob.expect_silence().await;
    }
}

#[tokio::test]
async fn a_call_that_was_joined_again_survives_the_next_break() {
    let server = TestServer::start(&[]).await;
    let (amy, mut bob) = rejoined(&server, Transport::WebSocket).await;
    amy.break_off().await;
    assert_eq!(bob.expect_numbered(2, "peerLost").await, party("amy", &json!(ID)));
    let mut amy = Client::connect_as(&server, page("amy", "amy", Some(1))).await;
    assert_eq!(amy.expect("restored").await, restored(&Value::Null, &[party("bob", &json!(ID))], 1));
    assert_eq!(bob.expect_numbered(3, "peerBack").await, party("amy", &json!(ID)));
    // Sent again, it has no effect: neither with the number received before nor with another.
    for number in [1, 2] {
        assert_eq!(amy.emit_numbered_with_ack(number, "rejoinCall", end(true, "bob", "secret")).await["ok"], true);
    }
    amy.expect_silence().await;
    bob.expect_silence().await;
}

#[tokio::test]
async fn only_ends_that_fit_are_connected() {
    let server = TestServer::start(&["--reconnect-grace", "4s"]).await;
    let mut amy = survivor(&server, "amy").await;
    let mut bob = survivor(&server, "bob").await;
    let mut elsewhere = page("bob", "bob", Some(0));
    elsewhere["lobby"] = json!("elsewhere");
    let mut dan = Client::connect_as(&server, elsewhere).await;
    dan.expect("restored").await;
    let mut other_call = end(false, "amy", "secret");
    other_call["offerId"] = json!("fedcba9876543210");
    amy.emit_with_ack("rejoinCall", end(true, "bob", "secret")).await;
    // Another key, another lobby, the same end of the call, another call.
    let mut eve = survivor(&server, "eve").await;
    eve.emit_with_ack("rejoinCall", end(false, "amy", "a guess")).await;
    dan.emit_with_ack("rejoinCall", end(false, "amy", "secret")).await;
    let mut twin = survivor(&server, "twin").await;
    twin.emit_with_ack("rejoinCall", end(true, "bob", "secret")).await;
    let mut cem = survivor(&server, "cem").await;
    cem.emit_with_ack("rejoinCall", other_call.clone()).await;
    amy.expect_silence().await;
    // And none of them keeps the matching end from joining.
    bob.emit_with_ack("rejoinCall", end(false, "amy", "secret")).await;
    assert_eq!(bob.expect_numbered(1, "peerBack").await["offerId"], ID);
    assert_eq!(amy.expect_numbered(1, "peerBack").await, party("bob", &json!(ID)));
    // A rejoin that waits for longer than the grace ends as a lost call.
    for (waiting, other) in [(&mut eve, "amy"), (&mut dan, "amy"), (&mut twin, "bob")] {
        assert_eq!(waiting.expect_numbered(1, "peerHangup").await, ended(other, &json!(ID), "lost"));
        assert_eq!(waiting.emit_with_ack("hangup", Value::Null).await, json!({ "ended": 0 }), "it waits no more");
        waiting.expect_silence().await;
    }
    assert_eq!(cem.expect_numbered(1, "peerHangup").await, ended("amy", &other_call["offerId"], "lost"));
    amy.expect_silence().await;
    bob.expect_silence().await;
}

#[tokio::test]
async fn rejoin_of_another_call_is_rejected() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let id = connected_call(&mut amy, &mut bob).await;
    let open = offered(&mut amy, &mut bob, "open").await;
    let mut eve = Client::connect(&server, "eve").await;
    eve.expect("availableOffers").await;
    for id in [json!(id), open["offerId"].clone(), json!("nonsense")] {
        for did_i_offer in [true, false] {
            let mut payload = end(did_i_offer, "bob", "a guess");
            payload["offerId"] = id.clone();
            assert_eq!(eve.emit_with_ack("rejoinCall", payload).await["ok"], false);
            eve.expect_error("rejoinCall", "no-call").await;
        }
    }
    assert_eq!(eve.emit_with_ack("hangup", Value::Null).await, json!({ "ended": 0 }));
    for client in [&mut amy, &mut bob, &mut eve] {
        client.expect_silence().await;
    }
}

#[tokio::test]
async fn a_rejoin_that_cannot_be_read_is_refused() {
    let server = TestServer::start(&[]).await;
    let mut amy = survivor(&server, "amy").await;
    let bad = [
        ("key", json!("")),
        ("key", json!("x".repeat(257))),
        ("key", json!(7)),
        ("key", json!(null)),
        ("didIOffer", json!("yes")),
        ("didIOffer", json!(null)),
        ("userName", json!(7)),
        ("offerId", json!(7)),
    ];
    for (name, value) in bad {
        let mut payload = end(true, "bob", "secret");
        payload[name] = value;
        amy.emit("rejoinCall", payload).await;
        amy.expect_error("rejoinCall", "bad-payload").await;
    }
    for payload in [json!(null), json!([]), json!("x"), json!({})] {
        amy.emit("rejoinCall", payload).await;
        amy.expect_error("rejoinCall", "bad-payload").await;
    }
    assert_eq!(amy.emit_with_ack("hangup", Value::Null).await, json!({ "ended": 0 }));
}

#[tokio::test]
async fn rejoin_pending_survives_a_break() {
    let server = TestServer::start(&[]).await;
    let mut bob = survivor(&server, "bob").await;
    let mut amy = survivor(&server, "amy").await;
    amy.emit_numbered_with_ack(1, "rejoinCall", end(true, "bob", "secret")).await;
    let mut back = Client::connect_as(&server, page("amy", "amy", Some(0))).await;
    assert_eq!(back.expect("restored").await, restored(&Value::Null, &[party("bob", &json!(ID))], 1));
    bob.emit_numbered_with_ack(1, "rejoinCall", end(false, "amy", "secret")).await;
    assert_eq!(back.expect_numbered(1, "peerBack").await, party("bob", &json!(ID)));
    back.expect_silence().await;
}

#[tokio::test]
async fn open_offer_stays_beside_a_rejoined_call() {
    for offers_first in [true, false] {
        let server = TestServer::start(&[]).await;
        let mut bob = survivor(&server, "bob").await;
        let mut amy = survivor(&server, "amy").await;
        let mut open = Value::Null;
        for step in [offers_first, !offers_first] {
            if step {
                open = offered(&mut amy, &mut bob, "put back").await;
            } else {
                amy.emit_with_ack("rejoinCall", end(true, "bob", "secret")).await;
            }
        }
        bob.emit_with_ack("rejoinCall", end(false, "amy", "secret")).await;
        amy.expect_numbered(1, "peerBack").await;
        bob.expect_numbered(1, "peerBack").await;
        let mut amy = Client::connect_as(&server, page("amy", "amy", Some(1))).await;
        assert_eq!(amy.expect("restored").await["openOffer"], open["offerId"]);
        assert_eq!(amy.emit_with_ack("cancelOffer", Value::Null).await, json!({ "ended": 1 }));
        assert_eq!(bob.expect("offerWithdrawn").await["offerId"], open["offerId"]);
        assert_eq!(amy.emit_with_ack("hangup", Value::Null).await, json!({ "ended": 1 }));
        bob.expect_numbered(2, "peerHangup").await;
    }
}

#[tokio::test]
async fn answer_to_offer_before_restart_never_reaches_another_call() {
    let before = TestServer::start(&[]).await;
    let mut amy = Client::connect(&before, "amy").await;
    let mut bob = Client::connect(&before, "bob").await;
    let object = offered(&mut amy, &mut bob, "amy's").await;
    before.stop().await;
    let server = TestServer::start(&[]).await;
    // A stranger offers under the same name.
    let mut stranger = Client::connect(&server, "amy").await;
    stranger.emit_with_ack("newOffer", offer("a stranger's")).await;
    let mut bob = Client::connect(&server, "bob").await;
    bob.expect("availableOffers").await;
    assert_eq!(bob.emit_with_ack("newAnswer", answered(&object, "bob's")).await, json!([]));
    bob.expect_error("newAnswer", "no-such-offer").await;
    stranger.expect_silence().await;
}

#[tokio::test]
async fn later_rejoin_receives_how_the_call_ended() {
    let server = TestServer::start(&["--reconnect-grace", "3s"]).await;
    for reason in ["hangup", "closed", "lost"] {
        let mut amy = survivor(&server, "amy").await;
        amy.emit_numbered_with_ack(1, "rejoinCall", end(true, "bob", reason)).await;
        match reason {
            "hangup" => assert_eq!(amy.emit_with_ack("hangup", Value::Null).await, json!({ "ended": 1 })),
            "closed" => amy.close().await,
            _ => amy.break_off().await,
        }
        let mut bob = survivor(&server, "bob").await;
        let stranger = end(false, "amy", "not the secret");
        assert_eq!(bob.emit_numbered_with_ack(1, "rejoinCall", stranger).await, json!({ "ok": true }));
        bob.emit_numbered_with_ack(2, "hangup", Value::Null).await;
        bob.expect_silence().await;
        assert_eq!(bob.emit_numbered_with_ack(3, "rejoinCall", end(false, "amy", reason)).await, json!({ "ok": true }));
        if reason == "lost" {
            // She may come back; she does not.
            assert_eq!(bob.expect_numbered(1, "peerLost").await, party("amy", &json!(ID)));
            assert_eq!(bob.expect_numbered(2, "peerHangup").await, ended("amy", &json!(ID), reason));
        } else {
            assert_eq!(bob.expect_numbered(1, "peerHangup").await, ended("amy", &json!(ID), reason));
        }
        assert_eq!(bob.emit_with_ack("hangup", Value::Null).await, json!({ "ended": 0 }));
        bob.disconnect().await;
    }
}
