//! What a stream's task and the worker that serves its client pass to each other.

use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::five_tuple::FiveTuple;

/// So many bytes may wait for the worker; then the task reads no further. A frame may be larger.
const INCOMING: usize = 64 << 10;
/// So many bytes may wait for the client; then peers' datagrams are dropped.
const OUTGOING_DATA: usize = 256 << 10;
/// With so many the client reads nothing, but asks: it is closed.
const OUTGOING: usize = OUTGOING_DATA + (128 << 10);
/// Buffers larger than this are given back when they are empty.
const KEPT: usize = 16 << 10;

/// One stream.
#[derive(Debug)]
pub(super) struct StreamLink {
    pub five: FiveTuple,
    queues: Mutex<Queues>,
    /// Tells the task that there is something to write, or that the stream is to be closed.
    pub to_write: Notify,
    /// Tells the task that it may read on.
    pub drained: Notify,
    relays: AtomicUsize,
}

#[derive(Debug, Default)]
struct Queues {
    /// Whole frames from the client.
    incoming: Vec<u8>,
    /// Whole frames for the client.
    outgoing: Vec<u8>,
    /// The stream has ended.
    gone: bool,
    /// The worker has been notified, and has not looked yet.
    notified: bool,
    /// The stream is to be closed.
    closed: bool,
}

/// What a worker finds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Frames,
    /// The stream has ended after these.
    Last,
}

impl StreamLink {
    pub fn new(five: FiveTuple) -> Self {
        Self {
            five,
            queues: Mutex::default(),
            to_write: Notify::new(),
            drained: Notify::new(),
            relays: AtomicUsize::new(0),
        }
    }

    /// Queues whole frames for the worker. Returns whether the worker has to be notified.
    pub fn push_incoming(&self, frames: &[u8]) -> bool {
        let mut queues = self.queues.lock();
        queues.incoming.extend_from_slice(frames);
        !mem::replace(&mut queues.notified, true)
    }

    /// Whether the task may read on.
    pub fn may_read(&self) -> bool {
        self.queues.lock().incoming.len() < INCOMING
    }

    /// Notes that the stream has ended. Returns whether the worker has to be notified.
    pub fn end(&self) -> bool {
        let mut queues = self.queues.lock();
        queues.gone = true;
        !mem::replace(&mut queues.notified, true)
    }

    /// Takes what the client has sent; `into` is empty.
    pub fn take_incoming(&self, into: &mut Vec<u8>) -> Found {
        let mut queues = self.queues.lock();
        mem::swap(&mut queues.incoming, into);
        queues.notified = false;
        let found = if queues.gone { Found::Last } else { Found::Frames };
        drop(queues);
        self.drained.notify_one();
        found
    }

    /// Queues a peer's datagram for the client. Returns whether there was room.
    pub fn send_data(&self, header: &[u8], payload: &[u8], padding: usize) -> bool {
        let mut queues = self.queues.lock();
        let length = queues.outgoing.len() + header.len() + payload.len() + padding;
        if queues.closed || length > OUTGOING_DATA {
            return false;
        }
        queues.outgoing.extend_from_slice(header);
        queues.outgoing.extend_from_slice(payload);
        queues.outgoing.resize(length, 0);
        drop(queues);
        self.to_write.notify_one();
        true
    }

    /// Queues an answer for the client.
    pub fn send_control(&self, packet: &[u8]) {
        let mut queues = self.queues.lock();
        if queues.outgoing.len() + packet.len() > OUTGOING {
            queues.closed = true;
        } else {
            queues.outgoing.extend_from_slice(packet);
        }
        drop(queues);
        self.to_write.notify_one();
    }

    /// Tells the task to close the stream.
    pub fn close(&self) {
        self.queues.lock().closed = true;
        self.to_write.notify_one();
    }

    /// Takes what is to be written; `into` is empty. Returns whether the stream is to be closed afterwards.
    pub fn take_outgoing(&self, into: &mut Vec<u8>) -> bool {
        if into.capacity() > KEPT {
            *into = Vec::new();
        }
        let mut queues = self.queues.lock();
        mem::swap(&mut queues.outgoing, into);
        queues.closed
    }

    pub fn relay_opened(&self) {
        self.relays.fetch_add(1, Relaxed);
    }

    pub fn relay_closed(&self) {
        self.relays.fetch_sub(1, Relaxed);
    }

    /// Whether the client has an allocation.
    pub fn has_relay(&self) -> bool {
        self.relays.load(Relaxed) > 0
    }
}
