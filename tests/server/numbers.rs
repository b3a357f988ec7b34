//! Numbered events: none is lost and none is applied twice, wherever a connection breaks; and numbers that make no
//! sense ("Pages with a session").

use serde_json::{Value, json};

use crate::support::bystanders::Bystanders;
use crate::support::payload::{
    CANDIDATE_IN, CANDIDATE_OUT, answer, answered, candidate, ended, from_answerer, from_offerer, offer, offered, page,
    party, restored,
};
use crate::support::{Client, TestServer, Transport, UNHURRIED};

const EVERY: [Transport; 3] = [Transport::WebSocket, Transport::Polling, Transport::Upgrade];
const CANDIDATES: usize = 300;

/// A client that sends all its events, whatever becomes of the other client.
async fn chatter(mut bob: Client) -> Client {
    for number in 0..CANDIDATES {
        bob.emit_with_ack(CANDIDATE_OUT, from_answerer(candidate(number))).await;
    }
    bob
}

#[tokio::test(flavor = "multi_thread")]
async fn client_event_is_applied_once_in_order_over_many_breaks() {
    let server = TestServer::start(&UNHURRIED).await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut amy = Client::connect_as(&server, page("amy", "amy's", None)).await;
    let object = offered(&mut amy, &mut bob, "offer").await;
    bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    amy.expect_numbered(1, "answerResponse").await;
    let chatter = tokio::spawn(chatter(bob));
    let mut received = 1;
    for round in 0_usize.. {
        // It receives some events, then its connection breaks; every third time the server does not notice.
        for _ in 0..(round * 7) % 11 {
            if received > CANDIDATES as u64 {
                break;
            }
            received += 1;
            let number = usize::try_from(received).expect("small") - 2;
            assert_eq!(amy.expect_numbered(received, CANDIDATE_IN).await, candidate(number));
        }
        if received > CANDIDATES as u64 {
            break;
        }
        let dead = match round % 3 {
            0 => Some(amy),
            _ => {
                amy.lose();
                None
            }
        };
        amy =
            Client::try_connect(&server, EVERY[round % 3], page("amy", "amy's", Some(received))).await.expect("let in");
        assert_eq!(amy.expect("restored").await["calls"][0]["offerId"], object["offerId"]);
        drop(dead);
    }
    let mut bob = chatter.await.expect("it said it all");
    amy.expect_silence().await;
    bob.emit("hangup", Value::Null).await;
    assert_eq!(amy.expect_numbered(received + 1, "peerHangup").await, ended("bob", &object["offerId"], "hangup"));
}

#[tokio::test(flavor = "multi_thread")]
async fn server_event_arrives_once_in_order_over_many_breaks() {
    let server = TestServer::start(&UNHURRIED).await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut amy = Client::connect_as(&server, page("amy", "amy's", None)).await;
    amy.emit_numbered(1, "newOffer", offer("amy's")).await;
    let object = bob.expect("newOfferAwaiting").await[0].take();
    bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    amy.expect_numbered(1, "answerResponse").await;
    // It says 2, 3, 4, … and after each return again what the server has not received.
    let mut heard = 1;
    for round in 0_usize.. {
        let last = (heard + 1 + (round * 7) % 13).min(CANDIDATES + 1);
        for number in heard + 1..=last {
            amy.emit_numbered(number as u64, CANDIDATE_OUT, from_offerer(candidate(number))).await;
        }
        amy.lose();
        amy = Client::try_connect(&server, EVERY[round % 3], page("amy", "amy's", Some(1))).await.expect("let in");
        heard = usize::try_from(amy.expect("restored").await["heard"].as_u64().expect("a number")).expect("small");
        if heard == CANDIDATES + 1 {
            break;
        }
    }
    for number in 2..CANDIDATES + 2 {
        loop {
            let event = bob.next_event().await;
            if event.name == CANDIDATE_IN {
                break assert_eq!(event.payload, candidate(number));
            }
            assert!(event.name == "peerLost" || event.name == "peerBack", "{}", event.name);
        }
    }
    amy.expect_silence().await;
}

/// A page that closes the old connection while it connects on the new one: whichever comes first, both
/// parties agree on what is left.
#[tokio::test(flavor = "multi_thread")]
async fn close_during_return_leaves_both_peers_agreed() {
    for round in 0..30 {
        let server = TestServer::start(&[]).await;
        let mut bob = Client::connect(&server, "bob").await;
        let transport = EVERY[round % 3];
        let mut amy = Client::enter(&server, transport, page("amy", "amy's", None)).await;
        let object = offered(&mut amy, &mut bob, "offer").await;
        bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
        amy.expect_numbered(1, "answerResponse").await;
        let goodbye = amy.try_send("41".into());
        let back = Client::enter(&server, Transport::WebSocket, page("amy", "amy's", Some(1)));
        let (_, mut back) = tokio::join!(goodbye, back);
        let restored = back.expect("restored").await;
        if restored["calls"] == json!([]) {
            assert_eq!(bob.expect("peerHangup").await["reason"], "closed");
        } else {
            bob.emit(CANDIDATE_OUT, from_answerer(candidate(1))).await;
            assert_eq!(back.expect_numbered(2, CANDIDATE_IN).await, candidate(1));
        }
        back.expect_silence().await;
        bob.expect_silence().await;
    }
}

