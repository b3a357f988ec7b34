//! A server on the engine, and clients that speak byte by byte.

#![allow(dead_code, reason = "each test uses some of it")]

mod frames;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use engineioxide::config::EngineIoConfig;
use engineioxide::handler::EngineIoHandler;
use engineioxide::service::EngineIoService;
use engineioxide::{DisconnectReason, Socket, Str};
pub use frames::frame;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// How long is waited for what is to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the handler is notified of.
#[derive(Debug)]
pub enum Notified {
    Connected(Arc<Socket<()>>),
    Disconnected(DisconnectReason),
    Text(String),
    Binary(Vec<u8>),
}

/// A handler that echoes what it receives, but for a text that says otherwise.
#[derive(Debug)]
struct Echo(mpsc::UnboundedSender<Notified>);

impl EngineIoHandler for Echo {
    type Data = ();

    fn on_connect(self: Arc<Self>, socket: Arc<Socket<()>>) {
        self.0.send(Notified::Connected(socket)).ok();
    }
    fn on_disconnect(&self, _: Arc<Socket<()>>, reason: DisconnectReason) {
        self.0.send(Notified::Disconnected(reason)).ok();
    }
    fn on_message(self: &Arc<Self>, msg: Str, socket: Arc<Socket<()>>) {
        self.0.send(Notified::Text(msg.to_string())).ok();
        match &*msg {
            "panic" => panic!("a handler panics, as it was asked to"),
            // A CONNECT is answered by another task, as socketioxide does it.
            connect if connect.starts_with("0/") => {
                let notify = self.0.clone();
                tokio::spawn(async move {
                    notify.send(Notified::Text("reply".into())).ok();
                    socket.emit(msg)
                });
            }
            "close" => socket.close(DisconnectReason::ClosingServer),
            _ => drop(socket.emit(msg)),
        }
    }
    fn on_binary(self: &Arc<Self>, data: Bytes, socket: Arc<Socket<()>>) {
        self.0.send(Notified::Binary(data.to_vec())).ok();
        socket.emit_binary(data).ok();
    }
}

/// A server, and what its handler is notified of.
pub struct Server {
    address: std::net::SocketAddr,
    notified: mpsc::UnboundedReceiver<Notified>,
}

/// Pings far apart, small sizes.
pub fn config() -> EngineIoConfig {
    EngineIoConfig::builder().max_payload(100_000).ws_max_message_size(100_000).ws_max_frame_size(100_000).build()
}

impl Server {
    pub async fn start() -> Self {
        Self::with(config()).await
    }

