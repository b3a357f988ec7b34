//! A connection's id never leaves the server, except to that connection: with the id of a polling session any client
//! could send as its owner.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::payload::{CANDIDATE_OUT, candidate, connected_call, from_answerer, from_offerer, offer};
use crate::support::{Bare, Client, TestServer, Transport};

/// Calls, a loss, a return, a renegotiation and a room of five over both services. Returns all clients.
async fn busy_day(server: &TestServer) -> (Vec<Client>, Vec<Bare>) {
    let mut amy = Client::connect_by(server, Transport::Polling, "amy").await;
    let mut bob = Client::connect_by(server, Transport::Upgrade, "bob").await;
    let mut clients = vec![Client::connect_by(server, Transport::WebSocket, "cem").await];
    let id = connected_call(&mut amy, &mut bob).await;
    for number in 0..3 {
        amy.emit_with_ack(CANDIDATE_OUT, from_offerer(candidate(number))).await;
        bob.emit_with_ack(CANDIDATE_OUT, from_answerer(candidate(number))).await;
    }
    amy.emit_with_ack("newOffer", json!({ "offerId": id, "offer": offer("again") })).await;
    bob.emit_with_ack("newAnswer", json!({ "offerId": id, "answer": offer("again") })).await;
    // One goes, is missed, and comes back.
    let gone = Client::connect_by(server, Transport::Polling, "dan").await;
    let mut dan = gone;
    dan.emit_with_ack("newOffer", offer("dan's")).await;
    dan.emit_with_ack("joining-room", json!({ "room": "tea" })).await;
    let mut bares = vec![Bare::connect(server, "eve").await, Bare::connect(server, "fay").await];
    for bare in &mut bares {
        bare.ask(json!({ "action": "joining-room", "room": "tea" })).await;
    }
    amy.emit_with_ack("joining-room", json!({ "room": "tea" })).await;
    amy.emit_with_ack("sending-SDP-offer", json!({ "room": "tea", "offer": offer("to all") })).await;
    dan.break_off().await;
    let mut back = Client::connect_by(server, Transport::Polling, "dan").await;
    back.emit_with_ack("leaving-room", json!({ "room": "tea" })).await;
    bob.emit_with_ack("hangup", Value::Null).await;
    bob.emit_with_ack("newOffer", offer("bob's")).await;
    clients.extend([amy, bob, back]);
    let late = Client::connect_by(server, Transport::Polling, "gus").await;
    clients.push(late);
    for client in &mut clients {
        // Refusals, too.
        client.emit_with_ack("newAnswer", json!({ "offerId": "0123456789abcdef", "answer": offer("none") })).await;
        client.emit_with_ack("sending-SDP-offer", json!({ "room": "tea", "to": "no one", "offer": 1 })).await;
        client.settle().await;
    }
    for bare in &mut bares {
        bare.settle().await;
    }
    (clients, bares)
}

#[tokio::test]
async fn client_never_receives_connection_id_of_another() {
    let server = TestServer::start(&[]).await;
    let (clients, bares) = busy_day(&server).await;
    for (number, owner) in clients.iter().enumerate() {
        let ids = owner.ids();
        assert_eq!(ids.len(), 2, "{ids:?}");
        let others = clients.iter().enumerate().filter(|(other, _)| *other != number).map(|(_, client)| &client.heard);
        for heard in others.chain(bares.iter().map(|bare| &bare.heard)) {
            assert!(!heard.is_empty());
            for id in &ids {
                assert!(!heard.contains(id.as_str()), "{id} was sent to another client: {heard}");
            }
        }
    }
}

/// All in a text that could be an id.
fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_')));
    words.filter(|word| word.len() >= 8).map(str::to_owned).collect()
}

#[tokio::test]
async fn polling_session_is_closed_to_every_id_sent_to_others() {
    let server = TestServer::start(&[]).await;
    let (clients, bares) = busy_day(&server).await;
    // A client may know its own ids; sent to another client they would count.
    let to_clients = clients.iter().flat_map(|client| &words(&client.heard) - &BTreeSet::from_iter(client.ids()));
    let sent: BTreeSet<String> = to_clients.chain(bares.iter().flat_map(|bare| words(&bare.heard))).collect();
    // Offer ids and peer ids are among them.
    assert!(sent.iter().filter(|word| word.len() == 16).count() > 3, "{sent:?}");
    for guess in sent {
        let path = format!("/socket.io/?EIO=4&transport=polling&sid={guess}");
        let forged = br#"42["newOffer",{"type":"offer","sdp":"forged"}]"#;
        let reply = server.request("POST", &path, &[("Content-Type", "text/plain")], forged).await;
        assert_eq!(reply.status, 400, "{guess}: {}", reply.text());
        assert_eq!(server.get(&path).await.status, 400, "{guess}");
    }
    // That it is the id which opens a session, and nothing else, is seen with the right one.
    let victim = clients.iter().find(|client| client.handshake["upgrades"] == json!(["websocket"])).expect("one polls");
    let path = format!("/socket.io/?EIO=4&transport=polling&sid={}", victim.ids()[0]);
    assert_eq!(server.request("POST", &path, &[("Content-Type", "text/plain")], b"3").await.status, 200);
}
