//! Long-term credentials (RFC 8489 section 9.2.4).

use super::refusal::Refusal;
use crate::credentials::{self, Key, Keys, LONGEST_USERNAME};
use crate::five_tuple::FiveTuple;
use crate::message::{Message, attribute};
use crate::nonce::Nonces;
use crate::time::Time;

/// Checks who sends a request.
#[derive(Debug)]
pub(super) struct Authentication {
    pub(super) keys: Keys,
    pub(super) nonces: Nonces,
}

/// The sender of a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sender<'a> {
    pub(super) key: Key,
    /// NAME of the username.
    pub(super) name: &'a str,
    expiry: u64,
}

impl Sender<'_> {
    /// Whether the credential may open an allocation.
    pub(super) fn is_current(&self, now: Time) -> bool {
        credentials::is_current(self.expiry, now.unix_seconds)
    }
}

impl Authentication {
    /// The sender of a request, whose credential may have expired.
    pub(super) fn sender<'a>(
        &self,
        request: &Message<'a>,
        client: &FiveTuple,
        now: Time,
    ) -> Result<Sender<'a>, Refusal> {
        if !request.is_signed() {
            return Err(Refusal::UNAUTHORIZED);
        }
        let text = |kind| request.get(kind).and_then(|value| str::from_utf8(value).ok());
        let username = text(attribute::USERNAME).filter(|username| username.len() <= LONGEST_USERNAME);
        let (Some(username), Some(_), Some(nonce)) =
            (username, request.get(attribute::REALM), request.get(attribute::NONCE))
        else {
            return Err(Refusal::NO_USER);
        };
        if !self.nonces.is_fresh(nonce, now.unix_seconds, client.client) {
            return Err(Refusal::STALE_NONCE);
        }
        let key = self.keys.key(username);
        match credentials::parse_username(username) {
            Some((expiry, name)) if request.is_signed_with(&key) => Ok(Sender { key, name, expiry }),
            _ => Err(Refusal::WRONG_PASSWORD),
        }
    }
}
