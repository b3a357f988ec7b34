//! Data in both directions, in both forms, on datagrams and streams.

use switchboard_turn::message::{Class, Message, Method, Writer, attribute, frame_length};
use switchboard_turn::{Limits, Transport};

use crate::support::{Client, PEER, Server, Setup, address, delivered};

const CLIENT: &str = "11.1.1.1:5000";

#[test]
fn data_of_a_peer_comes_as_an_indication() {
    for (peer, client) in [(PEER, Transport::Udp), ("[2a01::1]:7000", Transport::Tcp)] {
        let (mut server, mut ann) = (Server::new(), Client::new("ann", CLIENT));
        ann.five.transport = client;
        let family = if address(peer).is_ipv4() { 1 } else { 2 };
        let response = server.request(&mut ann, Method::ALLOCATE, |writer| {
            crate::support::udp(writer);
            writer.attribute(attribute::REQUESTED_ADDRESS_FAMILY, &[family, 0, 0, 0]);
        });
        assert_eq!((response.code(), server.permit(&mut ann, &[peer])), (200, 200));
        for length in [0, 1, 2, 3, 4, 1200] {
            let payload = vec![7; length];
            let delivery = server.peer_sends(peer, &payload).expect("relayed");
            assert_eq!(delivery.client, ann.five);
            let bytes = delivered(&delivery, &payload);
            let message = Message::parse(&bytes).expect("a message");
            assert_eq!((message.class, message.method), (Class::Indication, Method::DATA));
            assert_eq!(message.get_address(attribute::XOR_PEER_ADDRESS), Some(address(peer)));
            assert_eq!(message.get(attribute::DATA), Some(&payload[..]));
        }
    }
}

#[test]
fn data_of_a_channel_is_padded_on_streams_only() {
    for (transport, padding) in [(Transport::Udp, 0), (Transport::Tcp, 3), (Transport::Tls, 3)] {
        let (mut server, mut ann) = (Server::new(), Client::new("ann", CLIENT));
        ann.five.transport = transport;
        assert_eq!((server.allocate(&mut ann).code(), server.bind(&mut ann, 0x4abc, PEER)), (200, 200));
        let delivery = server.peer_sends(PEER, b"data!").expect("relayed");
        assert_eq!((delivery.header(), delivery.padding), (&[0x4a, 0xbc, 0, 5][..], padding));
        let frame = delivered(&delivery, b"data!");
        if transport.is_stream() {
            assert_eq!(frame_length([0x4a, 0xbc, 0, 5]), Some(frame.len()));
        }
        // The client sends the same, with or without padding.
        server.packet(&ann, &frame);
        assert_eq!(server.sockets.to_peer.pop().map(|(_, _, bytes)| bytes), Some(b"data!".to_vec()));
    }
}

#[test]
fn datagram_without_payload_is_relayed() {
    let mut server = Server::new();
    let mut ann = server.allocated("ann", CLIENT);
    assert_eq!(server.bind(&mut ann, 0x4000, PEER), 200);
    assert!(server.channel(&ann, 0x4000, PEER, b"") && server.send(&ann, PEER, b""));
    assert_eq!(server.peer_sends(PEER, b"").expect("relayed").header(), [0x40, 0, 0, 0]);
    assert_eq!((server.machine.counters().relayed_packets, server.machine.counters().relayed_bytes), (3, 0));
}

#[test]
fn datagram_that_no_indication_can_carry_is_dropped() {
    let mut server = Server::new();
    let mut ann = server.allocated("ann", CLIENT);
    assert_eq!(server.permit(&mut ann, &[PEER]), 200);
    let delivery = server.peer_sends(PEER, &[0; 65_516]).expect("relayed");
    assert!(Message::parse(&delivered(&delivery, &[0; 65_516])).is_some());
    assert!(server.peer_sends(PEER, &[0; 65_517]).is_none());
}

#[test]
fn peer_by_a_mapped_address_is_the_ipv4_peer() {
    let mut server = Server::new();
    let mut ann = server.allocated("ann", CLIENT);
    assert_eq!(server.bind(&mut ann, 0x4000, PEER), 200);
    assert!(server.peer_sends("[::ffff:11.0.0.1]:7000", b"data").is_some_and(|delivery| delivery.header().len() == 4));
}

#[test]
fn send_indication_with_an_unknown_attribute_is_dropped() {
    let mut server = Server::new();
    let mut ann = server.allocated("ann", CLIENT);
    assert_eq!(server.permit(&mut ann, &[PEER]), 200);
    for (kind, relayed) in [(attribute::DONT_FRAGMENT, 0), (0x8fff, 1)] {
        let mut packet = Vec::new();
        Writer::new(&mut packet, Class::Indication, Method::SEND, [1; 12])
            .address(attribute::XOR_PEER_ADDRESS, address(PEER))
            .attribute(kind, b"")
            .attribute(attribute::DATA, b"data");
        server.packet(&ann, &packet);
        assert_eq!(server.sockets.to_peer.drain(..).count(), relayed, "{kind:#x}");
    }
}

