//! Reads what a request asks for, with the checks of the official server in their order.

use std::borrow::Cow;
use std::sync::Arc;

use engineioxide_core::{Sid, TransportType};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Version, header};
use percent_encoding::percent_decode_str;

use crate::answer::{Answer, Code, no_websocket, refused};
use crate::engine::Engine;
use crate::handler::EngineIoHandler;
use crate::session::Stage;

/// What a valid request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    OpenPolling,
    Poll(Sid),
    Post(Sid),
    /// A WebSocket, for a session that polls or for a new one.
    WebSocket(Option<Sid>),
    /// A method without a meaning.
    Nothing,
}

/// Reads what a request asks for. `is_upgrade` says whether its connection may become a WebSocket, or is one.
///
/// # Errors
/// The code by which the request is rejected.
pub(crate) fn asked<H: EngineIoHandler, B>(
    engine: &Arc<Engine<H>>,
    request: &Request<B>,
    is_upgrade: bool,
) -> Result<Asked, Code> {
    let query = request.uri().query().unwrap_or_default();
    let transport: TransportType =
        value(query, "transport").and_then(|name| name.parse().ok()).ok_or(Code::UnknownTransport)?;
    if !engine.config.allowed_transport(transport) {
        return Err(Code::UnknownTransport);
    }
    let is_fourth = value(query, "EIO").is_some_and(|version| version == "4");
    let is_websocket = transport == TransportType::Websocket;
    let Some(sid) = value(query, "sid").filter(|sid| !sid.is_empty()) else {
        return match (request.method(), is_websocket) {
            (&Method::GET, true) if !is_upgrade => Err(Code::BadRequest),
            (&Method::GET, _) if !is_fourth => Err(Code::UnsupportedVersion),
            (&Method::GET, true) => Ok(Asked::WebSocket(None)),
            (&Method::GET, false) => Ok(Asked::OpenPolling),
            _ => Err(Code::BadMethod),
        };
    };
    let sid: Sid = sid.parse().map_err(|_| Code::UnknownSession)?;
    let session = engine.get(sid).map(|socket| socket.session.clone()).or_else(|| engine.ended(sid));
    let polls = session.ok_or(Code::UnknownSession)?.stage() != Stage::WebSocket;
    let upgrades = is_websocket && is_upgrade;
    if !is_fourth || !upgrades && (is_websocket || !polls) {
        return Err(Code::BadRequest);
    }
    Ok(match (request.method(), upgrades) {
        (_, true) => Asked::WebSocket(Some(sid)),
        (&Method::GET, false) => Asked::Poll(sid),
        (&Method::POST, false) => Asked::Post(sid),
        _ => Asked::Nothing,
    })
}

/// The last parameter of this name in a query, decoded.
fn value<'a>(query: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let mut pairs = query.rsplit('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(key, _)| percent_decode_str(key).decode_utf8_lossy() == name)?;
    Some(percent_decode_str(value).decode_utf8_lossy())
}

/// Whether a request asks for another protocol.
pub(crate) fn is_upgrade(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONNECTION).iter().filter_map(|value| value.to_str().ok());
    headers.contains_key(header::UPGRADE)
        && values.any(|value| value.split(',').any(|part| part.trim().eq_ignore_ascii_case("upgrade")))
}

/// The response to a request that is rejected.
pub(crate) fn refusal(code: Code, is_upgrade: bool) -> Answer {
    if is_upgrade { no_websocket(StatusCode::BAD_REQUEST, code.message()) } else { refused(code) }
}

/// The key of a WebSocket request.
///
/// # Errors
/// A request that is not a handshake (RFC 6455, section 4.2.1): the status and body of the response.
pub(crate) fn key<B>(request: &Request<B>) -> Result<&HeaderValue, (StatusCode, &'static str)> {
    let headers = request.headers();
    let is = |name, expected: &str| {
        headers.get(name).is_some_and(|value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(expected.as_bytes()))
    };
    if request.method() != Method::GET {
        return Err((StatusCode::METHOD_NOT_ALLOWED, "Invalid HTTP method"));
    }
    if request.version() < Version::HTTP_11 {
        return Err((StatusCode::BAD_REQUEST, Code::BadRequest.message()));
    }
    if !is(header::UPGRADE, "websocket") {
        return Err((StatusCode::BAD_REQUEST, "Invalid Upgrade header"));
    }
    let key = headers.get(header::SEC_WEBSOCKET_KEY).filter(|key| is_key(key.as_bytes()));
    let key = key.ok_or((StatusCode::BAD_REQUEST, "Missing or invalid Sec-WebSocket-Key header"))?;
    if !is(header::SEC_WEBSOCKET_VERSION, "13") {
        let message = "Missing or invalid Sec-WebSocket-Version header";
        return Err((StatusCode::BAD_REQUEST, message));
    }
    Ok(key)
}

/// Whether a key is 16 bytes in base64.
fn is_key(key: &[u8]) -> bool {
    key.strip_suffix(b"==").is_some_and(|key| {
        key.len() == 22 && key.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
    })
}

/// The first subprotocol that the client offers. Without one in the response, a browser closes the connection.
pub(crate) fn protocol(headers: &HeaderMap) -> Option<HeaderValue> {
    let offered = headers.get(header::SEC_WEBSOCKET_PROTOCOL)?.to_str().ok()?;
    let first = offered.split(',').next()?.trim();
    HeaderValue::from_str(first).ok().filter(|first| !first.is_empty())
}
