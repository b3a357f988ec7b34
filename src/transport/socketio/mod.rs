//! Socket.IO clients: Socket.IO protocol 5 over Engine.IO 4, by WebSocket and long-polling.
//!
//! An event's way: a `Listener` receives it inline, in the order of arrival; its
//! `Connection` limits and decodes it and submits it to the hub; the hub's reply becomes the
//! acknowledgement (`replies`); what follows is queued for its receivers (`sending`).

mod closing;
mod connection;
mod engine_session;
pub mod handshake;
pub mod http_requests;
mod incoming;
mod inspector;
mod replies;
mod sending;
pub mod service;
mod upstream;
