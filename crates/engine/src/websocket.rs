//! One WebSocket, one task: it reads, writes and closes. Pings of Engine.IO come from the clock, by the queue.
//!
//! Invariants:
//! - While idle it has no buffer, no batch and no timer: a few hundred bytes in all.
//! - However its task ends, its session ends, or stays with polling where the upgrade is not done.
//! - Nothing but control frames and the answer to the probe is written before the upgrade is done.
//! - A blocked write does not keep it from reading, nor from seeing that its session has ended; what waits then has
//!   [`LINGER`] to go out.
//! - A close frame that was written is not lost by a reset: the client's last bytes are read first.

use std::cell::RefCell;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use engineioxide_core::{Str, TransportType};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use crate::connects::Message;
use crate::engine::Engine;
use crate::frame::{CLOSE, Frame, Violation};
use crate::handler::EngineIoHandler;
use crate::queue::{Most, State, Taken, Turn};
use crate::reader::{Event, Limits, Reader};
use crate::session::{Ending, Session, Stage, packet};
use crate::socket::{DisconnectReason, Socket};
use crate::writer::Writer;

/// How long the last words may take to go out, and the client to answer a close frame.
const LINGER: Duration = Duration::from_secs(5);
const ALL: Most = Most { frames: usize::MAX, bytes: usize::MAX };

thread_local! {
    /// What all WebSockets of a thread read into.
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; 16 * 1024]);
}

/// Where a WebSocket is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Waits for the probe and then for the upgrade.
    Probe,
    Open,
    /// The close frame is on its way. Has the client sent its own, or is there no sense in waiting for it?
    Closing {
        is_answered: bool,
    },
    /// Nothing more is written. What still comes is read and dropped.
    Draining,
}

/// How reading comes to its end.
enum Stop {
    /// The connection is gone.
    Gone,
    /// The client breaks the protocol of WebSockets: the close code that says so.
    Violation(u16),
    /// The client sends what is no packet.
    Unreadable,
    /// The client sent a ping, as only the server does.
    ClientPing,
    /// The client sent a close packet.
    ClosePacket,
    /// The client sent a close frame with this payload, to be answered by the same.
    CloseFrame(Bytes),
    /// The upgrade is not to be.
    NoUpgrade,
}

impl From<Violation> for Stop {
    fn from(Violation(code): Violation) -> Self {
        Self::Violation(code)
    }
}

/// The task of a WebSocket.
pub struct WebSocket<H: EngineIoHandler, S> {
    engine: Arc<Engine<H>>,
    session: Arc<Session>,
    /// What the layer above holds; let go as soon as the session has ended.
    socket: Option<Arc<Socket<H::Data>>>,
    turn: Option<Turn>,
    stream: S,
    reader: Reader,
    writer: Writer,
    phase: Phase,
    timer: Option<Pin<Box<Sleep>>>,
}

impl<H: EngineIoHandler, S: AsyncRead + AsyncWrite + Unpin> WebSocket<H, S> {
    /// A session that begins as a WebSocket.
    pub fn open(engine: Arc<Engine<H>>, stream: S, parts: http::request::Parts) -> Self {
        let socket = engine.open(Stage::WebSocket, parts);
        let greeting = engine.greeting(socket.id, TransportType::Websocket);
        let turn = socket.session.queue.take_over();
        let mut this = Self::new(engine, socket, stream, Phase::Open);
        this.turn = Some(turn);
        this.writer.push(Frame::packet(packet::OPEN, greeting));
        this
    }

    /// A session that goes over to a WebSocket; one that has a WebSocket already keeps that, and this one is closed.
    pub fn upgrade(engine: Arc<Engine<H>>, socket: Arc<Socket<H::Data>>, stream: S) -> Self {
        let is_free = socket.session.advance(&[Stage::Polling], Stage::Upgrading);
        let wait = engine.config.upgrade_timeout;
        let mut this = Self::new(engine, socket, stream, Phase::Probe);
        this.timer = Some(Box::pin(tokio::time::sleep(wait)));
        if !is_free {
            this.socket = None;
            this.close("", false);
        }
        this
    }

    fn new(engine: Arc<Engine<H>>, socket: Arc<Socket<H::Data>>, stream: S, phase: Phase) -> Self {
        let session = socket.session.clone();
        let (reader, writer) = (Reader::default(), Writer::default());
        Self { engine, session, socket: Some(socket), turn: None, stream, reader, writer, phase, timer: None }
    }

