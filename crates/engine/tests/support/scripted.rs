//! One WebSocket of the engine on a connection that does what a script says, and what must hold whatever that is:
//!
//! - The handler receives each whole message once and in order, and nothing else.
//! - The client receives whole frames: each message that the server sent once, in order and with its parts together, at
//!   most the last of several volatile ones, a pong only for a ping, and nothing behind a close frame.
//! - What the client may send is read although nothing can be written.
//! - Once all could be written, nothing waits.
//! - The handler is notified of the end once, with a reason that the script gives, and the connection is let go.
//! - Nothing panics.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use engineioxide::config::EngineIoConfig;
use engineioxide::service::EngineIoService;
use engineioxide::{DisconnectReason, Socket, Str};
use http::Request;
use http_body_util::Empty;
use switchboard_conn::{ConnHandle, Waiting};
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::Instant;
use tower_service::Service;

use super::frames::frame;
use super::received::{Emitted, Received, Sent};
use super::recorder::Recorder;
use super::script::{Step, steps};
use super::wire::{State, Wire, wire};

const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;
const PING: u8 = 0x89;
const CLOSE: u8 = 0x88;
/// Messages that may wait.
const MOST: usize = 16;
const LARGEST: usize = 100_000;
/// Less than the engine waits for an upgrade.
const UPGRADE: Duration = Duration::from_secs(9);
/// Longer than the engine waits for anything but a pong.
const PATIENCE: Duration = Duration::from_secs(12);

/// What has happened, and so what is to be expected.
struct Run {
    wire: Wire,
    began: Instant,
    socket: Arc<Socket<()>>,
    recorder: Arc<Recorder>,
    /// The session is the WebSocket's: it began as one, or has gone over to it.
    is_open: bool,
    is_upgrade: bool,
    /// The client has ended it, or sent what nobody may send, or what may be anything.
    is_done: bool,
    is_tainted: bool,
    has_connected: bool,
    expected: Vec<Sent>,
    emitted: Emitted,
    /// What may be reported as the reason of the end.
    reasons: Vec<DisconnectReason>,
    /// Nothing but the server has ended it, and all could be read and written at all times.
    is_calm: bool,
    count: usize,
}

/// Runs the script of these bytes, the first of which says how it begins.
pub fn run(bytes: &[u8]) {
    let Some((&how, rest)) = bytes.split_first() else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        let mut run = Run::start(how & 1 == 1, how & 2 == 2).await;
        for step in steps(rest) {
            run.step(step).await;
            run.check_now();
        }
        run.finish().await;
    });
}

/// Until nothing more can be done: the clock, which stands still, goes on only then.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

impl Run {
    async fn start(is_upgrade: bool, is_vectored: bool) -> Self {
        let recorder = Arc::new(Recorder::default());
        let config = EngineIoConfig::builder().max_buffer_size(MOST).max_payload(LARGEST as u64);
        let config = config.ws_max_message_size(LARGEST).ws_max_frame_size(LARGEST).build();
        let mut service = EngineIoService::with_config(recorder.clone(), config);
        let mut query = String::from("/engine.io/?EIO=4&transport=websocket");
        if is_upgrade {
            let request = Request::get("/engine.io/?EIO=4&transport=polling").body(Empty::<Bytes>::new());
            service.call(request.expect("sound")).await.expect("answered");
            query += &format!("&sid={}", recorder.socket.lock().as_ref().expect("a session").id);
        }
        let (wire, stream) = wire(is_vectored);
        let request = Request::get(query).body(()).expect("sound");
        service.call((stream, request)).await.expect("taken");
        settle().await;
        let socket = recorder.socket.lock().take().expect("a session");
        Self {
            wire,
            began: Instant::now(),
            socket,
            recorder,
            is_open: !is_upgrade,
            is_upgrade,
            is_done: false,
            is_tainted: false,
            has_connected: false,
            expected: Vec::new(),
            emitted: Emitted::default(),
            reasons: vec![DisconnectReason::HeartbeatTimeout],
            is_calm: true,
            count: 0,
        }
    }

    fn conn(&self) -> &ConnHandle {
        ConnHandle::of(&self.socket.req_parts.extensions).expect("a handle")
    }

    /// A text or a binary payload unlike any other.
    fn payload(&mut self, size: usize) -> Vec<u8> {
        self.count += 1;
        let mut payload = format!("2{}ä", self.count).into_bytes();
        payload.resize(payload.len().max(size), b'x');
        payload
    }

