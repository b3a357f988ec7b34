//! Nonces that the server does not store: a time, and a MAC of it and of the client's address.

use std::net::{IpAddr, SocketAddr};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::hmac;
use subtle::ConstantTimeEq;

/// Seconds after which a nonce is stale (RFC 8489 section 9.2 and RFC 8656 section 5: at most an hour).
const LIFETIME: u64 = 3600;
/// Bytes of a nonce's MAC: too many values to try out within the hour.
const MAC: usize = 12;
/// Bytes of the time, enough for each 64-bit time that a clock shows before the year 8 million.
const TIME: usize = 6;

/// A nonce as it is sent.
pub type Nonce = [u8; (TIME + MAC) / 3 * 4];

/// Makes and checks nonces.
#[derive(Debug)]
pub struct Nonces {
    key: hmac::Key,
}

impl Nonces {
    /// With random bytes of this process: all workers need the same ones.
    pub fn new(key: &[u8; 32]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, key) }
    }

    /// The nonce for a client.
    pub fn make(&self, unix_seconds: u64, client: SocketAddr) -> Nonce {
        let [_, _, time @ ..] = unix_seconds.to_be_bytes();
        let mut bytes = [0; TIME + MAC];
        bytes[..TIME].copy_from_slice(&time);
        bytes[TIME..].copy_from_slice(&self.mac(time, client));
        let mut nonce = Nonce::default();
        // The text is exactly as long as its buffer, so that encoding does not fail.
        BASE64_URL_SAFE_NO_PAD.encode_slice(bytes, &mut nonce).ok();
        nonce
    }

    /// Whether the nonce was made for this client within the last hour.
    pub fn is_fresh(&self, nonce: &[u8], unix_seconds: u64, client: SocketAddr) -> bool {
        let mut bytes = [0; TIME + MAC + 2];
        let Ok(length) = BASE64_URL_SAFE_NO_PAD.decode_slice(nonce, &mut bytes) else { return false };
        let Some((time, mac)) = bytes[..length].split_first_chunk::<TIME>() else { return false };
        let [a, b, c, d, e, f] = *time;
        let age = unix_seconds.checked_sub(u64::from_be_bytes([0, 0, a, b, c, d, e, f]));
        let is_ours: bool = self.mac(*time, client).ct_eq(mac).into();
        is_ours && age.is_some_and(|age| age <= LIFETIME)
    }

    fn mac(&self, time: [u8; TIME], client: SocketAddr) -> [u8; MAC] {
        let ip = match client.ip() {
            IpAddr::V4(ip) => ip.to_ipv6_mapped(),
            IpAddr::V6(ip) => ip,
        };
        let mut bytes = [0; TIME + 16 + 2];
        bytes[..TIME].copy_from_slice(&time);
        bytes[TIME..TIME + 16].copy_from_slice(&ip.octets());
        bytes[TIME + 16..].copy_from_slice(&client.port().to_be_bytes());
        let tag = hmac::sign(&self.key, &bytes);
        let mut mac = [0; MAC];
        mac.copy_from_slice(&tag.as_ref()[..MAC]);
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: &str = "192.0.2.1:5000";

    fn address(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn nonce_is_fresh_for_an_hour() {
        let nonces = Nonces::new(&[7; 32]);
        let nonce = nonces.make(1000, address(CLIENT));
        let fresh = |now| nonces.is_fresh(&nonce, now, address(CLIENT));
        assert_eq!([999, 1000, 4600, 4601].map(fresh), [false, true, true, false]);
    }

    #[test]
    fn nonce_of_another_client_is_stale() {
        let nonces = Nonces::new(&[7; 32]);
        let nonce = nonces.make(1000, address(CLIENT));
        for other in ["192.0.2.1:5001", "192.0.2.2:5000", "[2001:db8::1]:5000"] {
            assert!(!nonces.is_fresh(&nonce, 1000, address(other)));
        }
    }

    #[test]
    fn nonce_that_was_changed_is_stale() {
        let nonces = Nonces::new(&[7; 32]);
        let nonce = nonces.make(1000, address(CLIENT));
        for at in 0..nonce.len() {
            let mut changed = nonce;
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert!(!nonces.is_fresh(&changed, 1000, address(CLIENT)), "byte {at}");
            assert!(!nonces.is_fresh(&nonce[..at], 1000, address(CLIENT)), "{at} bytes");
        }
        assert!(!nonces.is_fresh(&[&nonce[..], b"AAAA"].concat(), 1000, address(CLIENT)));
        assert!(!Nonces::new(&[8; 32]).is_fresh(&nonce, 1000, address(CLIENT)));
    }
}
