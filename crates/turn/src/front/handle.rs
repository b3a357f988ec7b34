//! What others use of a server that runs.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::five_tuple::Transport;

/// What a server does and has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Allocations now.
    pub allocations: usize,
    /// Streams now: TCP, and TLS of others.
    pub streams: usize,
    /// Datagrams relayed, both directions.
    pub relayed_packets: u64,
    /// Bytes of their payloads.
    pub relayed_bytes: u64,
    /// Datagrams that were not relayed: no permission, a peer that is refused, too many bytes a second, a full queue.
    pub dropped_packets: u64,
    /// Requests that were answered with an error, but for the first 401 and 438 that each client gets.
    pub refused_requests: u64,
}

/// A server that runs, or will run.
#[derive(Debug, Clone)]
pub struct Handle {}

impl Handle {
    /// Serves a client whose bytes come by a stream that somebody else has accepted, such as the HTTP port. `server` is
    /// the address that the client connected to. Returns when the stream ends, or the server.
    ///
    /// # Errors
    /// Those of the stream, bytes that are no STUN, and more streams than the server takes.
    pub async fn serve_stream<S>(
        &self,
        _stream: S,
        _client: SocketAddr,
        _server: SocketAddr,
        _transport: Transport,
    ) -> io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        Ok(())
    }

    /// What the server does and has done.
    pub fn stats(&self) -> Stats {
        Stats::default()
    }
}
