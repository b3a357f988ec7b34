//! Writes frames to a WebSocket's stream: the heads from the stack, the bodies without a copy.
//!
//! Invariants:
//! - A frame of which a byte is written is written completely before any other.
//! - Pongs are written in the order of their pings, before other frames. At most [`PONGS`] wait; each further one replaces
//!   the latest, as RFC 6455 permits (section 5.5.3).
//! - A writer with nothing to write owns no memory.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::AsyncWrite;

use crate::frame::{Frame, MAX_HEAD, PONG};

/// Most frames in one write.
const AT_ONCE: usize = 16;
/// Most bytes that are joined for a stream without vectored writes.
const JOINED: usize = 16 * 1024;

/// Most pongs that wait.
const PONGS: usize = 16;

/// The frames that are being written.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    pub batch: VecDeque<Frame>,
    /// How many bytes of the first frame are written.
    sent: usize,
    is_unflushed: bool,
}

impl Writer {
    /// Appends a frame.
    pub(crate) fn push(&mut self, frame: Frame) {
        self.batch.push_back(frame);
    }

    /// Queues the reply to a ping before other frames.
    pub(crate) fn pong(&mut self, payload: &[u8]) {
        let first = usize::from(self.sent > 0).min(self.batch.len());
        let pongs = self.batch.iter().skip(first).take_while(|frame| frame.opcode == PONG).count();
        if pongs == PONGS {
            self.batch.remove(first + pongs - 1);
        }
        let place = first + pongs.min(PONGS - 1);
        self.batch.insert(place, Frame::bare(PONG, Bytes::copy_from_slice(payload)));
    }

    /// Drops the frames of which no byte is written.
    pub(crate) fn drop_unsent(&mut self) {
        self.batch.truncate(usize::from(self.sent > 0));
    }

    /// Writes and flushes all frames. Calls `written` with the size of each write in bytes.
    pub(crate) fn poll_write<S: AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
        written: impl Fn(usize),
    ) -> Poll<io::Result<()>> {
        while !self.batch.is_empty() {
            let bytes = ready!(self.poll_once(stream, cx))?;
            if bytes == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            written(bytes);
            self.is_unflushed = true;
            self.advance(bytes);
        }
        if self.is_unflushed {
            ready!(Pin::new(stream).poll_flush(cx))?;
            self.is_unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_once<S: AsyncWrite + Unpin>(&self, stream: &mut S, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut heads = [[0; MAX_HEAD]; AT_ONCE];
        let mut slices = [IoSlice::new(&[]); AT_ONCE * 2];
        let (mut count, mut skip) = (0, self.sent);
        for (frame, head) in self.batch.iter().zip(&mut heads) {
            let len = frame.write_head(head);
            for part in [&head[..len], &frame.body[..]] {
                let skipped = skip.min(part.len());
                skip -= skipped;
                if skipped < part.len() {
                    slices[count] = IoSlice::new(&part[skipped..]);
                    count += 1;
                }
            }
        }
        let slices = &slices[..count];
        if count == 1 {
            Pin::new(stream).poll_write(cx, &slices[0])
        } else if stream.is_write_vectored() {
            Pin::new(stream).poll_write_vectored(cx, slices)
        } else {
            let mut joined = Vec::new();
            for slice in slices {
                joined.extend_from_slice(&slice[..slice.len().min(JOINED - joined.len())]);
            }
            Pin::new(stream).poll_write(cx, &joined)
        }
    }

    fn advance(&mut self, bytes: usize) {
        self.sent += bytes;
        while let Some(frame) = self.batch.front() {
            let size = frame.write_head(&mut [0; MAX_HEAD]) + frame.body.len();
            if self.sent < size {
                return;
            }
            self.sent -= size;
            self.batch.pop_front();
        }
        self.batch = VecDeque::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{BINARY, CLOSE, TEXT};

    /// Takes a few bytes at a time, and is not ready every other time.
    struct Slow {
        taken: Vec<u8>,
        step: usize,
        is_ready: bool,
        is_vectored: bool,
    }

    impl AsyncWrite for Slow {
        fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
            self.is_ready = !self.is_ready;
            if !self.is_ready {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let bytes = data.len().min(self.step);
            self.taken.extend_from_slice(&data[..bytes]);
            Poll::Ready(Ok(bytes))
        }
        fn poll_write_vectored(
            self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            slices: &[IoSlice<'_>],
        ) -> Poll<io::Result<usize>> {
            let joined: Vec<u8> = slices.iter().flat_map(|slice| slice.iter().copied()).collect();
            self.poll_write(cx, &joined)
        }
        fn is_write_vectored(&self) -> bool {
            self.is_vectored
        }
        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    fn bytes(frames: &[Frame]) -> Vec<u8> {
        let mut all = Vec::new();
        for frame in frames {
            let mut head = [0; MAX_HEAD];
            let len = frame.write_head(&mut head);
            all.extend_from_slice(&head[..len]);
            all.extend_from_slice(&frame.body);
        }
        all
    }

    #[tokio::test]
    async fn partial_writes_of_any_size_send_each_byte_once() {
        let frames: Vec<Frame> = [0, 1, 124, 125, 126, 300, 65_535, 65_536]
            .into_iter()
            .cycle()
            .take(24)
            .map(|size| Frame::packet(b'4', vec![b'x'; size]))
            .chain([Frame::bare(BINARY, vec![7; 10])])
            .collect();
        for is_vectored in [true, false] {
            for step in [1_000_000, 70_001, 9_973] {
                let mut slow = Slow { taken: Vec::new(), step, is_ready: false, is_vectored };
                let mut writer = Writer { batch: frames.iter().cloned().collect(), ..Writer::default() };
                let counted = std::cell::Cell::new(0);
                let count = |bytes| counted.set(counted.get() + bytes);
                std::future::poll_fn(|cx| writer.poll_write(&mut slow, cx, count)).await.expect("written");
                assert!(slow.taken == bytes(&frames), "{step} {is_vectored}");
                assert_eq!(counted.get(), slow.taken.len());
                assert_eq!(writer.batch.capacity(), 0);
            }
        }
    }

    #[test]
    fn pongs_are_written_in_order_before_other_frames() {
        let mut writer = Writer::default();
        writer.push(Frame::packet(b'4', "a"));
        writer.pong(b"1");
        writer.pong(b"2");
        assert_eq!(writer.batch, [Frame::bare(PONG, "1"), Frame::bare(PONG, "2"), Frame::packet(b'4', "a")]);
        writer.batch.drain(..2);
        writer.sent = 1;
        writer.pong(b"3");
        assert_eq!(writer.batch, [Frame::packet(b'4', "a"), Frame::bare(PONG, "3")]);
    }

    #[test]
    fn pongs_beyond_the_limit_are_only_the_latest() {
        let mut writer = Writer::default();
        for number in 0..100 {
            writer.pong(&[number]);
        }
        let payloads: Vec<u8> = writer.batch.iter().map(|frame| frame.body[0]).collect();
        assert_eq!(payloads, (0..15).chain([99]).collect::<Vec<u8>>());
    }

    #[test]
    fn unsent_frames_are_dropped_and_a_begun_one_is_not() {
        let mut writer = Writer { batch: [Frame::bare(TEXT, "a"), Frame::bare(CLOSE, "")].into(), ..Writer::default() };
        writer.sent = 1;
        writer.drop_unsent();
        assert_eq!(writer.batch, [Frame::bare(TEXT, "a")]);
    }
}
