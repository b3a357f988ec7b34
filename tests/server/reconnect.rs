//! A broken connection, and the client's return within the grace by its name, as the course's pages return ("The life
//! of an offer and of a call").

use serde_json::{Value, json};

use crate::support::payload::{
    CANDIDATE_IN, CANDIDATE_OUT, answered, candidate, connected_call, ended, from_answerer, from_offerer, offer,
    offered, party, restored, until_hidden, withdrawn,
};
use crate::support::{Client, TestServer, Transport};

const EVERY: [Transport; 3] = [Transport::WebSocket, Transport::Polling, Transport::Upgrade];

#[tokio::test]
async fn offer_of_absent_caller_is_hidden_from_new_clients() {
    for transport in EVERY {
        let server = TestServer::start(&[]).await;
        let mut bob = Client::connect(&server, "bob").await;
        let mut amy = Client::connect_by(&server, transport, "amy").await;
        let object = offered(&mut amy, &mut bob, "amy's").await;
        amy.break_off().await;
        until_hidden(&mut bob, &object).await;
        let mut cem = Client::connect(&server, "cem").await;
        cem.expect_silence().await;
        // No client is notified yet: it may be back in a moment.
        bob.expect_silence().await;
    }
}

#[tokio::test]
async fn absent_callers_offer_is_lost_after_5_s_and_reopens_on_return() {
    let server = TestServer::start(&[]).await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut amy = Client::connect(&server, "amy").await;
    let object = offered(&mut amy, &mut bob, "amy's").await;
    let mut cem = Client::connect(&server, "cem").await;
    cem.expect("availableOffers").await;
    amy.break_off().await;
    for listener in [&mut bob, &mut cem] {
        assert_eq!(listener.expect("offerWithdrawn").await, withdrawn(&object, "lost"));
    }
    let mut dan = Client::connect(&server, "dan").await;
    dan.expect_silence().await;

    let mut amy = Client::connect(&server, "amy").await;
    assert_eq!(amy.expect("restored").await, restored(&object["offerId"], &[], 0));
    for listener in [&mut bob, &mut cem, &mut dan] {
        assert_eq!(listener.expect("newOfferAwaiting").await, json!([object]), "the same, under the same offerId");
        listener.expect_silence().await;
    }
    amy.expect_silence().await;
}

#[tokio::test]
async fn absent_callers_offer_is_lost_after_shorter_grace() {
    let server = TestServer::start(&["--reconnect-grace", "300ms"]).await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut amy = Client::connect(&server, "amy").await;
    let object = offered(&mut amy, &mut bob, "amy's").await;
    amy.break_off().await;
    assert_eq!(bob.expect("offerWithdrawn").await, withdrawn(&object, "lost"));
    // Too late.
    let mut amy = Client::connect(&server, "amy").await;
    amy.expect_silence().await;
    assert_eq!(bob.emit_with_ack("newAnswer", answered(&object, "answer")).await, json!([]));
    bob.expect_error("newAnswer", "no-such-offer").await;
    bob.expect_silence().await;
}

#[tokio::test]
async fn offer_reopened_in_time_is_sent_to_new_clients_only() {
    for transport in EVERY {
        let server = TestServer::start(&[]).await;
        let mut bob = Client::connect(&server, "bob").await;
        let mut amy = Client::connect_by(&server, transport, "amy").await;
        let object = offered(&mut amy, &mut bob, "amy's").await;
        amy.break_off().await;
        until_hidden(&mut bob, &object).await;
        let mut cem = Client::connect(&server, "cem").await;
        let elsewhere = json!({ "userName": "dan", "password": "x", "lobby": "elsewhere" });
        let mut dan = Client::connect_as(&server, elsewhere).await;

        let mut amy = Client::connect_by(&server, transport, "amy").await;
        assert_eq!(amy.expect("restored").await, restored(&object["offerId"], &[], 0));
        assert_eq!(cem.expect("newOfferAwaiting").await, json!([object]));
        for listener in [&mut amy, &mut bob, &mut cem, &mut dan] {
            listener.expect_silence().await;
        }
        // It is open as before.
        amy.emit_with_ack(CANDIDATE_OUT, from_offerer(candidate(1))).await;
        assert_eq!(cem.emit_with_ack("newAnswer", answered(&object, "cem's")).await, json!([candidate(1)]));
        assert_eq!(amy.expect("answerResponse").await["answererUserName"], "cem");
        assert_eq!(bob.expect("offerWithdrawn").await, withdrawn(&object, "answered"));
    }
}

