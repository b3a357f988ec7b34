//! What others use of a server that runs.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use tokio::io::{AsyncRead, AsyncWrite};

use super::stream;
use super::stream_limit::StreamLimit;
use super::stream_link::StreamLink;
use super::worker_link::WorkerLink;
use crate::five_tuple::{FiveTuple, Transport};

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
pub struct Handle(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    workers: Vec<Arc<WorkerLink>>,
    next: AtomicUsize,
    limit: Arc<StreamLimit>,
}

impl Handle {
    pub(super) fn new(workers: Vec<Arc<WorkerLink>>, limit: StreamLimit) -> Self {
        Self(Arc::new(Inner { workers, next: AtomicUsize::new(0), limit: Arc::new(limit) }))
    }

    /// Serves a client whose bytes come by a stream that the caller has accepted, such as the HTTP port. `server` is
    /// the address that the client connected to. Returns when the stream ends, or the server.
    ///
    /// # Errors
    /// Those of the stream, bytes that are no STUN, and more streams than the server takes.
    pub async fn serve_stream<S>(
        &self,
        stream: S,
        client: SocketAddr,
        server: SocketAddr,
        transport: Transport,
    ) -> io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (client, server) = (canonical(client), canonical(server));
        let _permit = self.0.limit.take(client.ip())?;
        let number = self.0.next.fetch_add(1, Relaxed) % self.0.workers.len().max(1);
        let Some(worker) = self.0.workers.get(number) else { return Ok(()) };
        let link = Arc::new(StreamLink::new(FiveTuple { transport, client, server }));
        stream::serve(stream, link, worker.clone()).await
    }

    /// What the server does and has done.
    pub fn stats(&self) -> Stats {
        let mut sum = Stats { streams: self.0.limit.count(), ..Stats::default() };
        for stats in self.0.workers.iter().map(|worker| &worker.stats) {
            sum.allocations += stats.allocations.load(Relaxed);
            sum.relayed_packets += stats.relayed_packets.load(Relaxed);
            sum.relayed_bytes += stats.relayed_bytes.load(Relaxed);
            sum.dropped_packets += stats.dropped_packets.load(Relaxed);
            sum.refused_requests += stats.refused_requests.load(Relaxed);
        }
        sum
    }

    pub(super) fn stop(&self) {
        for worker in &self.0.workers {
            worker.stop();
        }
    }
}

/// An IPv4 client of a socket for both families is an IPv4 client.
fn canonical(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        IpAddr::V4(ip) => SocketAddr::new(ip.into(), address.port()),
        IpAddr::V6(_) => address,
    }
}
