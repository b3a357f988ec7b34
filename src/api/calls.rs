//! Requests about calls.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::answer::{Call, List};
use super::error::ApiError;
use super::query::{Asked, ListQuery, asked};
use super::state::Api;
use crate::core::listing::CallKey;
use crate::core::state::Core;

/// `GET /v1/calls`.
pub(super) async fn list(State(api): State<Arc<Api>>, query: Asked<ListQuery>) -> Result<Json<List<Call>>, ApiError> {
    let listing = asked(query)?.listing::<CallKey>()?;
    let is_complete = listing.is_complete(&api.hub).await?;
    let lobby = listing.lobby.as_ref();
    let read = |core: &Core, after: Option<&CallKey>, most, look| core.list_calls(lobby, after, most, look);
    let page = api.hub.list(&listing.shards, listing.from, listing.limit, read).await;
    Ok(List::new(page, is_complete, Call::from))
}
