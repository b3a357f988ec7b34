//! Switchboard: a Socket.IO-compatible WebRTC signaling server.
//!
//! Three layers: transports decode what clients send and encode what they receive; the hub applies it to the core in one
//! order and passes on what follows; the core holds the rules and does no I/O.
//!
//! # Layout
//!
//! - [`server`]: builds everything below, listens on a given listener, stops by a given signal.
//! - [`config`]: flags and environment variables.
//! - [`http`]: the router: pages, the browser client, health, origin rules.
//! - [`transport`]: Socket.IO and bare WebSockets, one connection per client.
//! - [`auth`]: passwords, tokens, and how fast a client may send. The same for both transports.
//! - [`hub`]: the core behind one lock, and the connections that its messages go to.
//! - [`cluster`]: several servers as one, by a log in Redis.
//! - [`core`]: calls, rooms and pairs: the rules, no I/O, no clock.
//! - [`protocol`]: what is on the wire: messages, names and values, their limits and refusals.
//!
//! - [`api`]: what a back end asks for, on a listener of its own.
//!
//! Beside them: [`inspect`] (the history that the inspector shows), [`ice`] (STUN and TURN servers and the
//! credentials for them), [`net`] (connections: HTTP and HTTPS on one port, limits, budgets), [`tls`] (certificates), [`logging`],
//! [`file_version`] (whether a file has changed), [`doctor`] (what stands in the way of a server), [`status`] (how a running server is), [`saved_state`] (what a restart takes up), [`reload`] (what SIGHUP changes), [`refusals`] (what the log says of rejected messages), [`metrics`] (counters by reason), [`traces`] (OpenTelemetry, with a feature) and [`banner`] (the start-up
//! lines).
//!
//! The imports that each module may have are listed in `docs/decisions/0001-layers.md`; a test holds them.

pub mod api;
pub mod auth;
pub mod banner;
pub mod cluster;
pub mod config;
pub mod core;
pub mod doctor;
pub mod file_version;
pub mod http;
pub mod hub;
pub mod ice;
pub mod inspect;
pub mod logging;
pub mod metrics;
pub mod metrics_listener;
pub mod net;
pub mod protocol;
pub mod random;
pub mod refusals;
pub mod reload;
pub mod saved_state;
pub mod server;
pub mod side_listeners;
pub mod status;
pub mod tls;
pub mod traces;
pub mod transport;
