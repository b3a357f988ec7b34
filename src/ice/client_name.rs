//! The name that stands in a client's TURN credentials. It is readable on the network, and coturn logs it.

use std::fmt::Write;

use ring::hmac;

use crate::auth::client_addr::ClientAddr;
use crate::random;

/// Bytes of the name of a client without a token: twice as many hexadecimal digits.
const NAME_BYTES: usize = 8;

/// Names clients whose names nothing proves. Each start of the server names them differently.
pub struct ClientNames(hmac::Key);

impl Default for ClientNames {
    fn default() -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, random::hex_key().as_bytes()))
    }
}

impl ClientNames {
    /// 16 hexadecimal digits, the same for each request of a user name from an address, which they do not reveal.
    pub fn of(&self, client_addr: ClientAddr, user_name: &str) -> String {
        let tag = hmac::sign(&self.0, format!("{} {user_name}", client_addr.network()).as_bytes());
        tag.as_ref().iter().take(NAME_BYTES).fold(String::new(), |mut name, byte| {
            // Writing to a String cannot fail.
            let _ = write!(name, "{byte:02x}");
            name
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_depends_on_address_user_and_start() {
        let (names, later) = (ClientNames::default(), ClientNames::default());
        let address = |text: &str| ClientAddr::new(text.parse().unwrap());
        let name = names.of(address("192.0.2.1"), "amy");
        assert!(name.len() == 16 && name.chars().all(|c| c.is_ascii_hexdigit()), "{name}");
        assert_eq!(name, names.of(address("::ffff:192.0.2.1"), "amy"));
        for other in [
            names.of(address("192.0.2.2"), "amy"),
            names.of(address("192.0.2.1"), "bob"),
            later.of(address("192.0.2.1"), "amy"),
        ] {
            assert_ne!(name, other);
        }
        assert_eq!(names.of(address("2001:db8::1"), ""), names.of(address("2001:db8::2"), ""), "one /64");
    }
}
