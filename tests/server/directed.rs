//! Offers to one user: which clients receive them and may answer them ("Offers to one user").

use serde_json::{Value, json};

use crate::support::payload::{
    CANDIDATE_IN, CANDIDATE_OUT, answer, answered, candidate, from_answerer, from_offerer, offer, offer_to, offered_to,
    withdrawn,
};
use crate::support::token::{SECRET, token};
use crate::support::{Bare, Client, TestServer, Transport};

/// A lobby of the course with these clients.
async fn clients<const N: usize>(server: &TestServer, names: [&str; N]) -> [Client; N] {
    let mut clients = Vec::new();
    for name in names {
        clients.push(Client::connect(server, name).await);
    }
    clients.try_into().unwrap_or_else(|_| panic!("one for each name"))
}

async fn listed(client: &mut Client) -> Value {
    client.emit("checkOffers", Value::Null).await;
    client.expect("availableOffers").await
}

#[tokio::test]
async fn directed_offer_is_offered_only_to_clients_of_that_name() {
    let server = TestServer::start(&[]).await;
    let [mut amy, mut bob, mut other_bob, mut cem] = clients(&server, ["amy", "bob", "bob", "cem"]).await;
    let object = offered_to(&mut amy, &mut bob, "bob").await;
    let expected = json!({
        "offererUserName": "amy", "offer": offer("to bob"), "offerIceCandidates": [], "answererUserName": null,
        "answer": null, "answererIceCandidates": [], "offerId": object["offerId"], "to": "bob",
    });
    assert_eq!(object.to_string(), expected.to_string(), "`to` is the last key");
    assert_eq!(other_bob.expect("newOfferAwaiting").await, json!([expected]));
    for client in [&mut amy, &mut cem] {
        assert_eq!(listed(client).await, json!([]));
        client.expect_silence().await;
    }
    assert_eq!(listed(&mut bob).await, json!([expected]));
    let [mut late_cem, mut late_bob] = clients(&server, ["cem", "bob"]).await;
    late_cem.expect_silence().await;
    assert_eq!(late_bob.expect("availableOffers").await, json!([expected]));
}

#[tokio::test]
async fn offer_to_all_has_no_other_key_and_lists_merge_by_age() {
    let server = TestServer::start(&[]).await;
    let [mut amy, mut bob, mut cem, mut dan] = clients(&server, ["amy", "bob", "cem", "dan"]).await;
    for (caller, to) in [(&mut amy, Value::Null), (&mut cem, json!("bob")), (&mut dan, Value::Null)] {
        let reply = caller.emit_with_ack("newOffer", json!({ "offer": offer("an offer"), "to": to })).await;
        assert_eq!(reply["ok"], true, "{reply}");
    }
    for _ in 0..3 {
        bob.expect("newOfferAwaiting").await;
    }
    let list = listed(&mut bob).await;
    let names: Vec<_> = list.as_array().expect("a list").iter().map(|offer| &offer["offererUserName"]).collect();
    assert_eq!(names, ["amy", "cem", "dan"], "oldest first");
    assert!(
        list[0].as_object().is_some_and(|offer| offer.len() == 7),
        "an offer to all has the course's keys and ours"
    );
}

#[tokio::test]
async fn directed_offer_is_answered_like_any_other() {
    let server = TestServer::start(&[]).await;
    let [mut amy, mut bob, mut other_bob, mut cem] = clients(&server, ["amy", "bob", "bob", "cem"]).await;
    let object = offered_to(&mut amy, &mut bob, "bob").await;
    other_bob.expect("newOfferAwaiting").await;
    amy.emit(CANDIDATE_OUT, from_offerer(candidate(1))).await;
    amy.settle().await;
    assert_eq!(bob.emit_with_ack("newAnswer", answered(&object, "answer")).await, json!([candidate(1)]));
    let response = amy.expect("answerResponse").await;
    assert_eq!((&response["answererUserName"], &response["answer"]), (&json!("bob"), &answer("answer")));
    assert_eq!(other_bob.expect("offerWithdrawn").await, withdrawn(&object, "answered"));
    bob.emit(CANDIDATE_OUT, from_answerer(candidate(2))).await;
    assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(2));
    bob.expect_silence().await;
    cem.expect_silence().await;
}

#[tokio::test]
async fn another_client_finds_no_such_offer() {
    let server = TestServer::start(&[]).await;
    let [mut amy, mut bob, mut cem] = clients(&server, ["amy", "bob", "cem"]).await;
    let object = offered_to(&mut amy, &mut bob, "bob").await;
    let by_name = json!({ "offererUserName": "amy", "answer": answer("by name") });
    let candidate_for = json!({ "offerId": object["offerId"], "iceCandidate": candidate(1), "didIOffer": false });
    for is_answered in [false, true] {
        for payload in [answered(&object, "stolen"), by_name.clone()] {
            assert_eq!(cem.emit_with_ack("newAnswer", payload).await, json!([]), "{is_answered}");
            cem.expect_error("newAnswer", "no-such-offer").await;
        }
        let reply = cem.emit_with_ack(CANDIDATE_OUT, candidate_for.clone()).await;
        assert_eq!(reply["error"]["code"], "no-call", "{reply}");
        cem.expect_error(CANDIDATE_OUT, "no-call").await;
        let reply = cem.emit_with_ack("declineOffer", json!({ "offerId": object["offerId"] })).await;
        assert_eq!(reply["error"]["code"], "no-such-offer", "{reply}");
        cem.expect_error("declineOffer", "no-such-offer").await;
        amy.expect_silence().await;
        if !is_answered {
            bob.emit_with_ack("newAnswer", by_name.clone()).await;
            amy.expect("answerResponse").await;
        }
    }
}

