//! An Engine.IO 4 engine beneath socketioxide: WebSocket, long-polling, and the upgrade between them.
//!
//! It has the names that socketioxide 0.18.9 uses of the engineioxide crate, and replaces that crate by
//! `[patch.crates-io]`. It is written from the protocols (Engine.IO 4, RFC 6455). On the wire it behaves as the official
//! server does.
//!
//! | module | |
//! |---|---|
//! | `frame`, `reader`, `writer` | WebSocket frames: pure, pure, onto a stream |
//! | `packet` | the packets of Engine.IO: pure |
//! | `backlog`, `queue` | what is queued for one client, and which transport takes it: pure |
//! | `namespaces`, `connects` | what a client sends right after a CONNECT: pure |
//! | `session`, `engine`, `clock` | one session, all of them, their pings |
//! | `protocol`, `upgrade` | what a WebSocket does with the data that it reads: no stream |
//! | `websocket`, `scratch`, `polling` | the transports |
//! | `handshake`, `answer` | the checks of a request, and the responses |
//! | `router`, `response`, `service` | passes requests to the transports, as a service |
//! | `socket`, `handler`, `config` | the interface of socketioxide |
//! | `test_harness` | the interface of socketioxide's tests |
//!
//! Read `queue` first, then `protocol` and `websocket`.

pub mod config;
pub mod handler;
pub mod service;
pub mod socket;

mod answer;
mod backlog;
mod clock;
mod connects;
mod engine;
mod frame;
mod handshake;
mod namespaces;
mod packet;
mod polling;
mod protocol;
mod queue;
mod reader;
mod response;
mod router;
mod scratch;
mod session;
mod sync;
#[cfg(feature = "__test_harness")]
mod test_harness;
mod upgrade;
mod websocket;
mod writer;

#[cfg(feature = "__test_harness")]
pub use engineioxide_core::{OpenPacket, PacketParseError};
pub use engineioxide_core::{ProtocolVersion, Str, TransportType};
pub use socket::{DisconnectReason, Socket};
#[cfg(feature = "__test_harness")]
pub use test_harness::Packet;
