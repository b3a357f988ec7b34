//! Without the feature `otel`: a span that is none.

use std::borrow::Cow;
use std::fmt::Display;
use std::future::Future;

use axum::http::{HeaderMap, StatusCode};
use url::Url;

use crate::net::request_id::RequestId;
use crate::protocol::refusal::Refusal;

/// Where a trace goes on: nowhere.
pub(crate) struct Origin;

impl Origin {
    /// Nothing.
    pub(crate) fn current() -> Self {
        Self
    }
}

/// No span.
pub(crate) struct Span;

impl Span {
    /// A command of a client.
    pub(crate) fn command(_: &'static str, _: &str, _: impl Display, _: RequestId) -> Self {
        Self
    }

    /// A client asks to connect.
    pub(crate) fn connect(_: &'static str, _: RequestId, _: &Origin) -> Self {
        Self
    }

    /// A request of this server.
    pub(crate) fn question(_: &'static str, _: &'static str, _: &Url) -> Self {
        Self
    }

    /// The headers as they are.
    pub(crate) fn headers<'a>(&self, headers: &'a HeaderMap) -> Cow<'a, HeaderMap> {
        Cow::Borrowed(headers)
    }

    /// The future as it is.
    pub(crate) fn around<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        future
    }

    /// The status of the response.
    pub(crate) fn status(&self, _: StatusCode) {}

    /// What came of it.
    pub(crate) fn outcome(&self, _: &'static str) {}

    /// What the sender of a command gets back.
    pub(crate) fn replied<T>(&self, _: Result<T, &Refusal>) {}

    /// That it failed.
    pub(crate) fn failed(&self, _: &'static str) {}
}
