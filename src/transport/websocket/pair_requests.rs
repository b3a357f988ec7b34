//! The HTTP requests by which rooms of two are made and destroyed.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Extension, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::Value;

use super::state::{Denied, WebSocketState, status_of};
use crate::auth::client_addr::ClientAddr;
use crate::auth::{Asker, AuthError, Claims, Credentials};
use crate::net::request_id::RequestId;
use crate::protocol::pair::{ClientLocation, PairId};
use crate::protocol::refusal::{Code, Refusal};
use crate::protocol::websocket::pairs::{CREATE, DESTROY, RoomRequest, room_and_user};
use crate::refusals;

/// What the address says: `?userId=…&password=…&token=…`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Access {
    /// The user, on the WebSocket.
    pub user_id: Option<String>,
    password: Option<String>,
    token: Option<String>,
}

/// Checks the credentials of a client. The course has no password: the server asks for one only where one was chosen, or
/// tokens were.
///
/// # Errors
/// `wrong-password`, `wrong-token`, `not-admitted`, `unavailable`.
pub async fn check(state: &WebSocketState, asker: &Asker<'_>, access: Access) -> Result<Option<Claims>, AuthError> {
    let Access { user_id: user_name, password, token } = access;
    let credentials = Credentials { user_name, password, token, ..Credentials::default() };
    match &state.options.pairs {
        Some(authenticator) => authenticator.check(asker, &credentials).await,
        None => Ok(None),
    }
}

/// The user: the name that is proven, else the id that the client claims. Others reach a user by its id, so another claim is
/// rejected.
///
/// # Errors
/// `wrong-token` for an id that is not the proven name; those of [`PairId::new`].
pub fn user(claims: Option<&Claims>, claimed: &Value) -> Result<PairId, Refusal> {
    let Some(name) = claims.and_then(|claims| claims.name.as_ref()) else { return PairId::new(claimed) };
    if claimed.is_null() {
        return PairId::new(&name.as_str().into());
    }
    let id = PairId::new(claimed)?;
    if id.text().as_str() != name {
        return Err(Refusal::new(
            Code::WrongToken,
            "The userId is not the name that is proven for you: use that, or leave it out.",
        ));
    }
    Ok(id)
}

/// Where a client is, as the rules of pairs compare it.
pub fn location(client_addr: ClientAddr) -> ClientLocation {
    let (address, ip_prefix) = (client_addr.address().to_string(), client_addr.network().to_string());
    ClientLocation { address: address.into(), ip_prefix: ip_prefix.into() }
}

/// The routes.
pub fn routes() -> Router<Arc<WebSocketState>> {
    Router::new().route("/create-room", post(create)).route("/destroy-room", post(destroy))
}

async fn create(
    State(state): State<Arc<WebSocketState>>,
    Query(access): Query<Access>,
    Extension(client_addr): Extension<ClientAddr>,
    (id, headers): (Option<Extension<RequestId>>, HeaderMap),
    body: Bytes,
) -> Response {
    let checked = check(&state, &Asker::of("pairs", client_addr, &headers), access).await;
    respond(&state, &CREATE, (client_addr, id), checked, async |claims| {
        let (room, claimed) = room_and_user(&body)?;
        if claims.as_ref().and_then(|claims| claims.rooms.as_ref()).is_some_and(|rooms| !rooms.contains(&room)) {
            return Err(Refusal::room_not_granted());
        }
        state.hub.make_pair(room, user(claims.as_ref(), &claimed)?, location(client_addr)).await
    })
    .await
}

async fn destroy(
    State(state): State<Arc<WebSocketState>>,
    Query(access): Query<Access>,
    Extension(client_addr): Extension<ClientAddr>,
    (id, headers): (Option<Extension<RequestId>>, HeaderMap),
    body: Bytes,
) -> Response {
    let checked = check(&state, &Asker::of("pairs", client_addr, &headers), access).await;
    respond(&state, &DESTROY, (client_addr, id), checked, async |claims| {
        let (room, claimed) = room_and_user(&body)?;
        state.hub.destroy_pair(room, user(claims.as_ref(), &claimed).ok(), location(client_addr)).await
    })
    .await
}

async fn respond(
    state: &WebSocketState,
    request: &RoomRequest,
    (client_addr, id): (ClientAddr, Option<Extension<RequestId>>),
    checked: Result<Option<Claims>, AuthError>,
    act: impl AsyncFnOnce(Option<Claims>) -> Result<(), Refusal>,
) -> Response {
    let request_id = id.map(|Extension(id)| id).unwrap_or_default();
    let refuse = |status, refusal: &Refusal| (status, Json(request.rejected(refusal))).into_response();
    let claims = match checked {
        Ok(claims) => claims,
        Err(error) => {
            let who = Denied { service: "pairs", name: None, client_addr, request: request_id };
            let (status, refusal) = state.deny(who, error).await;
            return refuse(status, &refusal);
        }
    };
    match act(claims).await {
        Ok(()) => Json(request.accepted()).into_response(),
        Err(refusal) => {
            refusals::refused_at_entry(request_id.0, None, request.event, refusal.code.name(), &refusal.message);
            refuse(status_of(refusal.code), &refusal)
        }
    }
}
