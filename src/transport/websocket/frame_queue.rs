//! The frames that wait for one client, and the signal that ends its connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use switchboard_conn::Waiting;
use tokio::sync::{mpsc, watch};

use super::dialect::{Dialect, End};
use crate::core::reply::Welcome;
use crate::hub::outbox::{Broadcast, Outbox};
use crate::inspect::recorder::Origin;
use crate::metrics::{self, totals::Present};
use crate::net::request_id::RequestId;
use crate::protocol::name::UserName;
use crate::protocol::server_message::ServerMessage;

/// The sending end of the queue.
pub struct FrameQueue {
    request: RequestId,
    name: UserName,
    dialect: Dialect,
    frames: mpsc::Sender<Bytes>,
    waiting: Arc<AtomicUsize>,
    max_bytes: usize,
    end: watch::Sender<Option<End>>,
    origin: Origin,
    _present: Present,
}

/// The receiving end of the queue.
pub struct QueuedFrames {
    /// Frames to be sent, in order.
    pub frames: mpsc::Receiver<Bytes>,
    waiting: Arc<AtomicUsize>,
    /// Why the connection ends, once it does.
    pub end: watch::Receiver<Option<End>>,
}

impl FrameQueue {
    /// A queue in which so many frames and bytes may wait.
    pub fn new(
        (request, name): (RequestId, UserName),
        dialect: Dialect,
        origin: Origin,
        max_frames: usize,
        max_bytes: usize,
    ) -> (Self, QueuedFrames) {
        let (sender, frames) = mpsc::channel(max_frames.max(1));
        let (ending, end) = watch::channel(None);
        let waiting = Arc::new(AtomicUsize::new(0));
        let queued = QueuedFrames { frames, waiting: waiting.clone(), end };
        let _present = dialect.service().clients.enter();
        (Self { request, name, dialect, frames: sender, waiting, max_bytes, end: ending, origin, _present }, queued)
    }

    /// Adds a frame. If the queue is full, the connection is closed: no frame is dropped without that. A single frame may
    /// be of any size.
    pub fn push(&self, frame: impl Into<Bytes>) {
        let frame = frame.into();
        let size = frame.len();
        let before = self.waiting.fetch_add(size, Ordering::Relaxed);
        let fits = before == 0 || before + size <= self.max_bytes;
        if !fits || matches!(self.frames.try_send(frame), Err(mpsc::error::TrySendError::Full(_))) {
            metrics::count("slow-reader");
            self.stop(End::Cut, "it does not read what it is sent");
        }
    }

    fn stop(&self, end: End, why: &str) {
        let is_first = self.end.send_if_modified(|current| {
            let is_first = current.is_none();
            current.get_or_insert(end);
            is_first
        });
        if is_first {
            tracing::debug!(request = self.request.0, user = self.name.as_str(), "bare WebSocket closed: {why}");
        }
    }
}

impl QueuedFrames {
    /// A frame of so many bytes was sent.
    pub fn sent(&self, size: usize) {
        self.waiting.fetch_sub(size, Ordering::Relaxed);
    }
}

impl Outbox for FrameQueue {
    fn welcome(&self, welcome: &Welcome) {
        if let Some(frame) = welcome.restored.as_ref().and_then(|restored| self.dialect.restored(restored)) {
            self.push(frame);
        }
        for (number, message) in &welcome.missed {
            self.send(&Broadcast::new(message.clone()), *number);
        }
        let (request, user, back) = (self.request.0, self.name.as_str(), welcome.restored.is_some());
        tracing::info!(request, peer = %welcome.peer, user, back, "connected by bare WebSocket");
    }

    fn send(&self, broadcast: &Broadcast, _number: Option<u64>) {
        if let ServerMessage::Disconnected(reason) = &broadcast.message {
            if self.dialect.takes_remarks() {
                self.push(self.dialect.rejected(reason));
            }
            return self.stop(End::Dismissed, "a back end has ended it");
        }
        if let Some(frame) = broadcast.frame() {
            self.push(frame);
        }
    }

    fn origin(&self) -> Origin {
        self.origin
    }

    fn waiting(&self) -> Waiting {
        let messages = self.frames.max_capacity() - self.frames.capacity();
        Waiting { messages, bytes: self.waiting.load(Ordering::Relaxed) }
    }

    /// The code of the close frame notifies the client.
    fn announce_shutdown(&self) {}

    fn end(self: Arc<Self>) {
        self.stop(End::Shutdown, "the server stops");
    }

    fn cut(&self, why: &str) {
        self.stop(End::Cut, why);
    }
}
