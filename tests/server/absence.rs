//! An absent client: what is sent to it is kept in order and arrives once, on its return ("The life of an offer and of
//! a call").

use serde_json::{Value, json};

use crate::support::payload::{
    CANDIDATE_IN, CANDIDATE_OUT, answer, answered, candidate, candidates, connected_call, ended, from_answerer,
    from_offerer, offer, offered, party, restored, until_hidden, withdrawn,
};
use crate::support::{Client, TestServer, Transport, UNHURRIED};

const EVERY: [Transport; 3] = [Transport::WebSocket, Transport::Polling, Transport::Upgrade];

/// The answerer's candidates with these numbers, all of them taken in by the server.
async fn trickle(answerer: &mut Client, numbers: std::ops::Range<usize>) {
    for number in numbers {
        answerer.emit(CANDIDATE_OUT, from_answerer(candidate(number))).await;
        if number % 200 == 199 {
            answerer.settle().await;
        }
    }
    answerer.settle().await;
}

#[tokio::test]
async fn absent_caller_receives_answer_and_candidates_once_in_order() {
    for transport in EVERY {
        let server = TestServer::start(&[]).await;
        let mut bob = Client::connect(&server, "bob").await;
        let mut cem = Client::connect(&server, "cem").await;
        let mut amy = Client::connect_by(&server, transport, "amy").await;
        let object = offered(&mut amy, &mut bob, "amy's").await;
        cem.expect("newOfferAwaiting").await;
        amy.emit_with_ack(CANDIDATE_OUT, from_offerer(candidate(0))).await;
        amy.break_off().await;
        until_hidden(&mut bob, &object).await;

        trickle(&mut bob, 0..2).await;
        assert_eq!(bob.emit_with_ack("newAnswer", answered(&object, "bob's")).await, json!([candidate(0)]));
        trickle(&mut bob, 2..20).await;
        assert_eq!(cem.expect("offerWithdrawn").await, withdrawn(&object, "answered"));
        // The first answer wins, whether the caller is here or not.
        assert_eq!(cem.emit_with_ack("newAnswer", answered(&object, "cem's")).await, json!([]));
        cem.expect_error("newAnswer", "already-answered").await;

        let mut amy = Client::connect_by(&server, transport, "amy").await;
        let call = party("bob", &object["offerId"]);
        assert_eq!(amy.expect("restored").await, restored(&Value::Null, &[call], 0));
        let response = amy.expect("answerResponse").await;
        assert_eq!((&response["answer"], &response["offerId"]), (&answer("bob's"), &object["offerId"]));
        for number in 0..20 {
            assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(number), "{transport:?}");
        }
        amy.expect_silence().await;
        assert_eq!(bob.expect("peerBack").await, party("amy", &object["offerId"]));
        bob.expect_silence().await;
        cem.expect_silence().await;
        // Once: a later return brings nothing of it again.
        amy.break_off().await;
        bob.expect("peerLost").await;
        let mut amy = Client::connect_by(&server, transport, "amy").await;
        amy.expect("restored").await;
        amy.expect_silence().await;
    }
}

#[tokio::test]
async fn returning_client_receives_missed_then_offers_then_new() {
    let server = TestServer::start(&[]).await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut amy = Client::connect(&server, "amy").await;
    let id = json!(connected_call(&mut amy, &mut bob).await);
    amy.break_off().await;
    assert_eq!(bob.expect("peerLost").await, party("amy", &id));
    trickle(&mut bob, 0..1).await;
    bob.emit_with_ack("newOffer", offer("bob's")).await;
    let mut amy = Client::connect(&server, "amy").await;
    trickle(&mut bob, 1..2).await;
    amy.expect("restored").await;
    assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(0));
    assert_eq!(amy.expect("availableOffers").await[0]["offer"], offer("bob's"));
    assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(1));
    amy.expect_silence().await;
}

#[tokio::test]
async fn call_with_both_parties_absent_resumes() {
    let server = TestServer::start(&[]).await;
    let mut cem = Client::connect(&server, "cem").await;
    let mut bob = Client::connect(&server, "bob").await;
    let object = offered(&mut bob, &mut cem, "bob's").await;
    let mut amy = Client::connect(&server, "amy").await;
    amy.expect("availableOffers").await;
    assert_eq!(amy.emit_with_ack("newAnswer", answered(&object, "amy's")).await, json!([]));
    bob.expect("answerResponse").await;
    cem.expect("offerWithdrawn").await;
    let id = object["offerId"].clone();
    amy.break_off().await;
    assert_eq!(bob.expect("peerLost").await, party("amy", &id));
    let open = offered(&mut bob, &mut cem, "another").await;
    trickle(&mut bob, 0..1).await;
    bob.emit_with_ack(CANDIDATE_OUT, from_offerer(candidate(7))).await;
    bob.break_off().await;
    until_hidden(&mut cem, &open).await;

    let mut amy = Client::connect(&server, "amy").await;
    assert_eq!(amy.expect("restored").await, restored(&Value::Null, &[party("bob", &id)], 0));
    assert_eq!(amy.expect("peerLost").await, party("bob", &id));
    amy.emit_with_ack(CANDIDATE_OUT, from_answerer(candidate(1))).await;
    let mut bob = Client::connect(&server, "bob").await;
    assert_eq!(bob.expect("restored").await, restored(&open["offerId"], &[party("amy", &id)], 0));
    assert_eq!(bob.expect("peerBack").await, party("amy", &id));
    assert_eq!(bob.expect(CANDIDATE_IN).await, candidate(1));
    bob.expect_silence().await;
    assert_eq!(amy.expect("peerBack").await, party("bob", &id));
    assert_eq!(amy.expect("newOfferAwaiting").await[0]["offerId"], open["offerId"]);
    amy.expect_silence().await;
    cem.expect_silence().await;
}

