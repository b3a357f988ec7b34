//! A client of the data channel course: HTTP for its rooms, a plain WebSocket for the rest.

use serde_json::{Value, json};

use super::TestServer;
use super::bare::Bare;
use super::http::Reply;

/// A client that is connected at `/?userId=…`.
pub struct User {
    pub wire: Bare,
}

impl User {
    pub async fn connect(server: &TestServer, id: &str) -> Self {
        let mut user = Self { wire: Bare::open_path(server.address(), &format!("/?userId={id}")).await };
        user.settle().await;
        user
    }

    /// Sends what the course's pages send: the label goes with the type.
    pub async fn say(&mut self, kind: &str, mut data: Value) {
        let label = match kind {
            "OFFER" | "ANSWER" | "ICE_CANDIDATES" => "WEBRTC_PROCESS",
            _ => "NORMAL_SERVER_PROCESS",
        };
        data["type"] = json!(kind);
        self.wire.send_text(&json!({ "label": label, "data": data }).to_string()).await;
    }

    pub async fn join(&mut self, room: &str, id: Value) {
        self.say("JOIN_ROOM_REQUEST", json!({ "roomName": room, "userId": id })).await;
    }

    pub async fn exit(&mut self, room: &str, id: Value) {
        self.say("EXIT_ROOM_REQUEST", json!({ "roomName": room, "userId": id })).await;
    }

    /// The data of the next frame, which must be of this type.
    pub async fn expect(&mut self, kind: &str) -> Value {
        let mut frame = self.wire.next_or_end().await.expect("the connection is still open");
        assert_eq!(frame["data"]["type"], kind, "came instead: {frame}");
        frame["data"].take()
    }

    /// The next frame must be of this type, with some words in it.
    pub async fn expect_words(&mut self, kind: &str) -> Value {
        let data = self.expect(kind).await;
        assert!(data["message"].as_str().is_some_and(|message| message.contains(' ')), "a sentence: {data}");
        data
    }

    pub async fn expect_error(&mut self, code: &str) {
        assert_eq!(self.expect_words("SIGNALING_ERROR").await["code"], code);
    }

    /// Waits until the server has dealt with all that was sent. Nothing else may come before.
    pub async fn settle(&mut self) {
        self.exit("a room in which nobody is", json!(0)).await;
        self.expect_error("not-in-room").await;
    }
}

/// Asks for a room to be made or destroyed, as a page on another port of this machine.
pub async fn post(server: &TestServer, path: &str, body: &str) -> Reply {
    let headers = [("Content-Type", "text/plain;charset=UTF-8"), ("Origin", "http://localhost:3000")];
    server.request("POST", path, &headers, body.as_bytes()).await
}

/// Makes a room.
pub async fn create(server: &TestServer, room: &str, id: Value) {
    let reply = post(server, "/create-room", &json!({ "roomName": room, "userId": id }).to_string()).await;
    assert_eq!((reply.status, reply.text().as_str()), (200, r#"{"data":{"type":"CHECK_ROOM_RESPONSE_SUCCESS"}}"#));
}

/// A refusal must be of this type and status, and say why.
pub fn assert_refused(reply: &Reply, status: u16, kind: &str) {
    let body: Value = serde_json::from_str(&reply.text()).expect("JSON");
    assert_eq!((reply.status, body["data"]["type"].as_str()), (status, Some(kind)), "{body}");
    assert!(body["data"]["message"].as_str().is_some_and(|message| message.contains(' ')), "{body}");
}

/// Two clients of one room: its creator, as 1, and the one that joined, as "two".
pub async fn pair(server: &TestServer, room: &str) -> (User, User) {
    let mut one = User::connect(server, "1").await;
    create(server, room, json!(1)).await;
    let mut two = User::connect(server, "two").await;
    two.join(room, json!("two")).await;
    two.expect("JOIN_ROOM_RESPONSE_SUCCESS").await;
    one.expect("JOIN_ROOM_NOTIFY").await;
    (one, two)
}
