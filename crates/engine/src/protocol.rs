//! The protocol of one WebSocket, without its stream: what it does with the data that it reads, and how it closes.
//!
//! Invariants:
//! - When it ends, its session ends, or goes on polling if the upgrade is not complete.
//! - Before the upgrade is complete, the writer receives only control frames and the reply to the probe.
//! - A close frame is the last frame.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use engineioxide_core::TransportType;
use http::request::Parts;
use tokio::time::Sleep;

use crate::engine::Engine;
use crate::frame::{CLOSE, Frame, TOO_LARGE, Violation};
use crate::handler::EngineIoHandler;
use crate::packet::{self, Message, Packet};
use crate::queue::Turn;
use crate::reader::{Event, Limits, Reader};
use crate::session::{DisconnectReason, Ending, Session, Stage};
use crate::socket::Socket;
use crate::upgrade::{Step, Upgrade};
use crate::writer::Writer;

/// How long the last frames may take to be written, and the client to answer a close frame.
const LINGER: Duration = Duration::from_secs(5);

/// The phase of a WebSocket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The session is not upgraded yet.
    Upgrading,
    Open,
    /// The close frame is being written. `is_answered` is true if the client has sent its own, or will not.
    Closing {
        is_answered: bool,
    },
    /// Nothing more is written. Data from the client is read and dropped.
    Draining,
}

/// Why reading ends.
pub(crate) enum Stop {
    /// The connection is gone.
    Gone,
    /// The client violates RFC 6455; the close code.
    Violation(u16),
    /// The client sent a packet that ends the session.
    Packet(DisconnectReason, Ending),
    /// The client sent a close frame with this payload. The reply has the same.
    CloseFrame(Bytes),
    /// The client sent data that does not belong to an upgrade.
    NoUpgrade,
}

impl From<Violation> for Stop {
    fn from(Violation(code): Violation) -> Self {
        Self::Violation(code)
    }
}

/// The protocol of one WebSocket.
pub(crate) struct Protocol<H: EngineIoHandler> {
    engine: Arc<Engine<H>>,
    pub session: Arc<Session>,
    /// The socket of the layer above; dropped as soon as the session has ended.
    socket: Option<Arc<Socket<H::Data>>>,
    upgrade: Option<Upgrade>,
    /// The right to take from the queue: from the end of the upgrade until the close frame is written.
    pub turn: Option<Turn>,
    reader: Reader,
    pub writer: Writer,
    pub phase: Phase,
    /// The time limit of the upgrade or of the close.
    pub timer: Option<Pin<Box<Sleep>>>,
}

impl<H: EngineIoHandler> Protocol<H> {
    /// A session that begins as a WebSocket.
    pub(crate) fn open(engine: Arc<Engine<H>>, parts: Parts) -> Self {
        let socket = engine.open(Stage::WebSocket, parts);
        let greeting = engine.greeting(socket.id, TransportType::Websocket);
        let turn = socket.session.queue.take_over();
        let mut this = Self::new(engine, socket, Phase::Open);
        this.turn = Some(turn);
        this.writer.push(Frame::packet(packet::OPEN, greeting));
        this
    }

    /// A session that upgrades to a WebSocket. If it has another WebSocket already, this one is closed.
    pub(crate) fn upgrade(engine: Arc<Engine<H>>, socket: Arc<Socket<H::Data>>, mut parts: Parts) -> Self {
        let upgrade = Upgrade::begin(&socket.session);
        let wait = engine.config.upgrade_timeout;
        let mut this = Self::new(engine, socket, Phase::Upgrading);
        this.timer = Some(Box::pin(tokio::time::sleep(wait)));
        this.upgrade = upgrade;
        if this.upgrade.is_some() {
            this.session.set_carrier(&mut parts.extensions);
        } else {
            // Its data is dropped unread, so the carrier is not needed to count it.
            this.close("", true);
        }
        this
    }

    fn new(engine: Arc<Engine<H>>, socket: Arc<Socket<H::Data>>, phase: Phase) -> Self {
        let session = socket.session.clone();
        let (reader, writer) = (Reader::default(), Writer::default());
        let (socket, upgrade, turn, timer) = (Some(socket), None, None, None);
        Self { engine, session, socket, upgrade, turn, reader, writer, phase, timer }
    }

