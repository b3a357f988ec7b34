//! How fast one connection may speak: a bucket of tokens, one for each event, that fills again by the second.

use std::time::{Duration, Instant};

use crate::protocol::refusal::{Code, Refusal};

/// Who speaks too fast for so long is not listened to any more.
const PATIENCE: Duration = Duration::from_secs(5);

/// How fast a connection may speak.
#[derive(Debug, Clone, Copy)]
pub struct RateLimit {
    /// Events at once.
    pub burst: u32,
    /// Events a second, in the long run.
    pub rate: u32,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self { burst: 200, rate: 50 }
    }
}

/// What is to be done with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is listened to.
    Listen,
    /// It is the first of those that are too many: dropped, and its sender is told so.
    Tell,
    /// It is one too many: dropped.
    Drop,
    /// It has been too many for too long: the connection is to be closed.
    Close,
}

/// The pace of one connection.
#[derive(Debug)]
pub struct RateLimiter {
    rate_limit: RateLimit,
    tokens: f64,
    filled: Instant,
    /// Since when it is too fast. It is no longer, once the bucket is full again.
    over_since: Option<Instant>,
}

impl RateLimiter {
    /// The pace of a connection that begins now.
    pub fn new(rate_limit: RateLimit, now: Instant) -> Self {
        Self { rate_limit, tokens: f64::from(rate_limit.burst), filled: now, over_since: None }
    }

    /// An event comes.
    pub fn take(&mut self, now: Instant) -> Verdict {
        let (burst, rate) = (f64::from(self.rate_limit.burst), f64::from(self.rate_limit.rate));
        let passed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.tokens = (self.tokens + passed * rate).min(burst);
        self.filled = now;
        if self.tokens >= burst {
            self.over_since = None;
        }
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Verdict::Listen;
        }
        match self.over_since {
            None => {
                self.over_since = Some(now);
                Verdict::Tell
            }
            Some(since) if now.saturating_duration_since(since) >= PATIENCE => Verdict::Close,
            Some(_) => Verdict::Drop,
        }
    }

    /// What one who is too fast is told.
    pub fn refusal(&self) -> Refusal {
        let RateLimit { burst, rate } = self.rate_limit;
        Refusal::new(
            Code::RateLimited,
            format!(
                "Too fast: {burst} messages at once and {rate} a second are listened to. What is over is lost, and whoever goes on like this is disconnected."
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
    fn a_burst_is_heard_and_what_follows_at_the_rate() {
        let start = Instant::now();
        let mut rate_limiter = RateLimiter::new(SPEED, start);
        assert!((0..10).all(|_| rate_limiter.take(start) == Verdict::Listen));
        assert_eq!(rate_limiter.take(start), Verdict::Tell);
        assert!((1..100).all(|n| rate_limiter.take(start + ms(200) * n) == Verdict::Listen));
    }

    #[test]
    fn one_is_told_once_and_again_only_after_a_pause() {
        let start = Instant::now();
        let mut rate_limiter = RateLimiter::new(SPEED, start);
        let verdicts: Vec<_> = (0..30).map(|_| rate_limiter.take(start)).collect();
        assert_eq!(verdicts.iter().filter(|verdict| **verdict == Verdict::Tell).count(), 1);
        assert_eq!(verdicts[29], Verdict::Drop);
        let later = start + ms(2_000);
        let verdicts: Vec<_> = (0..30).map(|_| rate_limiter.take(later)).collect();
        assert_eq!(verdicts.iter().filter(|verdict| **verdict == Verdict::Tell).count(), 1);
    }

    #[test]
    fn whoever_is_too_fast_for_five_seconds_is_closed() {
        let start = Instant::now();
        let mut rate_limiter = RateLimiter::new(SPEED, start);
        let closed = (0..1_000).find(|n| rate_limiter.take(start + ms(10) * *n) == Verdict::Close);
        let first_over = 10..30;
        let closed = closed.expect("closed at last");
        assert!(first_over.contains(&(closed - 500)), "{closed}");
    }

    #[test]
    fn whoever_slows_down_in_time_stays() {
        let start = Instant::now();
        let mut rate_limiter = RateLimiter::new(SPEED, start);
        for round in 0..60 {
            for _ in 0..20 {
                assert_ne!(rate_limiter.take(start + ms(2_000) * round), Verdict::Close);
            }
        }
    }

    #[test]
    fn a_clock_that_stands_still_or_goes_back_does_no_harm() {
        let start = Instant::now() + ms(10_000);
        let mut rate_limiter = RateLimiter::new(SPEED, start);
        for n in 0..100 {
            rate_limiter.take(start - ms(n));
        }
        assert_eq!(rate_limiter.take(start), Verdict::Drop);
    }
}
