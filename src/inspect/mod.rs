//! What the inspector shows: a bounded history of everything that happened between the clients and this server.
//!
//! The hub and the transports report to a [`Recorder`](recorder::Recorder), which does nothing while the inspector is off.
//! A report becomes a record in the ring, and is encoded once, when a first reader asks for it.
//! `docs/inspector.md` describes the records as readers receive them.

mod address;
pub mod chaos;
pub mod content;
mod encode;
pub mod feed;
mod force_relay;
pub mod inspector;
pub mod limits;
mod mask;
pub mod options;
pub mod probe;
mod record;
pub mod recorder;
mod ring;
mod scanner;
