//! A member of rooms over Socket.IO or the bare WebSocket: what it receives has one shape, `{room, from?, ...}`, so
//! that one test covers both, and rooms with members of both.

use serde_json::{Map, Value, json};

use super::bare::encoded;
use super::packet::Packet;
use super::{Bare, Client, TestServer, Transport};

/// How a member connects.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Socket.IO.
    Io(Transport),
    /// The bare WebSocket.
    Bare,
}

pub const BARE: Kind = Kind::Bare;
pub const WEB_SOCKET: Kind = Kind::Io(Transport::WebSocket);
pub const POLLING: Kind = Kind::Io(Transport::Polling);
pub const UPGRADE: Kind = Kind::Io(Transport::Upgrade);

/// Every kind.
pub const EVERY: [Kind; 4] = [WEB_SOCKET, POLLING, UPGRADE, BARE];
/// The two services, alone and mixed.
pub const PAIRS: [(Kind, Kind); 5] =
    [(WEB_SOCKET, WEB_SOCKET), (BARE, BARE), (POLLING, BARE), (BARE, UPGRADE), (BARE, WEB_SOCKET)];

/// One person who is in rooms.
pub struct Member {
    service: Service,
    pub name: String,
    /// Its `peerId` in the room that it joined last.
    pub id: Value,
}

enum Service {
    Io(Box<Client>),
    Bare(Box<Bare>),
}

impl Member {
    pub async fn connect(server: &TestServer, kind: Kind, name: &str) -> Self {
        Self::connect_as(server, kind, name, json!({})).await
    }

    /// Connects with more credentials: `lobby`, `session`.
    pub async fn connect_as(server: &TestServer, kind: Kind, name: &str, more: Value) -> Self {
        let mut member = Self::open(server, kind, name, more).await;
        member.settle().await;
        member
    }

    /// The same for a member that receives something as it connects: that has not been looked at.
    pub async fn open(server: &TestServer, kind: Kind, name: &str, more: Value) -> Self {
        let mut auth = json!({ "userName": name, "password": "x" });
        auth.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let service = match kind {
            Kind::Io(transport) => {
                Service::Io(Box::new(Client::try_connect(server, transport, auth).await.expect("let in")))
            }
            Kind::Bare => {
                let pairs = auth.as_object().expect("an object").iter();
                let query: Vec<_> =
                    pairs.map(|(k, v)| format!("{k}={}", encoded(v.as_str().expect("a text")))).collect();
                Service::Bare(Box::new(Bare::open(server, &query.join("&")).await))
            }
        };
        Self { service, name: name.to_owned(), id: Value::Null }
    }

    /// Members of one room, in the order of joining; nothing is left to be received.
    pub async fn gather<const N: usize>(server: &TestServer, room: &str, kinds: [Kind; N]) -> [Self; N] {
        let mut members: Vec<Self> = Vec::new();
        for (number, kind) in kinds.into_iter().enumerate() {
            let mut newcomer = Self::connect(server, kind, ["amy", "bob", "cem", "dan", "eve"][number]).await;
            newcomer.join(room).await;
            for member in &mut members {
                assert_eq!(member.expect("user-joined").await, newcomer.joined(room));
            }
            members.push(newcomer);
        }
        members.try_into().unwrap_or_else(|_| unreachable!("as many as there are kinds"))
    }

    // ---- What it receives ----

    /// How the others see it.
    pub fn info(&self) -> Value {
        json!({ "peerId": self.id, "userName": self.name })
    }

    /// What `user-lost` and `user-back` carry of it.
    pub fn about(&self, room: &str) -> Value {
        json!({ "room": room, "peerId": self.id, "userName": self.name })
    }

    /// What `user-joined` carries of it.
    pub fn joined(&self, room: &str) -> Value {
        json!({ "room": room, "peerId": self.id, "userName": self.name, "polite": false })
    }

    /// What `user-left` carries of it.
    pub fn left(&self, room: &str, reason: &str) -> Value {
        json!({ "room": room, "peerId": self.id, "userName": self.name, "reason": reason })
    }

    // ---- Out ----

    /// Says something without asking what came of it.
    pub async fn say(&mut self, name: &str, payload: Value) {
        match &mut self.service {
            Service::Io(client) => client.emit(name, payload).await,
            Service::Bare(bare) => bare.send_text(&message(name, payload).to_string()).await,
        }
    }

    /// Says something and gives back what came of it: `{ok: true, ...}` or `{ok: false, error}`.
    pub async fn ask(&mut self, name: &str, payload: Value) -> Value {
        match &mut self.service {
            Service::Io(client) => client.emit_with_ack(name, payload).await,
            Service::Bare(bare) => {
                let mut reply = bare.ask(message(name, payload)).await;
                let mut outcome = json!({ "ok": reply["ok"] });
                if let Some(error) = reply.get("error") {
                    outcome["error"] = error.clone();
                } else if reply["data"] != json!({}) {
                    outcome["room"] = reply["room"].take();
                    outcome.as_object_mut().expect("an object").extend(object(reply["data"].take()));
                }
                outcome
            }
        }
    }

