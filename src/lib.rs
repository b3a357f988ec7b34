//! Switchboard: a Socket.IO-compatible WebRTC signaling server.
//!
//! A telephone exchange in three floors. A message comes in at a door, goes down one or two stairs, and
//! leaves by a door; a door's handler is three sentences: take, keep, tell.
//!
//! # Layout
//!
//! - [`signaling`]: the ground. Calls, names and the rules between them: plain data, no I/O, no clock of its own.
//! - [`store`]: the cupboard. The few atomic verbs behind one lock.
//! - [`socketio`]: the door where the course's pages speak.
//! - [`websocket`]: the door without Socket.IO: rooms over a bare WebSocket.
//! - [`admission`]: who may come in, the same at both doors.
//! - [`app`]: one router: pages, the browser client, health, the doors.
//! - [`server`]: builds all of it, listens on a given listener, stops by a given signal.
//! - [`config`]: the switch panel: flags and environment variables.
//!
//! Beside them, leaning on nothing: [`wire`] (connections: HTTP and HTTPS on one port, how many, how fast, how much),
//! [`tls`] (certificates), [`telemetry`] (logs), [`tally`] (what was refused, and how often)
//! and [`greeting`] (the lines that a student reads at the start).
//!
//! Who may import whom is a table in `docs/decisions/0001-the-house.md`; a test holds it.

pub mod admission;
pub mod app;
pub mod config;
pub mod greeting;
pub mod refusals;
pub mod server;
pub mod signaling;
pub mod socketio;
pub mod store;
pub mod tally;
pub mod telemetry;
pub mod tls;
pub mod websocket;
pub mod wire;
