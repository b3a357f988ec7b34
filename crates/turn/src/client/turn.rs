//! The client.

use std::collections::{HashMap, VecDeque};
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout, timeout_at};

use super::error::ClientError;
use super::wire::Wire;
use crate::credentials::{Key, long_term_key};
use crate::message::{ChannelData, Class, Message, Method, Writer, attribute};

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(4);
/// After so long a request is sent again over UDP, then after twice as long, and so on.
const AGAIN: Duration = Duration::from_millis(250);
/// What peers have sent while a request waited for its answer.
const KEPT: usize = 256;
/// The protocol of relays, UDP, as REQUESTED-TRANSPORT has it.
const UDP: u32 = 17 << 24;
/// The first channel.
const FIRST_CHANNEL: u16 = 0x4000;

/// Asks a server over UDP by which address it sees this machine.
///
/// # Errors
/// A server that does not answer within `within`.
pub async fn binding(server: SocketAddr, within: Duration) -> Result<SocketAddr, ClientError> {
    let mut client = Client::udp(server).await?;
    timeout(within, client.binding()).await.map_err(|_| ClientError::NoAnswer(server, "UDP"))?
}

/// A client with at most one allocation, which lasts until [`Self::release`], 10 minutes, or the end of its stream.
#[derive(Debug)]
pub struct Client {
    wire: Wire,
    login: Option<Login>,
    channels: HashMap<SocketAddr, u16>,
    received: VecDeque<(SocketAddr, Vec<u8>)>,
}

#[derive(Debug)]
struct Login {
    username: String,
    password: String,
    realm: String,
    nonce: Vec<u8>,
    key: Key,
}

impl Client {
    fn new(wire: Wire) -> Self {
        Self { wire, login: None, channels: HashMap::new(), received: VecDeque::new() }
    }

    /// Talks to a server over UDP. Nothing is sent yet.
    ///
    /// # Errors
    /// No socket.
    pub async fn udp(server: SocketAddr) -> Result<Self, ClientError> {
        Wire::udp(server).await.map(Self::new)
    }

    /// Connects to a server over TCP.
    ///
    /// # Errors
    /// No connection.
    pub async fn tcp(server: SocketAddr) -> Result<Self, ClientError> {
        Wire::tcp(server).await.map(Self::new)
    }

