//! A Socket.IO client by hand, without a task of its own: it reads when a test asks it to, so that a test can
//! tell exactly what came, and in which order.

use std::collections::VecDeque;

use bytes::Bytes;
use serde_json::{Value, json};

use super::packet::{Event, Packet};
use super::wire::{Frame, Transport, Wire};
use super::{TestServer, within};

/// One connected page.
pub struct Client {
    wire: Wire,
    /// Packets that came while an ack was awaited.
    inbox: VecDeque<Packet>,
    last_ack: u64,
    /// Every text that it was ever sent, one a line.
    pub heard: String,
    /// What the server said of itself when the connection was opened.
    pub handshake: Value,
}

impl Client {
    /// Opens the connection without CONNECT.
    pub async fn open(server: &TestServer, transport: Transport) -> Self {
        let (wire, handshake) = Wire::open(server, transport).await;
        Self { wire, inbox: VecDeque::new(), last_ack: 0, heard: String::new(), handshake }
    }

    /// Connects over WebSocket with the course's password.
    pub async fn connect(server: &TestServer, user_name: &str) -> Self {
        Self::connect_as(server, json!({ "userName": user_name, "password": "x" })).await
    }

    /// Connects over WebSocket with this `auth`.
    pub async fn connect_as(server: &TestServer, auth: Value) -> Self {
        Self::enter(server, Transport::WebSocket, auth).await
    }

    /// Connects over this transport with the course's password.
    pub async fn connect_by(server: &TestServer, transport: Transport, user_name: &str) -> Self {
        Self::enter(server, transport, json!({ "userName": user_name, "password": "x" })).await
    }

    /// Connects, and waits until it is among the receivers of new offers: the reply to CONNECT comes a
    /// moment earlier.
    pub async fn enter(server: &TestServer, transport: Transport, auth: Value) -> Self {
        let mut client = Self::try_connect(server, transport, auth).await.expect("let in");
        client.settle().await;
        client
    }

    /// Connects, or returns why not: what a page gets as `connect_error`.
    pub async fn try_connect(server: &TestServer, transport: Transport, auth: Value) -> Result<Self, Value> {
        let mut client = Self::open(server, transport).await;
        client.send_raw(&format!("40{auth}")).await;
        match client.next().await {
            Packet::Connected(_) => Ok(client),
            Packet::Refused(reason) => Err(reason),
            other => panic!("{other:?} is no answer to CONNECT"),
        }
    }

    /// Goes over from polling to WebSocket.
    pub async fn upgrade(&mut self) {
        self.wire.upgrade().await;
    }

    // ---- Out ----

    pub async fn emit(&mut self, event: &str, payload: Value) {
        self.send_raw(&format!("42{}", json!([event, payload]))).await;
    }

    /// Emits with the page's own number of it as a second argument.
    pub async fn emit_numbered(&mut self, number: impl Into<Value>, event: &str, payload: Value) {
        self.send_raw(&format!("42{}", json!([event, payload, number.into()]))).await;
    }

    /// The same, and waits for the ack.
    pub async fn emit_numbered_with_ack(&mut self, number: impl Into<Value>, event: &str, payload: Value) -> Value {
        self.last_ack += 1;
        let id = self.last_ack;
        self.send_raw(&format!("42{id}{}", json!([event, payload, number.into()]))).await;
        self.ack_of(id).await
    }

    /// Emits with an ack asked for, and does not wait for it.
    pub async fn emit_asking(&mut self, event: &str, payload: Value) -> u64 {
        self.last_ack += 1;
        self.send_raw(&format!("42{}{}", self.last_ack, json!([event, payload]))).await;
        self.last_ack
    }

    /// Emits and waits for the ack; what comes before it is kept for `expect`.
    pub async fn emit_with_ack(&mut self, event: &str, payload: Value) -> Value {
        let id = self.emit_asking(event, payload).await;
        self.ack_of(id).await
    }

    /// Waits for the ack of an earlier emit; what comes before it is kept for `expect`.
    pub async fn ack_of(&mut self, id: u64) -> Value {
        loop {
            match self.receive().await {
                Some(Packet::Ack { id: of, mut args, .. }) if of == id => {
                    assert_eq!(args.len(), 1, "an ack carries one value");
                    return args.remove(0);
                }
                Some(packet) => self.inbox.push_back(packet),
                None => panic!("closed before ack {id}; before that came {:?}", self.inbox),
            }
        }
    }

    /// Sends one Engine.IO packet as it is.
    pub async fn send_raw(&mut self, text: &str) {
        self.send_all(&[Frame::from(text)]).await;
    }

    /// Sends several packets in one write: frames one after the other, or one polling payload.
    pub async fn send_all(&mut self, frames: &[Frame]) {
        self.wire.send(frames).await;
    }

    /// Sends one packet, and says whether the server still took it.
    pub async fn try_send(&mut self, frame: Frame) -> Result<(), String> {
        self.wire.try_send(&[frame]).await
    }

    /// Sends several packets in one write, and says whether the server still took them.
    pub async fn try_send_all(&mut self, frames: &[Frame]) -> Result<(), String> {
        self.wire.try_send(frames).await
    }

    /// Emits an event whose payload has binary parts, each marked by `{"_placeholder":true,"num":n}`.
    pub async fn emit_binary(&mut self, event: &str, payload: Value, parts: &[Bytes]) {
        let mut frames = vec![Frame::Text(format!("45{}-{}", parts.len(), json!([event, payload])))];
        frames.extend(parts.iter().cloned().map(Frame::Binary));
        self.send_all(&frames).await;
    }

