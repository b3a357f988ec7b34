//! The queue of one client, and which transport takes from it: without I/O and without a runtime.
//!
//! Invariants:
//! - One transport takes at a time: the one with the latest [`Turn`]. A transport returns its turn in `Drop`.
//! - A queue is over exactly when it is closed and no transport takes; then all `closed()` wake.
//! - A frame that was accepted is sent, in order, or the session ends.
//! - A transport that finds nothing to take stores its waker under the same lock. A push takes the waker under the lock and
//!   wakes it after: no wake-up is lost, and a burst costs one.
//! - Frames that a transport has taken count as waiting until it asks for more or returns its turn.

use std::collections::VecDeque;
use std::task::{Context, Poll, Waker};

use crate::backlog::{Backlog, Capacity, Most};
use crate::frame::Frame;
use crate::sync::Mutex;

/// The queue of one session.
#[derive(Debug)]
pub(crate) struct SendQueue {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    backlog: Backlog,
    state: State,
    turn: u32,
    /// Whether a transport has the turn.
    taken: bool,
    taker: Option<Waker>,
    /// The transport cannot write at the moment and waits only for the end of the queue.
    awaits_end: bool,
    interrupted: bool,
    closed: Vec<Waker>,
}

/// The state of a queue.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// The queue accepts frames.
    #[default]
    Open,
    /// The queue accepts no more frames; waiting ones are still sent. The last polling response ends with this packet type.
    Closing(u8),
    /// Nothing more is sent.
    Cut,
}

/// Why a frame is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    Full,
    Closed,
}

/// The right of one transport to take frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Turn(u32);

/// The result of taking frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// The batch has frames.
    Frames,
    /// The transport has to stop waiting: an upgrade begins, or another transport has taken over.
    Interrupted,
    /// The queue is closed and empty.
    Ended(State),
}

impl SendQueue {
    /// An empty queue.
    pub(crate) fn new(capacity: Capacity) -> Self {
        let inner = Inner { backlog: Backlog::new(capacity), ..Inner::default() };
        Self { inner: Mutex::new(inner) }
    }

    /// Reserves a place.
    ///
    /// # Errors
    /// No place is free, or the queue is closed.
    pub(crate) fn reserve(&self) -> Result<(), Refused> {
        let mut inner = self.inner.lock();
        if inner.state != State::Open {
            return Err(Refused::Closed);
        }
        if inner.backlog.reserve() { Ok(()) } else { Err(Refused::Full) }
    }

    /// Frees a reserved place.
    pub(crate) fn release(&self) {
        self.inner.lock().backlog.release();
    }

    /// Puts a message and its binary parts into a reserved place.
    pub(crate) fn fill(&self, frames: impl IntoIterator<Item = Frame>) {
        self.change(|inner| {
            inner.backlog.release();
            inner.push(frames)
        });
    }

    /// Queues a message. While others wait, at most `max_bytes` may wait with it; a single message may be of any size.
    ///
    /// # Errors
    /// No place is free, too many bytes would wait, or the queue is closed.
    pub(crate) fn put(&self, frame: Frame, max_bytes: usize) -> Result<(), Refused> {
        let waker = {
            let mut inner = self.inner.lock();
            if inner.state != State::Open {
                return Err(Refused::Closed);
            }
            if !inner.backlog.has_room(frame.payload_size(), max_bytes) {
                return Err(Refused::Full);
            }
            inner.push([frame])
        };
        wake(waker);
        Ok(())
    }

    /// Queues a frame that needs no place, because there is at most one of its kind.
    pub(crate) fn put_control(&self, frame: Frame) {
        self.change(|inner| inner.push([frame]));
    }

    /// Queues a message that the next volatile one replaces. Returns false if the queue is closed.
    pub(crate) fn put_volatile(&self, frames: impl IntoIterator<Item = Frame>) -> bool {
        let waker = {
            let mut inner = self.inner.lock();
            if inner.state != State::Open {
                return false;
            }
            inner.backlog.replace_volatile(frames);
            inner.wake_for_frames()
        };
        wake(waker);
        true
    }

    /// Gives the turn to a transport; `None` if another one has it.
    pub(crate) fn begin(&self) -> Option<Turn> {
        let mut inner = self.inner.lock();
        if inner.taken {
            return None;
        }
        inner.taken = true;
        Some(Turn(inner.turn))
    }

    /// Gives the turn to a transport, and interrupts the one that had it.
    pub(crate) fn take_over(&self) -> Turn {
        let (turn, waker) = {
            let mut inner = self.inner.lock();
            inner.turn = inner.turn.wrapping_add(1);
            inner.taken = true;
            inner.backlog.settle();
            inner.interrupted = false;
            (Turn(inner.turn), inner.taker.take())
        };
        wake(waker);
        turn
    }

