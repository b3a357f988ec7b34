//! What carries a client's messages.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use super::error::ClientError;
use crate::message::frame_length;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// The largest datagram.
const DATAGRAM: usize = 65_536;

pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// What carries a client's messages.
pub(super) struct Wire {
    pub server: SocketAddr,
    kind: Kind,
    /// A datagram, or what has been read of a stream.
    buffer: Vec<u8>,
}

enum Kind {
    Udp(UdpSocket),
    Stream(Box<dyn Stream>),
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").field("server", &self.server).field("over", &self.over()).finish_non_exhaustive()
    }
}

impl Wire {
    pub async fn udp(server: SocketAddr) -> Result<Self, ClientError> {
        let any: IpAddr = match server {
            SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let failed = |error| ClientError::Socket(server, error);
        let socket = UdpSocket::bind((any, 0)).await.map_err(failed)?;
        socket.connect(server).await.map_err(failed)?;
        Ok(Self { server, kind: Kind::Udp(socket), buffer: Vec::new() })
    }

    pub async fn tcp(server: SocketAddr) -> Result<Self, ClientError> {
        let connected = timeout(CONNECT, TcpStream::connect(server)).await;
        let stream = connected.map_err(|_| ClientError::NoAnswer(server, "TCP"))?;
        let stream = stream.map_err(|error| ClientError::Socket(server, error))?;
        let _ = stream.set_nodelay(true);
        Ok(Self::over_stream(stream, server))
    }

    pub fn over_stream<S: Stream + 'static>(stream: S, server: SocketAddr) -> Self {
        Self { server, kind: Kind::Stream(Box::new(stream)), buffer: Vec::new() }
    }

    /// For sentences.
    pub fn over(&self) -> &'static str {
        if self.is_stream() { "TCP" } else { "UDP" }
    }

    pub fn is_stream(&self) -> bool {
        matches!(self.kind, Kind::Stream(_))
    }

    /// Sends a message, or ChannelData, which is padded in a stream.
    pub async fn send(&mut self, packet: &mut Vec<u8>) -> Result<(), ClientError> {
        let sent = match &mut self.kind {
            Kind::Udp(socket) => socket.send(packet).await.map(drop),
            Kind::Stream(stream) => {
                packet.resize(packet.len().next_multiple_of(4), 0);
                write(stream, packet).await
            }
        };
        sent.map_err(|error| ClientError::Socket(self.server, error))
    }

    /// Waits for a message or ChannelData. What is read of a stream is kept when this is dropped.
    pub async fn receive(&mut self) -> Result<Vec<u8>, ClientError> {
        let failed = |error| ClientError::Socket(self.server, error);
        match &mut self.kind {
            Kind::Udp(socket) => {
                self.buffer.resize(DATAGRAM, 0);
                let length = socket.recv(&mut self.buffer).await.map_err(failed)?;
                Ok(self.buffer[..length].to_vec())
            }
            Kind::Stream(stream) => loop {
                if let Some(start) = self.buffer.first_chunk() {
                    let length = frame_length(*start).ok_or(ClientError::Answer(self.server, "it is no STUN"))?;
                    if length <= self.buffer.len() {
                        return Ok(self.buffer.drain(..length).collect());
                    }
                }
                if stream.read_buf(&mut self.buffer).await.map_err(failed)? == 0 {
                    return Err(ClientError::Closed(self.server));
                }
            },
        }
    }

    pub fn into_udp(self) -> Option<std::net::UdpSocket> {
        match self.kind {
            Kind::Udp(socket) => socket.into_std().ok(),
            Kind::Stream(_) => None,
        }
    }
}

async fn write(stream: &mut dyn Stream, packet: &[u8]) -> io::Result<()> {
    stream.write_all(packet).await?;
    stream.flush().await
}
