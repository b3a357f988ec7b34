//! Writes messages.

use std::net::SocketAddr;

use super::header::{Class, LENGTH, MAGIC_COOKIE, Method, TransactionId, message_type};
use super::{address, attribute, integrity};
use crate::five_tuple::Family;

/// Writes one message into a buffer. After each attribute the message is whole.
#[derive(Debug)]
pub struct Writer<'a> {
    buffer: &'a mut Vec<u8>,
    transaction: TransactionId,
}

impl<'a> Writer<'a> {
    /// A message without attributes, in place of what the buffer contains.
    pub fn new(buffer: &'a mut Vec<u8>, class: Class, method: Method, transaction: TransactionId) -> Self {
        buffer.clear();
        buffer.extend(message_type(class, method));
        buffer.extend([0, 0]);
        buffer.extend(MAGIC_COOKIE);
        buffer.extend(transaction);
        Self { buffer, transaction }
    }

    /// Continues a message that was begun in this buffer.
    pub fn resume(buffer: &'a mut Vec<u8>, transaction: TransactionId) -> Self {
        Self { buffer, transaction }
    }

    /// Adds an attribute, unless the message would be longer than 65,535 bytes.
    pub fn attribute(&mut self, kind: u16, value: &[u8]) -> &mut Self {
        let whole = self.buffer.len() - LENGTH + 4 + value.len().next_multiple_of(4);
        if let (Ok(length), Ok(whole)) = (u16::try_from(value.len()), u16::try_from(whole)) {
            self.buffer.extend(kind.to_be_bytes());
            self.buffer.extend(length.to_be_bytes());
            self.buffer.extend(value);
            self.buffer.resize(LENGTH + usize::from(whole), 0);
            self.buffer[2..4].copy_from_slice(&whole.to_be_bytes());
        }
        self
    }

    /// Adds a number.
    pub fn u32(&mut self, kind: u16, value: u32) -> &mut Self {
        self.attribute(kind, &value.to_be_bytes())
    }

    /// Adds an XORed address.
    pub fn address(&mut self, kind: u16, address: SocketAddr) -> &mut Self {
        let mut value = [0; address::LONGEST];
        let length = address::write(address, &self.transaction, &mut value);
        self.attribute(kind, &value[..length])
    }

    /// Adds ERROR-CODE.
    pub fn error(&mut self, code: u16, reason: &str) -> &mut Self {
        self.code(attribute::ERROR_CODE, 0, code, reason)
    }

    /// Adds ADDRESS-ERROR-CODE (RFC 8656 section 18.12).
    pub fn address_error(&mut self, family: Family, code: u16, reason: &str) -> &mut Self {
        let family = if family == Family::V4 { 1 } else { 2 };
        self.code(attribute::ADDRESS_ERROR_CODE, family, code, reason)
    }

    fn code(&mut self, kind: u16, first: u8, code: u16, reason: &str) -> &mut Self {
        let head = [first, 0, (code / 100) as u8, (code % 100) as u8];
        self.attribute(kind, &[&head, reason.as_bytes()].concat())
    }

    /// Adds MESSAGE-INTEGRITY by this key.
    pub fn sign(&mut self, key: &[u8]) -> &mut Self {
        if let Some(tag) = integrity::integrity(self.buffer, self.buffer.len(), key) {
            self.attribute(attribute::MESSAGE_INTEGRITY, tag.as_ref());
        }
        self
    }

    /// Adds FINGERPRINT, which has to be the last attribute.
    pub fn fingerprint(&mut self) -> &mut Self {
        if let Some(value) = integrity::fingerprint(self.buffer, self.buffer.len()) {
            self.attribute(attribute::FINGERPRINT, &value);
        }
        self
    }
}

/// Bytes of the longest beginning of a Data indication.
pub(crate) const LONGEST_DATA_HEADER: usize = LENGTH + 4 + address::LONGEST + 4;

/// Writes a Data indication up to its payload, which follows as its last attribute, and returns the length of that
/// beginning. `None` if the payload is too long for an indication.
pub fn data_indication(
    bytes: &mut [u8; LONGEST_DATA_HEADER],
    transaction: &TransactionId,
    peer: SocketAddr,
    payload: usize,
) -> Option<usize> {
    let mut value = [0; address::LONGEST];
    let address = address::write(peer, transaction, &mut value);
    let data = LENGTH + 4 + address;
    let length = u16::try_from(data + 4 - LENGTH + payload.next_multiple_of(4)).ok()?;
    bytes[..2].copy_from_slice(&message_type(Class::Indication, Method::DATA));
    bytes[2..4].copy_from_slice(&length.to_be_bytes());
    bytes[4..8].copy_from_slice(&MAGIC_COOKIE);
    bytes[8..20].copy_from_slice(transaction);
    bytes[20..22].copy_from_slice(&attribute::XOR_PEER_ADDRESS.to_be_bytes());
    bytes[22..24].copy_from_slice(&(address as u16).to_be_bytes());
    bytes[24..data].copy_from_slice(&value[..address]);
    bytes[data..data + 2].copy_from_slice(&attribute::DATA.to_be_bytes());
    bytes[data + 2..data + 4].copy_from_slice(&u16::try_from(payload).ok()?.to_be_bytes());
    Some(data + 4)
}
