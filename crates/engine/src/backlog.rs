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
