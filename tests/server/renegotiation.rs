//! A new offer within a call: ICE restart, another track ("The life of an offer and of a call").

use serde_json::{Value, json};

use crate::support::payload::{
    CANDIDATE_IN, CANDIDATE_OUT, answer, answered, candidate, connected_call, from_answerer, from_offerer, offer,
    offered, party,
};
use crate::support::{Client, TestServer, Transport};

fn anew(id: &str, text: &str) -> Value {
    json!({ "offerId": id, "offer": offer(text) })
}

fn well(id: &str, text: &str) -> Value {
    json!({ "offerId": id, "answer": answer(text) })
}

#[tokio::test]
async fn offer_within_a_call_reaches_the_peer_only_and_is_answered() {
    for transport in [Transport::WebSocket, Transport::Polling, Transport::Upgrade] {
        let server = TestServer::start(&[]).await;
        let mut amy = Client::connect_by(&server, transport, "amy").await;
        let mut bob = Client::connect(&server, "bob").await;
        let id = connected_call(&mut amy, &mut bob).await;
        let mut cem = Client::connect(&server, "cem").await;
        for (asking, asked) in [(true, "bob"), (false, "amy")] {
            let (one, other) = if asking { (&mut amy, &mut bob) } else { (&mut bob, &mut amy) };
            let taken = one.emit_with_ack("newOffer", anew(&id, asked)).await;
            assert_eq!(taken, json!({ "ok": true, "offerId": id }));
            assert_eq!(other.expect("renegotiation").await, anew(&id, asked));
            assert_eq!(other.emit_with_ack("newAnswer", well(&id, asked)).await, json!([]));
            assert_eq!(one.expect("answerResponse").await, well(&id, asked));
        }
        // And without acks.
        bob.emit("newOffer", anew(&id, "once more")).await;
        assert_eq!(amy.expect("renegotiation").await, anew(&id, "once more"));
        amy.emit("newAnswer", well(&id, "very well")).await;
        assert_eq!(bob.expect("answerResponse").await, well(&id, "very well"));
        for client in [&mut amy, &mut bob, &mut cem] {
            client.expect_silence().await;
        }
    }
}

#[tokio::test]
async fn candidates_after_renegotiation_keep_the_first_role() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let id = connected_call(&mut amy, &mut bob).await;
    bob.emit("newOffer", anew(&id, "bob's")).await;
    amy.expect("renegotiation").await;
    let of_this_call = |mut payload: Value| {
        payload["offerId"] = json!(id);
        payload
    };
    bob.emit(CANDIDATE_OUT, of_this_call(from_answerer(candidate(1)))).await;
    assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(1));
    amy.emit(CANDIDATE_OUT, of_this_call(from_offerer(candidate(2)))).await;
    assert_eq!(bob.expect(CANDIDATE_IN).await, candidate(2));
    bob.emit(CANDIDATE_OUT, of_this_call(from_offerer(candidate(3)))).await;
    bob.expect_error(CANDIDATE_OUT, "no-call").await;
    amy.expect_silence().await;
}

#[tokio::test]
async fn colliding_offers_within_a_call_reach_both_peers() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let id = connected_call(&mut amy, &mut bob).await;
    amy.emit("newOffer", anew(&id, "amy's")).await;
    bob.emit("newOffer", anew(&id, "bob's")).await;
    assert_eq!(amy.expect("renegotiation").await, anew(&id, "bob's"));
    assert_eq!(bob.expect("renegotiation").await, anew(&id, "amy's"));
    // Bob answered the first offer: he is the polite one and gives way. It is not for the server to say.
    bob.emit("newAnswer", well(&id, "polite")).await;
    assert_eq!(amy.expect("answerResponse").await, well(&id, "polite"));
    amy.emit("newAnswer", well(&id, "as well")).await;
    assert_eq!(bob.expect("answerResponse").await, well(&id, "as well"));
}

