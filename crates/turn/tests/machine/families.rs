//! IPv4 and IPv6 relays, and which addresses peers are given.

use switchboard_turn::message::{Method, attribute};

use crate::support::{Client, Server, Setup, udp};

const V6: [u8; 4] = [2, 0, 0, 0];

#[test]
fn client_that_comes_by_ipv6_gets_an_ipv4_relay() {
    let (mut server, mut client) = (Server::new(), Client::new("ann", "[2a05::1]:5000"));
    assert_eq!(server.allocate(&mut client).relayed().to_string(), "12.0.0.1:50002");
}

#[test]
fn family_that_is_asked_for_is_relayed() {
    let (mut server, mut client) = (Server::new(), Client::new("ann", "11.1.1.1:5000"));
    let response = server.request(&mut client, Method::ALLOCATE, |writer| {
        udp(writer);
        writer.attribute(attribute::REQUESTED_ADDRESS_FAMILY, &V6);
    });
    assert_eq!(response.relayed().to_string(), "[2a00::1]:50002");
    assert_eq!(server.bind(&mut client, 0x4000, "[2a01::1]:7000"), 200);
    assert!(server.channel(&client, 0x4000, "[2a01::1]:7000", b"data"));
}

fn both(server: &mut Server, client: &mut Client) -> crate::support::Response {
    server.request(client, Method::ALLOCATE, |writer| {
        udp(writer);
        writer.attribute(attribute::ADDITIONAL_ADDRESS_FAMILY, &V6);
    })
}

#[test]
fn additional_family_is_relayed_beside_ipv4() {
    let (mut server, mut client) = (Server::new(), Client::new("ann", "11.1.1.1:5000"));
    let response = both(&mut server, &mut client);
    let message = response.message();
    let relayed = message.attributes().filter(|found| found.kind == attribute::XOR_RELAYED_ADDRESS);
    let relayed = relayed.filter_map(|found| found.address(message.transaction));
    assert_eq!(relayed.map(|address| address.to_string()).collect::<Vec<_>>(), ["12.0.0.1:50002", "[2a00::1]:50004"]);
    assert_eq!(server.permit(&mut client, &["11.0.0.1:1", "[2a01::1]:1"]), 200);
    assert!(server.send(&client, "11.0.0.1:1", b"v4") && server.send(&client, "[2a01::1]:1", b"v6"));
    // One of them can be ended, then the other.
    for left in [1, 0] {
        let family = [1 + left as u8, 0, 0, 0];
        let response = server.request(&mut client, Method::REFRESH, |writer| {
            writer.u32(attribute::LIFETIME, 0).attribute(attribute::REQUESTED_ADDRESS_FAMILY, &family);
        });
        assert_eq!((response.code(), server.sockets.open.len(), server.machine.allocations()), (200, left, left));
        assert!(!server.send(&client, "[2a01::1]:1", b"v6"));
    }
}

#[test]
fn family_that_is_missing_is_named_in_the_response() {
    for (ips, family) in [([Some("12.0.0.1"), None], 2), ([None, Some("2a00::1")], 1)] {
        let mut server = Setup { ips, ..Setup::default() }.start();
        let response = both(&mut server, &mut Client::new("ann", "11.1.1.1:5000"));
        assert_eq!(response.code(), 200);
        let error = response.message().get(attribute::ADDRESS_ERROR_CODE).expect("an error");
        assert_eq!(error[..4], [family, 0, 4, 40]);
    }
    let mut server = Setup { ips: [None, None], ..Setup::default() }.start();
    assert_eq!(both(&mut server, &mut Client::new("ann", "11.1.1.1:5000")).code(), 440);
    assert_eq!(server.quotas.allocations(), 0);
}

#[test]
fn external_address_is_given_to_peers() {
    let external = vec!["13.0.0.1".parse().expect("an address")];
    let mut server = Setup { external, ips: [Some("192.168.1.5"), Some("2a00::1")], ..Setup::default() }.start();
    assert_eq!(server.allocate(&mut Client::new("ann", "11.1.1.1:5000")).relayed().to_string(), "13.0.0.1:50002");
}

#[test]
fn external_address_is_given_to_one_relay_only() {
    let external = vec!["13.0.0.1".parse().expect("an address")];
    let mut server = Setup { external, ips: [Some("192.168.1.5"), None], ..Setup::default() }.start();
    let first = server.allocate(&mut Client::new("ann", "11.1.1.1:1")).relayed();
    // A socket at another address of this machine with the same port.
    server.sockets.reopen();
    let second = server.allocate(&mut Client::new("ann", "11.1.1.1:2")).relayed();
    assert_eq!((first.to_string(), second.to_string()), ("13.0.0.1:50002".into(), "13.0.0.1:50004".into()));
    assert_eq!((server.sockets.open.len(), server.machine.allocations()), (2, 2));
}

#[test]
fn relay_at_no_address_has_the_one_that_the_client_came_to() {
    let relayed = |client: &str, server_address: &str| {
        let mut server = Setup { ips: [Some("0.0.0.0"), Some("::")], ..Setup::default() }.start();
        let mut client = Client::new("ann", client);
        client.five.server = server_address.parse().expect("an address");
        server.allocate(&mut client).relayed().ip().to_string()
    };
    assert_eq!(relayed("192.168.1.9:1", "192.168.1.5:3478"), "192.168.1.5");
    assert_eq!(relayed("192.168.1.9:1", "[::ffff:192.168.1.5]:3478"), "192.168.1.5");
    // Otherwise the first address of this machine that peers reach.
    assert_eq!(relayed("[2a05::1]:1", "[2a00::1]:3478"), "12.0.0.1");
    assert_eq!(relayed("127.0.0.1:1", "127.0.0.1:3478"), "12.0.0.1");
    assert_eq!(relayed("11.1.1.1:1", "0.0.0.0:3478"), "12.0.0.1");
}

#[test]
fn machine_with_loopback_only_relays_there() {
    let setup = Setup { own: vec!["127.0.0.1/8"], ips: [Some("0.0.0.0"), None], ..Setup::default() };
    let (mut server, mut client) = (setup.start(), Client::new("ann", "127.0.0.1:5000"));
    client.five.server = "127.0.0.1:3478".parse().expect("an address");
    assert_eq!(server.allocate(&mut client).relayed().to_string(), "127.0.0.1:50002");
}