#[tokio::test]
async fn offer_reopened_is_sent_to_client_absent_at_its_start() {
    let server = TestServer::start(&[]).await;
    let mut cem = Client::connect(&server, "cem").await;
    let mut bob = Client::connect(&server, "bob").await;
    let of_bob = offered(&mut bob, &mut cem, "bob's").await;
    bob.break_off().await;
    until_hidden(&mut cem, &of_bob).await;
    let mut amy = Client::connect(&server, "amy").await;
    let of_amy = offered(&mut amy, &mut cem, "amy's").await;
    amy.break_off().await;
    until_hidden(&mut cem, &of_amy).await;

    let mut bob = Client::connect(&server, "bob").await;
    assert_eq!(bob.expect("restored").await["openOffer"], of_bob["offerId"]);
    bob.expect_silence().await;
    Client::connect(&server, "amy").await.expect("restored").await;
    assert_eq!(bob.expect("newOfferAwaiting").await, json!([of_amy]));
    bob.expect_silence().await;
    cem.expect_silence().await;
}

#[tokio::test]
async fn offer_reopened_is_sent_once_to_client_that_reconnected() {
    let server = TestServer::start(&[]).await;
    let mut cem = Client::connect(&server, "cem").await;
    let mut amy = Client::connect(&server, "amy").await;
    let of_amy = offered(&mut amy, &mut cem, "amy's").await;
    amy.break_off().await;
    until_hidden(&mut cem, &of_amy).await;
    let mut bob = Client::connect(&server, "bob").await;
    for _ in 0..3 {
        let of_bob = offered(&mut bob, &mut cem, "bob's").await;
        bob.break_off().await;
        until_hidden(&mut cem, &of_bob).await;
        bob = Client::connect(&server, "bob").await;
        assert_eq!(bob.expect("restored").await["openOffer"], of_bob["offerId"]);
        bob.emit_with_ack("cancelOffer", Value::Null).await;
        assert_eq!(cem.expect("offerWithdrawn").await, withdrawn(&of_bob, "cancelled"));
    }
    Client::connect(&server, "amy").await.expect("restored").await;
    assert_eq!(bob.expect("newOfferAwaiting").await, json!([of_amy]));
    bob.expect_silence().await;
}

#[tokio::test]
async fn peer_receives_peer_lost_then_peer_back_and_call_goes_on() {
    for transport in EVERY {
        for outgoing in [true, false] {
            let server = TestServer::start(&[]).await;
            let mut bob = Client::connect(&server, "bob").await;
            let mut amy = Client::connect_by(&server, transport, "amy").await;
            let (caller, callee) = if outgoing { (&mut amy, &mut bob) } else { (&mut bob, &mut amy) };
            let id = json!(connected_call(caller, callee).await);
            amy.break_off().await;
            assert_eq!(bob.expect("peerLost").await, party("amy", &id));
            bob.expect_silence().await;

            let mut amy = Client::connect_by(&server, transport, "amy").await;
            assert_eq!(amy.expect("restored").await, restored(&Value::Null, &[party("bob", &id)], 0));
            assert_eq!(bob.expect("peerBack").await, party("amy", &id));
            let (caller, callee) = if outgoing { (&mut amy, &mut bob) } else { (&mut bob, &mut amy) };
            caller.emit(CANDIDATE_OUT, from_offerer(candidate(1))).await;
            assert_eq!(callee.expect(CANDIDATE_IN).await, candidate(1));
            callee.emit(CANDIDATE_OUT, from_answerer(candidate(2))).await;
            assert_eq!(caller.expect(CANDIDATE_IN).await, candidate(2));
            amy.expect_silence().await;
            bob.expect_silence().await;
        }
    }
}

#[tokio::test]
async fn peer_receives_peer_hangup_lost_after_the_grace() {
    let server = TestServer::start(&["--reconnect-grace", "300ms"]).await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut amy = Client::connect(&server, "amy").await;
    let id = json!(connected_call(&mut amy, &mut bob).await);
    amy.break_off().await;
    assert_eq!(bob.expect("peerLost").await, party("amy", &id));
    assert_eq!(bob.expect("peerHangup").await, ended("amy", &id, "lost"));
    let mut amy = Client::connect(&server, "amy").await;
    let mut late = from_offerer(candidate(1));
    late["offerId"] = id;
    amy.emit(CANDIDATE_OUT, late).await;
    amy.expect_error(CANDIDATE_OUT, "no-call").await;
    assert_eq!(bob.emit_with_ack("hangup", Value::Null).await, json!({ "ended": 0 }));
    amy.expect_silence().await;
    bob.expect_silence().await;
}

