//! A handle to a network connection: its address, its counters, and a way to close it.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use socket2::SockRef;
use switchboard_conn::{Carrier, Carry};
use tokio::net::TcpStream;

use super::conn_stats::ConnStats;

/// One network connection. The HTTP server adds it to the extensions of each request. Cheap to clone; it does not keep the
/// connection open.
#[derive(Clone)]
pub struct TcpHandle(Arc<TcpEnd>);

struct TcpEnd {
    address: SocketAddr,
    secure: bool,
    stream: Weak<TcpStream>,
    stats: Arc<ConnStats>,
}

impl TcpHandle {
    /// A handle to the connection with the client at `address`.
    pub(crate) fn new(address: SocketAddr, secure: bool, stream: &Arc<TcpStream>, stats: Arc<ConnStats>) -> Self {
        // A client that reaches an IPv6 socket by IPv4 has an IPv4-mapped address.
        let address = SocketAddr::new(address.ip().to_canonical(), address.port());
        Self(Arc::new(TcpEnd { address, secure, stream: Arc::downgrade(stream), stats }))
    }

    /// The address of the client, or of the proxy in front of it.
    pub(crate) fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// The address of this machine to which the client is connected; `None` once the connection has ended.
    pub(crate) fn own_address(&self) -> Option<SocketAddr> {
        let address = self.0.stream.upgrade()?.local_addr().ok()?;
        Some(SocketAddr::new(address.ip().to_canonical(), address.port()))
    }

    /// Whether the connection uses TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.0.secure
    }

    /// Closes the connection at once, with a TCP reset.
    pub(crate) fn cut(&self) {
        if let Some(stream) = self.0.stream.upgrade() {
            let socket = SockRef::from(&*stream);
            // Without a reset, a client that only sends would not notice for a long time.
            let reset = socket.set_linger(Some(Duration::ZERO));
            // An error means that the connection has ended already.
            if let Err(error) = reset.and_then(|()| socket.shutdown(std::net::Shutdown::Both)) {
                tracing::debug!(%error, "the connection had ended");
            }
        }
    }

    /// Reads what the client still sends, and drops it, until the client closes. A socket that is closed while it holds
    /// bytes which were not read sends a TCP reset, and the client may lose what it was sent last.
    pub(crate) async fn discard(&self) {
        const CHUNK: usize = 4 * 1024;
        while let Some(stream) = self.0.stream.upgrade() {
            let mut chunk = [0; CHUNK];
            match stream.try_read(&mut chunk) {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                    if stream.readable().await.is_err() {
                        return;
                    }
                }
                Err(_) => return,
            }
        }
    }

    /// What was read so far is a complete request.
    pub(crate) fn finish(&self) {
        self.0.stats.finish();
    }

    /// The connection carries no requests: what it reads is not counted.
    pub(crate) fn stop_counting(&self) {
        self.0.stats.stop_counting();
    }

    /// Whether the client has sent an incomplete request.
    pub(crate) fn is_unfinished(&self) -> bool {
        self.0.stats.is_unfinished()
    }

    /// The counter that the engine receives with the request of a WebSocket: it reports complete events there.
    pub(crate) fn carrier(&self) -> Carrier {
        Carrier(Arc::new(Counted(self.clone())))
    }

    /// Reports a complete event of this size in bytes.
    pub(crate) fn used(&self, bytes: usize) {
        self.0.stats.used(bytes);
    }
}

/// Passes the engine's reports on. When the engine drops it, no events are reported any more, so that bytes cannot be
/// counted either.
struct Counted(TcpHandle);

impl Carry for Counted {
    fn used(&self, bytes: usize) {
        self.0.used(bytes);
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.stats.stop_counting();
    }
}

impl fmt::Debug for TcpHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TcpHandle").field("secure", &self.0.secure).finish_non_exhaustive()
    }
}