    /// Writes what there is to write. Ready when nothing more will be written.
    fn poll_out(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let session = &self.session;
            let written = self.writer.poll_write(&mut self.stream, cx, |bytes| session.add_written(bytes));
            match (self.phase, self.turn) {
                (Phase::Open, Some(turn)) if written.is_ready() => {
                    ready!(written)?;
                    match ready!(session.queue.poll_take(turn, ALL, &mut self.writer.batch, cx)) {
                        Taken::Frames => {}
                        Taken::Ended(State::Cut) => return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into())),
                        // Nobody takes over from a WebSocket.
                        Taken::Ended(_) | Taken::Interrupted => self.close("", false),
                    }
                }
                (Phase::Open, _) => match ready!(session.queue.poll_ending(cx)) {
                    State::Cut => return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into())),
                    _ if self.timer.is_none() => self.linger(),
                    // What waits may still go out, until the time is over.
                    _ => return Poll::Pending,
                },
                (Phase::Probe, _) => {
                    ready!(written)?;
                    ready!(session.queue.poll_closed(cx));
                    self.close("", false);
                }
                (Phase::Closing { is_answered }, _) => {
                    ready!(written)?;
                    self.return_turn();
                    if !is_answered {
                        return Poll::Pending;
                    }
                    return Poll::Ready(Ok(()));
                }
                (Phase::Draining, _) => return Poll::Ready(Ok(())),
            }
        }
    }

    /// Reads once, and acts on what came.
    fn poll_in(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Stop>> {
        SCRATCH.with(|scratch| {
            // It is in use only if a handler of this very thread runs another WebSocket.
            let mut own = Vec::new();
            let mut shared = scratch.try_borrow_mut();
            let data = match &mut shared {
                Ok(data) => &mut **data,
                Err(_) => {
                    own.resize(4096, 0);
                    &mut own
                }
            };
            let mut buffer = ReadBuf::new(data);
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer)).map_err(|_| Stop::Gone)?;
            let data = buffer.filled_mut();
            if data.is_empty() {
                return Poll::Ready(Err(Stop::Gone));
            }
            if matches!(self.phase, Phase::Closing { is_answered: true } | Phase::Draining) {
                return Poll::Ready(Ok(()));
            }
            self.session.add_read(data.len());
            let config = &self.engine.config;
            let limits = Limits { frame: config.ws_max_frame_size, message: config.ws_max_message_size };
            let mut reader = std::mem::take(&mut self.reader);
            reader.read(data, limits, &mut |event| self.act(event))?;
            self.reader = reader;
            Poll::Ready(Ok(()))
        })
    }

    fn act(&mut self, event: Event<'_>) -> Result<(), Stop> {
        match (event, self.phase) {
            (Event::Close(code, payload), phase) => {
                if phase == Phase::Open {
                    self.session.set_close_code(code);
                }
                return Err(Stop::CloseFrame(Bytes::copy_from_slice(payload)));
            }
            (_, Phase::Closing { .. } | Phase::Draining) | (Event::Pong, _) => {}
            (Event::Ping(payload), _) => self.writer.pong(payload),
            (Event::Text(text), Phase::Probe) => return self.probe(text),
            (Event::Binary(_), Phase::Probe) => return Err(Stop::NoUpgrade),
            (Event::Binary(data), Phase::Open) => self.receive(Message::Binary(Bytes::copy_from_slice(data))),
            (Event::Text(text), Phase::Open) => return self.packet(text),
        }
        Ok(())
    }

    fn packet(&self, text: &str) -> Result<(), Stop> {
        match text.bytes().next().ok_or(Stop::Unreadable)? {
            packet::PONG => self.engine.pong(&self.session),
            packet::CLOSE => return Err(Stop::ClosePacket),
            packet::MESSAGE => self.receive(Message::Text(Str::copy_from_slice(&text[1..]))),
            packet::PING => return Err(Stop::ClientPing),
            // These mean nothing here; the official server ignores them, too.
            packet::OPEN | packet::UPGRADE | packet::NOOP => self.engine.sign_of_life(&self.session),
            _ => return Err(Stop::Unreadable),
        }
        Ok(())
    }

    fn receive(&self, message: Message) {
        self.engine.sign_of_life(&self.session);
        if let Some(socket) = &self.socket {
            self.engine.receive(socket, message);
        }
    }

    fn probe(&mut self, text: &str) -> Result<(), Stop> {
        match text {
            "2probe" => {
                self.session.advance(&[Stage::Upgrading], Stage::Probed);
                self.session.queue.interrupt();
                self.writer.push(Frame::packet(packet::PONG, "probe"));
                Ok(())
            }
            // The official server does not ask whether a probe came before.
            "5" => {
                if !self.session.advance(&[Stage::Upgrading, Stage::Probed], Stage::WebSocket) {
                    return Err(Stop::NoUpgrade);
                }
                self.turn = Some(self.session.queue.take_over());
                (self.phase, self.timer) = (Phase::Open, None);
                Ok(())
            }
            _ => Err(Stop::NoUpgrade),
        }
    }

    /// Acts on the end of reading; false if there is nothing more to be done.
    fn stop(&mut self, stop: Stop) -> bool {
        if let Phase::Closing { is_answered } = &mut self.phase {
            // A close frame, or what makes it senseless to wait for one.
            *is_answered = true;
            return !matches!(stop, Stop::Gone);
        }
        match stop {
            Stop::Gone => return false,
            Stop::Violation(code) => {
                self.end_session(DisconnectReason::TransportError, Ending::Broken);
                self.close(code.to_be_bytes().to_vec(), true);
            }
            Stop::Unreadable => {
                self.end_session(DisconnectReason::PacketParsingError, Ending::Broken);
                self.close("", false);
            }
            Stop::ClientPing => {
                self.end_session(DisconnectReason::TransportError, Ending::Broken);
                self.close("", false);
            }
            Stop::ClosePacket => {
                self.end_session(DisconnectReason::TransportClose, Ending::ByClient);
                self.close("", false);
            }
            Stop::CloseFrame(payload) => {
                self.end_session(DisconnectReason::TransportClose, Ending::ByClient);
                self.close(payload, true);
            }
            // Nobody waits for the end of it.
            Stop::NoUpgrade => self.close("", true),
        }
        true
    }

    /// Sends a close frame, as the last one.
    fn close(&mut self, payload: impl Into<Bytes>, is_answered: bool) {
        self.give_up_upgrade();
        if is_answered {
            self.writer.drop_unsent();
        }
        self.writer.push(Frame::bare(CLOSE, payload));
        (self.phase, self.socket) = (Phase::Closing { is_answered }, None);
        self.linger();
    }

    fn linger(&mut self) {
        self.timer = Some(Box::pin(tokio::time::sleep(LINGER)));
    }

    fn end_session(&self, reason: DisconnectReason, ending: Ending) {
        if self.phase == Phase::Open {
            self.session.end(reason, ending);
        }
    }

    /// The session goes on by polling, if it was on its way.
    fn give_up_upgrade(&self) {
        if self.phase == Phase::Probe && self.socket.is_some() {
            self.session.advance(&[Stage::Upgrading, Stage::Probed], Stage::Polling);
        }
    }

    fn return_turn(&mut self) {
        if let Some(turn) = self.turn.take() {
            self.session.queue.end(turn);
        }
    }
}

