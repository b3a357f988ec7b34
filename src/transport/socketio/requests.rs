//! The requests by which sessions are opened and upgraded, prepared for the engine.

use std::borrow::Cow;

use axum::extract::Request;
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use hyper::upgrade::OnUpgrade;
use percent_encoding::percent_decode_str;

use super::engine_session::EngineSession;
use crate::metrics;
use crate::net::tcp_handle::TcpHandle;

/// As `auth` spells them.
const CREDENTIALS: [&str; 6] = ["userName", "username", "password", "passWord", "token", "jwt"];

/// Puts into a request what the engine and the handlers need, and takes out of one that opens a session what nobody needs.
pub async fn prepare(request: Request, next: Next) -> Response {
    if speaks_older_protocol(&request) && metrics::count("engine-io-3") == 1 {
        tracing::info!(
            "refused a Socket.IO client of version 2 or older (Engine.IO 3): its page needs a client of version 3 or \
             4, such as /socket.io/socket.io.js of this server. Further ones are counted."
        );
    }
    let is_upgrade = request.headers().contains_key(header::UPGRADE);
    let tcp = request.extensions().get::<TcpHandle>().filter(|_| is_upgrade).cloned();
    let carrier = tcp.as_ref().map(TcpHandle::carrier);
    let mut request = if has_session(&request) { request } else { slim(request, tcp) };
    carrier.map(|carrier| request.extensions_mut().insert(carrier));
    next.run(request).await
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
    let session = EngineSession::new(request.extensions(), tcp, bears_credentials);
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
