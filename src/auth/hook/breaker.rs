//! A circuit breaker: a back end that fails again and again is not asked for a while, and then once for a try.

use std::time::{Duration, Instant};

/// When a client may come again while another one's question is the try.
const DURING_TRIAL: Duration = Duration::from_secs(1);

/// Counts failures in a row.
#[derive(Debug)]
pub(super) struct Breaker {
    most: u32,
    pause: Duration,
    failures: u32,
    open_until: Option<Instant>,
    has_trial: bool,
}

impl Breaker {
    /// Closed: the back end is asked. After `most` failures in a row it is not, for this time.
    pub fn new(most: u32, pause: Duration) -> Self {
        Self { most, pause, failures: 0, open_until: None, has_trial: false }
    }

    /// Whether the back end may be asked now.
    ///
    /// # Errors
    /// After which time to try again.
    pub fn admit(&mut self, now: Instant) -> Result<(), Duration> {
        let Some(until) = self.open_until else { return Ok(()) };
        if until > now {
            return Err(until - now);
        }
        if self.has_trial {
            return Err(DURING_TRIAL);
        }
        self.has_trial = true;
        Ok(())
    }

    /// The back end has answered, whatever it said. Returns whether it had failed too often before.
    pub fn answered(&mut self) -> bool {
        self.failures = 0;
        self.has_trial = false;
        self.open_until.take().is_some()
    }

    /// The back end has failed. Returns how often in a row.
    pub fn failed(&mut self, now: Instant) -> u32 {
        self.failures = self.failures.saturating_add(1);
        self.has_trial = false;
        if self.failures >= self.most {
            self.open_until = Some(now + self.pause);
        }
        self.failures
    }

    /// The client has left before there was an answer: that says nothing.
    pub fn abandoned(&mut self) {
        self.has_trial = false;
    }

    /// Whether the back end is not asked, or only for a try.
    pub fn is_open(&self) -> bool {
        self.open_until.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_secs(5);

    fn opened(now: Instant) -> Breaker {
        let mut breaker = Breaker::new(3, PAUSE);
        for _ in 0..3 {
            assert_eq!(breaker.admit(now), Ok(()));
            breaker.failed(now);
        }
        breaker
    }

    #[test]
    fn failures_in_a_row_open_it_and_others_do_not() {
        let now = Instant::now();
        let mut breaker = Breaker::new(3, PAUSE);
        for _ in 0..10 {
            assert_eq!((breaker.failed(now), breaker.failed(now)), (1, 2));
            assert_eq!(breaker.admit(now), Ok(()));
            assert!(!breaker.answered());
        }
        let mut breaker = opened(now);
        assert!(breaker.is_open());
        assert_eq!(breaker.admit(now + PAUSE / 5), Err(PAUSE * 4 / 5));
    }

    #[test]
    fn one_question_after_the_pause_decides() {
        let now = Instant::now();
        let mut breaker = opened(now);
        let later = now + PAUSE;
        assert_eq!((breaker.admit(later), breaker.admit(later)), (Ok(()), Err(DURING_TRIAL)));
        breaker.failed(later);
        assert_eq!(breaker.admit(later + PAUSE / 5), Err(PAUSE * 4 / 5));
        assert_eq!(breaker.admit(later + PAUSE), Ok(()));
        assert!(breaker.answered() && !breaker.is_open());
        assert_eq!((breaker.admit(later + PAUSE), breaker.admit(later + PAUSE)), (Ok(()), Ok(())));
    }

    #[test]
    fn trial_of_a_client_that_leaves_is_another_ones() {
        let now = Instant::now();
        let mut breaker = opened(now);
        assert_eq!(breaker.admit(now + PAUSE), Ok(()));
        breaker.abandoned();
        assert_eq!(breaker.admit(now + PAUSE), Ok(()));
    }
}