    /// Interrupts the transport that waits for frames.
    pub(crate) fn interrupt(&self) {
        self.change(|inner| {
            inner.interrupted = inner.taken;
            inner.taker.take()
        });
    }

    /// Whether this turn is still valid.
    pub(crate) fn has(&self, turn: Turn) -> bool {
        self.inner.lock().turn == turn.0
    }

    /// Returns a turn.
    pub(crate) fn end(&self, turn: Turn) {
        let waiting = {
            let mut inner = self.inner.lock();
            if inner.turn != turn.0 {
                return;
            }
            inner.taken = false;
            inner.taker = None;
            inner.interrupted = false;
            inner.backlog.settle();
            inner.closed_wakers()
        };
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Moves waiting frames into an empty batch, and counts the frames that were taken before as written.
    pub(crate) fn poll_take(
        &self,
        turn: Turn,
        most: Most,
        batch: &mut VecDeque<Frame>,
        cx: &mut Context<'_>,
    ) -> Poll<Taken> {
        let mut inner = self.inner.lock();
        if inner.turn != turn.0 {
            return Poll::Ready(Taken::Interrupted);
        }
        inner.backlog.settle();
        if inner.backlog.take(most, batch) {
            return Poll::Ready(Taken::Frames);
        }
        if inner.state != State::Open {
            return Poll::Ready(Taken::Ended(inner.state));
        }
        if std::mem::take(&mut inner.interrupted) {
            return Poll::Ready(Taken::Interrupted);
        }
        inner.wait(cx, false);
        Poll::Pending
    }

    /// Ready once the queue is closed; for a transport that cannot write at the moment.
    pub(crate) fn poll_ending(&self, cx: &mut Context<'_>) -> Poll<State> {
        let mut inner = self.inner.lock();
        if inner.state != State::Open {
            return Poll::Ready(inner.state);
        }
        inner.wait(cx, true);
        Poll::Pending
    }

    /// Closes the queue. Waiting frames are sent, or dropped.
    pub(crate) fn close(&self, last_packet: u8, drop_waiting: bool) {
        self.finish(State::Closing(last_packet), drop_waiting);
    }

    /// Closes the queue and drops everything.
    pub(crate) fn cut(&self) {
        self.finish(State::Cut, true);
    }

    /// Makes a change under the lock, and wakes the waker that it returns after.
    fn change(&self, change: impl FnOnce(&mut Inner) -> Option<Waker>) {
        let waker = change(&mut self.inner.lock());
        wake(waker);
    }

    fn finish(&self, state: State, drop_waiting: bool) {
        let (taker, waiting) = {
            let mut inner = self.inner.lock();
            let may_change = match inner.state {
                State::Open => true,
                State::Closing(_) => state == State::Cut,
                State::Cut => false,
            };
            if !may_change {
                return;
            }
            inner.state = state;
            if drop_waiting {
                inner.backlog.clear();
            }
            (inner.taker.take(), inner.closed_wakers())
        };
        wake(taker);
        waiting.into_iter().for_each(Waker::wake);
    }

    /// The state of the queue.
    pub(crate) fn state(&self) -> State {
        self.inner.lock().state
    }

    /// The packet type that ends a polling response, once the queue is closing and nothing waits.
    pub(crate) fn last_packet(&self) -> Option<u8> {
        let inner = self.inner.lock();
        match inner.state {
            State::Closing(packet) if inner.backlog.is_taken() => Some(packet),
            _ => None,
        }
    }

    /// Messages that wait or are being written, and the bytes of their payloads.
    pub(crate) fn waiting(&self) -> (usize, usize) {
        self.inner.lock().backlog.size()
    }

    /// Ready once the queue is over.
    pub(crate) fn poll_closed(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut inner = self.inner.lock();
        if inner.is_over() {
            return Poll::Ready(());
        }
        if !inner.closed.iter().any(|waker| waker.will_wake(cx.waker())) {
            inner.closed.push(cx.waker().clone());
        }
        Poll::Pending
    }
}

impl Inner {
    fn push(&mut self, frames: impl IntoIterator<Item = Frame>) -> Option<Waker> {
        if self.state != State::Open {
            return None;
        }
        self.backlog.push(frames);
        self.wake_for_frames()
    }

    fn wake_for_frames(&mut self) -> Option<Waker> {
        if self.awaits_end { None } else { self.taker.take() }
    }

    fn wait(&mut self, cx: &Context<'_>, awaits_end: bool) {
        self.awaits_end = awaits_end;
        if !self.taker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            self.taker = Some(cx.waker().clone());
        }
    }

    fn is_over(&self) -> bool {
        self.state != State::Open && !self.taken
    }

    /// The wakers to wake if the queue is over.
    fn closed_wakers(&mut self) -> Vec<Waker> {
        if self.is_over() { std::mem::take(&mut self.closed) } else { Vec::new() }
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}
