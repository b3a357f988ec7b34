//! The HTTP server: accepts connections and serves each in a task of its own, so that a slow client delays no other.
//! Clients of the TURN server may connect to the same port.

use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::time::Duration;

use axum::Router;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_util::either::Either;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::conn_stats::ReadBudget;
use super::connection_limiter::{ConnectionLimiter, ConnectionPermit};
use super::handshake;
use super::options::ListenerOptions;
use super::proxies::TrustedProxies;
use super::refused_certificates::RefusedCertificates;
use super::request_id::RequestId;
use super::stream::{Protocol, Stream, accept, encrypted_protocol};
use super::tcp_handle::TcpHandle;
use super::turn_streams::TurnStreams;
use crate::metrics;

/// How long the server waits after a failed accept, for example for want of file descriptors.
const RETRY: Duration = Duration::from_millis(200);
/// Largest head of a request, in bytes. Browsers send all cookies of localhost to every port, and those can be many.
const MAX_HEAD: usize = 64 * 1024;
/// Network connections per client: one to send on beside the one on which a polling client waits, and a few more by which
/// a browser fetches pages.
const CONNECTIONS_EACH: usize = 4;
/// How long a connection of a trusted proxy may wait for its next request. The proxy has to be the one that closes it:
/// otherwise a request may be on its way to a server that closes meanwhile, and the client gets 502. Caddy keeps connections
/// for 2 minutes, the load balancers of large providers for up to 10.
const PROXY_IDLE: Duration = Duration::from_secs(620);

/// Accepts connections on one port, HTTP and HTTPS alike, and passes their requests to the router.
pub(crate) struct HttpServer {
    /// `None` with `--http-only`.
    acceptor: Option<TlsAcceptor>,
    router: Router,
    connect_timeout: Duration,
    /// The port that the server listens on; 0 before it does.
    port: AtomicU16,
    limiter: Arc<ConnectionLimiter>,
    trust_proxy: TrustedProxies,
    read_budget: Arc<ReadBudget>,
    refused_certificates: Arc<RefusedCertificates>,
    turn_streams: TurnStreams,
}

