//! Clients with and without credentials, peers and time, in any order, on one machine.

#![no_main]

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use switchboard_turn::message::{Class, Message, Method, Writer, attribute};
use switchboard_turn::nonce::Nonces;
use switchboard_turn::{Limits, RelayId, Transport};

#[path = "../../crates/turn/tests/machine/support.rs"]
#[allow(dead_code)]
mod support;

use support::{Client, NOW, Server, Setup, address, delivered};

const PEERS: [&str; 9] = [
    "11.0.0.1:7000",
    "11.0.0.1:7001",
    "11.0.0.2:7000",
    "[2a01::1]:7000",
    "12.0.0.1:50002",
    "12.0.0.1:50004",
    "[2a00::1]:50004",
    "10.0.0.1:7000",
    "127.0.0.1:7000",
];
/// In place of the fifth and sixth where a NAT is between: the relays, known by an outside address.
const OUTSIDE: [&str; 2] = ["13.0.0.1:50002", "13.0.0.1:50004"];
/// How many of the peers may be sent to, the relays among them while they are open.
const ALLOWED: usize = 7;

#[derive(Arbitrary, Debug)]
enum Step {
    Packet { client: u8, bytes: Vec<u8> },
    Request { client: u8, method: u8, attributes: Vec<Attribute>, fingerprint: bool },
    Send { client: u8, attributes: Vec<Attribute> },
    Channel { client: u8, number: u8, length: u8, missing: bool },
    Peer { relay: u8, peer: u8, length: u16 },
    Wait(u16),
    Gone(u8),
    Expire,
    OwnAddresses(bool),
}

#[derive(Arbitrary, Debug)]
enum Attribute {
    Udp,
    Lifetime(u32),
    Family(u8),
    Additional(u8),
    EvenPort(u8),
    Peer(u8),
    Channel(u8),
    Data(u8),
    Other(u16, Vec<u8>),
}

fn write(writer: &mut Writer, attributes: &[Attribute], peers: &[SocketAddr]) {
    for attribute in attributes {
        match attribute {
            Attribute::Udp => writer.attribute(attribute::REQUESTED_TRANSPORT, &[17, 0, 0, 0]),
            Attribute::Lifetime(seconds) => writer.u32(attribute::LIFETIME, *seconds),
            Attribute::Family(family) => writer.attribute(attribute::REQUESTED_ADDRESS_FAMILY, &[family % 4, 0, 0, 0]),
            Attribute::Additional(family) => {
                writer.attribute(attribute::ADDITIONAL_ADDRESS_FAMILY, &[family % 4, 0, 0, 0])
            }
            Attribute::EvenPort(bits) => writer.attribute(attribute::EVEN_PORT, &[*bits]),
            Attribute::Peer(number) => {
                writer.address(attribute::XOR_PEER_ADDRESS, peers[usize::from(*number) % peers.len()])
            }
            Attribute::Channel(number) => writer.attribute(attribute::CHANNEL_NUMBER, &[0x40, number % 8, 0, 0]),
            Attribute::Data(length) => writer.attribute(attribute::DATA, &vec![7; usize::from(*length)]),
            Attribute::Other(kind, value) => writer.attribute(*kind, value),
        };
    }
}

struct Run {
    server: Server,
    peers: Vec<SocketAddr>,
    clients: [Client; 4],
    /// By client and address: the second of the last success.
    permitted: HashMap<(usize, IpAddr), u64>,
}

impl Run {
    fn new(behind_nat: bool) -> Self {
        let limits = Limits { allocations: 3, per_user: 2, permissions: 3, channels: 3, ..Limits::default() };
        let mut setup = Setup { limits, ..Setup::default() };
        let mut peers = PEERS;
        if behind_nat {
            setup.external = vec![address(OUTSIDE[0]).ip()];
            setup.ips[0] = Some("192.168.1.5");
            peers[4..6].copy_from_slice(&OUTSIDE);
        }
        let server = setup.start();
        let mut clients = [
            Client::new("ann", "11.1.1.1:1"),
            Client::new("ann", "[2a05::1]:1"),
            Client::new("bob", "11.1.1.2:1"),
            Client::with_expiry("bob", "11.1.1.2:2", NOW + 100),
        ];
        clients[1].five.transport = Transport::Tcp;
        Self { server, peers: peers.map(address).into(), clients, permitted: HashMap::new() }
    }

