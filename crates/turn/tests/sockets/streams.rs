//! Clients over TCP and other streams.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};

use switchboard_turn::client::Client;
use switchboard_turn::{Limits, Options, Transport};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::support::{SOON, Server, allocated, options, peer, received, received_by, until};

/// A Binding request.
const BINDING: &[u8] = &[0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

/// A stream that the server serves as it would one of the HTTP port.
fn stream(server: &Server, port: u16, room: usize) -> (DuplexStream, JoinHandle<std::io::Result<()>>) {
    let (near, far) = duplex(room);
    let (handle, address) = (server.handle.clone(), server.address);
    let client = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port);
    let served = async move { handle.serve_stream(far, client, address, Transport::Tls).await };
    (near, tokio::spawn(served))
}

#[tokio::test]
async fn tcp_relays_payloads_of_every_length() {
    let server = Server::start(options());
    let client = Client::tcp(server.address).await.unwrap();
    let (mut client, relayed) = allocated(client, "ann").await;
    let (socket, address) = peer(Ipv4Addr::LOCALHOST).await;
    for by_channel in [false, true] {
        match by_channel {
            false => client.permit(address).await.unwrap(),
            true => drop(client.bind_channel(address).await.unwrap()),
        }
        for length in [1, 2, 3, 4, 1200, 60_000] {
            let payload = vec![7; length];
            client.send(address, &payload).await.unwrap();
            assert_eq!(received_by(&socket).await.0, payload, "{length} bytes to the peer");
            socket.send_to(&payload, relayed).await.unwrap();
            assert_eq!(received(&mut client).await, (address, payload), "{length} bytes to the client");
        }
    }
}

#[tokio::test]
async fn tcp_and_udp_clients_reach_each_other() {
    let server = Server::start(options());
    let (mut ann, of_ann) = allocated(Client::tcp(server.address).await.unwrap(), "ann").await;
    let (mut bob, of_bob) = server.client("bob").await;
    ann.bind_channel(of_bob).await.unwrap();
    bob.bind_channel(of_ann).await.unwrap();
    for round in 0..50_u8 {
        ann.send(of_bob, &[round; 333]).await.unwrap();
        assert_eq!(received(&mut bob).await, (of_ann, vec![round; 333]));
        bob.send(of_ann, &[round; 334]).await.unwrap();
        assert_eq!(received(&mut ann).await, (of_bob, vec![round; 334]));
    }
}

#[tokio::test]
async fn stream_of_the_caller_relays() {
    let server = Server::start(options());
    let (near, served) = stream(&server, 7, 1 << 16);
    let (mut client, relayed) = allocated(Client::over(near, server.address), "ann").await;
    let (socket, address) = peer(Ipv4Addr::LOCALHOST).await;
    client.permit(address).await.unwrap();
    socket.send_to(b"hello", relayed).await.unwrap();
    assert_eq!(received(&mut client).await, (address, b"hello".to_vec()));
    assert_eq!(server.handle.stats().streams, 1);
    drop(client);
    timeout(SOON, served).await.expect("the stream's service ends").unwrap().unwrap();
    until("no allocation", || server.handle.stats().allocations == 0).await;
}

#[tokio::test]
async fn request_in_pieces_is_answered_once_whole() {
    let server = Server::start(options());
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    for byte in BINDING {
        stream.write_all(&[*byte]).await.unwrap();
    }
    let mut answer = [0; 20];
    timeout(SOON, stream.read_exact(&mut answer)).await.expect("an answer").unwrap();
    assert_eq!(answer[..2], [1, 1]);
    assert_eq!(answer[4..], BINDING[4..]);
}

#[tokio::test]
async fn several_requests_in_one_piece_are_all_answered() {
    let server = Server::start(options());
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(&BINDING.repeat(100)).await.unwrap();
    for _ in 0..100 {
        let mut head = [0; 20];
        timeout(SOON, stream.read_exact(&mut head)).await.expect("an answer").unwrap();
        let mut rest = vec![0; usize::from(u16::from_be_bytes([head[2], head[3]]))];
        timeout(SOON, stream.read_exact(&mut rest)).await.expect("its rest").unwrap();
        assert_eq!(head[..2], [1, 1]);
    }
}

