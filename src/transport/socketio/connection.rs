//! One client's connection: what it sends is limited, decoded and submitted here, in the order of arrival.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Instant;

use bytes::Bytes;
use parking_lot::Mutex;
use socketioxide::TransportType;
use socketioxide::adapter::LocalAdapter;
use socketioxide::handler::MessageHandler;
use socketioxide::socket::{DisconnectReason as EngineReason, Socket};
use socketioxide_core::Value;
use switchboard_conn::ConnHandle;
use tokio::runtime::Handle;

use super::engine_session::Claim;
use super::incoming::{IncomingEvent, Request, event_of, name_of, sent_name, shown, size};
use crate::auth::rate_limiter::{RateDecision, RateLimiter};
use crate::core::command::ConnectionEnd;
use crate::core::id::PeerId;
use crate::hub::peer::ConnectedPeer;
use crate::hub::shards::Numbers;
use crate::inspect::content::Transport;
use crate::inspect::recorder::{Origin, Recorder};
use crate::metrics;
use crate::metrics::totals::{Present, SOCKETIO};
use crate::net::request_id::RequestId;
use crate::protocol::limits::Limits;
use crate::protocol::name::UserName;
use crate::protocol::refusal::Refusal;
use crate::protocol::socketio::decode::{DecodedEvent, decode};
use crate::protocol::socketio::event::EventName;
use crate::refusals::{RefusalLog, Who};
use crate::traces::span::Span;

/// Events that may come before the client is a peer: between socketioxide's reply to the CONNECT packet and its call of
/// the connect handler.
const MAX_EARLY: usize = 1024;

/// One connection.
pub struct Connection {
    /// The client's user name.
    pub name: UserName,
    /// The number of the request that opened it.
    pub(super) request: RequestId,
    /// Its transport.
    pub conn: ConnHandle,
    /// The socket, for what has binary values. Not kept alive: its listener keeps this.
    pub(super) socket: Weak<Socket<LocalAdapter>>,
    /// Whether the client wants `newOfferWaiting`, too.
    pub(super) aliases: bool,
    /// Bytes that may wait for the client.
    pub(super) max_bytes: usize,
    pub(super) is_cut: AtomicBool,
    /// Takes reports for the inspector.
    pub(super) recorder: Recorder,
    /// How the client is connected, for the inspector.
    pub(super) origin: Origin,
    /// The peer that the client is, once it is one.
    pub(super) client: OnceLock<PeerId>,
    /// Whether the client polled when it last sent an event.
    polls: AtomicBool,
    limits: Arc<Limits>,
    /// Never locked while the hub is called: the hub's replies lock it.
    pub(super) refusals: Mutex<RefusalLog>,
    conversation: Mutex<Conversation>,
    _present: Present,
    /// Kept with the socket's listener, since socketioxide may drop a socket without a call to any handler.
    _claim: Claim,
}

struct Conversation {
    rate_limiter: RateLimiter,
    /// Bytes of what came before the client is a peer.
    early_bytes: usize,
    stage: Stage,
}

enum Stage {
    /// The client is not a peer yet. What it has sent meanwhile.
    Arriving(Vec<IncomingEvent>),
    Open(ConnectedPeer),
    Ended(ConnectionEnd),
}

/// What a connection needs to begin.
pub struct Start {
    /// The client's user name.
    pub name: UserName,
    /// The number of the request that opened it.
    pub request: RequestId,
    /// Its transport.
    pub conn: ConnHandle,
    /// The claim on its session.
    pub claim: Claim,
    /// Whether the client wants `newOfferWaiting`, too.
    pub aliases: bool,
    /// Bytes that may wait for the client.
    pub max_bytes: usize,
    /// How fast the client may send.
    pub rate_limiter: RateLimiter,
    /// The limits that hold.
    pub limits: Arc<Limits>,
    /// Takes reports for the inspector.
    pub recorder: Recorder,
    /// How the client is connected, for the inspector.
    pub origin: Origin,
}