impl<H: EngineIoHandler, S: AsyncRead + AsyncWrite + Unpin> Future for WebSocket<H, S> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        loop {
            if this.phase != Phase::Draining
                && let Poll::Ready(out) = this.poll_out(cx)
            {
                let shut = out.map(|()| Pin::new(&mut this.stream).poll_shutdown(cx));
                match shut {
                    Ok(Poll::Ready(Ok(()))) => this.phase = Phase::Draining,
                    Ok(Poll::Pending) => {}
                    Ok(Poll::Ready(Err(_))) | Err(_) => return Poll::Ready(()),
                }
            }
            match this.poll_in(cx) {
                Poll::Ready(Ok(())) => continue,
                Poll::Ready(Err(stop)) => {
                    if this.stop(stop) {
                        continue;
                    }
                    return Poll::Ready(());
                }
                Poll::Pending => {}
            }
            let Some(timer) = &mut this.timer else { return Poll::Pending };
            ready!(timer.as_mut().poll(cx));
            if this.phase != Phase::Probe {
                return Poll::Ready(());
            }
            this.close("", false);
        }
    }
}

impl<H: EngineIoHandler, S> Drop for WebSocket<H, S> {
    fn drop(&mut self) {
        match self.phase {
            Phase::Open => self.session.end(DisconnectReason::TransportError, Ending::Broken),
            Phase::Probe if self.socket.is_some() => {
                self.session.advance(&[Stage::Upgrading, Stage::Probed], Stage::Polling);
            }
            _ => {}
        }
        if let Some(turn) = self.turn.take() {
            self.session.queue.end(turn);
        }
    }
}

#[cfg(test)]
mod tests {
    use hyper::upgrade::Upgraded;
    use hyper_util::rt::TokioIo;

    use super::*;

    #[derive(Debug)]
    struct Silent;

    impl EngineIoHandler for Silent {
        type Data = ();
        fn on_connect(self: Arc<Self>, _: Arc<Socket<()>>) {}
        fn on_disconnect(&self, _: Arc<Socket<()>>, _: DisconnectReason) {}
        fn on_message(self: &Arc<Self>, _: Str, _: Arc<Socket<()>>) {}
        fn on_binary(self: &Arc<Self>, _: Bytes, _: Arc<Socket<()>>) {}
    }

    #[test]
    fn task_of_a_websocket_is_small() {
        let size = size_of::<WebSocket<Silent, TokioIo<Upgraded>>>();
        assert!(size <= 256, "{size} bytes");
        let session = size_of::<Session>();
        assert!(session <= 320, "{session} bytes");
    }
}
