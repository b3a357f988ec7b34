//! A client of the bare WebSocket by hand, without a task of its own: like `Client`, it reads when a test asks it to.

use std::collections::VecDeque;
use std::net::SocketAddr;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};

use super::http::{Reply, request};
use super::server::connect;
use super::{TestServer, within};

/// A client that is connected at `/ws`.
pub struct Bare {
    socket: WebSocketStream<TcpStream>,
    /// Frames that came while a reply was awaited.
    inbox: VecDeque<Value>,
    last_id: u64,
    /// Every text that it was ever sent, one a line.
    pub heard: String,
    /// Code and reason of the close frame, once there was one.
    closed: Option<(u16, String)>,
}

impl Bare {
    /// Connects with the course's password.
    pub async fn connect(server: &TestServer, user_name: &str) -> Self {
        Self::enter(server, &format!("userName={}&password=x", encoded(user_name))).await
    }

    /// Connects with this query, and waits until the server has accepted it.
    pub async fn enter(server: &TestServer, query: &str) -> Self {
        let mut bare = Self::open(server, query).await;
        bare.settle().await;
        bare
    }

    /// Connects with this query. What it receives first has not been looked at.
    pub async fn open(server: &TestServer, query: &str) -> Self {
        Self::open_path(server.address(), &format!("/ws?{query}")).await
    }

    /// The same at a server of which no more is known than where it is.
    pub async fn open_at(address: SocketAddr, query: &str) -> Self {
        Self::open_path(address, &format!("/ws?{query}")).await
    }

    /// Opens a WebSocket at this path.
    pub async fn open_path(address: SocketAddr, path: &str) -> Self {
        Self::open_authorized(address, path, None).await
    }

    /// The same with this `Authorization` header.
    pub async fn open_authorized(address: SocketAddr, path: &str, authorization: Option<&'static str>) -> Self {
        let mut request = format!("ws://{address}{path}").into_client_request().expect("a good address");
        if let Some(authorization) = authorization {
            request.headers_mut().insert("Authorization", HeaderValue::from_static(authorization));
        }
        let stream = connect(address).await.expect("the server accepts");
        let opening = tokio_tungstenite::client_async(request, stream);
        let (socket, _) = within("a WebSocket to open", opening).await.expect("let in");
        Self { socket, inbox: VecDeque::new(), last_id: 0, heard: String::new(), closed: None }
    }

    /// Asks for the WebSocket as a browser does, and returns the reply that rejects it.
    pub async fn refused(server: &TestServer, query: &str, headers: &[(&str, &str)]) -> Reply {
        Self::refused_at(server, &format!("/ws{query}"), headers).await
    }

    /// The same at this path.
    pub async fn refused_at(server: &TestServer, path: &str, headers: &[(&str, &str)]) -> Reply {
        let upgrade = [
            ("Connection", "Upgrade, close"),
            ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ];
        let headers = [&upgrade, headers].concat();
        request(server.stream().await, "GET", path, &headers, b"").await
    }

    // ---- Out ----

    /// Sends a frame as it is.
    pub async fn send(&mut self, message: Message) {
        self.try_send(message).await.expect("the server takes what is sent");
    }

    /// Sends a frame, and says whether the server still took it.
    pub async fn try_send(&mut self, message: Message) -> Result<(), String> {
        within("room to write", self.socket.send(message)).await.map_err(|fault| fault.to_string())
    }

    pub async fn send_text(&mut self, text: &str) {
        self.send(Message::text(text)).await;
    }

    /// Sends one message in pieces of this size.
    pub async fn send_in_pieces(&mut self, text: &str, size: usize) -> Result<(), String> {
        let pieces: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
        for (number, piece) in pieces.iter().enumerate() {
            let code = OpCode::Data(if number == 0 { Data::Text } else { Data::Continue });
            let frame = Frame::message(Bytes::copy_from_slice(piece), code, number + 1 == pieces.len());
            self.try_send(Message::Frame(frame)).await?;
        }
        Ok(())
    }

    /// Sends a message with an id and gives back the whole reply; what comes before it is kept for `expect`.
    pub async fn ask(&mut self, mut message: Value) -> Value {
        self.last_id += 1;
        let id = json!(self.last_id);
        message["id"] = id.clone();
        self.send_text(&message.to_string()).await;
        self.reply_to(&id).await
    }

    /// Waits for the reply to the message with this id.
    pub async fn reply_to(&mut self, id: &Value) -> Value {
        loop {
            match self.receive().await {
                Some(frame) if frame["signal"] == "reply" && frame["id"] == *id => return frame,
                Some(frame) => self.inbox.push_back(frame),
                None => panic!("closed ({:?}) before the reply to {id}; before came {:?}", self.closed, self.inbox),
            }
        }
    }

