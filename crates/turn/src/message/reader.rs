//! Reads messages without copying them.

use std::net::SocketAddr;

use subtle::ConstantTimeEq;

use super::header::{Class, LENGTH, MAGIC_COOKIE, Method, TransactionId, class_and_method};
use super::{address, attribute, integrity};

/// One attribute of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// Its number.
    pub kind: u16,
    /// Its value without the padding.
    pub value: &'a [u8],
    /// Where it begins in the message.
    at: usize,
}

impl Attribute<'_> {
    /// Its value as an XORed address.
    pub fn address(&self, transaction: &TransactionId) -> Option<SocketAddr> {
        address::read(self.value, transaction)
    }
}

/// A message whose attributes lie within it, and whose FINGERPRINT is right if it has one.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// What it is for.
    pub class: Class,
    /// What it is about.
    pub method: Method,
    /// What joins response and request.
    pub transaction: &'a TransactionId,
    /// The attributes before MESSAGE-INTEGRITY and FINGERPRINT: what follows those is ignored.
    attributes: &'a [u8],
    integrity: Option<Attribute<'a>>,
    has_fingerprint: bool,
    bytes: &'a [u8],
}

/// The attributes in their order. It ends early if one is cut off.
struct Attributes<'a> {
    message: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Attribute<'a>;

    fn next(&mut self) -> Option<Attribute<'a>> {
        let at = self.at;
        let (head, rest) = self.message.get(at..)?.split_first_chunk::<4>()?;
        let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
        let value = rest.get(..length)?;
        self.at = at + 4 + length.next_multiple_of(4);
        Some(Attribute { kind: u16::from_be_bytes([head[0], head[1]]), value, at })
    }
}

impl<'a> Message<'a> {
    /// Reads a datagram, or a frame of a stream, that is nothing but one message.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let header: &[u8; LENGTH] = bytes.first_chunk()?;
        let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
        let is_message = header[0] < 0x40 && header[4..8] == MAGIC_COOKIE;
        if !is_message || length % 4 != 0 || bytes.len() != LENGTH + length {
            return None;
        }
        let (class, method) = class_and_method([header[0], header[1]]);
        let mut integrity = None;
        let mut fingerprint = None;
        let mut end = None;
        let mut attributes = Attributes { message: bytes, at: LENGTH };
        for attribute in attributes.by_ref() {
            match attribute.kind {
                attribute::FINGERPRINT => {
                    end.get_or_insert(attribute.at);
                    fingerprint = Some(attribute);
                    break;
                }
                attribute::MESSAGE_INTEGRITY if integrity.is_none() => {
                    end.get_or_insert(attribute.at);
                    integrity = Some(attribute);
                }
                _ => {}
            }
        }
        if attributes.at != bytes.len() {
            return None;
        }
        if let Some(fingerprint) = fingerprint
            && integrity::fingerprint(bytes, fingerprint.at)? != fingerprint.value
        {
            return None;
        }
        Some(Self {
            class,
            method,
            transaction: header.last_chunk()?,
            attributes: &bytes[..end.unwrap_or(bytes.len())],
            integrity,
            has_fingerprint: fingerprint.is_some(),
            bytes,
        })
    }

    /// The attributes before MESSAGE-INTEGRITY and FINGERPRINT.
    pub fn attributes(&self) -> impl Iterator<Item = Attribute<'a>> + use<'a> {
        Attributes { message: self.attributes, at: LENGTH }
    }

    /// The value of the first attribute of a kind: others of it are ignored.
    pub fn get(&self, kind: u16) -> Option<&'a [u8]> {
        self.attributes().find(|attribute| attribute.kind == kind).map(|attribute| attribute.value)
    }

    /// An attribute of 32 bits.
    pub fn get_u32(&self, kind: u16) -> Option<u32> {
        Some(u32::from_be_bytes(self.get(kind)?.try_into().ok()?))
    }

    /// An XORed address.
    pub fn get_address(&self, kind: u16) -> Option<SocketAddr> {
        address::read(self.get(kind)?, self.transaction)
    }

    /// Code and reason of ERROR-CODE.
    pub fn error(&self) -> Option<(u16, &'a str)> {
        let (head, reason) = self.get(attribute::ERROR_CODE)?.split_first_chunk::<4>()?;
        Some((u16::from(head[2] & 7) * 100 + u16::from(head[3]), str::from_utf8(reason).ok()?))
    }

    /// Whether it has a MESSAGE-INTEGRITY.
    pub fn is_signed(&self) -> bool {
        self.integrity.is_some()
    }

    /// Whether it has a MESSAGE-INTEGRITY by this key.
    pub fn is_signed_with(&self, key: &[u8]) -> bool {
        let Some(Attribute { value, at, .. }) = self.integrity else { return false };
        integrity::integrity(self.bytes, at, key).is_some_and(|tag| tag.as_ref().ct_eq(value).into())
    }

    /// Whether it has a FINGERPRINT.
    pub fn has_fingerprint(&self) -> bool {
        self.has_fingerprint
    }
}
