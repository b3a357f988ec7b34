//! Well-behaved clients: whole calls, rooms and pairs beside the hostile clients. Each of their steps must succeed.

use serde_json::{Value, json};

use crate::support::member::{Kind, Member};
use crate::support::pair_user::{User, create};
use crate::support::payload::{
    CANDIDATE_IN, CANDIDATE_OUT, answer, answered, candidate, candidates, ended, from_answerer, from_offerer, offered,
};
use crate::support::{Client, TestServer, Transport};

/// A whole call: offer, candidates, answer, candidates both ways, hang up. Neither receives anything else.
pub async fn call(server: &TestServer, transports: [Transport; 2], lobby: &str) {
    let auth = |name: &str| json!({ "userName": name, "password": "x", "lobby": lobby });
    let mut amy = Client::enter(server, transports[0], auth("amy")).await;
    let mut bob = Client::enter(server, transports[1], auth("bob")).await;
    let object = offered(&mut amy, &mut bob, "offer").await;
    for number in 0..5 {
        amy.emit(CANDIDATE_OUT, from_offerer(candidate(number))).await;
    }
    amy.settle().await;
    let early = bob.emit_with_ack("newAnswer", answered(&object, "answer")).await;
    assert_eq!(early, json!(candidates(0..5)), "the caller's candidates so far, each once and in order");
    assert_eq!(amy.expect("answerResponse").await["answer"], answer("answer"));
    for number in 5..10 {
        amy.emit(CANDIDATE_OUT, from_offerer(candidate(number))).await;
        bob.emit(CANDIDATE_OUT, from_answerer(candidate(number + 100))).await;
    }
    for number in 5..10 {
        assert_eq!(bob.expect(CANDIDATE_IN).await, candidate(number));
        assert_eq!(amy.expect(CANDIDATE_IN).await, candidate(number + 100));
    }
    assert_eq!(amy.emit_with_ack("hangup", Value::Null).await, json!({ "ended": 1 }));
    assert_eq!(bob.expect("peerHangup").await, ended("amy", &object["offerId"], "hangup"));
    amy.expect_silence().await;
    bob.expect_silence().await;
    amy.leave().await;
    bob.leave().await;
}

/// Two in a room, over either service: the new member offers, the other one answers, candidates go both ways.
pub async fn room(server: &TestServer, kinds: [Kind; 2], lobby: &str) {
    let lobby = json!({ "lobby": lobby });
    let mut amy = Member::connect_as(server, kinds[0], "amy", lobby.clone()).await;
    let mut bob = Member::connect_as(server, kinds[1], "bob", lobby).await;
    amy.join("tea").await;
    bob.join("tea").await;
    assert_eq!(amy.expect("user-joined").await, bob.joined("tea"));
    bob.say("sending-SDP-offer", json!({ "room": "tea", "offer": "offer" })).await;
    assert_eq!(amy.expect("receiving-SDP-offer").await["offer"], "offer");
    amy.say("accepting-SDP-offer", json!({ "room": "tea", "to": bob.id, "answer": "answer" })).await;
    assert_eq!(bob.expect("accepting-SDP-offer").await["answer"], "answer");
    for number in 0..5 {
        amy.say("sending-ICE-candidate", json!({ "room": "tea", "to": bob.id, "candidate": number })).await;
        bob.say("sending-ICE-candidate", json!({ "room": "tea", "to": amy.id, "candidate": number })).await;
    }
    for number in 0..5 {
        assert_eq!(amy.expect("receiving-ICE-candidate").await["candidate"], number);
        assert_eq!(bob.expect("receiving-ICE-candidate").await["candidate"], number);
    }
    bob.leave("tea").await;
    assert_eq!(amy.expect("user-left").await, bob.left("tea", "left"));
    amy.expect_silence().await;
    bob.expect_silence().await;
    amy.close().await;
    bob.close().await;
}

/// Two of a pair, under names that no other client has.
pub async fn pair(server: &TestServer, name: &str) {
    let (one, two) = (format!("{name}-one"), format!("{name}-two"));
    let mut amy = User::connect(server, &one).await;
    create(server, name, json!(one)).await;
    let mut bob = User::connect(server, &two).await;
    bob.join(name, json!(two)).await;
    assert_eq!(bob.expect("JOIN_ROOM_RESPONSE_SUCCESS").await["creatorId"], json!(one));
    amy.expect("JOIN_ROOM_NOTIFY").await;
    bob.say("OFFER", json!({ "offer": "offer", "otherUserId": one })).await;
    assert_eq!(amy.expect("OFFER").await["offer"], "offer");
    amy.say("ANSWER", json!({ "answer": "answer", "otherUserId": two })).await;
    assert_eq!(bob.expect("ANSWER").await["answer"], "answer");
    amy.say("ICE_CANDIDATES", json!({ "candidatesArray": [1, 2, 3], "otherUserId": two })).await;
    assert_eq!(bob.expect("ICE_CANDIDATES").await["candidatesArray"], json!([1, 2, 3]));
    bob.exit(name, json!(two)).await;
    amy.expect_words("EXIT_ROOM_NOTIFY").await;
    amy.exit(name, json!(one)).await;
    amy.settle().await;
    bob.settle().await;
    amy.wire.close().await;
    bob.wire.close().await;
}
