//! Engine.IO, protocol 4: how packets travel. WebSocket, long-polling, and the upgrade from one to the other.

use std::collections::VecDeque;
use std::net::SocketAddr;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::http::{Reply, request};
use super::server::connect;
use super::{TestServer, within};

/// How a client connects.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Transport {
    WebSocket,
    Polling,
    /// As browsers do: polling first, WebSocket as soon as it is proved to work.
    Upgrade,
}

/// One Engine.IO packet: a text that begins with the digit of its type, or the bytes of an attachment.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    Text(String),
    Binary(Bytes),
}

impl From<&str> for Frame {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// An open Engine.IO connection.
pub enum Wire {
    WebSocket(Box<WebSocket>),
    Polling(Polling),
}

pub struct WebSocket {
    socket: WebSocketStream<TcpStream>,
    /// Left over from polling, before an upgrade.
    arrived: VecDeque<Frame>,
}

/// A long-polling session: every request is a connection of its own.
pub struct Polling {
    address: SocketAddr,
    path: String,
    sid: String,
    arrived: VecDeque<Frame>,
}

impl Wire {
    /// Opens a connection; the handshake (`sid`, `pingInterval`, `maxPayload`, ...) comes with it.
    pub async fn open(server: &TestServer, transport: Transport) -> (Self, Value) {
        let mut wire = match transport {
            Transport::WebSocket => {
                let socket = web_socket(server, "", None).await.expect("a WebSocket is let in");
                Self::WebSocket(Box::new(WebSocket { socket, arrived: VecDeque::new() }))
            }
            Transport::Polling | Transport::Upgrade => Self::Polling(Polling {
                address: server.address(),
                path: "/socket.io/?EIO=4&transport=polling".to_owned(),
                sid: String::new(),
                arrived: VecDeque::new(),
            }),
        };
        let Some(Frame::Text(text)) = wire.receive().await else { panic!("no handshake") };
        let handshake: Value = serde_json::from_str(text.strip_prefix('0').expect("an open packet")).expect("JSON");
        if let Self::Polling(polling) = &mut wire {
            polling.sid = handshake["sid"].as_str().expect("a session id").to_owned();
            polling.path = format!("{}&sid={}", polling.path, polling.sid);
        }
        if transport == Transport::Upgrade {
            wire.upgrade().await;
        }
        (wire, handshake)
    }

    /// Goes over from polling to WebSocket, as browsers do: probe, let the waiting poll end, then switch.
    pub async fn upgrade(&mut self) {
        let Self::Polling(polling) = self else { panic!("only polling can be upgraded") };
        let waiting = tokio::spawn(polling.poll());
        let query = format!("&sid={}", polling.sid);
        let mut socket = web_socket_at(polling.address, &query, None).await.expect("the upgrade is let in");
        socket.send(Message::text("2probe")).await.expect("the probe goes out");
        let answer = within("the answer to the probe", socket.next()).await.expect("open").expect("a frame");
        assert_eq!(answer, Message::text("3probe"));
        // What the last poll brings still counts, and comes before anything from the WebSocket.
        let mut arrived = std::mem::take(&mut polling.arrived);
        arrived.extend(waiting.await.expect("the poll does not panic").expect("the last poll ends well"));
        socket.send(Message::text("5")).await.expect("the switch goes out");
        *self = Self::WebSocket(Box::new(WebSocket { socket, arrived }));
    }

    /// Sends these packets in one write.
    pub async fn send(&mut self, frames: &[Frame]) {
        self.try_send(frames).await.expect("the server takes what is sent");
    }

    /// Sends these packets in one write, and says whether the server still took them.
    pub async fn try_send(&mut self, frames: &[Frame]) -> Result<(), String> {
        match self {
            Self::WebSocket(web) => {
                for frame in frames {
                    let message = match frame {
                        Frame::Text(text) => Message::text(text.as_str()),
                        Frame::Binary(bytes) => Message::binary(bytes.clone()),
                    };
                    within("room to write", web.socket.feed(message)).await.map_err(|fault| fault.to_string())?;
                }
                within("room to write", web.socket.flush()).await.map_err(|fault| fault.to_string())
            }
            Self::Polling(polling) => {
                let reply = polling.post(frames).await;
                if reply.status == 200 { Ok(()) } else { Err(format!("{}: {}", reply.status, reply.text())) }
            }
        }
    }

