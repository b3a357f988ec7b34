//! How long allocations last, and that requests that are repeated are answered the same.

use switchboard_turn::Transport;
use switchboard_turn::message::{Class, Method, Writer, attribute};

use crate::support::{Client, NOW, PEER, Server, udp};

const CLIENT: &str = "11.1.1.1:5000";

#[test]
fn binding_request_gets_the_address_of_the_client() {
    let mut server = Server::new();
    for (client, mapped) in [(CLIENT, CLIENT), ("[2a05::1]:9", "[2a05::1]:9"), ("[::ffff:11.1.1.1]:5", "11.1.1.1:5")] {
        let response = server.unsigned(&Client::new("", client), Method::BINDING, |_| {});
        assert_eq!(response.code(), 200);
        assert_eq!(
            response.address(attribute::XOR_MAPPED_ADDRESS).map(|address| address.to_string()),
            Some(mapped.into())
        );
        assert!(!response.message().has_fingerprint());
    }
}

#[test]
fn fingerprint_of_a_request_is_answered_by_one() {
    let mut server = Server::new();
    let response = server.unsigned(&Client::new("", CLIENT), Method::BINDING, |writer| {
        writer.fingerprint();
    });
    assert!(response.message().has_fingerprint());
}

#[test]
fn allocate_gets_relayed_and_mapped_address_signed() {
    let (mut server, mut client) = (Server::new(), Client::new("ann", CLIENT));
    let response = server.allocate(&mut client);
    assert_eq!((response.code(), response.lifetime()), (200, 600));
    assert_eq!(response.relayed().to_string(), "12.0.0.1:50002");
    assert_eq!(response.address(attribute::XOR_MAPPED_ADDRESS), Some(client.five.client));
    assert!(response.message().is_signed_with(&client.key()));
}

#[test]
fn allocate_that_is_repeated_gets_the_same_response() {
    let mut server = Server::new();
    let mut client = server.allocated("ann", CLIENT);
    server.refresh(&mut client, 0);
    let mut packet = Vec::new();
    let mut writer = Writer::new(&mut packet, Class::Request, Method::ALLOCATE, [99; 12]);
    udp(&mut writer);
    client.sign(writer.u32(attribute::LIFETIME, 1200));
    let first = server.exchange(&client, &packet);
    server.wait(5);
    assert_eq!(server.exchange(&client, &packet), first);
    assert_eq!((first.code(), first.lifetime(), server.sockets.open.len()), (200, 1200, 1));
    // The same transaction by another username is not a repetition.
    let other = Client { nonce: client.nonce, ..Client::new("bob", CLIENT) };
    let mut writer = Writer::new(&mut packet, Class::Request, Method::ALLOCATE, [99; 12]);
    udp(&mut writer);
    other.sign(&mut writer);
    assert_eq!(server.exchange(&other, &packet).code(), 437);
}

#[test]
fn lifetime_is_between_ten_minutes_and_an_hour() {
    let mut server = Server::new();
    let mut client = server.allocated("ann", CLIENT);
    for (asked, granted) in [(1, 600), (599, 600), (700, 700), (3600, 3600), (3601, 3600), (u32::MAX, 3600)] {
        assert_eq!(server.refresh(&mut client, asked).lifetime(), granted);
    }
    let without = server.request(&mut client, Method::REFRESH, |_| {});
    assert_eq!(without.lifetime(), 600);
}

#[test]
fn allocation_that_is_not_refreshed_ends() {
    let mut server = Server::new();
    let mut client = server.allocated("ann", CLIENT);
    assert_eq!(server.permit(&mut client, &[PEER]), 200);
    let deadline = server.machine.next_deadline().expect("a deadline");
    assert!((600..=601).contains(&(deadline.monotonic - server.now.monotonic).as_secs()));
    assert!((NOW + 600..=NOW + 601).contains(&deadline.unix_seconds));
    server.wait(600);
    server.expire();
    assert_eq!(server.machine.allocations(), 1);
    server.now = deadline;
    // Even before it is removed it is of no use.
    assert_eq!(server.refresh(&mut client, 600).code(), 437);
    server.expire();
    assert_eq!((server.machine.allocations(), server.sockets.open.len(), server.quotas.allocations()), (0, 0, 0));
    assert!(server.machine.next_deadline().is_none() && server.quotas.relays().is_empty());
}

#[test]
fn allocate_after_the_end_needs_no_removal() {
    let mut server = Server::new();
    let mut client = server.allocated("ann", CLIENT);
    server.wait(700);
    assert_eq!(server.allocate(&mut client).code(), 200);
    assert_eq!((server.machine.allocations(), server.sockets.open.len(), server.quotas.allocations()), (1, 1, 1));
}

#[test]
fn refresh_moves_the_end() {
    let mut server = Server::new();
    let mut client = server.allocated("ann", CLIENT);
    server.wait(500);
    assert_eq!(server.refresh(&mut client, 600).code(), 200);
    server.wait(500);
    server.expire();
    assert_eq!(server.machine.allocations(), 1);
}

#[test]
fn refresh_with_zero_ends_the_allocation() {
    let mut server = Server::new();
    let mut client = server.allocated("ann", CLIENT);
    let response = server.refresh(&mut client, 0);
    assert_eq!((response.code(), response.lifetime()), (200, 0));
    assert_eq!((server.machine.allocations(), server.sockets.open.len(), server.quotas.allocations()), (0, 0, 0));
    assert_eq!(server.refresh(&mut client, 0).code(), 437);
    assert_eq!(server.allocate(&mut client).code(), 200);
}

#[test]
fn allocation_outlives_its_credential_up_to_a_day() {
    let mut server = Server::new();
    let mut client = Client::with_expiry("ann", CLIENT, NOW + 10);
    assert_eq!(server.allocate(&mut client).code(), 200);
    server.refresh(&mut client, 3600);
    let mut granted = 0;
    for _ in 0..47 {
        server.wait(1800);
        let response = server.refresh(&mut client, 3600);
        assert_eq!(response.code(), 200);
        granted = response.lifetime();
        assert_eq!(server.permit(&mut client, &[PEER]), 200);
        assert_eq!(server.bind(&mut client, 0x4000, PEER), 200);
        assert!(server.channel(&client, 0x4000, PEER, b"still"));
    }
    assert_eq!(granted, 1800);
    server.wait(1801);
    server.expire();
    assert_eq!((server.machine.allocations(), server.allocate(&mut client).code()), (0, 401));
}

#[test]
fn stream_that_ends_ends_its_allocation() {
    let mut server = Server::new();
    let mut client = Client::new("ann", CLIENT);
    client.five.transport = Transport::Tcp;
    assert_eq!(server.allocate(&mut client).code(), 200);
    // The same addresses over another transport are another client.
    let mut other = Client::new("ann", CLIENT);
    assert_eq!(server.allocate(&mut other).code(), 200);
    server.machine.client_gone(client.five, &mut server.sockets);
    assert_eq!((server.machine.allocations(), server.sockets.open.len()), (1, 1));
    assert_eq!(server.refresh(&mut other, 600).code(), 200);
}
