//! How an open offer ends, and which clients are notified: `offerWithdrawn` with each of its reasons ("Events").

use serde_json::{Value, json};

use crate::support::payload::{
    CANDIDATE_IN, answered, candidate, connected_call, from_offerer, offer, offered, withdrawn,
};
use crate::support::{Client, TestServer, Transport};

#[tokio::test]
async fn an_answered_offer_is_withdrawn_for_all_but_the_two() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut cem = Client::connect(&server, "cem").await;
    let object = offered(&mut amy, &mut bob, "amy's").await;
    cem.expect("newOfferAwaiting").await;
    bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    assert_eq!(cem.expect("offerWithdrawn").await, withdrawn(&object, "answered"));
    amy.expect("answerResponse").await;
    bob.settle().await;
    for client in [&mut amy, &mut bob, &mut cem] {
        client.expect_silence().await;
    }
}

#[tokio::test]
async fn cancel_offer_withdraws_it_for_all_others() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let object = offered(&mut amy, &mut bob, "amy's").await;
    assert_eq!(amy.emit_with_ack("cancelOffer", Value::Null).await, json!({ "ended": 1 }));
    assert_eq!(bob.expect("offerWithdrawn").await, withdrawn(&object, "cancelled"));
    amy.expect_silence().await;
    bob.emit("checkOffers", Value::Null).await;
    assert_eq!(bob.expect("availableOffers").await, json!([]));
}

#[tokio::test]
async fn cancel_offer_is_silent_where_there_is_none() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    amy.emit("cancelOffer", Value::Null).await;
    assert_eq!(amy.emit_with_ack("cancelOffer", Value::Null).await, json!({ "ended": 0 }));
    // A call is no open offer.
    connected_call(&mut amy, &mut bob).await;
    assert_eq!(amy.emit_with_ack("cancelOffer", Value::Null).await, json!({ "ended": 0 }));
    amy.expect_silence().await;
    bob.expect_silence().await;
}

#[tokio::test]
async fn hangup_withdraws_an_open_offer() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let object = offered(&mut amy, &mut bob, "amy's").await;
    assert_eq!(amy.emit_with_ack("hangup", json!({ "userName": "amy" })).await, json!({ "ended": 1 }));
    assert_eq!(bob.expect("offerWithdrawn").await, withdrawn(&object, "hangup"));
    amy.expect_silence().await;
}

#[tokio::test]
async fn disconnect_withdraws_offer_as_closed_on_every_transport() {
    let server = TestServer::start(&[]).await;
    let mut bob = Client::connect(&server, "bob").await;
    for transport in [Transport::WebSocket, Transport::Polling, Transport::Upgrade] {
        let mut amy = Client::connect_by(&server, transport, "amy").await;
        let object = offered(&mut amy, &mut bob, "amy's").await;
        amy.disconnect().await;
        assert_eq!(bob.expect("offerWithdrawn").await, withdrawn(&object, "closed"), "{transport:?}");
    }
}

#[tokio::test]
async fn closed_tab_withdraws_offer_as_closed() {
    let server = TestServer::start(&[]).await;
    let mut bob = Client::connect(&server, "bob").await;
    for transport in [Transport::WebSocket, Transport::Upgrade] {
        let mut amy = Client::connect_by(&server, transport, "amy").await;
        let object = offered(&mut amy, &mut bob, "amy's").await;
        amy.close().await;
        assert_eq!(bob.expect("offerWithdrawn").await, withdrawn(&object, "closed"), "{transport:?}");
    }
}

#[tokio::test]
async fn broken_connection_withdraws_offer_as_lost() {
    let server = TestServer::start(&["--reconnect-grace", "0s"]).await;
    let mut bob = Client::connect(&server, "bob").await;
    for transport in [Transport::WebSocket, Transport::Upgrade] {
        let mut amy = Client::connect_by(&server, transport, "amy").await;
        let object = offered(&mut amy, &mut bob, "amy's").await;
        amy.lose();
        assert_eq!(bob.expect("offerWithdrawn").await, withdrawn(&object, "lost"), "{transport:?}");
    }
}

#[tokio::test]
async fn polling_session_that_times_out_withdraws_offer_as_lost() {
    let server = TestServer::start(&["--reconnect-grace", "0s"]).await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut amy = Client::connect_by(&server, Transport::Polling, "amy").await;
    let object = offered(&mut amy, &mut bob, "amy's").await;
    amy.break_off().await;
    assert_eq!(bob.expect("offerWithdrawn").await, withdrawn(&object, "lost"));
}

#[tokio::test]
async fn unanswered_offer_expires_and_its_owner_is_notified() {
    let server = TestServer::start(&["--offer-ttl", "300ms"]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let object = offered(&mut amy, &mut bob, "amy's").await;
    for client in [&mut amy, &mut bob] {
        assert_eq!(client.expect("offerWithdrawn").await, withdrawn(&object, "expired"));
    }
    assert_eq!(bob.emit_with_ack("newAnswer", answered(&object, "too late")).await, json!([]));
    bob.expect_error("newAnswer", "no-such-offer").await;
    amy.expect_silence().await;
    let mut cem = Client::connect(&server, "cem").await;
    cem.expect_silence().await;
}

#[tokio::test]
async fn an_answered_offer_does_not_expire() {
    let server = TestServer::start(&["--offer-ttl", "300ms"]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let id = connected_call(&mut amy, &mut bob).await;
    // The clock: an offer made after the answer has expired, so the answered one would have too.
    let clock = offered(&mut bob, &mut amy, "clock").await;
    assert_eq!(amy.expect("offerWithdrawn").await, withdrawn(&clock, "expired"));
    bob.expect("offerWithdrawn").await;

    amy.emit("sendIceCandidateToSignalingServer", from_offerer(candidate(1))).await;
    assert_eq!(bob.expect(CANDIDATE_IN).await, candidate(1));
    amy.emit("hangup", Value::Null).await;
    assert_eq!(bob.expect("peerHangup").await["offerId"], json!(id));
}

#[tokio::test]
async fn open_offer_over_the_limit_expires_the_oldest() {
    let server = TestServer::start(&["--max-offers", "2"]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let oldest = offered(&mut amy, &mut bob, "oldest").await;
    offered(&mut bob, &mut amy, "older").await;
    let mut cem = Client::connect(&server, "cem").await;
    cem.expect("availableOffers").await;
    assert_eq!(cem.emit_with_ack("newOffer", offer("newest")).await["ok"], true);
    assert_eq!(amy.expect("newOfferAwaiting").await[0]["offer"], offer("newest"));
    assert_eq!(amy.expect("offerWithdrawn").await, withdrawn(&oldest, "expired"));
    amy.emit("checkOffers", Value::Null).await;
    assert_eq!(amy.expect("availableOffers").await.as_array().map(Vec::len), Some(2));
}
