//! The numbers of attributes (RFC 8489 section 18.3, RFC 8656 section 18). Those below 0x8000 must be understood.

/// The client's address, not hidden from middleboxes.
pub const MAPPED_ADDRESS: u16 = 0x0001;
/// The name of the client's user.
pub const USERNAME: u16 = 0x0006;
/// HMAC-SHA1 of what precedes it.
pub const MESSAGE_INTEGRITY: u16 = 0x0008;
/// Why a request failed.
pub const ERROR_CODE: u16 = 0x0009;
/// The attributes that a 420 is about.
pub const UNKNOWN_ATTRIBUTES: u16 = 0x000a;
/// The number of a channel.
pub const CHANNEL_NUMBER: u16 = 0x000c;
/// Seconds.
pub const LIFETIME: u16 = 0x000d;
/// A peer's address.
pub const XOR_PEER_ADDRESS: u16 = 0x0012;
/// A datagram's payload.
pub const DATA: u16 = 0x0013;
/// Where usernames are valid.
pub const REALM: u16 = 0x0014;
/// A value of the server's that the client repeats.
pub const NONCE: u16 = 0x0015;
/// The address to which peers send.
pub const XOR_RELAYED_ADDRESS: u16 = 0x0016;
/// The family of the relayed address.
pub const REQUESTED_ADDRESS_FAMILY: u16 = 0x0017;
/// Asks for an even port.
pub const EVEN_PORT: u16 = 0x0018;
/// The protocol between relay and peers.
pub const REQUESTED_TRANSPORT: u16 = 0x0019;
/// Asks not to fragment datagrams.
pub const DONT_FRAGMENT: u16 = 0x001a;
/// The client's address.
pub const XOR_MAPPED_ADDRESS: u16 = 0x0020;
/// Asks for a port that was reserved.
pub const RESERVATION_TOKEN: u16 = 0x0022;
/// Asks for a relayed address of another family, too.
pub const ADDITIONAL_ADDRESS_FAMILY: u16 = 0x8000;
/// Why a relayed address of one family is missing.
pub const ADDRESS_ERROR_CODE: u16 = 0x8001;
/// The name of a program.
pub const SOFTWARE: u16 = 0x8022;
/// CRC-32 of what precedes it.
pub const FINGERPRINT: u16 = 0x8028;

/// Whether a message with the attribute must be refused where the attribute is not known.
pub fn must_be_understood(kind: u16) -> bool {
    kind < 0x8000
}
