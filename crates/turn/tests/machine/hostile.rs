//! Packets of any kind.

use proptest::prelude::*;
use switchboard_turn::message::{Class, Message, Method, Writer, attribute, frame_length};

use crate::support::{Client, NOW, PEER, Server, Setup};

/// A message with attributes that exist, and values that need not fit.
fn message() -> impl Strategy<Value = (u16, u8, Vec<(u16, Vec<u8>)>)> {
    let kinds = prop_oneof![0x0000u16..0x0030, 0x8000u16..0x8030, any::<u16>()];
    let value = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..24),
        Just(vec![17, 0, 0, 0]),
        Just(vec![2, 0, 0, 0]),
        Just(vec![0, 1, 0x3a, 0x4a, 0x2a, 0x12, 0xa4, 0x43]),
    ];
    (0u16..16, 0u8..4, prop::collection::vec((kinds, value), 0..8))
}

fn class(number: u8) -> Class {
    [Class::Request, Class::Indication, Class::Success, Class::Error][usize::from(number % 4)]
}

proptest! {
    #[test]
    fn bytes_of_any_kind_are_read_or_not(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Some(message) = Message::parse(&bytes) {
            prop_assert!(message.attributes().all(|attribute| message.get(attribute.kind).is_some()));
        }
        if let Some(start) = bytes.first_chunk() {
            prop_assert!(frame_length(*start).is_none_or(|length| (4..=65_552).contains(&length)));
        }
    }

    #[test]
    fn message_that_is_written_is_read((method, kind, attributes) in message(), key in any::<[u8; 16]>()) {
        let mut bytes = Vec::new();
        let mut writer = Writer::new(&mut bytes, class(kind), Method(method), [7; 12]);
        let plain = attributes.iter().filter(|(kind, _)| ![attribute::MESSAGE_INTEGRITY, attribute::FINGERPRINT].contains(kind));
        let plain: Vec<_> = plain.cloned().collect();
        for (kind, value) in &plain {
            writer.attribute(*kind, value);
        }
        writer.sign(&key).fingerprint();
        let message = Message::parse(&bytes).expect("a message");
        prop_assert_eq!((message.class, message.method), (class(kind), Method(method)));
        prop_assert!(message.is_signed_with(&key) && message.has_fingerprint());
        let read: Vec<_> = message.attributes().map(|found| (found.kind, found.value.to_vec())).collect();
        prop_assert_eq!(read, plain);
    }

    /// A client that knows a credential sends whatever it likes.
    #[test]
    fn signed_messages_of_any_kind_leave_nothing(messages in prop::collection::vec(message(), 1..20)) {
        let mut server = Server::new();
        let mut client = Client::new("ann", "11.1.1.1:5000");
        prop_assert_eq!(server.allocate(&mut client).code(), 200);
        for (method, kind, attributes) in messages {
            let mut packet = Vec::new();
            let mut writer = Writer::new(&mut packet, class(kind), Method(method), [7; 12]);
            for (kind, value) in &attributes {
                writer.attribute(*kind, value);
            }
            client.sign(&mut writer);
            server.packet(&client, &packet);
            server.wait(1);
            server.peer_sends(PEER, b"data");
        }
        prop_assert!(server.sockets.to_peer.iter().all(|(_, peer, _)| peer.ip().to_string().starts_with("11.")));
        server.wait(90_000);
        server.expire();
        prop_assert_eq!((server.machine.allocations(), server.sockets.open.len(), server.quotas.allocations()), (0, 0, 0));
    }
}

#[test]
fn response_or_unknown_method_is_not_answered() {
    let mut server = Server::new();
    let client = Client::new("ann", "11.1.1.1:5000");
    for class in [Class::Request, Class::Indication, Class::Success, Class::Error] {
        for method in (0..0x20).map(Method) {
            let mut packet = Vec::new();
            Writer::new(&mut packet, class, method, [1; 12]);
            server.packet(&client, &packet);
            let is_request = class == Class::Request && [1, 3, 4, 8, 9].contains(&method.0);
            assert_eq!(server.sockets.to_client.drain(..).count(), usize::from(is_request), "{class:?} {method:?}");
        }
    }
}

#[test]
fn message_with_a_wrong_length_is_not_answered() {
    let mut server = Server::new();
    let client = Client::new("ann", "11.1.1.1:5000");
    let mut packet = Vec::new();
    Writer::new(&mut packet, Class::Request, Method::BINDING, [1; 12]).attribute(attribute::SOFTWARE, b"12345678");
    for length in 0..packet.len() {
        server.packet(&client, &packet[..length]);
    }
    server.packet(&client, &[&packet[..], b"more"].concat());
    for (at, value) in [(0, 0x40), (0, 0x80), (3, 11), (3, 16), (4, 0), (23, 9)] {
        let mut wrong = packet.clone();
        wrong[at] = value;
        server.packet(&client, &wrong);
    }
    assert!(server.sockets.to_client.is_empty());
    server.exchange(&client, &packet);
}

#[test]
fn wrong_fingerprint_is_not_answered() {
    let mut server = Server::new();
    let mut packet = Vec::new();
    Writer::new(&mut packet, Class::Request, Method::BINDING, [1; 12]).fingerprint();
    *packet.last_mut().expect("bytes") ^= 1;
    server.packet(&Client::new("ann", "11.1.1.1:5000"), &packet);
    assert!(server.sockets.to_client.is_empty());
}

#[test]
fn clocks_that_go_back_end_nothing_early() {
    let mut server = Setup::default().start();
    let mut client = server.allocated("ann", "11.1.1.1:5000");
    server.wait(100);
    assert_eq!(server.permit(&mut client, &[PEER]), 200);
    server.now.unix_seconds = NOW - 5000;
    assert_eq!(server.refresh(&mut client, 600).code(), 200);
    server.expire();
    assert!(server.send(&client, PEER, b"data"));
}
