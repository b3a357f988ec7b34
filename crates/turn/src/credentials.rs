//! Credentials that end: the REST scheme that coturn calls `use-auth-secret`, as long-term credentials (RFC 8489 section 9.2).

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use md5::{Digest, Md5};
use ring::hmac;

/// The longest username (RFC 8489 section 14.3).
pub(crate) const LONGEST_USERNAME: usize = 508;
/// How many seconds ahead the expiry of a credential may lie: twice the longest life of an allocation.
const LONGEST_AHEAD: u64 = 2 * 24 * 3600;

/// What messages are signed with.
pub type Key = [u8; 16];

/// The username `EXPIRY:NAME` and its password, base64 of HMAC-SHA1 of the username.
pub fn rest_credentials(secret: &[u8], name: &str, expiry_unix: u64) -> (String, String) {
    let username = format!("{expiry_unix}:{name}");
    let password = password(&hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret), &username);
    (username, password)
}

fn password(secret: &hmac::Key, username: &str) -> String {
    BASE64_STANDARD.encode(hmac::sign(secret, username.as_bytes()))
}

/// The key of long-term credentials (RFC 8489 section 9.2.2).
pub fn long_term_key(username: &str, realm: &str, password: &str) -> Key {
    let mut hash = Md5::new();
    for part in [username, ":", realm, ":", password] {
        hash.update(part);
    }
    hash.finalize().into()
}

/// EXPIRY and NAME of a username.
pub fn parse_username(username: &str) -> Option<(u64, &str)> {
    let (expiry, name) = username.split_once(':')?;
    let is_number = !expiry.is_empty() && expiry.bytes().all(|byte| byte.is_ascii_digit());
    Some((expiry.parse().ok().filter(|_| is_number)?, name))
}

/// Whether credentials with this expiry may open an allocation now.
pub fn is_current(expiry: u64, unix_seconds: u64) -> bool {
    (unix_seconds..=unix_seconds.saturating_add(LONGEST_AHEAD)).contains(&expiry)
}

/// Finds the key of a username.
pub(crate) struct Keys {
    secret: hmac::Key,
    realm: String,
}

impl Keys {
    pub(crate) fn new(secret: &[u8], realm: &str) -> Self {
        Self { secret: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret), realm: realm.to_owned() }
    }

    pub(crate) fn realm(&self) -> &str {
        &self.realm
    }

    pub(crate) fn key(&self, username: &str) -> Key {
        long_term_key(username, &self.realm, &password(&self.secret, username))
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("realm", &self.realm).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn username_without_a_number_is_not_read() {
        assert_eq!(parse_username("18446744073709551615:a:b"), Some((u64::MAX, "a:b")));
        assert_eq!(parse_username("7:"), Some((7, "")));
        for username in ["ann", ":ann", "+7:ann", "-7:ann", " 7:ann", "7", "7.5:ann", "18446744073709551616:ann"] {
            assert_eq!(parse_username(username), None, "{username}");
        }
    }

    #[test]
    fn credential_is_current_up_to_two_days_before_its_end() {
        let now = 1_800_000_000;
        let current = [now - 1, now, now + 172_800, now + 172_801, u64::MAX].map(|expiry| is_current(expiry, now));
        assert_eq!(current, [false, true, true, false, false]);
    }

    /// Printed by `printf %s 1800000000:ann | openssl dgst -sha1 -hmac secret -binary | base64`.
    #[test]
    fn password_is_the_one_that_coturn_expects() {
        let (username, password) = rest_credentials(b"secret", "ann", 1_800_000_000);
        assert_eq!((username.as_str(), password.as_str()), ("1800000000:ann", "eqNfk5/QmViQqextfriyHv6S6AE="));
    }
}
