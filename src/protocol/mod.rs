//! What is on the wire: the values that clients and server send each other, as docs/protocol.md describes them.
//!
//! Plain data and pure functions, without I/O, clock or randomness; it names no other module of this crate.

pub mod call;
pub mod fragments;
pub mod json;
pub mod limits;
pub mod name;
pub mod opaque;
pub mod refusal;
