//! The dialects of a bare WebSocket, JSON in text frames: [`rooms`] at `/ws`, the [`pairs`] of the data channel course at
//! `/`, and the protocol of GStreamer's signaling server at `/gst` ([`gst`]).

pub mod gst;
pub mod pairs;
pub mod rooms;
