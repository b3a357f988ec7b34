//! Passes requests to the transports, and starts WebSockets.

use std::sync::Arc;

use engineioxide_core::Sid;
use http::request::Parts;
use http::{Request, StatusCode};
use http_body::Body;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::answer::{Answer, Code, empty, no_websocket, switching};
use crate::engine::Engine;
use crate::handler::EngineIoHandler;
use crate::handshake::{self, Asked, asked};
use crate::polling;
use crate::response::ResponseFuture;
use crate::websocket::WebSocket;

/// Answers a request by the transport that it asks for.
pub(crate) fn respond<H, B, F>(engine: &Arc<Engine<H>>, request: Request<B>) -> ResponseFuture<F>
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
        Ok(Asked::WebSocket(id)) => own(upgrade(engine, id, request)),
        Ok(Asked::Nothing) => own(empty(StatusCode::BAD_REQUEST)),
    }
}

/// Starts a WebSocket on a stream whose HTTP upgrade is complete.
///
/// # Errors
/// A request that does not ask for a WebSocket: the code by which it is rejected.
pub(crate) fn accept<H, T>(engine: &Arc<Engine<H>>, stream: T, request: Request<()>) -> Result<(), Code>
where
    H: EngineIoHandler,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Asked::WebSocket(id) = asked(engine, &request, true)? else { return Err(Code::BadRequest) };
    start(engine, id, stream, request.into_parts().0);
    Ok(())
}

/// Answers a WebSocket request. The WebSocket starts once the response is sent.
fn upgrade<H: EngineIoHandler, B>(engine: &Arc<Engine<H>>, id: Option<Sid>, request: Request<B>) -> Answer {
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

/// Starts the task of a WebSocket. A new task, because the one that waits for the upgrade is larger.
fn start<H, T>(engine: &Arc<Engine<H>>, id: Option<Sid>, stream: T, parts: Parts)
where
    H: EngineIoHandler,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let engine = engine.clone();
    match id {
        None => drop(tokio::spawn(WebSocket::open(engine, stream, parts))),
        Some(id) => {
            // The session may have ended since the request.
            if let Some(socket) = engine.get(id) {
                drop(tokio::spawn(WebSocket::upgrade(engine, socket, stream, parts)));
            }
        }
    }
}
