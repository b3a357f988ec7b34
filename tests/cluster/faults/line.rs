//! A page's connection, which may end at any time, and the numbers that outlive it (docs/protocol.md 1.4.5).

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{timeout, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::settings::PING;
use crate::support::packet::Packet;

/// How long a node may take to let a page in.
const CONNECT: Duration = Duration::from_secs(8);
/// How long a node may take to accept a TCP connection, and to read what a page sends.
const ACCEPT: Duration = Duration::from_secs(2);
/// The answer to a ping.
pub const PONG: &str = "3";
/// Acknowledgements of `test` have ids from here on; those of numbered events are their numbers.
pub const TESTS: u64 = 1 << 40;

/// An open connection.
pub struct Line {
    socket: WebSocketStream<TcpStream>,
    /// When anything came last.
    heard: Instant,
}

/// What comes by a connection.
pub enum Coming {
    Packet(Packet),
    /// A ping, which is to be answered by [`PONG`].
    Ping,
}

impl Line {
    /// Opens a connection with this `auth`. Nothing if the node cannot be reached, or does not let the page in.
    pub async fn open(address: SocketAddr, auth: &Value) -> Option<Self> {
        timeout(CONNECT, async {
            let stream = timeout(ACCEPT, TcpStream::connect(address)).await.ok()?.ok()?;
            stream.set_nodelay(true).ok()?;
            let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket");
            let (socket, _) = tokio_tungstenite::client_async(url, stream).await.ok()?;
            let mut line = Self { socket, heard: Instant::now() };
            line.text().await?.strip_prefix('0')?;
            line.send(&format!("40{auth}")).await?;
            loop {
                match line.receive().await? {
                    Coming::Packet(Packet::Connected(_)) => return Some(line),
                    Coming::Packet(_) => return None,
                    Coming::Ping => line.send(PONG).await?,
                }
            }
        })
        .await
        .ok()?
    }

    /// Sends an Engine.IO packet. Nothing if the connection is over.
    pub async fn send(&mut self, text: &str) -> Option<()> {
        timeout(ACCEPT, self.socket.send(Message::text(text))).await.ok()?.ok()
    }

    /// What comes next; may be dropped before it comes. Nothing if the connection is over, or dead for all that a client can know.
    pub async fn receive(&mut self) -> Option<Coming> {
        let text = self.text().await?;
        if text == "2" {
            return Some(Coming::Ping);
        }
        let (packet, _) = Packet::parse(text.strip_prefix('4')?);
        Some(Coming::Packet(packet))
    }

    async fn text(&mut self) -> Option<String> {
        loop {
            let dead = self.heard + PING[0] + PING[1];
            let message = timeout_at(dead.into(), self.socket.next()).await.ok()??.ok()?;
            self.heard = Instant::now();
            match message {
                Message::Text(text) => return Some(text.as_str().to_owned()),
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }
}

/// An event that the server is not known to have received.
#[derive(Debug, Clone)]
pub struct Kept<About> {
    pub number: u64,
    event: &'static str,
    payload: Value,
    pub about: About,
}

/// The numbers of a page in both directions.
pub struct Delivery<About> {
    said: u64,
    pub heard: u64,
    pub received: u64,
    kept: VecDeque<Kept<About>>,
}

impl<About> Default for Delivery<About> {
    fn default() -> Self {
        Self { said: 0, heard: 0, received: 0, kept: VecDeque::new() }
    }
}

impl<About> Delivery<About> {
    /// Another event for the server. Returns it as it goes over the wire.
    pub fn say(&mut self, event: &'static str, payload: Value, about: About) -> String {
        self.said += 1;
        self.kept.push_back(Kept { number: self.said, event, payload, about });
        self.kept.back().map(Kept::packet).unwrap_or_default()
    }

    /// How many events wait.
    pub fn waiting(&self) -> usize {
        self.kept.len()
    }

    /// Whether an event waits that is about this.
    pub fn is_waiting(&self, is_it: impl Fn(&About) -> bool) -> bool {
        self.kept.iter().any(|kept| is_it(&kept.about))
    }

    /// What waits, in order.
    pub fn kept(&self) -> impl Iterator<Item = &About> {
        self.kept.iter().map(|kept| &kept.about)
    }

    /// All that waits, as it goes over the wire.
    pub fn packets(&self) -> Vec<String> {
        self.kept.iter().map(Kept::packet).collect()
    }

    /// The server has received the events up to this one.
    pub fn settle(&mut self, number: u64) -> Vec<Kept<About>> {
        self.heard = self.heard.max(number);
        let count = self.kept.iter().take_while(|kept| kept.number <= self.heard).count();
        self.kept.drain(..count).collect()
    }

    /// The node could not reach its log, and has refused this event. It counts as if it had never been sent.
    pub fn forget(&mut self, number: u64) -> Option<Kept<About>> {
        let place = self.kept.iter().position(|kept| kept.number == number)?;
        self.kept.remove(place)
    }

    /// A server that knows the page tells what it has received. False if it does not know the page: it has forgotten what it
    /// had received, or sent.
    pub fn knows(&self, heard: u64) -> bool {
        heard >= self.heard && (heard > 0 || self.received == 0)
    }
}

impl<About> Kept<About> {
    fn packet(&self) -> String {
        let Self { number, event, payload, .. } = self;
        // The candidates of the caller come as events with numbers if there is no acknowledgement that brings them.
        let ack = if *event == "newAnswer" { String::new() } else { number.to_string() };
        format!("42{ack}{}", json!([event, payload, number]))
    }
}
