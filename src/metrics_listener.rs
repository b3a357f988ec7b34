//! The listener of `--metrics`, on an address of its own.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use axum::Json;
use axum::routing::get;
use switchboard_turn::Handle;
use tokio::net::TcpListener;
use tokio_rustls::rustls::ServerConfig;

use crate::cluster::node::Node;
use crate::hub::order::Hub;
use crate::metrics::exporter::{Exporter, Readings};
use crate::net;
use crate::net::http_server::HttpServer;
use crate::tls::certificate::Certificate;

/// Clients that may read metrics at once.
const MAX_METRICS_CONNECTIONS: usize = 16;

/// The listener of `--metrics`.
pub(crate) struct MetricsListener {
    /// The listener.
    pub(crate) listener: std::net::TcpListener,
    exporter: Exporter,
}

impl MetricsListener {
    /// Opens this address.
    ///
    /// # Errors
    /// One that cannot be opened.
    pub(crate) fn bind(address: SocketAddr) -> Result<Self> {
        let listener = std::net::TcpListener::bind(address)
            .with_context(|| format!("The address {address} of --metrics cannot be opened"))?;
        listener.set_nonblocking(true)?;
        Ok(Self { listener, exporter: Exporter::install()? })
    }

    /// Serves the metrics of a server, and the state of the cluster, until the future is dropped.
    ///
    /// # Errors
    /// A listener that cannot be used.
    pub(crate) fn serve(
        self,
        watched: Watched,
        tls: Option<Arc<ServerConfig>>,
        options: net::ListenerOptions,
    ) -> Result<impl Future<Output = ()>> {
        let status = watched.node.clone().map(|node| get(move || async move { Json(node.status()) }));
        let watched = Arc::new(watched);
        let router = self.exporter.router(move || watched.readings());
        let router = status.into_iter().fold(router, |router, status| router.route("/api/cluster", status));
        let limit = MAX_METRICS_CONNECTIONS;
        let options = net::ListenerOptions { max_connections: limit, max_per_address: limit, ..options };
        let listener = TcpListener::from_std(self.listener)?;
        Ok(HttpServer::new(tls, router, &options, |_| {}).serve(listener, std::future::pending()))
    }
}

/// What the metrics are read from.
pub(crate) struct Watched {
    /// The port.
    pub(crate) server: Arc<HttpServer>,
    /// The calls and rooms.
    pub(crate) hub: Arc<Hub>,
    /// Whether the server accepts calls.
    pub(crate) ready: Arc<AtomicBool>,
    /// The certificate, unless the server speaks http alone.
    pub(crate) certificate: Option<Arc<Certificate>>,
    /// The TURN server, if it is on.
    pub(crate) turn: Option<Handle>,
    /// This server's part of the cluster, if it is in one.
    pub(crate) node: Option<Node>,
}

impl Watched {
    /// All that there is.
    pub(crate) fn new(
        (server, hub, ready): (&Arc<HttpServer>, &Arc<Hub>, &Arc<AtomicBool>),
        (certificate, node): (&Option<Arc<Certificate>>, &Option<Node>),
        turn: Option<Handle>,
    ) -> Self {
        let (server, hub, ready) = (server.clone(), hub.clone(), ready.clone());
        Self { server, hub, ready, certificate: certificate.clone(), turn, node: node.clone() }
    }

    fn readings(&self) -> Readings {
        let (held, census) = (self.hub.held(), self.hub.census());
        let status = self.node.as_ref().map(Node::status);
        Readings {
            connections: self.server.connections(),
            unfinished: self.server.unfinished(),
            is_ready: self.ready.load(Ordering::Relaxed),
            away: held.away,
            open_offers: held.offers,
            open_offer_bytes: held.offer_bytes,
            rooms: held.rooms,
            room_members: census.members,
            polling: census.polling,
            queued_messages: census.queued.messages,
            queued_bytes: census.queued.bytes,
            longest_queue: census.longest,
            certificate_end: self.certificate.as_ref().and_then(|certificate| certificate.end()),
            nodes: status.as_ref().map_or(1, |status| status.nodes.len()),
            lag_ms: status.map_or(0, |status| status.lag_ms),
            turn: self.turn.as_ref().map(Handle::stats),
        }
    }
}
