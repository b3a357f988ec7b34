//! One span: a request, a command of a client, a request of this server. It ends when it is dropped.

use std::borrow::Cow;
use std::fmt::Display;
use std::future::Future;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{FutureExt, Link, SpanContext, SpanKind, Status, TraceContextExt, TraceState, Tracer};
use opentelemetry::{Context, KeyValue, Value};
use opentelemetry_http::{HeaderExtractor, HeaderInjector};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use url::Url;

use super::provider::tracer;
use crate::net::request_id::RequestId;
use crate::net::tcp_handle::TcpHandle;
use crate::protocol::refusal::{Code, Refusal};

/// The attribute for what came of something.
const OUTCOME: &str = "switchboard.outcome";
/// The header that says more of a trace than `traceparent`,
const STATE: &str = "tracestate";
/// and how long it may be. W3C Trace Context asks for no more.
const MAX_STATE: usize = 512;
/// Paths that are asked every few seconds, about which a trace says nothing.
const NOT_TRACED: [&str; 2] = ["/healthz", "/readyz"];

/// Where a trace goes on: the span of the request that opened a session.
pub(crate) struct Origin(SpanContext);

impl Origin {
    /// The span of the request that is handled now, if there is one.
    pub(crate) fn current() -> Self {
        Self(Context::map_current(|context| context.span().span_context().clone()))
    }
}

/// A span, where spans are sent anywhere.
pub(crate) struct Span(Option<Context>);

impl Span {
    /// A span for a command of a client. It begins a trace: connections last for hours, and no back end shows traces of
    /// that length.
    pub(crate) fn command(service: &'static str, event: &str, peer: impl Display, request: RequestId) -> Self {
        let span = Self::begin(SpanKind::Server, &Context::new(), None, || event.to_owned().into());
        span.add(|| {
            [
                KeyValue::new("switchboard.service", service),
                KeyValue::new("switchboard.peer", peer.to_string()),
                KeyValue::new("switchboard.request", number(request)),
            ]
        });
        span
    }

    /// A span for a client that asks to connect, in the trace of the request that opened its session.
    pub(crate) fn connect(service: &'static str, request: RequestId, Origin(origin): &Origin) -> Self {
        let parent = Context::new().with_remote_span_context(origin.clone());
        let span = Self::begin(SpanKind::Server, &parent, None, || "connect".into());
        span.add(|| {
            [KeyValue::new("switchboard.service", service), KeyValue::new("switchboard.request", number(request))]
        });
        span
    }

    /// A span for a request of this server, in the trace of what is handled now. Of the URL it has the host alone.
    pub(crate) fn question(name: &'static str, method: &'static str, url: &Url) -> Self {
        let span = Self::begin(SpanKind::Client, &Context::current(), None, || name.into());
        span.add(|| {
            [
                KeyValue::new("http.request.method", method),
                KeyValue::new("server.address", url.host_str().unwrap_or_default().to_owned()),
                KeyValue::new("server.port", i64::from(url.port_or_known_default().unwrap_or_default())),
            ]
        });
        span
    }

    /// A span for a request to this server. The trace of one that is trusted goes on; anybody else's is only linked: a
    /// client must not decide what is recorded, nor write into the traces of others.
    fn request(request: &Request, is_trusted: bool) -> Self {
        let remote = remote(request.headers(), is_trusted);
        let (parent, link) = match remote {
            Some(remote) if is_trusted => (Context::new().with_remote_span_context(remote), None),
            Some(remote) => (Context::new(), Some(Link::with_context(remote))),
            None => (Context::new(), None),
        };
        // Any other method is the client's own text.
        let known =
            [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS, Method::PATCH];
        let method = known.iter().find(|known| *known == request.method());
        let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
        let name = || {
            let method = method.map_or("HTTP", Method::as_str);
            route.map_or(method.to_owned().into(), |route| format!("{method} {route}").into())
        };
        let span = Self::begin(SpanKind::Server, &parent, link, name);
        let is_secure = request.extensions().get::<TcpHandle>().is_some_and(TcpHandle::is_secure);
        span.add(|| {
            [
                KeyValue::new("http.request.method", method.map_or("_OTHER", Method::as_str).to_owned()),
                KeyValue::new("url.scheme", if is_secure { "https" } else { "http" }),
                KeyValue::new("switchboard.request", number(RequestId::of(request.extensions()))),
            ]
        });
        if let Some(route) = route {
            span.add(|| [KeyValue::new("http.route", route.to_owned())]);
        }
        span
    }

