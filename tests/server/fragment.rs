//! Candidates that name no call are assigned by the ICE username fragment of a description ("Events").

use serde_json::{Value, json};

use crate::support::payload::{CANDIDATE_IN, CANDIDATE_OUT, from_answerer, from_offerer};
use crate::support::{Client, TestServer};

/// A description with these fragments: the first for the whole session, the others each of one media section.
fn described(kind: &str, fragments: &[&str]) -> Value {
    let lines: Vec<String> = fragments.iter().map(|fragment| format!("a=ice-ufrag:{fragment}\r\n")).collect();
    json!({ "type": kind, "sdp": format!("v=0\r\n{}", lines.join("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n")) })
}

fn candidate(number: usize, fragment: &str) -> Value {
    let line = format!("candidate:{number} 1 udp 1 192.0.2.1 9 typ host");
    json!({ "candidate": line, "sdpMid": "0", "sdpMLineIndex": 0, "usernameFragment": fragment })
}

/// The caller's offer with these fragments, as all the others receive it.
async fn offered(caller: &mut Client, others: &mut [&mut Client], fragments: &[&str]) -> Value {
    caller.emit("newOffer", described("offer", fragments)).await;
    let mut object = Value::Null;
    for other in others {
        object = other.expect("newOfferAwaiting").await[0].take();
    }
    object
}

/// Answers with these fragments, and gives back the caller's candidates so far.
async fn answer(answerer: &mut Client, caller: &mut Client, object: &Value, fragments: &[&str]) -> Value {
    let mut object = object.clone();
    object["answer"] = described("answer", fragments);
    let candidates = answerer.emit_with_ack("newAnswer", object).await;
    caller.expect("answerResponse").await;
    candidates
}

/// Amy has called Bob; Cem is there besides.
async fn three(server: &TestServer) -> (Client, Client, Client, Value) {
    let mut cem = Client::connect(server, "cem").await;
    let mut bob = Client::connect(server, "bob").await;
    let mut amy = Client::connect(server, "amy").await;
    let object = offered(&mut amy, &mut [&mut bob, &mut cem], &["amy1"]).await;
    answer(&mut bob, &mut amy, &object, &["bob1"]).await;
    cem.expect("offerWithdrawn").await;
    (amy, bob, cem, object["offerId"].clone())
}

#[tokio::test]
async fn second_offer_gets_its_candidates_that_came_before_it() {
    let server = TestServer::start(&[]).await;
    let (mut amy, mut bob, mut cem, _) = three(&server).await;
    for number in 0..3 {
        let ack = amy.emit_with_ack(CANDIDATE_OUT, from_offerer(candidate(number, "amy2"))).await;
        assert_eq!(ack, json!({ "ok": true }));
    }
    bob.expect_silence().await;
    let object = offered(&mut amy, &mut [&mut bob, &mut cem], &["other", "amy2"]).await;
    amy.emit(CANDIDATE_OUT, from_offerer(candidate(3, "other"))).await;
    // The first call still gets its own.
    amy.emit(CANDIDATE_OUT, from_offerer(candidate(4, "amy1"))).await;
    assert_eq!(bob.expect(CANDIDATE_IN).await, candidate(4, "amy1"));
    let early = answer(&mut cem, &mut amy, &object, &["cem1"]).await;
    let of_second = [candidate(0, "amy2"), candidate(1, "amy2"), candidate(2, "amy2"), candidate(3, "other")];
    assert_eq!(early, json!(of_second));
    for (number, fragment, accept_event) in [(5, "amy1", &mut bob), (6, "amy2", &mut cem)] {
        if fragment == "amy1" {
            accept_event.expect("offerWithdrawn").await;
        }
        amy.emit(CANDIDATE_OUT, from_offerer(candidate(number, fragment))).await;
        assert_eq!(accept_event.expect(CANDIDATE_IN).await, candidate(number, fragment));
    }
    amy.settle().await;
    bob.expect_silence().await;
    cem.expect_silence().await;
}

#[tokio::test]
async fn second_answer_gets_its_candidates_that_came_before_it() {
    let server = TestServer::start(&[]).await;
    let (mut amy, mut bob, mut cem, _) = three(&server).await;
    let object = offered(&mut cem, &mut [&mut amy, &mut bob], &["cem1"]).await;
    for number in 0..3 {
        bob.emit_with_ack(CANDIDATE_OUT, from_answerer(candidate(number, "bob2"))).await;
    }
    bob.emit_with_ack(CANDIDATE_OUT, from_answerer(candidate(3, "bob1"))).await;
    assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(3, "bob1"));
    amy.expect_silence().await;
    answer(&mut bob, &mut cem, &object, &["bob2"]).await;
    for number in 0..3 {
        assert_eq!(cem.expect(CANDIDATE_IN).await, candidate(number, "bob2"));
    }
    amy.expect("offerWithdrawn").await;
    bob.emit_with_ack(CANDIDATE_OUT, from_answerer(candidate(4, "bob1"))).await;
    assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(4, "bob1"));
    cem.expect_silence().await;
}

