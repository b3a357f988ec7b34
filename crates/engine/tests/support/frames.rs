//! Frames as a client sends and reads them.

/// A masked frame.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    const MASK: [u8; 4] = [7, 77, 177, 217];
    let length = match payload.len() {
        short @ 0..126 => vec![0x80 | short as u8],
        long @ 126..65_536 => [&[0x80 | 126][..], &(long as u16).to_be_bytes()].concat(),
        longer => [&[0x80 | 127][..], &(longer as u64).to_be_bytes()].concat(),
    };
    let masked = payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask);
    [&[first][..], &length, &MASK].concat().into_iter().chain(masked).collect()
}

/// The first frame that a server sent: its opcode, its payload, and what comes behind it. `None` if it is not whole.
pub fn split_frame(data: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&first, rest) = data.split_first()?;
    assert_eq!(first & 0xf0, 0x80, "whole, and no reserved bits");
    let (&short, rest) = rest.split_first()?;
    let (size, rest) = match short {
        126 => rest.split_first_chunk().map(|(size, rest)| (u64::from(u16::from_be_bytes(*size)), rest))?,
        127 => rest.split_first_chunk().map(|(size, rest)| (u64::from_be_bytes(*size), rest))?,
        short => (u64::from(short), rest),
    };
    let (payload, rest) = rest.split_at_checked(usize::try_from(size).ok()?)?;
    Some((first & 0x0f, payload, rest))
}
