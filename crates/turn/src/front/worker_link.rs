//! What others see of a worker's thread.

use std::io;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use mio::Waker;
use parking_lot::Mutex;

use super::stream_link::StreamLink;
use crate::machine::Counters;

/// What others see of a worker's thread.
#[derive(Debug)]
pub(super) struct WorkerLink {
    inbox: Mutex<Inbox>,
    waker: Waker,
    pub stats: WorkerStats,
}

#[derive(Debug, Default)]
struct Inbox {
    /// Streams with something new.
    streams: Vec<Arc<StreamLink>>,
    /// The thread has to end, or has ended.
    stopped: bool,
}

/// What it does and has done.
#[derive(Debug, Default)]
pub(super) struct WorkerStats {
    pub allocations: AtomicUsize,
    pub relayed_packets: AtomicU64,
    pub relayed_bytes: AtomicU64,
    pub dropped_packets: AtomicU64,
    pub refused_requests: AtomicU64,
}

impl WorkerLink {
    pub fn new(waker: Waker) -> Self {
        Self { inbox: Mutex::default(), waker, stats: WorkerStats::default() }
    }

    /// Tells the worker that a stream has something new.
    ///
    /// # Errors
    /// The server has stopped.
    pub fn tell(&self, stream: Arc<StreamLink>) -> io::Result<()> {
        let mut inbox = self.inbox.lock();
        if inbox.stopped {
            return Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the TURN server has stopped"));
        }
        inbox.streams.push(stream);
        let first = inbox.streams.len() == 1;
        drop(inbox);
        if first { self.waker.wake() } else { Ok(()) }
    }

    /// Tells the worker to end.
    pub fn stop(&self) {
        self.inbox.lock().stopped = true;
        if let Err(error) = self.waker.wake() {
            tracing::warn!(%error, "a TURN worker cannot be stopped");
        }
    }

    /// Takes the streams with something new; `into` is empty. Returns whether the worker has to end.
    pub fn take(&self, into: &mut Vec<Arc<StreamLink>>) -> bool {
        let mut inbox = self.inbox.lock();
        mem::swap(&mut inbox.streams, into);
        inbox.stopped
    }

    /// Refuses further streams, and takes those with something new.
    pub fn end(&self, into: &mut Vec<Arc<StreamLink>>) {
        let mut inbox = self.inbox.lock();
        inbox.stopped = true;
        into.append(&mut inbox.streams);
    }
}

impl WorkerStats {
    /// Publishes them.
    pub fn set(&self, allocations: usize, counters: Counters, dropped: u64) {
        self.allocations.store(allocations, Relaxed);
        self.relayed_packets.store(counters.relayed_packets, Relaxed);
        self.relayed_bytes.store(counters.relayed_bytes, Relaxed);
        self.dropped_packets.store(counters.dropped_packets + dropped, Relaxed);
        self.refused_requests.store(counters.refused_requests, Relaxed);
    }
}
