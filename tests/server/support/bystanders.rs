//! A call in a lobby of its own, which must go on while another client misbehaves.

use serde_json::{Value, json};

use super::payload::{CANDIDATE_IN, CANDIDATE_OUT, candidate, connected_call, from_answerer};
use super::{Client, TestServer};

/// Two in a call: whatever a third one does, they go on.
pub struct Bystanders {
    amy: Client,
    bob: Client,
}

impl Bystanders {
    pub async fn talking(server: &TestServer) -> Self {
        let auth = |name: &str| json!({ "userName": name, "password": "x", "lobby": "bystanders" });
        let mut amy = Client::connect_as(server, auth("amy")).await;
        let mut bob = Client::connect_as(server, auth("bob")).await;
        connected_call(&mut amy, &mut bob).await;
        Self { amy, bob }
    }

    /// Their call ends, and they make another one.
    pub async fn call_again(&mut self) {
        assert_eq!(self.amy.emit_with_ack("hangup", Value::Null).await, json!({ "ended": 1 }));
        assert_eq!(self.bob.expect("peerHangup").await["reason"], "hangup");
        connected_call(&mut self.amy, &mut self.bob).await;
        self.go_on().await;
    }

    pub async fn go_on(&mut self) {
        self.bob.emit(CANDIDATE_OUT, from_answerer(candidate(1))).await;
        assert_eq!(self.amy.expect(CANDIDATE_IN).await, candidate(1));
        self.bob.expect_silence().await;
    }
}
