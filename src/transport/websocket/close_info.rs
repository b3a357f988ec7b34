//! How a connection ends, and the close frame that the client is sent then.

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};

use super::frame_queue::QueuedFrames;
use crate::core::command::ConnectionEnd;
use crate::transport::close_code;

/// How a connection ended.
pub struct CloseInfo {
    /// What that means for what the client has.
    pub end: ConnectionEnd,
    /// The code and the reason of the close frame that the client is sent, if it can be.
    pub farewell: Option<(u16, &'static str)>,
    /// Whether a message of the client was not read to its end.
    pub is_unread: bool,
    /// Whether the connection is dropped without a closing handshake.
    pub is_abrupt: bool,
}

impl CloseInfo {
    /// The connection is broken.
    pub fn lost() -> Self {
        Self { end: ConnectionEnd::Broken, farewell: None, is_unread: false, is_abrupt: false }
    }

    /// The client closes, by a close frame with this code.
    pub fn closed(code: Option<u16>, through_proxy: bool) -> Self {
        let end = match code {
            Some(close_code::NORMAL) => ConnectionEnd::Closed,
            Some(close_code::GOING_AWAY) => ConnectionEnd::going_away(through_proxy),
            _ => ConnectionEnd::Broken,
        };
        Self { end, farewell: None, is_unread: false, is_abrupt: false }
    }
}

/// Sends the frames that still wait, then the close frame.
pub async fn send_close(socket: &mut WebSocket, mut queued: QueuedFrames, (code, reason): (u16, &'static str)) {
    while let Ok(frame) = queued.frames.try_recv() {
        let Ok(text) = Utf8Bytes::try_from(frame) else { continue };
        if socket.send(Message::Text(text)).await.is_err() {
            return;
        }
    }
    // A client that does not take it is gone already.
    let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
}