    async fn step(&mut self, step: Step) {
        match step {
            Step::Text(size) => {
                let payload = self.payload(size);
                self.send_text([b"4", &payload[..]].concat(), |payload| frame(TEXT, payload));
            }
            Step::Connect if self.has_connected => {}
            Step::Connect => {
                self.has_connected = self.is_open;
                self.send_text(b"40".to_vec(), |payload| frame(TEXT, payload));
            }
            Step::Fragments(size) => {
                let payload = self.payload(size);
                self.emitted.pings.push(b"between".to_vec());
                self.send_text([b"4", &payload[..]].concat(), |payload| {
                    let (first, second) = payload.split_at(payload.len() / 2);
                    [frame(0x01, first), frame(PING, b"between"), frame(0x80, second)].concat()
                });
            }
            Step::Packet(packet) => self.send_text(packet.as_bytes().to_vec(), |payload| frame(TEXT, payload)),
            Step::Binary(size) => {
                let payload = self.payload(size);
                self.wire.send(&frame(BINARY, &payload));
                self.expect_message(2, &payload);
            }
            Step::Ping(value) => {
                self.emitted.pings.push(vec![value; usize::from(value % 126)]);
                self.wire.send(&frame(PING, self.emitted.pings.last().expect("a ping")));
            }
            Step::CloseFrame(code) => {
                self.wire.send(&frame(CLOSE, &code.to_be_bytes()));
                self.done(&[DisconnectReason::TransportClose, DisconnectReason::TransportError]);
            }
            Step::Raw(bytes) => {
                self.wire.send(&bytes);
                self.taint();
            }
            Step::Gate(bytes) => {
                self.is_calm = false;
                self.wire.change(|state| state.gate = bytes);
            }
            Step::Room(bytes) => {
                self.is_calm = false;
                self.wire.change(|state| state.room = bytes);
            }
            Step::Chunk(bytes) => self.wire.change(|state| state.chunk = bytes),
            Step::Hiccups(bits) => self.wire.change(|state| state.hiccups = u32::from(bits) << (bits % 8)),
            Step::Flow => self.wire.flow(),
            Step::End => self.lose(|state| state.has_ended = true),
            Step::Reset => self.lose(|state| state.is_reset = true),
            Step::Break => {
                // The server finds out when it writes.
                self.is_calm = false;
                self.reasons.push(DisconnectReason::TransportError);
                self.wire.change(|state| state.is_broken = true);
            }
            Step::Emit(size) => {
                let payload = self.payload(size);
                let text = String::from_utf8(payload.clone()).expect("text");
                let result = self.socket.emit(text).map_err(drop_message);
                self.emit(result, vec![(1, [b"4", &payload[..]].concat())]);
            }
            Step::EmitBinary(size) => {
                let payload = self.payload(size);
                let result = self.socket.emit_binary(payload.clone()).map_err(drop_message);
                self.emit(result, vec![(2, payload)]);
            }
            Step::EmitMany(parts) => {
                let payload = self.payload(0);
                let parts: Vec<Vec<u8>> = (0..parts).map(|_| self.payload(0)).collect();
                let text = Str::from(String::from_utf8(payload.clone()).expect("text"));
                let data: VecDeque<Bytes> = parts.iter().cloned().map(Bytes::from).collect();
                let result = self.socket.reserve().map(|permit| permit.emit_many(text, data));
                let head = (1, [b"4", &payload[..]].concat());
                self.emit(result, [head].into_iter().chain(parts.into_iter().map(|part| (2, part))).collect());
            }
            Step::EmitVolatile => {
                self.count += 1;
                let payload = format!("v{}", self.count);
                if self.socket.emit_volatile(payload.clone()) {
                    self.emitted.volatile.push(format!("4{payload}").into_bytes());
                }
            }
            Step::Reply => {
                let result = self.socket.emit("0").map_err(drop_message);
                self.emit(result, vec![(1, b"40".to_vec())]);
            }
            Step::Close => {
                self.reasons.push(DisconnectReason::ClosingServer);
                self.socket.close(DisconnectReason::ClosingServer);
            }
            Step::Cut => {
                self.reasons.push(DisconnectReason::TransportError);
                self.is_calm = false;
                self.conn().cut();
            }
            Step::Wait(milliseconds) => tokio::time::sleep(Duration::from_millis(milliseconds)).await,
        }
        settle().await;
    }

    fn done(&mut self, reasons: &[DisconnectReason]) {
        (self.is_done, self.is_calm) = (true, false);
        self.reasons.extend_from_slice(reasons);
    }

    /// From now on it is not known what the server makes of what the client sends.
    fn taint(&mut self) {
        use DisconnectReason as Why;
        self.is_tainted = true;
        self.done(&[Why::TransportClose, Why::TransportError, Why::PacketParsingError]);
    }

