//! How a conversation on a bare WebSocket ends, and what the client is told then.

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};

use super::outbox::Frames;
use crate::core::peer::ConnectionEnd;
use crate::transport::close_code;

/// How a conversation came to its end.
pub struct CloseInfo {
    /// What it means for what the client has.
    pub how: ConnectionEnd,
    /// What the other side is told as it is closed, if it can be told.
    pub farewell: Option<(u16, &'static str)>,
}

impl CloseInfo {
    /// The connection is broken.
    pub fn lost() -> Self {
        Self { how: ConnectionEnd::Broken, farewell: None }
    }

    /// The client closes, by a close frame with this code.
    pub fn closed(code: Option<u16>, through_proxy: bool) -> Self {
        let how = match code {
            Some(close_code::NORMAL) => ConnectionEnd::Closed,
            Some(close_code::GOING_AWAY) => ConnectionEnd::going_away(through_proxy),
            _ => ConnectionEnd::Broken,
        };
        Self { how, farewell: None }
    }
}

/// Tells what was still to be told, then why the connection is closed.
pub async fn part(socket: &mut WebSocket, mut outgoing: Frames, (code, reason): (u16, &'static str)) {
    while let Ok(frame) = outgoing.frames.try_recv() {
        let Ok(text) = Utf8Bytes::try_from(frame) else { continue };
        if socket.send(Message::Text(text)).await.is_err() {
            return;
        }
    }
    // One who does not take it is gone already.
    let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
}
