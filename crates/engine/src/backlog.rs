//! The frames that wait for one client: how many may, and how many are taken at once.
//!
//! Invariants:
//! - A message and its binary parts enter together, and all frames leave in the order in which they came.
//! - A place that was reserved and is given up is free again.
//! - An empty backlog owns no memory.
//! - What was taken and may not be written yet counts as waiting.

use std::collections::VecDeque;

use crate::frame::Frame;

/// How much is taken at once.
#[derive(Debug, Clone, Copy)]
pub struct Most {
    pub frames: usize,
    /// Bytes as they are in a polling answer. A first frame is taken at any size.
    pub bytes: usize,
}

/// How much may wait.
#[derive(Debug, Clone, Copy, Default)]
pub struct Capacity {
    pub frames: usize,
    /// Bytes of payload: beyond it no place is reserved.
    pub bytes: usize,
}

/// The frames of one queue.
#[derive(Debug, Default)]
pub struct Backlog {
    capacity: Capacity,
    reserved: usize,
    frames: VecDeque<Frame>,
    /// Bytes of their payloads.
    bytes: usize,
    /// Frames and bytes that were taken and may not be written yet.
    in_flight: (usize, usize),
    /// The last volatile message: the next one replaces it.
    volatile: Option<Box<[Frame]>>,
}

impl Most {
    /// All there is.
    pub const ALL: Self = Self { frames: usize::MAX, bytes: usize::MAX };
}

impl Backlog {
    /// An empty one.
    pub fn new(capacity: Capacity) -> Self {
        Self { capacity, ..Self::default() }
    }

    /// Reserves a place; false if none is free.
    pub fn reserve(&mut self) -> bool {
        let is_free = self.has_place() && self.size().1 < self.capacity.bytes;
        self.reserved += usize::from(is_free);
        is_free
    }

    /// Whether so many bytes may be added without a reserved place, where at most `max_bytes` may wait. One message alone
    /// may be of any size.
    pub fn has_room(&self, bytes: usize, max_bytes: usize) -> bool {
        let waiting = self.size().1;
        self.has_place() && (waiting == 0 || waiting + bytes <= max_bytes)
    }

    fn has_place(&self) -> bool {
        self.frames.len() + self.in_flight.0 + self.reserved < self.capacity.frames
    }

    /// Frees a reserved place.
    pub fn release(&mut self) {
        self.reserved -= 1;
    }

    /// Adds frames behind the others.
    pub fn push(&mut self, frames: impl IntoIterator<Item = Frame>) {
        for frame in frames {
            // Mostly no other follows before it is taken: one place, of a size that the allocator has at hand.
            if self.frames.capacity() == 0 {
                self.frames.reserve_exact(1);
            }
            self.bytes += frame.payload_size();
            self.frames.push_back(frame);
        }
    }

    /// Replaces the volatile message.
    pub fn replace_volatile(&mut self, frames: impl IntoIterator<Item = Frame>) {
        self.volatile = Some(frames.into_iter().collect());
    }

    /// Moves frames into an empty batch, the volatile message if there are no others; false if nothing waits.
    pub fn take(&mut self, most: Most, batch: &mut VecDeque<Frame>) -> bool {
        if self.frames.is_empty()
            && let Some(frames) = self.volatile.take()
        {
            self.push(frames);
        }
        // All frames without a look at each, for a WebSocket.
        if most.frames >= self.frames.len() && most.bytes == usize::MAX {
            std::mem::swap(&mut self.frames, batch);
            self.in_flight = (batch.len(), std::mem::take(&mut self.bytes));
            return !batch.is_empty();
        }
        let (mut count, mut size) = (0, 0usize);
        for frame in self.frames.iter().take(most.frames) {
            size = size.saturating_add(frame.polling_size() + 1);
            if count > 0 && size > most.bytes {
                break;
            }
            count += 1;
        }
        batch.extend(self.frames.drain(..count));
        if self.frames.is_empty() {
            self.frames = VecDeque::new();
        }
        let bytes = batch.iter().map(Frame::payload_size).sum();
        self.bytes -= bytes;
        self.in_flight = (count, bytes);
        count > 0
    }

    /// What was taken is written, or lost.
    pub fn settle(&mut self) {
        self.in_flight = (0, 0);
    }

    /// Drops what waits.
    pub fn clear(&mut self) {
        (self.frames, self.bytes, self.volatile) = (VecDeque::new(), 0, None);
    }

    /// Whether every message but a volatile one is taken.
    pub fn is_taken(&self) -> bool {
        self.frames.is_empty()
    }

    /// Frames that wait or are being written, and the bytes of their payloads.
    pub fn size(&self) -> (usize, usize) {
        (self.frames.len() + self.in_flight.0, self.bytes + self.in_flight.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backlog_that_was_taken_owns_no_memory() {
        const ONE: Most = Most { frames: 1, bytes: usize::MAX };
        const FEW_BYTES: Most = Most { frames: usize::MAX, bytes: 3 };
        for most in [Most::ALL, ONE, FEW_BYTES] {
            let mut backlog = Backlog::new(Capacity { frames: 8, bytes: 8 });
            backlog.push(["a", "b"].map(|body| Frame::packet(b'4', body)));
            let mut all = Vec::new();
            let mut batch = VecDeque::new();
            while backlog.take(most, &mut batch) {
                all.extend(std::mem::take(&mut batch));
                assert_eq!(backlog.size().0, 2 - all.len() + backlog.in_flight.0);
            }
            backlog.settle();
            assert_eq!(all, ["a", "b"].map(|body| Frame::packet(b'4', body)));
            assert_eq!((backlog.size(), backlog.frames.capacity()), ((0, 0), 0));
        }
    }
}