#[tokio::test]
async fn call_with_both_parties_absent_ends_after_the_grace() {
    let server = TestServer::start(&["--reconnect-grace", "300ms"]).await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut amy = Client::connect(&server, "amy").await;
    connected_call(&mut amy, &mut bob).await;
    let open = offered(&mut amy, &mut bob, "open").await;
    let mut cem = Client::connect(&server, "cem").await;
    cem.expect("availableOffers").await;
    amy.break_off().await;
    bob.break_off().await;
    assert_eq!(cem.expect("offerWithdrawn").await, withdrawn(&open, "lost"));
    for name in ["amy", "bob"] {
        let mut back = Client::connect(&server, name).await;
        // One break may be noticed a moment after the other; that client then receives the call's end.
        assert_eq!(back.emit_with_ack("hangup", Value::Null).await, json!({ "ended": 0 }));
    }
    cem.expect_silence().await;
}

#[tokio::test]
async fn returning_client_receives_how_the_call_ended() {
    for (reason, hangs_up) in [("hangup", true), ("closed", false)] {
        let server = TestServer::start(&[]).await;
        let mut bob = Client::connect(&server, "bob").await;
        let mut amy = Client::connect(&server, "amy").await;
        let id = json!(connected_call(&mut amy, &mut bob).await);
        amy.break_off().await;
        assert_eq!(bob.expect("peerLost").await, party("amy", &id));
        if hangs_up {
            assert_eq!(bob.emit_with_ack("hangup", Value::Null).await, json!({ "ended": 1 }));
            bob.expect_silence().await;
        } else {
            let mut clock = Client::connect(&server, "cem").await;
            let open = offered(&mut bob, &mut clock, "closed with the rest").await;
            bob.close().await;
            assert_eq!(clock.expect("offerWithdrawn").await, withdrawn(&open, "closed"));
        }
        let mut amy = Client::connect(&server, "amy").await;
        assert_eq!(amy.expect("restored").await, restored(&Value::Null, &[], 0));
        assert_eq!(amy.expect("peerHangup").await, ended("bob", &id, reason));
        amy.expect_silence().await;
    }
}

#[tokio::test]
async fn offer_expired_in_absence_notifies_returning_caller() {
    let server = TestServer::start(&["--offer-ttl", "4s"]).await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut amy = Client::connect(&server, "amy").await;
    let object = offered(&mut amy, &mut bob, "amy's").await;
    amy.break_off().await;
    until_hidden(&mut bob, &object).await;
    assert_eq!(bob.expect("offerWithdrawn").await, withdrawn(&object, "expired"));
    let mut amy = Client::connect(&server, "amy").await;
    assert_eq!(amy.expect("restored").await, restored(&Value::Null, &[], 0));
    assert_eq!(amy.expect("offerWithdrawn").await, withdrawn(&object, "expired"));
    amy.expect_silence().await;
    bob.expect_silence().await;
}

#[tokio::test]
async fn lost_offer_that_is_answered_is_withdrawn_once() {
    let server = TestServer::start(&[]).await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut cem = Client::connect(&server, "cem").await;
    let mut amy = Client::connect(&server, "amy").await;
    let object = offered(&mut amy, &mut bob, "amy's").await;
    cem.expect("newOfferAwaiting").await;
    amy.break_off().await;
    for listener in [&mut bob, &mut cem] {
        assert_eq!(listener.expect("offerWithdrawn").await, withdrawn(&object, "lost"));
    }
    // The button was still there, and an answer that is accepted waits.
    assert_eq!(bob.emit_with_ack("newAnswer", answered(&object, "bob's")).await, json!([]));
    bob.expect_silence().await;
    cem.expect_silence().await;
    let mut amy = Client::connect(&server, "amy").await;
    amy.expect("restored").await;
    assert_eq!(amy.expect("answerResponse").await["answer"], answer("bob's"));
}