    /// Joins a room, receives what a new member receives, and returns the members that it found.
    pub async fn join(&mut self, room: &str) -> Value {
        let mut reply = self.ask("joining-room", json!({ "room": room })).await;
        assert_eq!(reply["ok"], true, "{reply}");
        let joined = self.expect("joined-room").await;
        reply.as_object_mut().expect("an object").shift_remove("ok");
        assert_eq!(reply, joined, "the reply holds the same");
        if joined["members"] != json!([]) {
            let asked = self.expect("requesting-SDP-offer").await;
            assert_eq!(asked, json!({ "room": room, "members": joined["members"] }));
        }
        self.id = joined["peerId"].clone();
        joined
    }

    pub async fn leave(&mut self, room: &str) {
        assert_eq!(self.ask("leaving-room", json!({ "room": room })).await, json!({ "ok": true }));
    }

    /// Sends an event that has no effect, once with an ack and once without; each time it gets one reason.
    pub async fn refused(&mut self, name: &str, payload: Value, code: &str) {
        let reply = self.ask(name, payload.clone()).await;
        assert_eq!((&reply["ok"], reply["error"]["code"].as_str()), (&json!(false), Some(code)), "{payload:.200}");
        let message = reply["error"]["message"].as_str().expect("a message");
        assert!(message.contains(' '), "a sentence, not {message:?}");
        self.expect_silence().await;
        self.say(name, payload).await;
        match &mut self.service {
            Service::Io(client) => client.expect_error(name, code).await,
            Service::Bare(bare) => bare.expect_error(name, code).await,
        }
    }

    // ---- In ----

    /// The payload of the next event, which must have this name.
    pub async fn expect(&mut self, name: &str) -> Value {
        let (came, payload) = self.next().await;
        assert_eq!(came, name, "came instead, to {}, with {payload}", self.name);
        payload
    }

    /// The next event: its name, and `{room, from?, ...}`.
    pub async fn next(&mut self) -> (String, Value) {
        self.next_or_end().await.expect("the connection is still open")
    }

    /// The same, or nothing where the connection is closed.
    pub async fn next_or_end(&mut self) -> Option<(String, Value)> {
        match &mut self.service {
            Service::Io(client) => match client.next_or_end().await? {
                Packet::Event(event) => Some((event.name, event.payload)),
                Packet::Disconnected => None,
                other => panic!("an event was expected, not {other:?}"),
            },
            Service::Bare(bare) => {
                let mut frame = object(bare.next_or_end().await?);
                let name = frame.shift_remove("signal").expect("a signal");
                let data = object(frame.shift_remove("data").expect("every signal has data"));
                for envelope in ["room", "from"] {
                    assert!(!data.contains_key(envelope), "{envelope} stands in the envelope and nowhere else");
                }
                frame.extend(data);
                Some((name.as_str().expect("a text").to_owned(), Value::Object(frame)))
            }
        }
    }

    /// All that it received up to now and that has not been looked at.
    pub async fn all_heard(&mut self) -> Vec<(String, Value)> {
        self.settle().await;
        let count = match &self.service {
            Service::Io(client) => client.waiting(),
            Service::Bare(bare) => bare.waiting(),
        };
        let mut all = Vec::new();
        for _ in 0..count {
            all.push(self.next().await);
        }
        all
    }

    pub async fn settle(&mut self) {
        match &mut self.service {
            Service::Io(client) => client.settle().await,
            Service::Bare(bare) => bare.settle().await,
        }
    }

    pub async fn expect_silence(&mut self) {
        match &mut self.service {
            Service::Io(client) => client.expect_silence().await,
            Service::Bare(bare) => bare.expect_silence().await,
        }
    }

    // ---- The end ----

    /// Closes on purpose, as its service's protocol says it.
    pub async fn close(self) {
        match self.service {
            Service::Io(client) => client.leave().await,
            Service::Bare(bare) => bare.close().await,
        }
    }

    /// Its connection breaks, and the server notices at once.
    pub async fn break_off(self) {
        match self.service {
            Service::Io(client) => client.break_off().await,
            Service::Bare(bare) => bare.lose(),
        }
    }
}

/// What a client of the bare WebSocket sends: `room` and `to` stand in the envelope, the rest in `data`.
fn message(action: &str, payload: Value) -> Value {
    let mut message = json!({ "action": action });
    let Value::Object(mut data) = payload else {
        message["data"] = payload;
        return message;
    };
    for envelope in ["room", "to"] {
        if let Some(value) = data.shift_remove(envelope) {
            message[envelope] = value;
        }
    }
    message["data"] = Value::Object(data);
    message
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        other => panic!("an object was expected, not {other}"),
    }
}