#[tokio::test]
async fn received_number_out_of_range_is_harmless() {
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    let absurd =
        [json!(u64::MAX), json!(1_000), json!(-1), json!(1e30), json!(2.5), json!("two"), json!({}), json!([1])];
    for received in absurd {
        let mut bob = Client::connect(&server, "bob").await;
        let mut amy = Client::connect_as(&server, page("amy", "amy's", None)).await;
        let object = offered(&mut amy, &mut bob, "offer").await;
        bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
        amy.expect_numbered(1, "answerResponse").await;
        let mut auth = page("amy", "amy's", None);
        auth["received"] = received.clone();
        let mut back = Client::connect_as(&server, auth).await;
        let restored_to = back.expect("restored").await;
        amy.expect_end().await;
        if received.is_u64() {
            // It claims an event that was never sent: its call goes on, and it is counted again.
            assert_eq!(restored_to, restored(&Value::Null, &[party("bob", &object["offerId"])], 0));
            bob.emit(CANDIDATE_OUT, from_answerer(candidate(1))).await;
            assert_eq!(back.expect_numbered(1, CANDIDATE_IN).await, candidate(1));
        } else {
            back.expect_numbered(1, "answerResponse").await;
        }
        back.disconnect().await;
        bystanders.go_on().await;
    }
}

#[tokio::test]
async fn event_number_out_of_range_is_harmless() {
    let server = TestServer::start(&[]).await;
    let mut bystanders = Bystanders::talking(&server).await;
    let mut amy = Client::connect_as(&server, page("amy", "amy's", None)).await;
    amy.emit_numbered_with_ack(1, "newOffer", offer("amy's")).await;
    let absurd =
        [json!(0), json!(-1), json!(1e30), json!(1.5), json!("one"), json!(null), json!({}), json!([1]), json!(true)];
    for number in absurd {
        for event in [
            "newOffer",
            "newAnswer",
            CANDIDATE_OUT,
            "hangup",
            "cancelOffer",
            "rejoinCall",
            "callStage",
            "test",
            "checkOffers",
        ] {
            amy.emit_numbered(number.clone(), event, offer("whatever")).await;
        }
    }
    amy.settle().await;
    bystanders.go_on().await;
    let mut amy = Client::connect_as(&server, page("amy", "amy's", Some(0))).await;
    assert_eq!(amy.expect("restored").await["heard"], 1);
    // The largest number: no further event of this page counts, and no other client is affected.
    amy.emit_numbered(u64::MAX, "newOffer", offer("the last")).await;
    assert_eq!(amy.emit_numbered_with_ack(2, "hangup", Value::Null).await, json!({ "ended": 0 }));
    let mut amy = Client::connect_as(&server, page("amy", "amy's", Some(0))).await;
    assert_eq!(amy.expect("restored").await["heard"], json!(u64::MAX));
    bystanders.go_on().await;
}

#[tokio::test]
async fn a_course_page_may_send_as_many_arguments_as_it_likes() {
    let server = TestServer::start(&[]).await;
    let mut bob = Client::connect(&server, "bob").await;
    let mut amy = Client::connect(&server, "amy").await;
    for number in [5, 5, 1] {
        assert_eq!(amy.emit_numbered_with_ack(number, "newOffer", offer("amy's")).await["ok"], true);
    }
    for event in ["newOfferAwaiting", "offerWithdrawn", "newOfferAwaiting", "offerWithdrawn", "newOfferAwaiting"] {
        bob.expect(event).await;
    }
    bob.expect_silence().await;
}

/// As the protocol describes `session`, and nothing more.
#[tokio::test]
async fn page_without_numbers_receives_missed_events_once_in_order() {
    let server = TestServer::start(&[]).await;
    for transport in EVERY {
        let auth = json!({ "userName": "amy", "password": "x", "session": "amy's" });
        let mut bob = Client::connect(&server, "bob").await;
        let mut amy = Client::enter(&server, transport, auth.clone()).await;
        let object = offered(&mut amy, &mut bob, "offer").await;
        bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
        assert_eq!(amy.expect("answerResponse").await["answer"], answer("answer"));
        bob.emit(CANDIDATE_OUT, from_answerer(candidate(1))).await;
        assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(1));
        amy.break_off().await;
        assert_eq!(bob.expect("peerLost").await, party("amy", &object["offerId"]));
        for number in 2..4 {
            bob.emit(CANDIDATE_OUT, from_answerer(candidate(number))).await;
        }
        bob.settle().await;
        let mut amy = Client::try_connect(&server, transport, auth.clone()).await.expect("let in");
        assert_eq!(amy.expect("restored").await["calls"], json!([party("bob", &object["offerId"])]));
        for number in 2..4 {
            assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(number));
        }
        bob.expect("peerBack").await;
        // The old connection looks alive: no loss or return is announced, and nothing comes twice.
        let mut amy = Client::try_connect(&server, transport, auth).await.expect("let in");
        assert_eq!(amy.expect("restored").await["calls"], json!([party("bob", &object["offerId"])]));
        amy.expect_silence().await;
        bob.expect_silence().await;
        // A second argument of its own means nothing to the server.
        for _ in 0..2 {
            amy.emit_numbered(1, CANDIDATE_OUT, from_offerer(candidate(9))).await;
            assert_eq!(bob.expect(CANDIDATE_IN).await, candidate(9));
        }
        amy.disconnect().await;
        bob.disconnect().await;
    }
}
