//! ChannelData (RFC 8656 section 12.4), and the frames of a stream.

/// Data to or from the peer of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChannelData<'a> {
    /// The channel.
    pub number: u16,
    /// The datagram's payload.
    pub payload: &'a [u8],
}

impl<'a> ChannelData<'a> {
    /// Reads a datagram or a frame, which may be longer by padding.
    pub fn parse(packet: &'a [u8]) -> Option<Self> {
        let (head, rest) = packet.split_first_chunk::<4>()?;
        let number = u16::from_be_bytes([head[0], head[1]]);
        let payload = rest.get(..usize::from(u16::from_be_bytes([head[2], head[3]])))?;
        is_channel(number).then_some(Self { number, payload })
    }
}

/// RFC 8656 allows 0x4000 to 0x4FFF, RFC 5766 before it up to 0x7FFF, and clients of then still take any of those.
pub(crate) fn is_channel(number: u16) -> bool {
    (0x4000..0x8000).contains(&number)
}

/// How many bytes the next message or ChannelData of a stream takes, with its padding, by its first four bytes. `None` if
/// it is neither: the stream has to be closed. At most 65,552 bytes.
pub fn frame_length(start: [u8; 4]) -> Option<usize> {
    let length = usize::from(u16::from_be_bytes([start[2], start[3]]));
    match start[0] {
        0x00..=0x3f if length % 4 == 0 => Some(super::header::LENGTH + length),
        0x40..=0x7f => Some((4 + length).next_multiple_of(4)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frame_of_channel_data_includes_its_padding() {
        let lengths = [0, 1, 4, 0xffff].map(|length: u16| {
            let [high, low] = length.to_be_bytes();
            frame_length([0x40, 0, high, low])
        });
        assert_eq!(lengths, [Some(4), Some(8), Some(8), Some(65_540)]);
    }

    #[test]
    fn frame_of_a_message_includes_its_header() {
        assert_eq!(frame_length([0, 1, 0, 8]), Some(28));
        assert_eq!(frame_length([0, 1, 0xff, 0xfc]), Some(65_552));
    }

    #[test]
    fn frame_of_something_else_has_no_length() {
        for start in [*b"\x16\x03\x01\x02", *b"\x80\0\0\0", [0, 1, 0, 7]] {
            assert_eq!(frame_length(start), None);
        }
    }

    #[test]
    fn channel_data_that_is_cut_off_is_not_read() {
        assert_eq!(ChannelData::parse(b"\x40\0\0\x03abcpadding").map(|data| data.payload), Some(&b"abc"[..]));
        for packet in [&b"\x40\0\0\x03ab"[..], b"\x40\0\0", b"", b"\x80\0\0\0"] {
            assert_eq!(ChannelData::parse(packet), None);
        }
    }
}
