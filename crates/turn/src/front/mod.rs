//! The I/O around the machines: UDP workers, streams, relay sockets.

mod handle;
mod options;
mod server;

pub use handle::{Handle, Stats};
pub use options::Options;
pub use server::TurnServer;
