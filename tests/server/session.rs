//! Pages with a session: they number events and come back without losing any ("Pages with a session").

use serde_json::{Value, json};

use crate::support::payload::{
    CANDIDATE_IN, CANDIDATE_OUT, answer, answered, candidate, ended, from_answerer, from_offerer, offer, offered, page,
    party, restored, withdrawn,
};
use crate::support::wire::Frame;
use crate::support::{Client, TestServer, Transport};

const EVERY: [Transport; 3] = [Transport::WebSocket, Transport::Polling, Transport::Upgrade];

/// Amy, a page with the session "amy's", calls bob, a course page: she has received event 1.
async fn call(server: &TestServer, transport: Transport) -> (Client, Client, Value) {
    let mut bob = Client::connect(server, "bob").await;
    let mut amy = Client::enter(server, transport, page("amy", "amy's", None)).await;
    let object = offered(&mut amy, &mut bob, "offer").await;
    bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    assert_eq!(amy.expect_numbered(1, "answerResponse").await["answer"], answer("answer"));
    (amy, bob, object["offerId"].clone())
}

#[tokio::test]
async fn directed_call_events_have_numbers_and_no_others() {
    let server = TestServer::start(&["--offer-ttl", "4s"]).await;
    let (mut amy, mut bob, id) = call(&server, Transport::WebSocket).await;
    bob.emit(CANDIDATE_OUT, from_answerer(candidate(1))).await;
    assert_eq!(amy.expect_numbered(2, CANDIDATE_IN).await, candidate(1));
    let mut cem = Client::connect(&server, "cem").await;
    cem.emit("newOffer", offer("cem's")).await;
    let of_cem = amy.expect("newOfferAwaiting").await[0].take();
    bob.expect("newOfferAwaiting").await;
    amy.emit("checkOffers", Value::Null).await;
    assert_eq!(amy.expect("availableOffers").await, json!([of_cem]));
    cem.emit("cancelOffer", Value::Null).await;
    assert_eq!(amy.expect("offerWithdrawn").await, withdrawn(&of_cem, "cancelled"));
    bob.expect("offerWithdrawn").await;
    amy.emit("newAnswer", answered(&of_cem, "too late")).await;
    amy.expect_error("newAnswer", "no-such-offer").await;
    bob.break_off().await;
    assert_eq!(amy.expect_numbered(3, "peerLost").await, party("bob", &id));
    let mut bob = Client::connect(&server, "bob").await;
    bob.expect("restored").await;
    assert_eq!(amy.expect_numbered(4, "peerBack").await, party("bob", &id));
    bob.emit("newOffer", json!({ "offerId": id, "offer": offer("anew") })).await;
    assert_eq!(amy.expect_numbered(5, "renegotiation").await, json!({ "offerId": id, "offer": offer("anew") }));
    amy.emit("newOffer", json!({ "offerId": id, "offer": offer("anew, too") })).await;
    bob.expect("renegotiation").await;
    bob.emit("newAnswer", json!({ "offerId": id, "answer": answer("well") })).await;
    assert_eq!(amy.expect_numbered(6, "answerResponse").await, json!({ "offerId": id, "answer": answer("well") }));
    bob.emit("hangup", Value::Null).await;
    assert_eq!(amy.expect_numbered(7, "peerHangup").await, ended("bob", &id, "hangup"));
    let open = offered(&mut amy, &mut bob, "nobody's").await;
    assert_eq!(amy.expect_numbered(8, "offerWithdrawn").await, withdrawn(&open, "expired"));
    assert_eq!(bob.expect("offerWithdrawn").await, withdrawn(&open, "expired"));
    amy.expect_silence().await;
}

#[tokio::test]
async fn answer_without_ack_gets_numbered_candidates() {
    let server = TestServer::start(&[]).await;
    let mut bob = Client::connect_as(&server, page("bob", "bob's", None)).await;
    let mut amy = Client::connect(&server, "amy").await;
    let object = offered(&mut amy, &mut bob, "offer").await;
    amy.emit_with_ack(CANDIDATE_OUT, from_offerer(candidate(1))).await;
    amy.emit_with_ack(CANDIDATE_OUT, from_offerer(candidate(2))).await;
    bob.emit_numbered(1, "newAnswer", answered(&object, "answer")).await;
    amy.expect("answerResponse").await;
    amy.emit(CANDIDATE_OUT, from_offerer(candidate(3))).await;
    for number in 1..=3 {
        assert_eq!(bob.expect_numbered(number as u64, CANDIDATE_IN).await, candidate(number));
    }
    // A rejected event gets its reason.
    bob.emit_numbered(2, "newAnswer", answered(&object, "again")).await;
    bob.expect_error("newAnswer", "already-answered").await;
    bob.expect_silence().await;
}

