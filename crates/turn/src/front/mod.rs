//! The I/O around the machines. Each worker is a thread with UDP sockets of its own on the shared port, and relay sockets;
//! a stream is a task of tokio, which passes whole frames to one of the workers.

mod datagrams;
mod handle;
mod listen;
mod network;
mod options;
mod outbox;
mod ports;
mod server;
mod stream;
mod stream_limit;
mod stream_link;
mod worker;
mod worker_link;

pub use handle::{Handle, Stats};
pub use options::Options;
pub use server::TurnServer;
