//! The stream of a connection: TCP, or TLS on top of it. The first byte decides.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
#[cfg(target_os = "linux")]
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::conn_stats::{ConnStats, LastRead, ReadBudget};
use super::connection_limiter::ConnectionPermit;
use super::tcp_handle::TcpHandle;
use crate::metrics;

/// The first byte of a TLS handshake record (RFC 8446, section 5.1).
const TLS_HANDSHAKE: u8 = 0x16;
/// How long what we send may stay unacknowledged: Socket.IO's ping time-out. A peer that stops reading would
/// otherwise keep its connection, and what is queued for it, for ever.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(20);

/// A connection of either kind.
pub enum MaybeTls {
    /// HTTP.
    Plain(CountedStream),
    /// HTTPS.
    Tls(Box<TlsStream<CountedStream>>),
}

/// A TCP stream that is measured, and can also be reached from outside, to be cut.
pub struct CountedStream {
    stream: Arc<TcpStream>,
    stats: Arc<ConnStats>,
    last_read: LastRead,
    _place: ConnectionPermit,
}

/// Takes up a connection: finds out which kind it is, and shakes hands. `has_begun` becomes true with the first byte.
///
/// # Errors
/// A connection that ends meanwhile, or a handshake that fails.
pub async fn accept(
    stream: TcpStream,
    address: SocketAddr,
    (read_budget, permit): (Arc<ReadBudget>, ConnectionPermit),
    acceptor: &TlsAcceptor,
    has_begun: &AtomicBool,
) -> io::Result<(MaybeTls, TcpHandle)> {
    stream.set_nodelay(true)?;
    #[cfg(target_os = "linux")]
    SockRef::from(&stream).set_tcp_user_timeout(Some(UNACKNOWLEDGED))?;
    let mut first = [0];
    let secure = stream.peek(&mut first).await? == 1 && first[0] == TLS_HANDSHAKE;
    has_begun.store(true, Ordering::Relaxed);
    let (stream, stats) = (Arc::new(stream), Arc::new(ConnStats::new(read_budget)));
    let conn = TcpHandle::new(address, secure, &stream, stats.clone());
    let plain = CountedStream { stream, stats, last_read: LastRead::default(), _place: permit };
    let wire = if secure { MaybeTls::Tls(Box::new(acceptor.accept(plain).await?)) } else { MaybeTls::Plain(plain) };
    Ok((wire, conn))
}

impl AsyncRead for CountedStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.stream.poll_read_ready(cx))?;
            match read(&self.stream, buffer) {
                Ok(read) => {
                    let silence = self.last_read.beat();
                    if !self.stats.read(read, silence) {
                        let words = "connection closed: it sends and sends, and nothing of it is whole";
                        metrics::warn("unfinished", words);
                        return Poll::Ready(Err(io::ErrorKind::QuotaExceeded.into()));
                    }
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

/// Reads what there is. After a short read the socket is empty: what comes later wakes the reader, which need not ask
/// before. (On Windows a short read says nothing about that.)
fn read(stream: &TcpStream, buffer: &mut ReadBuf<'_>) -> io::Result<usize> {
    let (room, mut read) = (buffer.remaining(), 0);
    let result = stream.try_io(Interest::READABLE, || {
        read = stream.try_read_buf(buffer)?;
        if cfg!(unix) && 0 < read && read < room { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(()) }
    });
    match result {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock && read > 0 => Ok(read),
        result => result.map(|()| read),
    }
}

impl CountedStream {
    fn poll_write_by(
        &self,
        cx: &mut Context<'_>,
        write: impl Fn(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.stream.poll_write_ready(cx))?;
            match write(&self.stream) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(written) => {
                    return Poll::Ready(Ok(written));
                }
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl AsyncWrite for CountedStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_by(cx, |stream| stream.try_write(data))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_by(cx, |stream| stream.try_write_vectored(data))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(SockRef::from(&*self.stream).shutdown(std::net::Shutdown::Write))
    }
}

impl AsyncRead for MaybeTls {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for MaybeTls {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, data),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_write(cx, data),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, data),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_write_vectored(cx, data),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(stream) => stream.is_write_vectored(),
            Self::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(cx),
        }
    }
}
