//! What a peer is told because of its calls, kept for as long as it may have to be told again.
//!
//! A connection that breaks takes with it whatever is on the way. So for a peer that is away everything waits here.
//! For one that counts what it hears (it has a session) the newest stays here even after it was sent: a
//! connection may have been dead for a while before anybody noticed.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::outgoing::ServerMessage;
use crate::protocol::limits::Limits;

/// Letters of one peer, oldest first.
#[derive(Debug, Default)]
pub struct ReplayBuffer {
    /// The number of the last letter, ever.
    last: u64,
    events: VecDeque<SequencedEvent>,
    bytes: usize,
}

/// One thing to tell, with its place in the order of all that this peer was ever told.
#[derive(Debug, Clone, PartialEq)]
pub struct SequencedEvent {
    /// 1 for the first.
    pub number: u64,
    /// What it is about.
    pub message: ServerMessage,
    since: Instant,
}

impl ReplayBuffer {
    /// Keeps a letter and returns its number.
    pub fn keep(&mut self, message: ServerMessage, now: Instant) -> u64 {
        self.last += 1;
        self.bytes += message.size();
        self.events.push_back(SequencedEvent { number: self.last, message, since: now });
        self.last
    }

    /// Whether this is more than may be kept. A single letter may be of any size.
    pub fn is_too_full(&self, limits: &Limits) -> bool {
        self.events.len() > limits.max_letters || (self.bytes > limits.max_letter_bytes && self.events.len() > 1)
    }

    /// Lets go the oldest letter.
    pub fn drop_oldest(&mut self) {
        if let Some(event) = self.events.pop_front() {
            self.bytes -= event.message.size();
        }
    }

    /// Lets go the letters that have been here for so long that they must have arrived.
    pub fn drop_stale(&mut self, now: Instant, ttl: Duration) {
        while self.events.front().is_some_and(|event| now.saturating_duration_since(event.since) >= ttl) {
            self.drop_oldest();
        }
    }

    /// The letters after this number; `None` if some of them are no longer here.
    pub fn after(&mut self, received: u64) -> Option<Vec<SequencedEvent>> {
        let first = self.events.front().map_or(self.last + 1, |event| event.number);
        if received > self.last || received + 1 < first {
            return None;
        }
        while self.events.front().is_some_and(|event| event.number <= received) {
            self.drop_oldest();
        }
        Some(self.events.iter().cloned().collect())
    }

    /// Takes all letters out.
    pub fn take(&mut self) -> Vec<SequencedEvent> {
        self.bytes = 0;
        std::mem::take(&mut self.events).into()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}
