//! The listener of `--metrics`, on an address of its own.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::Json;
use axum::routing::get;
use switchboard_turn::Handle;
use tokio::net::TcpListener;
use tokio_rustls::rustls::ServerConfig;

use crate::cluster::node::Node;
use crate::metrics::exporter::{Exporter, Readings};
use crate::net;
use crate::net::http_server::HttpServer;

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

    /// Serves the metrics of `server`, and the state of the cluster, until the future is dropped.
    ///
    /// # Errors
    /// A listener that cannot be used.
    pub(crate) fn serve(
        self,
        server: Arc<HttpServer>,
        turn: Option<Handle>,
        node: Option<Node>,
        tls: Option<Arc<ServerConfig>>,
        options: net::ListenerOptions,
    ) -> Result<impl Future<Output = ()>> {
        let status = node.map(|node| get(move || async move { Json(node.status()) }));
        let router = self
            .exporter
            .router(move || Readings { connections: server.connections(), turn: turn.as_ref().map(Handle::stats) });
        let router = status.into_iter().fold(router, |router, status| router.route("/api/cluster", status));
        let limit = MAX_METRICS_CONNECTIONS;
        let options = net::ListenerOptions { max_connections: limit, max_per_address: limit, ..options };
        let listener = TcpListener::from_std(self.listener)?;
        Ok(HttpServer::new(tls, router, &options, |_| {}).serve(listener, std::future::pending()))
    }
}
