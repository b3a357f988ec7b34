//! One port for HTTP and HTTPS: the first byte of a connection decides.
//!
//! Reading that byte, and shaking hands, happens in a task of its own for each connection and within a time: one
//! that dawdles keeps nobody else waiting.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;

/// The first byte of a TLS handshake record (RFC 8446, section 5.1).
const TLS_HANDSHAKE: u8 = 0x16;
/// How long what we send may stay unacknowledged: Socket.IO's ping time-out. A peer that stops reading would
/// otherwise keep its connection, and what is queued for it, for ever.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(20);
/// Connections that have shaken hands and wait to be served.
const BACKLOG: usize = 128;
/// After a failed accept, such as for want of file descriptors.
const RETRY: Duration = Duration::from_millis(200);

/// A listener for both.
pub struct BothListener {
    address: SocketAddr,
    ready: mpsc::Receiver<(Wire, Caller)>,
    accepting: tokio::task::JoinHandle<()>,
}

/// Who is at the other end of a connection.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Its address, an IPv4 one as such even if it came to an IPv6 socket.
    pub address: SocketAddr,
    /// Whether it speaks TLS.
    pub secure: bool,
    stream: Weak<TcpStream>,
}

impl Caller {
    /// Ends the connection at once, whatever it is doing.
    pub fn cut(&self) {
        if let Some(stream) = self.stream.upgrade() {
            // An error means that it has ended already.
            if let Err(error) = SockRef::from(&*stream).shutdown(std::net::Shutdown::Both) {
                tracing::debug!(%error, "the connection had ended");
            }
        }
    }
}

impl Connected<IncomingStream<'_, BothListener>> for Caller {
    fn connect_info(stream: IncomingStream<'_, BothListener>) -> Self {
        stream.remote_addr().clone()
    }
}

impl BothListener {
    /// Begins to accept.
    ///
    /// # Errors
    /// A listener without an address.
    pub fn new(listener: TcpListener, tls: Arc<ServerConfig>, patience: Duration) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (served, ready) = mpsc::channel(BACKLOG);
        let acceptor = TlsAcceptor::from(tls);
        let accepting = tokio::spawn(accept(listener, acceptor, patience, served));
        Ok(Self { address, ready, accepting })
    }
}

impl Drop for BothListener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Listener for BothListener {
    type Io = Wire;
    type Addr = Caller;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            // The accepting task ends only with this listener.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(Caller { address: self.address, secure: false, stream: Weak::new() })
    }
}

async fn accept(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    patience: Duration,
    served: mpsc::Sender<(Wire, Caller)>,
) {
    let mut failing = false;
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                failing = false;
                let (acceptor, served) = (acceptor.clone(), served.clone());
                tokio::spawn(async move {
                    match timeout(patience, shake_hands(stream, address, acceptor)).await {
                        Ok(Ok(connection)) => {
                            // An error means that the server has stopped.
                            if served.send(connection).await.is_err() {
                                tracing::debug!("a connection came too late");
                            }
                        }
                        Ok(Err(error)) => tracing::debug!(%error, "a connection ended before its first request"),
                        Err(_) => tracing::debug!("a connection was silent for too long"),
                    }
                });
            }
            Err(error) => {
                if !failing {
                    tracing::error!(%error, "no connection can be accepted for now; trying again");
                }
                failing = true;
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}

async fn shake_hands(stream: TcpStream, address: SocketAddr, acceptor: TlsAcceptor) -> io::Result<(Wire, Caller)> {
    stream.set_nodelay(true)?;
    #[cfg(target_os = "linux")]
    SockRef::from(&stream).set_tcp_user_timeout(Some(UNACKNOWLEDGED))?;
    let mut first = [0];
    let secure = stream.peek(&mut first).await? == 1 && first[0] == TLS_HANDSHAKE;
    let address = SocketAddr::new(address.ip().to_canonical(), address.port());
    let stream = Arc::new(stream);
    let caller = Caller { address, secure, stream: Arc::downgrade(&stream) };
    let plain = Shared(stream);
    let wire = if secure { Wire::Tls(Box::new(acceptor.accept(plain).await?)) } else { Wire::Plain(plain) };
    Ok((wire, caller))
}

/// A connection of either kind.
pub enum Wire {
    /// HTTP.
    Plain(Shared),
    /// HTTPS.
    Tls(Box<TlsStream<Shared>>),
}

/// A TCP stream that can also be reached from outside, to be cut.
pub struct Shared(Arc<TcpStream>);

impl AsyncRead for Shared {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.0.poll_read_ready(cx))?;
            match self.0.try_read(buffer.initialize_unfilled()) {
                Ok(read) => {
                    buffer.advance(read);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl Shared {
    fn poll_write_by(
        &self,
        cx: &mut Context<'_>,
        write: impl Fn(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.0.poll_write_ready(cx))?;
            match write(&self.0) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                written => return Poll::Ready(written),
            }
        }
    }
}

impl AsyncWrite for Shared {
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
        Poll::Ready(SockRef::from(&*self.0).shutdown(std::net::Shutdown::Write))
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Wire {
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