#[tokio::test]
async fn end_of_a_connection_ends_its_allocation() {
    let server = Server::start(options());
    let (client, relayed) = allocated(Client::tcp(server.address).await.unwrap(), "ann").await;
    until("an allocation", || server.handle.stats().allocations == 1).await;
    drop(client);
    until("no allocation", || server.handle.stats().allocations == 0).await;
    tokio::net::UdpSocket::bind(relayed).await.expect("the relay's port is free");
    until("no stream", || server.handle.stats().streams == 0).await;
}

#[tokio::test]
async fn client_that_reads_nothing_loses_data_but_no_answer() {
    let server = Server::start(options());
    let (near, _served) = stream(&server, 7, 2048);
    let (mut client, relayed) = allocated(Client::over(near, server.address), "ann").await;
    let (socket, address) = peer(Ipv4Addr::LOCALHOST).await;
    client.permit(address).await.unwrap();
    // Far more than the stream and its queue take.
    for _ in 0..1000 {
        socket.send_to(&[7; 1000], relayed).await.unwrap();
    }
    until("data is dropped", || server.handle.stats().dropped_packets > 0).await;
    client.permit(address).await.expect("an answer after the data that fitted");
}

#[tokio::test]
async fn bytes_that_are_no_stun_close_the_stream() {
    let server = Server::start(options());
    // TLS, what is neither message nor channel, and a message without the magic cookie.
    for bytes in [&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03"[..], b"\xff\xff\xff\xff", b"\0\x01\0\0ABCD"] {
        let (mut near, served) = stream(&server, 7, 4096);
        near.write_all(bytes).await.unwrap();
        let error = timeout(SOON, served).await.expect("the service ends").unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
    }
}

#[tokio::test]
async fn streams_of_one_address_are_limited() {
    let limits = Limits { per_address: 0, ..Limits::default() };
    let server = Server::start(Options { limits, ..options() });
    let held: Vec<_> = (0..16).map(|port| stream(&server, port, 64)).collect();
    until("16 streams", || server.handle.stats().streams == 16).await;
    let (_near, served) = stream(&server, 16, 64);
    let error = timeout(SOON, served).await.expect("the service ends").unwrap().unwrap_err();
    assert!(error.to_string().contains("this address"), "{error}");
    drop(held);
    until("no stream", || server.handle.stats().streams == 0).await;
}

#[tokio::test]
async fn second_stream_of_one_client_is_closed() {
    let server = Server::start(Options { workers: 1, ..options() });
    let (first, _served) = stream(&server, 7, 4096);
    let (mut first, _) = allocated(Client::over(first, server.address), "ann").await;
    let (_second, served) = stream(&server, 7, 4096);
    timeout(SOON, served).await.expect("the service ends").unwrap().unwrap();
    first.permit("127.0.0.1:9".parse().unwrap()).await.expect("the first one goes on");
    assert_eq!(server.handle.stats().allocations, 1);
}

#[tokio::test]
async fn stopped_server_closes_streams() {
    let server = Server::start(options());
    let handle = server.handle.clone();
    let mut tcp = TcpStream::connect(server.address).await.unwrap();
    let (mut near, served) = stream(&server, 7, 4096);
    until("two streams", || handle.stats().streams == 2).await;
    let address = server.address;
    server.stop().await;
    let mut buffer = [0; 64];
    assert_eq!(timeout(SOON, near.read(&mut buffer)).await.expect("the end").unwrap(), 0);
    let _ = timeout(SOON, served).await.expect("the service ends").unwrap();
    assert!(matches!(timeout(SOON, tcp.read(&mut buffer)).await.expect("the end"), Ok(0) | Err(_)));
    let late = handle.serve_stream(duplex(64).0, address, address, Transport::Tcp).await;
    assert_eq!(late.unwrap_err().kind(), ErrorKind::ConnectionAborted);
}
