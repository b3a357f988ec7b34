//! A connection on which a test can write any bytes, also bytes that a client library would reject.

use std::io::{Error, ErrorKind, Result};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, timeout, timeout_at};

use super::chance::Chance;

/// Bytes that one connection may send.
const BUDGET: usize = 8_000_000;
/// How long a hostile client waits to be rid of what it writes.
const PATIENCE: Duration = Duration::from_secs(2);

pub const CONTINUATION: u8 = 0x0;
pub const TEXT: u8 = 0x1;
pub const BINARY: u8 = 0x2;
pub const FIN: u8 = 0x80;

/// From where to where a hostile client connects. It comes from another address than the healthy ones: one that takes
/// all places of its own address harms only its neighbours.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    pub from: Ipv4Addr,
    pub to: SocketAddr,
}

/// One connection.
pub struct Line {
    stream: TcpStream,
    budget: usize,
}

impl Line {
    pub async fn open(route: Route) -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((route.from, 0).into())?;
        let stream = timeout(PATIENCE, socket.connect(route.to)).await??;
        Ok(Self { stream, budget: BUDGET })
    }

    /// A WebSocket at this path, whatever the reply to its opening was.
    pub async fn web_socket(route: Route, path: &str) -> Result<Self> {
        let mut line = Self::open(route).await?;
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        line.write(head.as_bytes()).await?;
        line.hear_some().await?;
        Ok(line)
    }

    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.budget = self.budget.checked_sub(bytes.len()).ok_or(Error::from(ErrorKind::QuotaExceeded))?;
        timeout(PATIENCE, self.stream.write_all(bytes)).await?
    }

    /// One frame with this first byte: FIN, the reserved bits and the code. Its mask is all zeros, which is allowed and
    /// costs nothing.
    pub async fn frame(&mut self, first: u8, payload: &[u8]) -> Result<()> {
        let mut bytes = head(first, 0x80, payload.len() as u64);
        bytes.extend([0; 4]);
        bytes.extend(payload);
        self.write(&bytes).await
    }

    pub async fn text(&mut self, text: &str) -> Result<()> {
        self.frame(FIN | TEXT, text.as_bytes()).await
    }

    /// Reads once, and gives back what came.
    pub async fn hear_some(&mut self) -> Result<Vec<u8>> {
        let mut bytes = vec![0; 64 * 1024];
        let count = timeout(PATIENCE, self.stream.read(&mut bytes)).await??;
        bytes.truncate(count);
        if bytes.is_empty() { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(bytes) }
    }

    /// Reads all that comes within so many milliseconds; gives back the last of it.
    pub async fn hear(&mut self, milliseconds: usize) -> Result<Vec<u8>> {
        let end = Instant::now() + Duration::from_millis(milliseconds as u64);
        let (mut bytes, mut last) = (vec![0; 64 * 1024], Vec::new());
        while let Ok(count) = timeout_at(end, self.stream.read(&mut bytes)).await {
            match count? {
                0 => break,
                count => last = bytes[..count].to_vec(),
            }
        }
        Ok(last)
    }

    /// Stays for a while and does nothing, reading included.
    pub async fn idle(&self, chance: &mut Chance, most: usize) {
        tokio::time::sleep(Duration::from_millis(chance.below(most) as u64)).await;
    }

    /// Takes next to nothing from the server before it has to wait.
    pub fn take_little(&self) -> Result<()> {
        SockRef::from(&self.stream).set_recv_buffer_size(1024)
    }

    /// Goes, in one of the ways in which one may go.
    pub async fn part(mut self, chance: &mut Chance) -> Result<()> {
        match chance.below(5) {
            // A reset.
            0 | 1 => self.stream.set_zero_linger()?,
            2 => self.frame(FIN | 0x8, &1001u16.to_be_bytes()).await?,
            3 => self.stream.shutdown().await?,
            _ => {}
        }
        Ok(())
    }
}

/// The head of a frame up to its mask. `mask` is 0x80 for a frame that has one.
pub fn head(first: u8, mask: u8, length: u64) -> Vec<u8> {
    let mut head = vec![first];
    match length {
        0..126 => head.push(mask | length as u8),
        126..65_536 => {
            head.push(mask | 126);
            head.extend((length as u16).to_be_bytes());
        }
        _ => {
            head.push(mask | 127);
            head.extend(length.to_be_bytes());
        }
    }
    head
}

/// One HTTP request; gives back what came first of the reply.
pub async fn request(route: Route, head: &str, body: &[u8]) -> Result<String> {
    let mut line = Line::open(route).await?;
    let length = body.len();
    line.write(
        format!("{head} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n")
            .as_bytes(),
    )
    .await?;
    line.write(body).await?;
    Ok(String::from_utf8_lossy(&line.hear_some().await?).into_owned())
}
