//! All sessions: opens, finds and ends them, and delivers their messages.
//!
//! Invariants:
//! - [`End::end`] may be called from anywhere, under any lock, more than once. The handler is notified once, in a task of
//!   its own.
//! - The handler is called without a lock held. If it panics, only that session ends.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::time::Duration;

use engineioxide_core::{Sid, TransportType};
use http::header::{self, HeaderName};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use parking_lot::RwLock;

use crate::backlog::Capacity;
use crate::clock::{Clock, Due, Entry};
use crate::config::EngineIoConfig;
use crate::connects::Arrival;
use crate::frame::Frame;
use crate::handler::EngineIoHandler;
use crate::packet::{self, Message, Packet};
use crate::session::{DisconnectReason, End, Ending, Session, Stage};
use crate::socket::{Deliver, Socket};

/// How long a polling session that the server has closed waits for its last poll.
const LAST_POLL: Duration = Duration::from_secs(30);
/// How many messages of the largest size may wait: the layer above may reply to a message with one of the same size.
const MESSAGES_WAITING: usize = 2;

/// The engine: all sessions of one server.
pub(crate) struct Engine<H: EngineIoHandler> {
    pub config: EngineIoConfig,
    handler: Arc<H>,
    sockets: RwLock<HashMap<Sid, Arc<Socket<H::Data>>>>,
    /// Polling sessions that have ended and wait for their last poll.
    ended: RwLock<HashMap<Sid, Arc<Session>>>,
    clock: Arc<Clock>,
    this: Weak<Self>,
}

impl<H: EngineIoHandler> Engine<H> {
    pub(crate) fn new(handler: Arc<H>, config: EngineIoConfig) -> Arc<Self> {
        Arc::new_cyclic(|this| Self {
            clock: Arc::new(Clock::new(config.ping_interval, config.ping_timeout, LAST_POLL)),
            config,
            handler,
            sockets: RwLock::default(),
            ended: RwLock::default(),
            this: this.clone(),
        })
    }

    /// Opens a session.
    pub(crate) fn open(self: &Arc<Self>, stage: Stage, parts: Parts) -> Arc<Socket<H::Data>> {
        let bytes = usize::try_from(self.config.max_payload).unwrap_or(usize::MAX).saturating_mul(MESSAGES_WAITING);
        let capacity = Capacity { messages: self.config.max_buffer_size, bytes };
        let session = Arc::new(Session::new(stage, capacity, self.this.clone()));
        let socket = Arc::new(Socket::new(session, compact(parts), self.clone()));
        self.sockets.write().insert(socket.id, socket.clone());
        self.schedule(Due::Ping, &socket.session);
        let (handler, opened) = (self.handler.clone(), socket.clone());
        self.guard(&socket, || handler.on_connect(opened));
        socket
    }

    pub(crate) fn get(&self, id: Sid) -> Option<Arc<Socket<H::Data>>> {
        self.sockets.read().get(&id).cloned()
    }

    /// A session that the server has closed and that waits for its last poll.
    pub(crate) fn ended(&self, id: Sid) -> Option<Arc<Session>> {
        self.ended.read().get(&id).cloned()
    }

    /// Forgets a closed session, whose last poll is answered.
    pub(crate) fn forget(&self, id: Sid) {
        self.ended.write().remove(&id);
    }

    /// The JSON payload of the open packet.
    pub(crate) fn greeting(&self, id: Sid, transport: TransportType) -> String {
        let upgrades = match transport {
            TransportType::Polling if self.config.allowed_transport(TransportType::Websocket) => r#""websocket""#,
            _ => "",
        };
        let (interval, timeout) = (self.config.ping_interval.as_millis(), self.config.ping_timeout.as_millis());
        let most = self.config.max_payload;
        format!(
            r#"{{"sid":"{id}","upgrades":[{upgrades}],"pingInterval":{interval},"pingTimeout":{timeout},"maxPayload":{most}}}"#
        )
    }

    /// Acts on a packet of the client.
    ///
    /// # Errors
    /// A packet that ends the session: the reason, and how the transport has to end it.
    pub(crate) fn receive(
        &self,
        socket: &Arc<Socket<H::Data>>,
        packet: Packet,
    ) -> Result<(), (DisconnectReason, Ending)> {
        let session = &socket.session;
        if packet == Packet::Pong {
            if session.pong() {
                self.schedule(Due::Ping, session);
            }
        } else if session.is_alive() {
            self.schedule(Due::Pong, session);
        }
        match packet {
            Packet::Message(message) => self.arrive(socket, message),
            Packet::Close => return Err((DisconnectReason::TransportClose, Ending::ByClient)),
            Packet::Ping => return Err((DisconnectReason::TransportError, Ending::Broken)),
            Packet::Pong | Packet::Meaningless => {}
        }
        Ok(())
    }

    /// Delivers a message, or holds it behind a CONNECT.
    fn arrive(&self, socket: &Arc<Socket<H::Data>>, message: Message) {
        if socket.is_closed() {
            return;
        }
        let most = usize::try_from(self.config.max_payload).unwrap_or(usize::MAX);
        match socket.connects.arrive(message, most) {
            Arrival::Deliver(message) => self.deliver(socket, message),
            Arrival::Held { first: true } => self.limit_hold(socket),
            Arrival::Held { first: false } => {}
            Arrival::TooMuch => socket.session.end(DisconnectReason::TransportError, Ending::Broken),
        }
    }

