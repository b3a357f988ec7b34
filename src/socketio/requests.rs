//! The requests by which sessions come, go over to WebSocket, poll and post: looked at on the way to the library and
//! back.

use std::sync::Arc;

use axum::body::HttpBody;
use axum::extract::{Request, State};
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use socketioxide::socket::Sid;

use super::transport::Transports;
use crate::tally;
use crate::wire::cable::Cable;

/// In the extensions of a session's first request whose address bears credentials, which count only in `auth`.
#[derive(Debug, Clone, Copy)]
pub struct CredentialsInQuery;

/// As `auth` spells them.
const CREDENTIALS: [&str; 6] = ["userName", "username", "password", "passWord", "token", "jwt"];

/// Those who look.
pub struct Desk {
    /// What lies under each session.
    pub transports: Arc<Transports>,
    /// Largest message in bytes.
    pub max_message: usize,
}

/// Notes the WebSocket of a session that is upgraded, and what goes in and out by long-polling; takes nothing more from
/// a session that was cut.
pub async fn follow(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    if !is_sound(&request) {
        return bad_request(r#"{"code":"3","message":"Bad request"}"#);
    }
    let cable = cable_of(request.extensions(), request.headers());
    if speaks_older_protocol(&request) {
        if tally::count("engine-io-3") == 1 {
            tracing::info!(
                "refused a Socket.IO client of version 2 or older (Engine.IO 3): its page needs a client of version 3 or \
                 4, such as /socket.io/socket.io.js of this server. Further ones are counted."
            );
        }
        return bad_request(r#"{"code":5,"message":"Unsupported protocol version"}"#);
    }
    let Some(session) = session(&request) else {
        let response = next.run(slim(request)).await;
        watch_close(cable.as_ref(), &response);
        return response;
    };
    let transports = &desk.transports;
    if transports.is_cut(session) {
        // As the library answers for a session that it does not know.
        return bad_request(r#"{"code":"1","message":"Session ID unknown"}"#);
    }
    let (polls, body) = (request.method() == Method::GET, body_size(request.headers(), desk.max_message));
    if body > desk.max_message {
        // The library takes it for an unreadable one.
        transports.note_length(session, body);
    }
    let response = next.run(request).await;
    watch_close(cable.as_ref(), &response);
    match cable {
        Some(cable) if response.status() == StatusCode::SWITCHING_PROTOCOLS => transports.upgrade(session, cable),
        _ if polls => transports.polled(session, response.body().size_hint().lower()),
        // The library answers some of what nobody hears, and keeps that until it is fetched.
        _ if transports.posted(session, body) > desk.max_message.saturating_mul(2) => {
            tally::warn("unfinished", "connection closed: it sends and sends, and nothing of it is an event");
            transports.cut(session);
        }
        _ => {}
    }
    response
}

/// Whether the client asks for version 3 of Engine.IO; what else there is besides 4 the library refuses.
fn speaks_older_protocol(request: &Request) -> bool {
    request.uri().query().is_some_and(|query| query.split('&').any(|pair| matches!(pair, "EIO=1" | "EIO=2" | "EIO=3")))
}

/// Once a WebSocket is open, its client's goodbye is to be known.
fn watch_close(cable: Option<&Cable>, response: &Response) {
    if let Some(cable) = cable.filter(|_| response.status() == StatusCode::SWITCHING_PROTOCOLS) {
        cable.watch_close();
    }
}

/// The library keeps the request that opens a session for as long as the session lasts. So it gets a copy of what it
/// needs: the head as it came lies in the buffer that it was read into, and would keep all of that.
fn slim(mut request: Request) -> Request {
    const NEEDED: [HeaderName; 2] = [header::UPGRADE, header::SEC_WEBSOCKET_KEY];
    let copy =
        |name: HeaderName| Some((name.clone(), HeaderValue::from_bytes(request.headers().get(name)?.as_bytes()).ok()?));
    let headers = HeaderMap::from_iter(NEEDED.into_iter().filter_map(copy));
    const ASKED: [&str; 3] = ["EIO=", "transport=", "sid="];
    let query = request.uri().query().unwrap_or_default().split('&');
    let (query, rest): (Vec<&str>, Vec<&str>) = query.partition(|pair| ASKED.iter().any(|key| pair.starts_with(key)));
    let bears_credentials = rest.iter().any(|pair| CREDENTIALS.contains(&pair.split('=').next().unwrap_or_default()));
    if let Ok(uri) = format!("{}?{}", request.uri().path(), query.join("&")).parse() {
        *request.uri_mut() = uri;
    }
    if bears_credentials {
        request.extensions_mut().insert(CredentialsInQuery);
    }
    *request.headers_mut() = headers;
    request
}

fn bad_request(body: &'static str) -> Response {
    (StatusCode::BAD_REQUEST, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// Whether a request for a WebSocket is one (RFC 6455, section 4.2.1). The library looks only at the address and the key.
fn is_sound(request: &Request) -> bool {
    let asks = request.uri().query().is_some_and(|query| query.split('&').any(|pair| pair == "transport=websocket"));
    let headers = request.headers();
    let names = |name, token: &str| {
        let mut values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.any(|value| value.split(',').any(|part| part.trim().eq_ignore_ascii_case(token)))
    };
    !asks
        || request.method() == Method::GET
            && request.version() == Version::HTTP_11
            && names(header::CONNECTION, "upgrade")
            && names(header::UPGRADE, "websocket")
            && names(header::SEC_WEBSOCKET_VERSION, "13")
}

/// Bytes of a request's body, or as many as there may be where it does not say.
fn body_size(headers: &HeaderMap, most: usize) -> usize {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    length.unwrap_or(most)
}

/// The cable of a request that opens a WebSocket. One by which requests come is not a session's own.
pub fn cable_of(extensions: &Extensions, headers: &HeaderMap) -> Option<Cable> {
    headers.contains_key(header::UPGRADE).then(|| extensions.get().cloned()).flatten()
}

/// The session that a request belongs to; `None` for one that opens a session. (One whose id is none is refused by the
/// library.)
pub fn session(request: &Request) -> Option<Sid> {
    let query = request.uri().query()?;
    query.split('&').find_map(|pair| pair.strip_prefix("sid=")).and_then(|sid| sid.parse().ok())
}