    // ---- In ----

    /// The next frame that has not been looked at, or nothing where the connection is closed.
    pub async fn next_or_end(&mut self) -> Option<Value> {
        match self.inbox.pop_front() {
            Some(frame) => Some(frame),
            None => self.receive().await,
        }
    }

    /// The next frame as it comes, for what parsing would hide: the order of keys.
    pub async fn next_text(&mut self) -> String {
        assert!(self.inbox.is_empty(), "not looked at yet: {:?}", self.inbox);
        self.receive_text().await.unwrap_or_else(|| panic!("closed: {:?}", self.closed))
    }

    /// The next frame, which must bear this signal.
    pub async fn expect(&mut self, signal: &str) -> Value {
        let frame = self.next_or_end().await;
        let frame = frame.unwrap_or_else(|| panic!("closed ({:?}) instead of {signal}", self.closed));
        assert_eq!(frame["signal"], signal, "came instead: {frame}");
        frame
    }

    /// The next frame must say that this action (null: none) had no effect, with this code and some words.
    pub async fn expect_error(&mut self, action: impl Into<Value>, code: &str) {
        let error = self.expect("signaling-error").await;
        let data = &error["data"];
        assert_eq!((&data["action"], data["code"].as_str()), (&action.into(), Some(code)), "{error}");
        assert!(data["message"].as_str().is_some_and(|message| message.contains(' ')), "a sentence: {error}");
        assert!(error.get("room").is_none() && error.get("from").is_none(), "{error}");
    }

    /// The server must close; gives back what came before, and the close frame's code and reason, if there was one.
    pub async fn expect_end(&mut self) -> (Vec<Value>, Option<(u16, String)>) {
        let mut frames = Vec::new();
        while let Some(frame) = self.next_or_end().await {
            frames.push(frame);
        }
        (frames, self.closed.take())
    }

    /// The server must close with this code and some words.
    pub async fn expect_close(&mut self, code: u16) -> Vec<Value> {
        let (frames, closed) = self.expect_end().await;
        let (given, reason) = closed.unwrap_or_else(|| panic!("no close frame, after {frames:?}"));
        assert_eq!(given, code, "{reason}");
        assert!(reason.contains(' '), "some words, not {reason:?}");
        frames
    }

    /// Waits until the server has dealt with everything this client sent: it is asked to leave a room in which it is
    /// not. What comes before is kept for `expect`.
    pub async fn settle(&mut self) {
        let reply = self.ask(json!({ "action": "leaving-room", "room": "a room in which nobody is" })).await;
        assert_eq!(reply["error"]["code"], "not-in-room", "{reply}");
    }

    /// Nothing was sent to this client up to now.
    pub async fn expect_silence(&mut self) {
        self.settle().await;
        assert!(self.inbox.is_empty(), "nothing was to come, but there came {:?}", self.inbox);
    }

    /// How much came while something else was waited for.
    pub fn waiting(&self) -> usize {
        self.inbox.len()
    }

    async fn receive(&mut self) -> Option<Value> {
        let text = self.receive_text().await?;
        Some(serde_json::from_str(&text).unwrap_or_else(|fault| panic!("{fault} in {text}")))
    }

    async fn receive_text(&mut self) -> Option<String> {
        // Pings come all the time: all of it together must not take too long.
        within("a frame", async {
            loop {
                match self.socket.next().await?.ok()? {
                    Message::Text(text) => {
                        self.heard += &format!("{text}\n");
                        return Some(text.to_string());
                    }
                    Message::Close(frame) => {
                        self.closed = frame.map(|frame| (frame.code.into(), frame.reason.to_string()));
                        return None;
                    }
                    Message::Ping(_) | Message::Pong(_) => {}
                    other => panic!("only text comes, not {other:?}"),
                }
            }
        })
        .await
    }

    // ---- The end ----

    /// Closed on purpose, as a browser does it for a tab.
    pub async fn close(self) {
        self.close_with(Some(CloseCode::Away.into())).await;
    }

    /// Closed by a close frame with this code, or none.
    pub async fn close_with(mut self, code: Option<u16>) {
        let frame = code.map(|code| CloseFrame { code: code.into(), reason: "".into() });
        within("room for the close frame", self.socket.close(frame)).await.expect("the close frame goes out");
    }

    /// The connection breaks: no close frame.
    pub fn lose(self) {
        drop(self);
    }

    /// Open, and never read again.
    pub fn into_socket(self) -> WebSocketStream<TcpStream> {
        self.socket
    }
}

/// A text as it may stand in an address: every byte of it that is no letter or digit as `%` and two digits.
pub fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}