#[tokio::test]
async fn restored_precedes_missed_events_and_then_offers() {
    for transport in EVERY {
        let server = TestServer::start(&[]).await;
        let (amy, mut bob, id) = call(&server, transport).await;
        let mut cem = Client::connect(&server, "cem").await;
        let of_cem = offered(&mut cem, &mut bob, "cem's").await;
        amy.break_off().await;
        assert_eq!(bob.expect("peerLost").await, party("amy", &id));
        for number in 2..5 {
            bob.emit_with_ack(CANDIDATE_OUT, from_answerer(candidate(number))).await;
        }
        let mut amy = Client::enter(&server, transport, page("amy", "amy's", Some(1))).await;
        assert_eq!(amy.expect("restored").await, restored(&Value::Null, &[party("bob", &id)], 0));
        for number in 2..5 {
            assert_eq!(amy.expect_numbered(number as u64, CANDIDATE_IN).await, candidate(number));
        }
        assert_eq!(amy.expect("availableOffers").await, json!([of_cem]));
        amy.expect_silence().await;
        assert_eq!(bob.expect("peerBack").await, party("amy", &id));
        bob.expect_silence().await;
    }
}

#[tokio::test]
async fn event_lost_in_dead_connection_is_sent_again() {
    let server = TestServer::start(&[]).await;
    let (mut amy, mut bob, _) = call(&server, Transport::WebSocket).await;
    for number in 2..6 {
        bob.emit_with_ack(CANDIDATE_OUT, from_answerer(candidate(number))).await;
    }
    // A page cannot return having received less each time; more each time, it can.
    for heard in 1..6 {
        amy = Client::enter(&server, EVERY[heard % 3], page("amy", "amy's", Some(heard as u64))).await;
        amy.expect("restored").await;
        for number in heard + 1..6 {
            assert_eq!(amy.expect_numbered(number as u64, CANDIDATE_IN).await, candidate(number));
        }
        amy.expect_silence().await;
    }
    bob.emit(CANDIDATE_OUT, from_answerer(candidate(6))).await;
    assert_eq!(amy.expect_numbered(6, CANDIDATE_IN).await, candidate(6));
    bob.expect_silence().await;
}

