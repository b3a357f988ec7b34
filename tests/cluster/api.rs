//! The API for a back end at the nodes of a cluster: each one acts on the clients of others, or says who can.

use serde_json::{Value, json};

use crate::nodes::nodes;
use crate::support::Client;
use crate::support::back_end::{BackEnd, TOKEN};
use crate::support::packet::Packet;
use crate::support::redis::{own_log, redis};

#[tokio::test]
async fn each_node_acts_on_clients_of_others() {
    let nodes = nodes(&own_log(&redis().address()), &["--api", "127.0.0.1:0", "--api-token", TOKEN]).await;
    let [first, second] = nodes.map(BackEnd::of);
    let auth = json!({ "userName": "amy", "password": "x", "lobby": "tea" });
    let mut amy = Client::connect_as(first.server(), auth).await;
    let _bob = Client::connect(second.server(), "bob").await;
    let amy_joined = amy.emit_with_ack("joining-room", json!({ "room": "kitchen" })).await;
    amy.expect("joined-room").await;
    let own = first.peer("amy").await;
    let path = format!("/v1/peers/{}", own["peerId"].as_str().expect("an id"));

    // The second node has no clients in that lobby.
    let event = json!({ "event": "news", "args": ["one"] });
    let home = first.server().address().port().to_string();
    for (method, rest) in [("GET", ""), ("POST", "/events"), ("POST", "/disconnect")] {
        let body = if rest == "/events" { event.to_string() } else { String::new() };
        let (status, refusal) = second.request(method, &format!("{path}{rest}"), &body).await;
        assert_eq!((status, &refusal["code"]), (409, &json!("elsewhere")), "{rest}");
        let sentence = refusal["message"].as_str().expect("a sentence");
        assert!(sentence.contains(&home) && sentence.contains(own["node"].as_str().expect("a node")), "{sentence}");
    }
    let list = second.get("/v1/peers").await;
    assert_eq!((&list["complete"], &list["items"][0]["userName"]), (&json!(false), &json!("bob")));
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));

    // With the lobby it finds out.
    second.post(&format!("{path}/events?lobby=tea"), event.clone()).await;
    assert_eq!(amy.expect("news").await, "one");
    assert_eq!(second.get(&path).await, own, "it reads that shard now");
    let list = second.get("/v1/peers?lobby=tea").await;
    assert_eq!((&list["complete"], &list["items"]), (&json!(true), &json!([own])));
    second.post("/v1/lobbies/tea/events", event).await;
    assert_eq!(amy.expect("news").await, "one");
    let room = second.get("/v1/rooms/tea/kitchen").await;
    assert_eq!(room["members"][0]["memberId"], amy_joined["peerId"]);
    second.post("/v1/rooms/tea/kitchen/close", Value::Null).await;
    assert_eq!(amy.expect("not-admitted").await["code"], "room-closed");
    second.post(&format!("{path}/disconnect"), json!({ "reason": "It is late." })).await;
    assert_eq!(amy.expect("signalingError").await["message"], "It is late.");
    assert_eq!(amy.next().await, Packet::Disconnected);
    assert_eq!(first.get("/v1/peers?lobby=tea").await["items"], json!([]));
    assert_eq!(second.refusal(404, "GET", &format!("{path}?lobby=tea"), "").await, "no-such-peer");
}
