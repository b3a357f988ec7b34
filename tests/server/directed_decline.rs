//! `declineOffer`: an addressee does not want an offer to its user name ("Offers to one user").

use serde_json::{Value, json};

use crate::support::payload::{answered, connected_call, offered, offered_to, page, restored, until_hidden, withdrawn};
use crate::support::{Client, TestServer, Transport};

fn id_of(object: &Value) -> Value {
    json!({ "offerId": object["offerId"] })
}

/// `declineOffer` is refused with this code, and a sentence with these words.
async fn is_refused(client: &mut Client, payload: Value, code: &str, words: &str) {
    let reply = client.emit_with_ack("declineOffer", payload.clone()).await;
    assert_eq!((&reply["ok"], reply["error"]["code"].as_str()), (&json!(false), Some(code)), "{payload}");
    let sentence = reply["error"]["message"].as_str().expect("a sentence");
    assert!(sentence.contains(words), "{sentence}");
    client.expect_error("declineOffer", code).await;
}

#[tokio::test]
async fn declined_offer_ends_for_the_caller_and_all_addressees() {
    for transport in [Transport::WebSocket, Transport::Polling, Transport::Upgrade] {
        let server = TestServer::start(&[]).await;
        let mut amy = Client::connect_by(&server, transport, "amy").await;
        let mut bob = Client::connect_by(&server, transport, "bob").await;
        let mut other_bob = Client::connect(&server, "bob").await;
        let mut cem = Client::connect(&server, "cem").await;
        let object = offered_to(&mut amy, &mut bob, "bob").await;
        other_bob.expect("newOfferAwaiting").await;
        assert_eq!(bob.emit_with_ack("declineOffer", id_of(&object)).await, json!({ "ok": true }));
        assert_eq!(amy.expect("offerWithdrawn").await, withdrawn(&object, "declined"));
        assert_eq!(other_bob.expect("offerWithdrawn").await, withdrawn(&object, "declined"));
        for client in [&mut amy, &mut bob, &mut other_bob, &mut cem] {
            client.expect_silence().await;
        }
        is_refused(&mut other_bob, id_of(&object), "no-such-offer", "gone").await;
        assert_eq!(other_bob.emit_with_ack("newAnswer", answered(&object, "late")).await, json!([]));
        other_bob.expect_error("newAnswer", "no-such-offer").await;
        assert_eq!(amy.emit_with_ack("cancelOffer", Value::Null).await, json!({ "ended": 0 }));
        // The caller may call again.
        offered_to(&mut amy, &mut bob, "bob").await;
    }
}

#[tokio::test]
async fn decline_without_ack_has_the_same_effect() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let object = offered_to(&mut amy, &mut bob, "bob").await;
    bob.emit("declineOffer", object.clone()).await;
    assert_eq!(amy.expect("offerWithdrawn").await, withdrawn(&object, "declined"), "the whole object names it, too");
    bob.expect_silence().await;
}

#[tokio::test]
async fn what_cannot_be_declined_is_refused_in_a_sentence() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let to_all = offered(&mut amy, &mut bob, "to all").await;
    is_refused(&mut bob, id_of(&to_all), "bad-payload", "Only offers to you can be declined").await;
    is_refused(&mut amy, id_of(&to_all), "own-offer", "cancelOffer").await;
    for payload in [Value::Null, json!({}), json!([to_all["offerId"]]), json!("text"), json!({ "offerId": null })] {
        is_refused(&mut bob, payload, "bad-payload", "{offerId}").await;
    }
    for id in [json!("0"), json!(7), json!("0123456789abcdef"), json!({})] {
        is_refused(&mut bob, json!({ "offerId": id }), "no-such-offer", "gone").await;
    }
    amy.emit_with_ack("cancelOffer", Value::Null).await;
    bob.expect("offerWithdrawn").await;
    let call = connected_call(&mut amy, &mut bob).await;
    for client in [&mut amy, &mut bob] {
        is_refused(client, json!({ "offerId": call }), "already-answered", "answered").await;
    }
    assert_eq!(amy.emit_with_ack("hangup", Value::Null).await, json!({ "ended": 1 }), "the call went on");
}

#[tokio::test]
async fn decline_reaches_a_caller_that_counts_with_its_number() {
    let server = TestServer::start(&[]).await;
    let mut bob = Client::connect_as(&server, page("bob", "bob's", None)).await;
    let mut amy = Client::connect_as(&server, page("amy", "amy's", None)).await;
    let object = offered_to(&mut amy, &mut bob, "bob").await;
    let reply = bob.emit_numbered_with_ack(1, "declineOffer", id_of(&object)).await;
    assert_eq!(reply, json!({ "ok": true }));
    assert_eq!(amy.expect_numbered(1, "offerWithdrawn").await, withdrawn(&object, "declined"));
    // Sent again after a return, it has no effect a second time.
    let mut again = Client::connect_as(&server, page("bob", "bob's", Some(0))).await;
    assert_eq!(again.expect("restored").await["heard"], 1);
    let second = offered_to(&mut amy, &mut again, "bob").await;
    let reply = again.emit_numbered_with_ack(1, "declineOffer", id_of(&second)).await;
    assert_eq!(reply, json!({ "ok": true }));
    amy.expect_silence().await;
}

#[tokio::test]
async fn decline_of_an_absent_callers_offer_waits_for_the_caller() {
    let server = TestServer::start(&[]).await;
    let mut bob = Client::connect(&server, "bob").await;
    for auth in [page("amy", "amy's", None), json!({ "userName": "amy", "password": "x" })] {
        let mut amy = Client::connect_as(&server, auth.clone()).await;
        let object = offered_to(&mut amy, &mut bob, "bob").await;
        amy.break_off().await;
        until_hidden(&mut bob, &object).await;
        assert_eq!(bob.emit_with_ack("declineOffer", id_of(&object)).await, json!({ "ok": true }));
        bob.expect_silence().await;
        let counts = auth["numbers"] == true;
        let auth = if counts { page("amy", "amy's", Some(0)) } else { auth };
        let mut amy = Client::connect_as(&server, auth).await;
        assert_eq!(amy.expect("restored").await, restored(&Value::Null, &[], 0));
        let event = amy.next_event().await;
        assert_eq!((event.name.as_str(), event.number), ("offerWithdrawn", counts.then_some(1)));
        assert_eq!(event.payload, withdrawn(&object, "declined"));
        amy.expect_silence().await;
        bob.expect_silence().await;
        amy.leave().await;
    }
}
