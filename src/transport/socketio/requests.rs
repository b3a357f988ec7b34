//! The requests by which sessions come, go over to WebSocket, poll and post: looked at on the way to the library and
//! back.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use socketioxide::socket::Sid;

use super::opening::{self, Opening};
use super::sessions::Transports;
use crate::metrics;
use crate::net::conn_handle::ConnHandle;

/// In the extensions of a session's first request whose address bears credentials, which count only in `auth`.
#[derive(Debug, Clone, Copy)]
pub struct CredentialsInQuery;

/// As `auth` spells them.
const CREDENTIALS: [&str; 6] = ["userName", "username", "password", "passWord", "token", "jwt"];

/// Those who look.
pub struct SessionTracker {
    /// What lies under each session.
    pub transports: Arc<Transports>,
    /// Largest message in bytes.
    pub max_message: usize,
}

/// Notes the WebSocket of a session that is upgraded, and what goes in and out by long-polling; takes nothing more from
/// a session that was cut.
pub async fn follow(State(tracker): State<Arc<SessionTracker>>, request: Request, next: Next) -> Response {
    let conn = conn_of(request.extensions(), request.headers());
    if speaks_older_protocol(&request) && metrics::count("engine-io-3") == 1 {
        tracing::info!(
            "refused a Socket.IO client of version 2 or older (Engine.IO 3): its page needs a client of version 3 or \
             4, such as /socket.io/socket.io.js of this server. Further ones are counted."
        );
    }
    let Some(session) = session(&request) else {
        let mut request = slim(request);
        request.extensions_mut().insert(Opening::new(conn.clone()));
        let response = next.run(request).await;
        watch_close(conn.as_ref(), &response);
        return response;
    };
    let transports = &tracker.transports;
    if transports.is_cut(session) {
        // As the library answers for a session that it does not know.
        return unknown_session();
    }
    let (polls, body) = (request.method() == Method::GET, body_size(request.headers(), tracker.max_message));
    if body > tracker.max_message {
        // The library takes it for an unreadable one.
        transports.note_length(session, body);
    }
    let request = match polls || body > tracker.max_message || transports.is_claimed(session) {
        true => request,
        false => match looked_at(request, tracker.max_message).await {
            Some(request) => request,
            None => return StatusCode::BAD_REQUEST.into_response(),
        },
    };
    let response = next.run(request).await;
    watch_close(conn.as_ref(), &response);
    match conn {
        Some(conn) if response.status() == StatusCode::SWITCHING_PROTOCOLS => transports.upgrade(session, conn),
        _ if polls => transports.polled(session, response.body().size_hint().lower()),
        // The library answers some of what nobody hears, and keeps that until it is fetched.
        _ if transports.posted(session, body) > tracker.max_message.saturating_mul(2) => {
            metrics::warn("unfinished", "connection closed: it sends and sends, and nothing of it is an event");
            transports.cut(session);
        }
        _ => {}
    }
    response
}

/// The same request, its body read; `None` where that breaks off.
async fn looked_at(request: Request, most: usize) -> Option<Request> {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, most).await.ok()?;
    opening::look_at(&body);
    Some(Request::from_parts(head, Body::from(body)))
}

/// Whether the client asks for version 3 of Engine.IO or an older one, which the library refuses.
fn speaks_older_protocol(request: &Request) -> bool {
    request.uri().query().is_some_and(|query| query.split('&').any(|pair| matches!(pair, "EIO=1" | "EIO=2" | "EIO=3")))
}

/// Once a WebSocket is open, its client's goodbye is to be known.
fn watch_close(conn: Option<&ConnHandle>, response: &Response) {
    if let Some(conn) = conn.filter(|_| response.status() == StatusCode::SWITCHING_PROTOCOLS) {
        conn.watch_close();
    }
}

/// The library keeps the request that opens a session for as long as the session lasts. So it gets a copy of what it
/// needs: the head as it came lies in the buffer that it was read into, and would keep all of that.
fn slim(mut request: Request) -> Request {
    // The library checks with these whether it is a handshake.
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
    if bears_credentials {
        request.extensions_mut().insert(CredentialsInQuery);
    }
    *request.headers_mut() = headers;
    request
}

/// The name of a parameter of a query.
fn name(pair: &str) -> Cow<'_, str> {
    percent_decode_str(pair.split('=').next().unwrap_or_default()).decode_utf8_lossy()
}

fn unknown_session() -> Response {
    let body = r#"{"code":1,"message":"Session ID unknown"}"#;
    (StatusCode::BAD_REQUEST, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// Bytes of a request's body, or as many as there may be where it does not say.
fn body_size(headers: &HeaderMap, most: usize) -> usize {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    length.unwrap_or(most)
}

/// The cable of a request that opens a WebSocket. One by which requests come is not a session's own.
pub fn conn_of(extensions: &Extensions, headers: &HeaderMap) -> Option<ConnHandle> {
    headers.contains_key(header::UPGRADE).then(|| extensions.get().cloned()).flatten()
}

/// The session that a request belongs to; `None` for one that opens a session. (One whose id is none is refused by the
/// library.)
pub fn session(request: &Request) -> Option<Sid> {
    let mut pairs = request.uri().query()?.rsplit('&').filter(|pair| name(pair) == "sid");
    // The last one counts, as with the library.
    let (_, sid) = pairs.find_map(|pair| pair.split_once('='))?;
    percent_decode_str(sid).decode_utf8_lossy().parse().ok()
}
