//! The 20 bytes before the attributes (RFC 8489 section 5).

/// Tells STUN from other protocols.
pub(super) const MAGIC_COOKIE: [u8; 4] = 0x2112_A442_u32.to_be_bytes();
/// Bytes of the header.
pub(super) const LENGTH: usize = 20;

/// What joins a response to its request.
pub type TransactionId = [u8; 12];

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// To be answered.
    Request,
    /// Not to be answered.
    Indication,
    /// The answer to a request that was fulfilled.
    Success,
    /// The answer to a request that was not, with an ERROR-CODE.
    Error,
}

/// What a message is about, 12 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Method(pub u16);

impl Method {
    /// By which address the server sees the client.
    pub const BINDING: Self = Self(0x001);
    /// Opens a relay.
    pub const ALLOCATE: Self = Self(0x003);
    /// Prolongs or ends an allocation.
    pub const REFRESH: Self = Self(0x004);
    /// Data from the client to a peer.
    pub const SEND: Self = Self(0x006);
    /// Data from a peer to the client.
    pub const DATA: Self = Self(0x007);
    /// Lets peers send.
    pub const CREATE_PERMISSION: Self = Self(0x008);
    /// Gives a peer a number.
    pub const CHANNEL_BIND: Self = Self(0x009);
}

/// The first two bytes: the bits of the class lie between those of the method.
pub(super) fn message_type(class: Class, Method(method): Method) -> [u8; 2] {
    let class = match class {
        Class::Request => 0x000,
        Class::Indication => 0x010,
        Class::Success => 0x100,
        Class::Error => 0x110,
    };
    let method = (method & 0x00f) | (method & 0x070) << 1 | (method & 0xf80) << 2;
    (method | class).to_be_bytes()
}

/// Reads the first two bytes, whose first two bits are zero.
pub(super) fn class_and_method(bytes: [u8; 2]) -> (Class, Method) {
    let bits = u16::from_be_bytes(bytes);
    let class = match bits & 0x110 {
        0x000 => Class::Request,
        0x010 => Class::Indication,
        0x100 => Class::Success,
        _ => Class::Error,
    };
    (class, Method(bits & 0x000f | (bits & 0x00e0) >> 1 | (bits & 0x3e00) >> 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_type_of_each_method_and_class_is_read_back() {
        for method in (0..0x1000).map(Method) {
            for class in [Class::Request, Class::Indication, Class::Success, Class::Error] {
                let bytes = message_type(class, method);
                assert_eq!(bytes[0] & 0xc0, 0);
                assert_eq!(class_and_method(bytes), (class, method));
            }
        }
    }
}
