//! Why a request had no effect: `{"code", "message"}`, a stable code for programs and a sentence for people.

use std::borrow::Cow;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::protocol::refusal::{Code, Refusal};

/// After how many seconds a server that is not ready may be asked again.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// A request that had no effect.
#[derive(Debug, Serialize)]
pub(super) struct ApiError {
    #[serde(skip)]
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// The sentence.
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    pub(super) fn unauthorized() -> Self {
        let sentence = "The API needs the header \"Authorization: Bearer TOKEN\" with the token of --api-token.";
        Self::new(StatusCode::UNAUTHORIZED, "wrong-token", sentence)
    }

    pub(super) fn not_ready() -> Self {
        let sentence = "The server has not joined its cluster yet, or it stops: try again in a moment.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", sentence)
    }

    pub(super) fn late() -> Self {
        let sentence = "The log of the cluster does not answer in time. What was asked for may still be done: look before \
                        you ask again.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", sentence)
    }

    pub(super) fn no_such_path() -> Self {
        let sentence = "There is nothing at this path: docs/api.md and deploy/openapi.yaml have those that there are.";
        Self::new(StatusCode::NOT_FOUND, "no-such-path", sentence)
    }

    pub(super) fn wrong_method() -> Self {
        let sentence = "This path takes another method: GET reads, POST changes something.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "wrong-method", sentence)
    }

    pub(super) fn no_such_peer() -> Self {
        let sentence = "There is no peer with this id: it has left, or the id is not the peerId of a list.";
        Self::new(StatusCode::NOT_FOUND, "no-such-peer", sentence)
    }

    pub(super) fn no_such_room() -> Self {
        let sentence = "There is no such room: the last member has left it, or its name or lobby is another one.";
        Self::new(StatusCode::NOT_FOUND, "no-such-room", sentence)
    }

    /// For a peer that a server of the cluster does not know, which does not read so many shards.
    pub(super) fn elsewhere(unread: usize, node: &str) -> Self {
        let sentence = format!(
            "This server does not know the peer, nor {unread} of the cluster's 65 shards, in which it has no clients. Name \
             the peer's lobby (?lobby=NAME), or ask the server to which the peer first connected: {node}."
        );
        Self::new(StatusCode::CONFLICT, "elsewhere", sentence)
    }

    pub(super) fn away() -> Self {
        let sentence = "The connection of this peer broke. It may return within the grace; events are not kept for it.";
        Self::new(StatusCode::CONFLICT, "away", sentence)
    }

    pub(super) fn without_events() -> Self {
        let sentence = "The protocol of this client has no events of a back end: it takes part in pairs or streams.";
        Self::new(StatusCode::CONFLICT, "without-events", sentence)
    }

    pub(super) fn invalid(sentence: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", sentence)
    }

    pub(super) fn no_json() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "no-json", "The body is no JSON.")
    }

    pub(super) fn unfinished() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "unfinished", "The body did not arrive to its end.")
    }

    pub(super) fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large: 64 KiB are the most.")
    }
}

impl From<Refusal> for ApiError {
    fn from(Refusal { code, message, .. }: Refusal) -> Self {
        match code {
            Code::Unavailable => Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message),
            _ => Self::invalid(message),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        } else if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        response
    }
}
