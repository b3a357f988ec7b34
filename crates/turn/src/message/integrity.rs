//! MESSAGE-INTEGRITY and FINGERPRINT (RFC 8489 sections 14.5 and 14.7).

use ring::hmac;

use super::header::LENGTH;

/// Bytes of the attributes, with their heads.
pub(super) const INTEGRITY_LENGTH: usize = 4 + 20;
pub(super) const FINGERPRINT_LENGTH: usize = 4 + 4;

/// What the checksum is XORed with, so that it differs from that of a protocol around STUN.
const FINGERPRINT_MASK: u32 = 0x5354_554e;

/// The header with the length that the message has up to the end of the attribute at `at`.
fn header(message: &[u8], at: usize, attribute: usize) -> Option<[u8; LENGTH]> {
    let mut header: [u8; LENGTH] = *message.first_chunk()?;
    let length = u16::try_from(at + attribute - LENGTH).ok()?;
    header[2..4].copy_from_slice(&length.to_be_bytes());
    Some(header)
}

/// The HMAC-SHA1 of what precedes the attribute at `at`.
pub(super) fn integrity(message: &[u8], at: usize, key: &[u8]) -> Option<hmac::Tag> {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key));
    context.update(&header(message, at, INTEGRITY_LENGTH)?);
    context.update(message.get(LENGTH..at)?);
    Some(context.sign())
}

/// The CRC-32 of what precedes the attribute at `at`.
pub(super) fn fingerprint(message: &[u8], at: usize) -> Option<[u8; 4]> {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&header(message, at, FINGERPRINT_LENGTH)?);
    hasher.update(message.get(LENGTH..at)?);
    Some((hasher.finalize() ^ FINGERPRINT_MASK).to_be_bytes())
}
