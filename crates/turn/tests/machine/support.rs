//! A machine, sockets that only remember, and clients.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use switchboard_turn::credentials::long_term_key;
use switchboard_turn::message::{Class, Message, Method, TransactionId, Writer, attribute};
use switchboard_turn::{
    Config, Delivery, Family, FiveTuple, Limits, Machine, OpenError, Outside, OwnAddresses, PeerPolicy, Quotas,
    RelayId, Time, Transport, rest_credentials,
};

pub const SECRET: &[u8] = b"a secret of the tests";
pub const NOW: u64 = 1_800_000_000;
/// A public address.
pub const PEER: &str = "11.0.0.1:7000";
pub const OTHER_PEER: &str = "11.0.0.2:7000";

pub fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

/// Remembers what the machine does.
pub struct Sockets {
    /// The addresses of relays, by family. `None`: the machine has none.
    pub ips: [Option<IpAddr>; 2],
    pub ports: u16,
    pub open: BTreeMap<u32, SocketAddr>,
    pub to_client: Vec<(FiveTuple, Vec<u8>)>,
    pub to_peer: Vec<(RelayId, SocketAddr, Vec<u8>)>,
    pub even_port: bool,
    opened: u16,
    /// The number of the last port.
    port: u16,
}

impl Sockets {
    /// From the first port on again.
    pub fn reopen(&mut self) {
        self.port = 0;
    }
}

impl Outside for Sockets {
    fn open(&mut self, family: Family, even_port: bool) -> Result<(RelayId, SocketAddr), OpenError> {
        let ip = self.ips[usize::from(family == Family::V6)].ok_or(OpenError::Family)?;
        if self.open.len() >= usize::from(self.ports) {
            return Err(OpenError::Exhausted);
        }
        self.even_port = even_port;
        self.opened += 1;
        self.port += 1;
        let address = SocketAddr::new(ip, 50_000 + 2 * self.port);
        self.open.insert(self.opened.into(), address);
        Ok((RelayId(self.opened.into()), address))
    }

    fn close(&mut self, relay: RelayId) {
        self.open.remove(&relay.0).expect("an open relay");
    }

    fn to_client(&mut self, client: FiveTuple, packet: &[u8]) {
        self.to_client.push((client, packet.to_vec()));
    }

    fn to_peer(&mut self, relay: RelayId, peer: SocketAddr, payload: &[u8]) {
        assert!(self.open.contains_key(&relay.0), "sent from a closed relay");
        self.to_peer.push((relay, peer, payload.to_vec()));
    }
}

/// A server of one machine.
pub struct Server {
    pub machine: Machine,
    pub config: Arc<Config>,
    pub quotas: Arc<Quotas>,
    pub sockets: Sockets,
    pub now: Time,
    transactions: u32,
}

/// How a server of the tests is configured.
pub struct Setup {
    pub policy: PeerPolicy,
    pub limits: Limits,
    pub external: Vec<IpAddr>,
    pub own: Vec<&'static str>,
    pub ips: [Option<&'static str>; 2],
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            policy: PeerPolicy::default(),
            limits: Limits::default(),
            external: Vec::new(),
            own: vec!["12.0.0.1/24", "2a00::1/64", "192.168.1.5/24", "127.0.0.1/8", "::1/128"],
            ips: [Some("12.0.0.1"), Some("2a00::1")],
        }
    }
}

impl Setup {
    pub fn start(self) -> Server {
        let own = |own: Vec<&str>| own.iter().map(|own| own.parse().expect("a network")).collect();
        let config = Arc::new(Config {
            realm: "switchboard".into(),
            secret: SECRET.into(),
            nonce_key: [7; 32],
            external: self.external,
            own_addresses: OwnAddresses::new(own(self.own)),
            policy: self.policy,
        });
        let quotas = Arc::new(Quotas::new(self.limits));
        let ips = self.ips.map(|ip| ip.map(|ip| ip.parse().expect("an address")));
        Server {
            machine: Machine::new(config.clone(), quotas.clone()),
            config,
            quotas,
            sockets: Sockets {
                ips,
                ports: 1000,
                open: BTreeMap::new(),
                to_client: Vec::new(),
                to_peer: Vec::new(),
                even_port: false,
                opened: 0,
                port: 0,
            },
            now: Time { monotonic: Instant::now(), unix_seconds: NOW },
            transactions: 0,
        }
    }
}