#[tokio::test]
async fn second_connection_of_session_replaces_first_unnoticed() {
    for old in EVERY {
        for new in EVERY {
            let server = TestServer::start(&[]).await;
            let (mut amy, mut bob, id) = call(&server, old).await;
            let open = offered(&mut amy, &mut bob, "open").await;
            let mut back = Client::enter(&server, new, page("amy", "amy's", Some(1))).await;
            assert_eq!(back.expect("restored").await, restored(&open["offerId"], &[party("bob", &id)], 0));
            // What the old one says has no effect, a goodbye least of all.
            for words in [r#"42["hangup",null]"#, r#"42["cancelOffer",null]"#] {
                amy.try_send(Frame::from(words)).await.ok();
            }
            if old == Transport::Polling {
                assert!(amy.try_send(Frame::from(r#"42["test"]"#)).await.is_err(), "its session is unknown now");
            } else {
                // At the transport: after `io server disconnect` official clients do not come back.
                assert_eq!(amy.expect_end().await, []);
            }
            for goodbye in ["41", "1"] {
                amy.try_send(Frame::from(goodbye)).await.ok();
            }
            back.settle().await;
            bob.expect_silence().await;
            bob.emit(CANDIDATE_OUT, from_answerer(candidate(1))).await;
            assert_eq!(back.expect_numbered(2, CANDIDATE_IN).await, candidate(1), "{old:?} {new:?}");
            back.expect_silence().await;
        }
    }
}

#[tokio::test]
async fn event_repeated_by_number_is_applied_once() {
    let server = TestServer::start(&[]).await;
    let mut bob = Client::connect_as(&server, page("bob", "bob's", None)).await;
    let mut amy = Client::connect_as(&server, page("amy", "amy's", None)).await;
    let first = amy.emit_numbered_with_ack(1, "newOffer", offer("amy's")).await;
    assert_eq!(amy.emit_numbered_with_ack(2, CANDIDATE_OUT, from_offerer(candidate(1))).await, json!({ "ok": true }));
    let object = bob.expect("newOfferAwaiting").await[0].take();
    assert_eq!(first, json!({ "ok": true, "offerId": object["offerId"] }));

    let mut amy = Client::connect_as(&server, page("amy", "amy's", Some(0))).await;
    assert_eq!(amy.expect("restored").await, restored(&object["offerId"], &[], 2));
    assert_eq!(amy.emit_numbered_with_ack(1, "newOffer", offer("amy's")).await["ok"], true);
    assert_eq!(amy.emit_numbered_with_ack(2, CANDIDATE_OUT, from_offerer(candidate(1))).await["ok"], true);
    assert_eq!(amy.emit_numbered_with_ack(3, CANDIDATE_OUT, from_offerer(candidate(2))).await["ok"], true);
    bob.expect_silence().await;
    let taken = bob.emit_numbered_with_ack(1, "newAnswer", answered(&object, "bob's")).await;
    assert_eq!(taken, json!([candidate(1), candidate(2)]));
    assert_eq!(bob.emit_numbered_with_ack(1, "newAnswer", answered(&object, "bob's")).await, json!([]));
    amy.expect_numbered(1, "answerResponse").await;
    assert_eq!(bob.emit_numbered_with_ack(2, "hangup", Value::Null).await, json!({ "ended": 1 }));
    amy.expect_numbered(2, "peerHangup").await;

    let open = offered(&mut bob, &mut amy, "bob's").await;
    // Received before: it does not end what came after it.
    bob.emit_numbered_with_ack(2, "hangup", Value::Null).await;
    assert_eq!(bob.emit_numbered_with_ack(3, "cancelOffer", Value::Null).await, json!({ "ended": 1 }));
    assert_eq!(amy.expect("offerWithdrawn").await, withdrawn(&open, "cancelled"));
    offered(&mut bob, &mut amy, "another").await;
    bob.emit_numbered_with_ack(3, "cancelOffer", Value::Null).await;
    amy.expect_silence().await;
    bob.expect_silence().await;
}

#[tokio::test]
async fn rejected_event_counts_as_received() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect_as(&server, page("amy", "amy's", None)).await;
    amy.emit_numbered_with_ack(1, "newOffer", offer("amy's")).await;
    let refused = [
        ("newOffer", Value::Null),
        ("newOffer", json!({ "offerId": "never was", "offer": offer("anew") })),
        ("newAnswer", json!({ "offerId": "never was", "answer": answer("to what?") })),
        (CANDIDATE_OUT, json!({})),
        ("rejoinCall", json!({})),
        ("hangup", json!({ "offerId": "never was" })),
    ];
    for (number, (event, payload)) in (2..).zip(refused) {
        amy.emit_numbered_with_ack(number, event, payload).await;
        // The page knows by the ack that this event was received; the server must agree.
        amy = Client::connect_as(&server, page("amy", "amy's", Some(0))).await;
        assert_eq!(amy.expect("restored").await["heard"], number, "{event}");
    }
}

#[tokio::test]
async fn unknown_session_that_was_connected_gets_empty_restored() {
    let server = TestServer::start(&[]).await;
    for received in [0, 7] {
        let mut amy = Client::connect_as(&server, page("amy", "amy's", Some(received))).await;
        assert_eq!(amy.expect("restored").await, restored(&Value::Null, &[], 0));
        amy.expect_silence().await;
        amy.disconnect().await;
    }
    Client::connect_as(&server, page("amy", "another", None)).await.expect_silence().await;
}

#[tokio::test]
async fn session_is_unknown_after_the_grace() {
    let server = TestServer::start(&["--reconnect-grace", "300ms"]).await;
    let (amy, mut bob, id) = call(&server, Transport::WebSocket).await;
    amy.break_off().await;
    assert_eq!(bob.expect("peerLost").await, party("amy", &id));
    assert_eq!(bob.expect("peerHangup").await, ended("amy", &id, "lost"));
    let mut amy = Client::connect_as(&server, page("amy", "amy's", Some(1))).await;
    assert_eq!(amy.expect("restored").await, restored(&Value::Null, &[], 0));
    amy.expect_silence().await;
}

#[tokio::test]
async fn session_takes_back_only_its_own_calls() {
    let server = TestServer::start(&[]).await;
    let (amy, mut bob, id) = call(&server, Transport::WebSocket).await;
    let mut elsewhere = page("amy", "amy's", None);
    elsewhere["lobby"] = json!("elsewhere");
    let others = [page("amy", "another", None), page("Amy", "amy's", None), elsewhere];
    let by_name = json!({ "userName": "amy", "password": "x" });
    for auth in others.iter().chain([&by_name]) {
        Client::connect_as(&server, auth.clone()).await.expect_silence().await;
    }
    amy.break_off().await;
    assert_eq!(bob.expect("peerLost").await, party("amy", &id));
    for auth in others.iter().chain([&by_name]) {
        Client::connect_as(&server, auth.clone()).await.expect_silence().await;
    }
    bob.expect_silence().await;
    let mut amy = Client::connect_as(&server, page("amy", "amy's", Some(1))).await;
    assert_eq!(amy.expect("restored").await, restored(&Value::Null, &[party("bob", &id)], 0));
    let packets = Client::try_connect(&server, Transport::WebSocket, page("amy", &"x".repeat(65), None)).await;
    let Err(reason) = packets else { panic!("a session of 65 characters was let in") };
    assert!(reason["message"].as_str().is_some_and(|message| message.contains(' ')), "{reason}");
    let longest = page("amy", &"💥".repeat(64), None);
    assert!(Client::try_connect(&server, Transport::Polling, longest).await.is_ok());
}
