//! Which client sent a request, and by which scheme. With `--trust-proxy` a reverse proxy says so in headers; otherwise it
//! is the connection's own address.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName};
use axum::middleware::Next;
use axum::response::Response;
use serde::Serialize;

use crate::auth::client_addr::ClientAddr;
use crate::net::proxies::TrustedProxies;
use crate::net::request_id::RequestId;
use crate::net::tcp_handle::TcpHandle;

/// Each proxy appends the address from which it received the request.
const FORWARDED_FOR: &str = "x-forwarded-for";
/// The scheme by which the proxy received the request.
const FORWARDED_PROTO: &str = "x-forwarded-proto";
/// Headers of forwarded requests besides `X-Forwarded-*` (RFC 7239; RFC 9110, section 7.6.3).
const FORWARDED: [&str; 2] = ["forwarded", "via"];

/// The trusted proxies, and whether the log has warned about another one.
#[derive(Debug)]
pub(super) struct Proxies {
    trusted: TrustedProxies,
    warned: AtomicBool,
}

/// The scheme by which a browser sent a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Scheme {
    /// https, to this server or to the proxy in front.
    Https,
    /// Plain http, to this server.
    Http,
    /// Plain http, to the proxy in front.
    HttpToProxy,
    /// A proxy forwarded the request without the scheme.
    Unknown,
}

impl Proxies {
    /// Believes these proxies.
    pub(super) fn new(trusted: TrustedProxies) -> Arc<Self> {
        Arc::new(Self { trusted, warned: AtomicBool::new(false) })
    }

    fn client_addr(&self, request: &Request) -> ClientAddr {
        let Some(conn) = request.extensions().get::<TcpHandle>() else { return ClientAddr::unknown() };
        let peer = conn.address().ip();
        let headers = request.headers();
        if !self.trusted.trusts(peer) {
            self.warn_once(request, peer);
        }
        match self.trusted.client(peer, forwarded_for(headers).into_iter()) {
            Some(client) => ClientAddr::through_proxy(client),
            None if self.trusted.lists(peer) => ClientAddr::through_proxy(peer),
            None => ClientAddr::new(peer),
        }
    }

    /// Logs once which flag an untrusted proxy needs.
    fn warn_once(&self, request: &Request, peer: IpAddr) {
        if !request.headers().keys().any(is_forwarded) || self.warned.swap(true, Ordering::Relaxed) {
            return;
        }
        tracing::warn!(
            request = RequestId::of(request.extensions()).0,
            "a request from {peer} has X-Forwarded-* headers, which the server ignores: if {peer} is your reverse proxy, \
             start with --trust-proxy={peer}; until then all its clients count as one address"
        );
    }
}

/// The entries of `X-Forwarded-For`, in their order. A header line that is not text counts as one entry that is not an
/// address.
pub(super) fn forwarded_for(headers: &HeaderMap) -> Vec<&str> {
    let lines = headers.get_all(FORWARDED_FOR).iter();
    lines.flat_map(|line| line.to_str().unwrap_or("unknown").split(',')).collect()
}

/// Inserts the [`ClientAddr`] into the extensions of a request.
pub(super) async fn insert(State(proxies): State<Arc<Proxies>>, mut request: Request, next: Next) -> Response {
    let client_addr = proxies.client_addr(&request);
    request.extensions_mut().insert(client_addr);
    next.run(request).await
}

/// Gives each request a span. Of traces only those that a trusted proxy passes on are believed.
#[cfg(feature = "otel")]
pub(super) async fn traced(request: Request, next: Next) -> Response {
    let is_trusted = request.extensions().get().is_some_and(ClientAddr::is_through_proxy);
    crate::traces::span::record(request, next, is_trusted).await
}

/// The scheme by which the browser sent a request. The headers are believed from any sender: a client that forges them only
/// changes which page it receives itself.
pub(super) fn scheme(request: &Request) -> Scheme {
    let headers = request.headers();
    let forwarded = headers.get_all(FORWARDED_PROTO).iter().next_back().and_then(|value| value.to_str().ok());
    match forwarded
        .and_then(|value| value.rsplit(',').next())
        .map(|scheme| scheme.trim().to_ascii_lowercase())
        .as_deref()
    {
        Some("https" | "wss") => return Scheme::Https,
        Some("http" | "ws") => return Scheme::HttpToProxy,
        _ => {}
    }
    // Browsers send Sec-Fetch-* headers to https and loopback addresses only (W3C Fetch Metadata).
    let is_secure = request.extensions().get::<TcpHandle>().is_some_and(TcpHandle::is_secure);
    if is_secure || headers.contains_key("sec-fetch-mode") {
        return Scheme::Https;
    }
    let is_through_proxy = request.extensions().get().is_some_and(ClientAddr::is_through_proxy);
    if is_through_proxy || headers.keys().any(is_forwarded) { Scheme::Unknown } else { Scheme::Http }
}

fn is_forwarded(name: &HeaderName) -> bool {
    name.as_str().starts_with("x-forwarded-") || FORWARDED.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn scheme_with(headers: &[(&str, &str)]) -> Scheme {
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        scheme(&request.body(Body::empty()).unwrap())
    }

    #[test]
    fn scheme_is_read_from_headers() {
        for (headers, expected) in [
            (&[][..], Scheme::Http),
            (&[("X-Forwarded-Proto", "https")], Scheme::Https),
            (&[("X-Forwarded-Proto", "http, HTTPS")], Scheme::Https),
            (&[("X-Forwarded-Proto", "http")], Scheme::HttpToProxy),
            (&[("X-Forwarded-Proto", "?")], Scheme::Unknown),
            (&[("X-Forwarded-For", "203.0.113.7")], Scheme::Unknown),
            (&[("Forwarded", "for=203.0.113.7")], Scheme::Unknown),
            (&[("Via", "1.1 proxy")], Scheme::Unknown),
            (&[("Sec-Fetch-Mode", "navigate")], Scheme::Https),
        ] {
            assert_eq!(scheme_with(headers), expected, "{headers:?}");
        }
    }
}
