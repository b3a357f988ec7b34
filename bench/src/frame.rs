//! WebSocket frames, both directions, as small as they can be: no extensions, no fragments.

use std::ops::Range;

use anyhow::{Result, ensure};

/// A text frame.
pub const TEXT: u8 = 1;
/// A close frame.
pub const CLOSE: u8 = 8;
/// A ping.
pub const PING: u8 = 9;
/// Its answer.
pub const PONG: u8 = 10;

/// Larger messages are an error. (A course server with thousands of past offers sends tens of megabytes at once.)
const LARGEST: u64 = 1 << 30;

/// Where a frame lies in what was read.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Its opcode.
    pub opcode: u8,
    /// Its payload.
    pub payload: Range<usize>,
    /// How it is masked, if it is.
    pub mask: Option<[u8; 4]>,
}

/// The first frame in `bytes`, if all of it is there; it ends where its payload ends.
///
/// # Errors
/// A fragment, or a length that nobody needs.
pub fn parse(bytes: &[u8]) -> Result<Option<Frame>> {
    let [first, second, rest @ ..] = bytes else { return Ok(None) };
    ensure!(first & 0xf0 == 0x80, "a WebSocket frame that is a fragment or compressed");
    let (length, wide) = match (second & 0x7f, rest) {
        (126, [a, b, ..]) => (u64::from(u16::from_be_bytes([*a, *b])), 2),
        (127, [a, b, c, d, e, f, g, h, ..]) => (u64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]), 8),
        (126 | 127, _) => return Ok(None),
        (short, _) => (u64::from(short), 0),
    };
    ensure!(length <= LARGEST, "a WebSocket frame of {length} bytes");
    let masked = second & 0x80 != 0;
    let start = 2 + wide + if masked { 4 } else { 0 };
    let Ok(length) = usize::try_from(length) else { return Ok(None) };
    if bytes.len() < start + length {
        return Ok(None);
    }
    let mask = masked.then(|| [bytes[start - 4], bytes[start - 3], bytes[start - 2], bytes[start - 1]]);
    Ok(Some(Frame { opcode: first & 0x0f, payload: start..start + length, mask }))
}

/// Appends a client's frame. The mask is all zeros, which spares us, but not the server, the work of masking.
pub fn write_masked(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    head(out, opcode, payload.len(), 0x80);
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(payload);
}

/// Appends a server's frame, whose payload is given in parts.
pub fn write(out: &mut Vec<u8>, opcode: u8, payload: &[&[u8]]) {
    head(out, opcode, payload.iter().map(|part| part.len()).sum(), 0);
    payload.iter().for_each(|part| out.extend_from_slice(part));
}

fn head(out: &mut Vec<u8>, opcode: u8, length: usize, masked: u8) {
    out.push(0x80 | opcode);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ ..126), _) => out.push(masked | short),
        (_, Ok(length)) => {
            out.push(masked | 126);
            out.extend_from_slice(&length.to_be_bytes());
        }
        _ => {
            out.push(masked | 127);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
}

/// Takes the mask off.
pub fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    payload.iter_mut().zip(mask.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_of_each_length_is_read_as_it_was_written() {
        for length in [0, 1, 125, 126, 65_535, 65_536, 100_000] {
            let payload = vec![b'x'; length];
            let (mut client, mut server) = (Vec::new(), Vec::new());
            write_masked(&mut client, TEXT, &payload);
            write(&mut server, TEXT, &[&payload[..length / 2], &payload[length / 2..]]);
            for bytes in [client, server] {
                let frame = parse(&bytes).unwrap().unwrap();
                assert_eq!(&bytes[frame.payload.clone()], payload);
                assert_eq!(frame.payload.end, bytes.len());
                assert!(parse(&bytes[..bytes.len() - 1]).unwrap().is_none());
            }
        }
    }
}
