//! ICE candidates: each arrives exactly once, in the order sent, however early it comes ("Candidates").

use bytes::Bytes;
use serde_json::{Value, json};

use crate::support::packet::Packet;
use crate::support::payload::{
    CANDIDATE_IN, CANDIDATE_OUT, answered, candidate, candidates, connected_call, from_answerer, from_offerer, offer,
    offered,
};
use crate::support::{Client, TestServer, Transport, UNHURRIED};

fn refusal(ack: &Value) -> (&Value, &str) {
    (&ack["ok"], ack["error"]["code"].as_str().unwrap_or("no code"))
}

#[tokio::test]
async fn a_candidate_is_opaque() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    connected_call(&mut amy, &mut bob).await;
    // A null candidate says that there are no more: it stays null.
    let odd = [Value::Null, json!("text"), json!(7), json!(false), json!([]), json!({ "x": { "y": [null] } })];
    for candidate in &odd {
        let ack = amy.emit_with_ack(CANDIDATE_OUT, from_offerer(candidate.clone())).await;
        assert_eq!(ack, json!({ "ok": true }));
        assert_eq!(bob.expect(CANDIDATE_IN).await, *candidate);
        bob.emit(CANDIDATE_OUT, from_answerer(candidate.clone())).await;
        assert_eq!(amy.expect(CANDIDATE_IN).await, *candidate);
    }
}

#[tokio::test]
async fn null_candidate_keeps_its_place_in_the_list() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let object = offered(&mut amy, &mut bob, "offer").await;
    for candidate in [candidate(1), Value::Null] {
        amy.emit(CANDIDATE_OUT, from_offerer(candidate)).await;
    }
    amy.settle().await;
    let ack = bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    assert_eq!(ack, json!([candidate(1), null]));
}

#[tokio::test]
async fn candidate_with_binary_parts_arrives_unchanged() {
    let server = TestServer::start(&[]).await;
    let part = Bytes::from_static(b"\x01\x02\xfe");
    for transport in [Transport::WebSocket, Transport::Polling] {
        let mut amy = Client::connect_by(&server, transport, "amy").await;
        let mut bob = Client::connect_by(&server, transport, "bob").await;
        let object = offered(&mut amy, &mut bob, "offer").await;
        let holey = json!({ "raw": { "_placeholder": true, "num": 0 } });
        // Once stored and sent in the ack, once relayed.
        amy.emit_binary(CANDIDATE_OUT, from_offerer(holey.clone()), std::slice::from_ref(&part)).await;
        amy.settle().await;
        bob.emit_asking("newAnswer", answered(&object, "answer")).await;
        let Packet::Ack { args, attachments, .. } = bob.next().await else { panic!("no ack") };
        assert_eq!((&args[0], &attachments), (&json!([holey]), &vec![part.clone()]), "{transport:?}");
        amy.emit_binary(CANDIDATE_OUT, from_offerer(holey.clone()), std::slice::from_ref(&part)).await;
        let event = bob.next_event().await;
        assert_eq!((&event.payload, &event.attachments), (&holey, &vec![part.clone()]), "{transport:?}");
        amy.disconnect().await;
        bob.disconnect().await;
    }
}

#[tokio::test]
async fn candidate_role_is_from_payload_and_sender_from_connection() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    connected_call(&mut amy, &mut bob).await;
    let mut eve = Client::connect(&server, "eve").await;
    // A client that claims to be a party of the call reaches no other.
    for did_i_offer in [true, false] {
        for name in ["amy", "bob"] {
            let claim = json!({ "iceCandidate": candidate(666), "iceUserName": name, "didIOffer": did_i_offer });
            eve.emit(CANDIDATE_OUT, claim).await;
        }
    }
    eve.settle().await;
    amy.expect_silence().await;
    bob.expect_silence().await;

    // A sender without a name, or with a wrong one, is known by its connection.
    amy.emit(CANDIDATE_OUT, json!({ "iceCandidate": candidate(1), "didIOffer": true })).await;
    assert_eq!(bob.expect(CANDIDATE_IN).await, candidate(1));
    bob.emit(CANDIDATE_OUT, json!({ "iceCandidate": candidate(2), "iceUserName": "amy", "didIOffer": false })).await;
    assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(2));
}

