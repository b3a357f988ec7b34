//! What is left in a machine's maps.

use std::net::SocketAddr;
use std::sync::Arc;

use super::server::{Config, Machine};
use super::{Delivery, OpenError, Outside, RelayId};
use crate::credentials::{long_term_key, rest_credentials};
use crate::five_tuple::{Family, FiveTuple, Transport};
use crate::message::{Class, Method, Writer, attribute};
use crate::peer_policy::{OwnAddresses, PeerPolicy};
use crate::quotas::{Limits, Quotas};
use crate::time::Time;

/// Opens relays, and keeps the last packet for a client.
#[derive(Default)]
struct Sockets {
    opened: u16,
    packet: Vec<u8>,
}

impl Outside for Sockets {
    fn open(&mut self, _: Family, _: bool) -> Result<(RelayId, SocketAddr), OpenError> {
        self.opened += 1;
        Ok((RelayId(self.opened.into()), ([12, 0, 0, 1], 50_000 + self.opened).into()))
    }

    fn close(&mut self, _: RelayId) {}

    fn to_client(&mut self, _: FiveTuple, packet: &[u8]) {
        self.packet = packet.to_vec();
    }

    fn to_peer(&mut self, _: RelayId, _: SocketAddr, _: &[u8]) {}
}

fn machine() -> Machine {
    let config = Config {
        realm: "switchboard".into(),
        secret: b"secret".into(),
        nonce_key: [7; 32],
        external: Vec::new(),
        own_addresses: OwnAddresses::default(),
        policy: PeerPolicy::default(),
    };
    Machine::new(Arc::new(config), Arc::new(Quotas::new(Limits::default())))
}

fn client(port: u16) -> FiveTuple {
    let server = ([12, 0, 0, 1], 3478).into();
    FiveTuple { transport: Transport::Udp, client: ([11, 1, 1, 1], port).into(), server }
}

fn signed(now: Time, machine: &Machine, client: FiveTuple, method: Method, add: impl Fn(&mut Writer)) -> Vec<u8> {
    let (username, password) = rest_credentials(b"secret", "ann", now.unix_seconds + 60);
    let mut packet = Vec::new();
    let mut writer = Writer::new(&mut packet, Class::Request, method, [1; 12]);
    add(&mut writer);
    writer.attribute(attribute::USERNAME, username.as_bytes()).attribute(attribute::REALM, b"switchboard");
    writer.attribute(attribute::NONCE, &machine.authentication.nonces.make(now.unix_seconds, client.client));
    writer.sign(&long_term_key(&username, "switchboard", &password));
    packet
}

fn is_empty(machine: &Machine) -> bool {
    machine.allocations.is_empty()
        && machine.allocations.capacity() == 0
        && machine.by_client.capacity() == 0
        && machine.by_relay.capacity() == 0
        && machine.ends.is_empty()
        && machine.response.capacity() < 1024
        && machine.quotas.is_unused()
}

#[test]
fn ten_thousand_unauthenticated_requests_leave_nothing() {
    let (mut machine, mut sockets, now) = (machine(), Sockets::default(), Time::now());
    for number in 0..10_000 {
        let client = client(number);
        for method in [Method::BINDING, Method::ALLOCATE, Method::REFRESH, Method::CREATE_PERMISSION] {
            let mut packet = Vec::new();
            Writer::new(&mut packet, Class::Request, method, [number as u8; 12]);
            machine.from_client(now, client, &packet, &mut sockets);
            assert!(!sockets.packet.is_empty());
        }
        machine.from_client(now, client, b"\x40\x00\x00\x04data", &mut sockets);
        if number % 10 > 0 {
            continue;
        }
        let wrong = signed(now, &machine, client, Method::ALLOCATE, |writer| {
            writer.attribute(attribute::USERNAME, format!("{number}:ann").as_bytes());
        });
        machine.from_client(now, client, &wrong, &mut sockets);
    }
    assert!(is_empty(&machine));
}

#[test]
fn allocation_with_all_it_may_have_takes_at_most_4_kib() {
    let (mut machine, mut sockets, now) = (machine(), Sockets::default(), Time::now());
    let client = client(1);
    let udp = signed(now, &machine, client, Method::ALLOCATE, |writer| {
        writer.attribute(attribute::REQUESTED_TRANSPORT, &[17, 0, 0, 0]);
    });
    machine.from_client(now, client, &udp, &mut sockets);
    let few = machine.allocations.iter().map(|(_, allocation)| allocation.memory()).sum::<usize>();
    for number in 0..64 {
        let peer = ([11, 0, 0, number], 7000).into();
        let permission = signed(now, &machine, client, Method::CREATE_PERMISSION, |writer| {
            writer.address(attribute::XOR_PEER_ADDRESS, peer);
        });
        let channel = signed(now, &machine, client, Method::CHANNEL_BIND, |writer| {
            writer.address(attribute::XOR_PEER_ADDRESS, peer);
            writer.attribute(attribute::CHANNEL_NUMBER, &[0x40, number, 0, 0]);
        });
        machine.from_client(now, client, &permission, &mut sockets);
        machine.from_client(now, client, &channel, &mut sockets);
    }
    let delivery: Option<Delivery> = machine.from_peer(now, RelayId(1), ([11, 0, 0, 31], 7000).into(), b"data");
    assert_eq!(delivery.map(|delivery| delivery.header().len()), Some(4));
    let all = machine.allocations.iter().map(|(_, allocation)| allocation.memory()).sum::<usize>();
    println!("{few} bytes without channels, {all} with all");
    assert!(few > 200 && all <= 4096, "{few} bytes without channels, {all} with all");
}

#[test]
fn end_of_an_allocation_leaves_no_entry() {
    let (mut machine, mut sockets, now) = (machine(), Sockets::default(), Time::now());
    for port in 0..50 {
        let udp = signed(now, &machine, client(port), Method::ALLOCATE, |writer| {
            writer.attribute(attribute::REQUESTED_TRANSPORT, &[17, 0, 0, 0]);
        });
        machine.from_client(now, client(port), &udp, &mut sockets);
        let refresh = signed(now, &machine, client(port), Method::REFRESH, |writer| {
            writer.u32(attribute::LIFETIME, 0);
        });
        assert_eq!(machine.allocations.len(), 1);
        machine.from_client(now, client(port), &refresh, &mut sockets);
    }
    assert!(machine.allocations.is_empty() && machine.by_client.is_empty() && machine.by_relay.is_empty());
    assert!(machine.ends.is_empty() && machine.quotas.allocations() == 0 && machine.quotas.relays().is_empty());
}