#[test]
fn send_indication_without_its_attributes_is_dropped() {
    let mut server = Server::new();
    let mut ann = server.allocated("ann", CLIENT);
    assert_eq!(server.permit(&mut ann, &[PEER]), 200);
    let mut packet = Vec::new();
    Writer::new(&mut packet, Class::Indication, Method::SEND, [1; 12]).attribute(attribute::DATA, b"data");
    server.packet(&ann, &packet);
    Writer::new(&mut packet, Class::Indication, Method::SEND, [1; 12])
        .address(attribute::XOR_PEER_ADDRESS, address(PEER));
    server.packet(&ann, &packet);
    assert!(server.sockets.to_peer.is_empty() && server.sockets.to_client.is_empty());
}

#[test]
fn two_clients_who_both_relay_reach_each_other() {
    let mut server = Server::new();
    let (mut ann, mut bob) = (Client::new("ann", CLIENT), Client::new("bob", "11.1.1.2:5000"));
    let (of_ann, of_bob) = (server.allocate(&mut ann).relayed(), server.allocate(&mut bob).relayed());
    assert_eq!(server.bind(&mut ann, 0x4000, &of_bob.to_string()), 200);
    assert_eq!(server.permit(&mut bob, &[&of_ann.to_string()]), 200);
    assert!(server.channel(&ann, 0x4000, &of_bob.to_string(), b"hello bob"));
    let delivery = server.peer_sends(&of_ann.to_string(), b"hello bob").expect("relayed");
    assert_eq!(delivery.client, bob.five);
    assert!(server.send(&bob, &of_ann.to_string(), b"hello ann"));
    // Once her relay is closed, its port may be another program's.
    server.refresh(&mut ann, 0);
    assert!(!server.send(&bob, &of_ann.to_string(), b"hello ann"));
    server.refresh(&mut bob, 0);
    let mut ann = server.allocated("ann", CLIENT);
    assert_eq!(server.bind(&mut ann, 0x4000, &of_bob.to_string()), 403);
}

#[test]
fn relays_behind_a_nat_send_to_each_others_sockets() {
    let external = vec!["13.0.0.1".parse().expect("an address")];
    let mut server = Setup { external, ips: [Some("192.168.1.5"), None], ..Setup::default() }.start();
    let (mut ann, mut bob) = (Client::new("ann", CLIENT), Client::new("bob", "11.1.1.2:5000"));
    let (of_ann, of_bob) = (server.allocate(&mut ann).relayed(), server.allocate(&mut bob).relayed());
    assert_eq!([of_ann, of_bob], ["13.0.0.1:50002", "13.0.0.1:50004"].map(address));
    assert_eq!(server.bind(&mut ann, 0x4000, &of_bob.to_string()), 200);
    assert_eq!(server.bind(&mut bob, 0x4001, &of_ann.to_string()), 200);
    server.packet(&ann, b"\x40\x00\x00\x05hello");
    let mut send = Vec::new();
    Writer::new(&mut send, Class::Indication, Method::SEND, [1; 12])
        .address(attribute::XOR_PEER_ADDRESS, of_bob)
        .attribute(attribute::DATA, b"hello");
    server.packet(&ann, &send);
    let sent: Vec<_> = server.sockets.to_peer.drain(..).map(|(_, peer, _)| peer.to_string()).collect();
    assert_eq!(sent, ["192.168.1.5:50004", "192.168.1.5:50004"]);
    assert_eq!(server.peer_sends("192.168.1.5:50002", b"hello").expect("relayed").header(), [0x40, 1, 0, 5]);
    // Nothing else on this machine or in its network is a peer.
    assert!(server.peer_sends("192.168.1.5:50006", b"hello").is_none());
    assert_eq!(server.permit(&mut ann, &["192.168.1.5:50004"]), 403);
    server.refresh(&mut ann, 0);
    assert!(server.peer_sends("192.168.1.5:50002", b"hello").is_none());
    server.refresh(&mut bob, 0);
    assert!(server.quotas.relays().is_empty());
}

#[test]
fn bytes_beyond_the_rate_of_a_user_are_dropped() {
    let limits = Limits { bytes_per_second_per_user: 10_000, ..Limits::default() };
    let mut server = Setup { limits, ..Setup::default() }.start();
    let mut clients = [server.allocated("ann", CLIENT), server.allocated("ann", "11.1.1.1:5001")];
    for client in &mut clients {
        assert_eq!(server.bind(client, 0x4000, PEER), 200);
    }
    let relayed = |server: &mut Server| {
        let mut relayed = 0;
        for _ in 0..10 {
            relayed += usize::from(server.channel(&clients[0], 0x4000, PEER, &[0; 1000]));
            relayed += usize::from(server.send(&clients[1], PEER, &[0; 1000]));
            relayed += usize::from(server.peer_sends(PEER, &[0; 1000]).is_some());
        }
        relayed
    };
    assert_eq!((relayed(&mut server), relayed(&mut server)), (10, 0));
    server.wait(1);
    assert_eq!(relayed(&mut server), 10);
    // Another user has bytes of their own.
    let mut bob = server.allocated("bob", "11.1.1.2:5000");
    assert_eq!(server.permit(&mut bob, &[PEER]), 200);
    assert!(server.send(&bob, PEER, &[0; 1000]));
    assert_eq!(server.machine.counters().dropped_packets, 70);
}
