//! What a peer says, as it comes from the library: paced, measured, read, and put into its inbox.

use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::AckSender;
use socketioxide::handler::{FromMessageParts, MessageHandler};
use socketioxide::socket::{DisconnectReason as EngineReason, Socket};
use socketioxide_core::Value;

use super::event::EventName;
use super::inbox::{Inbox, IncomingEvent};
use super::payload::{self, Reading};
use super::sessions::Claim;
use crate::auth::rate_limiter::{RateLimiter, Verdict};
use crate::core::name::UserName;
use crate::core::peer::ConnectionEnd;
use crate::hub::Hub;
use crate::metrics;

/// What all that a peer says goes through.
pub struct Connection {
    /// Whose it is.
    pub name: UserName,
    /// Where it goes.
    pub inbox: Inbox,
    /// How fast it may come.
    pub rate_limiter: Mutex<RateLimiter>,
    /// Whose limits hold.
    pub hub: Arc<Hub>,
    /// What it comes by. Kept with the socket's listeners, since the library may let a socket go without a word to any
    /// handler.
    pub claim: Arc<Claim>,
}

/// Hears all events of one peer. One listener, not one for each event: the library would keep a table of them for each
/// connection.
pub struct Listener(pub Arc<Connection>);

/// The library's own closures run as spawned tasks, in any order. This runs inline, in the order of arrival.
impl MessageHandler<LocalAdapter, Listener> for Listener {
    fn call(&self, socket: Arc<Socket<LocalAdapter>>, mut packet: Value, ack_id: Option<i64>) {
        let Self(connection) = self;
        let said = said(&packet);
        connection.claim.session().heard(size(&packet));
        let verdict = connection.rate_limiter.lock().take(Instant::now());
        let reading = match verdict {
            // As in the course server nothing comes of it, not even an ack.
            Verdict::Listen if said == EventName::Unknown => return connection.unknown(&packet),
            Verdict::Listen => payload::read(said, &packet, connection.hub.limits()),
            Verdict::Tell => Reading { command: Err(connection.rate_limiter.lock().refusal()), number: None },
            Verdict::Drop => return,
            Verdict::Close => return connection.close("too-fast", "it speaks too fast"),
        };
        let Ok(ack) = AckSender::from_message_parts(&socket, &mut packet, &ack_id);
        let ack = ack_id.is_some().then_some(ack);
        if !connection.inbox.put(IncomingEvent { said, reading, ack }) {
            connection.close("too-fast", "it says more than can be taken in");
        }
    }
}

impl Connection {
    /// An event that this server does not know: named in the log once, since a misspelling has no other trace here.
    fn unknown(&self, packet: &Value) {
        if let Some(event) = metrics::first("unknown-event", event_name(packet).unwrap_or("(no name)")) {
            tracing::info!(
                user = self.name.as_str(),
                event,
                "an unknown event, which has no effect: is it misspelled?"
            );
        }
    }

    /// Logs that what the client sent ended its connection, where it did. The library tells no more than this.
    pub fn log_end(&self, reason: &EngineReason, most: usize) {
        let user = self.name.as_str();
        match reason {
            EngineReason::PacketParsingError | EngineReason::TransportError
                if self.claim.session().longest() > most as u64 =>
            {
                let words = format!("it sent a message of more than {most} bytes (--max-message)");
                metrics::warn_about("too-large", user, format!("connection of {user:?} closed: {words}"));
            }
            EngineReason::PacketParsingError => {
                let words = "it sent a packet that cannot be read (does it use another parser, such as msgpack?)";
                metrics::warn_about("unreadable", user, format!("connection of {user:?} closed: {words}"));
            }
            _ => {}
        }
    }

    /// Nothing more is heard of this peer, nor told to it.
    pub fn close(&self, reason: &'static str, why: &str) {
        if self.claim.cut() {
            let user = self.name.as_str();
            metrics::warn_about(reason, user, format!("connection of {user:?} closed: {why}"));
        }
        self.inbox.end(ConnectionEnd::Broken);
    }
}

/// Which event it is: the first element of the array.
fn said(packet: &Value) -> EventName {
    event_name(packet).map_or(EventName::Unknown, EventName::from_name)
}

fn event_name(packet: &Value) -> Option<&str> {
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