    fn begin(kind: SpanKind, parent: &Context, link: Option<Link>, name: impl FnOnce() -> Cow<'static, str>) -> Self {
        let Some(tracer) = tracer() else { return Self(None) };
        let mut builder = tracer.span_builder(name()).with_kind(kind);
        builder.links = link.map(|link| vec![link]);
        Self(Some(parent.with_span(tracer.build_with_context(builder, parent))))
    }

    /// The headers with those by which the receiver's spans become part of this trace.
    pub(crate) fn headers<'a>(&self, headers: &'a HeaderMap) -> Cow<'a, HeaderMap> {
        let Some(context) = &self.0 else { return Cow::Borrowed(headers) };
        let mut headers = headers.clone();
        TraceContextPropagator::new().inject_context(context, &mut HeaderInjector(&mut headers));
        if headers.get(STATE).is_some_and(|state| state.is_empty()) {
            headers.remove(STATE);
        }
        Cow::Owned(headers)
    }

    /// Spans that begin while the future is polled belong to this one.
    pub(crate) fn around<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        future.with_context(self.0.clone().unwrap_or_else(Context::current))
    }

    /// The status of the response.
    pub(crate) fn status(&self, status: StatusCode) {
        self.add(|| [KeyValue::new("http.response.status_code", i64::from(status.as_u16()))]);
    }

    /// What came of it.
    pub(crate) fn outcome(&self, outcome: &'static str) {
        self.add(|| [KeyValue::new(OUTCOME, outcome)]);
    }

    /// What the sender of a command gets back.
    pub(crate) fn replied<T>(&self, result: Result<T, &Refusal>) {
        match result {
            Ok(_) => self.outcome("accepted"),
            Err(refusal) if refusal.code == Code::Unavailable => self.failed(refusal.code.name()),
            Err(refusal) => self.outcome(refusal.code.name()),
        }
    }

    /// That it failed, and not by the client's fault.
    pub(crate) fn failed(&self, outcome: &'static str) {
        self.outcome(outcome);
        if let Some(context) = &self.0 {
            context.span().set_status(Status::error(outcome));
        }
    }

    fn add<const N: usize>(&self, attributes: impl FnOnce() -> [KeyValue; N]) {
        if let Some(context) = &self.0
            && context.span().is_recording()
        {
            context.span().set_attributes(attributes());
        }
    }
}

/// A middleware: each request has a span. `is_trusted`: whether its sender may say to which trace it belongs.
pub(crate) async fn record(request: Request, next: Next, is_trusted: bool) -> Response {
    let path = request.uri().path();
    if tracer().is_none() || NOT_TRACED.contains(&path) {
        return next.run(request).await;
    }
    let span = Span::request(&request, is_trusted);
    let response = span.around(next.run(request)).await;
    let status = response.status();
    span.status(status);
    if status.is_server_error()
        && let Some(context) = &span.0
    {
        context.span().set_status(Status::error(""));
    }
    response
}

/// The span of the sender. What else it says of its trace is kept of a trusted one, if it is short: all that a span holds
/// waits in memory.
fn remote(headers: &HeaderMap, is_trusted: bool) -> Option<SpanContext> {
    let sent = TraceContextPropagator::new().extract_with_context(&Context::new(), &HeaderExtractor(headers));
    let remote = sent.span().span_context().clone();
    let is_short = headers.get(STATE).is_none_or(|state| state.len() <= MAX_STATE);
    let state = if is_trusted && is_short { remote.trace_state().clone() } else { TraceState::NONE };
    let (trace, span, flags) = (remote.trace_id(), remote.span_id(), remote.trace_flags());
    remote.is_valid().then(|| SpanContext::new(trace, span, flags, true, state))
}

fn number(RequestId(number): RequestId) -> Value {
    Value::I64(i64::try_from(number).unwrap_or(i64::MAX))
}