    fn packet(&mut self, client: usize, packet: &[u8]) {
        self.server.packet(&self.clients[client], packet);
        let now = self.server.now.unix_seconds;
        for (relay, peer, _) in self.server.sockets.to_peer.drain(..) {
            let is_open = self.server.sockets.open.values().any(|open| *open == peer);
            // What goes to another relay's socket is for its outside address.
            let known = if peer.ip() == address("192.168.1.5:1").ip() { self.peers[4].ip() } else { peer.ip() };
            let since = self.permitted.get(&(client, known)).expect("a permission");
            assert!(now - since <= 301, "the permission has ended");
            let position = self.peers.iter().position(|known| *known == peer);
            // Send indications of raw bytes have other peers, at an address that was permitted.
            assert!(position.is_none_or(|position| position < ALLOWED), "sent to {peer}");
            let is_own = ["12.0.0.1", "2a00::1", "192.168.1.5", "13.0.0.1"].contains(&peer.ip().to_string().as_str());
            assert!(!is_own || is_open, "sent to this machine");
            assert!(self.server.sockets.open.contains_key(&relay.0));
        }
        let responses: Vec<_> = self.server.sockets.to_client.drain(..).collect();
        assert!(responses.len() <= 1);
        let Some((five, response)) = responses.first() else { return };
        assert_eq!(*five, self.clients[client].five);
        let (request, response) =
            (Message::parse(packet).expect("a request"), Message::parse(response).expect("a response"));
        assert_eq!(
            (request.class, request.method, request.transaction),
            (Class::Request, response.method, response.transaction)
        );
        if response.class == Class::Success
            && [Method::CREATE_PERMISSION, Method::CHANNEL_BIND].contains(&request.method)
        {
            let peers = request.attributes().filter(|found| found.kind == attribute::XOR_PEER_ADDRESS);
            for peer in peers.filter_map(|peer| peer.address(request.transaction)) {
                self.permitted.insert((client, peer.ip()), now);
            }
        }
        assert!(packet.len() >= 100 || responses[0].1.len() <= 5 * packet.len());
    }

    fn step(&mut self, step: Step) {
        let client = |number: u8| usize::from(number % 4);
        let mut packet = Vec::new();
        match step {
            Step::Packet { client: number, bytes } => self.packet(client(number), &bytes),
            Step::Request { client: number, method, attributes, fingerprint } => {
                let sender = &mut self.clients[client(number)];
                let nonce = Nonces::new(&[7; 32]).make(self.server.now.unix_seconds, sender.five.client);
                sender.nonce = str::from_utf8(&nonce).expect("text").to_owned();
                let method = [Method::ALLOCATE, Method::REFRESH, Method::CREATE_PERMISSION, Method::CHANNEL_BIND]
                    [usize::from(method % 4)];
                let mut writer = Writer::new(&mut packet, Class::Request, method, [number; 12]);
                write(&mut writer, &attributes, &self.peers);
                sender.sign(&mut writer);
                if fingerprint {
                    writer.fingerprint();
                }
                self.packet(client(number), &packet);
            }
            Step::Send { client: number, attributes } => {
                write(
                    &mut Writer::new(&mut packet, Class::Indication, Method::SEND, [number; 12]),
                    &attributes,
                    &self.peers,
                );
                self.packet(client(number), &packet);
            }
            Step::Channel { client: number, number: channel, length, missing } => {
                packet.extend([0x40, channel % 8, 0, length]);
                packet.resize(4 + usize::from(length) - usize::from(missing && length > 0), 7);
                self.packet(client(number), &packet);
            }
            Step::Peer { relay, peer: number, length } => {
                let payload = vec![7; usize::from(length)];
                let server = &mut self.server;
                let peer = self.peers[usize::from(number) % self.peers.len()];
                if let Some(delivery) = server.machine.from_peer(server.now, RelayId(relay.into()), peer, &payload) {
                    let client =
                        self.clients.iter().position(|client| client.five == delivery.client).expect("a client");
                    let since = self.permitted.get(&(client, peer.ip())).expect("a permission");
                    assert!(server.now.unix_seconds - since <= 301, "the permission has ended");
                    let bytes = delivered(&delivery, &payload);
                    let is_channel = delivery.header().len() == 4;
                    assert!(
                        is_channel
                            || Message::parse(&bytes).is_some_and(|it| it.get(attribute::DATA) == Some(&payload[..]))
                    );
                }
            }
            Step::Wait(seconds) => self.server.wait(u64::from(seconds) % 2000),
            Step::Gone(number) => {
                let server = &mut self.server;
                server.machine.client_gone(self.clients[client(number)].five, &mut server.sockets);
            }
            Step::Expire => self.server.expire(),
            Step::OwnAddresses(other) => {
                let own = ["12.0.0.1/24", "2a00::1/64", "192.168.1.5/24", "11.0.0.2/24"];
                let own = own.iter().take(if other { 4 } else { 3 });
                self.server.config.own_addresses.set(own.map(|own| own.parse().expect("a network")).collect());
            }
        }
        self.check();
    }

    fn check(&self) {
        let (allocations, open) = (self.server.machine.allocations(), self.server.sockets.open.len());
        assert_eq!(self.server.quotas.allocations(), allocations);
        assert!(allocations <= 3 && (allocations..=2 * allocations).contains(&open));
        assert_eq!(self.server.machine.next_deadline().is_some(), allocations > 0);
    }
}

fuzz_target!(|input: (bool, Vec<Step>)| {
    let (behind_nat, steps) = input;
    let mut run = Run::new(behind_nat);
    for step in steps {
        run.step(step);
    }
    run.server.wait(90_000);
    run.server.expire();
    run.check();
    assert_eq!(run.server.machine.allocations(), 0);
    assert!(run.server.quotas.relays().is_empty());
});
