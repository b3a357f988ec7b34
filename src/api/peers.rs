//! Requests about peers.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{Extensions, StatusCode};

use super::answer::{List, Peer};
use super::body::{self, Given};
use super::error::ApiError;
use super::query::{Asked, InPath, PeerQuery, PeersQuery, asked, in_path};
use super::state::Api;
use crate::core::back_end::BackEndRequest;
use crate::core::listing::{PeerKey, Wanted};
use crate::net::request_id::RequestId;
use crate::protocol::name::Lobby;

/// `GET /v1/peers`.
pub(super) async fn list(State(api): State<Arc<Api>>, query: Asked<PeersQuery>) -> Result<Json<List<Peer>>, ApiError> {
    let (listing, name) = asked(query)?.listing::<PeerKey>()?;
    let is_complete = listing.is_complete(&api.hub).await?;
    let wanted = Wanted { lobby: listing.lobby, name };
    let read = |core: &crate::core::state::Core, after: Option<&PeerKey>, most, look| {
        core.list_peers(&wanted, after, most, look)
    };
    let page = api.hub.list(&listing.shards, listing.from, listing.limit, read).await;
    let in_cluster = api.node.is_some();
    Ok(List::new(page, is_complete, |entry| Peer::new(entry, in_cluster)))
}

/// `GET /v1/peers/{peerId}`.
pub(super) async fn get(
    State(api): State<Arc<Api>>,
    id: InPath<String>,
    query: Asked<PeerQuery>,
) -> Result<Json<Peer>, ApiError> {
    let (id, lobby) = parameters(id, query)?;
    let (_, entry) = api.peer(&id, lobby).await?;
    Ok(Json(Peer::new(entry, api.node.is_some())))
}

/// `POST /v1/peers/{peerId}/disconnect`.
pub(super) async fn disconnect(
    State(api): State<Arc<Api>>,
    id: InPath<String>,
    query: Asked<PeerQuery>,
    extensions: Extensions,
    body: Given,
) -> Result<StatusCode, ApiError> {
    let (id, lobby) = parameters(id, query)?;
    let reason = body::reason(body)?;
    let (shard, peer) = api.peer(&id, lobby).await?;
    api.serve(shard, BackEndRequest::Disconnect { peer: peer.id, reason }).await?;
    let (request, user) = (RequestId::of(&extensions).0, peer.name.as_str());
    // Without the reason, which is for the user.
    tracing::info!(request, peer = %peer.id, user, "disconnected by the API");
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /v1/peers/{peerId}/events`.
pub(super) async fn send(
    State(api): State<Arc<Api>>,
    id: InPath<String>,
    query: Asked<PeerQuery>,
    extensions: Extensions,
    body: Given,
) -> Result<StatusCode, ApiError> {
    let (id, lobby) = parameters(id, query)?;
    let event = body::event(body)?;
    let (shard, peer) = api.peer(&id, lobby).await?;
    let name = event.name().to_owned();
    api.serve(shard, BackEndRequest::SendToPeer { peer: peer.id, event }).await?;
    let (request, user) = (RequestId::of(&extensions).0, peer.name.as_str());
    tracing::debug!(request, peer = %peer.id, user, event = name, "event of the API");
    Ok(StatusCode::NO_CONTENT)
}

fn parameters(id: InPath<String>, query: Asked<PeerQuery>) -> Result<(String, Option<Lobby>), ApiError> {
    Ok((in_path(id)?, asked(query)?.lobby()?))
}
