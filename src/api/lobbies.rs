//! Requests about lobbies.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{Extensions, StatusCode};

use super::body::{self, Given};
use super::error::ApiError;
use super::query::{self, InPath, in_path};
use super::state::Api;
use crate::core::back_end::BackEndRequest;
use crate::hub::shard::ShardId;
use crate::net::request_id::RequestId;

/// `POST /v1/lobbies/{lobby}/events`.
pub(super) async fn send(
    State(api): State<Arc<Api>>,
    path: InPath<String>,
    extensions: Extensions,
    body: Given,
) -> Result<StatusCode, ApiError> {
    let lobby = query::lobby(&in_path(path)?)?;
    let event = body::event(body)?;
    let (shard, name, event_name) = (ShardId::of(&lobby), lobby.clone(), event.name().to_owned());
    api.serve(shard, BackEndRequest::SendToLobby { lobby, event }).await?;
    let request = RequestId::of(&extensions).0;
    tracing::debug!(request, lobby = name.as_str(), event = event_name, "event of the API");
    Ok(StatusCode::NO_CONTENT)
}
