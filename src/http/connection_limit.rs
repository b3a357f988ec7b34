//! Limits the client connections, in all and per client address.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::auth::client_addr::ClientAddr;
use crate::net::connection_limiter::ConnectionLimiter;
use crate::net::request_id::RequestId;
use crate::{metrics, transport::socketio};

/// Adds a permit to the extensions of each request that opens a connection, or answers 503. The transport keeps the permit
/// for as long as the connection lasts.
pub(super) async fn enforce(
    State(limiter): State<Arc<ConnectionLimiter>>,
    mut request: Request,
    next: Next,
) -> Response {
    if opens_connection(&request) {
        let client_addr = request.extensions().get().copied().unwrap_or_else(ClientAddr::unknown);
        match limiter.enter(client_addr.address()) {
            Ok(permit) => request.extensions_mut().insert(Arc::new(permit)),
            Err(full) => {
                if let Some(times) = metrics::counted(full.reason()) {
                    tracing::warn!(
                        times,
                        request = RequestId::of(request.extensions()).0,
                        "connection refused: {full}"
                    );
                }
                let retry = [(header::RETRY_AFTER, HeaderValue::from_static("10"))];
                return (StatusCode::SERVICE_UNAVAILABLE, retry, format!("{full}\n")).into_response();
            }
        };
    }
    next.run(request).await
}

/// Whether a request opens a connection: a Socket.IO session that has no id yet, or a bare WebSocket.
fn opens_connection(request: &Request) -> bool {
    if request.uri().path().trim_end_matches('/') == socketio::service::PATH {
        return !socketio::http_requests::has_session(request);
    }
    request.headers().contains_key(header::UPGRADE)
}
