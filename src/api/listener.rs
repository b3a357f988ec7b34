//! The listener of `--api`.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::{Router, middleware};
use tokio::net::TcpListener;
use tokio_rustls::rustls::ServerConfig;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use super::access;
use super::body::MAX_BODY;
use super::error::ApiError;
use super::operation::Operation;
use super::state::Api;
use crate::net;
use crate::net::http_server::HttpServer;

/// Back ends that may be connected at once, with four network connections each.
const MAX_CONNECTIONS: usize = 64;

/// The listener of `--api`.
pub(crate) struct ApiListener {
    listener: std::net::TcpListener,
}

impl ApiListener {
    /// Opens this address.
    ///
    /// # Errors
    /// One that cannot be opened.
    pub(crate) fn bind(address: SocketAddr) -> Result<Self> {
        let listener = std::net::TcpListener::bind(address)
            .with_context(|| format!("The address {address} of --api cannot be opened"))?;
        listener.set_nonblocking(true)?;
        if !address.ip().to_canonical().is_loopback() {
            tracing::warn!(
                "--api {address} can be reached from other machines: let a firewall or a proxy choose which, and send the \
                 token by https alone"
            );
        }
        Ok(Self { listener })
    }

    /// Where it is.
    ///
    /// # Errors
    /// A listener without an address.
    pub(crate) fn local_addr(&self) -> Result<SocketAddr> {
        Ok(self.listener.local_addr()?)
    }

    /// Serves the API until the future is dropped.
    ///
    /// # Errors
    /// A listener that cannot be used.
    pub(crate) fn serve(
        self,
        api: Api,
        tls: Option<Arc<ServerConfig>>,
        options: net::ListenerOptions,
    ) -> Result<impl Future<Output = ()>> {
        let api = Arc::new(api);
        let routes = Operation::ALL
            .into_iter()
            .fold(Router::new(), |router, operation| router.route(operation.path(), operation.route()));
        let no_store = SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let router = routes
            .fallback(async || ApiError::no_such_path())
            .method_not_allowed_fallback(async || ApiError::wrong_method())
            .layer(DefaultBodyLimit::max(MAX_BODY))
            .layer(RequestBodyTimeoutLayer::new(options.connect_timeout));
        // After the check: only a back end that has the token may say to which trace its request belongs.
        #[cfg(feature = "otel")]
        let router = router
            .layer(middleware::from_fn(async |request, next| crate::traces::span::record(request, next, true).await));
        let router =
            router.layer(middleware::from_fn_with_state(api.clone(), access::check)).layer(no_store).with_state(api);
        let limit = MAX_CONNECTIONS;
        let options = net::ListenerOptions { max_connections: limit, max_per_address: limit, ..options };
        let listener = TcpListener::from_std(self.listener)?;
        Ok(HttpServer::new(tls, router, &options, |_| {}).serve(listener, std::future::pending()))
    }
}