#[tokio::test]
async fn an_answerers_early_candidates_are_held_until_its_answer() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let object = offered(&mut amy, &mut bob, "offer").await;
    for number in 0..5 {
        let ack = bob.emit_with_ack(CANDIDATE_OUT, from_answerer(candidate(number))).await;
        assert_eq!(ack, json!({ "ok": true }));
    }
    amy.expect_silence().await;
    bob.emit("newAnswer", answered(&object, "answer")).await;
    bob.emit(CANDIDATE_OUT, from_answerer(candidate(5))).await;
    let response = amy.expect("answerResponse").await;
    assert_eq!(response["answererIceCandidates"], json!([]), "as in the course server");
    for number in 0..6 {
        assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(number));
    }
    amy.expect_silence().await;
    bob.expect_silence().await;
}

#[tokio::test]
async fn caller_candidates_before_the_offer_are_held_and_counted() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    for number in 0..3 {
        let ack = amy.emit_with_ack(CANDIDATE_OUT, from_offerer(candidate(number))).await;
        assert_eq!(ack, json!({ "ok": true }));
    }
    let object = offered(&mut amy, &mut bob, "offer").await;
    amy.emit(CANDIDATE_OUT, from_offerer(candidate(3))).await;
    amy.settle().await;
    let ack = bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    assert_eq!(ack, json!(candidates(0..4)));
}

#[tokio::test]
async fn candidate_without_offer_id_goes_to_newest_call_in_that_role() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect_as(&server, json!({ "userName": "bob", "password": "x" })).await;
    connected_call(&mut amy, &mut bob).await;
    let mut cem = Client::connect(&server, "cem").await;
    let object = {
        amy.emit("newOffer", offer("to cem")).await;
        bob.expect("newOfferAwaiting").await;
        cem.expect("newOfferAwaiting").await[0].take()
    };
    cem.emit_with_ack("newAnswer", answered(&object, "cem's")).await;
    bob.expect("offerWithdrawn").await;
    amy.expect("answerResponse").await;

    amy.emit(CANDIDATE_OUT, from_offerer(candidate(1))).await;
    assert_eq!(cem.expect(CANDIDATE_IN).await, candidate(1));
    amy.settle().await;
    bob.expect_silence().await;

    // In the other role the newest call is another one.
    let incoming = {
        bob.emit("newOffer", offer("to amy")).await;
        cem.expect("newOfferAwaiting").await;
        amy.expect("newOfferAwaiting").await[0].take()
    };
    amy.emit_with_ack("newAnswer", answered(&incoming, "amy's")).await;
    bob.expect("answerResponse").await;
    cem.expect("offerWithdrawn").await;
    amy.emit(CANDIDATE_OUT, from_answerer(candidate(2))).await;
    assert_eq!(bob.expect(CANDIDATE_IN).await, candidate(2));
    amy.emit(CANDIDATE_OUT, from_offerer(candidate(3))).await;
    assert_eq!(cem.expect(CANDIDATE_IN).await, candidate(3));
}

#[tokio::test]
async fn a_candidate_with_an_offer_id_belongs_to_that_call() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let first = connected_call(&mut amy, &mut bob).await;
    let mut cem = Client::connect(&server, "cem").await;
    amy.emit("newOffer", offer("to cem")).await;
    bob.expect("newOfferAwaiting").await;
    let object = cem.expect("newOfferAwaiting").await[0].take();
    cem.emit_with_ack("newAnswer", answered(&object, "cem's")).await;
    bob.expect("offerWithdrawn").await;

    let mut to_bob = from_offerer(candidate(1));
    to_bob["offerId"] = json!(first);
    assert_eq!(amy.emit_with_ack(CANDIDATE_OUT, to_bob).await, json!({ "ok": true }));
    assert_eq!(bob.expect(CANDIDATE_IN).await, candidate(1));
    cem.expect_silence().await;
}

