//! Responses to requests, with the status, headers and body of the official server.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use pin_project_lite::pin_project;

use crate::session::{DisconnectReason, Ending, Session};

/// A response of the engine.
pub type Answer = Response<OwnBody>;

pin_project! {
    /// The body of a response.
    #[derive(Debug, Default)]
    pub struct OwnBody {
        #[pin]
        data: Full<Bytes>,
        unsent: Option<Unsent>,
    }
}

/// Frames that a poll has taken from the queue. If the response is dropped before hyper reads it, the frames are lost, so
/// the session ends.
struct Unsent(Option<Arc<Session>>);

impl Drop for Unsent {
    fn drop(&mut self) {
        if let Some(session) = self.0.take() {
            session.end(DisconnectReason::TransportError, Ending::Broken);
        }
    }
}

impl std::fmt::Debug for Unsent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unsent").finish_non_exhaustive()
    }
}

impl Body for OwnBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let this = self.project();
        if let Some(Unsent(session)) = this.unsent {
            *session = None;
        }
        this.data.poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.data.size_hint()
    }
}

/// The error codes of Engine.IO's handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    UnknownTransport = 0,
    UnknownSession = 1,
    BadMethod = 2,
    BadRequest = 3,
    UnsupportedVersion = 5,
}

impl Code {
    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::UnknownTransport => "Transport unknown",
            Self::UnknownSession => "Session ID unknown",
            Self::BadMethod => "Bad handshake method",
            Self::BadRequest => "Bad request",
            Self::UnsupportedVersion => "Unsupported protocol version",
        }
    }
}

fn answer(status: StatusCode, kind: Option<&'static str>, data: impl Into<Bytes>) -> Answer {
    let data = OwnBody { data: Full::new(data.into()), unsent: None };
    let mut answer = Response::new(data);
    *answer.status_mut() = status;
    if let Some(kind) = kind {
        answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    answer
}

fn not_stored(mut answer: Answer) -> Answer {
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// The response to a poll. `session` ends if the response is dropped before hyper reads it.
pub(crate) fn packets(data: Vec<u8>, session: Option<Arc<Session>>) -> Answer {
    let mut answer = not_stored(answer(StatusCode::OK, Some("text/plain; charset=UTF-8"), data));
    answer.body_mut().unsent = Some(Unsent(session));
    answer
}

/// The response to a POST.
pub(crate) fn ok() -> Answer {
    not_stored(answer(StatusCode::OK, Some("text/html"), "ok"))
}

/// A response without a body.
pub(crate) fn empty(status: StatusCode) -> Answer {
    answer(status, None, "")
}

/// The response to a request that is rejected: 400 with `{"code":…,"message":…}`.
pub(crate) fn refused(code: Code) -> Answer {
    let body = format!(r#"{{"code":{},"message":"{}"}}"#, code as u8, code.message());
    answer(StatusCode::BAD_REQUEST, Some("application/json"), body)
}

/// The response to a WebSocket request that is rejected.
pub(crate) fn no_websocket(status: StatusCode, message: &'static str) -> Answer {
    let mut answer = answer(status, Some("text/html"), message);
    answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    if message.contains("Sec-WebSocket-Version") {
        answer.headers_mut().insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    }
    answer
}

/// The response to a WebSocket request: 101 (RFC 6455, section 4.2.2).
pub(crate) fn switching(key: &[u8], protocol: Option<HeaderValue>) -> Answer {
    let mut answer = empty(StatusCode::SWITCHING_PROTOCOLS);
    let headers = answer.headers_mut();
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    if let Ok(accept) = HeaderValue::try_from(crate::frame::accept(key)) {
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    }
    if let Some(protocol) = protocol {
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    answer
}
