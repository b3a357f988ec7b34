//! The dialects of a bare WebSocket, JSON in text frames: [`rooms`] at `/ws`, and the [`pairs`] of the data channel course
//! at `/`.

pub mod pairs;
pub mod rooms;
