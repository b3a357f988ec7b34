//! A client that asks to connect, as the server sees it: what it does not say of itself.

use axum::http::{HeaderMap, header};

use super::client_addr::ClientAddr;

/// Longest origin that is passed on, in bytes.
const MAX_ORIGIN: usize = 256;

/// Where a client is, and what it asks for.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// What it asks for: `socketio`, `rooms`, `pairs`, `gst` or `ice-servers`.
    pub service: &'static str,
    /// Its address.
    pub client_addr: ClientAddr,
    /// The origin of its page; `None` for programs.
    pub origin: Option<&'a str>,
}

impl<'a> Asker<'a> {
    /// A client that asks by a request with these headers.
    pub fn of(service: &'static str, client_addr: ClientAddr, headers: &'a HeaderMap) -> Self {
        Self { service, client_addr, origin: origin(headers) }
    }
}

/// The origin in the headers of a request (RFC 6454, section 7).
pub(crate) fn origin(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ORIGIN)?.to_str().ok().filter(|origin| origin.len() <= MAX_ORIGIN)
}