    fn deliver(&self, socket: &Arc<Socket<H::Data>>, message: Message) {
        self.guard(socket, || match message {
            Message::Text(text) => self.handler.on_message(text, socket.clone()),
            Message::Binary(data) => self.handler.on_binary(data, socket.clone()),
        });
    }

    fn deliver_held(&self, socket: &Arc<Socket<H::Data>>) {
        while let Some(message) = socket.connects.next() {
            if !socket.is_closed() {
                self.deliver(socket, message);
            }
        }
    }

    /// Limits how long messages are held behind a CONNECT that is never answered.
    fn limit_hold(&self, socket: &Arc<Socket<H::Data>>) {
        let (engine, socket) = (self.this.clone(), Arc::downgrade(socket));
        let wait = self.config.upgrade_timeout;
        tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            if let (Some(engine), Some(socket)) = (engine.upgrade(), socket.upgrade())
                && socket.connects.give_up()
            {
                engine.deliver_held(&socket);
            }
        });
    }

    fn guard(&self, socket: &Socket<H::Data>, call: impl FnOnce()) {
        if catch_unwind(AssertUnwindSafe(call)).is_err() {
            socket.session.end(DisconnectReason::TransportError, Ending::Broken);
        }
    }

    fn schedule(&self, due: Due, session: &Session) {
        self.schedule_beat(due, session.id, session.next_beat());
    }

    fn schedule_beat(&self, due: Due, id: Sid, beat: u32) {
        if self.clock.schedule(due, id, beat) {
            let running = Running { clock: self.clock.clone(), has_stopped: false };
            tokio::spawn(keep_time(self.this.clone(), running));
        }
    }

    fn fire(&self, due: Due, entry: Entry) {
        if due == Due::LastPoll {
            self.ended.write().remove(&entry.id);
            return;
        }
        let Some(socket) = self.get(entry.id) else { return };
        match due {
            Due::Ping => {
                if let Some(beat) = socket.session.ping(entry.beat) {
                    socket.session.queue.put_control(Frame::packet(packet::PING, ""));
                    self.schedule_beat(Due::Pong, entry.id, beat);
                }
            }
            _ if socket.session.is_overdue(entry.beat) => {
                socket.session.end(DisconnectReason::HeartbeatTimeout, Ending::Broken);
            }
            _ => {}
        }
    }
}

/// The task of the clock. It does not keep the engine alive.
async fn keep_time<H: EngineIoHandler>(engine: Weak<Engine<H>>, mut running: Running) {
    while let Some(due) = running.clock.due().await {
        let Some(engine) = engine.upgrade() else { return };
        for (due, entry) in due {
            engine.fire(due, entry);
        }
    }
    running.has_stopped = true;
}

/// Notes in `Drop` that the clock's task has ended with its runtime.
struct Running {
    clock: Arc<Clock>,
    has_stopped: bool,
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.has_stopped {
            self.clock.abandon();
        }
    }
}

impl<H: EngineIoHandler> End for Engine<H> {
    fn end(&self, id: Sid, reason: DisconnectReason, ending: Ending) {
        let Some(socket) = self.sockets.write().remove(&id) else { return };
        let session = &socket.session;
        match ending {
            Ending::Orderly => session.queue.close(packet::CLOSE, false),
            Ending::ByClient => session.queue.close(packet::NOOP, false),
            Ending::Broken => session.queue.close(packet::CLOSE, true),
            Ending::Cut => session.queue.cut(),
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if ending == Ending::Orderly && session.stage() != Stage::WebSocket {
            self.ended.write().insert(id, session.clone());
            self.schedule_beat(Due::LastPoll, id, 0);
        }
        let handler = self.handler.clone();
        runtime.spawn(async move { handler.on_disconnect(socket, reason) });
    }
}

impl<H: EngineIoHandler> Deliver for Engine<H> {
    fn deliver_later(&self, id: Sid) {
        if let (Some(engine), Some(socket)) = (self.this.upgrade(), self.get(id)) {
            tokio::spawn(async move { engine.deliver_held(&socket) });
        }
    }
}

/// Copies the request that opened a session, which is kept as long as the session. Its values are slices of hyper's read
/// buffer, which would be kept with them. Headers of the connection itself are left out.
fn compact(mut parts: Parts) -> Parts {
    const OF_THE_CONNECTION: [HeaderName; 6] = [
        header::CONNECTION,
        header::UPGRADE,
        header::SEC_WEBSOCKET_KEY,
        header::SEC_WEBSOCKET_VERSION,
        header::SEC_WEBSOCKET_PROTOCOL,
        header::SEC_WEBSOCKET_EXTENSIONS,
    ];
    let mut headers = HeaderMap::new();
    for (name, value) in parts.headers.iter().filter(|(name, _)| !OF_THE_CONNECTION.contains(name)) {
        let Ok(mut copy) = HeaderValue::from_bytes(value.as_bytes()) else { return parts };
        copy.set_sensitive(value.is_sensitive());
        headers.append(name.clone(), copy);
    }
    if let Ok(uri) = parts.uri.to_string().parse() {
        parts.uri = uri;
    }
    parts.headers = headers;
    parts
}
