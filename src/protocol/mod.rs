//! What is on the wire, as docs/protocol.md describes it: what a client can send ([`client_message`]), what the server can
//! send ([`server_message`]), their values and limits, and how each dialect reads and writes them.
//!
//! | dialect | reads | writes |
//! |---|---|---|
//! | Socket.IO: calls and rooms | [`socketio::decode`] | [`socketio::encode`], [`socketio::reply`] |
//! | bare WebSocket: rooms | [`websocket::rooms`] | [`websocket::rooms`] |
//! | bare WebSocket: pairs | [`websocket::pairs`] | [`websocket::pairs`] |
//! | bare WebSocket: GStreamer | [`websocket::gst`] | [`websocket::gst`] |
//!
//! Plain data and pure functions, without I/O, clock or randomness. No other module spells wire text. serde on the
//! messages themselves is their stored form, for snapshots and recorded commands; the wire form of a value that differs
//! from it is given by its method `on_wire`.

pub mod call;
pub mod client_message;
pub mod custom_event;
pub mod fragments;
pub mod gst;
pub mod id;
pub mod json;
pub mod limits;
pub mod name;
pub mod opaque;
pub mod pair;
pub mod reason;
pub mod refusal;
pub mod room;
pub mod room_action;
pub mod server_message;
pub mod socketio;
pub mod websocket;
