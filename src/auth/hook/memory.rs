//! The answers that still hold: a client that returns within the `ttl` of its answer is not asked about again.
//!
//! An answer holds for the same question alone: the same token, wishes, address and origin. Without a token nothing tells
//! one client from another, so nothing is kept. Tokens are not kept, but a hash of each question.

use std::time::{Duration, Instant};

use lru::LruCache;
use ring::digest::{Context, SHA256};

use crate::auth::claims::Claims;

/// Most answers that are kept; beyond it the least recently used one is forgotten.
pub(super) const MAX_ANSWERS: usize = 10_000;
/// Longer answers are not kept, in bytes.
pub(super) const MAX_KEPT: usize = 4 * 1024;
/// The longest time for which an answer holds.
pub(super) const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// What is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Question([u8; 32]);

impl Question {
    /// The question that consists of these parts.
    pub fn of(parts: &[Option<&str>]) -> Self {
        let mut context = Context::new(&SHA256);
        for part in parts {
            // The length, so that no two lists of parts are one text; nothing is another length than an empty text.
            let length = part.map_or(u64::MAX, |part| part.len() as u64);
            context.update(&length.to_be_bytes());
            context.update(part.unwrap_or_default().as_bytes());
        }
        let mut hash = [0; 32];
        hash.copy_from_slice(context.finish().as_ref());
        Self(hash)
    }
}

/// The answers.
pub(super) struct Memory(LruCache<Question, (Instant, Claims)>);

impl Memory {
    /// No answers.
    pub fn new() -> Self {
        // Bounded below: a bounded cache allocates all of its capacity at once.
        Self(LruCache::unbounded())
    }

    /// Keeps an answer for this time.
    pub fn keep(&mut self, question: Question, claims: Claims, ttl: Duration, now: Instant) {
        self.0.put(question, (now + ttl.min(LONGEST), claims));
        if self.0.len() > MAX_ANSWERS {
            self.0.pop_lru();
        }
    }

    /// The answer, if it still holds, with the time that is left of it.
    pub fn find(&mut self, question: &Question, now: Instant) -> Option<Claims> {
        let (until, claims) = self.0.get(question)?;
        if *until > now {
            return Some(Claims { ttl: Some(*until - now), ..claims.clone() });
        }
        self.0.pop(question);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answer_holds_for_its_time_and_its_question() {
        let now = Instant::now();
        let minute = Duration::from_secs(60);
        let mut memory = Memory::new();
        let (one, other) = (Question::of(&[Some("a"), Some("b")]), Question::of(&[Some("ab"), Some("")]));
        memory.keep(one, Claims::named("ann"), minute, now);
        assert_eq!(memory.find(&other, now), None);
        let found = memory.find(&one, now + minute / 2).expect("it holds");
        assert_eq!((found.name.as_deref(), found.ttl), (Some("ann"), Some(minute / 2)));
        assert_eq!(memory.find(&one, now + minute), None);
        assert_eq!(memory.0.len(), 0);
        memory.keep(one, Claims::named("ann"), Duration::MAX, now);
        assert_eq!(memory.find(&one, now + LONGEST), None);
    }

    #[test]
    fn questions_differ_by_each_part() {
        let questions = [
            Question::of(&[None, None]),
            Question::of(&[Some(""), None]),
            Question::of(&[None, Some("")]),
            Question::of(&[Some("a"), None]),
            Question::of(&[None, Some("a")]),
        ];
        for (number, question) in questions.iter().enumerate() {
            assert!(!questions[..number].contains(question), "{number}");
        }
    }

    #[test]
    fn answers_are_bounded() {
        let now = Instant::now();
        let mut memory = Memory::new();
        for number in 0..=MAX_ANSWERS {
            memory.keep(Question::of(&[Some(&number.to_string())]), Claims::named("ann"), LONGEST, now);
        }
        assert_eq!(memory.0.len(), MAX_ANSWERS);
        assert_eq!(memory.find(&Question::of(&[Some("0")]), now), None);
    }
}
