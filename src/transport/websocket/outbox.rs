//! One peer's way out of this door: a bounded queue of frames, and the word that ends its conversation.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use tokio::sync::{mpsc, watch};

use super::{pairs, rooms};
use crate::core::outgoing::ServerMessage;
use crate::hub::directory::{self, Broadcast};
use crate::metrics;

/// Why a conversation ends from our side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The server goes down.
    Shutdown,
    /// It does not read what it is sent, or has come back on another connection: nothing more is said here.
    Cut,
}

/// The end that is put into.
pub struct Outbox {
    frames: mpsc::Sender<Bytes>,
    waiting: Arc<AtomicUsize>,
    most: usize,
    end: watch::Sender<Option<End>>,
}

/// The end that is taken from.
pub struct Frames {
    /// Frames to be sent, in order.
    pub frames: mpsc::Receiver<Bytes>,
    waiting: Arc<AtomicUsize>,
    /// Why to stop, once there is a reason.
    pub end: watch::Receiver<Option<End>>,
}

impl Outbox {
    /// A way out in which so many frames and bytes may wait.
    pub fn new(max_queue: usize, max_queue_bytes: usize) -> (Self, Frames) {
        let (put, frames) = mpsc::channel(max_queue.max(1));
        let (ending, end) = watch::channel(None);
        let waiting = Arc::new(AtomicUsize::new(0));
        let outgoing = Frames { frames, waiting: waiting.clone(), end };
        (Self { frames: put, waiting, most: max_queue_bytes, end: ending }, outgoing)
    }

    /// Puts a frame into the queue. If that is full, the peer is cut: nothing is left out in silence. A single frame
    /// may be of any size.
    pub fn send(&self, frame: impl Into<Bytes>) {
        let frame = frame.into();
        let size = frame.len();
        let before = self.waiting.fetch_add(size, Ordering::Relaxed);
        let fits = before == 0 || before + size <= self.most;
        if !fits || matches!(self.frames.try_send(frame), Err(mpsc::error::TrySendError::Full(_))) {
            metrics::count("slow-reader");
            self.stop(End::Cut, "it does not read what it is sent");
        }
    }

    fn stop(&self, why: End, words: &str) {
        let stopped = self.end.send_if_modified(|end| {
            let first = end.is_none();
            end.get_or_insert(why);
            first
        });
        if stopped {
            tracing::debug!("bare WebSocket closed: {words}");
        }
    }
}

impl Frames {
    /// A frame of so many bytes has gone out.
    pub fn sent(&self, size: usize) {
        self.waiting.fetch_sub(size, Ordering::Relaxed);
    }
}

impl directory::Outbox for Outbox {
    fn tell(&self, broadcast: &Broadcast, _number: Option<u64>) {
        let encoded = broadcast.frame.get_or_init(|| match &broadcast.message {
            ServerMessage::Room(message) => rooms::message(message).into(),
            ServerMessage::Pair(message) => pairs::message(message).into(),
            // Of calls nobody hears at this door.
            _ => Bytes::new(),
        });
        if !encoded.is_empty() {
            self.send(encoded.clone());
        }
    }

    /// Said by the close frame's code.
    fn announce_shutdown(&self) {}

    fn end(&self) {
        self.stop(End::Shutdown, "the server goes down");
    }

    fn cut(&self, why: &str) {
        self.stop(End::Cut, why);
    }
}
