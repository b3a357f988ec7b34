//! Requests about rooms.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{Extensions, StatusCode};

use super::answer::{List, Room, RoomSummary};
use super::error::ApiError;
use super::query::{self, Asked, InPath, ListQuery, asked, in_path};
use super::state::Api;
use crate::core::back_end::BackEndRequest;
use crate::core::listing::RoomKey;
use crate::core::state::Core;
use crate::hub::shard::ShardId;
use crate::net::request_id::RequestId;

/// `GET /v1/rooms`.
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    query: Asked<ListQuery>,
) -> Result<Json<List<RoomSummary>>, ApiError> {
    let listing = asked(query)?.listing::<RoomKey>()?;
    let is_complete = listing.is_complete(&api.hub).await?;
    let lobby = listing.lobby.as_ref();
    let read = |core: &Core, after: Option<&RoomKey>, most, look| core.list_rooms(lobby, after, most, look);
    let page = api.hub.list(&listing.shards, listing.from, listing.limit, read).await;
    Ok(List::new(page, is_complete, |room| RoomSummary::from(&room)))
}

/// `GET /v1/rooms/{lobby}/{room}`.
pub(super) async fn get(State(api): State<Arc<Api>>, path: InPath<(String, String)>) -> Result<Json<Room>, ApiError> {
    let key = key(path)?;
    let shard = ShardId::of(&key.0);
    api.hub.read(shard).await?;
    let room = api.hub.with_core(shard, |core| core.room(&key));
    room.map(|room| Json(Room::from(room))).ok_or_else(ApiError::no_such_room)
}

/// `POST /v1/rooms/{lobby}/{room}/close`.
pub(super) async fn close(
    State(api): State<Arc<Api>>,
    path: InPath<(String, String)>,
    extensions: Extensions,
) -> Result<StatusCode, ApiError> {
    let (lobby, room) = key(path)?;
    let (shard, names) = (ShardId::of(&lobby), (lobby.clone(), room.clone()));
    api.serve(shard, BackEndRequest::CloseRoom { lobby, room }).await?;
    let request = RequestId::of(&extensions).0;
    tracing::info!(request, lobby = names.0.as_str(), room = names.1.as_str(), "room closed by the API");
    Ok(StatusCode::NO_CONTENT)
}

fn key(path: InPath<(String, String)>) -> Result<RoomKey, ApiError> {
    let (lobby, room) = in_path(path)?;
    Ok((query::lobby(&lobby)?, query::room(&room)?))
}
