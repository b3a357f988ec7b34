//! Which peers are refused: at CreatePermission, ChannelBind, and when sending.

use switchboard_turn::message::{Method, attribute};
use switchboard_turn::{PeerPolicy, Transport};

use crate::support::{Client, PEER, Server, Setup, udp};

const CLIENT: &str = "11.1.1.1:5000";

/// The codes of CreatePermission and ChannelBind, which have to agree, and whether data is relayed then.
fn judged(server: &mut Server, client: &mut Client, peer: &str) -> bool {
    let permitted = server.permit(client, &[peer]);
    let channel = server.unused_channel();
    let bound = server.bind(client, channel, peer);
    assert_eq!(permitted, bound, "{peer}");
    let relayed = server.send(client, peer, b"data");
    assert_eq!(relayed, server.channel(client, channel, peer, b"data"), "{peer}");
    assert_eq!((relayed, permitted), if relayed { (true, 200) } else { (false, 403) }, "{peer}");
    relayed
}

fn allocated_v6(server: &mut Server) -> Client {
    let mut client = Client::new("ann", CLIENT);
    let response = server.request(&mut client, Method::ALLOCATE, |writer| {
        udp(writer);
        writer.attribute(attribute::REQUESTED_ADDRESS_FAMILY, &[2, 0, 0, 0]);
    });
    assert_eq!(response.code(), 200);
    client
}

fn network(text: &str) -> ipnet::IpNet {
    text.parse().expect("a network")
}

#[test]
fn peer_that_is_not_public_is_refused_everywhere() {
    let mut server = Server::new();
    let mut ann = server.allocated("ann", CLIENT);
    for ip in [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.1.2.3",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.9",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
    ] {
        assert!(!judged(&mut server, &mut ann, &format!("{ip}:80")), "{ip}");
    }
    assert!(judged(&mut server, &mut ann, PEER));
}

#[test]
fn ipv6_peer_that_is_not_public_is_refused_everywhere() {
    let mut server = Server::new();
    let mut ann = allocated_v6(&mut server);
    for ip in [
        "::",
        "::1",
        "::ffff:11.0.0.1",
        "::11.0.0.1",
        "64:ff9b::b00:1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:b00:1::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
    ] {
        assert!(!judged(&mut server, &mut ann, &format!("[{ip}]:80")), "{ip}");
    }
    assert!(judged(&mut server, &mut ann, "[2a01::1]:80"));
}

#[test]
fn own_address_is_refused_but_for_relays() {
    let external = vec!["13.0.0.1".parse().expect("an address")];
    let own = vec!["12.0.0.1/24", "12.0.0.2/24", "127.0.0.1/8"];
    let mut server = Setup { external, own, ..Setup::default() }.start();
    let mut ann = server.allocated("ann", CLIENT);
    let relayed = server.allocate(&mut Client::new("bob", "11.1.1.2:1")).relayed();
    assert_eq!(relayed.ip().to_string(), "13.0.0.1");
    for own in ["12.0.0.1", "12.0.0.2", "127.0.0.1"] {
        for port in [80, 3478, relayed.port()] {
            assert!(!judged(&mut server, &mut ann, &format!("{own}:{port}")));
        }
    }
    // The address of relays can be permitted, since that is without a port, but is sent to only at their ports.
    assert_eq!(server.permit(&mut ann, &["13.0.0.1:1"]), 200);
    for port in [22, 80, 3478, relayed.port() + 1, 50_001] {
        assert!(!server.send(&ann, &format!("13.0.0.1:{port}"), b"data"));
        assert_eq!(server.bind(&mut ann, 0x4000, &format!("13.0.0.1:{port}")), 403);
    }
    assert!(judged(&mut server, &mut ann, &relayed.to_string()));
}

#[test]
fn address_that_becomes_own_is_refused_from_then_on() {
    let mut server = Server::new();
    let mut ann = server.allocated("ann", CLIENT);
    assert_eq!(server.bind(&mut ann, 0x4000, PEER), 200);
    assert!(server.channel(&ann, 0x4000, PEER, b"data") && server.send(&ann, PEER, b"data"));
    server.config.own_addresses.set(vec![network("12.0.0.1/24"), network("11.0.0.1/24")]);
    assert!(!server.channel(&ann, 0x4000, PEER, b"data") && !server.send(&ann, PEER, b"data"));
    server.config.own_addresses.set(vec![network("12.0.0.1/24")]);
    assert!(server.channel(&ann, 0x4000, PEER, b"data") && server.send(&ann, PEER, b"data"));
}