#[tokio::test]
async fn candidates_before_a_renegotiation_follow_it() {
    let server = TestServer::start(&[]).await;
    let (mut amy, mut bob, mut cem, id) = three(&server).await;
    // A newer call of each, so that the newest is not the one.
    let object = offered(&mut amy, &mut [&mut bob, &mut cem], &["amy2"]).await;
    answer(&mut cem, &mut amy, &object, &["cem1"]).await;
    bob.expect("offerWithdrawn").await;
    amy.emit_with_ack(CANDIDATE_OUT, from_offerer(candidate(1, "amy3"))).await;
    bob.expect_silence().await;
    cem.expect_silence().await;
    amy.emit("newOffer", json!({ "offerId": id, "offer": described("offer", &["amy3"]) })).await;
    bob.expect("renegotiation").await;
    assert_eq!(bob.expect(CANDIDATE_IN).await, candidate(1, "amy3"));
    // The answer has new fragments, too.
    bob.emit_with_ack(CANDIDATE_OUT, from_answerer(candidate(2, "bob3"))).await;
    amy.expect_silence().await;
    bob.emit("newAnswer", json!({ "offerId": id, "answer": described("answer", &["bob3"]) })).await;
    amy.expect("answerResponse").await;
    assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(2, "bob3"));
    // Those of the first descriptions still count.
    for (number, fragment) in [(3, "amy1"), (4, "amy3")] {
        amy.emit(CANDIDATE_OUT, from_offerer(candidate(number, fragment))).await;
        assert_eq!(bob.expect(CANDIDATE_IN).await, candidate(number, fragment));
    }
    cem.expect_silence().await;
}

#[tokio::test]
async fn candidates_of_colliding_offers_stay_in_their_call() {
    let server = TestServer::start(&[]).await;
    let (mut amy, mut bob, mut cem, id) = three(&server).await;
    for (one, fragment) in [(&mut amy, "amy3"), (&mut bob, "bob3")] {
        one.emit("newOffer", json!({ "offerId": id, "offer": described("offer", &[fragment]) })).await;
    }
    amy.expect("renegotiation").await;
    bob.expect("renegotiation").await;
    amy.emit(CANDIDATE_OUT, from_offerer(candidate(1, "amy3"))).await;
    bob.emit(CANDIDATE_OUT, from_answerer(candidate(2, "bob3"))).await;
    // The polite one takes its own offer back, and answers with a new fragment.
    bob.emit(CANDIDATE_OUT, from_answerer(candidate(3, "bob4"))).await;
    bob.emit("newAnswer", json!({ "offerId": id, "answer": described("answer", &["bob4"]) })).await;
    assert_eq!(bob.expect(CANDIDATE_IN).await, candidate(1, "amy3"));
    assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(2, "bob3"));
    amy.expect("answerResponse").await;
    assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(3, "bob4"));
    cem.expect_silence().await;
}

#[tokio::test]
async fn fragment_counts_more_than_the_role_that_is_named() {
    let server = TestServer::start(&[]).await;
    let (mut amy, mut bob, mut cem, _) = three(&server).await;
    amy.emit_with_ack(CANDIDATE_OUT, from_answerer(candidate(1, "amy1"))).await;
    assert_eq!(bob.expect(CANDIDATE_IN).await, candidate(1, "amy1"));
    amy.emit_with_ack(CANDIDATE_OUT, from_answerer(candidate(2, "amy2"))).await;
    let object = offered(&mut amy, &mut [&mut bob, &mut cem], &["amy2"]).await;
    assert_eq!(answer(&mut cem, &mut amy, &object, &[]).await, json!([candidate(2, "amy2")]));
}

#[tokio::test]
async fn without_a_fragment_on_either_side_the_newest_call_counts() {
    let server = TestServer::start(&[]).await;
    let (mut amy, mut bob, mut cem, _) = three(&server).await;
    for fragment in [json!(null), json!(""), json!(7)] {
        let mut plain = candidate(1, "");
        plain["usernameFragment"] = fragment;
        amy.emit(CANDIDATE_OUT, from_offerer(plain.clone())).await;
        assert_eq!(bob.expect(CANDIDATE_IN).await, plain);
    }
    // Neither offer nor answer shows a fragment.
    let object = offered(&mut amy, &mut [&mut bob, &mut cem], &[]).await;
    amy.emit(CANDIDATE_OUT, from_offerer(candidate(2, "amy2"))).await;
    amy.settle().await;
    assert_eq!(answer(&mut cem, &mut amy, &object, &[]).await, json!([candidate(2, "amy2")]));
    cem.emit(CANDIDATE_OUT, from_answerer(candidate(3, "cem9"))).await;
    assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(3, "cem9"));
}

#[tokio::test]
async fn candidates_of_rejected_answer_are_not_relayed() {
    let server = TestServer::start(&[]).await;
    let (mut amy, mut bob, mut cem, id) = three(&server).await;
    cem.emit_with_ack(CANDIDATE_OUT, from_answerer(candidate(1, "cem1"))).await;
    let late = json!({ "offerId": id, "offererUserName": "amy", "answer": described("answer", &["cem1"]) });
    assert_eq!(cem.emit_with_ack("newAnswer", late).await, json!([]));
    cem.expect_error("newAnswer", "already-answered").await;
    // Also where a later answer bears the same fragment.
    let object = offered(&mut bob, &mut [&mut amy, &mut cem], &["bob2"]).await;
    answer(&mut cem, &mut bob, &object, &["cem1"]).await;
    bob.expect_silence().await;
}

#[tokio::test]
async fn held_candidates_with_unknown_ufrag_are_bounded() {
    let server = TestServer::start(&["--max-candidates", "3"]).await;
    let (mut amy, mut bob, ..) = three(&server).await;
    for number in 0..3 {
        let ack = amy.emit_with_ack(CANDIDATE_OUT, from_offerer(candidate(number, "amy2"))).await;
        assert_eq!(ack, json!({ "ok": true }));
    }
    amy.emit(CANDIDATE_OUT, from_offerer(candidate(3, "amy2"))).await;
    amy.expect_error(CANDIDATE_OUT, "too-many").await;
    bob.expect_silence().await;
}