/// What a server responded.
#[derive(Debug, PartialEq, Eq)]
pub struct Response(pub Vec<u8>);

impl Response {
    pub fn message(&self) -> Message<'_> {
        Message::parse(&self.0).expect("a message")
    }

    /// 200 for success.
    pub fn code(&self) -> u16 {
        let message = self.message();
        match message.class {
            Class::Success => 200,
            Class::Error => message.error().expect("an error code").0,
            class => panic!("{class:?}"),
        }
    }

    pub fn address(&self, kind: u16) -> Option<SocketAddr> {
        self.message().get_address(kind)
    }

    pub fn relayed(&self) -> SocketAddr {
        self.address(attribute::XOR_RELAYED_ADDRESS).expect("a relayed address")
    }

    pub fn lifetime(&self) -> u32 {
        self.message().get_u32(attribute::LIFETIME).expect("a lifetime")
    }

    pub fn text(&self, kind: u16) -> Option<String> {
        Some(str::from_utf8(self.message().get(kind)?).expect("text").to_owned())
    }
}

/// A client with its credential.
#[derive(Debug, Clone)]
pub struct Client {
    pub five: FiveTuple,
    pub username: String,
    pub password: String,
    pub nonce: String,
}

impl Client {
    pub fn new(name: &str, client: &str) -> Self {
        Self::with_expiry(name, client, NOW + 3600)
    }

    pub fn with_expiry(name: &str, client: &str, expiry: u64) -> Self {
        let client = address(client);
        let server = if client.is_ipv4() { "12.0.0.1:3478" } else { "[2a00::1]:3478" };
        let (username, password) = rest_credentials(SECRET, name, expiry);
        let five = FiveTuple { transport: Transport::Udp, client, server: address(server) };
        Self { five, username, password, nonce: String::new() }
    }

    pub fn key(&self) -> [u8; 16] {
        long_term_key(&self.username, "switchboard", &self.password)
    }

    /// Adds the credential and signs.
    pub fn sign(&self, writer: &mut Writer) {
        writer.attribute(attribute::USERNAME, self.username.as_bytes());
        writer.attribute(attribute::REALM, b"switchboard");
        writer.attribute(attribute::NONCE, self.nonce.as_bytes());
        writer.sign(&self.key());
    }
}

pub fn udp(writer: &mut Writer) {
    writer.attribute(attribute::REQUESTED_TRANSPORT, &[17, 0, 0, 0]);
}

impl Server {
    pub fn new() -> Self {
        Setup::default().start()
    }

    /// A channel that no client has bound.
    pub fn unused_channel(&self) -> u16 {
        0x4000 + self.transactions as u16
    }

    pub fn wait(&mut self, seconds: u64) {
        self.now.monotonic += Duration::from_secs(seconds);
        self.now.unix_seconds += seconds;
    }

    pub fn expire(&mut self) {
        self.machine.expire(self.now, &mut self.sockets);
    }

    pub fn transaction(&mut self) -> TransactionId {
        self.transactions += 1;
        let mut id = [0; 12];
        id[..4].copy_from_slice(&self.transactions.to_be_bytes());
        id
    }

    pub fn packet(&mut self, client: &Client, packet: &[u8]) {
        self.machine.from_client(self.now, client.five, packet, &mut self.sockets);
    }

    /// Sends a whole request and returns the response to it.
    pub fn exchange(&mut self, client: &Client, packet: &[u8]) -> Response {
        self.packet(client, packet);
        let (five, response) = self.sockets.to_client.pop().expect("a response");
        assert!(self.sockets.to_client.is_empty(), "one response");
        assert_eq!(five, client.five);
        assert_eq!(Message::parse(&response).expect("a message").transaction, &packet[8..20]);
        Response(response)
    }

