//! What a packet costs without sockets: `cargo bench -p switchboard-turn`. A thousand clients take turns.

use std::hint::black_box;
use std::net::SocketAddr;
use std::sync::Arc;

use divan::Bencher;
use switchboard_turn::credentials::long_term_key;
use switchboard_turn::message::{Class, Message, Method, Writer, attribute};
use switchboard_turn::nonce::Nonces;
use switchboard_turn::{
    Config, Family, FiveTuple, Limits, Machine, OpenError, Outside, OwnAddresses, PeerPolicy, Quotas, RelayId, Time,
    Transport, rest_credentials,
};

const CLIENTS: u16 = 1000;
const SECRET: &[u8] = b"secret";
const PAYLOAD: usize = 1200;

fn main() {
    divan::main();
}

/// Numbers relays from 1 on, and forgets what is sent.
#[derive(Default)]
struct Sockets {
    opened: u16,
}

impl Outside for Sockets {
    fn open(&mut self, _: Family, _: bool) -> Result<(RelayId, SocketAddr), OpenError> {
        self.opened += 1;
        Ok((RelayId(self.opened.into()), ([12, 0, 0, 1], 20_000 + self.opened).into()))
    }

    fn close(&mut self, _: RelayId) {}

    fn to_client(&mut self, _: FiveTuple, packet: &[u8]) {
        black_box(packet);
    }

    fn to_peer(&mut self, _: RelayId, _: SocketAddr, payload: &[u8]) {
        black_box(payload);
    }
}

fn client(number: u16) -> FiveTuple {
    let (client, server) = (([11, 1, 1, 1], 1000 + number).into(), ([12, 0, 0, 1], 3478).into());
    FiveTuple { transport: Transport::Udp, client, server }
}

fn peer(number: u16) -> SocketAddr {
    ([11, 2, 2, 2], 1000 + number).into()
}

/// A machine with an allocation and a channel of each client.
struct Server {
    machine: Machine,
    sockets: Sockets,
    now: Time,
    username: String,
    key: [u8; 16],
}

impl Server {
    fn new() -> Self {
        let now = Time::now();
        let most = usize::from(CLIENTS);
        let limits = Limits { allocations: most, per_user: most, per_address: most, ..Limits::default() };
        let limits = Limits { bytes_per_second_per_user: u64::MAX, ..limits };
        let config = Config {
            realm: "switchboard".into(),
            secret: SECRET.into(),
            nonce_key: [7; 32],
            external: Vec::new(),
            own_addresses: OwnAddresses::default(),
            policy: PeerPolicy::default(),
        };
        let (username, password) = rest_credentials(SECRET, "0123456789abcdef", now.unix_seconds + 60);
        let key = long_term_key(&username, "switchboard", &password);
        let machine = Machine::new(Arc::new(config), Arc::new(Quotas::new(limits)));
        let mut server = Self { machine, sockets: Sockets::default(), now, username, key };
        for number in 0..CLIENTS {
            let allocate = server.request(number, Method::ALLOCATE);
            server.handle(number, &allocate);
            let bind = server.request(number, Method::CHANNEL_BIND);
            server.handle(number, &bind);
        }
        assert_eq!(server.machine.allocations(), most);
        server
    }

    fn request(&self, number: u16, method: Method) -> Vec<u8> {
        let nonce = Nonces::new(&[7; 32]).make(self.now.unix_seconds, client(number).client);
        let mut packet = Vec::new();
        let mut writer = Writer::new(&mut packet, Class::Request, method, [7; 12]);
        if method == Method::ALLOCATE {
            writer.attribute(attribute::REQUESTED_TRANSPORT, &[17, 0, 0, 0]);
        } else {
            writer.attribute(attribute::CHANNEL_NUMBER, &[0x40, 0, 0, 0]);
            writer.address(attribute::XOR_PEER_ADDRESS, peer(number));
        }
        writer.attribute(attribute::USERNAME, self.username.as_bytes());
        writer.attribute(attribute::REALM, b"switchboard").attribute(attribute::NONCE, &nonce).sign(&self.key);
        packet
    }

    fn handle(&mut self, number: u16, packet: &[u8]) {
        self.machine.from_client(self.now, client(number), packet, &mut self.sockets);
    }
}

#[divan::bench]
fn channel_data_from_a_client(bencher: Bencher) {
    let (mut server, mut number) = (Server::new(), 0);
    let mut packet = vec![0x40, 0, (PAYLOAD >> 8) as u8, PAYLOAD as u8];
    packet.resize(4 + PAYLOAD, 7);
    bencher.bench_local(|| {
        number = (number + 1) % CLIENTS;
        server.handle(number, black_box(&packet));
    });
}

#[divan::bench]
fn datagram_from_a_peer(bencher: Bencher) {
    let (mut server, mut number) = (Server::new(), 0);
    bencher.bench_local(|| {
        number = (number + 1) % CLIENTS;
        let relay = RelayId(u32::from(number) + 1);
        server.machine.from_peer(server.now, relay, peer(number), black_box(&[7; PAYLOAD]))
    });
}

#[divan::bench]
fn unsigned_request_that_gets_401(bencher: Bencher) {
    let mut server = Server::new();
    let mut packet = Vec::new();
    Writer::new(&mut packet, Class::Request, Method::ALLOCATE, [7; 12]);
    bencher.bench_local(|| server.handle(CLIENTS, black_box(&packet)));
}

#[divan::bench]
fn channel_bind_of_a_known_channel(bencher: Bencher) {
    let mut server = Server::new();
    let packet = server.request(1, Method::CHANNEL_BIND);
    bencher.bench_local(|| server.handle(1, black_box(&packet)));
}

#[divan::bench]
fn encode_and_sign_allocate(bencher: Bencher) {
    let server = Server::new();
    bencher.bench_local(|| server.request(black_box(1), Method::ALLOCATE));
}

#[divan::bench]
fn decode_and_verify_allocate(bencher: Bencher) {
    let server = Server::new();
    let packet = server.request(1, Method::ALLOCATE);
    bencher.bench_local(|| {
        let message = Message::parse(black_box(&packet)).expect("a message");
        assert!(message.get(attribute::USERNAME).is_some() && message.is_signed_with(&server.key));
    });
}
