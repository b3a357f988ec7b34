//! The engine as a service of tower and hyper: its own requests, and those of the service that it stands before.

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use http_body_util::Empty;
use hyper::service::Service as HyperService;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use pin_project_lite::pin_project;
use tokio::io::{AsyncRead, AsyncWrite};
use tower_service::Service as TowerService;

use crate::answer::{Answer, Code, OwnBody, empty, no_websocket, switching};
use crate::config::EngineIoConfig;
use crate::engine::Engine;
use crate::handler::EngineIoHandler;
use crate::handshake::{self, Asked, asked};
use crate::polling;
use crate::websocket::WebSocket;

pin_project! {
    /// The body of an answer: the engine's, or the inner service's.
    #[project = BodyProjection]
    pub enum ResponseBody<B> {
        #[doc(hidden)]
        Own { #[pin] body: OwnBody },
        #[doc(hidden)]
        Inner { #[pin] body: B },
    }
}

impl<B> Default for ResponseBody<B> {
    fn default() -> Self {
        Self::Own { body: OwnBody::default() }
    }
}

impl<B: Body<Data = Bytes>> Body for ResponseBody<B>
where
    B::Error: Error + 'static,
{
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.project() {
            BodyProjection::Own { body } => body.poll_frame(cx).map_err(|never| match never {}),
            BodyProjection::Inner { body } => body.poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Own { body } => body.is_end_stream(),
            Self::Inner { body } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Own { body } => body.size_hint(),
            Self::Inner { body } => body.size_hint(),
        }
    }
}

pin_project! {
    /// An answer to come.
    #[project = FutureProjection]
    pub enum ResponseFuture<F> {
        #[doc(hidden)]
        Own { answer: Option<Answer> },
        #[doc(hidden)]
        Later { answer: Pin<Box<dyn Future<Output = Answer> + Send>> },
        #[doc(hidden)]
        Inner { #[pin] future: F },
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<ResponseBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let own = |answer: Answer| Ok(answer.map(|body| ResponseBody::Own { body }));
        match self.project() {
            FutureProjection::Own { answer } => Poll::Ready(own(answer.take().unwrap_or_default())),
            FutureProjection::Later { answer } => answer.as_mut().poll(cx).map(own),
            FutureProjection::Inner { future } => {
                future.poll(cx).map_ok(|response| response.map(|body| ResponseBody::Inner { body }))
            }
        }
    }
}

/// The engine before another service.
pub struct EngineIoService<H: EngineIoHandler, S = NotFoundService> {
    inner: S,
    engine: Arc<Engine<H>>,
}

impl<H: EngineIoHandler> EngineIoService<H> {
    /// An engine that has no other service behind it.
    pub fn with_config(handler: Arc<H>, config: EngineIoConfig) -> Self {
        Self::with_config_inner(NotFoundService, handler, config)
    }
}

impl<S: Clone, H: EngineIoHandler> EngineIoService<H, S> {
    /// An engine before `inner`, which gets the requests for other paths.
    pub fn with_config_inner(inner: S, handler: Arc<H>, config: EngineIoConfig) -> Self {
        Self { inner, engine: Engine::new(handler, config) }
    }

    /// A service that makes this one for each connection.
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

impl<H: EngineIoHandler, S> EngineIoService<H, S> {
    fn is_own(&self, path: &str) -> bool {
        let own = &*self.engine.config.req_path;
        path.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || own.ends_with('/'))
    }
}

fn respond<H, B, F>(engine: &Arc<Engine<H>>, request: Request<B>) -> ResponseFuture<F>
where
    H: EngineIoHandler,
    B: Body + Send + 'static,
    B::Data: Send,
{
    let own = |answer| ResponseFuture::Own { answer: Some(answer) };
    let is_upgrade = handshake::is_upgrade(request.headers());
    match asked(engine, &request, is_upgrade) {
        Err(code) => own(handshake::refusal(code, is_upgrade)),
        Ok(Asked::OpenPolling) => own(polling::open(engine, request.into_parts().0)),
        Ok(Asked::Poll(id)) => ResponseFuture::Later { answer: Box::pin(polling::poll(engine.clone(), id)) },
        Ok(Asked::Post(id)) => {
            let (parts, body) = request.into_parts();
            ResponseFuture::Later { answer: Box::pin(polling::post(engine.clone(), id, parts.headers, body)) }
        }
        Ok(Asked::WebSocket(id)) => own(web_socket(engine, id, request)),
        Ok(Asked::Nothing) => own(empty(StatusCode::BAD_REQUEST)),
    }
}

/// Answers a request for a WebSocket, which begins once the answer is sent.
fn web_socket<H: EngineIoHandler, B>(
    engine: &Arc<Engine<H>>,
    id: Option<engineioxide_core::Sid>,
    request: Request<B>,
) -> Answer {
    let answer = match handshake::key(&request) {
        Ok(key) => switching(key.as_bytes(), handshake::protocol(request.headers())),
        Err((status, message)) => return no_websocket(status, message),
    };
    let mut parts = request.into_parts().0;
    let Some(upgrade) = parts.extensions.remove::<OnUpgrade>() else {
        return no_websocket(StatusCode::BAD_REQUEST, Code::BadRequest.message());
    };
    let engine = engine.clone();
    tokio::spawn(async move {
        if let Ok(stream) = upgrade.await {
            start(&engine, id, TokioIo::new(stream), parts);
        }
    });
    answer
}

/// Begins with a WebSocket, in a task that is no larger than it needs to be.
fn start<H, T>(engine: &Arc<Engine<H>>, id: Option<engineioxide_core::Sid>, stream: T, parts: http::request::Parts)
where
    H: EngineIoHandler,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let engine = engine.clone();
    match id {
        None => drop(tokio::spawn(WebSocket::open(engine, stream, parts))),
        Some(id) => {
            // The session may have ended since it was asked for.
            if let Some(socket) = engine.get(id) {
                drop(tokio::spawn(WebSocket::upgrade(engine, socket, stream)));
            }
        }
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
        if self.is_own(request.uri().path()) {
            respond(&self.engine, request)
        } else {
            ResponseFuture::Inner { future: self.inner.call(request) }
        }
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
        if self.is_own(request.uri().path()) {
            respond(&self.engine, request)
        } else {
            ResponseFuture::Inner { future: self.inner.call(request) }
        }
    }
}

/// Why a stream was not taken.
#[derive(Debug)]
pub struct ParseError(&'static str);

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for ParseError {}

impl<H: EngineIoHandler, S> EngineIoService<H, S> {
    /// Takes a stream that is a WebSocket already.
    pub(crate) fn take_stream<T>(&self, stream: T, request: Request<()>) -> Result<(), ParseError>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        match asked(&self.engine, &request, true) {
            Ok(Asked::WebSocket(id)) => {
                start(&self.engine, id, stream, request.into_parts().0);
                Ok(())
            }
            Ok(_) => Err(ParseError(Code::BadRequest.message())),
            Err(code) => Err(ParseError(code.message())),
        }
    }
}

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
        ready(self.take_stream(stream, request))
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
        ready(self.take_stream(stream, request))
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

/// Answers everything with 404.
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