#[tokio::test]
async fn early_candidates_of_absent_caller_join_its_next_offer() {
    let server = TestServer::start(&[]).await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut amy = Client::connect(&server, "amy").await;
    // A call in the other role: by its `peerLost` one knows that the break was noticed.
    connected_call(&mut bob, &mut amy).await;
    for number in 0..3 {
        amy.emit_with_ack(CANDIDATE_OUT, from_offerer(candidate(number))).await;
    }
    amy.break_off().await;
    bob.expect("peerLost").await;
    let mut amy = Client::connect(&server, "amy").await;
    amy.expect("restored").await;
    bob.expect("peerBack").await;
    let object = offered(&mut amy, &mut bob, "amy's").await;
    assert_eq!(object["offerIceCandidates"], json!(candidates(0..3)));
}

/// So many of the answerer's candidates wait for the caller, and come when it is back.
async fn all_that_waits_comes(count: usize, flags: &[&str]) {
    for transport in EVERY {
        let server = TestServer::start(flags).await;
        let mut bob = Client::connect(&server, "bob").await;
        let mut amy = Client::connect_by(&server, transport, "amy").await;
        connected_call(&mut amy, &mut bob).await;
        amy.break_off().await;
        bob.expect("peerLost").await;
        trickle(&mut bob, 0..count).await;
        let mut amy = Client::connect_by(&server, transport, "amy").await;
        amy.expect("restored").await;
        for number in 0..count {
            assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(number), "{transport:?}");
        }
        amy.expect_silence().await;
        bob.expect("peerBack").await;
    }
}

#[tokio::test]
async fn absent_client_receives_up_to_512_events_in_order() {
    all_that_waits_comes(512, &UNHURRIED).await;
}

#[tokio::test]
async fn smaller_queue_keeps_fewer_events_for_absent_client() {
    all_that_waits_comes(32, &["--max-queue", "64"]).await;
}

#[tokio::test]
async fn absence_with_more_than_512_events_ends_at_once() {
    let server = TestServer::start(&UNHURRIED).await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut amy = Client::connect(&server, "amy").await;
    let id = json!(connected_call(&mut amy, &mut bob).await);
    amy.break_off().await;
    assert_eq!(bob.expect("peerLost").await, party("amy", &id));
    trickle(&mut bob, 0..513).await;
    assert_eq!(bob.expect("peerHangup").await, ended("amy", &id, "lost"));
    let mut amy = Client::connect(&server, "amy").await;
    amy.expect_silence().await;
    bob.expect_silence().await;
}

/// A caller in a call by this transport whose connection is broken, and its answerer.
async fn answerer_of_a_lost_caller(server: &TestServer, transport: Transport) -> (Client, Value) {
    let mut bob = Client::connect(server, "bob").await;
    let mut amy = Client::connect_by(server, transport, "amy").await;
    let id = json!(connected_call(&mut amy, &mut bob).await);
    amy.break_off().await;
    bob.expect("peerLost").await;
    (bob, id)
}

#[tokio::test]
async fn queue_after_return_has_room_for_what_happens_then() {
    let server = TestServer::start(&["--max-queue", "64"]).await;
    let (mut bob, _) = answerer_of_a_lost_caller(&server, Transport::Polling).await;
    trickle(&mut bob, 0..32).await;
    // Does not poll until the end, so that all of it waits at once.
    let mut amy = Client::try_connect(&server, Transport::Polling, json!({ "userName": "amy", "password": "x" })).await;
    bob.expect("peerBack").await;
    trickle(&mut bob, 32..60).await;
    let amy = amy.as_mut().expect("accepted");
    amy.expect("restored").await;
    for number in 0..60 {
        assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(number));
    }
}

#[tokio::test]
async fn bytes_beyond_half_the_queue_end_the_absence() {
    let large = |number: usize| json!({ "candidate": format!("{number}{}", "x".repeat(1000)) });
    for transport in EVERY {
        let server = TestServer::start(&["--max-queue-bytes", "64KiB"]).await;
        let (mut bob, id) = answerer_of_a_lost_caller(&server, transport).await;
        for number in 0..30 {
            bob.emit(CANDIDATE_OUT, from_answerer(large(number))).await;
        }
        bob.settle().await;
        let mut amy = Client::connect_by(&server, transport, "amy").await;
        amy.expect("restored").await;
        for number in 0..30 {
            assert_eq!(amy.expect(CANDIDATE_IN).await, large(number), "{transport:?}");
        }
        bob.expect("peerBack").await;
        amy.break_off().await;
        bob.expect("peerLost").await;
        for number in 0..33 {
            bob.emit(CANDIDATE_OUT, from_answerer(large(number))).await;
        }
        bob.settle().await;
        assert_eq!(bob.expect("peerHangup").await, ended("amy", &id, "lost"), "{transport:?}");
    }
}

#[tokio::test]
async fn server_with_absent_peers_stops() {
    let server = TestServer::start(&[]).await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut amy = Client::connect(&server, "amy").await;
    connected_call(&mut amy, &mut bob).await;
    amy.break_off().await;
    bob.expect("peerLost").await;
    let listening = tokio::spawn(async move {
        bob.expect("serverClosing").await;
        bob.expect_end().await
    });
    server.stop().await;
    assert_eq!(listening.await.expect("it was notified"), []);
}
