//! The server with real sockets, its own client and coturn's.

#![allow(clippy::unwrap_used)]

mod hostile;
mod streams;
mod support;
mod uclient;
mod udp;
