//! The messages that a peer may have to be sent again.
//!
//! A connection that breaks loses what is on its way. So the messages for a peer that is away wait here, and for a peer
//! that counts (it has a session) the newest stay here even after they were sent: a connection can be dead for a while
//! before the server or the client notices.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::time::Timestamp;
use crate::protocol::limits::Limits;
use crate::protocol::server_message::ServerMessage;

/// The messages of one peer, oldest first.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct ReplayBuffer {
    /// The number of the last message ever kept.
    last: u64,
    events: VecDeque<SequencedEvent>,
    bytes: usize,
}

/// A message with its place in the order of all that were ever kept for this peer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SequencedEvent {
    /// 1 for the first.
    pub number: u64,
    /// The message.
    pub message: ServerMessage,
    since: Timestamp,
}

impl ReplayBuffer {
    /// Keeps a message and returns its number.
    pub fn keep(&mut self, message: ServerMessage, now: Timestamp) -> u64 {
        self.last += 1;
        self.bytes += message.size();
        self.events.push_back(SequencedEvent { number: self.last, message, since: now });
        self.last
    }

    /// The number of the last message ever kept, 0 before the first.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// Whether this is more than may be kept. A single message may be of any size.
    pub fn is_too_full(&self, limits: &Limits) -> bool {
        self.events.len() > limits.max_replay || (self.bytes > limits.max_replay_bytes && self.events.len() > 1)
    }

    /// Drops the oldest message.
    pub fn drop_oldest(&mut self) {
        if let Some(event) = self.events.pop_front() {
            self.bytes -= event.message.size();
        }
    }

    /// Drops all messages but those of rooms.
    pub fn keep_rooms_only(&mut self) {
        self.events.retain(|event| matches!(event.message, ServerMessage::Room(_)));
        self.bytes = self.events.iter().map(|event| event.message.size()).sum();
    }

    /// Drops the messages that have been here for so long that they must have arrived.
    pub fn drop_stale(&mut self, now: Timestamp, ttl: Duration) {
        while self.events.front().is_some_and(|event| now.since(event.since) >= ttl) {
            self.drop_oldest();
        }
    }

    /// The messages after this number; `None` if some of them are no longer here.
    pub fn after(&mut self, received: u64) -> Option<Vec<SequencedEvent>> {
        let first = self.events.front().map_or(self.last + 1, |event| event.number);
        if received.saturating_add(1) < first {
            return None;
        }
        while self.events.front().is_some_and(|event| event.number <= received) {
            self.drop_oldest();
        }
        Some(self.events.iter().cloned().collect())
    }

    /// Takes all messages out.
    pub fn take(&mut self) -> Vec<SequencedEvent> {
        self.bytes = 0;
        std::mem::take(&mut self.events).into()
    }

    /// When the oldest message was kept.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.events.front().map(|event| event.since)
    }

    /// Whether it holds no message.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}
