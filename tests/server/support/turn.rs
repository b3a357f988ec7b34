//! TURN clients, and the credentials that the server sends them.

use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use switchboard_turn::client::{Client, ClientError};
use switchboard_turn::rest_credentials;

use super::{TestServer, within};

/// A server that relays on this machine.
pub const RELAY: [&str; 5] = ["--bind", "127.0.0.1", "--turn", "--turn-port", "0"];
/// The secret of servers that share one with the tests.
pub const ICE_SECRET: &str = "a secret that only the tests know";

/// What `/api/ice-servers` sends of the TURN server inside.
pub struct Turn {
    pub urls: Vec<String>,
    pub username: String,
    pub credential: String,
}

impl Turn {
    /// Asks the server, with the course's password.
    pub async fn of(server: &TestServer) -> Self {
        let reply = server.get("/api/ice-servers?password=x").await;
        let list: Value = serde_json::from_slice(&reply.body).expect("JSON");
        Self::from(&list["iceServers"][0])
    }

    /// Reads a member of the list.
    pub fn from(member: &Value) -> Self {
        let text = |name: &str| member[name].as_str().unwrap_or_else(|| panic!("no {name}: {member}")).to_owned();
        let urls = member["urls"].as_array().expect("URLs").iter().map(|url| url.as_str().expect("text").to_owned());
        Self { urls: urls.collect(), username: text("username"), credential: text("credential") }
    }

    /// Where the server listens for TURN.
    pub fn address(&self) -> SocketAddr {
        self.urls[0].trim_start_matches("turn:").parse().expect("an address")
    }

    /// Allocates, and returns the relayed address.
    pub async fn allocate(&self, client: &mut Client) -> Result<SocketAddr, ClientError> {
        within("an allocation", client.allocate(&self.username, &self.credential)).await
    }
}

/// Credentials made of this secret, which are valid for so long.
pub fn credentials(secret: &str, valid_for: i64) -> (String, String) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    rest_credentials(secret.as_bytes(), "amy", now.as_secs().saturating_add_signed(valid_for))
}

/// Relays a message from one client to the other by the relayed addresses of both, which it returns.
pub async fn relay(turn: &Turn, one: &mut Client, other: &mut Client) -> (SocketAddr, SocketAddr) {
    let by_one = turn.allocate(one).await.expect("an allocation");
    let by_other = turn.allocate(other).await.expect("another allocation");
    within("permissions", async {
        one.permit(by_other).await.expect("a permission");
        other.permit(by_one).await.expect("a permission");
        one.send(by_other, b"tea?").await.expect("sent");
    })
    .await;
    let (from, message) = within("the message", other.receive()).await.expect("a message");
    assert_eq!((from, message.as_slice()), (by_one, b"tea?".as_slice()));
    (by_one, by_other)
}
