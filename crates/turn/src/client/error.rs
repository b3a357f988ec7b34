//! Why a server was of no use.

use std::io;
use std::net::SocketAddr;

/// Why a server was of no use.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The socket failed.
    #[error("{0} cannot be reached: {1}")]
    Socket(SocketAddr, #[source] io::Error),
    /// Nothing came in time.
    #[error("{0} does not answer over {1}")]
    NoAnswer(SocketAddr, &'static str),
    /// The server ended the connection.
    #[error("{0} closed the connection")]
    Closed(SocketAddr),
    /// The server refused a request.
    #[error("the server refuses {request}: {code} {reason}")]
    Refused {
        /// What it refused.
        request: &'static str,
        /// The STUN error code.
        code: u16,
        /// The server's words.
        reason: String,
    },
    /// What came is no STUN, or lacks what it has to contain.
    #[error("the answer of {0} is not what a TURN server sends: {1}")]
    Answer(SocketAddr, &'static str),
}

impl ClientError {
    /// The STUN error code, if the server sent one.
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }
}
