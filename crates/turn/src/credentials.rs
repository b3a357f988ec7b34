//! Credentials that end: the REST scheme that coturn calls `use-auth-secret`.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::hmac;

/// The username `EXPIRY:NAME` and its password, base64 of HMAC-SHA1 of the username.
pub fn rest_credentials(secret: &[u8], name: &str, expiry_unix: u64) -> (String, String) {
    let username = format!("{expiry_unix}:{name}");
    let password = rest_password(secret, &username);
    (username, password)
}

fn rest_password(secret: &[u8], username: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    BASE64_STANDARD.encode(hmac::sign(&key, username.as_bytes()))
}
