//! What a peer is told because of its calls, kept for as long as it may have to be told again.
//!
//! A connection that breaks takes with it whatever is on the way. So for a peer that is away everything waits here.
//! For one that counts what it hears (it has a session) the newest stays here even after it was sent: a
//! connection may have been dead for a while before anybody noticed.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::limits::Limits;
use super::notice::News;

/// Letters of one peer, oldest first.
#[derive(Debug, Default)]
pub struct Mailbox {
    /// The number of the last letter, ever.
    last: u64,
    letters: VecDeque<Letter>,
    bytes: usize,
}

/// One thing to tell, with its place in the order of all that this peer was ever told.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    /// 1 for the first.
    pub number: u64,
    /// What it is about.
    pub news: News,
    since: Instant,
}

impl Mailbox {
    /// Keeps a letter and returns its number.
    pub fn keep(&mut self, news: News, now: Instant) -> u64 {
        self.last += 1;
        self.bytes += news.size();
        self.letters.push_back(Letter { number: self.last, news, since: now });
        self.last
    }

    /// Whether this is more than may be kept. A single letter may be of any size.
    pub fn is_too_full(&self, limits: &Limits) -> bool {
        self.letters.len() > limits.max_letters || (self.bytes > limits.max_letter_bytes && self.letters.len() > 1)
    }

    /// Lets go the oldest letter.
    pub fn drop_oldest(&mut self) {
        if let Some(letter) = self.letters.pop_front() {
            self.bytes -= letter.news.size();
        }
    }

    /// Lets go the letters that have been here for so long that they must have arrived.
    pub fn drop_stale(&mut self, now: Instant, ttl: Duration) {
        while self.letters.front().is_some_and(|letter| now.saturating_duration_since(letter.since) >= ttl) {
            self.drop_oldest();
        }
    }

    /// The letters after this number; `None` if some of them are no longer here.
    pub fn after(&mut self, received: u64) -> Option<Vec<Letter>> {
        let first = self.letters.front().map_or(self.last + 1, |letter| letter.number);
        if received > self.last || received + 1 < first {
            return None;
        }
        while self.letters.front().is_some_and(|letter| letter.number <= received) {
            self.drop_oldest();
        }
        Some(self.letters.iter().cloned().collect())
    }

    /// Takes all letters out.
    pub fn take(&mut self) -> Vec<Letter> {
        self.bytes = 0;
        std::mem::take(&mut self.letters).into()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }
}
