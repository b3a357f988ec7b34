//! Wrong passwords and tokens, counted by the address that sends them: the more an address sends, the later the server
//! rejects each. Right ones are never delayed, because a whole classroom may share one address.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use lru::LruCache;

use super::client_addr::RateLimitKey;

/// How rejections are delayed.
#[derive(Debug, Clone, Copy)]
pub struct ThrottleOptions {
    /// Wrong credentials that are rejected at once.
    pub free: usize,
    /// For how long wrong credentials count.
    pub window: Duration,
    /// By how much each further rejection is delayed longer than the one before.
    pub step: Duration,
    /// The longest delay.
    pub longest: Duration,
    /// How many rejections may be delayed at once; the next one is sent at once, as [`Verdict::Crowded`].
    pub waiting: usize,
    /// How many addresses are remembered; beyond it the least recently seen one is forgotten.
    pub addresses: usize,
}

impl Default for ThrottleOptions {
    fn default() -> Self {
        Self {
            free: 5,
            window: Duration::from_secs(600),
            step: Duration::from_secs(1),
            longest: Duration::from_secs(20),
            waiting: 16,
            addresses: 10_000,
        }
    }
}

/// How wrong credentials are rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// After this time.
    Wait(Duration),
    /// At once: too many rejections for this address are delayed already.
    Crowded,
}

/// The addresses that sent wrong credentials lately.
#[derive(Debug)]
pub struct AuthThrottle {
    options: ThrottleOptions,
    records: LruCache<RateLimitKey, Record>,
}

#[derive(Debug, Default)]
struct Record {
    /// When wrong credentials came, oldest first; only as many as make a difference.
    wrong: VecDeque<Instant>,
    /// When each delayed rejection is due. An entry stays until then even if its connection has closed: otherwise a
    /// client could avoid the delay by connecting again.
    waits: Vec<Instant>,
}

impl AuthThrottle {
    /// An empty throttle.
    pub fn new(options: ThrottleOptions) -> Self {
        // Bounded below: a bounded cache allocates all of its capacity at once.
        Self { options, records: LruCache::unbounded() }
    }

    /// Counts wrong credentials from this address, and says when to reject them.
    pub fn wrong(&mut self, from: RateLimitKey, now: Instant) -> Verdict {
        let verdict = self.records.get_or_insert_mut(from, Record::default).count(&self.options, now);
        while self.records.len() > self.options.addresses || self.is_oldest_stale(now) {
            self.records.pop_lru();
        }
        verdict
    }

    fn is_oldest_stale(&self, now: Instant) -> bool {
        let kept_for = self.options.window.max(self.options.longest);
        let last = self.records.peek_lru().and_then(|(_, record)| record.wrong.back());
        last.is_some_and(|last| now.saturating_duration_since(*last) >= kept_for)
    }
}