#[tokio::test]
async fn a_new_offer_is_answered_once() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let id = connected_call(&mut amy, &mut bob).await;
    amy.emit("newOffer", anew(&id, "amy's")).await;
    bob.expect("renegotiation").await;
    // Not by the client that offered.
    assert_eq!(amy.emit_with_ack("newAnswer", well(&id, "to myself")).await, json!([]));
    amy.expect_error("newAnswer", "already-answered").await;
    bob.emit("newAnswer", well(&id, "bob's")).await;
    amy.expect("answerResponse").await;
    assert_eq!(bob.emit_with_ack("newAnswer", well(&id, "again")).await, json!([]));
    bob.expect_error("newAnswer", "already-answered").await;
    amy.expect_silence().await;
}

#[tokio::test]
async fn offer_with_id_of_no_own_call_is_rejected() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let over = connected_call(&mut amy, &mut bob).await;
    amy.emit("hangup", Value::Null).await;
    bob.expect("peerHangup").await;
    let of_others = connected_call(&mut amy, &mut bob).await;
    let mut eve = Client::connect(&server, "eve").await;
    eve.emit("newOffer", offer("eve's")).await;
    let own = amy.expect("newOfferAwaiting").await[0]["offerId"].clone();
    bob.expect("newOfferAwaiting").await;
    for id in [json!(of_others), json!(over), own, json!("0123456789abcdef"), json!("nonsense"), json!(7)] {
        let refused = eve.emit_with_ack("newOffer", json!({ "offerId": id, "offer": offer("anew") })).await;
        assert_eq!((&refused["ok"], &refused["error"]["code"]), (&json!(false), &json!("no-call")), "{id}");
        eve.expect_error("newOffer", "no-call").await;
        eve.emit("newAnswer", json!({ "offerId": of_others, "answer": answer("eve's") })).await;
        eve.expect_error("newAnswer", "already-answered").await;
    }
    for payload in [json!({ "offerId": of_others }), json!({ "offerId": of_others, "offer": null })] {
        eve.emit("newOffer", payload).await;
        eve.expect_error("newOffer", "bad-payload").await;
    }
    for client in [&mut amy, &mut bob, &mut eve] {
        client.expect_silence().await;
    }
}

#[tokio::test]
async fn a_new_offer_within_a_call_leaves_the_open_offer_alone() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let id = connected_call(&mut amy, &mut bob).await;
    let open = offered(&mut amy, &mut bob, "open").await;
    amy.emit("newOffer", anew(&id, "anew")).await;
    bob.expect("renegotiation").await;
    bob.emit("newAnswer", well(&id, "well")).await;
    assert_eq!(amy.expect("answerResponse").await, well(&id, "well"));
    bob.emit("checkOffers", Value::Null).await;
    assert_eq!(bob.expect("availableOffers").await, json!([open]));
    bob.emit("newAnswer", answered(&open, "to the open one")).await;
    assert_eq!(amy.expect("answerResponse").await["offerId"], open["offerId"]);
}

#[tokio::test]
async fn offer_within_a_call_is_kept_for_absent_peer() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let id = connected_call(&mut amy, &mut bob).await;
    bob.break_off().await;
    assert_eq!(amy.expect("peerLost").await, party("bob", &json!(id)));
    amy.emit("newOffer", anew(&id, "anew")).await;
    amy.emit_with_ack(CANDIDATE_OUT, from_offerer(candidate(1))).await;
    let mut bob = Client::connect(&server, "bob").await;
    bob.expect("restored").await;
    assert_eq!(bob.expect("renegotiation").await, anew(&id, "anew"));
    assert_eq!(bob.expect(CANDIDATE_IN).await, candidate(1));
    amy.expect("peerBack").await;
    // And so does its answer.
    amy.break_off().await;
    bob.expect("peerLost").await;
    assert_eq!(bob.emit_with_ack("newAnswer", well(&id, "well")).await, json!([]));
    let mut amy = Client::connect(&server, "amy").await;
    amy.expect("restored").await;
    assert_eq!(amy.expect("answerResponse").await, well(&id, "well"));
    bob.expect("peerBack").await;
    bob.expect_silence().await;
}
