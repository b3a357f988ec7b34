//! Clients with a bare WebSocket: rooms at `/ws`, the pairs of the data channel course at `/`, and streams by GStreamer's
//! protocol at `/gst`; JSON in text frames.
//!
//! The address says who the client is (`?userName=…`, `?userId=…`), so a client may stay silent for as long as it likes.
//! A frame's way: the `Connection` reads, limits and decodes it by its
//! `Dialect`, submits it to the hub and sends the reply, before it reads the next one.

mod admission;
mod close_info;
mod connection;
mod dialect;
mod frame_queue;
mod pair_requests;
mod responder;
pub mod service;
pub mod state;
