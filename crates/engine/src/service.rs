//! The engine as a service of tower and hyper, in front of another service.

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::Body;
use http_body_util::Empty;
use hyper::service::Service as HyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tower_service::Service as TowerService;

use crate::config::EngineIoConfig;
use crate::engine::Engine;
use crate::handler::EngineIoHandler;
use crate::response::{ResponseBody, ResponseFuture};
use crate::router;

/// The engine in front of another service.
pub struct EngineIoService<H: EngineIoHandler, S = NotFoundService> {
    inner: S,
    engine: Arc<Engine<H>>,
}

impl<H: EngineIoHandler> EngineIoService<H> {
    /// An engine without another service: it answers requests for other paths with 404.
    pub fn with_config(handler: Arc<H>, config: EngineIoConfig) -> Self {
        Self::with_config_inner(NotFoundService, handler, config)
    }
}

impl<S: Clone, H: EngineIoHandler> EngineIoService<H, S> {
    /// An engine in front of `inner`, which receives the requests for other paths.
    pub fn with_config_inner(inner: S, handler: Arc<H>, config: EngineIoConfig) -> Self {
        Self { inner, engine: Engine::new(handler, config) }
    }

    /// A service that makes a clone of this one for each connection.
    pub fn into_make_service(self) -> MakeEngineIoService<H, S> {
        MakeEngineIoService { service: self }
    }
}

impl<S: Clone, H: EngineIoHandler> Clone for EngineIoService<H, S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), engine: self.engine.clone() }
    }
}

impl<H: EngineIoHandler, S> fmt::Debug for EngineIoService<H, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineIoService").finish_non_exhaustive()
    }
}

/// Answers a request for the engine's path; the inner service answers any other.
fn respond<H, B, F>(
    engine: &Arc<Engine<H>>,
    request: Request<B>,
    inner: impl FnOnce(Request<B>) -> F,
) -> ResponseFuture<F>
where
    H: EngineIoHandler,
    B: Body + Send + 'static,
    B::Data: Send,
{
    let own = &*engine.config.req_path;
    let rest = request.uri().path().strip_prefix(own);
    if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || own.ends_with('/')) {
        router::respond(engine, request)
    } else {
        ResponseFuture::Inner { future: inner(request) }
    }
}

impl<H: EngineIoHandler, S> EngineIoService<H, S> {
    /// Accepts a stream that is a WebSocket already.
    pub(crate) fn accept<T>(&self, stream: T, request: Request<()>) -> Result<(), ParseError>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        router::accept(&self.engine, stream, request).map_err(|code| ParseError(code.message()))
    }
}

impl<H, B, R, S> TowerService<Request<B>> for EngineIoService<H, S>
where
    H: EngineIoHandler,
    B: Body + Send + Unpin + fmt::Debug + 'static,
    B::Error: fmt::Debug,
    B::Data: Send,
    R: Body + Send + 'static,
    S: TowerService<Request<B>, Response = Response<R>>,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        respond(&self.engine, request, |request| self.inner.call(request))
    }
}

impl<H, B, R, S> HyperService<Request<B>> for EngineIoService<H, S>
where
    H: EngineIoHandler,
    B: Body + Send + Unpin + fmt::Debug + 'static,
    B::Error: fmt::Debug,
    B::Data: Send,
    R: Body + Send + 'static,
    S: HyperService<Request<B>, Response = Response<R>>,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn call(&self, request: Request<B>) -> Self::Future {
        respond(&self.engine, request, |request| self.inner.call(request))
    }
}

/// Why a stream was not accepted.
#[derive(Debug)]
pub struct ParseError(&'static str);

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for ParseError {}

impl<T, H, S> TowerService<(T, Request<()>)> for EngineIoService<H, S>
where
    H: EngineIoHandler,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Response = ();
    type Error = ParseError;
    type Future = Ready<Result<(), ParseError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ParseError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, (stream, request): (T, Request<()>)) -> Self::Future {
        ready(self.accept(stream, request))
    }
}

impl<T, H, S> HyperService<(T, Request<()>)> for EngineIoService<H, S>
where
    H: EngineIoHandler,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Response = ();
    type Error = ParseError;
    type Future = Ready<Result<(), ParseError>>;

    fn call(&self, (stream, request): (T, Request<()>)) -> Self::Future {
        ready(self.accept(stream, request))
    }
}

/// Makes an [`EngineIoService`] for each connection.
pub struct MakeEngineIoService<H: EngineIoHandler, S> {
    service: EngineIoService<H, S>,
}

impl<H: EngineIoHandler, S: Clone, T> TowerService<T> for MakeEngineIoService<H, S> {
    type Response = EngineIoService<H, S>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: T) -> Self::Future {
        ready(Ok(self.service.clone()))
    }
}

/// Answers each request with 404.
#[derive(Debug, Clone)]
pub struct NotFoundService;

type NotFound = Response<ResponseBody<Empty<Bytes>>>;

fn not_found() -> Ready<Result<NotFound, Infallible>> {
    let mut response = Response::new(ResponseBody::default());
    *response.status_mut() = StatusCode::NOT_FOUND;
    ready(Ok(response))
}

impl<B> TowerService<Request<B>> for NotFoundService {
    type Response = NotFound;
    type Error = Infallible;
    type Future = Ready<Result<NotFound, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<B>) -> Self::Future {
        not_found()
    }
}

impl<B> HyperService<Request<B>> for NotFoundService {
    type Response = NotFound;
    type Error = Infallible;
    type Future = Ready<Result<NotFound, Infallible>>;

    fn call(&self, _: Request<B>) -> Self::Future {
        not_found()
    }
}
