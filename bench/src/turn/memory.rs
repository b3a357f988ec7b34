//! What an allocation costs in memory, and what requests without a credential leave.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use switchboard_turn::client::Client;
use switchboard_turn::rest_credentials;

use super::servers::SECRET;
use crate::figures::round;
use crate::process::Process;

/// Requests without a credential.
const UNAUTHENTICATED: usize = 10_000;

/// Memory of the server's process before and after.
///
/// # Errors
/// A server that refuses, sockets that fail.
pub async fn measure(server: SocketAddr, process: &Process, allocations: usize) -> Result<Value> {
    // The first allocations load code and fill caches, which is no cost of the later ones.
    let mut held = Vec::new();
    for index in 0..16 {
        held.push(allocate(server, index).await?);
    }
    let before = process.usage()?.rss_kib;
    for index in 16..16 + allocations {
        held.push(allocate(server, index).await?);
    }
    let allocated = process.usage()?.rss_kib;
    unauthenticated(server)?;
    let asked = process.usage()?.rss_kib;
    Ok(json!({
        "allocations": allocations,
        "kib_an_allocation": round((allocated as f64 - before as f64) / allocations as f64),
        "unauthenticated": UNAUTHENTICATED,
        "kib_after_unauthenticated": asked as f64 - allocated as f64,
    }))
}

async fn allocate(server: SocketAddr, index: usize) -> Result<Client> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
    let (username, password) = rest_credentials(SECRET.as_bytes(), &format!("client{index}"), now + 3600);
    let mut client = Client::udp(server).await?;
    client.allocate(&username, &password).await.with_context(|| format!("allocation {index}"))?;
    client.permit((Ipv4Addr::LOCALHOST, 9).into()).await?;
    Ok(client)
}

/// Allocate requests without credentials, from a hundred ports.
fn unauthenticated(server: SocketAddr) -> Result<()> {
    let mut answer = [0; 1500];
    for port in 0..100_u8 {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.connect(server)?;
        socket.set_read_timeout(Some(Duration::from_secs(1)))?;
        for number in 0..(UNAUTHENTICATED / 100) as u8 {
            let mut request = vec![0, 3, 0, 8, 0x21, 0x12, 0xa4, 0x42];
            request.extend([port, number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            request.extend([0, 0x19, 0, 4, 17, 0, 0, 0]);
            socket.send(&request)?;
            socket.recv(&mut answer).context("no answer to a request without a credential")?;
        }
    }
    Ok(())
}
