//! The TURN server without I/O.
//!
//! Requests are authenticated and answered (`requests`, `allocate`), data is relayed (`relaying`).

mod allocate;
mod allocation;
mod authentication;
mod clock;
mod outside;
mod refusal;
mod relaying;
mod requests;
mod server;
#[cfg(test)]
mod tests;

pub use outside::{Delivery, OpenError, Outside, RelayId};
pub use server::{Config, Counters, Machine, OnRefusal};
