//! Answers: which offer they reach, which answer wins, and the order of what follows ("Events").

use serde_json::{Value, json};

use crate::support::packet::Packet;
use crate::support::payload::{
    CANDIDATE_IN, CANDIDATE_OUT, answer, answered, candidate, candidates, from_answerer, from_offerer, offer, offered,
};
use crate::support::{Client, TestServer, UNHURRIED};

#[tokio::test]
async fn an_answer_response_is_the_servers_own_copy() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut object = offered(&mut amy, &mut bob, "true").await;
    amy.emit_with_ack(CANDIDATE_OUT, from_offerer(candidate(1))).await;
    object["offer"] = offer("forged");
    object["offerIceCandidates"] = json!([candidate(666)]);
    object["answererUserName"] = json!("another user");
    object["answererIceCandidates"] = json!([candidate(666)]);
    object["more"] = json!("more");
    bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;

    let event = amy.next_event().await;
    assert_eq!(event.name, "answerResponse");
    let copy = json!({
        "offererUserName": "amy",
        "offer": offer("true"),
        "offerIceCandidates": [candidate(1)],
        "answererUserName": "bob",
        "answer": answer("answer"),
        "answererIceCandidates": [],
        "offerId": object["offerId"],
    });
    assert_eq!(event.payload, copy);
}

#[tokio::test]
async fn an_answer_reaches_the_offerer_alone() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut namesake = Client::connect(&server, "amy").await;
    let object = offered(&mut amy, &mut bob, "offer").await;
    namesake.expect("newOfferAwaiting").await;
    bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    amy.expect("answerResponse").await;
    namesake.expect("offerWithdrawn").await;
    bob.settle().await;
    namesake.expect_silence().await;
    bob.expect_silence().await;
}

#[tokio::test]
async fn an_answer_keeps_unknown_keys_and_may_be_any_json() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    for description in [json!({ "type": "answer", "sdp": "", "x": [null] }), json!("text"), json!(0), json!(false)] {
        let mut object = offered(&mut amy, &mut bob, "offer").await;
        object["answer"] = description.clone();
        bob.emit_with_ack("newAnswer", object).await;
        assert_eq!(amy.expect("answerResponse").await["answer"], description);
    }
}

#[tokio::test]
async fn an_answer_without_an_ack_gets_the_candidates_as_events() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let object = offered(&mut amy, &mut bob, "offer").await;
    for number in 0..3 {
        amy.emit(CANDIDATE_OUT, from_offerer(candidate(number))).await;
    }
    amy.settle().await;
    bob.emit("newAnswer", answered(&object, "answer")).await;
    for number in 0..3 {
        assert_eq!(bob.expect(CANDIDATE_IN).await, candidate(number));
    }
    assert_eq!(amy.expect("answerResponse").await["answer"], answer("answer"));
    bob.expect_silence().await;
}

#[tokio::test]
async fn answer_without_offer_id_takes_newest_offer_of_that_name() {
    let server = TestServer::start(&[]).await;
    let mut old = Client::connect(&server, "amy").await;
    let mut new = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    old.emit_with_ack("newOffer", offer("old")).await;
    new.emit_with_ack("newOffer", offer("new")).await;
    new.expect("newOfferAwaiting").await;
    old.expect("newOfferAwaiting").await;

    let from_an_old_page = json!({ "offererUserName": "amy", "offer": offer("old"), "answer": answer("one") });
    assert_eq!(bob.emit_with_ack("newAnswer", from_an_old_page.clone()).await, json!([]));
    assert_eq!(new.expect("answerResponse").await["answer"], answer("one"));
    // That one is answered now: the newest that is open is the other.
    bob.emit_with_ack("newAnswer", from_an_old_page).await;
    old.expect("offerWithdrawn").await;
    assert_eq!(old.expect("answerResponse").await["offer"], offer("old"));
}

#[tokio::test]
async fn an_answer_with_an_offer_id_takes_that_offer_and_no_other() {
    let server = TestServer::start(&[]).await;
    let mut old = Client::connect(&server, "amy").await;
    let mut new = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let object = offered(&mut old, &mut new, "old").await;
    offered(&mut new, &mut old, "new").await;
    for _ in 0..2 {
        bob.expect("newOfferAwaiting").await;
    }
    let unknown = json!({ "offererUserName": "amy", "offerId": "never was", "answer": answer("answer") });
    assert_eq!(bob.emit_with_ack("newAnswer", unknown).await, json!([]));
    bob.expect_error("newAnswer", "no-such-offer").await;
    bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    assert_eq!(old.expect("answerResponse").await["offerId"], object["offerId"]);
}