impl Connection {
    /// The connection of a client that was admitted, and is about to become a peer.
    pub fn new(start: Start, socket: &Arc<Socket<LocalAdapter>>) -> Arc<Self> {
        let Start { name, request, conn, claim, aliases, max_bytes, rate_limiter, limits, recorder, origin } = start;
        let stage = Stage::Arriving(Vec::new());
        Arc::new(Self {
            name,
            request,
            conn,
            socket: Arc::downgrade(socket),
            aliases,
            max_bytes,
            is_cut: AtomicBool::new(false),
            recorder,
            origin,
            client: OnceLock::new(),
            polls: AtomicBool::new(origin.transport == Transport::Polling),
            limits,
            refusals: Mutex::new(RefusalLog::new()),
            conversation: Mutex::new(Conversation { rate_limiter, early_bytes: 0, stage }),
            _present: SOCKETIO.clients.enter(),
            _claim: claim,
        })
    }

    /// The client is a peer from now on: what it has sent already is submitted. `remark`: a notice about its `auth`, sent to
    /// the client.
    pub fn open(self: &Arc<Self>, mut peer: ConnectedPeer, remark: Option<&Refusal>) {
        peer.request = Some(self.request.0);
        let mut conversation = self.conversation.lock();
        if let Some(refusal) = remark {
            self.remark(refusal);
        }
        match &mut conversation.stage {
            Stage::Arriving(early) => {
                let early = std::mem::take(early);
                conversation.stage = Stage::Open(peer);
                for event in early {
                    self.act(&mut conversation, event);
                }
            }
            Stage::Open(_) => {}
            Stage::Ended(end) => {
                peer.end = *end;
                drop(conversation);
                drop(peer);
            }
        }
    }

    /// The connection has ended: its peer disconnects. Only the first call counts.
    pub fn end(&self, end: ConnectionEnd) {
        let mut conversation = self.conversation.lock();
        if let Stage::Ended(_) = conversation.stage {
            return;
        }
        if let Stage::Open(mut peer) = std::mem::replace(&mut conversation.stage, Stage::Ended(end)) {
            drop(conversation);
            peer.end = end;
        }
    }

