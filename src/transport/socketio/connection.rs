//! One client's connection: what it sends is limited, read and acted on here, in the order of arrival.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use socketioxide::adapter::LocalAdapter;
use socketioxide::handler::MessageHandler;
use socketioxide::socket::{DisconnectReason as EngineReason, Socket};
use socketioxide_core::Value;
use switchboard_conn::ConnHandle;

use super::engine_session::Claim;
use super::event::EventName;
use super::payload::{self, Reading};
use super::peer::Peer;
use crate::auth::rate_limiter::{RateLimiter, Verdict};
use crate::core::peer::ConnectionEnd;
use crate::hub::Hub;
use crate::metrics;
use crate::protocol::name::UserName;

/// Events that may come before the client is a peer: between socketioxide's answer to the CONNECT and its call.
const MAX_EARLY: usize = 1024;

/// One connection.
pub struct Connection {
    /// The user name of its client.
    pub name: UserName,
    /// The transport.
    pub conn: ConnHandle,
    hub: Arc<Hub>,
    conversation: Mutex<Conversation>,
    /// Kept with the socket's listeners, since socketioxide may let go of a socket without a call to any handler.
    _claim: Claim,
}

struct Conversation {
    rate_limiter: RateLimiter,
    stage: Stage,
}

enum Stage {
    /// The client is not a peer yet. What it has sent meanwhile.
    Arriving(Vec<IncomingEvent>),
    Open(Peer),
    Ended(ConnectionEnd),
}

/// An event that a client has sent.
pub struct IncomingEvent {
    /// Its name.
    pub event: EventName,
    /// What it asks for, or what is wrong with it.
    pub reading: Reading,
    /// The number of the acknowledgement, if one was asked for.
    pub ack: Option<i64>,
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

impl Connection {
    /// The connection of a client that was let in, and is about to become a peer.
    pub fn new(name: UserName, conn: ConnHandle, claim: Claim, hub: Arc<Hub>, rate_limiter: RateLimiter) -> Arc<Self> {
        let conversation = Mutex::new(Conversation { rate_limiter, stage: Stage::Arriving(Vec::new()) });
        Arc::new(Self { name, conn, hub, conversation, _claim: claim })
    }

    /// The client is a peer from now on: what it has sent already is acted on.
    pub fn open(&self, mut peer: Peer) {
        let mut conversation = self.conversation.lock();
        match &mut conversation.stage {
            Stage::Arriving(early) => {
                let early = std::mem::take(early);
                conversation.stage = Stage::Open(peer);
                for event in early {
                    self.act(&mut conversation, event);
                }
            }
            Stage::Open(_) => {}
            Stage::Ended(end) => peer.end = *end,
        }
    }

    /// The connection has ended: its peer leaves. Only the first call counts.
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

    /// Closes the connection, in which something is wrong. Its end follows by the transport.
    pub fn close(&self, reason: &'static str, why: &str) {
        close(&self.conn, &self.name, reason, why);
    }

    fn receive(&self, packet: &Value, ack: Option<i64>) {
        self.conn.used(size(packet));
        let event = event_of(packet);
        let mut conversation = self.conversation.lock();
        let Conversation { rate_limiter, stage } = &mut *conversation;
        if matches!(stage, Stage::Ended(_)) {
            return;
        }
        let reading = match rate_limiter.take(Instant::now()) {
            // As in the course's server nothing comes of it, not even an ack.
            Verdict::Listen if event == EventName::Unknown => return self.log_unknown(packet),
            Verdict::Listen => payload::read(event, packet, self.hub.limits()),
            Verdict::Tell => Reading { command: Err(rate_limiter.refusal()), number: None },
            Verdict::Drop => return,
            Verdict::Close => return self.close("too-fast", "it speaks too fast"),
        };
        self.act(&mut conversation, IncomingEvent { event, reading, ack });
    }

    fn act(&self, conversation: &mut Conversation, event: IncomingEvent) {
        match &mut conversation.stage {
            Stage::Arriving(early) if early.len() < MAX_EARLY => early.push(event),
            Stage::Arriving(_) => self.close("too-fast", "it says more than can be taken in"),
            Stage::Open(peer) => {
                // A fault ends this conversation and nothing else.
                if catch_unwind(AssertUnwindSafe(|| peer.receive(event))).is_err() {
                    conversation.stage = Stage::Ended(ConnectionEnd::Broken);
                    self.close("fault", "its conversation failed");
                }
            }
            Stage::Ended(_) => {}
        }
    }

    /// An event that this server does not know is logged once, since a misspelling leaves no other trace here.
    fn log_unknown(&self, packet: &Value) {
        if let Some(event) = metrics::first("unknown-event", name_of(packet).unwrap_or("(no name)")) {
            tracing::info!(
                user = self.name.as_str(),
                event,
                "an unknown event, which has no effect: is it misspelled?"
            );
        }
    }

    /// Logs that what the client sent ended its connection, where it did.
    pub fn log_end(&self, reason: &EngineReason, max_message: usize) {
        let user = self.name.as_str();
        match reason {
            _ if self.conn.is_too_large() => {
                let words = format!("it sent a message of more than {max_message} bytes (--max-message)");
                metrics::warn_about("too-large", user, format!("connection of {user:?} closed: {words}"));
            }
            EngineReason::PacketParsingError => {
                let words = "it sent a packet that cannot be read (does it use another parser, such as msgpack?)";
                metrics::warn_about("unreadable", user, format!("connection of {user:?} closed: {words}"));
            }
            _ => {}
        }
    }
}

/// Closes a client's connection because of a fault of it.
pub fn close(conn: &ConnHandle, name: &UserName, reason: &'static str, why: &str) {
    let user = name.as_str();
    metrics::warn_about(reason, user, format!("connection of {user:?} closed: {why}"));
    conn.cut();
}

/// Which event it is: the first element of the array.
fn event_of(packet: &Value) -> EventName {
    name_of(packet).map_or(EventName::Unknown, EventName::from_name)
}

fn name_of(packet: &Value) -> Option<&str> {
    let Value::Str(text, _) = packet else { return None };
    let after_bracket = text.trim_start().strip_prefix('[').unwrap_or_default();
    after_bracket.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next())
}

/// Bytes of an event.
fn size(packet: &Value) -> usize {
    match packet {
        Value::Str(text, None) => text.len(),
        Value::Str(text, Some(parts)) => text.len() + parts.iter().map(|part| part.len()).sum::<usize>(),
        Value::Bytes(bytes) => bytes.len(),
    }
}
