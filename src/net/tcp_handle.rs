//! A network connection as the transports see it: where it comes from, and how to cut it.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use socket2::SockRef;
use switchboard_conn::{Carrier, Carry};
use tokio::net::TcpStream;

use super::conn_stats::ConnStats;

/// One network connection. In the extensions of each request that comes by it. Cheap to clone; it keeps nothing alive.
#[derive(Clone)]
pub struct TcpHandle(Arc<End>);

struct End {
    address: SocketAddr,
    secure: bool,
    stream: Weak<TcpStream>,
    stats: Arc<ConnStats>,
}

impl TcpHandle {
    /// The connection to `address` on this stream.
    pub fn new(address: SocketAddr, secure: bool, stream: &Arc<TcpStream>, stats: Arc<ConnStats>) -> Self {
        // An IPv4 address as such, even if it came to an IPv6 socket.
        let address = SocketAddr::new(address.ip().to_canonical(), address.port());
        Self(Arc::new(End { address, secure, stream: Arc::downgrade(stream), stats }))
    }

    /// Where its other end is.
    pub fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// Whether it is encrypted.
    pub fn is_secure(&self) -> bool {
        self.0.secure
    }

    /// Ends it at once, whatever it is doing.
    pub fn cut(&self) {
        if let Some(stream) = self.0.stream.upgrade() {
            let socket = SockRef::from(&*stream);
            // A reset in the end: one who only sends, and is not read any more, would otherwise not notice for long.
            let reset = socket.set_linger(Some(Duration::ZERO));
            // An error means that it has ended already.
            if let Err(error) = reset.and_then(|()| socket.shutdown(std::net::Shutdown::Both)) {
                tracing::debug!(%error, "the connection had ended");
            }
        }
    }

    /// All that came by it was whole.
    pub fn finish(&self) {
        self.0.stats.finish();
    }

    /// Whether something came by it that is not whole yet.
    pub fn is_unfinished(&self) -> bool {
        self.0.stats.is_unfinished()
    }

    /// For the engine, with the request of a WebSocket: as long as it keeps this, it says which bytes were events.
    pub fn carrier(&self) -> Carrier {
        Carrier(Arc::new(Counted(self.clone())))
    }

    /// An event of so many bytes came by it.
    pub fn used(&self, bytes: usize) {
        self.0.stats.used(bytes);
    }
}

/// A connection of which the engine says what was used. When it is dropped, nobody says that any more: then what comes
/// cannot be counted either.
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