    /// Talks to a server over any stream, such as TLS; `server` is for errors.
    pub fn over<S>(stream: S, server: SocketAddr) -> Self
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        Self::new(Wire::over_stream(stream, server))
    }

    /// Asks by which address the server sees this client.
    ///
    /// # Errors
    /// A server that does not answer.
    pub async fn binding(&mut self) -> Result<SocketAddr, ClientError> {
        let answer = self.request(Method::BINDING, "a binding", |_| {}).await?;
        let address = parse(&answer).and_then(|message| message.get_address(attribute::XOR_MAPPED_ADDRESS));
        address.ok_or(ClientError::Answer(self.wire.server, "it has no XOR-MAPPED-ADDRESS"))
    }

    /// Asks for an allocation and returns the relayed address.
    ///
    /// # Errors
    /// A server that does not answer, or refuses.
    pub async fn allocate(&mut self, username: &str, password: &str) -> Result<SocketAddr, ClientError> {
        let (username, password) = (username.to_owned(), password.to_owned());
        self.login = Some(Login { username, password, realm: String::new(), nonce: Vec::new(), key: Key::default() });
        let ask = |writer: &mut Writer| {
            writer.u32(attribute::REQUESTED_TRANSPORT, UDP);
        };
        let answer = self.request(Method::ALLOCATE, "an allocation", ask).await?;
        let address = parse(&answer).and_then(|message| message.get_address(attribute::XOR_RELAYED_ADDRESS));
        address.ok_or(ClientError::Answer(self.wire.server, "it has no XOR-RELAYED-ADDRESS"))
    }

    /// Permits a peer's address to send, and this client to send to it.
    ///
    /// # Errors
    /// A server that does not answer, or refuses.
    pub async fn permit(&mut self, peer: SocketAddr) -> Result<(), ClientError> {
        let ask = |writer: &mut Writer| {
            writer.address(attribute::XOR_PEER_ADDRESS, peer);
        };
        self.request(Method::CREATE_PERMISSION, "this peer", ask).await.map(drop)
    }

    /// Binds a channel to a peer, which permits it, too. Returns its number.
    ///
    /// # Errors
    /// A server that does not answer, or refuses.
    pub async fn bind_channel(&mut self, peer: SocketAddr) -> Result<u16, ClientError> {
        let next = FIRST_CHANNEL + self.channels.len() as u16;
        let number = self.channels.get(&peer).copied().unwrap_or(next);
        let ask = |writer: &mut Writer| {
            writer.u32(attribute::CHANNEL_NUMBER, u32::from(number) << 16);
            writer.address(attribute::XOR_PEER_ADDRESS, peer);
        };
        self.request(Method::CHANNEL_BIND, "a channel to this peer", ask).await?;
        self.channels.insert(peer, number);
        Ok(number)
    }

    /// Ends the allocation.
    ///
    /// # Errors
    /// A server that does not answer, or refuses.
    pub async fn release(&mut self) -> Result<(), ClientError> {
        let ask = |writer: &mut Writer| {
            writer.u32(attribute::LIFETIME, 0);
        };
        self.request(Method::REFRESH, "the end of the allocation", ask).await.map(drop)
    }

    /// Sends to a peer, by its channel if it has one.
    ///
    /// # Errors
    /// Those of the socket.
    pub async fn send(&mut self, peer: SocketAddr, payload: &[u8]) -> Result<(), ClientError> {
        let mut packet = Vec::new();
        if let Some(number) = self.channels.get(&peer) {
            packet.extend(number.to_be_bytes());
            packet.extend((payload.len() as u16).to_be_bytes());
            packet.extend(payload);
        } else {
            let mut writer = Writer::new(&mut packet, Class::Indication, Method::SEND, transaction());
            writer.address(attribute::XOR_PEER_ADDRESS, peer).attribute(attribute::DATA, payload);
        }
        self.wire.send(&mut packet).await
    }

    /// Waits for what a peer sends next: its address and the payload.
    ///
    /// # Errors
    /// Those of the socket.
    pub async fn receive(&mut self) -> Result<(SocketAddr, Vec<u8>), ClientError> {
        loop {
            if let Some(received) = self.received.pop_front() {
                return Ok(received);
            }
            let packet = self.wire.receive().await?;
            self.keep(&packet);
        }
    }

    /// Its socket, if it talks over UDP.
    pub fn into_udp(self) -> Option<UdpSocket> {
        self.wire.into_udp()
    }

    /// Keeps what is a peer's datagram.
    fn keep(&mut self, packet: &[u8]) {
        if self.received.len() == KEPT {
            return;
        }
        if let Some(data) = ChannelData::parse(packet) {
            let peer = self.channels.iter().find(|(_, number)| **number == data.number);
            self.received.extend(peer.map(|(peer, _)| (*peer, data.payload.to_vec())));
        } else if let Some(message) = parse(packet).filter(|message| message.method == Method::DATA)
            && let Some(peer) = message.get_address(attribute::XOR_PEER_ADDRESS)
            && let Some(data) = message.get(attribute::DATA)
        {
            self.received.push_back((peer, data.to_vec()));
        }
    }

    /// Sends a request until it is fulfilled or refused; with what a 401 or 438 asks for, if there is a login.
    async fn request(
        &mut self,
        method: Method,
        what: &'static str,
        attributes: impl Fn(&mut Writer),
    ) -> Result<Vec<u8>, ClientError> {
        let mut asked = 0;
        loop {
            let mut request = Vec::new();
            let transaction = transaction();
            let mut writer = Writer::new(&mut request, Class::Request, method, transaction);
            attributes(&mut writer);
            if let Some(login) = self.login.as_ref().filter(|login| !login.nonce.is_empty()) {
                writer.attribute(attribute::USERNAME, login.username.as_bytes());
                writer.attribute(attribute::REALM, login.realm.as_bytes());
                writer.attribute(attribute::NONCE, &login.nonce).sign(&login.key);
            }
            writer.fingerprint();
            let answer = self.exchange(request, transaction).await?;
            let incomplete = ClientError::Answer(self.wire.server, "it cannot be read");
            let Some(message) = parse(&answer) else { return Err(incomplete) };
            if message.class == Class::Success {
                return Ok(answer);
            }
            let Some((code, reason)) = message.error() else { return Err(incomplete) };
            let may_ask = if code == 401 { asked == 0 } else { code == 438 && asked < 3 };
            if !may_ask || !self.log_in(&message) {
                return Err(ClientError::Refused { request: what, code, reason: reason.to_owned() });
            }
            asked += 1;
        }
    }

    /// Takes realm and nonce of a refusal. Returns whether there is a login, and both.
    fn log_in(&mut self, refusal: &Message) -> bool {
        let (Some(login), Some(nonce)) = (&mut self.login, refusal.get(attribute::NONCE)) else { return false };
        let Some(realm) = refusal.get(attribute::REALM).and_then(|realm| str::from_utf8(realm).ok()) else {
            return false;
        };
        login.nonce = nonce.to_vec();
        login.realm = realm.to_owned();
        login.key = long_term_key(&login.username, realm, &login.password);
        true
    }

    /// Sends a request, again and again over UDP, until its answer comes.
    async fn exchange(&mut self, mut request: Vec<u8>, transaction: [u8; 12]) -> Result<Vec<u8>, ClientError> {
        let end = Instant::now() + ANSWER;
        let mut wait = if self.wire.is_stream() { ANSWER } else { AGAIN };
        while Instant::now() < end {
            self.wire.send(&mut request).await?;
            let until = end.min(Instant::now() + wait);
            wait *= 2;
            while let Ok(packet) = timeout_at(until, self.wire.receive()).await {
                let packet = packet?;
                let is_answer = |message: &Message| {
                    *message.transaction == transaction && matches!(message.class, Class::Success | Class::Error)
                };
                if parse(&packet).as_ref().is_some_and(is_answer) {
                    return Ok(packet);
                }
                self.keep(&packet);
            }
        }
        Err(ClientError::NoAnswer(self.wire.server, self.wire.over()))
    }
}

fn parse(packet: &[u8]) -> Option<Message<'_>> {
    Message::parse(packet)
}

/// A number that nobody else guesses.
fn transaction() -> [u8; 12] {
    let mut transaction = [0; 12];
    // It fails only where the system has no random numbers at all.
    let _ = SystemRandom::new().fill(&mut transaction);
    transaction
}
