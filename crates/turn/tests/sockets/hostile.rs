//! Clients that send what they should not.

use std::net::Ipv4Addr;

use switchboard_turn::client::Client;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpStream, UdpSocket};

use super::support::{Server, allocated, options, until};

/// Bytes in no order, but the same in each run.
fn noise(seed: u32, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b1) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as u8
    };
    (0..length).map(|_| next()).collect()
}

#[tokio::test]
async fn garbage_over_udp_changes_nothing() {
    let server = Server::start(options());
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    for number in 0..2000_u32 {
        let mut bytes = noise(number, number as usize % 300);
        // Half of them look like messages or channels at first.
        if number % 2 == 0 && bytes.len() >= 8 {
            bytes[0] &= 0x7f;
            bytes[4..8].copy_from_slice(&[0x21, 0x12, 0xa4, 0x42]);
        }
        socket.send_to(&bytes, server.address).await.unwrap();
    }
    let (_client, _) = server.client("ann").await;
    until("one allocation", || server.handle.stats().allocations == 1).await;
}

#[tokio::test]
async fn requests_without_credentials_leave_nothing() {
    let server = Server::start(options());
    for socket in 0..100_u8 {
        let client = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        client.connect(server.address).await.unwrap();
        for number in 0..100 {
            let mut allocate = vec![0, 3, 0, 8, 0x21, 0x12, 0xa4, 0x42, socket, number];
            allocate.extend([0; 10]);
            allocate.extend([0, 0x19, 0, 4, 17, 0, 0, 0]);
            client.send(&allocate).await.unwrap();
        }
    }
    let (_client, _) = server.client("ann").await;
    let stats = server.handle.stats();
    assert_eq!((stats.allocations, stats.streams), (1, 0), "only the one with credentials");
}

#[tokio::test]
async fn half_frames_of_many_connections_leave_nothing() {
    let server = Server::start(options());
    for number in 0..200_u32 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let bytes = match number % 3 {
            // A message that promises 1,000 bytes, ChannelData that promises 65,535, and noise.
            0 => vec![0, 1, 0x03, 0xe8, 0x21, 0x12, 0xa4, 0x42],
            1 => [&[0x40, 0, 0xff, 0xff][..], &noise(number, 5000)].concat(),
            _ => noise(number, 500),
        };
        // The server may have closed it already.
        let _ = stream.write_all(&bytes).await;
    }
    until("no stream", || server.handle.stats().streams == 0).await;
    let (_client, _) = allocated(Client::tcp(server.address).await.unwrap(), "ann").await;
    assert_eq!(server.handle.stats().streams, 1);
}
