//! How a client closes its WebSocket. The Socket.IO library does not hand on the code of a close frame, and that code
//! tells a closed tab from a browser that went offline. So the heads of the frames are read as they pass.

use std::io;
use std::pin::Pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::conn_handle::ConnHandle;
use super::stream::MaybeTls;

/// Stands for a close frame without a code (RFC 6455, section 7.1.5).
pub const NO_CODE: u16 = 1005;
/// Sent by browsers when a tab is closed, or its page reloaded or left.
pub const GOING_AWAY: u16 = 1001;

const TEXT: u8 = 0x1;
const CLOSE: u8 = 0x8;
const FINAL: u8 = 0x80;
const MASKED: u8 = 0x80;
const MASK: usize = 4;

/// What a client sent last, before its connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goodbye {
    /// The close packet of Engine.IO.
    Packet,
    /// A close frame with this code.
    Frame(u16),
}

/// The client's goodbye on one connection, once it was read.
#[derive(Debug, Default)]
pub struct Closing {
    is_watched: AtomicBool,
    goodbye: OnceLock<Goodbye>,
    longest_frame: AtomicU64,
}

impl Closing {
    /// What comes from now on is frames.
    pub fn watch(&self) {
        self.is_watched.store(true, Ordering::Relaxed);
    }

    /// Bytes of the longest frame whose head was read.
    pub fn longest_frame(&self) -> u64 {
        self.longest_frame.load(Ordering::Relaxed)
    }

    /// The client's goodbye, if it sent one.
    pub fn goodbye(&self) -> Option<Goodbye> {
        self.goodbye.get().copied()
    }
}

/// A connection whose frames are looked at as they are read.
pub struct Watched {
    wire: MaybeTls,
    conn: ConnHandle,
    frames: Frames,
}

impl Watched {
    /// Tells this cable what the client says at the end.
    pub fn new(wire: MaybeTls, conn: ConnHandle) -> Self {
        Self { wire, conn, frames: Frames::default() }
    }
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.wire).poll_read(cx, buffer))?;
        let Self { conn, frames, .. } = &mut *self;
        let closing = conn.closing();
        if closing.is_watched.load(Ordering::Relaxed) {
            if let Some(goodbye) = frames.read(&buffer.filled()[before..]) {
                // The first one counts.
                let _ = closing.goodbye.set(goodbye);
            }
            closing.longest_frame.fetch_max(frames.longest, Ordering::Relaxed);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.wire).poll_write(cx, data)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.wire).poll_write_vectored(cx, data)
    }

    fn is_write_vectored(&self) -> bool {
        self.wire.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_shutdown(cx)
    }
}

/// Where in a client's frames the reading is (RFC 6455, section 5.2). What is no such frame is read no further.
#[derive(Debug, Default)]
struct Frames {
    /// The head of the current frame as far as it has come: at most 14 bytes, and of a payload at most 2.
    head: [u8; 16],
    length: usize,
    /// Bytes of payload that are of no interest.
    skip: u64,
    /// Bytes of the longest payload so far.
    longest: u64,
    is_over: bool,
}

impl Frames {
    fn read(&mut self, mut bytes: &[u8]) -> Option<Goodbye> {
        while !self.is_over && !bytes.is_empty() {
            if self.skip > 0 {
                let skipped = usize::try_from(self.skip).unwrap_or(usize::MAX).min(bytes.len());
                self.skip -= skipped as u64;
                bytes = &bytes[skipped..];
                continue;
            }
            self.head[self.length] = bytes[0];
            self.length += 1;
            bytes = &bytes[1..];
            if let Some(goodbye) = self.look() {
                self.is_over = true;
                return Some(goodbye);
            }
        }
        None
    }

