//! Who may use the API: a back end that sends the token of `--api-token`. Wrong tokens are answered as wrong passwords are.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::error::ApiError;
use super::state::Api;
use crate::auth::client_addr::ClientAddr;
use crate::auth::{Asker, AuthError, Credentials};
use crate::net::request_id::RequestId;
use crate::net::tcp_handle::TcpHandle;
use crate::refusals;

/// How long a request may take. Beyond it a command may still be done.
const MAX_TIME: Duration = Duration::from_secs(10);

/// Passes on the requests of a back end that has the token.
pub(super) async fn check(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let conn = request.extensions().get::<TcpHandle>();
    let client_addr = conn.map_or_else(ClientAddr::unknown, |conn| ClientAddr::new(conn.address().ip()));
    let asker = Asker { service: "api", client_addr, origin: None };
    let given = Credentials::default().or_bearer(request.headers());
    if let Err(AuthError { refusal: _, wait }) = api.authenticator.check(&asker, &given).await {
        let error = ApiError::unauthorized();
        let number = RequestId::of(request.extensions()).0;
        refusals::refused_at_entry(number, None, "api", "wrong-token", error.message());
        // Counted as long as it waits, even if the connection closes.
        tokio::time::sleep(wait).await;
        return error.into_response();
    }
    if !api.is_ready() {
        return ApiError::not_ready().into_response();
    }
    let answered = tokio::time::timeout(MAX_TIME, next.run(request)).await;
    answered.unwrap_or_else(|_| ApiError::late().into_response())
}
