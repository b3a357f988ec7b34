//! Quotas across machines.

use std::sync::Arc;

use switchboard_turn::message::{Class, Method, Writer, attribute};
use switchboard_turn::{Limits, Machine};

use crate::support::{Client, PEER, Server, Setup, udp};

#[test]
fn two_machines_share_quotas_and_relays() {
    let limits = Limits { per_user: 2, ..Limits::default() };
    let mut server = Setup { limits, ..Setup::default() }.start();
    let mut ann = Client::new("ann", "11.1.1.1:1");
    let of_ann = server.allocate(&mut ann).relayed();
    // The second worker, in place of the first.
    let second = Machine::new(server.config.clone(), server.quotas.clone());
    let first = std::mem::replace(&mut server.machine, second);
    let mut bob = server.allocated("ann", "11.1.1.1:2");
    assert_eq!(server.bind(&mut bob, 0x4000, &of_ann.to_string()), 200);
    assert!(server.channel(&bob, 0x4000, &of_ann.to_string(), b"data"));
    assert_eq!(server.allocate(&mut Client::new("ann", "11.1.1.1:3")).code(), 486);
    server.machine = first;
    server.refresh(&mut ann, 0);
    assert_eq!(server.allocate(&mut Client::new("ann", "11.1.1.1:3")).code(), 200);
}

#[test]
fn name_of_the_username_is_the_user() {
    let limits = Limits { per_user: 1, ..Limits::default() };
    let mut server = Setup { limits, ..Setup::default() }.start();
    server.allocated("ann", "11.1.1.1:1");
    // The same user with a credential that ends later.
    let mut renewed = Client::with_expiry("ann", "11.1.1.1:2", crate::support::NOW + 9000);
    assert_eq!(server.allocate(&mut renewed).code(), 486);
    assert_eq!(server.allocate(&mut Client::new("bob", "11.1.1.1:2")).code(), 200);
}

#[test]
fn refused_requests_lease_nothing() {
    let mut server = Server::new();
    let wrong = Client { password: "wrong".into(), ..Client::new("ann", "11.1.1.1:1") };
    for round in 0..100 {
        let mut client = wrong.clone();
        client.five.client.set_port(1000 + round);
        assert_eq!(server.allocate(&mut client).code(), 401);
        assert_eq!(server.permit(&mut client, &[PEER]), 401);
    }
    assert_eq!((server.quotas.allocations(), server.sockets.open.len()), (0, 0));
    assert_eq!(Arc::strong_count(&server.quotas), 2);
}

#[test]
fn response_to_an_unsigned_request_is_short() {
    let mut server = Server::new();
    let mut packet = Vec::new();
    udp(&mut Writer::new(&mut packet, Class::Request, Method::ALLOCATE, [1; 12]));
    let response = server.exchange(&Client::new("", "11.1.1.1:1"), &packet);
    assert_eq!(response.text(attribute::NONCE).map(|nonce| nonce.len()), Some(24));
    assert!(response.0.len() <= 4 * packet.len(), "{} bytes for {}", response.0.len(), packet.len());
}
