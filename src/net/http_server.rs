//! Connections are accepted, and each is served in a task of its own: one that dawdles keeps nobody else waiting.

use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tower::ServiceExt;

use super::Options;
use super::conn_stats::ReadBudget;
use super::connection_limiter::{ConnectionLimiter, ConnectionPermit};
use super::handshake;
use super::proxies::TrustedProxies;
use super::stream::{MaybeTls, accept};
use super::tcp_handle::TcpHandle;
use crate::metrics;

/// After a failed accept, such as for want of file descriptors.
const RETRY: Duration = Duration::from_millis(200);
/// Largest head of a request, in bytes: browsers' cookies for localhost can be many.
const MAX_HEAD: usize = 64 * 1024;
/// Each client has a connection for what it sends beside the one on which it waits, and pages are fetched by a few more.
const CONNECTIONS_EACH: usize = 4;

/// Where connections come in.
pub struct HttpServer {
    acceptor: TlsAcceptor,
    router: Router,
    patience: Duration,
    /// Where it listens, once it does.
    port: AtomicU16,
    limiter: Arc<ConnectionLimiter>,
    trust_proxy: TrustedProxies,
    read_budget: Arc<ReadBudget>,
}

impl HttpServer {
    /// The way to this router.
    pub fn new(tls: Arc<ServerConfig>, router: Router, options: &Options) -> Arc<Self> {
        let permits = |clients: usize| clients.saturating_mul(CONNECTIONS_EACH);
        Arc::new(Self {
            acceptor: TlsAcceptor::from(tls),
            router,
            patience: options.patience,
            port: AtomicU16::new(0),
            limiter: ConnectionLimiter::new(permits(options.max_connections), permits(options.max_per_address)),
            trust_proxy: options.trust_proxy.clone(),
            read_budget: ReadBudget::new(options.max_message),
        })
    }

    /// Serves whoever comes until `stop`; then lets those end who are still here.
    pub async fn serve(self: Arc<Self>, listener: TcpListener, stop: impl Future<Output = ()>) {
        self.port.store(listener.local_addr().map_or(0, |address| address.port()), Ordering::Relaxed);
        let (stopping, stopped) = watch::channel(false);
        let (alive, mut all_gone) = mpsc::channel(1);
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
                    self.clone().admit(stream, address, stopped.clone(), alive.clone());
                }
                Err(error) => {
                    if !failing {
                        tracing::error!(%error, "no connection can be accepted for now; trying again");
                    }
                    failing = true;
                    tokio::select! {
                        () = tokio::time::sleep(RETRY) => {}
                        () = &mut stop => break,
                    }
                }
            }
        }
        drop((listener, alive, stopped));
        stopping.send_replace(true);
        all_gone.recv().await;
    }

    fn admit(
        self: Arc<Self>,
        stream: TcpStream,
        address: SocketAddr,
        stopped: watch::Receiver<bool>,
        alive: mpsc::Sender<()>,
    ) {
        // Whoever is refused here has opened far more connections than clients need; there is nobody to talk to.
        let ip = address.ip();
        let permit = if self.trust_proxy.trusts(ip) { self.limiter.enter_by_proxy(ip) } else { self.limiter.enter(ip) };
        match permit {
            Ok(permit) => {
                tokio::spawn(async move {
                    self.serve_one(stream, address, permit, stopped).await;
                    drop(alive);
                });
            }
            Err(full) => metrics::warn("too-many-connections", format!("connection closed at once: {full}")),
        }
    }

    async fn serve_one(
        &self,
        stream: TcpStream,
        address: SocketAddr,
        permit: ConnectionPermit,
        mut stopped: watch::Receiver<bool>,
    ) {
        let has_begun = AtomicBool::new(false);
        let taking_up = accept(stream, address, (self.read_budget.clone(), permit), &self.acceptor, &has_begun);
        let taken = tokio::select! {
            taken = timeout(self.patience, taking_up) => taken,
            _ = stopped.wait_for(|stopped| *stopped) => return,
        };
        let (wire, conn) = match taken {
            Ok(Ok(connection)) => connection,
            Ok(Err(error)) => {
                handshake::count_refusal(&error, self.port.load(Ordering::Relaxed));
                // Some clients say by no alert that they do not trust a certificate.
                if error.kind() == io::ErrorKind::UnexpectedEof {
                    metrics::count("tls-failed");
                }
                return tracing::debug!(%error, "a connection ended before its first request");
            }
            Err(_) => {
                // Browsers open connections in advance, and may then have nothing to ask.
                metrics::count(if has_begun.into_inner() { "dawdled" } else { "silent" });
                return tracing::debug!("a connection was silent for too long");
            }
        };
        // The handshake is done.
        conn.finish();
        if let Err(error) = self.converse(wire, conn.clone(), stopped).await {
            // One that is kept alive between two requests, and has begun none, ends as it should.
            if error.is_timeout() && conn.is_unfinished() {
                metrics::count("dawdled");
            }
            if let Some(error) = error.source().and_then(|source| source.downcast_ref()) {
                handshake::count_refusal(error, self.port.load(Ordering::Relaxed));
            }
            tracing::debug!(%error, "a connection ended");
        }
    }

    /// Request by request, until it ends, or is something else than HTTP from then on.
    async fn converse(&self, wire: MaybeTls, conn: TcpHandle, mut stopped: watch::Receiver<bool>) -> hyper::Result<()> {
        let service = service_fn(move |request| answer(self.router.clone(), conn.clone(), request));
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(self.patience).max_buf_size(MAX_HEAD);
        let mut serving = pin!(http.serve_connection(TokioIo::new(wire), service).with_upgrades());
        tokio::select! {
            ended = &mut serving => return ended,
            _ = stopped.wait_for(|stopped| *stopped) => serving.as_mut().graceful_shutdown(),
        }
        serving.await
    }
}

async fn answer(
    router: Router,
    conn: TcpHandle,
    mut request: hyper::Request<Incoming>,
) -> Result<Response, Infallible> {
    conn.finish();
    request.extensions_mut().insert(conn.clone());
    let response = router.oneshot(request.map(Body::new)).await;
    conn.finish();
    response
}