impl Record {
    fn count(&mut self, options: &ThrottleOptions, now: Instant) -> Verdict {
        self.wrong.retain(|then| now.saturating_duration_since(*then) < options.window);
        self.waits.retain(|due| *due > now);
        let over = u32::try_from((self.wrong.len() + 1).saturating_sub(options.free)).unwrap_or(u32::MAX);
        let wait = options.step.saturating_mul(over).min(options.longest);
        // One more would not make the delay longer: the newest ones are enough.
        if wait == options.longest {
            self.wrong.pop_front();
        }
        self.wrong.push_back(now);
        if wait.is_zero() {
            return Verdict::Wait(wait);
        }
        if self.waits.len() >= options.waiting {
            return Verdict::Crowded;
        }
        self.waits.push(now + wait);
        Verdict::Wait(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::super::client_addr::ClientAddr;
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn from(number: u32) -> RateLimitKey {
        ClientAddr::new(std::net::Ipv4Addr::from_bits(number).into()).network()
    }

    /// The delays, in seconds, of `count` wrong credentials, one every `every`.
    fn delays(throttle: &mut AuthThrottle, start: Instant, every: Duration, count: u32) -> Vec<u64> {
        let wait = |verdict| match verdict {
            Verdict::Wait(wait) => wait.as_secs(),
            Verdict::Crowded => panic!("crowded"),
        };
        (0..count).map(|number| wait(throttle.wrong(from(1), start + every * number))).collect()
    }

    #[test]
    fn wrong_credentials_after_five_wait_a_second_longer_each() {
        let delays_seen = delays(&mut AuthThrottle::new(ThrottleOptions::default()), Instant::now(), 2 * SECOND, 30);
        let expected: Vec<u64> = [0; 5].into_iter().chain(1..=20).chain([20; 5]).collect();
        assert_eq!(delays_seen, expected);
    }

    #[test]
    fn wrong_credentials_count_for_ten_minutes() {
        let start = Instant::now();
        let mut throttle = AuthThrottle::new(ThrottleOptions::default());
        assert_eq!(delays(&mut throttle, start, SECOND, 6), [0, 0, 0, 0, 0, 1]);
        // The first two are too old by then, the other four count.
        assert_eq!(delays(&mut throttle, start + 601 * SECOND, SECOND, 1), [0]);
        assert_eq!(delays(&mut throttle, start + 602 * SECOND, Duration::ZERO, 2), [0, 1]);
        assert_eq!(delays(&mut throttle, start + 1300 * SECOND, Duration::ZERO, 1), [0]);
    }

    #[test]
    fn wrong_credentials_endless_wait_no_longer_than_the_longest() {
        let delays_seen = delays(&mut AuthThrottle::new(ThrottleOptions::default()), Instant::now(), 20 * SECOND, 300);
        assert!(delays_seen[24..].iter().all(|wait| *wait == 20), "{delays_seen:?}");
    }

    #[test]
    fn rejections_beyond_sixteen_delayed_are_sent_at_once() {
        let now = Instant::now();
        let mut throttle = AuthThrottle::new(ThrottleOptions::default());
        assert_eq!(delays(&mut throttle, now, Duration::ZERO, 21).last(), Some(&16));
        assert_eq!(throttle.wrong(from(1), now), Verdict::Crowded);
        // The first rejection has been sent by now: exactly one more may wait.
        assert_eq!(throttle.wrong(from(1), now + SECOND), Verdict::Wait(18 * SECOND));
        assert_eq!(throttle.wrong(from(1), now + SECOND), Verdict::Crowded);
    }

    #[test]
    fn address_other_is_not_delayed() {
        let now = Instant::now();
        let mut throttle = AuthThrottle::new(ThrottleOptions::default());
        delays(&mut throttle, now, Duration::ZERO, 10);
        assert_eq!(throttle.wrong(from(2), now), Verdict::Wait(Duration::ZERO));
    }

    #[test]
    fn addresses_beyond_the_limit_displace_the_oldest() {
        let now = Instant::now();
        let mut throttle = AuthThrottle::new(ThrottleOptions { addresses: 100, ..ThrottleOptions::default() });
        delays(&mut throttle, now, Duration::ZERO, 5);
        for number in 2..=101 {
            throttle.wrong(from(number), now + SECOND);
        }
        assert_eq!(throttle.records.len(), 100);
        assert_eq!(throttle.wrong(from(1), now + SECOND), Verdict::Wait(Duration::ZERO), "starts again");
    }

    #[test]
    fn addresses_silent_for_the_window_are_forgotten() {
        let now = Instant::now();
        let mut throttle = AuthThrottle::new(ThrottleOptions::default());
        for number in 0..1000 {
            throttle.wrong(from(number), now);
        }
        throttle.wrong(from(1), now + 601 * SECOND);
        throttle.wrong(from(1), now + 602 * SECOND);
        assert_eq!(throttle.records.len(), 1);
    }

    #[test]
    fn record_of_one_address_is_bounded() {
        let now = Instant::now();
        let mut throttle = AuthThrottle::new(ThrottleOptions::default());
        for _ in 0..10_000 {
            throttle.wrong(from(1), now);
        }
        let record = throttle.records.peek(&from(1)).unwrap();
        assert_eq!((record.wrong.len(), record.waits.len()), (24, 16));
    }
}