    /// The next packet; pings are answered on the way. `None` when the connection is closed.
    pub async fn receive(&mut self) -> Option<Frame> {
        loop {
            let frame = match self {
                Self::WebSocket(web) => match web.arrived.pop_front() {
                    Some(frame) => frame,
                    None => match web.socket.next().await?.ok()? {
                        Message::Text(text) => Frame::from(text.as_str()),
                        Message::Binary(bytes) => Frame::Binary(bytes),
                        Message::Close(_) => return None,
                        _ => continue,
                    },
                },
                Self::Polling(polling) => match polling.arrived.pop_front() {
                    Some(frame) => frame,
                    None => {
                        polling.arrived.extend(polling.poll().await?);
                        continue;
                    }
                },
            };
            match &frame {
                // Where the server has closed meanwhile, the next read tells.
                Frame::Text(text) if text == "2" => drop(self.try_send(&[Frame::from("3")]).await),
                Frame::Text(text) if text == "6" => {}
                Frame::Text(text) if text == "1" => return None,
                _ => return Some(frame),
            }
        }
    }

    /// Ends a WebSocket with a close frame, as a browser does when its tab is closed.
    pub async fn close(self) {
        self.close_with(Some(CloseCode::Away.into())).await;
    }

    /// Ends a WebSocket with a close frame that has this code, or none.
    pub async fn close_with(self, code: Option<u16>) {
        let Self::WebSocket(mut web) = self else { panic!("polling has no close frame") };
        let frame = code.map(|code| CloseFrame { code: code.into(), reason: "".into() });
        within("room for the close frame", web.socket.close(frame)).await.expect("the close frame goes out");
    }
}

impl Polling {
    /// One GET, which waits at the server until there is something to say; nothing where the session is over.
    fn poll(&self) -> impl Future<Output = Option<Vec<Frame>>> + use<> {
        let (address, path) = (self.address, self.path.clone());
        async move {
            let stream = connect(address).await.ok()?;
            frames(&request(stream, "GET", &path, &[], b"").await)
        }
    }

    async fn post(&self, frames: &[Frame]) -> Reply {
        let packets: Vec<String> = frames
            .iter()
            .map(|frame| match frame {
                Frame::Text(text) => text.clone(),
                Frame::Binary(bytes) => format!("b{}", base64(bytes)),
            })
            .collect();
        let stream = connect(self.address).await.expect("the server accepts");
        let headers = [("Content-Type", "text/plain;charset=UTF-8")];
        request(stream, "POST", &self.path, &headers, packets.join("\x1e").as_bytes()).await
    }
}

/// The packets of a poll, or nothing where the session is over.
fn frames(reply: &Reply) -> Option<Vec<Frame>> {
    let frame = |packet: &str| match packet.strip_prefix('b') {
        Some(base64) => Frame::Binary(unbase64(base64)),
        None => Frame::from(packet),
    };
    (reply.status == 200).then(|| reply.text().split('\x1e').map(frame).collect())
}

/// Opens a WebSocket at the server's Engine.IO path, `query` added to it, perhaps from a page of some origin.
pub async fn web_socket(
    server: &TestServer,
    query: &str,
    origin: Option<&str>,
) -> Result<WebSocketStream<TcpStream>, String> {
    web_socket_at(server.address(), query, origin).await
}

async fn web_socket_at(
    address: SocketAddr,
    query: &str,
    origin: Option<&str>,
) -> Result<WebSocketStream<TcpStream>, String> {
    let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket{query}");
    let mut request = url.into_client_request().expect("a good address");
    if let Some(origin) = origin {
        request.headers_mut().insert("Origin", origin.parse().expect("a header value"));
    }
    let opening = tokio_tungstenite::client_async(request, connect(address).await.expect("the server accepts"));
    let opened = within("a WebSocket to open", opening).await;
    opened.map(|(socket, _)| socket).map_err(|fault| fault.to_string())
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Binary parts travel as Base64 on long-polling: three bytes are four letters.
pub fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = (0..3).fold(0, |sum, i| sum << 8 | u32::from(*chunk.get(i).unwrap_or(&0)));
        for i in 0..4 {
            let letter = ALPHABET[(group >> (18 - 6 * i) & 63) as usize];
            text.push(if i <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

fn unbase64(text: &str) -> Bytes {
    let values = text.bytes().filter_map(|letter| ALPHABET.iter().position(|&known| known == letter));
    let (mut bytes, mut group, mut bits) = (Vec::new(), 0, 0);
    for value in values {
        group = (group << 6 | value) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((group >> bits & 0xff) as u8);
        }
    }
    bytes.into()
}
