//! WebSockets byte by byte, for frames that no library would write, on each service that has WebSockets.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::server::connect;
use super::within;

pub const CONTINUATION: u8 = 0x0;
pub const TEXT: u8 = 0x1;
pub const BINARY: u8 = 0x2;
pub const CLOSE: u8 = 0x8;
pub const PING: u8 = 0x9;
pub const PONG: u8 = 0xa;
/// The bit of a message's last frame.
pub const FIN: u8 = 0x80;
/// The bit of a frame that is masked, as all from a client must be.
pub const MASKED: u8 = 0x80;
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// A service that has WebSockets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Service {
    Course,
    Rooms,
    Pairs,
    /// Only with `--gst`.
    Gst,
}

impl Service {
    pub const ALL: [Self; 4] = [Self::Course, Self::Rooms, Self::Pairs, Self::Gst];

    pub fn path(self) -> &'static str {
        match self {
            Self::Course => "/socket.io/?EIO=4&transport=websocket",
            Self::Rooms => "/ws?userName=eve&password=x",
            Self::Pairs => "/?userId=eve",
            Self::Gst => "/gst?userName=eve",
        }
    }

    /// What is said to have something answered, and a part of the answer.
    fn question(self) -> (&'static str, &'static str) {
        match self {
            Self::Course => (r#"4277["test"]"#, r#"4377["pong"]"#),
            Self::Rooms => (r#"{"action":"leaving-room","room":"none","id":77}"#, r#""id":77"#),
            Self::Pairs => (
                r#"{"label":"NORMAL_SERVER_PROCESS","data":{"type":"EXIT_ROOM_REQUEST","roomName":"x"}}"#,
                "not-in-room",
            ),
            Self::Gst => (r#"{"type":"startSession","peerId":"none"}"#, "no-such-peer"),
        }
    }
}

/// A WebSocket that was opened by hand.
pub struct Frames {
    service: Service,
    stream: TcpStream,
    /// Read, and not looked at yet.
    rest: Vec<u8>,
}

impl Frames {
    /// Opens a connection to this service that the server has accepted.
    pub async fn open(address: SocketAddr, service: Service) -> Self {
        Self::open_with(address, service, &[]).await.enter().await
    }

    /// The same by way of a proxy that says from where it comes.
    pub async fn open_through_proxy(address: SocketAddr, service: Service) -> Self {
        let request = handshake_with(service.path(), "X-Forwarded-For: 203.0.113.7\r\n");
        Self::new(service, upgrade_by(address, &request, &[]).await).enter().await
    }

    async fn enter(self) -> Self {
        let (service, mut frames) = (self.service, self);
        if service == Service::Course {
            frames.say("40{\"userName\":\"eve\",\"password\":\"x\"}").await;
            frames.until("40{").await;
        }
        frames.settle().await;
        frames
    }

    /// Opens a WebSocket to this service; these bytes go out together with the request.
    pub async fn open_with(address: SocketAddr, service: Service, bytes: &[u8]) -> Self {
        Self::new(service, upgrade(address, service.path(), bytes).await)
    }

    /// A WebSocket that is open already.
    pub fn new(service: Service, stream: TcpStream) -> Self {
        Self { service, stream, rest: Vec::new() }
    }

    /// Writes bytes as they are, and says whether the server still took them.
    pub async fn write(&mut self, bytes: &[u8]) -> bool {
        within("room to write", self.stream.write_all(bytes)).await.is_ok()
    }

    pub async fn say(&mut self, text: &str) {
        assert!(self.write(&frame(FIN | TEXT, text.as_bytes())).await, "the server takes what is sent");
    }

    /// Waits until the server has dealt with all that was sent.
    pub async fn settle(&mut self) {
        let (question, answer) = self.service.question();
        self.say(question).await;
        self.until(answer).await;
    }

    async fn until(&mut self, part: &str) {
        loop {
            let (_, payload) = self.next().await.unwrap_or_else(|| panic!("{:?} closed before {part}", self.service));
            if String::from_utf8_lossy(&payload).contains(part) {
                return;
            }
        }
    }

    /// The next text. What the server says of Engine.IO's own does not count.
    pub async fn next_text(&mut self) -> String {
        loop {
            let (opcode, payload) = self.next().await.expect("the connection is still open");
            let text = String::from_utf8(payload).expect("UTF-8");
            if opcode == TEXT && !matches!(text.as_bytes().first(), Some(b'0' | b'2')) {
                return text;
            }
        }
    }

    /// The server must end the connection; gives back the code of its close frame, if it sent one.
    pub async fn expect_end(&mut self) -> Option<u16> {
        let mut code = None;
        while let Some((opcode, payload)) = self.next().await {
            if opcode == CLOSE {
                code = payload.first_chunk().map(|code| u16::from_be_bytes(*code));
            }
        }
        code
    }

    /// The next frame's opcode and payload, or nothing where the connection has ended.
    pub async fn next(&mut self) -> Option<(u8, Vec<u8>)> {
        loop {
            if let Some((opcode, payload, used)) = parse(&self.rest) {
                self.rest.drain(..used);
                return Some((opcode, payload));
            }
            match within("a frame or the end", self.stream.read_buf(&mut self.rest)).await {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// Ends with a reset, as a machine that is switched off and on again does it.
    pub fn reset(self) {
        reset(self.stream);
    }
}

/// Ends a connection with a reset.
pub fn reset(stream: TcpStream) {
    stream.set_zero_linger().expect("an open socket");
}

/// Asks for a WebSocket, sends what comes then, and reads no more than the reply's head.
pub async fn upgrade(address: SocketAddr, path: &str, then: &[u8]) -> TcpStream {
    upgrade_by(address, &handshake(path), then).await
}

async fn upgrade_by(address: SocketAddr, request: &str, then: &[u8]) -> TcpStream {
    let mut stream = connect(address).await.expect("the server accepts");
    stream.write_all(&[request.as_bytes(), then].concat()).await.expect("a request");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(within("a reply", stream.read_u8()).await.expect("a reply"));
    }
    assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
    stream
}

/// The request for a WebSocket.
pub fn handshake(path: &str) -> String {
    handshake_with(path, "")
}

fn handshake_with(path: &str, headers: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{headers}\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
}

/// A masked frame: its first byte, then its length as short as can be, the mask and the payload.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let masked = payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask);
    [head(first, MASKED, payload.len()).as_slice(), &MASK].concat().into_iter().chain(masked).collect()
}

/// A frame without a mask.
pub fn unmasked(first: u8, payload: &[u8]) -> Vec<u8> {
    [head(first, 0, payload.len()).as_slice(), payload].concat()
}

fn head(first: u8, masked: u8, length: usize) -> Vec<u8> {
    match length {
        0..=125 => vec![first, masked | length as u8],
        126..=0xffff => [&[first, masked | 126][..], &(length as u16).to_be_bytes()].concat(),
        _ => [&[first, masked | 127][..], &(length as u64).to_be_bytes()].concat(),
    }
}

/// A frame from the server, which masks none, and how many bytes it took.
fn parse(bytes: &[u8]) -> Option<(u8, Vec<u8>, usize)> {
    let (length, start) = match bytes.get(1)? & 0x7f {
        126 => (usize::from(u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?)), 4),
        127 => (u64::from_be_bytes(*bytes.get(2..)?.first_chunk()?) as usize, 10),
        short => (usize::from(short), 2),
    };
    let payload = bytes.get(start..start + length)?.to_vec();
    Some((bytes[0] & 0x0f, payload, start + length))
}
