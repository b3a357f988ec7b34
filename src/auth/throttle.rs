//! Wrong passwords and tokens, counted by where they come from: whoever sends many is told later and later. A right one
//! is not asked about here: it is let in at once, since a whole classroom may sit behind one address.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::{Duration, Instant};

use super::client_addr::RateLimitKey;

/// How much of it is borne.
#[derive(Debug, Clone, Copy)]
pub struct ThrottleOptions {
    /// Wrong ones that are told at once.
    pub free: usize,
    /// For how long a wrong one counts.
    pub window: Duration,
    /// By how much each further one waits longer than the one before.
    pub step: Duration,
    /// The longest wait.
    pub longest: Duration,
    /// How many may wait; the next one is told at once, and that it was one too many.
    pub waiting: usize,
    /// How many addresses are remembered; beyond it the one that was silent for longest is forgotten.
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

/// What becomes of a wrong one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is told after this time.
    Wait(Duration),
    /// Too many from there are waiting: it is closed at once.
    Crowded,
}

/// All wrong ones that still count.
#[derive(Debug, Default)]
pub struct AuthThrottle {
    options: ThrottleOptions,
    records: HashMap<RateLimitKey, Record>,
    /// The same, the one that was silent for longest first.
    order: BTreeSet<(Instant, RateLimitKey)>,
}

#[derive(Debug)]
struct Record {
    /// When wrong ones came, oldest first; only as many as make a difference.
    wrong: VecDeque<Instant>,
    /// Until when each of those that wait does so. A place is kept to the end of the wait, even if its connection is
    /// gone: otherwise one would come back on another one and never wait.
    waits: Vec<Instant>,
    last: Instant,
}

impl AuthThrottle {
    /// None yet.
    pub fn new(options: ThrottleOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// Counts a wrong one; says how long to wait before it is told.
    pub fn wrong(&mut self, from: RateLimitKey, now: Instant) -> Verdict {
        let options = self.options;
        self.forget(from, now);
        let fresh = || Record { wrong: VecDeque::new(), waits: Vec::new(), last: now };
        let record = self.records.entry(from).or_insert_with(fresh);
        self.order.remove(&(record.last, from));
        self.order.insert((now, from));
        record.last = now;
        let verdict = record.count(&options, now);
        while self.records.len() > options.addresses {
            let Some((_, oldest)) = self.order.pop_first() else { break };
            self.records.remove(&oldest);
        }
        verdict
    }

    /// How many addresses are remembered.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether nobody is remembered.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Forgets those of whom nothing counts any more.
    fn forget(&mut self, but: RateLimitKey, now: Instant) {
        let kept_for = self.options.window.max(self.options.longest);
        while let Some((last, network)) = self.order.first().copied() {
            if network == but || now.saturating_duration_since(last) < kept_for {
                break;
            }
            self.order.pop_first();
            self.records.remove(&network);
        }
    }
}

impl Record {
    fn count(&mut self, options: &ThrottleOptions, now: Instant) -> Verdict {
        self.wrong.retain(|then| now.saturating_duration_since(*then) < options.window);
        self.waits.retain(|end| *end > now);
        let over = u32::try_from((self.wrong.len() + 1).saturating_sub(options.free)).unwrap_or(u32::MAX);
        let wait = options.step.saturating_mul(over).min(options.longest);
        // One more would not make the wait longer: then the newest ones are enough.
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

    /// The seconds that each of so many wrong ones waits, one every so often.
    fn waits(throttle: &mut AuthThrottle, start: Instant, every: Duration, count: u32) -> Vec<u64> {
        let wait = |verdict| match verdict {
            Verdict::Wait(wait) => wait.as_secs(),
            Verdict::Crowded => panic!("crowded"),
        };
        (0..count).map(|number| wait(throttle.wrong(from(1), start + every * number))).collect()
    }

    #[test]
    fn the_first_five_are_told_at_once_and_each_further_one_a_second_later() {
        let told = waits(&mut AuthThrottle::default(), Instant::now(), 2 * SECOND, 30);
        let expected: Vec<u64> = [0; 5].into_iter().chain(1..=20).chain([20; 5]).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn a_wrong_one_counts_for_ten_minutes() {
        let start = Instant::now();
        let mut throttle = AuthThrottle::default();
        assert_eq!(waits(&mut throttle, start, SECOND, 6), [0, 0, 0, 0, 0, 1]);
        // The first two are too old by then, the other four count.
        assert_eq!(waits(&mut throttle, start + 601 * SECOND, SECOND, 1), [0]);
        assert_eq!(waits(&mut throttle, start + 602 * SECOND, Duration::ZERO, 2), [0, 1]);
        assert_eq!(waits(&mut throttle, start + 1300 * SECOND, Duration::ZERO, 1), [0]);
    }

    #[test]
    fn who_goes_on_for_ever_waits_for_the_longest_time_and_not_for_longer() {
        let told = waits(&mut AuthThrottle::default(), Instant::now(), 20 * SECOND, 300);
        assert!(told[24..].iter().all(|wait| *wait == 20), "{told:?}");
    }

    #[test]
    fn sixteen_wait_and_the_next_is_closed_at_once() {
        let now = Instant::now();
        let mut throttle = AuthThrottle::default();
        assert_eq!(waits(&mut throttle, now, Duration::ZERO, 21).last(), Some(&16));
        assert_eq!(throttle.wrong(from(1), now), Verdict::Crowded);
        // The first has been told by now: one place is free, and one only.
        assert_eq!(throttle.wrong(from(1), now + SECOND), Verdict::Wait(18 * SECOND));
        assert_eq!(throttle.wrong(from(1), now + SECOND), Verdict::Crowded);
    }

    #[test]
    fn each_address_counts_by_itself() {
        let now = Instant::now();
        let mut throttle = AuthThrottle::default();
        waits(&mut throttle, now, Duration::ZERO, 10);
        assert_eq!(throttle.wrong(from(2), now), Verdict::Wait(Duration::ZERO));
    }

    #[test]
    fn no_more_than_so_many_addresses_are_remembered_and_the_oldest_are_forgotten() {
        let now = Instant::now();
        let mut throttle = AuthThrottle::new(ThrottleOptions { addresses: 100, ..ThrottleOptions::default() });
        waits(&mut throttle, now, Duration::ZERO, 5);
        for number in 2..=101 {
            throttle.wrong(from(number), now + SECOND);
        }
        assert_eq!((throttle.len(), throttle.order.len()), (100, 100));
        assert_eq!(throttle.wrong(from(1), now + SECOND), Verdict::Wait(Duration::ZERO), "begins anew");
    }

    #[test]
    fn those_who_have_been_silent_for_long_are_forgotten() {
        let now = Instant::now();
        let mut throttle = AuthThrottle::default();
        for number in 0..1000 {
            throttle.wrong(from(number), now);
        }
        throttle.wrong(from(1), now + 601 * SECOND);
        throttle.wrong(from(1), now + 602 * SECOND);
        assert_eq!((throttle.len(), throttle.order.len()), (1, 1));
    }

    #[test]
    fn what_is_kept_of_one_address_is_bounded() {
        let now = Instant::now();
        let mut throttle = AuthThrottle::default();
        for _ in 0..10_000 {
            throttle.wrong(from(1), now);
        }
        let record = &throttle.records[&from(1)];
        assert_eq!((record.wrong.len(), record.waits.len()), (24, 16));
    }
}
