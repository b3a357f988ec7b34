//! What waits to go to one client, without I/O and without a runtime.
//!
//! Invariants:
//! 1. One transport takes at a time: the one with the latest [`Turn`]. Who loses its task returns its turn in `Drop`.
//!    It is over exactly when it was ended and nobody takes; then all `closed()` wake.
//! 2. A frame that was taken in goes out, in order, or the session ends. A message and its binary parts enter together.
//!    A reservation that is given up returns its place.
//! 3. A waker is stored under the lock that found nothing to take; a push takes it under the lock and wakes it after:
//!    no wake-up is lost, and a burst costs one.
//! 4. An empty queue owns no memory.
//! 5. What a transport has taken and not written counts as waiting until it asks for more or returns its turn.

use std::collections::VecDeque;
use std::task::{Context, Poll, Waker};

use crate::frame::Frame;
use crate::sync::Mutex;

/// The queue of one session.
#[derive(Debug)]
pub struct SendQueue {
    most: usize,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    frames: VecDeque<Frame>,
    /// Bytes of their payloads.
    bytes: usize,
    /// Places promised by [`SendQueue::reserve`].
    reserved: usize,
    /// Frames and bytes that were taken and may not be written yet.
    in_flight: (usize, usize),
    /// The last volatile message: the next one replaces it.
    volatile: Option<Box<[Frame]>>,
    state: State,
    turn: u32,
    /// Whether a transport has the turn.
    taken: bool,
    taker: Option<Waker>,
    /// The taker cannot write at the moment: it wants to know only of the end.
    awaits_end: bool,
    interrupted: bool,
    closed: Vec<Waker>,
}

/// Where a queue is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Frames are taken in.
    Open,
    /// Nothing more is taken in; what waits still goes out. A poll's answer ends with this packet type.
    Closing(u8),
    /// Nothing goes out any more.
    Cut,
}

/// Why a frame is not taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    Full,
    Closed,
}

/// Whose turn it is to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn(u32);

/// What there is to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Frames were put into the batch.
    Frames,
    /// A transport that waited is to stop: an upgrade comes, or another transport took over.
    Interrupted,
    /// There is nothing more, ever.
    Ended(State),
}

/// How much is taken at once.
#[derive(Debug, Clone, Copy)]
pub struct Most {
    pub frames: usize,
    /// Bytes as they are in a polling answer. A first frame is taken at any size.
    pub bytes: usize,
}

impl SendQueue {
    /// An empty one in which so many frames may wait.
    pub fn new(most: usize) -> Self {
        let inner = Inner {
            frames: VecDeque::new(),
            bytes: 0,
            reserved: 0,
            in_flight: (0, 0),
            volatile: None,
            state: State::Open,
            turn: 0,
            taken: false,
            taker: None,
            awaits_end: false,
            interrupted: false,
            closed: Vec::new(),
        };
        Self { most, inner: Mutex::new(inner) }
    }

    /// Promises a place.
    ///
    /// # Errors
    /// No place is free, or the queue is closed.
    pub fn reserve(&self) -> Result<(), Refused> {
        let mut inner = self.inner.lock();
        if inner.state != State::Open {
            return Err(Refused::Closed);
        }
        if inner.frames.len() + inner.in_flight.0 + inner.reserved >= self.most {
            return Err(Refused::Full);
        }
        inner.reserved += 1;
        Ok(())
    }

    /// Gives back a promised place.
    pub fn release(&self) {
        self.inner.lock().reserved -= 1;
    }

    /// Puts a message and its parts into a promised place.
    pub fn fill(&self, frames: impl IntoIterator<Item = Frame>) {
        let waker = {
            let mut inner = self.inner.lock();
            inner.reserved -= 1;
            inner.push(frames)
        };
        wake(waker);
    }

    /// Puts a frame that needs no place: there is never more than one of its kind.
    pub fn put_control(&self, frame: Frame) {
        let waker = self.inner.lock().push([frame]);
        wake(waker);
    }

    /// Puts a message that the next volatile one replaces; false if the queue is closed.
    pub fn put_volatile(&self, frames: impl IntoIterator<Item = Frame>) -> bool {
        let waker = {
            let mut inner = self.inner.lock();
            if inner.state != State::Open {
                return false;
            }
            inner.volatile = Some(frames.into_iter().collect());
            inner.wake_for_frames()
        };
        wake(waker);
        true
    }

    /// A transport takes from now on, if no other does.
    pub fn begin(&self) -> Option<Turn> {
        let mut inner = self.inner.lock();
        if inner.taken {
            return None;
        }
        inner.taken = true;
        Some(Turn(inner.turn))
    }

