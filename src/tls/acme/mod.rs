//! Certificates that browsers trust, obtained from an authority by ACME (RFC 8555), and renewed while the server runs.

mod account;
pub(super) mod challenges;
mod client;
pub(crate) mod http_listener;
pub(super) mod obtaining;
mod options;
mod order;
mod store;

pub use self::options::AcmeOptions;