    /// Looks at the head so far. If it is whole, and the frame no goodbye, its payload is skipped.
    fn look(&mut self) -> Option<Goodbye> {
        let [first, second, rest @ ..] = &self.head;
        if self.length < 2 {
            return None;
        }
        if second & MASKED == 0 {
            self.is_over = true;
            return None;
        }
        let (payload, extra) = match second & !MASKED {
            126 => (u64::from(u16::from_be_bytes([rest[0], rest[1]])), 2),
            127 => (rest[..8].iter().fold(0, |length, byte| length << 8 | u64::from(*byte)), 8),
            short => (u64::from(short), 0),
        };
        let is_close = first & 0x0f == CLOSE;
        let wanted = match payload {
            2.. if is_close => 2,
            1 if *first == FINAL | TEXT => 1,
            _ => 0,
        };
        let whole = 2 + extra + MASK;
        if self.length < whole + wanted {
            return None;
        }
        self.longest = self.longest.max(payload);
        let (mask, data) = (&rest[extra..extra + MASK], &rest[extra + MASK..]);
        let plain = |permit: usize| data[permit] ^ mask[permit];
        let goodbye = match wanted {
            2 => Some(Goodbye::Frame(u16::from_be_bytes([plain(0), plain(1)]))),
            1 => (plain(0) == b'1').then_some(Goodbye::Packet),
            _ => is_close.then_some(Goodbye::Frame(NO_CODE)),
        };
        (self.skip, self.length) = (payload - wanted as u64, 0);
        goodbye
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mask = [0x37, 0xfa, 0x21, 0x3d];
        let length = match payload.len() {
            short @ 0..=125 => vec![MASKED | short as u8],
            long @ 126..=0xffff => [&[MASKED | 126][..], &(long as u16).to_be_bytes()].concat(),
            longest => [&[MASKED | 127][..], &(longest as u64).to_be_bytes()].concat(),
        };
        let masked = payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask);
        [&[first][..], &length, &mask].concat().into_iter().chain(masked).collect()
    }

    /// The goodbye in these bytes, which must not depend on how they are cut into pieces.
    fn goodbye(bytes: &[u8]) -> Option<Goodbye> {
        let in_pieces = |size: usize| {
            let mut frames = Frames::default();
            bytes.chunks(size).fold(None, |found, piece| found.or(frames.read(piece)))
        };
        let whole = in_pieces(bytes.len());
        for size in [1, 2, 3, 7, 1024] {
            assert_eq!(in_pieces(size), whole, "in pieces of {size}");
        }
        whole
    }

    #[test]
    fn close_frame_after_frames_of_any_length_is_found() {
        for length in [0, 1, 2, 125, 126, 127, 65_535, 65_536, 200_000] {
            let before = [frame(FINAL | TEXT, &vec![b'x'; length]), frame(TEXT, b"1"), frame(FINAL, b"1")].concat();
            let close = frame(FINAL | CLOSE, &[&1001u16.to_be_bytes()[..], b"bye"].concat());
            let pong = frame(FINAL | 0xa, b"1");
            let bytes = [before, pong, close].concat();
            assert_eq!(goodbye(&bytes), Some(Goodbye::Frame(GOING_AWAY)), "{length}");
        }
    }

    #[test]
    fn close_frame_without_a_code_has_the_code_for_that() {
        for payload in [&b""[..], b"x"] {
            assert_eq!(goodbye(&frame(FINAL | CLOSE, payload)), Some(Goodbye::Frame(NO_CODE)));
        }
    }

    #[test]
    fn close_packet_counts_more_than_the_close_frame_after_it() {
        let bytes = [frame(FINAL | TEXT, b"1"), frame(FINAL | CLOSE, &1000u16.to_be_bytes())].concat();
        assert_eq!(goodbye(&bytes), Some(Goodbye::Packet));
    }

    #[test]
    fn other_text_is_no_goodbye() {
        let bytes = [frame(FINAL | TEXT, b"2"), frame(FINAL | TEXT, b"41"), frame(FINAL | TEXT, b"1x")].concat();
        assert_eq!(goodbye(&bytes), None);
    }

    #[test]
    fn what_is_no_frame_of_a_client_is_read_no_further() {
        let unmasked = [&[FINAL | CLOSE, 2][..], &1001u16.to_be_bytes()].concat();
        let bytes = [unmasked, frame(FINAL | CLOSE, &1001u16.to_be_bytes())].concat();
        assert_eq!(goodbye(&bytes), None);
        let endless = [&[FINAL | TEXT, MASKED | 127][..], &[0xff; 8], &[0; 4], &[0; 100]].concat();
        assert_eq!(goodbye(&endless), None);
    }
}
