//! One session: its queue, its transport and its heartbeat, independent of the layer above. The server uses it as a
//! [`ConnHandle`](switchboard_conn::ConnHandle).

use std::sync::Weak;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

use engineioxide_core::{Sid, Str};
use parking_lot::Mutex;
use switchboard_conn::{Carrier, PutError, Transport, Waiting};

use crate::backlog::Capacity;
use crate::frame::Frame;
use crate::packet;
use crate::queue::{Refused, SendQueue};

/// Why a session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DisconnectReason {
    /// The client closed the session.
    TransportClose,
    /// The client sent two polls at the same time.
    MultipleHttpPollingError,
    /// The client sent an invalid packet.
    PacketParsingError,
    /// The connection broke, or the client violated its protocol.
    TransportError,
    /// The client did not answer a ping.
    HeartbeatTimeout,
    /// The server is closing.
    ClosingServer,
}

/// How a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The server closes it. Waiting frames are still sent.
    Orderly,
    /// The client closed it.
    ByClient,
    /// It has an error. Waiting frames are dropped.
    Broken,
    /// It ends at once, without a close frame.
    Cut,
}

/// Ends sessions.
pub(crate) trait End: Send + Sync {
    /// Ends a session, unless it has ended. Another task notifies the handler.
    fn end(&self, id: Sid, reason: DisconnectReason, ending: Ending);
}

/// The transport of a session, and the steps of its upgrade from polling to WebSocket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Stage {
    Polling,
    /// The client has opened a WebSocket and has not sent the probe.
    Upgrading,
    /// The probe is answered. A poll waits only for a short time.
    Probed,
    WebSocket,
}

/// States of `Session::pong`: whether the client has to answer a ping.
const NONE_DUE: u8 = 0;
const PONG_DUE: u8 = 1;
const PONG_DUE_LATER: u8 = 2;

/// One session.
pub(crate) struct Session {
    pub id: Sid,
    pub queue: SendQueue,
    end: Weak<dyn End>,
    stage: AtomicU8,
    is_posting: AtomicBool,
    pong: AtomicU8,
    /// The number of the valid entry in the clock.
    beat: AtomicU32,
    close_code: AtomicU16,
    is_too_large: AtomicBool,
    read: AtomicU64,
    written: AtomicU64,
    /// The network connection of its WebSocket.
    carrier: Mutex<Option<Carrier>>,
}

impl Session {
    pub(crate) fn new(stage: Stage, capacity: Capacity, end: Weak<dyn End>) -> Self {
        Self {
            id: Sid::new(),
            queue: SendQueue::new(capacity),
            end,
            stage: AtomicU8::new(stage as u8),
            is_posting: AtomicBool::new(false),
            pong: AtomicU8::new(NONE_DUE),
            beat: AtomicU32::new(0),
            close_code: AtomicU16::new(0),
            is_too_large: AtomicBool::new(false),
            read: AtomicU64::new(0),
            written: AtomicU64::new(0),
            carrier: Mutex::default(),
        }
    }

    pub(crate) fn end(&self, reason: DisconnectReason, ending: Ending) {
        if let Some(engine) = self.end.upgrade() {
            engine.end(self.id, reason, ending);
        }
    }

    pub(crate) fn stage(&self) -> Stage {
        match self.stage.load(Ordering::Acquire) {
            0 => Stage::Polling,
            1 => Stage::Upgrading,
            2 => Stage::Probed,
            _ => Stage::WebSocket,
        }
    }

    /// Changes the stage. Returns false if the session was in none of the stages `from`.
    pub(crate) fn advance(&self, from: &[Stage], to: Stage) -> bool {
        from.iter()
            .any(|from| self.stage.compare_exchange(*from as u8, to as u8, Ordering::AcqRel, Ordering::Acquire).is_ok())
    }

    /// A POST begins. Returns false if another one is in progress.
    pub(crate) fn begin_post(&self) -> bool {
        !self.is_posting.swap(true, Ordering::Acquire)
    }

    pub(crate) fn end_post(&self) {
        self.is_posting.store(false, Ordering::Release);
    }

    /// Notes that a ping is sent. Returns the number of the clock's entry for the pong; `None` if `beat` is not valid.
    pub(crate) fn ping(&self, beat: u32) -> Option<u32> {
        if self.beat.load(Ordering::Relaxed) != beat {
            return None;
        }
        self.pong.store(PONG_DUE, Ordering::Relaxed);
        Some(self.next_beat())
    }

    /// Whether the pong that this entry of the clock waits for is missing.
    pub(crate) fn is_overdue(&self, beat: u32) -> bool {
        self.beat.load(Ordering::Relaxed) == beat
    }

    /// A pong has arrived. Returns true if it was due: the caller schedules the next ping.
    pub(crate) fn pong(&self) -> bool {
        self.pong.swap(NONE_DUE, Ordering::Relaxed) != NONE_DUE
    }

    /// Another packet has arrived. Returns true if a pong is due: the caller extends its deadline once, since the client is
    /// alive.
    pub(crate) fn is_alive(&self) -> bool {
        self.pong.compare_exchange(PONG_DUE, PONG_DUE_LATER, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// The number of a new entry in the clock, which invalidates the earlier one.
    pub(crate) fn next_beat(&self) -> u32 {
        self.beat.fetch_add(1, Ordering::Relaxed).wrapping_add(1)
    }

    pub(crate) fn add_read(&self, bytes: usize) {
        self.read.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn add_written(&self, bytes: usize) {
        self.written.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// The client has sent a message beyond the limit.
    pub(crate) fn set_too_large(&self) {
        self.is_too_large.store(true, Ordering::Relaxed);
    }

    /// Keeps the network connection of its WebSocket, from the extensions of the request that opened it.
    pub(crate) fn set_carrier(&self, extensions: &mut http::Extensions) {
        *self.carrier.lock() = extensions.remove();
    }

    /// The client has sent a close frame.
    pub(crate) fn set_close_code(&self, code: Option<u16>) {
        const NO_STATUS: u16 = 1005;
        self.close_code.store(code.unwrap_or(NO_STATUS), Ordering::Relaxed);
    }
}

impl Transport for Session {
    fn put(&self, packet: Str, max_bytes: usize) -> Result<(), PutError> {
        self.queue.put(Frame::packet(packet::MESSAGE, packet), max_bytes).map_err(|refused| match refused {
            Refused::Full => PutError::Full,
            Refused::Closed => PutError::Closed,
        })
    }

    fn waiting(&self) -> Waiting {
        let (messages, bytes) = self.queue.waiting();
        Waiting { messages, bytes }
    }

    fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    fn bytes_written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    fn close_code(&self) -> Option<u16> {
        Some(self.close_code.load(Ordering::Relaxed)).filter(|code| *code != 0)
    }

    fn is_too_large(&self) -> bool {
        self.is_too_large.load(Ordering::Relaxed)
    }

    fn used(&self, bytes: usize) {
        if let Some(Carrier(carrier)) = &*self.carrier.lock() {
            carrier.used(bytes);
        }
    }

    fn cut(&self) {
        self.end(DisconnectReason::TransportError, Ending::Cut);
    }
}