    /// The same where locks may be held: in a task.
    pub(super) fn end_in_task(self: &Arc<Self>) {
        let connection = self.clone();
        // Without a runtime the server is gone, and all peers with it.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move { connection.end(ConnectionEnd::Broken) });
        }
    }

    fn receive(self: &Arc<Self>, packet: &Value, ack: Option<i64>) {
        self.conn.used(size(packet));
        let mut conversation = self.conversation.lock();
        if self.is_cut.load(Ordering::Relaxed) || matches!(conversation.stage, Stage::Ended(_)) {
            return;
        }
        // A fault ends this connection and nothing else.
        if catch_unwind(AssertUnwindSafe(|| self.accept(&mut conversation, packet, ack))).is_err() {
            conversation.stage = Stage::Ended(ConnectionEnd::Broken);
            self.close_once("fault", "an event of it met a fault of the server");
        }
    }

    fn accept(self: &Arc<Self>, conversation: &mut Conversation, packet: &Value, ack: Option<i64>) {
        let event = event_of(packet);
        if let Stage::Arriving(early) = &conversation.stage {
            conversation.early_bytes += size(packet);
            if !early.is_empty() && conversation.early_bytes > self.max_bytes {
                return self.close_once("too-fast", "it sends more bytes than may wait before it is connected");
            }
        }
        let rate_limiter = &mut conversation.rate_limiter;
        let decoded = match rate_limiter.take(Instant::now()) {
            // As in the course's server nothing comes of it, not even an acknowledgement.
            RateDecision::Accept if event == EventName::Unknown => {
                if let Stage::Open(peer) = &conversation.stage
                    && self.recorder.is_on()
                {
                    let name = (sent_name(event, packet), false);
                    self.recorder.received(peer.id(), name, || shown(packet, false), ack);
                }
                return self.log_unknown(packet);
            }
            RateDecision::Accept => {
                SOCKETIO.messages.add(1);
                self.decode(event, packet, ack.is_some())
            }
            RateDecision::Reject => DecodedEvent { message: Err(rate_limiter.refusal()), number: None },
            RateDecision::Drop => return,
            RateDecision::Close => return self.close_once("too-fast", "it sends too fast"),
        };
        let is_json = decoded.message.is_ok();
        let shown = self.recorder.is_on().then(|| (sent_name(event, packet), shown(packet, is_json)));
        self.act(conversation, IncomingEvent { request: Request { event, ack, record: None }, decoded, shown });
    }

    fn decode(&self, event: EventName, packet: &Value, has_ack: bool) -> DecodedEvent {
        let (array, attachments): (&str, Vec<Bytes>) = match packet {
            Value::Str(array, None) => (array.as_str(), Vec::new()),
            Value::Str(array, Some(attachments)) => (array.as_str(), attachments.clone().into()),
            Value::Bytes(_) => ("", Vec::new()),
        };
        decode(event, array, &attachments, has_ack, &self.limits)
    }

    fn act(self: &Arc<Self>, conversation: &mut Conversation, event: IncomingEvent) {
        match &mut conversation.stage {
            Stage::Arriving(early) if early.len() < MAX_EARLY => early.push(event),
            Stage::Arriving(_) => {
                self.close_once("too-fast", "it sends more events than may wait before it is connected")
            }
            Stage::Open(peer) => self.submit(peer, event),
            Stage::Ended(_) => {}
        }
    }

    fn submit(self: &Arc<Self>, peer: &ConnectedPeer, event: IncomingEvent) {
        let IncomingEvent { mut request, decoded: DecodedEvent { number, message }, shown } = event;
        if let Some((name, payload)) = shown {
            self.note_upgrade(peer.id());
            request.record = self.recorder.received(peer.id(), (name, true), || payload, request.ack);
        }
        let numbers = Numbers { own: number, record: request.record };
        let (connection, client) = (self.clone(), peer.id());
        let span = Span::command("socketio", request.event.name(), client, self.request);
        peer.submit(numbers, message, move |result| {
            span.replied(result.as_ref());
            match result {
                Ok(reply) => connection.reply(client, request, reply),
                Err(refusal) => connection.reject(request, &refusal),
            }
        });
    }

    /// Reports that the client has upgraded since its last event.
    fn note_upgrade(&self, client: PeerId) {
        if !self.polls.load(Ordering::Relaxed) {
            return;
        }
        let transport = self.socket.upgrade().map(|socket| socket.transport_type());
        if transport == Some(TransportType::Websocket) && self.polls.swap(false, Ordering::Relaxed) {
            self.recorder.upgraded(client);
        }
    }

    /// An event that this server does not know is logged once, since a misspelling leaves no other trace here.
    fn log_unknown(&self, packet: &Value) {
        if let Some(event) = metrics::first("unknown-event", name_of(packet).unwrap_or("(no name)")) {
            tracing::info!(
                request = self.request.0,
                peer = self.client.get().map(tracing::field::display),
                user = self.name.as_str(),
                event,
                "an unknown event, which has no effect: is it misspelled?"
            );
        }
    }

    /// Logs that what the client sent ended its connection, where it did.
    pub fn log_end(&self, reason: &EngineReason, max_message: usize) {
        match reason {
            _ if self.conn.is_too_large() => {
                let words = format!("it sent a message of more than {max_message} bytes (--max-message)");
                self.log_closed("too-large", &words);
            }
            EngineReason::PacketParsingError => {
                let words = "it sent a packet that cannot be read (does it use another parser, such as msgpack?)";
                self.log_closed("unreadable", words);
            }
            _ => {}
        }
    }

    /// Counts and logs that the connection is closed because of what the client did.
    pub(super) fn log_closed(&self, reason: &'static str, why: &str) {
        let user = self.name.as_str();
        if let Some(times) = metrics::counted_about(reason, user) {
            let (request, peer) = (self.request.0, self.client.get().map(tracing::field::display));
            tracing::warn!(times, request, peer, "connection of {user:?} closed: {why}");
        }
    }

    /// Whose refusals are logged.
    pub(super) fn who(&self) -> Who<'_> {
        let peer = self.client.get().map(|peer| peer as &dyn Display);
        Who { request: self.request.0, peer, user: self.name.as_str() }
    }
}

/// Receives all events of one connection. One listener, not one for each event: socketioxide would keep a table of them
/// for each connection.
pub struct Listener(pub Arc<Connection>);

/// Closures would run as spawned tasks, in any order. This runs inline, in the order of arrival.
impl MessageHandler<LocalAdapter, Listener> for Listener {
    fn call(&self, _: Arc<Socket<LocalAdapter>>, packet: Value, ack: Option<i64>) {
        self.0.receive(&packet, ack);
    }
}

impl Drop for Listener {
    /// The socket is gone, perhaps without a call to any handler.
    fn drop(&mut self) {
        let has_ended = self.0.conversation.try_lock().is_some_and(|it| matches!(it.stage, Stage::Ended(_)));
        if !has_ended {
            self.0.end_in_task();
        }
    }
}
