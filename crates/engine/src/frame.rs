//! WebSocket frames (RFC 6455, section 5.2), without I/O: writes the heads of outgoing frames, reads those of incoming ones.
//!
//! Invariant: the body of an outgoing frame is never copied or changed. The Engine.IO packet type is the last byte of the
//! head, not part of the body, so that any number of clients share one body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use sha1::{Digest, Sha1};

pub(crate) const CONTINUATION: u8 = 0;
pub(crate) const TEXT: u8 = 1;
pub(crate) const BINARY: u8 = 2;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;
pub(crate) const PONG: u8 = 10;

const FIN: u8 = 0x80;
const RESERVED: u8 = 0x70;
const MASKED: u8 = 0x80;

/// Close codes that the server sends (RFC 6455, section 7.4.1).
pub(crate) const PROTOCOL_ERROR: u16 = 1002;
pub(crate) const INVALID_TEXT: u16 = 1007;
pub(crate) const TOO_LARGE: u16 = 1009;

/// The longest head in bytes: two, eight of length, the packet type.
pub(crate) const MAX_HEAD: usize = 11;

/// An outgoing frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub opcode: u8,
    /// The Engine.IO packet type as its ASCII digit; 0 for a frame without one.
    pub packet: u8,
    /// Whether it is the last frame of its message.
    pub is_last: bool,
    pub body: Bytes,
}

impl Frame {
    /// A text frame with an Engine.IO packet of this type.
    pub(crate) fn packet(packet: u8, body: impl Into<Bytes>) -> Self {
        Self { opcode: TEXT, packet, is_last: true, body: body.into() }
    }

    /// A frame without a packet type.
    pub(crate) fn bare(opcode: u8, body: impl Into<Bytes>) -> Self {
        Self { opcode, packet: 0, is_last: true, body: body.into() }
    }

    /// Bytes of the payload.
    pub(crate) fn payload_size(&self) -> usize {
        self.body.len() + usize::from(self.packet != 0)
    }

    /// Bytes of the frame as a packet in a polling response.
    pub(crate) fn polling_size(&self) -> usize {
        match self.opcode {
            BINARY => 1 + self.body.len().div_ceil(3) * 4,
            _ => self.payload_size(),
        }
    }

    /// Appends the frame as a packet of a polling response. Binary data is base64 after a `b`.
    pub(crate) fn write_polling(&self, out: &mut Vec<u8>) {
        if self.opcode == BINARY {
            out.push(b'b');
            out.extend_from_slice(STANDARD.encode(&self.body).as_bytes());
        } else {
            out.push(self.packet);
            out.extend_from_slice(&self.body);
        }
    }

    /// Writes the head, the packet type included, and returns its length.
    pub(crate) fn write_head(&self, head: &mut [u8; MAX_HEAD]) -> usize {
        let size = self.payload_size();
        head[0] = FIN | self.opcode;
        let mut end = match (u8::try_from(size), u16::try_from(size)) {
            (Ok(size @ 0..126), _) => {
                head[1] = size;
                2
            }
            (_, Ok(size)) => {
                head[1] = 126;
                head[2..4].copy_from_slice(&size.to_be_bytes());
                4
            }
            _ => {
                head[1] = 127;
                head[2..10].copy_from_slice(&(size as u64).to_be_bytes());
                10
            }
        };
        if self.packet != 0 {
            head[end] = self.packet;
            end += 1;
        }
        end
    }
}

/// The head of an incoming frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub fin: bool,
    pub opcode: u8,
    pub mask: [u8; 4],
    /// Bytes of the head itself.
    pub len: usize,
    /// Bytes of the payload.
    pub payload: u64,
}

/// A violation of the protocol by the client, with its close code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Violation(pub u16);

impl Head {
    /// Reads the head at the beginning of `data`. `None` if more bytes are needed.
    ///
    /// # Errors
    /// A head that no client may send. The first two bytes show that.
    pub(crate) fn read(data: &[u8]) -> Result<Option<Self>, Violation> {
        let [first, second, ..] = *data else { return Ok(None) };
        let (fin, opcode, short) = (first & FIN != 0, first & 0x0f, second & !MASKED);
        let is_control = opcode >= CLOSE;
        // No extension was negotiated, clients mask their frames, and control frames are short and not fragmented.
        let is_sound = first & RESERVED == 0
            && second & MASKED != 0
            && matches!(opcode, CONTINUATION | TEXT | BINARY | CLOSE | PING | PONG)
            && (!is_control || fin && short < 126);
        if !is_sound {
            return Err(Violation(PROTOCOL_ERROR));
        }
        let (payload, at) = match short {
            126 => (data.get(2..4).map(|bytes| u64::from(u16::from_be_bytes([bytes[0], bytes[1]]))), 4),
            127 => (data.get(2..10).and_then(|bytes| bytes.try_into().ok()).map(u64::from_be_bytes), 10),
            short => (Some(u64::from(short)), 2),
        };
        let mask = data.get(at..at + 4).and_then(|mask| mask.try_into().ok());
        let (Some(payload), Some(mask)) = (payload, mask) else { return Ok(None) };
        Ok(Some(Self { fin, opcode, mask, len: at + 4, payload }))
    }
}

/// Removes the mask, eight bytes at a time.
pub(crate) fn unmask(data: &mut [u8], [a, b, c, d]: [u8; 4]) {
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let (chunks, rest) = data.as_chunks_mut::<8>();
    for chunk in chunks {
        *chunk = (u64::from_ne_bytes(*chunk) ^ wide).to_ne_bytes();
    }
    for (byte, mask) in rest.iter_mut().zip([a, b, c, d].into_iter().cycle()) {
        *byte ^= mask;
    }
}

/// Whether a close frame may have this code (RFC 6455, section 7.4).
pub(crate) fn is_close_code(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

/// The `Sec-WebSocket-Accept` for this key (RFC 6455, section 4.2.2).
pub(crate) fn accept(key: &[u8]) -> String {
    let mut hash = Sha1::new();
    hash.update(key);
    hash.update(b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    STANDARD.encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_of_the_rfcs_key_is_the_rfcs_answer() {
        assert_eq!(accept(b"dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn unmask_of_every_length_restores_the_payload() {
        for size in 0..40u8 {
            let plain: Vec<u8> = (0..size).collect();
            let mask = [1, 2, 3, 4];
            let mut masked: Vec<u8> = plain.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
            unmask(&mut masked, mask);
            assert_eq!(masked, plain);
        }
    }

    #[test]
    fn polling_size_is_what_is_written() {
        for size in 0..10 {
            for frame in [Frame::packet(b'4', vec![b'x'; size]), Frame::bare(BINARY, vec![1; size])] {
                let mut out = Vec::new();
                frame.write_polling(&mut out);
                assert_eq!(out.len(), frame.polling_size());
            }
        }
    }
}
