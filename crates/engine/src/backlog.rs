//! The queued frames of one client, and their limits.
//!
//! Invariants:
//! - A message and its binary parts enter together and take one place. Frames leave in the order in which they entered.
//! - A reserved place that is released is free again.
//! - An empty backlog owns no memory.
//! - Frames that were taken and may not be written yet count as waiting.

use std::collections::VecDeque;

use crate::frame::Frame;

/// How much a transport takes at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Most {
    pub frames: usize,
    /// Bytes in a polling response. The first frame is taken at any size.
    pub bytes: usize,
}

/// How much may wait.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Capacity {
    /// A message with binary parts counts once.
    pub messages: usize,
    /// Bytes of payload. With more waiting, no place can be reserved.
    pub bytes: usize,
}

/// The frames of one queue.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    capacity: Capacity,
    reserved: usize,
    frames: VecDeque<Frame>,
    /// Messages whose last frame waits.
    messages: usize,
    /// Bytes of the frames' payloads.
    bytes: usize,
    /// Messages and bytes that were taken and may not be written yet.
    in_flight: (usize, usize),
    /// The last volatile message: the next one replaces it.
    volatile: Option<Box<[Frame]>>,
}

impl Most {
    /// Everything.
    pub(crate) const ALL: Self = Self { frames: usize::MAX, bytes: usize::MAX };
}

impl Backlog {
    /// An empty backlog.
    pub(crate) fn new(capacity: Capacity) -> Self {
        Self { capacity, ..Self::default() }
    }

    /// Reserves a place. Returns false if none is free.
    pub(crate) fn reserve(&mut self) -> bool {
        let is_free = self.has_place() && self.size().1 < self.capacity.bytes;
        self.reserved += usize::from(is_free);
        is_free
    }

    /// Whether a message of `bytes` may be added without a reserved place, where at most `max_bytes` may wait. A single
    /// message may be of any size. Messages in reserved places may take `max_bytes` once more.
    pub(crate) fn has_room(&mut self, bytes: usize, max_bytes: usize) -> bool {
        self.capacity.bytes = self.capacity.bytes.max(max_bytes.saturating_mul(2));
        let waiting = self.size().1;
        self.has_place() && (waiting == 0 || waiting + bytes <= max_bytes)
    }

    fn has_place(&self) -> bool {
        self.messages + self.in_flight.0 + self.reserved < self.capacity.messages
    }

    /// Frees a reserved place.
    pub(crate) fn release(&mut self) {
        self.reserved -= 1;
    }

    /// Appends the frames of one message.
    pub(crate) fn push(&mut self, frames: impl IntoIterator<Item = Frame>) {
        let mut frames = frames.into_iter().peekable();
        while let Some(mut frame) = frames.next() {
            // Most messages are taken before another one follows, so the buffer begins with one place.
            if self.frames.capacity() == 0 {
                self.frames.reserve_exact(1);
            }
            frame.is_last = frames.peek().is_none();
            self.messages += usize::from(frame.is_last);
            self.bytes += frame.payload_size();
            self.frames.push_back(frame);
        }
    }

    /// Replaces the volatile message.
    pub(crate) fn replace_volatile(&mut self, frames: impl IntoIterator<Item = Frame>) {
        self.volatile = Some(frames.into_iter().collect());
    }

    /// Moves frames into an empty batch; the volatile message only if no other waits. Returns false if nothing waits.
    pub(crate) fn take(&mut self, most: Most, batch: &mut VecDeque<Frame>) -> bool {
        if self.frames.is_empty()
            && let Some(frames) = self.volatile.take()
        {
            self.push(frames);
        }
        // For a WebSocket: all frames, without iterating over them.
        if most.frames >= self.frames.len() && most.bytes == usize::MAX {
            std::mem::swap(&mut self.frames, batch);
            self.in_flight = (std::mem::take(&mut self.messages), std::mem::take(&mut self.bytes));
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
        let messages = batch.iter().filter(|frame| frame.is_last).count();
        let bytes = batch.iter().map(Frame::payload_size).sum();
        (self.messages, self.bytes) = (self.messages - messages, self.bytes - bytes);
        self.in_flight = (messages, bytes);
        count > 0
    }

    /// The frames that were taken are written, or lost.
    pub(crate) fn settle(&mut self) {
        self.in_flight = (0, 0);
    }

    /// Drops all waiting frames.
    pub(crate) fn clear(&mut self) {
        (self.frames, self.messages, self.bytes, self.volatile) = (VecDeque::new(), 0, 0, None);
    }

    /// Whether every message but a volatile one is taken.
    pub(crate) fn is_taken(&self) -> bool {
        self.frames.is_empty()
    }

    /// Messages that wait or are being written, and the bytes of their payloads.
    pub(crate) fn size(&self) -> (usize, usize) {
        (self.messages + self.in_flight.0, self.bytes + self.in_flight.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::BINARY;

    fn message(parts: usize) -> impl Iterator<Item = Frame> {
        std::iter::once(Frame::packet(b'4', "x")).chain((0..parts).map(|_| Frame::bare(BINARY, "y")))
    }

    #[test]
    fn message_with_parts_takes_one_place() {
        let mut backlog = Backlog::new(Capacity { messages: 2, bytes: usize::MAX });
        for parts in [2, 0] {
            assert!(backlog.reserve());
            backlog.release();
            backlog.push(message(parts));
        }
        assert_eq!(backlog.size(), (2, 6));
        assert!(!backlog.reserve());
    }

    #[test]
    fn text_that_may_wait_leaves_room_for_a_reply() {
        let mut backlog = Backlog::new(Capacity { messages: 8, bytes: 1_000 });
        assert!(backlog.has_room(3_000, 4_000));
        backlog.push([Frame::packet(b'4', vec![b'x'; 3_000])]);
        assert!(backlog.reserve());
        assert!(!backlog.has_room(3_000, 4_000));
    }

    #[test]
    fn place_is_free_once_the_last_part_is_written() {
        let mut backlog = Backlog::new(Capacity { messages: 1, bytes: usize::MAX });
        backlog.push(message(1));
        let one = Most { frames: 1, bytes: usize::MAX };
        assert!(backlog.take(one, &mut VecDeque::new()));
        backlog.settle();
        assert_eq!(backlog.size(), (1, 1));
        assert!(backlog.take(one, &mut VecDeque::new()));
        assert!(!backlog.reserve());
        backlog.settle();
        assert!(backlog.reserve());
    }

    #[test]
    fn backlog_that_was_taken_owns_no_memory() {
        const ONE: Most = Most { frames: 1, bytes: usize::MAX };
        const FEW_BYTES: Most = Most { frames: usize::MAX, bytes: 3 };
        for most in [Most::ALL, ONE, FEW_BYTES] {
            let mut backlog = Backlog::new(Capacity { messages: 8, bytes: 8 });
            for body in ["a", "b"] {
                backlog.push([Frame::packet(b'4', body)]);
            }
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