#[test]
fn address_that_the_client_came_to_is_own() {
    let mut server = Setup { own: vec![], ips: [Some("12.0.0.9"), None], ..Setup::default() }.start();
    let mut ann = server.allocated("ann", CLIENT);
    assert!(!judged(&mut server, &mut ann, "12.0.0.1:80"));
}

#[test]
fn allowed_network_is_relayed_to() {
    let policy = PeerPolicy { allow: vec![network("10.1.0.0/16"), network("127.0.0.0/8")], ..PeerPolicy::default() };
    let mut server = Setup { policy, ..Setup::default() }.start();
    let mut ann = server.allocated("ann", CLIENT);
    let allowed = ["10.1.2.3:80", "127.0.0.1:80", "10.2.0.1:80"].map(|peer| judged(&mut server, &mut ann, peer));
    assert_eq!(allowed, [true, true, false]);
}

#[test]
fn denied_network_is_refused_even_if_allowed() {
    let policy = PeerPolicy {
        allow: vec![network("10.0.0.0/8")],
        deny: vec![network("10.1.0.0/16"), network("11.0.0.0/24")],
        ..PeerPolicy::default()
    };
    let mut server = Setup { policy, ..Setup::default() }.start();
    let mut ann = server.allocated("ann", CLIENT);
    let allowed = ["10.1.2.3:80", PEER, "10.2.0.1:80"].map(|peer| judged(&mut server, &mut ann, peer));
    assert_eq!(allowed, [false, false, true]);
}

/// A client in the LAN, with the address by which its interface was reached.
fn in_lan(client: &str, came_to: &str) -> Vec<bool> {
    let policy = PeerPolicy { private_by_interface: true, ..PeerPolicy::default() };
    let mut own = Setup::default().own;
    own.push("10.8.0.1/16");
    let mut server = Setup { policy, own, ..Setup::default() }.start();
    let mut ann = Client::new("ann", client);
    ann.five.transport = Transport::Tcp;
    ann.five.server = came_to.parse().expect("an address");
    assert_eq!(server.allocate(&mut ann).code(), 200);
    let peers =
        ["192.168.1.9:1", "10.8.3.3:1", "192.168.2.9:1", "192.168.1.5:1", "192.168.1.255:1", "192.168.1.0:1", PEER];
    peers.iter().map(|peer| judged(&mut server, &mut ann, peer)).collect()
}

#[test]
fn private_peer_is_allowed_in_the_network_of_the_client() {
    assert_eq!(in_lan("192.168.1.7:5000", "192.168.1.5:1"), [true, false, false, false, false, false, true]);
    assert_eq!(
        in_lan("[::ffff:192.168.1.7]:5000", "[::ffff:192.168.1.5]:1"),
        [true, false, false, false, false, false, true]
    );
    assert_eq!(in_lan("10.8.9.9:5000", "10.8.0.1:1"), [false, true, false, false, false, false, true]);
    // A socket that does not say to which address a packet came: by the client's own address.
    assert_eq!(in_lan("192.168.1.7:5000", "0.0.0.0:1"), [true, false, false, false, false, false, true]);
    assert_eq!(in_lan("192.168.77.7:5000", "0.0.0.0:1"), [false, false, false, false, false, false, true]);
}

#[test]
fn private_peer_of_a_public_client_is_refused() {
    assert_eq!(in_lan("11.1.1.1:5000", "192.168.1.5:1"), [false, false, false, false, false, false, true]);
    assert_eq!(in_lan("192.168.1.7:5000", "12.0.0.1:1"), [false, false, false, false, false, false, true]);
}

#[test]
fn peer_without_a_port_is_not_sent_to() {
    let mut server = Server::new();
    let mut ann = server.allocated("ann", CLIENT);
    assert_eq!((server.permit(&mut ann, &["11.0.0.1:0"]), server.bind(&mut ann, 0x4000, "11.0.0.1:0")), (200, 403));
    assert!(!server.send(&ann, "11.0.0.1:0", b"data"));
}