    // ---- In ----

    /// The next packet that has not been looked at, or nothing where the connection is closed.
    pub async fn next_or_end(&mut self) -> Option<Packet> {
        match self.inbox.pop_front() {
            Some(packet) => Some(packet),
            None => self.receive().await,
        }
    }

    pub async fn next(&mut self) -> Packet {
        self.next_or_end().await.expect("the connection is still open")
    }

    pub async fn next_event(&mut self) -> Event {
        match self.next().await {
            Packet::Event(event) => event,
            other => panic!("an event was expected, not {other:?}"),
        }
    }

    /// The payload of the next event, which must be this one, without a number.
    pub async fn expect(&mut self, name: &str) -> Value {
        self.expect_with(None, name).await
    }

    /// The payload of the next event, which must be this one and bear this number.
    pub async fn expect_numbered(&mut self, number: u64, name: &str) -> Value {
        self.expect_with(Some(number), name).await
    }

    async fn expect_with(&mut self, number: Option<u64>, name: &str) -> Value {
        let event = self.next_event().await;
        assert_eq!((event.name.as_str(), event.number), (name, number), "came instead, with {}", event.payload);
        event.payload
    }

    /// The next event must say that `event` had no effect, with this code and some words.
    pub async fn expect_error(&mut self, event: &str, code: &str) {
        let error = self.expect("signalingError").await;
        assert_eq!((error["event"].as_str(), error["code"].as_str()), (Some(event), Some(code)), "{error}");
        let message = error["message"].as_str().expect("a message");
        assert!(message.contains(' '), "a sentence, not {message:?}");
    }

    /// The server must close the connection; gives back the packets that come before.
    pub async fn expect_end(&mut self) -> Vec<Packet> {
        let mut packets = Vec::new();
        while let Some(packet) = self.next_or_end().await {
            packets.push(packet);
        }
        packets
    }

    /// Waits until the server has dealt with everything this client sent: its events act in order, so the pong
    /// comes last. What comes before is kept for `expect`.
    pub async fn settle(&mut self) {
        assert_eq!(self.emit_with_ack("test", Value::Null).await, json!("pong"));
    }

    /// Nothing was sent to this client up to now. (To be sure that the doings of another have had their effect,
    /// let that one `settle` before.)
    pub async fn expect_silence(&mut self) {
        self.settle().await;
        assert!(self.inbox.is_empty(), "nothing was to come, but there came {:?}", self.inbox);
    }

    /// Leaves aside what came while something else was waited for.
    #[allow(dead_code, reason = "the tests of clusters use it")]
    pub fn forget(&mut self) {
        self.inbox.clear();
    }

    /// How much came while something else was waited for.
    pub fn waiting(&self) -> usize {
        self.inbox.len()
    }

    async fn receive(&mut self) -> Option<Packet> {
        within("a packet", async {
            let (mut packet, attachments) = match self.wire.receive().await? {
                Frame::Text(text) => {
                    self.heard += &format!("{text}\n");
                    Packet::parse(text.strip_prefix('4').expect("a message"))
                }
                Frame::Binary(bytes) => panic!("bytes that no packet announced: {bytes:?}"),
            };
            for _ in 0..attachments {
                match self.wire.receive().await? {
                    Frame::Binary(bytes) => packet.attach(bytes),
                    Frame::Text(text) => panic!("an attachment was expected, not {text}"),
                }
            }
            Some(packet)
        })
        .await
    }

    /// What the connection is called: the engine's id and the socket's. A client that knows the first can act as its owner.
    pub fn ids(&self) -> Vec<String> {
        let socket = self.heard.lines().find_map(|line| line.strip_prefix("40"));
        let socket: Option<Value> = socket.map(|packet| serde_json::from_str(packet).expect("JSON"));
        let ids = [Some(&self.handshake), socket.as_ref()].into_iter().flatten();
        ids.map(|object| object["sid"].as_str().expect("an id").to_owned()).collect()
    }

    /// Stays connected, answers pings and ignores all events, until the connection is closed.
    pub async fn stay(mut self) {
        while self.wire.receive().await.is_some() {}
    }

    // ---- The end ----

    /// What `socket.disconnect()` does: says so, then closes.
    pub async fn disconnect(mut self) {
        self.send_raw("41").await;
        if let Wire::WebSocket(_) = self.wire {
            self.wire.close().await;
        }
    }

    /// Closed as a browser does it for a tab: by a close frame and no word of Socket.IO.
    pub async fn close(self) {
        self.wire.close().await;
    }

    /// Closed by a close frame with this code, or none.
    pub async fn close_with(self, code: Option<u16>) {
        self.wire.close_with(code).await;
    }

    /// Goes on purpose, as this transport tells it: by a close frame, on long-polling by a `disconnect()` and the engine's
    /// close, without which the session would be kept until its ping time-out.
    pub async fn leave(mut self) {
        match self.wire {
            Wire::WebSocket(_) => self.close().await,
            Wire::Polling(_) => self.send_raw("41\u{1e}1").await,
        }
    }

    /// The connection breaks: no word, no close frame.
    pub fn lose(self) {
        drop(self);
    }

    /// The connection breaks, and the server notices it at once: on long-polling by a packet that no server can read.
    pub async fn break_off(mut self) {
        if let Wire::Polling(_) = self.wire {
            self.try_send(Frame::from("x")).await.expect_err("nobody can read that");
        }
    }
}