#[tokio::test]
async fn second_answer_is_rejected_with_reason() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut cem = Client::connect(&server, "cem").await;
    let object = offered(&mut amy, &mut bob, "offer").await;
    cem.expect("newOfferAwaiting").await;
    amy.emit_with_ack(CANDIDATE_OUT, from_offerer(candidate(1))).await;
    assert_eq!(bob.emit_with_ack("newAnswer", answered(&object, "first")).await, json!([candidate(1)]));
    assert_eq!(amy.expect("answerResponse").await["answer"], answer("first"));

    cem.expect("offerWithdrawn").await;
    // Pages call forEach on the ack, so it stays an array.
    assert_eq!(cem.emit_with_ack("newAnswer", answered(&object, "second")).await, json!([]));
    cem.expect_error("newAnswer", "already-answered").await;
    assert_eq!(bob.emit_with_ack("newAnswer", answered(&object, "third")).await, json!([]));
    bob.expect_error("newAnswer", "already-answered").await;
    amy.expect_silence().await;

    // The call is the first one's: the other's candidates go nowhere.
    cem.emit(CANDIDATE_OUT, from_answerer(candidate(3))).await;
    cem.settle().await;
    bob.emit(CANDIDATE_OUT, from_answerer(candidate(2))).await;
    assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(2));
    amy.expect_silence().await;
}

#[tokio::test]
async fn concurrent_answers_accept_exactly_one() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut others = Vec::new();
    for number in 0..20 {
        others.push(Client::connect(&server, &format!("other {number}")).await);
    }
    amy.emit("newOffer", offer("offer")).await;
    let mut asked = Vec::new();
    for other in &mut others {
        let object = other.expect("newOfferAwaiting").await[0].take();
        asked.push(other.emit_asking("newAnswer", answered(&object, "answer")).await);
    }
    let mut winners = Vec::new();
    for (other, id) in others.iter_mut().zip(asked) {
        assert_eq!(other.ack_of(id).await, json!([]));
        other.settle().await;
        let mut lost = false;
        other.emit("checkOffers", Value::Null).await;
        loop {
            let event = other.next_event().await;
            match event.name.as_str() {
                "signalingError" => lost = event.payload["code"] == "already-answered",
                "offerWithdrawn" => assert_eq!(event.payload["reason"], "answered"),
                _ => break assert_eq!(event.payload, json!([])),
            }
        }
        winners.extend((!lost).then_some(other));
    }
    assert_eq!(winners.len(), 1);
    amy.expect("answerResponse").await;
    amy.expect_silence().await;
}

#[tokio::test]
async fn answer_to_unknown_offer_is_rejected() {
    let server = TestServer::start(&[]).await;
    let mut bob = Client::connect(&server, "bob").await;
    for unknown in [json!({ "offererUserName": "nobody" }), json!({ "offerId": "never was" })] {
        assert_eq!(bob.emit_with_ack("newAnswer", answered(&unknown, "answer")).await, json!([]));
        bob.expect_error("newAnswer", "no-such-offer").await;
        bob.emit("newAnswer", answered(&unknown, "answer")).await;
        bob.expect_error("newAnswer", "no-such-offer").await;
    }
    bob.expect_silence().await;
}

#[tokio::test]
async fn answer_to_own_offer_is_rejected() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let object = offered(&mut amy, &mut bob, "offer").await;
    assert_eq!(amy.emit_with_ack("newAnswer", answered(&object, "mine")).await, json!([]));
    amy.expect_error("newAnswer", "own-offer").await;
    // It is still open for others.
    assert_eq!(bob.emit_with_ack("newAnswer", answered(&object, "bob's")).await, json!([]));
    assert_eq!(amy.expect("answerResponse").await["answer"], answer("bob's"));
}

#[tokio::test]
async fn answer_without_description_is_rejected_and_offer_stays_open() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let object = offered(&mut amy, &mut bob, "offer").await;
    let mut missing = object.clone();
    missing.as_object_mut().expect("an object").remove("answer");
    // As it was received: its `answer` is null.
    for bad in [object.clone(), missing] {
        assert_eq!(bob.emit_with_ack("newAnswer", bad).await, json!([]));
        bob.expect_error("newAnswer", "bad-payload").await;
    }
    bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    amy.expect("answerResponse").await;
}

#[tokio::test]
async fn answer_ack_precedes_relayed_candidates() {
    let server = TestServer::start(&UNHURRIED).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    for round in 0..20 {
        let object = offered(&mut amy, &mut bob, "offer").await;
        // The caller goes on finding candidates while the answer is on its way.
        let asked = bob.emit_asking("newAnswer", answered(&object, "answer")).await;
        bob.emit(CANDIDATE_OUT, from_answerer(candidate(100))).await;
        for number in 0..20 {
            amy.emit(CANDIDATE_OUT, from_offerer(candidate(number))).await;
        }
        let Packet::Ack { id, args, .. } = bob.next().await else { panic!("round {round}: no ack first") };
        assert_eq!(id, asked);
        let mut heard = args[0].as_array().expect("an array").clone();
        while heard.len() < 20 {
            heard.push(bob.expect(CANDIDATE_IN).await);
        }
        assert_eq!(heard, candidates(0..20), "round {round}: each exactly once, in order");
        assert_eq!(amy.expect("answerResponse").await["answer"], answer("answer"));
        assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(100));
        amy.emit_with_ack("hangup", Value::Null).await;
        bob.expect("peerHangup").await;
    }
}
