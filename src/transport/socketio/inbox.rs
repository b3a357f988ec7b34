//! One peer's inbox: what it said, in the order in which it said it, and last of all that it is gone.
//!
//! The library runs handlers as tasks of their own, so that one client's events could overtake each other. Only
//! what a handler does before it returns happens in order; that is the putting into this inbox.

use std::sync::Arc;

use parking_lot::Mutex;
use socketioxide::extract::AckSender;
use tokio::sync::mpsc;

use super::event::EventName;
use super::payload::Reading;
use crate::core::peer::ConnectionEnd;

/// Events that may wait. A page says a few dozen a call; the peer's task takes each within microseconds.
const CAPACITY: usize = 1024;

/// What is in an inbox.
pub enum Entry {
    /// The peer said something. Boxed: the queue has room for a few dozen entries from the start.
    EventName(Box<IncomingEvent>),
    /// It is gone. Always the last entry.
    Gone(ConnectionEnd),
}

/// One thing that a peer said.
pub struct IncomingEvent {
    /// Which event it was.
    pub said: EventName,
    /// What it asks for, or what is wrong with it.
    pub reading: Reading,
    /// Where the acknowledgement goes, if one was asked for.
    pub ack: Option<AckSender>,
}

/// The end that is put into. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Inbox {
    entries: mpsc::Sender<Entry>,
    /// A place kept free from the start: however full the inbox is, the end can be told.
    last_place: Arc<Mutex<Option<mpsc::OwnedPermit<Entry>>>>,
}

impl Inbox {
    /// An inbox, and the end that is taken from.
    pub fn new() -> (Self, mpsc::Receiver<Entry>) {
        let (entries, taken) = mpsc::channel(CAPACITY + 1);
        let last_place = entries.clone().try_reserve_owned().ok();
        (Self { entries, last_place: Arc::new(Mutex::new(last_place)) }, taken)
    }

    /// Puts in what the peer said. Never waits; false if the inbox is full.
    pub fn put(&self, event: IncomingEvent) -> bool {
        // A closed inbox belongs to a peer that is gone: what it said last is of no use to anybody.
        !matches!(self.entries.try_send(Entry::EventName(Box::new(event))), Err(mpsc::error::TrySendError::Full(_)))
    }

    /// Puts in that the peer is gone. What was said before is still heard; only the first call counts.
    pub fn end(&self, how: ConnectionEnd) {
        if let Some(permit) = self.last_place.lock().take() {
            permit.send(Entry::Gone(how));
        }
    }
}
