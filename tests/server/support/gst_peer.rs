//! A client at `/gst`, as `webrtcsink` and `gstwebrtc-api` are.

use serde_json::{Value, json};

use super::TestServer;
use super::bare::Bare;

/// A client that has received its id.
pub struct GstPeer {
    pub wire: Bare,
    pub id: Value,
}

impl GstPeer {
    pub async fn connect(server: &TestServer) -> Self {
        Self::enter(server, "").await
    }

    /// Connects with this query.
    pub async fn enter(server: &TestServer, query: &str) -> Self {
        Self::at(server, &format!("/gst?{query}")).await
    }

    /// Connects at this path.
    pub async fn at(server: &TestServer, path: &str) -> Self {
        let wire = Bare::open_path(server.address(), path).await;
        let mut peer = Self { wire, id: Value::Null };
        peer.id = peer.expect("welcome").await["peerId"].clone();
        peer
    }

    /// A producer, with this name in its meta.
    pub async fn producer(server: &TestServer, name: &str) -> Self {
        let mut peer = Self::connect(server).await;
        peer.set_status(&["producer"], json!({ "name": name })).await;
        peer.settle().await;
        peer
    }

    /// A client that is notified of others.
    pub async fn listener(server: &TestServer) -> Self {
        let mut peer = Self::connect(server).await;
        peer.set_status(&["listener"], Value::Null).await;
        let id = peer.id.clone();
        peer.expect_status(&id, &["listener"], Value::Null).await;
        peer
    }

    pub async fn say(&mut self, kind: &str, mut message: Value) {
        message["type"] = json!(kind);
        self.wire.send_text(&message.to_string()).await;
    }

    pub async fn set_status(&mut self, roles: &[&str], meta: Value) {
        self.say("setPeerStatus", json!({ "roles": roles, "meta": meta })).await;
    }

    /// The next message, which must be of this type.
    pub async fn expect(&mut self, kind: &str) -> Value {
        let message = self.wire.next_or_end().await.expect("the connection is still open");
        assert_eq!(message["type"], kind, "came instead: {message}");
        message
    }

    pub async fn expect_status(&mut self, of: &Value, roles: &[&str], meta: Value) {
        let expected = json!({ "type": "peerStatusChanged", "peerId": of, "roles": roles, "meta": meta });
        assert_eq!(self.expect("peerStatusChanged").await, expected);
    }

    /// The next message must be an error with this code and some words.
    pub async fn expect_error(&mut self, code: &str) {
        let error = self.expect("error").await;
        assert_eq!(error["code"], code, "{error}");
        assert!(error["details"].as_str().is_some_and(|details| details.contains(' ')), "a sentence: {error}");
    }

    /// Starts a session with a producer: its id.
    pub async fn start(&mut self, producer: &mut Self) -> Value {
        self.say("startSession", json!({ "peerId": producer.id })).await;
        let started = self.expect("sessionStarted").await;
        let expected =
            json!({ "type": "startSession", "peerId": self.id, "sessionId": started["sessionId"], "offer": null });
        assert_eq!(producer.expect("startSession").await, expected);
        assert_eq!(started["peerId"], producer.id);
        started["sessionId"].clone()
    }

    /// The ids of the producers or consumers, by `list` or `listConsumers`.
    pub async fn listed(&mut self, list: &str) -> Vec<Value> {
        self.say(list, json!({})).await;
        let listed = self.expect(list).await;
        let key = if list == "list" { "producers" } else { "consumers" };
        listed[key].as_array().expect("a list").iter().map(|peer| peer["id"].clone()).collect()
    }

    /// Waits until the server has dealt with all that was sent. Nothing else may come before.
    pub async fn settle(&mut self) {
        self.say("startSession", json!({ "peerId": "none" })).await;
        self.expect_error("no-such-peer").await;
    }
}
