//! Offers to one user whose addressee or caller is away, comes later or leaves ("Offers to one user").

use serde_json::{Value, json};

use crate::support::payload::{
    answer, answered, offer, offer_to, offered, offered_to, page, restored, until_hidden, withdrawn,
};
use crate::support::{Client, TestServer, Transport};

const EVERY: [Transport; 3] = [Transport::WebSocket, Transport::Polling, Transport::Upgrade];

#[tokio::test]
async fn addressee_away_is_offered_it_at_its_return() {
    for transport in EVERY {
        let server = TestServer::start(&[]).await;
        let mut amy = Client::connect(&server, "amy").await;
        // One with something to take back, and one with nothing.
        for auth in [page("bob", "bob's", None), page("dan", "dan's", None)] {
            let name = auth["userName"].as_str().expect("a name").to_owned();
            let mut bob = Client::enter(&server, transport, auth.clone()).await;
            if name == "bob" {
                let of_bob = offered(&mut bob, &mut amy, "bob's").await;
                bob.break_off().await;
                until_hidden(&mut amy, &of_bob).await;
            } else {
                bob.break_off().await;
            }
            let reply = amy.emit_with_ack("newOffer", offer_to(&name)).await;
            assert_eq!(reply["ok"], true, "{reply}");
            let mut bob = Client::enter(&server, transport, page(&name, &format!("{name}'s"), Some(0))).await;
            bob.expect("restored").await;
            let list = bob.expect("availableOffers").await;
            let newest = list.as_array().and_then(|list| list.last()).expect("an offer");
            assert_eq!(newest["offerId"], reply["offerId"]);
            bob.emit_with_ack("newAnswer", answered(newest, "answer")).await;
            assert_eq!(amy.expect("answerResponse").await["answer"], answer("answer"));
            bob.emit_with_ack("hangup", json!({ "offerId": reply["offerId"] })).await;
            amy.expect("peerHangup").await;
        }
    }
}

#[tokio::test]
async fn addressee_beyond_the_grace_is_not_there() {
    let server = TestServer::start(&["--reconnect-grace", "200ms"]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    // The clock: the offer of the same connection is withdrawn when the grace is over.
    let object = offered(&mut bob, &mut amy, "bob's").await;
    bob.break_off().await;
    assert_eq!(amy.expect("offerWithdrawn").await, withdrawn(&object, "lost"));
    amy.emit_with_ack("newOffer", offer_to("bob")).await;
    amy.expect_error("newOffer", "no-such-peer").await;
}

#[tokio::test]
async fn addressee_that_left_on_purpose_is_not_there() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    for transport in EVERY {
        // Its name was kept after a break, and is no longer after the return.
        Client::connect_by(&server, transport, "bob").await.break_off().await;
        let reply = amy.emit_with_ack("newOffer", offer_to("bob")).await;
        assert_eq!(reply["ok"], true, "{reply}");
        let mut bob = Client::connect_by(&server, transport, "bob").await;
        bob.expect("availableOffers").await;
        amy.emit_with_ack("cancelOffer", Value::Null).await;
        bob.expect("offerWithdrawn").await;
        bob.disconnect().await;
        // The server may see the end of another connection later than this one's next event.
        loop {
            let reply = amy.emit_with_ack("newOffer", offer_to("bob")).await;
            if reply["ok"] == false {
                break amy.expect_error("newOffer", "no-such-peer").await;
            }
        }
    }
}

#[tokio::test]
async fn offer_stays_open_when_its_addressee_leaves_and_comes_back() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect(&server, "bob").await;
    let object = offered_to(&mut amy, &mut bob, "bob").await;
    // Renamed: a connection under another name.
    bob.close().await;
    let mut renamed = Client::connect(&server, "robert").await;
    renamed.expect_silence().await;
    let mut bob = Client::connect(&server, "bob").await;
    assert_eq!(bob.expect("availableOffers").await, json!([object]));
    amy.emit_with_ack("cancelOffer", Value::Null).await;
    assert_eq!(bob.expect("offerWithdrawn").await, withdrawn(&object, "cancelled"));
    renamed.expect_silence().await;
}

