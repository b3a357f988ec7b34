//! How fast one connection may send events: a token bucket that refills continuously.

use std::time::{Duration, Instant};

use crate::protocol::refusal::{Code, Refusal};

/// A connection that has been too fast for this long is closed.
const PATIENCE: Duration = Duration::from_secs(5);

/// How fast a connection may send events.
#[derive(Debug, Clone, Copy)]
pub struct RateLimit {
    /// Events at once: the size of the bucket.
    pub burst: u32,
    /// Events a second, in the long run.
    pub rate: u32,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self { burst: 200, rate: 50 }
    }
}

/// What the server does with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateDecision {
    /// Handles it.
    Accept,
    /// Drops it and sends a refusal: it is the first beyond the limit.
    Reject,
    /// Drops it.
    Drop,
    /// Closes the connection, which has been beyond the limit for too long.
    Close,
}

/// The token bucket of one connection.
#[derive(Debug)]
pub struct RateLimiter {
    rate_limit: RateLimit,
    tokens: f64,
    filled: Instant,
    /// Since when the connection is too fast; `None` again once the bucket is full.
    over_since: Option<Instant>,
}

impl RateLimiter {
    /// A full bucket for a new connection.
    pub fn new(rate_limit: RateLimit, now: Instant) -> Self {
        Self { rate_limit, tokens: f64::from(rate_limit.burst), filled: now, over_since: None }
    }

    /// Takes a token for an event that arrives now.
    pub fn take(&mut self, now: Instant) -> RateDecision {
        let (burst, rate) = (f64::from(self.rate_limit.burst), f64::from(self.rate_limit.rate));
        let passed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.tokens = (self.tokens + passed * rate).min(burst);
        self.filled = now;
        if self.tokens >= burst {
            self.over_since = None;
        }
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return RateDecision::Accept;
        }
        match self.over_since {
            None => {
                self.over_since = Some(now);
                RateDecision::Reject
            }
            Some(since) if now.saturating_duration_since(since) >= PATIENCE => RateDecision::Close,
            Some(_) => RateDecision::Drop,
        }
    }

    /// The refusal that goes with [`RateDecision::Reject`].
    pub fn refusal(&self) -> Refusal {
        let RateLimit { burst, rate } = self.rate_limit;
        Refusal::new(
            Code::RateLimited,
            format!(
                "Too fast: the server accepts {burst} messages at once and {rate} a second. It drops the others, and \
                 closes the connection of a client that does not slow down."
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEED: RateLimit = RateLimit { burst: 10, rate: 5 };

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn events_in_burst_and_then_at_the_rate_are_handled() {
        let start = Instant::now();
        let mut rate_limiter = RateLimiter::new(SPEED, start);
        assert!((0..10).all(|_| rate_limiter.take(start) == RateDecision::Accept));
        assert_eq!(rate_limiter.take(start), RateDecision::Reject);
        assert!((1..100).all(|n| rate_limiter.take(start + ms(200) * n) == RateDecision::Accept));
    }

    #[test]
    fn events_too_fast_are_refused_once_until_a_pause() {
        let start = Instant::now();
        let mut rate_limiter = RateLimiter::new(SPEED, start);
        let verdicts: Vec<_> = (0..30).map(|_| rate_limiter.take(start)).collect();
        assert_eq!(verdicts.iter().filter(|verdict| **verdict == RateDecision::Reject).count(), 1);
        assert_eq!(verdicts[29], RateDecision::Drop);
        let later = start + ms(2_000);
        let verdicts: Vec<_> = (0..30).map(|_| rate_limiter.take(later)).collect();
        assert_eq!(verdicts.iter().filter(|verdict| **verdict == RateDecision::Reject).count(), 1);
    }

    #[test]
    fn connection_too_fast_for_five_seconds_is_closed() {
        let start = Instant::now();
        let mut rate_limiter = RateLimiter::new(SPEED, start);
        let closed = (0..1_000).find(|n| rate_limiter.take(start + ms(10) * *n) == RateDecision::Close);
        let first_over = 10..30;
        let closed = closed.expect("closed at last");
        assert!(first_over.contains(&(closed - 500)), "{closed}");
    }

    #[test]
    fn connection_that_slows_down_in_time_stays() {
        let start = Instant::now();
        let mut rate_limiter = RateLimiter::new(SPEED, start);
        for round in 0..60 {
            for _ in 0..20 {
                assert_ne!(rate_limiter.take(start + ms(2_000) * round), RateDecision::Close);
            }
        }
    }

    #[test]
    fn clock_that_goes_back_refills_nothing() {
        let start = Instant::now() + ms(10_000);
        let mut rate_limiter = RateLimiter::new(SPEED, start);
        for n in 0..100 {
            rate_limiter.take(start - ms(n));
        }
        assert_eq!(rate_limiter.take(start), RateDecision::Drop);
    }
}
