//! What a peer says, as it comes from the library: paced, measured, read, and put into its inbox.

use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::AckSender;
use socketioxide::handler::{FromMessageParts, MessageHandler};
use socketioxide::socket::Socket;
use socketioxide_core::Value;

use super::event::Said;
use super::inbox::{Inbox, Utterance};
use super::payload::{self, Reading};
use super::transport::Claim;
use crate::admission::pace::{Pace, Verdict};
use crate::signaling::peer::ConnectionEnd;
use crate::store::Store;
use crate::tally;

/// What all that a peer says goes through.
pub struct Ear {
    /// Where it goes.
    pub inbox: Inbox,
    /// How fast it may come.
    pub pace: Mutex<Pace>,
    /// Whose limits hold.
    pub store: Arc<Store>,
    /// What it comes by. Kept with the socket's listeners, since the library may let a socket go without a word to any
    /// handler.
    pub claim: Arc<Claim>,
}

/// Hears all events of one peer. One listener, not one for each event: the library would keep a table of them for each
/// connection.
pub struct Listener(pub Arc<Ear>);

/// The library's own closures run as spawned tasks, in any order. This runs inline, in the order of arrival.
impl MessageHandler<LocalAdapter, Listener> for Listener {
    fn call(&self, socket: Arc<Socket<LocalAdapter>>, mut packet: Value, ack_id: Option<i64>) {
        let Self(ear) = self;
        let said = said(&packet);
        ear.claim.session().heard(size(&packet));
        let verdict = ear.pace.lock().take(Instant::now());
        let reading = match verdict {
            // As in the course server nothing comes of it, not even an ack.
            Verdict::Listen if said == Said::Unknown => return,
            Verdict::Listen => payload::read(said, &packet, ear.store.limits()),
            Verdict::Tell => Reading { command: Err(ear.pace.lock().refusal()), number: None },
            Verdict::Drop => return,
            Verdict::Close => return ear.close("too-fast", "it speaks too fast"),
        };
        let Ok(ack) = AckSender::from_message_parts(&socket, &mut packet, &ack_id);
        let ack = ack_id.is_some().then_some(ack);
        if !ear.inbox.put(Utterance { said, reading, ack }) {
            ear.close("too-fast", "it says more than can be taken in");
        }
    }
}

impl Ear {
    /// Nothing more is heard of this peer, nor told to it.
    pub fn close(&self, reason: &'static str, why: &str) {
        if self.claim.cut() {
            tally::warn(reason, format!("connection closed: {why}"));
        }
        self.inbox.end(ConnectionEnd::Broken);
    }
}

/// Which event it is: the first element of the array.
fn said(packet: &Value) -> Said {
    let Value::Str(text, _) = packet else { return Said::Unknown };
    let after_bracket = text.trim_start().strip_prefix('[').unwrap_or_default();
    let name = after_bracket.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
    name.map_or(Said::Unknown, Said::from_name)
}

/// Bytes of an event.
fn size(packet: &Value) -> usize {
    match packet {
        Value::Str(text, None) => text.len(),
        Value::Str(text, Some(parts)) => text.len() + parts.iter().map(|part| part.len()).sum::<usize>(),
        Value::Bytes(bytes) => bytes.len(),
    }
}