#[tokio::test]
async fn answer_by_name_takes_the_newest_that_the_client_may() {
    let server = TestServer::start(&[]).await;
    let [mut bob, mut cem] = clients(&server, ["bob", "cem"]).await;
    let [mut first, mut second, mut third] = clients(&server, ["amy", "amy", "amy"]).await;
    first.emit_with_ack("newOffer", offer("to all")).await;
    for other in [&mut second, &mut third] {
        other.expect("newOfferAwaiting").await;
    }
    let to_all = cem.expect("newOfferAwaiting").await[0].take();
    bob.expect("newOfferAwaiting").await;
    let to_bob = offered_to(&mut second, &mut bob, "bob").await;
    let by_name = json!({ "offererUserName": "amy", "answer": answer("by name") });
    cem.emit_with_ack("newAnswer", by_name.clone()).await;
    assert_eq!(first.expect("answerResponse").await["offerId"], to_all["offerId"]);
    assert_eq!(bob.expect("offerWithdrawn").await, withdrawn(&to_all, "answered"));
    third.emit_with_ack("newOffer", offer_to("cem")).await;
    bob.emit_with_ack("newAnswer", by_name).await;
    assert_eq!(second.expect("offerWithdrawn").await, withdrawn(&to_all, "answered"));
    assert_eq!(second.expect("answerResponse").await["offerId"], to_bob["offerId"]);
}

#[tokio::test]
async fn offer_to_a_name_that_is_not_there_is_refused_until_it_comes() {
    let server = TestServer::start(&[]).await;
    let [mut amy, mut cem] = clients(&server, ["amy", "cem"]).await;
    let elsewhere = json!({ "userName": "bob", "password": "x", "lobby": "elsewhere" });
    let mut elsewhere = Client::connect_as(&server, elsewhere).await;
    let earlier = offered_to(&mut amy, &mut cem, "cem").await;
    for name in ["bob", "Cem", "", "amy"] {
        let reply = amy.emit_with_ack("newOffer", offer_to(name)).await;
        assert_eq!((&reply["ok"], &reply["error"]["code"]), (&json!(false), &json!("no-such-peer")), "{name:?}");
        let sentence = reply["error"]["message"].as_str().expect("a sentence");
        assert!(sentence.starts_with("No other client in your lobby has this user name"), "{sentence}");
        amy.expect_error("newOffer", "no-such-peer").await;
    }
    cem.expect_silence().await;
    assert_eq!(listed(&mut cem).await, json!([earlier]), "a refused offer replaces none");
    let mut bob = Client::connect(&server, "bob").await;
    bob.expect_silence().await;
    offered_to(&mut amy, &mut bob, "bob").await;
    assert_eq!(cem.expect("offerWithdrawn").await, withdrawn(&earlier, "replaced"));
    elsewhere.expect_silence().await;
}

#[tokio::test]
async fn candidates_of_a_refused_offer_do_not_reach_the_next_one() {
    let server = TestServer::start(&[]).await;
    let [mut amy, mut bob] = clients(&server, ["amy", "bob"]).await;
    amy.emit(CANDIDATE_OUT, from_offerer(candidate(1))).await;
    amy.emit_with_ack("newOffer", offer_to("nobody")).await;
    amy.expect_error("newOffer", "no-such-peer").await;
    assert_eq!(offered_to(&mut amy, &mut bob, "bob").await["offerIceCandidates"], json!([]));
}

#[tokio::test]
async fn lobbies_and_room_clients_are_apart() {
    let server = TestServer::start(&[]).await;
    let auth = |name: &str| json!({ "userName": name, "password": "x", "lobby": "red" });
    let mut amy = Client::connect_as(&server, auth("amy")).await;
    let mut bob = Client::connect(&server, "bob").await;
    let _member = Bare::enter(&server, "userName=bob&password=x&lobby=red").await;
    amy.emit_with_ack("newOffer", offer_to("bob")).await;
    amy.expect_error("newOffer", "no-such-peer").await;
    let mut red_bob = Client::connect_as(&server, auth("bob")).await;
    let object = offered_to(&mut amy, &mut red_bob, "bob").await;
    assert_eq!(bob.emit_with_ack("newAnswer", answered(&object, "answer")).await, json!([]));
    bob.expect_error("newAnswer", "no-such-offer").await;
}

