//! The stream of a connection: TCP, or TLS on top of it, and the protocol on it: HTTP or TURN. The first byte decides.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
#[cfg(target_os = "linux")]
use std::time::Duration;

use socket2::SockRef;
use switchboard_turn::Transport;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::either::Either;

use super::conn_stats::{ConnStats, LastRead, ReadBudget};
use super::connection_limiter::ConnectionPermit;
use super::tcp_handle::TcpHandle;
use crate::metrics::{self, totals};

/// The first byte of a TLS handshake record (RFC 8446, section 5.1).
const TLS_HANDSHAKE: u8 = 0x16;
/// How long sent bytes may stay unacknowledged: Socket.IO's ping time-out. Without this limit a client that stops reading
/// would keep its connection, and what is queued for it, for ever.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(20);

/// The stream of an accepted connection: plain HTTP, or HTTPS.
pub(super) type Stream = Either<CountedStream, Box<TlsStream<CountedStream>>>;

/// A TCP stream that counts what it reads. A [`TcpHandle`] can cut it. It holds the connection's permit.
pub(super) struct CountedStream {
    stream: Arc<TcpStream>,
    stats: Arc<ConnStats>,
    last_read: LastRead,
    _permit: ConnectionPermit,
}

/// What a connection carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// Requests.
    Http,
    /// Messages to the TURN server.
    Turn(Transport),
    /// Nothing: the handshake itself was what an ACME server wanted to see (RFC 8737).
    Handshake,
}

/// Waits for the first byte of a connection, and does the TLS handshake if that byte begins one. `has_begun` becomes
/// true with the first byte. Returns the stream, and what it carries if it is not encrypted. Without an acceptor there is
/// no TLS.
///
/// # Errors
/// A connection that ends before, and a handshake that fails.
pub(super) async fn accept(
    stream: TcpStream,
    address: SocketAddr,
    read_budget: Arc<ReadBudget>,
    permit: ConnectionPermit,
    acceptor: Option<&TlsAcceptor>,
    has_begun: &AtomicBool,
) -> io::Result<(Stream, TcpHandle, Protocol)> {
    stream.set_nodelay(true)?;
    #[cfg(target_os = "linux")]
    SockRef::from(&stream).set_tcp_user_timeout(Some(UNACKNOWLEDGED))?;
    let mut first = [0];
    let first = if stream.peek(&mut first).await? == 1 { Some(first[0]) } else { None };
    has_begun.store(true, Ordering::Relaxed);
    let secure = first == Some(TLS_HANDSHAKE);
    let (stream, stats) = (Arc::new(stream), Arc::new(ConnStats::new(read_budget)));
    let conn = TcpHandle::new(address, secure, &stream, stats.clone());
    let plain = CountedStream { stream, stats, last_read: LastRead::default(), _permit: permit };
    let stream = match acceptor.filter(|_| secure) {
        Some(acceptor) => Either::Right(Box::new(acceptor.accept(plain).await?)),
        None if secure => {
            metrics::warn("https-off", "connection closed: a client tried https, and --http-only serves http alone");
            return Err(io::ErrorKind::Unsupported.into());
        }
        None => Either::Left(plain),
    };
    let protocol = if begins_turn(first) { Protocol::Turn(Transport::Tcp) } else { Protocol::Http };
    Ok((stream, conn, protocol))
}

/// What the client has negotiated by ALPN (RFC 7301), or else what the first decrypted byte begins, which stays in the
/// stream.
///
/// # Errors
/// A connection that ends, or does not follow TLS.
pub(super) async fn encrypted_protocol(stream: &mut TlsStream<CountedStream>) -> io::Result<Protocol> {
    match stream.get_ref().1.alpn_protocol() {
        Some(b"acme-tls/1") => return Ok(Protocol::Handshake),
        Some(b"stun.turn") => return Ok(Protocol::Turn(Transport::Tls)),
        _ => {}
    }
    let first = stream.fill_buf().await?.first().copied();
    Ok(if begins_turn(first) { Protocol::Turn(Transport::Tls) } else { Protocol::Http })
}

/// Whether a STUN request or indication begins so: its first two bits are zero, and it has one of few types (RFC 8489,
/// section 5). ChannelData, whose first byte is 0x40 to 0x4F, comes after a request. No method of HTTP begins so.
fn begins_turn(first: Option<u8>) -> bool {
    matches!(first, Some(0x00 | 0x01))
}

impl AsyncRead for CountedStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.stream.poll_read_ready(cx))?;
            match read(&self.stream, buffer) {
                Ok(read) => {
                    totals::RECEIVED_BYTES.add(read as u64);
                    let silence = self.last_read.beat();
                    if !self.stats.read(read, silence) {
                        metrics::warn("unfinished", "connection closed: too many bytes that make no whole message");
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

/// Reads what has arrived. After a short read the socket is empty, so that readiness is cleared without another system
/// call: later bytes wake the reader. (On Windows a short read does not mean that.)
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
                    totals::SENT_BYTES.add(written as u64);
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
