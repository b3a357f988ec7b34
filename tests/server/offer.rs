//! The offer object, and the life of an offer ("The offer object").

use bytes::Bytes;
use serde_json::{Value, json};

use crate::support::payload::{answer, answered, connected_call, offer, offered, withdrawn};
use crate::support::{Client, TestServer, Transport};

#[tokio::test]
async fn an_offer_object_has_its_seven_keys_in_order() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    amy.emit("newOffer", offer("amy's")).await;

    let event = bob.next_event().await;
    let object = &event.payload[0];
    assert_eq!(object.as_object().map(|keys| keys.len()), Some(7));
    assert_eq!(object["offererUserName"], "amy");
    assert_eq!(object["offer"], offer("amy's"));
    assert_eq!(object["offerIceCandidates"], json!([]));
    assert_eq!(object["answererUserName"], Value::Null);
    assert_eq!(object["answer"], Value::Null);
    assert_eq!(object["answererIceCandidates"], json!([]));
    assert!(object["offerId"].as_str().is_some_and(|id| !id.is_empty()), "{object}");

    let keys = [
        "offererUserName",
        "offer",
        "offerIceCandidates",
        "answererUserName",
        "answer",
        "answererIceCandidates",
        "offerId",
    ];
    let places: Vec<_> = keys.iter().map(|key| event.text.find(&format!("\"{key}\":"))).collect();
    assert!(places.is_sorted() && places[0].is_some(), "{}", event.text);
}

#[tokio::test]
async fn an_offer_goes_to_all_others_and_never_to_its_sender() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut cem = Client::connect_by(&server, Transport::Polling, "cem").await;
    let ack = amy.emit_with_ack("newOffer", offer("amy's")).await;
    for other in [&mut bob, &mut cem] {
        let list = other.expect("newOfferAwaiting").await;
        assert_eq!(list.as_array().map(Vec::len), Some(1));
        assert_eq!(list[0]["offer"], offer("amy's"));
        assert_eq!(ack, json!({ "ok": true, "offerId": list[0]["offerId"] }));
        other.expect_silence().await;
    }
    amy.expect_silence().await;
}

#[tokio::test]
async fn a_description_may_come_wrapped() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    amy.emit("newOffer", json!({ "offer": offer("wrapped"), "more": 1 })).await;
    assert_eq!(bob.expect("newOfferAwaiting").await[0]["offer"], offer("wrapped"));
}

#[tokio::test]
async fn a_description_may_be_any_json_and_keeps_unknown_keys() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let descriptions = [
        json!("v=0"),
        json!(0),
        json!(-1.5e300),
        json!(9_007_199_254_740_993_u64),
        json!(false),
        json!([]),
        json!([1, 2]),
        json!({}),
        json!({ "type": "offer", "sdp": "a\r\nb\u{0}\u{2028}🎈", "x-mine": { "deep": [null, { "er": true }] } }),
    ];
    for (round, description) in descriptions.into_iter().enumerate() {
        let ack = amy.emit_with_ack("newOffer", description.clone()).await;
        assert_eq!(ack["ok"], true, "{description}: {ack}");
        if round > 0 {
            bob.expect("offerWithdrawn").await;
        }
        assert_eq!(bob.expect("newOfferAwaiting").await[0]["offer"], description);
    }
}

#[tokio::test]
async fn description_with_binary_parts_arrives_unchanged() {
    let server = TestServer::start(&[]).await;
    let parts = [Bytes::from_static(b"\x00\xff\x10raw"), Bytes::from_static(b"second")];
    let description = json!({
        "type": "offer",
        "first": { "_placeholder": true, "num": 0 },
        "second": { "_placeholder": true, "num": 1 },
    });
    for transport in [Transport::WebSocket, Transport::Polling, Transport::Upgrade] {
        let mut amy = Client::connect_by(&server, transport, "amy").await;
        let mut bob = Client::connect_by(&server, transport, "bob").await;
        amy.emit_binary("newOffer", description.clone(), &parts).await;
        let event = bob.next_event().await;
        assert_eq!(event.name, "newOfferAwaiting");
        let heard = &event.payload[0]["offer"];
        for (key, part) in [("first", &parts[0]), ("second", &parts[1])] {
            let number = heard[key]["num"].as_u64().unwrap_or_else(|| panic!("no binary part at {key} in {heard}"));
            assert_eq!(&event.attachments[number as usize], part, "{transport:?}");
        }
        // A newcomer gets them too, from what was stored.
        let mut cem = Client::connect_by(&server, transport, "cem").await;
        let mut listed = cem.next_event().await;
        assert_eq!(listed.name, "availableOffers");
        listed.attachments.sort();
        assert_eq!(listed.attachments, parts, "{transport:?}");
        amy.disconnect().await;
        bob.expect("offerWithdrawn").await;
    }
}

#[tokio::test]
async fn a_second_offer_replaces_the_first_under_a_new_id() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let first = offered(&mut amy, &mut bob, "first").await;
    amy.emit_with_ack("newOffer", offer("second")).await;
    assert_eq!(bob.expect("offerWithdrawn").await, withdrawn(&first, "replaced"));
    let second = bob.expect("newOfferAwaiting").await[0].take();
    assert_ne!(first["offerId"], second["offerId"]);
    amy.expect_silence().await;

    assert_eq!(bob.emit_with_ack("newAnswer", answered(&first, "answer")).await, json!([]));
    bob.expect_error("newAnswer", "no-such-offer").await;
    bob.emit("checkOffers", Value::Null).await;
    assert_eq!(bob.expect("availableOffers").await, json!([second]));
}

#[tokio::test]
async fn connections_of_one_name_have_separate_offers() {
    let server = TestServer::start(&[]).await;
    let mut one = Client::connect(&server, "amy").await;
    let mut two = Client::connect(&server, "amy").await;
    let first = offered(&mut one, &mut two, "first").await;
    let second = offered(&mut two, &mut one, "second").await;
    let mut bob = Client::connect(&server, "bob").await;
    assert_eq!(bob.expect("availableOffers").await, json!([first, second]));

    one.close().await;
    assert_eq!(bob.expect("offerWithdrawn").await, withdrawn(&first, "closed"));
    bob.emit("checkOffers", Value::Null).await;
    assert_eq!(bob.expect("availableOffers").await, json!([second]));
}

#[tokio::test]
async fn after_an_answer_the_caller_may_offer_again() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let first = connected_call(&mut amy, &mut bob).await;
    // Nothing is replaced: an answered offer is a call by now.
    let second = offered(&mut amy, &mut bob, "second").await;
    assert_ne!(second["offerId"], json!(first));
    bob.expect_silence().await;
}

#[tokio::test]
async fn offer_for_another_clients_call_is_rejected() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let object = offered(&mut amy, &mut bob, "amy's").await;
    // Neither another client's offer, nor its own open one, nor an unknown one.
    let attempts = [(&mut bob, object["offerId"].clone()), (&mut amy, object["offerId"].clone())];
    for (client, id) in attempts {
        let ack = client.emit_with_ack("newOffer", json!({ "offerId": id, "offer": offer("again") })).await;
        assert_eq!((&ack["ok"], &ack["error"]["code"]), (&json!(false), &json!("no-call")), "{ack}");
        client.expect_error("newOffer", "no-call").await;
    }
    amy.emit("newOffer", json!({ "offerId": "never was", "offer": offer("again") })).await;
    amy.expect_error("newOffer", "no-call").await;

    // The open offer is unharmed.
    bob.emit("newAnswer", answered(&object, "answer")).await;
    assert_eq!(amy.expect("answerResponse").await["answer"], answer("answer"));
}
