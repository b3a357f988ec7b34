//! A connection whose one end does what a script says: it gives and takes a few bytes at a time, is not ready when the
//! other end believes it is, and breaks.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use parking_lot::{Mutex, MutexGuard};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How the client's end is.
#[derive(Debug, Default)]
pub struct State {
    /// What the client sent and the server did not read.
    pub input: VecDeque<u8>,
    /// What the server wrote.
    pub output: Vec<u8>,
    /// Bytes that the server may read, and write, before it has to wait.
    pub gate: usize,
    pub room: usize,
    /// Bytes that go through at once.
    pub chunk: usize,
    /// For each of the next operations, whether it is not ready, and is ready at once after.
    pub hiccups: u32,
    pub is_vectored: bool,
    pub has_ended: bool,
    pub is_reset: bool,
    /// What the server writes fails.
    pub is_broken: bool,
    /// The server has let the connection go, perhaps since it panicked.
    pub is_dropped: bool,
    pub has_panicked: bool,
    is_shut: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

/// The client's end.
#[derive(Debug, Clone)]
pub struct Wire(Arc<Mutex<State>>);

/// The server's end.
#[derive(Debug)]
pub struct Stream(Arc<Mutex<State>>);

pub fn wire(is_vectored: bool) -> (Wire, Stream) {
    let state = State { gate: usize::MAX, room: usize::MAX, chunk: usize::MAX, is_vectored, ..State::default() };
    let state = Arc::new(Mutex::new(state));
    (Wire(state.clone()), Stream(state))
}

impl Wire {
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock()
    }

    /// Changes how the client's end is, and wakes the server.
    pub fn change(&self, change: impl FnOnce(&mut State)) {
        let wakers = {
            let mut state = self.0.lock();
            change(&mut state);
            [state.reader.take(), state.writer.take()]
        };
        wakers.into_iter().flatten().for_each(Waker::wake);
    }

    /// The client sends, unless it has left.
    pub fn send(&self, data: &[u8]) {
        self.change(|state| {
            if !state.has_ended {
                state.input.extend(data);
            }
        });
    }

    /// All goes through from now on.
    pub fn flow(&self) {
        self.change(|state| {
            (state.gate, state.room, state.chunk, state.hiccups) = (usize::MAX, usize::MAX, usize::MAX, 0);
        });
    }
}

impl State {
    fn is_ready(&mut self, cx: &Context<'_>) -> bool {
        let hiccups = self.hiccups & 1 == 1;
        self.hiccups >>= 1;
        if hiccups {
            cx.waker().wake_by_ref();
        }
        !hiccups
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let state = &mut *self.0.lock();
        if !state.is_ready(cx) {
            return Poll::Pending;
        }
        if state.is_reset {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let bytes = state.input.len().min(state.gate).min(state.chunk).min(buffer.remaining());
        if bytes == 0 && !(state.has_ended && state.input.is_empty()) {
            state.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let data: Vec<u8> = state.input.drain(..bytes).collect();
        buffer.put_slice(&data);
        state.gate = if state.gate == usize::MAX { usize::MAX } else { state.gate - bytes };
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        let state = &mut *self.0.lock();
        assert!(!state.is_shut, "written behind the end");
        if !state.is_ready(cx) {
            return Poll::Pending;
        }
        if state.is_broken || state.is_reset {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let bytes = data.len().min(state.room).min(state.chunk);
        if bytes == 0 {
            state.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        state.output.extend_from_slice(&data[..bytes]);
        state.room = if state.room == usize::MAX { usize::MAX } else { state.room - bytes };
        Poll::Ready(Ok(bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let joined: Vec<u8> = slices.iter().flat_map(|slice| slice.iter().copied()).collect();
        self.poll_write(cx, &joined)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.lock().is_vectored
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.0.lock().is_ready(cx) { Poll::Ready(Ok(())) } else { Poll::Pending }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let state = &mut *self.0.lock();
        if !state.is_ready(cx) {
            return Poll::Pending;
        }
        state.is_shut = true;
        Poll::Ready(Ok(()))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        (state.is_dropped, state.has_panicked) = (true, std::thread::panicking());
    }
}