#[tokio::test]
async fn directed_offer_of_absent_caller_is_hidden_lost_and_reopened() {
    let server = TestServer::start(&[]).await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut cem = Client::connect(&server, "cem").await;
    let mut amy = Client::connect(&server, "amy").await;
    let object = offered_to(&mut amy, &mut bob, "bob").await;
    amy.break_off().await;
    until_hidden(&mut bob, &object).await;
    let mut late = Client::connect(&server, "bob").await;
    late.expect_silence().await;
    assert_eq!(bob.expect("offerWithdrawn").await, withdrawn(&object, "lost"));
    assert_eq!(late.expect("offerWithdrawn").await, withdrawn(&object, "lost"));
    let mut amy = Client::connect(&server, "amy").await;
    assert_eq!(amy.expect("restored").await, restored(&object["offerId"], &[], 0));
    for bob in [&mut bob, &mut late] {
        assert_eq!(bob.expect("newOfferAwaiting").await, json!([object]));
        bob.expect_silence().await;
    }
    cem.expect_silence().await;
}

#[tokio::test]
async fn directed_offer_reopened_in_time_is_sent_to_new_addressees_only() {
    for transport in EVERY {
        let server = TestServer::start(&[]).await;
        let mut bob = Client::connect(&server, "bob").await;
        let mut amy = Client::connect_by(&server, transport, "amy").await;
        let object = offered_to(&mut amy, &mut bob, "bob").await;
        amy.break_off().await;
        until_hidden(&mut bob, &object).await;
        let mut late_bob = Client::connect(&server, "bob").await;
        let mut late_cem = Client::connect(&server, "cem").await;
        let mut amy = Client::connect_by(&server, transport, "amy").await;
        amy.expect("restored").await;
        assert_eq!(late_bob.expect("newOfferAwaiting").await, json!([object]));
        for client in [&mut amy, &mut bob, &mut late_bob, &mut late_cem] {
            client.expect_silence().await;
        }
        late_bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
        assert_eq!(amy.expect("answerResponse").await["answererUserName"], "bob");
        assert_eq!(bob.expect("offerWithdrawn").await, withdrawn(&object, "answered"));
    }
}

#[tokio::test]
async fn session_of_the_addressee_is_offered_it_again_without_numbers() {
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect(&server, "amy").await;
    let mut bob = Client::connect_as(&server, page("bob", "bob's", None)).await;
    let object = offered_to(&mut amy, &mut bob, "bob").await;
    // While the old connection still looks alive.
    let mut again = Client::connect_as(&server, page("bob", "bob's", Some(0))).await;
    assert_eq!(again.expect("restored").await, restored(&Value::Null, &[], 0));
    assert_eq!(again.expect("availableOffers").await, json!([object]));
    amy.emit_with_ack("cancelOffer", Value::Null).await;
    assert_eq!(again.expect("offerWithdrawn").await, withdrawn(&object, "cancelled"));
    again.expect_silence().await;
}

#[tokio::test]
async fn call_from_a_directed_offer_is_rejoined_after_a_restart() {
    // A server that was started again knows nothing: to it, this is the same.
    let server = TestServer::start(&[]).await;
    let mut amy = Client::connect_as(&server, page("amy", "amy's", Some(1))).await;
    let mut bob = Client::connect_as(&server, page("bob", "bob's", Some(0))).await;
    for client in [&mut amy, &mut bob] {
        assert_eq!(client.expect("restored").await, restored(&Value::Null, &[], 0));
    }
    let rejoin = |offerer: bool, other: &str| json!({ "offerId": "00000000000000aa", "didIOffer": offerer, "userName": other, "key": "a secret" });
    amy.emit_with_ack("rejoinCall", rejoin(true, "bob")).await;
    bob.emit_with_ack("rejoinCall", rejoin(false, "amy")).await;
    amy.expect_numbered(1, "peerBack").await;
    bob.expect_numbered(1, "peerBack").await;
    // An open one is sent again by its page, under a new id.
    bob.emit_with_ack("hangup", Value::Null).await;
    amy.expect_numbered(2, "peerHangup").await;
    offered_to(&mut amy, &mut bob, "bob").await;
    amy.emit_with_ack("newOffer", offer("to all")).await;
}
