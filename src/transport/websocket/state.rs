//! What all requests to the WebSocket service share.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::auth::client_addr::ClientAddr;
use crate::auth::rate_limiter::RateLimit;
use crate::auth::{AuthError, Authenticator};
use crate::hub::order::Hub;
use crate::net::changing::Changing;
use crate::net::request_id::RequestId;
use crate::protocol::refusal::{Code, Refusal};
use crate::refusals;

/// The options of the WebSocket service.
#[derive(Clone)]
pub struct WebSocketOptions {
    /// Who may connect to pairs; `None` switches them off.
    pub pairs: Option<Authenticator>,
    /// Who may connect to `/gst`; `None` leaves it closed.
    pub gst: Option<Authenticator>,
    /// Largest message in bytes.
    pub max_message: usize,
    /// Frames that may wait for a client.
    pub max_queue: usize,
    /// Bytes that may wait for a client.
    pub max_queue_bytes: usize,
    /// How fast a client may send.
    pub rate_limit: Changing<RateLimit>,
    /// The time between two pings.
    pub ping_interval: Duration,
    /// How long the client may take to reply to a ping.
    pub ping_timeout: Duration,
}

/// The state of the service.
pub struct WebSocketState {
    /// Its options.
    pub options: WebSocketOptions,
    /// Who may connect to rooms.
    pub authenticator: Authenticator,
    /// The hub.
    pub hub: Arc<Hub>,
    /// The connections. Closed once no client is admitted any more.
    pub connections: TaskTracker,
    /// Cancelled when the server stops.
    pub closing: CancellationToken,
}

impl WebSocketState {
    /// Waits until a rejection may be sent; returns its status. Its place in the queue is kept even if the connection, and
    /// with it this future, is gone. A server that stops does not wait.
    pub async fn deny(&self, who: Denied<'_>, AuthError { refusal, wait }: AuthError) -> (StatusCode, Refusal) {
        self.log_refused(who, &refusal);
        let _ = tokio::time::timeout(wait, self.closing.cancelled()).await;
        (status_of(refusal.code), refusal)
    }

    /// Logs and reports that a client is not admitted.
    pub fn log_refused(&self, who: Denied<'_>, Refusal { code, message, .. }: &Refusal) {
        let Denied { service, name, client_addr, request } = who;
        refusals::refused_at_entry(request.0, name, "connect", code.name(), message);
        let address = Some(client_addr.address());
        self.hub.recorder().rejected(service, name, (code.name(), message), None, address);
    }
}

/// A client that is not admitted.
#[derive(Debug, Clone, Copy)]
pub struct Denied<'a> {
    /// What it asked for: `rooms`, `pairs` or `gst`.
    pub service: &'static str,
    /// How it calls itself.
    pub name: Option<&'a str>,
    /// Where it is.
    pub client_addr: ClientAddr,
    /// The number of its request.
    pub request: RequestId,
}

/// The status of the response to a client that is not admitted.
pub fn status_of(code: Code) -> StatusCode {
    match code {
        Code::WrongPassword | Code::WrongToken => StatusCode::UNAUTHORIZED,
        Code::NotAdmitted => StatusCode::FORBIDDEN,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// A response without a WebSocket.
pub fn refuse(status: StatusCode, message: &str) -> Response {
    (status, format!("{message}\n")).into_response()
}
