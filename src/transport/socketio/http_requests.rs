//! The requests by which sessions are opened and upgraded, prepared for the engine.

use std::borrow::Cow;

use axum::extract::{Request, State};
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use hyper::upgrade::OnUpgrade;
use percent_encoding::percent_decode_str;

use super::engine_session::EngineSession;
use crate::auth::client_addr::ClientAddr;
use crate::inspect::recorder::Recorder;
use crate::metrics;
use crate::net::request_id::RequestId;
use crate::net::tcp_handle::TcpHandle;

const OLDER_PROTOCOL: &str = "a Socket.IO client of version 2 or older (Engine.IO 3): its page needs a client of version 3 \
                              or 4, such as /socket.io/socket.io.js of this server.";
/// As `auth` spells them.
const CREDENTIALS: [&str; 6] = ["userName", "username", "password", "passWord", "token", "jwt"];

/// Puts into a request what the engine and the handlers need, and takes out of one that opens a session what nobody needs.
pub async fn prepare(State(recorder): State<Recorder>, request: Request, next: Next) -> Response {
    if speaks_older_protocol(&request) {
        if metrics::count("engine-io-3") == 1 {
            tracing::info!(
                request = RequestId::of(request.extensions()).0,
                "refused {OLDER_PROTOCOL} Further ones are counted."
            );
        }
        let address = request.extensions().get().map(ClientAddr::address);
        recorder.rejected("socketio", None, ("engine-io-3", OLDER_PROTOCOL), None, address);
    }
    let is_websocket = asks_for_websocket(&request);
    let tcp = request.extensions().get::<TcpHandle>().filter(|_| is_websocket).cloned();
    let carrier = tcp.as_ref().map(TcpHandle::carrier);
    let mut request = if has_session(&request) { request } else { slim(request, tcp) };
    carrier.map(|carrier| request.extensions_mut().insert(carrier));
    next.run(request).await
}

/// Whether a request asks for a WebSocket. Only then is the network connection the session's own; the bytes of any other
/// request are counted until it is answered.
fn asks_for_websocket(request: &Request) -> bool {
    let query = request.uri().query().unwrap_or_default();
    // As the engine reads it: the last one counts.
    let mut pairs = query.rsplit('&').filter(|pair| pair.contains('=') && name(pair) == "transport");
    request.method() == Method::GET
        && request.headers().contains_key(header::UPGRADE)
        && pairs.next().is_some_and(|pair| pair.ends_with("=websocket"))
}

/// Whether the client asks for version 3 of Engine.IO or an older one, which the library refuses.
fn speaks_older_protocol(request: &Request) -> bool {
    request.uri().query().is_some_and(|query| query.split('&').any(|pair| matches!(pair, "EIO=1" | "EIO=2" | "EIO=3")))
}

/// socketioxide keeps the request that opens a session for as long as the session lasts. So it gets a copy of what it
/// needs: the head as it came lies in the buffer that it was read into, and would keep all of that.
fn slim(mut request: Request, tcp: Option<TcpHandle>) -> Request {
    // The engine checks with these whether it is a handshake.
    const NEEDED: [HeaderName; 5] = [
        header::CONNECTION,
        header::UPGRADE,
        header::SEC_WEBSOCKET_KEY,
        header::SEC_WEBSOCKET_VERSION,
        header::SEC_WEBSOCKET_PROTOCOL,
    ];
    let mut headers = HeaderMap::new();
    for name in NEEDED {
        for value in request.headers().get_all(&name) {
            if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                headers.append(&name, value);
            }
        }
    }
    const ASKED: [&str; 3] = ["EIO", "transport", "sid"];
    let query = request.uri().query().unwrap_or_default().split('&');
    let (query, rest): (Vec<&str>, Vec<&str>) = query.partition(|pair| ASKED.contains(&&*name(pair)));
    let bears_credentials = rest.iter().any(|pair| CREDENTIALS.contains(&&*name(pair)));
    if let Ok(uri) = format!("{}?{}", request.uri().path(), query.join("&")).parse() {
        *request.uri_mut() = uri;
    }
    let upgrade = request.extensions_mut().remove::<OnUpgrade>();
    let session = EngineSession::new(request.extensions(), request.headers(), tcp, bears_credentials);
    let mut extensions = Extensions::new();
    extensions.insert(session.slot.clone());
    extensions.insert(session);
    upgrade.map(|upgrade| extensions.insert(upgrade));
    *request.extensions_mut() = extensions;
    *request.headers_mut() = headers;
    request
}

/// The name of a parameter of a query.
fn name(pair: &str) -> Cow<'_, str> {
    percent_decode_str(pair.split('=').next().unwrap_or_default()).decode_utf8_lossy()
}

/// Whether a request belongs to a session; else it opens one.
pub fn has_session(request: &Request) -> bool {
    request.uri().query().is_some_and(|query| query.split('&').any(|pair| name(pair) == "sid"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use axum::body::Body;
    use axum::middleware::from_fn_with_state;
    use axum::routing::any;
    use axum::{Extension, Router};
    use switchboard_conn::Carrier;
    use tokio::net::{TcpListener, TcpStream};
    use tower::ServiceExt;

    use super::*;
    use crate::net::conn_stats::{ConnStats, ReadBudget};

    async fn tcp_handle(stats: &Arc<ConnStats>) -> (TcpHandle, Arc<TcpStream>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let stream = Arc::new(TcpStream::connect(address).await.expect("a connection"));
        (TcpHandle::new(address, false, &stream, stats.clone()), stream)
    }

    /// Whether a handler that lets go of the head receives a carrier, and whether the body is counted after that.
    async fn sent(method: &str, query: &str) -> (bool, bool) {
        let stats = Arc::new(ConnStats::new(ReadBudget::new(1_000)));
        let (tcp, _stream) = tcp_handle(&stats).await;
        let handler = |carrier: Option<Extension<Carrier>>| async move { carrier.is_some().to_string() };
        let routes = Router::new().fallback(any(handler)).layer(from_fn_with_state(Recorder::default(), prepare));
        let request = Request::builder().method(method).uri(format!("/socket.io/?{query}"));
        let mut request = request.header(header::UPGRADE, "websocket").body(Body::empty()).expect("a request");
        request.extensions_mut().insert(tcp);
        let response = routes.oneshot(request).await.expect("a response");
        let text = axum::body::to_bytes(response.into_body(), 100).await.expect("a text");
        stats.read(1, Duration::ZERO);
        (&text[..] == b"true", stats.is_unfinished())
    }

    #[tokio::test]
    async fn only_a_websocket_decides_what_is_counted() {
        assert_eq!(sent("GET", "EIO=4&transport=websocket").await, (true, false));
        for (method, query) in [
            ("POST", "EIO=4&transport=polling&sid=x"),
            ("POST", "EIO=4&transport=websocket&sid=x"),
            ("GET", "EIO=4&transport=websocket&transport=polling"),
            ("GET", "EIO=4&transport=polling&sid=x"),
        ] {
            assert_eq!(sent(method, query).await, (false, true), "{method} {query}");
        }
    }
}