impl HttpServer {
    /// A server for this router, which does not listen yet. It passes on from which addresses clients refuse its certificate.
    pub(crate) fn new(
        tls: Option<Arc<ServerConfig>>,
        router: Router,
        options: &ListenerOptions,
        on_refused_certificate: impl Fn(IpAddr) + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            acceptor: tls.map(TlsAcceptor::from),
            router,
            connect_timeout: options.connect_timeout,
            port: AtomicU16::new(0),
            limiter: ConnectionLimiter::new(permits(options.max_connections), permits(options.max_per_address)),
            trust_proxy: options.trust_proxy.clone(),
            read_budget: ReadBudget::new(options.max_message),
            refused_certificates: RefusedCertificates::new(on_refused_certificate),
            turn_streams: TurnStreams::new(options.turn.clone()),
        })
    }

    /// Other limits of clients, from the next connection on.
    pub(crate) fn set_limits(&self, max_connections: usize, max_per_address: usize) {
        self.limiter.set(permits(max_connections), permits(max_per_address));
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.limiter.len()
    }

    /// Bytes on them that complete no message yet.
    pub fn unfinished(&self) -> usize {
        self.read_budget.unfinished()
    }

    /// Accepts connections until `stop` resolves; then shuts the open ones down gracefully and waits until they have ended.
    pub(crate) async fn serve(self: Arc<Self>, listener: TcpListener, stop: impl Future<Output = ()>) {
        self.port.store(listener.local_addr().map_or(0, |address| address.port()), Ordering::Relaxed);
        let connections = TaskTracker::new();
        let stopping = CancellationToken::new();
        // Connections shut down as well when this future is dropped.
        let guard = stopping.clone().drop_guard();
        let mut stop = pin!(stop);
        let mut failing = false;
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = &mut stop => break,
            };
            match accepted {
                Ok((stream, address)) => {
                    failing = false;
                    if let Some(permit) = self.permit(address) {
                        let (server, stopping) = (self.clone(), stopping.clone());
                        connections.spawn(async move { server.serve_one(stream, address, permit, stopping).await });
                    }
                }
                Err(error) => {
                    if !failing {
                        tracing::error!(%error, "the server cannot accept connections; it tries again");
                    }
                    failing = true;
                    tokio::select! {
                        () = tokio::time::sleep(RETRY) => {}
                        () = &mut stop => break,
                    }
                }
            }
        }
        drop((listener, guard));
        connections.close();
        connections.wait().await;
    }

    /// A permit for a connection from this address. A connection without one is closed without an answer: its client has
    /// opened far more connections than it needs.
    fn permit(&self, address: SocketAddr) -> Option<ConnectionPermit> {
        let ip = address.ip();
        let permit = if self.trust_proxy.trusts(ip) { self.limiter.enter_by_proxy(ip) } else { self.limiter.enter(ip) };
        permit
            .inspect_err(|full| metrics::warn("too-many-connections", format!("connection closed at once: {full}")))
            .ok()
    }

    async fn serve_one(
        &self,
        stream: TcpStream,
        address: SocketAddr,
        permit: ConnectionPermit,
        stopping: CancellationToken,
    ) {
        let has_begun = AtomicBool::new(false);
        let accepting = accept(stream, address, self.read_budget.clone(), permit, self.acceptor.as_ref(), &has_begun);
        let accepted = tokio::select! {
            accepted = timeout(self.connect_timeout, accepting) => accepted,
            () = stopping.cancelled() => return,
        };
        let (mut stream, conn, mut protocol) = match accepted {
            Ok(Ok(connection)) => connection,
            Ok(Err(error)) => {
                self.count_refusal(&error, address.ip());
                // Some clients that do not trust a certificate close the connection without an alert.
                if error.kind() == io::ErrorKind::UnexpectedEof {
                    metrics::count("tls-failed");
                }
                return tracing::debug!(%error, "a connection ended before its first request");
            }
            Err(_) => {
                // Browsers open connections in advance, and may then have no request to send.
                metrics::count(if has_begun.into_inner() { "read-timeout" } else { "silent" });
                return tracing::debug!("a connection was silent for too long");
            }
        };
        // The bytes of the TLS handshake are not part of a request.
        conn.finish();
        if let Either::Right(tls) = &mut stream {
            metrics::totals::HANDSHAKES.add(1);
            self.refused_certificates.accepted(address.ip().to_canonical());
            let carried = tokio::select! {
                carried = timeout(self.connect_timeout, encrypted_protocol(tls)) => carried,
                () = stopping.cancelled() => return,
            };
            protocol = match carried {
                Ok(Ok(protocol)) => protocol,
                Ok(Err(error)) => {
                    self.count_refusal(&error, address.ip());
                    return tracing::debug!(%error, "a connection ended before its first request");
                }
                Err(_) if conn.is_unfinished() => {
                    metrics::count("read-timeout");
                    return;
                }
                Err(_) => return tracing::debug!("a connection was silent for too long"),
            };
        }
        let served = match protocol {
            Protocol::Http => {
                let is_proxy = self.trust_proxy.trusts(address.ip());
                let idle = if is_proxy { self.connect_timeout.max(PROXY_IDLE) } else { self.connect_timeout };
                self.serve_requests(stream, conn.clone(), idle, stopping).await
            }
            Protocol::Turn(transport) => return self.turn_streams.serve(stream, &conn, transport, stopping).await,
            Protocol::Handshake => return,
        };
        if let Err(error) = served {
            // A kept-alive connection that times out between two requests ends as it should.
            if error.is_timeout() && conn.is_unfinished() {
                metrics::count("read-timeout");
            }
            if let Some(error) = error.source().and_then(|source| source.downcast_ref()) {
                self.count_refusal(error, address.ip());
            }
            tracing::debug!(%error, "a connection ended");
        }
    }

    fn count_refusal(&self, error: &io::Error, address: IpAddr) {
        if handshake::count_refusal(error, self.port.load(Ordering::Relaxed)) {
            self.refused_certificates.refused(address.to_canonical());
        }
    }

    /// Serves one request after the other until the connection ends, is upgraded, or has waited for a request for as long
    /// as `idle`.
    async fn serve_requests(
        &self,
        stream: Stream,
        conn: TcpHandle,
        idle: Duration,
        stopping: CancellationToken,
    ) -> hyper::Result<()> {
        let service = service_fn(move |request| answer(self.router.clone(), conn.clone(), request));
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(idle).max_buf_size(MAX_HEAD);
        let mut serving = pin!(http.serve_connection(TokioIo::new(stream), service).with_upgrades());
        tokio::select! {
            ended = &mut serving => return ended,
            () = stopping.cancelled() => serving.as_mut().graceful_shutdown(),
        }
        serving.await
    }
}

/// The network connections of so many clients.
fn permits(clients: usize) -> usize {
    clients.saturating_mul(CONNECTIONS_EACH)
}

/// Passes a request to the router, with its connection and a number among the extensions. What was read before the request, and its
/// body once it is answered, no longer counts as unfinished.
async fn answer(
    router: Router,
    conn: TcpHandle,
    mut request: hyper::Request<Incoming>,
) -> Result<Response, Infallible> {
    conn.finish();
    request.extensions_mut().insert(conn.clone());
    request.extensions_mut().insert(RequestId::next());
    let response = router.oneshot(request).await;
    conn.finish();
    response
}