    /// The connection goes.
    fn lose(&mut self, how: impl FnOnce(&mut State)) {
        self.done(&[DisconnectReason::TransportError]);
        self.wire.change(how);
    }

    fn send_text(&mut self, payload: Vec<u8>, frames: impl Fn(&[u8]) -> Vec<u8>) {
        self.wire.send(&frames(&payload));
        if self.is_done || self.socket.is_closed() {
            return;
        }
        match (&payload[..], self.is_open) {
            (b"2probe", false) => {}
            (b"5", false) if self.began.elapsed() < UPGRADE && self.wire.state().gate == usize::MAX => {
                self.is_open = true
            }
            // Whether it comes in time is not known.
            (b"5", false) => self.taint(),
            (_, false) => self.done(&[]),
            ([b'4', message @ ..], true) => self.expect_message(1, message),
            (b"0" | b"3" | b"5" | b"6", true) => {}
            ([b'1', ..], true) => self.done(&[DisconnectReason::TransportClose]),
            ([b'2', ..], true) => self.done(&[DisconnectReason::TransportError]),
            _ => self.done(&[DisconnectReason::PacketParsingError]),
        }
    }

    fn expect_message(&mut self, opcode: u8, payload: &[u8]) {
        if self.is_done || self.socket.is_closed() {
        } else if !self.is_open {
            self.done(&[]);
        } else if payload.len() >= LARGEST {
            self.done(&[DisconnectReason::TransportError]);
        } else {
            self.expected.push((opcode, payload.to_vec()));
            // More may be held behind a CONNECT than the engine holds.
            self.reasons.extend(self.has_connected.then_some(DisconnectReason::TransportError));
        }
    }

    fn emit(&mut self, result: Result<(), TrySendError<()>>, frames: Vec<Sent>) {
        match result {
            Ok(()) => self.emitted.messages.push(frames),
            Err(TrySendError::Full(())) => {
                let Waiting { messages, bytes } = self.conn().waiting();
                assert!(messages >= MOST || bytes >= LARGEST, "full too early");
            }
            Err(TrySendError::Closed(())) => assert!(self.socket.is_closed()),
        }
    }

    /// What holds at any time.
    fn check_now(&self) {
        let state = self.wire.state();
        assert!(!state.has_panicked, "a panic");
        let may_read = state.gate == usize::MAX && !state.is_dropped;
        assert!(!may_read || state.input.is_empty(), "the client's bytes are not read");
        drop(state);
        let heard = self.recorder.heard.lock();
        let both = heard.len().min(self.expected.len());
        assert_eq!(heard[..both], self.expected[..both], "heard");
        assert!(heard.len() <= both || self.is_tainted, "heard what was not sent");
        assert_eq!(self.recorder.ends.lock().len(), usize::from(self.socket.is_closed()), "ends");
    }

    /// Lets everything go through, then lets the client leave: what holds before and after.
    async fn finish(&mut self) {
        self.wire.flow();
        tokio::time::sleep(PATIENCE).await;
        self.check_now();
        let received = Received::check(&self.wire.state().output, &self.emitted, !self.is_upgrade);
        let is_alive = self.is_open && !self.is_done && !self.socket.is_closed();
        if is_alive {
            assert!(!self.wire.state().is_dropped, "the connection is gone, the session is not");
            assert_eq!(*self.recorder.heard.lock(), self.expected, "heard in the end");
            assert_eq!(self.conn().waiting(), Waiting::default());
        }
        if is_alive {
            assert!(received.is_complete && received.is_latest, "what was sent did not arrive");
        } else if self.is_calm && self.is_open {
            assert!(received.is_complete && received.is_closed, "what was sent before the end did not arrive");
        }
        self.wire.change(|state| state.has_ended = true);
        tokio::time::sleep(PATIENCE).await;
        if self.is_open || self.is_tainted {
            self.reasons.push(DisconnectReason::TransportError);
        }
        assert!(self.wire.state().is_dropped, "the connection is not let go");
        self.check_now();
        let ends = self.recorder.ends.lock().clone();
        // A session goes on polling where the upgrade was not done.
        if !self.is_open && ends.is_empty() {
            return;
        }
        assert!(matches!(&ends[..], [reason] if self.reasons.contains(reason)), "{ends:?}");
        // A client that polls may fetch what waits once more.
        if self.is_open {
            assert_eq!(self.conn().waiting(), Waiting::default(), "what nobody will take is kept");
        }
        tokio::time::timeout(PATIENCE, self.socket.closed()).await.expect("all is over");
    }
}

fn drop_message<T>(error: TrySendError<T>) -> TrySendError<()> {
    match error {
        TrySendError::Full(_) => TrySendError::Full(()),
        TrySendError::Closed(_) => TrySendError::Closed(()),
    }
}
