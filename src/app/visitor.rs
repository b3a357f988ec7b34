//! Tells the doors where each request comes from: from the other end of the connection, or with `--trust-proxy` from
//! whom the proxy in front names.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;

use crate::admission::visitor::Visitor;
use crate::wire::cable::Cable;

/// Where each proxy adds the address from which a request came to it.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Whether the other end of each connection is a proxy of ours, whose word counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrustProxy(pub bool);

/// Puts the [`Visitor`] into a request's extensions.
pub async fn carry(State(trust): State<TrustProxy>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Cable>().map(|cable| cable.address().ip());
    let visitor = visitor(peer, request.headers(), trust);
    request.extensions_mut().insert(visitor);
    next.run(request).await
}

/// Who sends a request with these headers from this address.
pub fn visitor(peer: Option<IpAddr>, headers: &HeaderMap, TrustProxy(trusted): TrustProxy) -> Visitor {
    let named = if trusted { named_last(headers) } else { None };
    match (named, peer) {
        (Some(address), _) => Visitor::through_proxy(address),
        (None, Some(address)) => Visitor::new(address),
        (None, None) => Visitor::unknown(),
    }
}

/// The last address in the header: the proxy in front added it. Those before it are whatever the sender wrote.
fn named_last(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all(FORWARDED_FOR).iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim();
    let bare = last.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(last);
    // Some proxies add the port.
    bare.parse().ok().or_else(|| last.parse().ok().map(|address: SocketAddr| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who it is that connects from 192.0.2.1 with these lines of the header.
    fn seen(lines: &[&str], trust: bool) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        visitor(Some([192, 0, 2, 1].into()), &headers, TrustProxy(trust)).address().to_string()
    }

    #[test]
    fn without_a_proxy_nobody_is_believed() {
        assert_eq!(seen(&["203.0.113.7"], false), "192.0.2.1");
    }

    #[test]
    fn the_proxy_in_front_is_believed_and_nobody_before_it() {
        assert_eq!(seen(&["203.0.113.7"], true), "203.0.113.7");
        assert_eq!(seen(&["10.0.0.1, 198.51.100.2,203.0.113.7 "], true), "203.0.113.7");
        assert_eq!(seen(&["10.0.0.1", "203.0.113.7"], true), "203.0.113.7");
    }

    #[test]
    fn addresses_are_read_as_proxies_write_them() {
        assert_eq!(seen(&["203.0.113.7:4711"], true), "203.0.113.7");
        assert_eq!(seen(&["2001:db8::7"], true), "2001:db8::7");
        assert_eq!(seen(&["[2001:db8::7]"], true), "2001:db8::7");
        assert_eq!(seen(&["[2001:db8::7]:4711"], true), "2001:db8::7");
        assert_eq!(seen(&["::ffff:203.0.113.7"], true), "203.0.113.7");
    }

    #[test]
    fn where_the_proxy_names_nobody_it_is_the_proxy() {
        for nothing in [&[][..], &[""], &["unknown"], &["203.0.113.7,"], &["203.0.113.7", "_hidden"]] {
            assert_eq!(seen(nothing, true), "192.0.2.1", "{nothing:?}");
        }
    }
}