#[tokio::test]
async fn candidate_for_another_clients_call_is_rejected() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let id = connected_call(&mut amy, &mut bob).await;
    let mut eve = Client::connect(&server, "eve").await;
    for id in [id.as_str(), "never was"] {
        for mut payload in [from_offerer(candidate(666)), from_answerer(candidate(666))] {
            payload["offerId"] = json!(id);
            let ack = eve.emit_with_ack(CANDIDATE_OUT, payload).await;
            assert_eq!(refusal(&ack), (&json!(false), "no-call"), "{ack}");
            eve.expect_error(CANDIDATE_OUT, "no-call").await;
        }
    }
    amy.expect_silence().await;
    bob.expect_silence().await;
}

#[tokio::test]
async fn candidate_of_ended_call_is_not_relayed() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let id = connected_call(&mut amy, &mut bob).await;
    amy.emit_with_ack("hangup", Value::Null).await;
    bob.expect("peerHangup").await;
    let mut late = from_answerer(candidate(1));
    bob.emit(CANDIDATE_OUT, late.clone()).await;
    late["offerId"] = json!(id);
    let ack = bob.emit_with_ack(CANDIDATE_OUT, late).await;
    assert_eq!(refusal(&ack), (&json!(false), "no-call"));
    bob.expect_error(CANDIDATE_OUT, "no-call").await;
    amy.expect_silence().await;
}

#[tokio::test]
async fn candidate_257_is_rejected_and_call_goes_on() {
    let server = TestServer::start(&UNHURRIED).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let object = offered(&mut amy, &mut bob, "offer").await;
    for number in 0..256 {
        amy.emit(CANDIDATE_OUT, from_offerer(candidate(number))).await;
    }
    let ack = amy.emit_with_ack(CANDIDATE_OUT, from_offerer(candidate(256))).await;
    assert_eq!(refusal(&ack), (&json!(false), "too-many"), "{ack}");
    amy.expect_error(CANDIDATE_OUT, "too-many").await;
    let kept = bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    assert_eq!(kept, json!(candidates(0..256)));
    amy.expect("answerResponse").await;
    // The other side has a count of its own.
    bob.emit(CANDIDATE_OUT, from_answerer(candidate(1))).await;
    assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(1));
}

#[tokio::test]
async fn held_candidates_are_bounded_too() {
    let server = TestServer::start(&["--max-candidates", "3"]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    for payload in [from_offerer, from_answerer] {
        for number in 0..3 {
            let ack = amy.emit_with_ack(CANDIDATE_OUT, payload(candidate(number))).await;
            assert_eq!(ack, json!({ "ok": true }));
        }
        let ack = amy.emit_with_ack(CANDIDATE_OUT, payload(candidate(3))).await;
        assert_eq!(refusal(&ack), (&json!(false), "too-many"), "{ack}");
        amy.expect_error(CANDIDATE_OUT, "too-many").await;
    }
    let object = offered(&mut amy, &mut bob, "offer").await;
    let kept = bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    assert_eq!(kept, json!(candidates(0..3)));
}

#[tokio::test]
async fn a_candidate_over_64_kib_is_refused() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    connected_call(&mut amy, &mut bob).await;
    // The quotes count, as they travel: a text of the largest size, and one more letter.
    let largest = "x".repeat(64 * 1024 - 2);
    amy.emit(CANDIDATE_OUT, from_offerer(json!(largest))).await;
    assert_eq!(bob.expect(CANDIDATE_IN).await, json!(largest));
    let ack = amy.emit_with_ack(CANDIDATE_OUT, from_offerer(json!(format!("{largest}x")))).await;
    assert_eq!(refusal(&ack), (&json!(false), "too-large"), "{ack}");
    amy.expect_error(CANDIDATE_OUT, "too-large").await;
    bob.expect_silence().await;
}

#[tokio::test]
async fn a_description_over_its_limit_is_refused() {
    let server = TestServer::start(&["--max-description", "1KiB"]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let ack = amy.emit_with_ack("newOffer", offer(&"x".repeat(1024))).await;
    assert_eq!(refusal(&ack), (&json!(false), "too-large"), "{ack}");
    amy.expect_error("newOffer", "too-large").await;
    bob.expect_silence().await;

    let object = offered(&mut amy, &mut bob, "small").await;
    let ack = bob.emit_with_ack("newAnswer", answered(&object, &"x".repeat(1024))).await;
    assert_eq!(ack, json!([]));
    bob.expect_error("newAnswer", "too-large").await;
    amy.expect_silence().await;
}