#[tokio::test]
async fn closed_on_purpose_ends_everything_at_once() {
    let ends = [
        (Transport::WebSocket, true),
        (Transport::WebSocket, false),
        (Transport::Upgrade, true),
        (Transport::Upgrade, false),
        (Transport::Polling, true),
    ];
    for (transport, says_so) in ends {
        let server = TestServer::start(&[]).await;
        let mut bob = Client::connect(&server, "bob").await;
        let mut amy = Client::connect_by(&server, transport, "amy").await;
        let id = json!(connected_call(&mut amy, &mut bob).await);
        let open = offered(&mut amy, &mut bob, "open").await;
        if says_so {
            amy.disconnect().await;
        } else {
            amy.close().await;
        }
        assert_eq!(bob.expect("peerHangup").await, ended("amy", &id, "closed"), "{transport:?}");
        assert_eq!(bob.expect("offerWithdrawn").await, withdrawn(&open, "closed"), "{transport:?}");
        let mut amy = Client::connect(&server, "amy").await;
        amy.expect_silence().await;
        bob.expect_silence().await;
    }
}

#[tokio::test]
async fn second_break_after_return_gets_a_full_grace() {
    let server = TestServer::start(&[]).await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut amy = Client::connect(&server, "amy").await;
    let id = json!(connected_call(&mut amy, &mut bob).await);
    for round in 0..5 {
        amy.break_off().await;
        assert_eq!(bob.expect("peerLost").await, party("amy", &id));
        bob.emit_with_ack(CANDIDATE_OUT, from_answerer(candidate(round))).await;
        amy = Client::connect_by(&server, EVERY[round % 3], "amy").await;
        assert_eq!(bob.expect("peerBack").await, party("amy", &id));
        assert_eq!(amy.expect("restored").await, restored(&Value::Null, &[party("bob", &id)], 0));
        assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(round));
        amy.expect_silence().await;
    }
    bob.expect_silence().await;
}

#[tokio::test]
async fn another_name_or_lobby_takes_nothing_back() {
    let server = TestServer::start(&[]).await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut amy = Client::connect(&server, "amy").await;
    let id = json!(connected_call(&mut amy, &mut bob).await);
    amy.break_off().await;
    assert_eq!(bob.expect("peerLost").await, party("amy", &id));
    for auth in [
        json!({ "userName": "Amy", "password": "x" }),
        json!({ "userName": "amy", "password": "x", "lobby": "elsewhere" }),
        json!({ "userName": "amy", "password": "x", "session": "a session" }),
    ] {
        Client::connect_as(&server, auth).await.expect_silence().await;
    }
    bob.expect_silence().await;
    Client::connect(&server, "amy").await.expect("restored").await;
}

#[tokio::test]
async fn connected_client_of_same_name_keeps_its_calls() {
    let server = TestServer::start(&[]).await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut amy = Client::connect(&server, "amy").await;
    let id = json!(connected_call(&mut amy, &mut bob).await);
    let mut other = Client::connect(&server, "amy").await;
    other.expect_silence().await;
    other.emit_with_ack("newOffer", offer("the other's")).await;
    other.break_off().await;
    amy.emit("hangup", Value::Null).await;
    bob.expect("newOfferAwaiting").await;
    assert_eq!(bob.expect("peerHangup").await, ended("amy", &id, "hangup"));
}

#[tokio::test]
async fn absent_clients_of_one_name_take_back_one_set_each() {
    let server = TestServer::start(&[]).await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut first = Client::connect(&server, "amy").await;
    let of_first = offered(&mut first, &mut bob, "the first's").await;
    let mut second = Client::connect(&server, "amy").await;
    second.expect("availableOffers").await;
    let of_second = offered(&mut second, &mut bob, "the second's").await;
    for (amy, object) in [(first, &of_first), (second, &of_second)] {
        amy.break_off().await;
        until_hidden(&mut bob, object).await;
    }
    let mut one = Client::connect(&server, "amy").await;
    let mut other = Client::connect(&server, "amy").await;
    let mut third = Client::connect(&server, "amy").await;
    let offers =
        [one.expect("restored").await["openOffer"].clone(), other.expect("restored").await["openOffer"].clone()];
    assert_ne!(offers[0], offers[1]);
    for object in [&of_first, &of_second] {
        assert!(offers.contains(&object["offerId"]), "{offers:?}");
    }
    third.expect("availableOffers").await;
    third.expect_silence().await;
    bob.expect_silence().await;
}
