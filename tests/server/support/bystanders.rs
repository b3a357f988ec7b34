//! Two that talk in a lobby of their own while somebody else misbehaves.

use serde_json::json;

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

    pub async fn go_on(&mut self) {
        self.bob.emit(CANDIDATE_OUT, from_answerer(candidate(1))).await;
        assert_eq!(self.amy.expect(CANDIDATE_IN).await, candidate(1));
        self.bob.expect_silence().await;
    }
}
