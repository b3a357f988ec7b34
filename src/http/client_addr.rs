//! Where each request comes from: the other end of the connection, or with `--trust-proxy` the client that the proxy in
//! front names; and whether the browser speaks https, which a proxy may do for us.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName};
use axum::middleware::Next;
use axum::response::Response;

use crate::auth::client_addr::ClientAddr;
use crate::net::proxies::TrustedProxies;
use crate::net::tcp_handle::TcpHandle;

/// Where each proxy adds the address from which a request came to it.
const FORWARDED_FOR: &str = "x-forwarded-for";
/// Where proxies say by which scheme the request came to them.
const FORWARDED_PROTO: &str = "x-forwarded-proto";
/// What a request that passed a proxy may bear besides `X-Forwarded-*`.
const FORWARDED: [&str; 2] = ["forwarded", "via"];

/// The proxies that are believed, and which warnings about others were given.
#[derive(Debug)]
pub struct Proxies {
    trusted: TrustedProxies,
    warned: AtomicBool,
}

/// How the browser sent a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Encrypted, to us or to the proxy in front.
    Https,
    /// Plain, straight to us.
    Http,
    /// Plain, to the proxy in front.
    HttpToProxy,
    /// A proxy stands between, and does not say.
    Unknown,
}

impl Proxies {
    /// Those that are believed.
    pub fn new(trusted: TrustedProxies) -> Arc<Self> {
        Arc::new(Self { trusted, warned: AtomicBool::new(false) })
    }

    fn client_addr(&self, request: &Request) -> ClientAddr {
        let Some(conn) = request.extensions().get::<TcpHandle>() else { return ClientAddr::unknown() };
        let peer = conn.address().ip();
        let headers = request.headers();
        if !self.trusted.trusts(peer) {
            self.warn_once(headers, peer);
        }
        let lines = headers.get_all(FORWARDED_FOR).iter();
        // A line that is no text stands for one entry that is no address.
        let entries = lines.flat_map(|line| line.to_str().unwrap_or("unknown").split(','));
        let entries: Vec<&str> = entries.collect();
        match self.trusted.client(peer, entries.into_iter()) {
            Some(client) => ClientAddr::through_proxy(client),
            None if self.trusted.lists(peer) => ClientAddr::through_proxy(peer),
            None => ClientAddr::new(peer),
        }
    }

    /// Says which flag a proxy needs that is not believed.
    fn warn_once(&self, headers: &HeaderMap, peer: IpAddr) {
        if !headers.keys().any(is_forwarded) || self.warned.swap(true, Ordering::Relaxed) {
            return;
        }
        tracing::warn!(
            "a request from {peer} bears X-Forwarded-* headers, which are not believed: if {peer} is your reverse proxy, \
             start with --trust-proxy={peer}; until then all its visitors count as one address"
        );
    }
}

/// Puts the [`ClientAddr`] into a request's extensions.
pub async fn carry(State(proxies): State<Arc<Proxies>>, mut request: Request, next: Next) -> Response {
    let client_addr = proxies.client_addr(&request);
    request.extensions_mut().insert(client_addr);
    next.run(request).await
}

/// How the browser sent a request. The headers are believed whoever sent them: a client that forges them changes which
/// page it gets itself, and nothing else.
pub fn scheme(request: &Request) -> Scheme {
    let headers = request.headers();
    let told = headers.get_all(FORWARDED_PROTO).iter().next_back().and_then(|value| value.to_str().ok());
    match told.and_then(|value| value.rsplit(',').next()).map(|scheme| scheme.trim().to_ascii_lowercase()).as_deref() {
        Some("https" | "wss") => return Scheme::Https,
        Some("http" | "ws") => return Scheme::HttpToProxy,
        _ => {}
    }
    // Browsers send these to secure addresses only (https, and loopback).
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
    fn scheme_is_what_the_browser_speaks() {
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