    /// A transport takes from now on. One that took before is interrupted.
    pub fn take_over(&self) -> Turn {
        let (turn, waker) = {
            let mut inner = self.inner.lock();
            inner.turn = inner.turn.wrapping_add(1);
            inner.taken = true;
            inner.in_flight = (0, 0);
            inner.interrupted = false;
            (Turn(inner.turn), inner.taker.take())
        };
        wake(waker);
        turn
    }

    /// A transport that waits to take stops waiting.
    pub fn interrupt(&self) {
        let waker = {
            let mut inner = self.inner.lock();
            inner.interrupted = inner.taken;
            inner.taker.take()
        };
        wake(waker);
    }

    /// Whether it is still this transport's turn.
    pub fn has(&self, turn: Turn) -> bool {
        self.inner.lock().turn == turn.0
    }

    /// A transport takes no more.
    pub fn end(&self, turn: Turn) {
        let waiting = {
            let mut inner = self.inner.lock();
            if inner.turn != turn.0 {
                return;
            }
            inner.taken = false;
            inner.taker = None;
            inner.interrupted = false;
            inner.in_flight = (0, 0);
            inner.settle()
        };
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Takes what waits into an empty batch, and counts what was taken before as written.
    pub fn poll_take(&self, turn: Turn, most: Most, batch: &mut VecDeque<Frame>, cx: &mut Context<'_>) -> Poll<Taken> {
        let mut inner = self.inner.lock();
        if inner.turn != turn.0 {
            return Poll::Ready(Taken::Interrupted);
        }
        inner.in_flight = (0, 0);
        if inner.frames.is_empty()
            && let Some(frames) = inner.volatile.take()
        {
            inner.bytes += frames.iter().map(Frame::payload_size).sum::<usize>();
            inner.frames = frames.into_iter().collect();
        }
        if !inner.frames.is_empty() {
            inner.take(most, batch);
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

    /// For a transport that cannot write at the moment: ready once the queue is closed.
    pub fn poll_ending(&self, cx: &mut Context<'_>) -> Poll<State> {
        let mut inner = self.inner.lock();
        if inner.state != State::Open {
            return Poll::Ready(inner.state);
        }
        inner.wait(cx, true);
        Poll::Pending
    }

    /// Takes nothing in any more. What waits goes out, or is dropped.
    pub fn close(&self, last_packet: u8, drop_waiting: bool) {
        self.finish(State::Closing(last_packet), drop_waiting);
    }

    /// Ends it at once.
    pub fn cut(&self) {
        self.finish(State::Cut, true);
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
                inner.clear();
            }
            (inner.taker.take(), inner.settle())
        };
        wake(taker);
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Where the queue is in its life.
    pub fn state(&self) -> State {
        self.inner.lock().state
    }

    /// The packet type with which a poll's answer ends: once the queue is closing and nothing waits.
    pub fn last_packet(&self) -> Option<u8> {
        let inner = self.inner.lock();
        match inner.state {
            State::Closing(packet) if inner.frames.is_empty() => Some(packet),
            _ => None,
        }
    }

    /// Frames that wait or are being written, and the bytes of their payloads.
    pub fn waiting(&self) -> (usize, usize) {
        let inner = self.inner.lock();
        (inner.frames.len() + inner.in_flight.0, inner.bytes + inner.in_flight.1)
    }

    /// Ready once the queue was ended and nobody takes.
    pub fn poll_closed(&self, cx: &mut Context<'_>) -> Poll<()> {
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
        for frame in frames {
            self.bytes += frame.payload_size();
            self.frames.push_back(frame);
        }
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

    fn take(&mut self, most: Most, batch: &mut VecDeque<Frame>) {
        let (mut count, mut size) = (0, 0usize);
        for frame in self.frames.iter().take(most.frames) {
            size = size.saturating_add(frame.polling_size() + 1);
            if count > 0 && size > most.bytes {
                break;
            }
            count += 1;
        }
        if count == self.frames.len() {
            std::mem::swap(&mut self.frames, batch);
        } else {
            batch.extend(self.frames.drain(..count));
        }
        let bytes = batch.iter().map(Frame::payload_size).sum();
        self.bytes -= bytes;
        self.in_flight = (count, bytes);
    }

    fn clear(&mut self) {
        (self.frames, self.bytes, self.volatile) = (VecDeque::new(), 0, None);
    }

    fn is_over(&self) -> bool {
        self.state != State::Open && !self.taken
    }

    /// Who is to be woken since it is over.
    fn settle(&mut self) -> Vec<Waker> {
        if self.is_over() { std::mem::take(&mut self.closed) } else { Vec::new() }
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}
