//! STUN messages and ChannelData (RFC 8489 section 5, RFC 8656 section 12).

/// How many bytes the next message or ChannelData of a stream takes, with its padding, by its first four bytes. `None` if
/// it is neither: the stream has to be closed.
pub fn frame_length(start: [u8; 4]) -> Option<usize> {
    let length = usize::from(u16::from_be_bytes([start[2], start[3]]));
    match start[0] {
        0x00..=0x3f if length % 4 == 0 => Some(20 + length),
        0x40..=0x7f => Some((4 + length).next_multiple_of(4)),
        _ => None,
    }
}
