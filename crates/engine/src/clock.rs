//! The deadlines of pings and pongs: one task for all sessions, instead of a timer for each.
//!
//! All sessions have the same interval and the same time-out, so entries are due in the order in which they are made. One
//! queue for each kind of deadline is enough.
//!
//! Invariants:
//! - Each queue is ordered, since an entry is made under the lock that reads the time.
//! - A session has at most one valid ping or pong entry; earlier ones expire without effect. An unsolicited pong makes no
//!   entry.
//! - The task runs exactly while there are entries.

use std::collections::VecDeque;
use std::time::Duration;

use engineioxide_core::Sid;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;

/// The kinds of deadlines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// The server sends a ping.
    Ping,
    /// A pong is overdue.
    Pong,
    /// A closed session no longer waits for its last poll.
    LastPoll,
}

const KINDS: [Due; 3] = [Due::Ping, Due::Pong, Due::LastPoll];

/// A deadline of one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    at: Instant,
    pub id: Sid,
    pub beat: u32,
}

/// The deadlines of all sessions.
#[derive(Debug)]
pub(crate) struct Clock {
    waits: [Duration; KINDS.len()],
    inner: Mutex<Inner>,
    earlier: Notify,
}

#[derive(Debug)]
struct Inner {
    entries: [VecDeque<Entry>; KINDS.len()],
    is_running: bool,
    /// When the task wakes up next.
    next: Option<Instant>,
}

impl Clock {
    pub(crate) fn new(interval: Duration, timeout: Duration, last_poll: Duration) -> Self {
        let inner = Inner { entries: Default::default(), is_running: false, next: None };
        Self { waits: [interval, timeout, last_poll], inner: Mutex::new(inner), earlier: Notify::new() }
    }

    /// Makes an entry. Returns true if the caller has to start the task.
    pub(crate) fn schedule(&self, due: Due, id: Sid, beat: u32) -> bool {
        let mut inner = self.inner.lock();
        let at = Instant::now() + self.waits[due as usize];
        inner.entries[due as usize].push_back(Entry { at, id, beat });
        if inner.next.is_some_and(|next| at < next) {
            self.earlier.notify_one();
        }
        !std::mem::replace(&mut inner.is_running, true)
    }

    /// Waits until entries are due and takes them. `None` if no entries are left.
    pub(crate) async fn due(&self) -> Option<Vec<(Due, Entry)>> {
        loop {
            let next = {
                let mut inner = self.inner.lock();
                let due = inner.take(Instant::now());
                if !due.is_empty() {
                    return Some(due);
                }
                inner.next = inner.entries.iter().filter_map(|entries| Some(entries.front()?.at)).min();
                inner.next
            };
            let Some(next) = next else {
                if self.stop() {
                    return None;
                }
                continue;
            };
            // Waiting a little longer takes several entries at once.
            let until = next.max(Instant::now() + self.step());
            tokio::time::timeout_at(until, self.earlier.notified()).await.ok();
        }
    }

    /// The task ends. Returns false, and the task goes on, if there are entries.
    pub(crate) fn stop(&self) -> bool {
        let mut inner = self.inner.lock();
        let is_empty = inner.entries.iter().all(VecDeque::is_empty);
        inner.is_running = !is_empty;
        is_empty
    }

    /// The task was dropped with its runtime.
    pub(crate) fn abandon(&self) {
        self.inner.lock().is_running = false;
    }

    fn step(&self) -> Duration {
        let shortest = self.waits.iter().min().copied().unwrap_or_default();
        (shortest / 20).clamp(Duration::from_millis(1), Duration::from_millis(50))
    }
}

impl Inner {
    fn take(&mut self, now: Instant) -> Vec<(Due, Entry)> {
        let mut due = Vec::new();
        for (kind, entries) in KINDS.into_iter().zip(&mut self.entries) {
            while let Some(entry) = entries.pop_front_if(|entry| entry.at <= now) {
                due.push((kind, entry));
            }
            if entries.capacity() > 1_024 && entries.len() < entries.capacity() / 4 {
                entries.shrink_to(entries.len() * 2);
            }
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn ids(due: Option<Vec<(Due, Entry)>>) -> Vec<(Due, u32)> {
        due.unwrap_or_default().into_iter().map(|(due, entry)| (due, entry.beat)).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn entries_are_due_in_order_of_time() {
        let clock = Clock::new(25 * SECOND, 20 * SECOND, 30 * SECOND);
        let start = Instant::now();
        assert!(clock.schedule(Due::Ping, Sid::ZERO, 1));
        assert!(!clock.schedule(Due::Pong, Sid::ZERO, 2));
        assert_eq!(ids(clock.due().await), [(Due::Pong, 2)]);
        assert_eq!(start.elapsed().as_secs(), 20);
        assert_eq!(ids(clock.due().await), [(Due::Ping, 1)]);
        assert_eq!(start.elapsed().as_secs(), 25);
        assert_eq!(clock.due().await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn entry_that_is_due_earlier_ends_the_wait() {
        let clock = Clock::new(25 * SECOND, SECOND, 30 * SECOND);
        let start = Instant::now();
        clock.schedule(Due::Ping, Sid::ZERO, 1);
        let (due, ()) = tokio::join!(clock.due(), async {
            tokio::time::sleep(SECOND).await;
            clock.schedule(Due::Pong, Sid::ZERO, 2);
        });
        assert_eq!(ids(due), [(Due::Pong, 2)]);
        assert_eq!(start.elapsed().as_secs(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn task_stops_without_entries_and_starts_with_the_next() {
        let clock = Clock::new(SECOND, SECOND, SECOND);
        assert!(clock.schedule(Due::Ping, Sid::ZERO, 1));
        clock.due().await;
        assert_eq!(clock.due().await, None);
        assert!(clock.schedule(Due::Ping, Sid::ZERO, 2));
    }
}
