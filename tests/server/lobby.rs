//! Lobbies separate groups of clients ("Lobbies").

use serde_json::{Value, json};

use crate::support::payload::{answer, answered, offer, offered, withdrawn};
use crate::support::{Client, TestServer, Transport};

async fn connect(server: &TestServer, user_name: &str, lobby: &str) -> Client {
    Client::connect_as(server, json!({ "userName": user_name, "password": "x", "lobby": lobby })).await
}

#[tokio::test]
async fn event_of_one_lobby_never_reaches_another() {
    let server = TestServer::start(&[]).await;
    let mut amy = connect(&server, "amy", "red").await;
    let mut bob = connect(&server, "bob", "red").await;
    let mut blue = connect(&server, "blue", "blue").await;
    let mut common = Client::connect(&server, "common").await;
    let first = offered(&mut amy, &mut bob, "first").await;
    amy.emit_with_ack("newOffer", offer("second")).await;
    bob.expect("offerWithdrawn").await;
    let second = bob.expect("newOfferAwaiting").await[0].take();
    assert_ne!(first, second);
    bob.emit_with_ack("newAnswer", answered(&second, "answer")).await;
    amy.expect("answerResponse").await;
    amy.emit_with_ack("newOffer", offer("third")).await;
    amy.emit_with_ack("cancelOffer", Value::Null).await;
    amy.close().await;
    for _ in 0..2 {
        bob.next_event().await;
    }
    bob.expect("peerHangup").await;
    blue.expect_silence().await;
    common.expect_silence().await;
}

#[tokio::test]
async fn the_lists_are_apart() {
    let server = TestServer::start(&[]).await;
    let mut red = connect(&server, "amy", "red").await;
    let mut blue = connect(&server, "amy", "blue").await;
    let mut common = Client::connect(&server, "amy").await;
    for (client, text) in [(&mut red, "red"), (&mut blue, "blue"), (&mut common, "common")] {
        client.emit_with_ack("newOffer", offer(text)).await;
    }
    for lobby in ["red", "blue"] {
        let list = connect(&server, "newcomer", lobby).await.expect("availableOffers").await;
        assert_eq!(list.as_array().map(Vec::len), Some(1));
        assert_eq!(list[0]["offer"], offer(lobby));
    }
    let mut asking = Client::connect_by(&server, Transport::Polling, "newcomer").await;
    assert_eq!(asking.expect("availableOffers").await[0]["offer"], offer("common"));
    asking.emit("checkOffers", Value::Null).await;
    assert_eq!(asking.expect("availableOffers").await.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn an_offer_cannot_be_answered_from_another_lobby() {
    let server = TestServer::start(&[]).await;
    let mut amy = connect(&server, "amy", "red").await;
    let mut bob = connect(&server, "bob", "red").await;
    let object = offered(&mut amy, &mut bob, "offer").await;
    for mut eve in [connect(&server, "eve", "blue").await, Client::connect(&server, "eve").await] {
        for attempt in [answered(&object, "eve's"), json!({ "offererUserName": "amy", "answer": answer("eve's") })] {
            assert_eq!(eve.emit_with_ack("newAnswer", attempt).await, json!([]));
            eve.expect_error("newAnswer", "no-such-offer").await;
        }
    }
    amy.expect_silence().await;
    bob.emit_with_ack("newAnswer", json!({ "offererUserName": "amy", "answer": answer("bob's") })).await;
    assert_eq!(amy.expect("answerResponse").await["answer"], answer("bob's"));
}

#[tokio::test]
async fn lobby_name_over_64_characters_is_rejected_with_reason() {
    let server = TestServer::start(&[]).await;
    for letter in ["l", "ö"] {
        let mut amy = connect(&server, "amy", &letter.repeat(64)).await;
        let mut bob = connect(&server, "bob", &letter.repeat(64)).await;
        offered(&mut amy, &mut bob, "offer").await;
        let auth = json!({ "userName": "amy", "password": "x", "lobby": letter.repeat(65) });
        for transport in [Transport::WebSocket, Transport::Polling] {
            let reason = Client::try_connect(&server, transport, auth.clone()).await.err().expect("refused");
            assert!(reason["message"].as_str().is_some_and(|text| text.contains("64")), "{reason}");
        }
    }
}

#[tokio::test]
async fn large_lobby_receives_each_offer_and_its_withdrawal() {
    let server = TestServer::start(&[]).await;
    let mut caller = Client::connect(&server, "amy").await;
    let mut crowd = Vec::new();
    for (number, transport) in [Transport::WebSocket, Transport::Polling].into_iter().cycle().take(12).enumerate() {
        crowd.push(Client::connect_by(&server, transport, &format!("listener {number}")).await);
    }
    for round in ["first", "second"] {
        caller.emit("newOffer", offer(round)).await;
        let mut objects = Vec::new();
        for listener in &mut crowd {
            objects.push(listener.expect("newOfferAwaiting").await[0].take());
        }
        assert!(objects.iter().all(|object| object["offer"] == offer(round)), "{objects:?}");
        let ack = crowd[0].emit_with_ack("newAnswer", answered(&objects[0], "answer")).await;
        assert_eq!(ack, json!([]));
        assert_eq!(caller.expect("answerResponse").await["answer"], answer("answer"));
        for listener in &mut crowd[1..] {
            assert_eq!(listener.expect("offerWithdrawn").await, withdrawn(&objects[0], "answered"));
        }
        caller.emit_with_ack("hangup", Value::Null).await;
        crowd[0].expect("peerHangup").await;
    }
}
