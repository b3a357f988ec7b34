//! The client.

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};

use super::error::ClientError;

/// Asks a server over UDP by which address it sees this machine.
///
/// # Errors
/// A server that does not answer within `timeout`.
pub async fn binding(server: SocketAddr, _timeout: Duration) -> Result<SocketAddr, ClientError> {
    Err(ClientError::NoAnswer(server, "UDP"))
}

/// A client with at most one allocation, which ends when its socket closes or its lifetime of 10 minutes is over.
#[derive(Debug)]
pub struct Client {
    server: SocketAddr,
}

impl Client {
    /// Talks to a server over UDP. Nothing is sent yet.
    ///
    /// # Errors
    /// No socket.
    pub async fn udp(server: SocketAddr) -> Result<Self, ClientError> {
        Ok(Self { server })
    }

    /// Connects to a server over TCP.
    ///
    /// # Errors
    /// No connection.
    pub async fn tcp(server: SocketAddr) -> Result<Self, ClientError> {
        Ok(Self { server })
    }

    /// Talks to a server over any stream, such as TLS; `server` is for errors.
    pub fn over<S>(_stream: S, server: SocketAddr) -> Self
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        Self { server }
    }

    /// Asks for an allocation and returns the relayed address.
    ///
    /// # Errors
    /// A server that does not answer, or refuses.
    pub async fn allocate(&mut self, _username: &str, _password: &str) -> Result<SocketAddr, ClientError> {
        Err(ClientError::NoAnswer(self.server, "UDP"))
    }

    /// Permits a peer's address to send, and this client to send to it.
    ///
    /// # Errors
    /// A server that does not answer, or refuses.
    pub async fn permit(&mut self, _peer: SocketAddr) -> Result<(), ClientError> {
        Err(ClientError::NoAnswer(self.server, "UDP"))
    }

    /// Binds a channel to a peer, which permits it, too. Returns its number.
    ///
    /// # Errors
    /// A server that does not answer, or refuses.
    pub async fn bind_channel(&mut self, _peer: SocketAddr) -> Result<u16, ClientError> {
        Err(ClientError::NoAnswer(self.server, "UDP"))
    }

    /// Sends to a peer, by its channel if it has one.
    ///
    /// # Errors
    /// Those of the socket.
    pub async fn send(&mut self, _peer: SocketAddr, _payload: &[u8]) -> Result<(), ClientError> {
        Err(ClientError::NoAnswer(self.server, "UDP"))
    }

    /// Waits for what a peer sends next: its address and the payload.
    ///
    /// # Errors
    /// Those of the socket.
    pub async fn receive(&mut self) -> Result<(SocketAddr, Vec<u8>), ClientError> {
        Err(ClientError::NoAnswer(self.server, "UDP"))
    }

    /// Its socket, if it talks over UDP.
    pub fn into_udp(self) -> Option<UdpSocket> {
        None
    }
}