    /// Acts on bytes of the client.
    ///
    /// # Errors
    /// The reason why reading ends. The caller passes it to [`Protocol::stop`].
    pub(crate) fn read(&mut self, data: &mut [u8]) -> Result<(), Stop> {
        if matches!(self.phase, Phase::Closing { is_answered: true } | Phase::Draining) {
            return Ok(());
        }
        let config = &self.engine.config;
        let limits = Limits { frame: config.ws_max_frame_size, message: config.ws_max_message_size };
        let mut reader = std::mem::take(&mut self.reader);
        reader.read(data, limits, &mut |event| self.act(event))?;
        self.reader = reader;
        Ok(())
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
            (Event::Text(text), Phase::Upgrading) => return self.go_on_upgrading(text),
            (Event::Binary(_), Phase::Upgrading) => return Err(Stop::NoUpgrade),
            (Event::Binary(data), Phase::Open) => {
                self.session.add_read(data.len());
                return self.receive(Packet::Message(Message::Binary(Bytes::copy_from_slice(data))));
            }
            (Event::Text(text), Phase::Open) => {
                self.session.add_read(text.len().saturating_sub(1));
                let packet = Packet::read(text);
                return self.receive(packet.ok_or(Stop::Packet(DisconnectReason::PacketParsingError, Ending::Broken))?);
            }
        }
        Ok(())
    }

    fn receive(&self, packet: Packet) -> Result<(), Stop> {
        let Some(socket) = &self.socket else { return Ok(()) };
        self.engine.receive(socket, packet).map_err(|(reason, ending)| Stop::Packet(reason, ending))
    }

    fn go_on_upgrading(&mut self, text: &str) -> Result<(), Stop> {
        match self.upgrade.as_ref().and_then(|upgrade| upgrade.read(text)).ok_or(Stop::NoUpgrade)? {
            Step::Probed(answer) => self.writer.push(answer),
            Step::Done(turn) => {
                self.turn = Some(turn);
                (self.phase, self.upgrade, self.timer) = (Phase::Open, None, None);
            }
        }
        Ok(())
    }

    /// Acts on the end of reading. Returns false if the task has nothing more to do.
    pub(crate) fn stop(&mut self, stop: Stop) -> bool {
        if let Phase::Closing { is_answered } = &mut self.phase {
            // The client has answered with a close frame, or will not answer.
            *is_answered = true;
            return !matches!(stop, Stop::Gone);
        }
        match stop {
            Stop::Gone => return false,
            Stop::Violation(code) => {
                if code == TOO_LARGE {
                    self.session.set_too_large();
                }
                self.end_session(DisconnectReason::TransportError, Ending::Broken);
                self.close(code.to_be_bytes().to_vec(), true);
            }
            Stop::Packet(reason, ending) => {
                self.end_session(reason, ending);
                self.close("", false);
            }
            Stop::CloseFrame(payload) => {
                self.end_session(DisconnectReason::TransportClose, Ending::ByClient);
                self.close(payload, true);
            }
            // The session goes on polling; the client does not answer the close frame.
            Stop::NoUpgrade => self.close("", true),
        }
        true
    }

    /// Sends a close frame as the last frame.
    pub(crate) fn close(&mut self, payload: impl Into<Bytes>, is_answered: bool) {
        if is_answered {
            self.writer.drop_unsent();
        }
        self.writer.push(Frame::bare(CLOSE, payload));
        (self.phase, self.socket, self.upgrade) = (Phase::Closing { is_answered }, None, None);
        self.linger();
    }

    /// Appends a close frame, for a task that is dropped. Returns false if the WebSocket is closing already.
    pub(crate) fn put_last_frame(&mut self) -> bool {
        let is_needed = matches!(self.phase, Phase::Upgrading | Phase::Open);
        if is_needed {
            self.writer.push(Frame::bare(CLOSE, ""));
        }
        is_needed
    }

    /// Ends the session, unless it goes on polling. Nothing more is written.
    pub(crate) fn finish(&mut self) {
        self.end_session(DisconnectReason::TransportError, Ending::Broken);
        self.return_turn();
        (self.phase, self.upgrade) = (Phase::Draining, None);
    }

    pub(crate) fn linger(&mut self) {
        self.timer = Some(Box::pin(tokio::time::sleep(LINGER)));
    }

    fn end_session(&self, reason: DisconnectReason, ending: Ending) {
        if self.phase == Phase::Open {
            self.session.end(reason, ending);
        }
    }

    pub(crate) fn return_turn(&mut self) {
        if let Some(turn) = self.turn.take() {
            // No other transport takes the frames that still wait.
            self.session.queue.cut();
            self.session.queue.end(turn);
        }
    }
}

impl<H: EngineIoHandler> Drop for Protocol<H> {
    fn drop(&mut self) {
        self.finish();
    }
}
