//! The queue under a model checker: every interleaving of push, take, close and drop. Its source is compiled again, with
//! the checker's lock in place of the real one.

#![allow(dead_code, missing_docs)]

#[path = "../src/backlog.rs"]
mod backlog;
#[path = "../src/frame.rs"]
mod frame;
#[path = "../src/queue.rs"]
mod queue;

mod sync {
    /// The checker's lock, with the interface of the real one.
    #[derive(Debug)]
    pub struct Mutex<T>(loom::sync::Mutex<T>);

    impl<T> Mutex<T> {
        pub fn new(value: T) -> Self {
            Self(loom::sync::Mutex::new(value))
        }
        pub fn lock(&self) -> loom::sync::MutexGuard<'_, T> {
            self.0.lock().expect("not poisoned")
        }
    }
}

use std::collections::VecDeque;
use std::future::poll_fn;

use backlog::{Capacity, Most};
use frame::Frame;
use loom::future::block_on;
use loom::sync::Arc;
use loom::thread;
use queue::{Refused, SendQueue, State, Taken, Turn};

/// All interleavings in which a thread is interrupted against its will at most twice.
fn model(run: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(run);
}

const ALL: Most = Most { frames: usize::MAX, bytes: usize::MAX };
const ONE: Most = Most { frames: 1, bytes: usize::MAX };

fn frame(body: &'static str) -> Frame {
    Frame::packet(b'4', body)
}

fn put(queue: &SendQueue, body: &'static str) -> Result<(), Refused> {
    queue.reserve()?;
    queue.fill([frame(body)]);
    Ok(())
}

/// Takes until the queue is closed.
fn drain(queue: &SendQueue, turn: Turn, most: Most) -> Vec<Frame> {
    let mut all = Vec::new();
    loop {
        let mut batch = VecDeque::new();
        let taken = block_on(poll_fn(|cx| queue.poll_take(turn, most, &mut batch, cx)));
        all.extend(batch);
        match taken {
            Taken::Frames => {}
            Taken::Ended(_) | Taken::Interrupted => return all,
        }
    }
}

#[test]
fn frames_pushed_while_taken_arrive_once_and_in_order() {
    model(|| {
        let queue = Arc::new(SendQueue::new(Capacity { messages: 8, bytes: usize::MAX }));
        let turn = queue.begin().expect("the first turn");
        let pushing = queue.clone();
        let push = thread::spawn(move || {
            put(&pushing, "1").expect("a place");
            put(&pushing, "2").expect("a place");
            pushing.close(b'1', false);
        });
        let all = drain(&queue, turn, ALL);
        push.join().expect("pushed");
        assert_eq!(all, [frame("1"), frame("2")]);
        assert_eq!(queue.waiting(), (0, 0));
    });
}

#[test]
fn frames_of_two_pushers_arrive_each_once() {
    model(|| {
        let queue = Arc::new(SendQueue::new(Capacity { messages: 8, bytes: usize::MAX }));
        let turn = queue.begin().expect("the first turn");
        let pushers = ["1", "2"].map(|body| {
            let queue = queue.clone();
            thread::spawn(move || put(&queue, body).expect("a place"))
        });
        let mut all = Vec::new();
        while all.len() < 2 {
            let mut batch = VecDeque::new();
            block_on(poll_fn(|cx| queue.poll_take(turn, ONE, &mut batch, cx)));
            all.extend(batch);
        }
        for pusher in pushers {
            pusher.join().expect("pushed");
        }
        all.sort_by(|one, other| one.body.cmp(&other.body));
        assert_eq!(all, [frame("1"), frame("2")]);
    });
}

#[test]
fn places_are_never_more_than_there_are() {
    model(|| {
        let queue = Arc::new(SendQueue::new(Capacity { messages: 1, bytes: usize::MAX }));
        let other = queue.clone();
        let pusher = thread::spawn(move || put(&other, "1"));
        let own = queue.reserve();
        if own.is_ok() {
            queue.release();
        }
        let pushed = pusher.join().expect("done");
        assert!(own.is_ok() || pushed.is_ok());
        assert_eq!(queue.waiting().0, usize::from(pushed.is_ok()));
    });
}

#[test]
fn close_wakes_a_blocked_writer_and_the_closed_ones() {
    model(|| {
        let queue = Arc::new(SendQueue::new(Capacity { messages: 8, bytes: usize::MAX }));
        let turn = queue.begin().expect("the first turn");
        let (writing, closing) = (queue.clone(), queue.clone());
        let writer = thread::spawn(move || {
            // It cannot write, and pushes do not wake it.
            let state = block_on(poll_fn(|cx| writing.poll_ending(cx)));
            writing.end(turn);
            state
        });
        let closer = thread::spawn(move || {
            put(&closing, "1").expect("a place");
            closing.cut();
        });
        block_on(poll_fn(|cx| queue.poll_closed(cx)));
        closer.join().expect("closed");
        assert_eq!(writer.join().expect("woken"), State::Cut);
        assert_eq!(queue.waiting(), (0, 0));
    });
}

#[test]
fn takeover_interrupts_a_poll_and_loses_nothing() {
    model(|| {
        let queue = Arc::new(SendQueue::new(Capacity { messages: 8, bytes: usize::MAX }));
        let turn = queue.begin().expect("the first turn");
        let polling = queue.clone();
        let poll = thread::spawn(move || {
            let mut batch = VecDeque::new();
            block_on(poll_fn(|cx| polling.poll_take(turn, ALL, &mut batch, cx)));
            polling.end(turn);
            batch
        });
        let pushing = queue.clone();
        let push = thread::spawn(move || put(&pushing, "1").expect("a place"));
        let websocket = queue.take_over();
        push.join().expect("pushed");
        let mut all: Vec<Frame> = poll.join().expect("answered").into();
        queue.close(b'1', false);
        all.extend(drain(&queue, websocket, ALL));
        assert_eq!(all, [frame("1")]);
    });
}

#[test]
fn interrupt_ends_a_waiting_poll() {
    model(|| {
        let queue = Arc::new(SendQueue::new(Capacity { messages: 8, bytes: usize::MAX }));
        let turn = queue.begin().expect("the first turn");
        let other = queue.clone();
        let probe = thread::spawn(move || other.interrupt());
        let taken = block_on(poll_fn(|cx| queue.poll_take(turn, ALL, &mut VecDeque::new(), cx)));
        probe.join().expect("done");
        assert_eq!(taken, Taken::Interrupted);
    });
}
