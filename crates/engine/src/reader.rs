//! Reads the frames of a WebSocket client (RFC 6455): bytes in, messages out, without I/O.
//!
//! Invariants:
//! - Each byte is passed to [`Reader::read`] once, in parts of any size.
//! - A reader between two messages owns no memory.
//! - Its memory grows with the bytes that have arrived, never with the length that a head announces, and is bounded by
//!   [`Limits`].

use crate::frame::{
    self, BINARY, CLOSE, CONTINUATION, Head, INVALID_TEXT, PING, PROTOCOL_ERROR, TEXT, TOO_LARGE, Violation,
};

/// The limits of incoming data.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Bytes of one frame.
    pub frame: usize,
    /// Bytes of one message, in any number of frames.
    pub message: usize,
}

/// A complete message or control frame.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Event<'a> {
    Text(&'a str),
    Binary(&'a [u8]),
    Ping(&'a [u8]),
    Pong,
    /// A close frame: its code, and the payload for the reply.
    Close(Option<u16>, &'a [u8]),
}

/// Data that has arrived and is incomplete.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    /// The beginning of a frame.
    partial: Vec<u8>,
    /// A message in several frames whose last one is missing.
    fragments: Option<Box<Fragments>>,
}

#[derive(Debug)]
struct Fragments {
    opcode: u8,
    data: Vec<u8>,
}

impl Reader {
    /// Reads bytes, and calls `on` with each event that they complete. Unmasks within `data`.
    ///
    /// # Errors
    /// A violation of the protocol, or an error of `on`. The reader must not be used after that.
    pub(crate) fn read<E: From<Violation>>(
        &mut self,
        data: &mut [u8],
        limits: Limits,
        on: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.partial.is_empty() {
            let used = self.frames(data, limits, on)?;
            self.partial = data[used..].to_vec();
            return Ok(());
        }
        let mut all = std::mem::take(&mut self.partial);
        all.extend_from_slice(data);
        let used = self.frames(&mut all, limits, on)?;
        // A large buffer is kept only for the frame that needs it.
        self.partial = if used == 0 { all } else { all[used..].to_vec() };
        Ok(())
    }

    /// Bytes of memory that it owns.
    #[cfg(test)]
    #[allow(dead_code, reason = "tests/frames.rs compiles this module, too")]
    pub(crate) fn capacity(&self) -> usize {
        self.partial.capacity() + self.fragments.as_ref().map_or(0, |fragments| fragments.data.capacity())
    }

    /// Whether it has no data and owns no memory.
    #[cfg(test)]
    #[allow(dead_code, reason = "as above")]
    pub(crate) fn is_idle(&self) -> bool {
        self.capacity() == 0 && self.fragments.is_none()
    }

    /// Reads all complete frames. Returns their size in bytes.
    fn frames<E: From<Violation>>(
        &mut self,
        data: &mut [u8],
        limits: Limits,
        on: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<usize, E> {
        let mut used = 0;
        while let Some(head) = Head::read(&data[used..])? {
            let size = usize::try_from(head.payload).ok().filter(|size| *size <= limits.frame.min(limits.message));
            let size = size.ok_or(Violation(TOO_LARGE))?;
            let start = used + head.len;
            let Some(payload) = data.get_mut(start..start.saturating_add(size)) else { break };
            frame::unmask(payload, head.mask);
            self.frame(head, payload, limits, on)?;
            used = start + size;
        }
        Ok(used)
    }

    fn frame<E: From<Violation>>(
        &mut self,
        head: Head,
        payload: &[u8],
        limits: Limits,
        on: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        match (head.opcode, &mut self.fragments) {
            (CLOSE, _) => on(close(payload)?),
            (PING, _) => on(Event::Ping(payload)),
            (TEXT | BINARY, None) if head.fin => message(head.opcode, payload, on),
            (opcode @ (TEXT | BINARY), None) => {
                self.fragments = Some(Box::new(Fragments { opcode, data: payload.to_vec() }));
                Ok(())
            }
            (CONTINUATION, Some(fragments)) => {
                if fragments.data.len() + payload.len() > limits.message {
                    return Err(Violation(TOO_LARGE).into());
                }
                fragments.data.extend_from_slice(payload);
                match self.fragments.take_if(|_| head.fin) {
                    Some(whole) => message(whole.opcode, &whole.data, on),
                    None => Ok(()),
                }
            }
            (TEXT | BINARY, Some(_)) | (CONTINUATION, None) => Err(Violation(PROTOCOL_ERROR).into()),
            _ => on(Event::Pong),
        }
    }
}

fn message<E: From<Violation>>(
    opcode: u8,
    payload: &[u8],
    on: &mut impl FnMut(Event<'_>) -> Result<(), E>,
) -> Result<(), E> {
    match opcode {
        TEXT => on(Event::Text(std::str::from_utf8(payload).map_err(|_| Violation(INVALID_TEXT))?)),
        _ => on(Event::Binary(payload)),
    }
}

fn close(payload: &[u8]) -> Result<Event<'_>, Violation> {
    let Some((code, reason)) = payload.split_first_chunk() else {
        return if payload.is_empty() { Ok(Event::Close(None, payload)) } else { Err(Violation(PROTOCOL_ERROR)) };
    };
    let code = u16::from_be_bytes(*code);
    match std::str::from_utf8(reason) {
        Ok(_) if frame::is_close_code(code) => Ok(Event::Close(Some(code), payload)),
        Ok(_) => Err(Violation(PROTOCOL_ERROR)),
        Err(_) => Err(Violation(INVALID_TEXT)),
    }
}
