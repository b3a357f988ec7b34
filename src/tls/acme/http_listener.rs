//! The listener of `--acme-http`: it answers the challenges of HTTP-01, and sends every other request to https.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_rustls::rustls::ServerConfig;

use super::challenges::Challenges;
use crate::net::ListenerOptions;
use crate::net::http_server::HttpServer;

/// Clients at once. Their requests are short.
const MAX_CONNECTIONS: usize = 256;

/// A listener that is open.
pub(crate) struct HttpListener {
    listener: std::net::TcpListener,
}

/// What its replies need.
#[derive(Clone)]
struct Site {
    challenges: Arc<Challenges>,
    domains: Arc<[String]>,
}

impl HttpListener {
    /// Opens the address.
    ///
    /// # Errors
    /// One that is taken, or forbidden for this user.
    pub(crate) fn bind(address: SocketAddr) -> Result<Self> {
        let listener = std::net::TcpListener::bind(address).with_context(|| {
            format!(
                "The address {address} of --acme-http cannot be opened: another program may have it, and ports below 1024 \
                 are only for administrators"
            )
        })?;
        listener.set_nonblocking(true)?;
        Ok(Self { listener })
    }

    /// Its address.
    ///
    /// # Errors
    /// A listener without one.
    pub(crate) fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves requests until the future is dropped.
    ///
    /// # Errors
    /// A listener that cannot be used.
    pub(crate) fn serve(
        self,
        challenges: Arc<Challenges>,
        domains: &[String],
        tls: Arc<ServerConfig>,
        options: ListenerOptions,
    ) -> Result<impl Future<Output = ()> + use<>> {
        let site = Site { challenges, domains: domains.into() };
        let router =
            Router::new().route("/.well-known/acme-challenge/{token}", get(answer)).fallback(redirect).with_state(site);
        let options = ListenerOptions { max_connections: MAX_CONNECTIONS, max_per_address: MAX_CONNECTIONS, ..options };
        let listener = TcpListener::from_std(self.listener)?;
        Ok(HttpServer::new(Some(tls), router, &options, |_| {}).serve(listener, std::future::pending()))
    }
}

async fn answer(State(site): State<Site>, Path(token): Path<String>) -> Response {
    match site.challenges.text(&token) {
        Some(text) => text.into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Leads to the same path at the domain that the request names, or at the first one.
async fn redirect(State(site): State<Site>, request: Request) -> Response {
    let host = request.headers().get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    let named = site.domains.iter().find(|domain| domain.eq_ignore_ascii_case(host)).or(site.domains.first());
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    match named {
        Some(domain) => Redirect::temporary(&format!("https://{domain}{path}")).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