    pub async fn with(config: EngineIoConfig) -> Self {
        let (tell, notified) = mpsc::unbounded_channel();
        let service = EngineIoService::with_config(Arc::new(Echo(tell)), config);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let connection = hyper::server::conn::http1::Builder::new();
                let connection = connection.serve_connection(TokioIo::new(stream), service.clone());
                tokio::spawn(connection.with_upgrades());
            }
        });
        Self { address, notified }
    }

    pub async fn stream(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("the server accepts")
    }

    pub async fn next(&mut self) -> Notified {
        within(self.notified.recv()).await.expect("a notification")
    }

    /// The socket of the session that is opened next.
    pub async fn connected(&mut self) -> Arc<Socket<()>> {
        match self.next().await {
            Notified::Connected(socket) => socket,
            other => panic!("{other:?}"),
        }
    }

    /// The end of a session. Messages before it are left out.
    pub async fn disconnected(&mut self) -> DisconnectReason {
        loop {
            if let Notified::Disconnected(reason) = self.next().await {
                return reason;
            }
        }
    }

    /// Nothing has been notified of up to now.
    pub fn is_silent(&mut self) -> bool {
        self.notified.try_recv().is_err()
    }

    pub async fn request(&self, method: &str, path: &str, body: &[u8]) -> Reply {
        self.request_with(method, path, "", body).await
    }

    /// One request with these further header lines, on a connection of its own.
    pub async fn request_with(&self, method: &str, path: &str, lines: &str, body: &[u8]) -> Reply {
        let mut stream = self.stream().await;
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{lines}Content-Length: {length}\r\n\r\n");
        stream.write_all(&[head.as_bytes(), body].concat()).await.expect("sent");
        Reply::read(&mut stream).await
    }

    pub async fn get(&self, query: &str) -> Reply {
        self.request("GET", &format!("/engine.io/?{query}"), b"").await
    }

    pub async fn poll(&self, sid: &str) -> Reply {
        self.get(&format!("EIO=4&transport=polling&sid={sid}")).await
    }

    pub async fn post(&self, sid: &str, body: &str) -> Reply {
        self.request("POST", &format!("/engine.io/?EIO=4&transport=polling&sid={sid}"), body.as_bytes()).await
    }

    /// A new polling session.
    pub async fn open_polling(&mut self) -> String {
        let reply = self.get("EIO=4&transport=polling").await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        // What is left of earlier sessions does not matter.
        loop {
            if let Notified::Connected(socket) = self.next().await {
                return socket.id.to_string();
            }
        }
    }

    /// A WebSocket after its handshake, for a new session or for one that polls.
    pub async fn upgrade(&self, sid: Option<&str>) -> TcpStream {
        let sid = sid.map(|sid| format!("&sid={sid}")).unwrap_or_default();
        let mut stream = self.stream().await;
        let request = handshake(&format!("/engine.io/?EIO=4&transport=websocket{sid}"), "");
        stream.write_all(request.as_bytes()).await.expect("sent");
        let reply = Reply::read_head(&mut stream).await;
        assert_eq!(reply.status, 101, "{}", reply.head);
        stream
    }

    /// A new session by WebSocket, its open packet read.
    pub async fn open_websocket(&mut self) -> (TcpStream, Arc<Socket<()>>) {
        let mut stream = self.upgrade(None).await;
        let socket = self.connected().await;
        let (opcode, payload) = read_frame(&mut stream).await.expect("the open packet");
        assert!(opcode == 1 && payload.starts_with(b"0{"), "{payload:?}");
        (stream, socket)
    }
}

pub fn handshake(path: &str, lines: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{lines}\r\n"
    )
}

/// An answer to a request.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Reply {
    pub async fn read(stream: &mut TcpStream) -> Self {
        let mut reply = Self::read_head(stream).await;
        let length = reply.header("content-length").map_or(0, |length| length.parse().expect("a length"));
        let mut body = vec![0; length];
        within(stream.read_exact(&mut body)).await.expect("the body");
        reply.body = String::from_utf8(body).expect("text");
        reply
    }

    pub async fn read_head(stream: &mut TcpStream) -> Self {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(within(stream.read_u8()).await.expect("an answer"));
        }
        let head = String::from_utf8(head).expect("text");
        let status = head[9..12].parse().expect("a status");
        Self { status, head, body: String::new() }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

pub async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(PATIENCE, future).await.expect("it did not come in time")
}

pub fn text(payload: &str) -> Vec<u8> {
    frame(0x81, payload.as_bytes())
}

/// The next frame of the server: its opcode and payload. `None` at the end of the connection.
pub async fn read_frame(stream: &mut TcpStream) -> Option<(u8, Vec<u8>)> {
    within(async {
        let first = stream.read_u8().await.ok()?;
        assert_eq!(first & 0xf0, 0x80, "whole, and no reserved bits");
        let length = match stream.read_u8().await.ok()? {
            126 => u64::from(stream.read_u16().await.ok()?),
            127 => stream.read_u64().await.ok()?,
            short => u64::from(short),
        };
        let mut payload = vec![0; length as usize];
        stream.read_exact(&mut payload).await.ok()?;
        Some((first & 0x0f, payload))
    })
    .await
}

/// The next frame is this text.
pub async fn expect_text(stream: &mut TcpStream, expected: &str) {
    let (opcode, payload) = read_frame(stream).await.expect("a frame");
    assert_eq!((opcode, String::from_utf8_lossy(&payload).as_ref()), (1, expected));
}

/// The server closes: the payload of its close frame, if it sent one. What comes before is left out.
pub async fn expect_close(stream: &mut TcpStream) -> Option<Vec<u8>> {
    loop {
        let (opcode, payload) = read_frame(stream).await?;
        if opcode == 8 {
            stream.write_all(&frame(0x88, &payload)).await.ok();
            assert_eq!(read_frame(stream).await, None, "nothing comes behind a close frame");
            return Some(payload);
        }
    }
}
