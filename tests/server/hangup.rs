//! The end of a call: by `hangup`, by closing, by a broken connection ("The life of an offer and of a call").

use serde_json::{Value, json};

use crate::support::payload::{
    CANDIDATE_IN, CANDIDATE_OUT, answered, candidate, connected_call, from_answerer, offer, offered,
};
use crate::support::{Client, TestServer, Transport};

#[tokio::test]
async fn either_party_may_hang_up() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let id = connected_call(&mut amy, &mut bob).await;
    assert_eq!(bob.emit_with_ack("hangup", json!({ "userName": "bob" })).await, json!({ "ended": 1 }));
    let goodbye = json!({ "userName": "bob", "offerId": id, "reason": "hangup" });
    assert_eq!(amy.expect("peerHangup").await, goodbye);
    // It is over for both.
    assert_eq!(amy.emit_with_ack("hangup", Value::Null).await, json!({ "ended": 0 }));
    bob.expect_silence().await;
}

#[tokio::test]
async fn hangup_ends_all_calls_and_the_open_offer() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let outgoing = connected_call(&mut amy, &mut bob).await;
    let incoming = connected_call(&mut bob, &mut amy).await;
    offered(&mut amy, &mut bob, "open").await;
    assert_eq!(amy.emit_with_ack("hangup", Value::Null).await, json!({ "ended": 3 }));
    let mut ended = Vec::new();
    for _ in 0..3 {
        let event = bob.next_event().await;
        assert_eq!(event.payload["reason"], "hangup");
        ended.push((event.name, event.payload["offerId"].clone()));
    }
    for id in [outgoing, incoming] {
        assert!(ended.contains(&("peerHangup".to_owned(), json!(id))), "{ended:?}");
    }
    assert!(ended.iter().any(|(name, _)| name == "offerWithdrawn"), "{ended:?}");
    bob.expect_silence().await;
    amy.expect_silence().await;
}

#[tokio::test]
async fn hangup_with_offer_id_ends_that_call_only() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let first = connected_call(&mut amy, &mut bob).await;
    let second = connected_call(&mut amy, &mut bob).await;
    let open = offered(&mut amy, &mut bob, "open").await;
    assert_eq!(amy.emit_with_ack("hangup", json!({ "offerId": first })).await, json!({ "ended": 1 }));
    assert_eq!(bob.expect("peerHangup").await["offerId"], json!(first));
    assert_eq!(amy.emit_with_ack("hangup", json!({ "offerId": open["offerId"] })).await, json!({ "ended": 1 }));
    assert_eq!(bob.expect("offerWithdrawn").await["offerId"], open["offerId"]);
    bob.expect_silence().await;

    bob.emit(CANDIDATE_OUT, from_answerer(candidate(1))).await;
    assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(1));
    assert_eq!(amy.emit_with_ack("hangup", Value::Null).await, json!({ "ended": 1 }));
    assert_eq!(bob.expect("peerHangup").await["offerId"], json!(second));
}

#[tokio::test]
async fn hangup_with_nothing_to_end_does_nothing() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    amy.emit("hangup", Value::Null).await;
    for payload in [Value::Null, json!({}), json!({ "userName": "amy" }), json!({ "offerId": "never was" })] {
        assert_eq!(amy.emit_with_ack("hangup", payload).await, json!({ "ended": 0 }));
    }
    amy.expect_silence().await;
    bob.expect_silence().await;
}

#[tokio::test]
async fn hangup_by_third_client_has_no_effect() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let id = connected_call(&mut amy, &mut bob).await;
    let open = offered(&mut amy, &mut bob, "open").await;
    // Not even one of the same name.
    let mut eve = Client::connect(&server, "amy").await;
    eve.expect("availableOffers").await;
    for payload in [json!({ "offerId": id }), json!({ "offerId": open["offerId"] }), json!({ "userName": "bob" })] {
        assert_eq!(eve.emit_with_ack("hangup", payload).await, json!({ "ended": 0 }));
    }
    assert_eq!(eve.emit_with_ack("cancelOffer", Value::Null).await, json!({ "ended": 0 }));
    amy.expect_silence().await;
    bob.expect_silence().await;
}

#[tokio::test]
async fn peer_is_notified_whether_call_was_closed_or_lost() {
    let server = TestServer::start(&["--reconnect-grace", "0s"]).await;
    let mut bob = Client::connect(&server, "bob").await;
    let ends = [
        (Transport::WebSocket, "disconnect", "closed"),
        (Transport::WebSocket, "close", "closed"),
        (Transport::WebSocket, "break", "lost"),
        (Transport::Upgrade, "disconnect", "closed"),
        (Transport::Upgrade, "close", "closed"),
        (Transport::Upgrade, "break", "lost"),
        (Transport::Polling, "disconnect", "closed"),
    ];
    for (transport, end, reason) in ends {
        for outgoing in [true, false] {
            let mut amy = Client::connect_by(&server, transport, "amy").await;
            let id = match outgoing {
                true => connected_call(&mut amy, &mut bob).await,
                false => connected_call(&mut bob, &mut amy).await,
            };
            match end {
                "disconnect" => amy.disconnect().await,
                "close" => amy.close().await,
                _ => amy.lose(),
            }
            let goodbye = json!({ "userName": "amy", "offerId": id, "reason": reason });
            assert_eq!(bob.expect("peerHangup").await, goodbye, "{transport:?} {end}");
            bob.expect_silence().await;
        }
    }
}

#[tokio::test]
async fn hangup_of_one_call_leaves_other_calls_open() {
    let server = TestServer::start(&[]).await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut cem = Client::connect_as(&server, json!({ "userName": "cem", "password": "x" })).await;
    let kept = connected_call(&mut bob, &mut cem).await;
    let mut amy = Client::connect(&server, "amy").await;
    amy.emit("newOffer", offer("amy's")).await;
    let object = bob.expect("newOfferAwaiting").await[0].take();
    cem.expect("newOfferAwaiting").await;
    bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    cem.expect("offerWithdrawn").await;
    amy.close().await;
    assert_eq!(bob.expect("peerHangup").await["offerId"], object["offerId"]);
    cem.expect_silence().await;

    cem.emit(CANDIDATE_OUT, from_answerer(candidate(1))).await;
    assert_eq!(bob.expect(CANDIDATE_IN).await, candidate(1));
    cem.emit("hangup", Value::Null).await;
    assert_eq!(bob.expect("peerHangup").await["offerId"], json!(kept));
}