    /// Sends a request that is not signed.
    pub fn unsigned(&mut self, client: &Client, method: Method, attributes: impl FnOnce(&mut Writer)) -> Response {
        let (mut packet, transaction) = (Vec::new(), self.transaction());
        attributes(&mut Writer::new(&mut packet, Class::Request, method, transaction));
        self.exchange(client, &packet)
    }

    /// Sends a signed request, and once more if its nonce was stale.
    pub fn request(&mut self, client: &mut Client, method: Method, attributes: impl Fn(&mut Writer)) -> Response {
        for _ in 0..2 {
            let (mut packet, transaction) = (Vec::new(), self.transaction());
            let mut writer = Writer::new(&mut packet, Class::Request, method, transaction);
            attributes(&mut writer);
            client.sign(&mut writer);
            let response = self.exchange(client, &packet);
            if response.code() != 438 {
                return response;
            }
            client.nonce = response.text(attribute::NONCE).expect("a nonce");
        }
        panic!("two stale nonces");
    }

    pub fn allocate(&mut self, client: &mut Client) -> Response {
        self.request(client, Method::ALLOCATE, udp)
    }

    /// A client with an allocation.
    pub fn allocated(&mut self, name: &str, client: &str) -> Client {
        let mut client = Client::new(name, client);
        let response = self.allocate(&mut client);
        assert_eq!(response.code(), 200, "{response:?}");
        client
    }

    pub fn refresh(&mut self, client: &mut Client, lifetime: u32) -> Response {
        self.request(client, Method::REFRESH, |writer| {
            writer.u32(attribute::LIFETIME, lifetime);
        })
    }

    pub fn permit(&mut self, client: &mut Client, peers: &[&str]) -> u16 {
        let permit = |writer: &mut Writer| {
            for peer in peers {
                writer.address(attribute::XOR_PEER_ADDRESS, address(peer));
            }
        };
        self.request(client, Method::CREATE_PERMISSION, permit).code()
    }

    pub fn bind(&mut self, client: &mut Client, number: u16, peer: &str) -> u16 {
        let bind = |writer: &mut Writer| {
            writer.attribute(attribute::CHANNEL_NUMBER, &[&number.to_be_bytes()[..], &[0, 0]].concat());
            writer.address(attribute::XOR_PEER_ADDRESS, address(peer));
        };
        self.request(client, Method::CHANNEL_BIND, bind).code()
    }

    /// Sends by a Send indication, and returns whether it was relayed.
    pub fn send(&mut self, client: &Client, peer: &str, payload: &[u8]) -> bool {
        let mut packet = Vec::new();
        Writer::new(&mut packet, Class::Indication, Method::SEND, [1; 12])
            .address(attribute::XOR_PEER_ADDRESS, address(peer))
            .attribute(attribute::DATA, payload);
        self.packet(client, &packet);
        self.was_relayed(peer, payload)
    }

    /// Sends by a channel, and returns whether it was relayed.
    pub fn channel(&mut self, client: &Client, number: u16, peer: &str, payload: &[u8]) -> bool {
        let head = [number.to_be_bytes(), (payload.len() as u16).to_be_bytes()].concat();
        self.packet(client, &[&head, payload].concat());
        self.was_relayed(peer, payload)
    }

    fn was_relayed(&mut self, peer: &str, payload: &[u8]) -> bool {
        let sent = self.sockets.to_peer.pop();
        assert!(self.sockets.to_peer.is_empty() && self.sockets.to_client.is_empty());
        sent.is_some_and(|(_, to, bytes)| {
            assert_eq!((to, &bytes[..]), (address(peer), payload));
            true
        })
    }

    /// A datagram to the relay that was opened last.
    pub fn peer_sends(&mut self, peer: &str, payload: &[u8]) -> Option<Delivery> {
        let relay = *self.sockets.open.last_key_value()?.0;
        self.machine.from_peer(self.now, RelayId(relay), address(peer), payload)
    }
}

/// What a client receives.
pub fn delivered(delivery: &Delivery, payload: &[u8]) -> Vec<u8> {
    [delivery.header(), payload, &[0; 3][..usize::from(delivery.padding)]].concat()
}
