//! Clients over UDP.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use switchboard_turn::client::{self, Client};
use switchboard_turn::{Options, PeerPolicy, TurnServer};
use tokio::net::UdpSocket;

use super::support::{Server, allocated, options, peer, received, received_by};

#[tokio::test]
async fn binding_returns_the_clients_address() {
    let server = Server::start(options());
    let mut client = Client::udp(server.address).await.unwrap();
    let seen = client.binding().await.unwrap();
    assert_eq!(client.into_udp().unwrap().local_addr().unwrap().port(), seen.port());
    assert_eq!(seen.ip(), IpAddr::from(Ipv4Addr::LOCALHOST));
}

#[tokio::test]
async fn channel_relays_both_ways_over_ipv4_and_ipv6() {
    for ip in [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)] {
        let server = Server::start(Options { bind: Some(ip), ..options() });
        let (mut client, relayed) = server.client("ann").await;
        // A relay is of IPv4 unless the client asks for another.
        let (socket, address) = peer(Ipv4Addr::LOCALHOST).await;
        assert_eq!(client.bind_channel(address).await.unwrap(), 0x4000);
        client.send(address, b"there").await.unwrap();
        let (payload, from) = received_by(&socket).await;
        assert_eq!((payload.as_slice(), from.port()), (&b"there"[..], relayed.port()));
        socket.send_to(b"back", from).await.unwrap();
        assert_eq!(received(&mut client).await, (address, b"back".to_vec()));
        server.stop().await;
    }
}

#[tokio::test]
async fn indications_relay_payloads_of_every_length() {
    let server = Server::start(options());
    let (mut client, relayed) = server.client("ann").await;
    let (socket, address) = peer(Ipv4Addr::LOCALHOST).await;
    client.permit(address).await.unwrap();
    for length in [0, 1, 2, 3, 4, 1199, 1200, 9000] {
        let payload = vec![7; length];
        client.send(address, &payload).await.unwrap();
        assert_eq!(received_by(&socket).await.0, payload, "{length} bytes to the peer");
        socket.send_to(&payload, relayed).await.unwrap();
        assert_eq!(received(&mut client).await, (address, payload), "{length} bytes to the client");
    }
}

#[tokio::test]
async fn burst_of_many_sizes_keeps_its_order() {
    let server = Server::start(options());
    let (mut client, relayed) = server.client("ann").await;
    let (socket, address) = peer(Ipv4Addr::LOCALHOST).await;
    client.bind_channel(address).await.unwrap();
    // Groups of equal ones, a shorter one at the end of a group, longer ones after it.
    let lengths = [100, 100, 100, 60, 100, 1200, 1200, 1200, 1, 0, 1200, 30_000, 30_000, 30_000, 2];
    let burst: Vec<Vec<u8>> =
        lengths.iter().cycle().take(90).enumerate().map(|(number, length)| vec![number as u8; *length]).collect();
    for payloads in burst.chunks(15) {
        for payload in payloads {
            client.send(address, payload).await.unwrap();
        }
        for payload in payloads {
            assert_eq!(received_by(&socket).await.0, *payload);
        }
        for payload in payloads {
            socket.send_to(payload, relayed).await.unwrap();
        }
        for payload in payloads {
            assert_eq!(received(&mut client).await.1, *payload);
        }
    }
}

#[tokio::test]
async fn two_clients_who_both_relay_reach_each_other() {
    // Loopback addresses are refused, but for the ports of the server's own relays.
    let server = Server::start(Options { policy: PeerPolicy::default(), ..options() });
    let (mut ann, of_ann) = server.client("ann").await;
    let (mut bob, of_bob) = server.client("bob").await;
    ann.permit(of_bob).await.unwrap();
    bob.bind_channel(of_ann).await.unwrap();
    ann.send(of_bob, b"hello").await.unwrap();
    assert_eq!(received(&mut bob).await, (of_ann, b"hello".to_vec()));
    bob.send(of_ann, b"hello, ann").await.unwrap();
    assert_eq!(received(&mut ann).await, (of_bob, b"hello, ann".to_vec()));
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn answer_comes_from_the_address_that_was_asked() {
    let server = Server::start(Options { bind: None, ..options() });
    let address = SocketAddr::new(Ipv4Addr::new(127, 0, 0, 9).into(), server.address.port());
    // A connected socket receives from that address only.
    let (mut client, relayed) = allocated(Client::udp(address).await.unwrap(), "ann").await;
    assert_eq!(relayed.ip(), address.ip());
    let (socket, at) = peer(Ipv4Addr::LOCALHOST).await;
    client.bind_channel(at).await.unwrap();
    client.send(at, b"there").await.unwrap();
    let (_, from) = received_by(&socket).await;
    assert_eq!(from, relayed);
    socket.send_to(b"back", from).await.unwrap();
    assert_eq!(received(&mut client).await, (at, b"back".to_vec()));
}

#[tokio::test]
async fn server_on_all_addresses_answers_ipv6_too() {
    let server = Server::start(Options { bind: None, ..options() });
    let ip = IpAddr::from(Ipv6Addr::LOCALHOST);
    let seen = client::binding((ip, server.address.port()).into(), Duration::from_secs(5)).await.unwrap();
    assert_eq!(seen.ip(), ip);
}

#[tokio::test]
async fn relay_ports_come_from_the_range_until_none_is_free() {
    let free = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap().local_addr().unwrap().port();
    let server = Server::start(Options { relay_ports: free..=free, ..options() });
    let (mut first, relayed) = server.client("ann").await;
    assert_eq!(relayed.port(), free);
    let (username, password) = super::support::credentials("bob");
    let mut second = Client::udp(server.address).await.unwrap();
    let error = second.allocate(&username, &password).await.unwrap_err();
    assert_eq!(error.code(), Some(508), "{error}");
    first.release().await.unwrap();
    let third = Client::udp(server.address).await.unwrap();
    assert_eq!(allocated(third, "bob").await.1.port(), free);
}

#[tokio::test]
async fn wrong_password_is_refused_with_a_sentence() {
    let server = Server::start(options());
    let (username, _) = super::support::credentials("ann");
    let mut client = Client::udp(server.address).await.unwrap();
    let error = client.allocate(&username, "guess").await.unwrap_err();
    assert_eq!(error.code(), Some(401));
    assert!(error.to_string().starts_with("the server refuses an allocation: 401 "), "{error}");
}

#[tokio::test]
async fn stopped_server_leaves_no_port_taken() {
    let server = Server::start(options());
    let (address, handle) = (server.address, server.handle.clone());
    let (_client, relayed) = server.client("ann").await;
    let taken = TurnServer::bind(Options { port: address.port(), ..options() }).unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::AddrInUse);
    server.stop().await;
    assert_eq!(handle.stats().allocations, 0);
    UdpSocket::bind(relayed).await.expect("the relay's port is free");
    TurnServer::bind(Options { port: address.port(), ..options() }).expect("the server's port is free");
}
