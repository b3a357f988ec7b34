//! The task of one WebSocket: moves bytes between a stream and the [`Protocol`], and watches its time limits. The clock puts
//! Engine.IO's pings into the queue.
//!
//! Invariants:
//! - An idle task has no buffer, no batch and no timer: a few hundred bytes in all.
//! - While a write is blocked, the task still reads, and still notices the end of its session. Waiting frames then have a few
//!   seconds to be written.
//! - It yields after [`MAX_READS`] reads: otherwise a client that sends without a pause fills the queues of others whose
//!   tasks cannot run.
//! - A reset does not destroy a close frame that was written: the task first reads the client's last bytes.
//! - A task that is dropped with its runtime sends a close frame, if the stream takes it at once.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use http::request::Parts;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::backlog::Most;
use crate::engine::Engine;
use crate::handler::EngineIoHandler;
use crate::protocol::{Phase, Protocol, Stop};
use crate::queue::{State, Taken};
use crate::scratch;
use crate::socket::Socket;

/// Most reads before other tasks can run.
const MAX_READS: usize = 2;

/// The task of a WebSocket.
pub(crate) struct WebSocket<H: EngineIoHandler, S: AsyncWrite + Unpin> {
    protocol: Protocol<H>,
    stream: S,
}

impl<H: EngineIoHandler, S: AsyncRead + AsyncWrite + Unpin> WebSocket<H, S> {
    /// A session that begins as a WebSocket.
    pub(crate) fn open(engine: Arc<Engine<H>>, stream: S, parts: Parts) -> Self {
        Self { protocol: Protocol::open(engine, parts), stream }
    }

    /// A polling session that upgrades to a WebSocket.
    pub(crate) fn upgrade(engine: Arc<Engine<H>>, socket: Arc<Socket<H::Data>>, stream: S, parts: Parts) -> Self {
        Self { protocol: Protocol::upgrade(engine, socket, parts), stream }
    }

    /// Writes all waiting frames. Ready when nothing more will be written.
    fn poll_out(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let Self { protocol, stream } = self;
            let session = &protocol.session;
            let written = protocol.writer.poll_write(stream, cx, |bytes| session.add_written(bytes));
            match (protocol.phase, protocol.turn) {
                (Phase::Open, Some(turn)) if written.is_ready() => {
                    ready!(written)?;
                    match ready!(session.queue.poll_take(turn, Most::ALL, &mut protocol.writer.batch, cx)) {
                        Taken::Frames => {}
                        Taken::Ended(State::Cut) => return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into())),
                        // No other transport takes over from a WebSocket.
                        Taken::Ended(_) | Taken::Interrupted => protocol.close("", false),
                    }
                }
                (Phase::Open, _) => match ready!(session.queue.poll_ending(cx)) {
                    State::Cut => return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into())),
                    _ if protocol.timer.is_none() => protocol.linger(),
                    // Waiting frames may still be written until the time limit.
                    _ => return Poll::Pending,
                },
                (Phase::Upgrading, _) => {
                    ready!(written)?;
                    ready!(session.queue.poll_closed(cx));
                    protocol.close("", false);
                }
                (Phase::Closing { is_answered }, _) => {
                    ready!(written)?;
                    protocol.return_turn();
                    if !is_answered {
                        return Poll::Pending;
                    }
                    return Poll::Ready(Ok(()));
                }
                (Phase::Draining, _) => return Poll::Ready(Ok(())),
            }
        }
    }

    /// Reads once, and acts on the data.
    fn poll_in(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Stop>> {
        scratch::with(|buffer| {
            let mut buffer = ReadBuf::new(buffer);
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer)).map_err(|_| Stop::Gone)?;
            match buffer.filled_mut() {
                [] => Poll::Ready(Err(Stop::Gone)),
                data => Poll::Ready(self.protocol.read(data)),
            }
        })
    }

    /// Writes, reads and waits until the WebSocket has ended.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut reads = 0;
        loop {
            if self.protocol.phase != Phase::Draining
                && let Poll::Ready(out) = self.poll_out(cx)
            {
                let shut = out.map(|()| Pin::new(&mut self.stream).poll_shutdown(cx));
                match shut {
                    Ok(Poll::Ready(Ok(()))) => self.protocol.phase = Phase::Draining,
                    Ok(Poll::Pending) => {}
                    Ok(Poll::Ready(Err(_))) | Err(_) => return Poll::Ready(()),
                }
            }
            if reads == MAX_READS {
                // The messages may be for many clients, whose tasks have to run before this one reads more.
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            match self.poll_in(cx) {
                Poll::Ready(Ok(())) => {
                    reads += 1;
                    continue;
                }
                Poll::Ready(Err(stop)) => {
                    if self.protocol.stop(stop) {
                        continue;
                    }
                    return Poll::Ready(());
                }
                Poll::Pending => {}
            }
            let Some(timer) = &mut self.protocol.timer else { return Poll::Pending };
            ready!(timer.as_mut().poll(cx));
            if self.protocol.phase != Phase::Upgrading {
                return Poll::Ready(());
            }
            self.protocol.close("", false);
        }
    }
}

impl<H: EngineIoHandler, S: AsyncRead + AsyncWrite + Unpin> Future for WebSocket<H, S> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        ready!(this.poll_end(cx));
        this.protocol.finish();
        Poll::Ready(())
    }
}

impl<H: EngineIoHandler, S: AsyncWrite + Unpin> Drop for WebSocket<H, S> {
    fn drop(&mut self) {
        let Self { protocol, stream } = self;
        if protocol.put_last_frame() {
            let mut cx = Context::from_waker(Waker::noop());
            // The runtime is shutting down: this is the only attempt.
            let _ = protocol.writer.poll_write(stream, &mut cx, |_| {});
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use engineioxide_core::Str;
    use hyper::upgrade::Upgraded;
    use hyper_util::rt::TokioIo;

    use super::*;
    use crate::config::EngineIoConfig;
    use crate::session::{Session, Stage};
    use crate::socket::DisconnectReason;

    #[derive(Debug)]
    struct Silent;

    impl EngineIoHandler for Silent {
        type Data = ();
        fn on_connect(self: Arc<Self>, _: Arc<Socket<()>>) {}
        fn on_disconnect(&self, _: Arc<Socket<()>>, _: DisconnectReason) {}
        fn on_message(self: &Arc<Self>, _: Str, _: Arc<Socket<()>>) {}
        fn on_binary(self: &Arc<Self>, _: Bytes, _: Arc<Socket<()>>) {}
    }

    #[tokio::test]
    async fn second_websocket_of_a_session_is_not_read() {
        let engine = Engine::new(Arc::new(Silent), EngineIoConfig::default());
        let parts = || http::Request::new(()).into_parts().0;
        let socket = engine.open(Stage::Polling, parts());
        let first = Protocol::upgrade(engine.clone(), socket.clone(), parts());
        assert_eq!(first.phase, Phase::Upgrading);
        let second = Protocol::upgrade(engine, socket, parts());
        assert_eq!(second.phase, Phase::Closing { is_answered: true });
    }

    #[test]
    fn task_of_a_websocket_is_small() {
        let size = size_of::<WebSocket<Silent, TokioIo<Upgraded>>>();
        assert!(size <= 192, "{size} bytes");
        let session = size_of::<Session>();
        assert!(session <= 256, "{session} bytes");
    }
}
