//! The TURN server without I/O.

mod outside;
mod server;

pub use outside::{Delivery, OpenError, Outside, RelayId};
pub use server::{Config, Counters, Machine};