#[tokio::test]
async fn offer_to_ones_own_name_reaches_the_other_clients_of_it() {
    let server = TestServer::start(&[]).await;
    let [mut amy, mut other] = clients(&server, ["amy", "amy"]).await;
    let object = offered_to(&mut amy, &mut other, "amy").await;
    let reply = amy.emit_with_ack("declineOffer", json!({ "offerId": object["offerId"] })).await;
    assert_eq!(reply["error"]["code"], "own-offer");
    amy.expect_error("declineOffer", "own-offer").await;
    assert_eq!(listed(&mut amy).await, json!([]));
    other.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    amy.expect("answerResponse").await;
}

#[tokio::test]
async fn directed_and_open_offers_replace_each_other() {
    let server = TestServer::start(&[]).await;
    let [mut amy, mut bob, mut cem] = clients(&server, ["amy", "bob", "cem"]).await;
    let to_bob = offered_to(&mut amy, &mut bob, "bob").await;
    amy.emit_with_ack("newOffer", offer("to all")).await;
    assert_eq!(bob.expect("offerWithdrawn").await, withdrawn(&to_bob, "replaced"));
    let to_all = bob.expect("newOfferAwaiting").await[0].take();
    assert_eq!(cem.expect("newOfferAwaiting").await[0], to_all);
    amy.emit_with_ack("newOffer", offer_to("cem")).await;
    for client in [&mut bob, &mut cem] {
        assert_eq!(client.expect("offerWithdrawn").await, withdrawn(&to_all, "replaced"));
    }
    let to_cem = cem.expect("newOfferAwaiting").await[0].take();
    amy.emit_with_ack("newOffer", offer_to("bob")).await;
    assert_eq!(cem.expect("offerWithdrawn").await, withdrawn(&to_cem, "replaced"));
    bob.expect("newOfferAwaiting").await;
    for client in [&mut amy, &mut bob, &mut cem] {
        client.expect_silence().await;
    }
}

#[tokio::test]
async fn every_end_of_a_directed_offer_reaches_its_addressees_alone() {
    let server = TestServer::start(&["--offer-ttl", "1s"]).await;
    let [mut bob, mut cem] = clients(&server, ["bob", "cem"]).await;
    for (event, reason) in
        [("cancelOffer", "cancelled"), ("hangup", "hangup"), ("disconnect", "closed"), ("", "expired")]
    {
        let mut amy = Client::connect(&server, "amy").await;
        let object = offered_to(&mut amy, &mut bob, "bob").await;
        match event {
            "" => assert_eq!(amy.expect("offerWithdrawn").await, withdrawn(&object, "expired")),
            "disconnect" => amy.disconnect().await,
            event => _ = amy.emit_with_ack(event, Value::Null).await,
        }
        assert_eq!(bob.expect("offerWithdrawn").await, withdrawn(&object, reason));
        cem.expect_silence().await;
    }
}

#[tokio::test]
async fn payload_with_a_wrong_addressee_is_refused_in_a_sentence() {
    let server = TestServer::start(&[]).await;
    let [mut amy, mut bob] = clients(&server, ["amy", "bob"]).await;
    let long = "x".repeat(65);
    for (payload, code, words) in [
        (json!({ "offer": offer("o"), "to": 7 }), "bad-payload", "user name"),
        (json!({ "offer": offer("o"), "to": ["bob"] }), "bad-payload", "user name"),
        (json!({ "offer": offer("o"), "to": long }), "too-large", "64"),
        (json!({ "to": "bob" }), "bad-payload", "{offer, to}"),
        (json!({ "type": "offer", "sdp": "v=0", "to": "bob" }), "bad-payload", "{offer, to}"),
        (json!({ "offer": null, "to": "bob" }), "bad-payload", "createOffer"),
    ] {
        let reply = amy.emit_with_ack("newOffer", payload.clone()).await;
        assert_eq!(reply["error"]["code"], code, "{payload}");
        assert!(reply["error"]["message"].as_str().expect("a sentence").contains(words), "{reply}");
        amy.expect_error("newOffer", code).await;
    }
    bob.expect_silence().await;
}

#[tokio::test]
async fn addressee_is_known_by_the_name_in_its_token() {
    let server = TestServer::start_patient(&["--jwt-secret", SECRET]).await;
    let auth = |name: &str| json!({ "userName": "cem", "token": token(name) });
    let mut amy = Client::connect_as(&server, json!({ "token": token("amy") })).await;
    let mut bob = Client::connect_as(&server, auth("bob")).await;
    bob.expect("signalingError").await;
    amy.emit_with_ack("newOffer", offer_to("cem")).await;
    amy.expect_error("newOffer", "no-such-peer").await;
    offered_to(&mut amy, &mut bob, "bob").await;
}

#[tokio::test]
async fn directed_offer_and_its_alias_reach_the_addressee_by_every_transport() {
    for transport in [Transport::WebSocket, Transport::Polling, Transport::Upgrade] {
        let server = TestServer::start(&["--aliases"]).await;
        let mut bob = Client::connect_by(&server, transport, "bob").await;
        let mut amy = Client::connect(&server, "amy").await;
        let object = offered_to(&mut amy, &mut bob, "bob").await;
        assert_eq!(bob.expect("newOfferWaiting").await, json!([object]));
    }
}
