//! A connection as it is seen from outside: what the doors need to know of it, and how to cut it.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use socket2::SockRef;
use tokio::net::TcpStream;

use super::closing::{Closing, Goodbye};
use super::conn_stats::ConnStats;

/// One network connection. In the extensions of each request that comes by it. Cheap to clone; it keeps nothing alive.
#[derive(Clone)]
pub struct ConnHandle(Arc<End>);

struct End {
    address: SocketAddr,
    secure: bool,
    stream: Weak<TcpStream>,
    stats: Arc<ConnStats>,
    closing: Closing,
}

impl ConnHandle {
    /// The connection to `address` on this stream.
    pub fn new(address: SocketAddr, secure: bool, stream: &Arc<TcpStream>, stats: Arc<ConnStats>) -> Self {
        // An IPv4 address as such, even if it came to an IPv6 socket.
        let address = SocketAddr::new(address.ip().to_canonical(), address.port());
        Self(Arc::new(End { address, secure, stream: Arc::downgrade(stream), stats, closing: Closing::default() }))
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

    /// An event of so many bytes that came by it was whole.
    pub fn heard(&self, bytes: usize) {
        self.0.stats.heard(bytes);
    }

    /// How the client closes it.
    pub(super) fn closing(&self) -> &Closing {
        &self.0.closing
    }

    /// It is a WebSocket from now on: its end is to be known.
    pub fn watch_close(&self) {
        self.0.closing.watch();
    }

    /// The goodbye of its client, if there was one.
    pub fn goodbye(&self) -> Option<Goodbye> {
        self.0.closing.goodbye()
    }

    /// Bytes of the longest WebSocket frame that its client began to send.
    pub fn longest_frame(&self) -> u64 {
        self.0.closing.longest_frame()
    }

    /// Whether something came by it that is not whole yet.
    pub fn is_unfinished(&self) -> bool {
        self.0.stats.is_unfinished()
    }

    /// Bytes written to it so far.
    pub fn written(&self) -> u64 {
        self.0.stats.written()
    }
}

impl fmt::Debug for ConnHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cable").field("secure", &self.0.secure).finish_non_exhaustive()
    }
}
