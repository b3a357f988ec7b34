//! The requests that open a bare WebSocket: who is admitted, and as what.

use std::sync::Arc;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Extension, Path, Query, RawQuery, State};
use axum::http::{Extensions, HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::connection::{self, Connection, ConnectionInfo};
use super::dialect::Dialect;
use super::pair_requests;
use super::state::{Denied, WebSocketState, refuse};
use crate::auth::client_addr::ClientAddr;
use crate::auth::{Asker, AuthError, Claims, Credentials, Identity};
use crate::core::command::{Newcomer, Purpose};
use crate::hub::peer::Admission;
use crate::net::connection_limiter::ConnectionPermit;
use crate::net::request_id::RequestId;
use crate::protocol::name::Lobby;
use crate::protocol::refusal::{Code, Refusal};

/// Bytes read at once, and written at once: such a connection carries little.
const BUFFER: usize = 4 * 1024;

type Upgrade = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

/// `GET /ws?userName=…&password=…`: rooms.
pub async fn enter_rooms(
    State(state): State<Arc<WebSocketState>>,
    credentials: Result<Query<Credentials>, QueryRejection>,
    RawQuery(query): RawQuery,
    Extension(client_addr): Extension<ClientAddr>,
    (extensions, headers): (Extensions, HeaderMap),
    upgrade: Upgrade,
) -> Response {
    let Ok(upgrade) = upgrade else { return upgrade_required() };
    let Ok(Query(credentials)) = credentials else {
        return refuse(StatusCode::BAD_REQUEST, "The address could not be read: /ws?userName=…&password=…");
    };
    match state.authenticator.admit(&Asker::of("rooms", client_addr, &headers), &credentials).await {
        Ok(Identity { name, lobby, session, rooms, remark }) => {
            let newcomer = Newcomer {
                name,
                lobby,
                purpose: Purpose::Rooms,
                session,
                counts: false,
                attempt: 0,
                received: None,
                heard: None,
            };
            let admission = Admission { newcomer, rooms };
            admit(state, upgrade, (&extensions, query), admission, Dialect::Rooms, remark)
        }
        Err(error) => {
            let request = RequestId::of(&extensions);
            let who = Denied { service: "rooms", name: credentials.user_name.as_deref(), client_addr, request };
            deny(&state, upgrade, &Dialect::Rooms, who, error).await
        }
    }
}

/// `GET /?userId=…`: pairs.
pub async fn enter_pairs(
    State(state): State<Arc<WebSocketState>>,
    access: Result<Query<pair_requests::Access>, QueryRejection>,
    RawQuery(query): RawQuery,
    Extension(client_addr): Extension<ClientAddr>,
    (extensions, headers): (Extensions, HeaderMap),
    upgrade: Upgrade,
) -> Response {
    let (Ok(upgrade), Ok(Query(access))) = (upgrade, access) else {
        return refuse(StatusCode::BAD_REQUEST, "The request could not be read: open new WebSocket(\"…/?userId=1\").");
    };
    let claimed = access.user_id.as_deref().map_or(Value::Null, Value::from);
    let request = RequestId::of(&extensions);
    let who = Denied { service: "pairs", name: claimed.as_str(), client_addr, request };
    let checked = pair_requests::check(&state, &Asker::of("pairs", client_addr, &headers), access).await;
    let user =
        |claims: Option<Claims>| (pair_requests::user(claims.as_ref(), &claimed), claims.and_then(|it| it.rooms));
    let (id, rooms) = match checked.map(user) {
        Ok(user) => user,
        Err(error) => {
            let dialect = Dialect::Pairs(pair_requests::location(client_addr));
            return deny(&state, upgrade, &dialect, who, error).await;
        }
    };
    match id {
        Ok(id) => {
            let (name, lobby, purpose) = (id.text().clone(), Lobby::default(), Purpose::Pairs);
            let admission = Admission { newcomer: Newcomer::without_session(name, lobby, purpose), rooms };
            let dialect = Dialect::Pairs(pair_requests::location(client_addr));
            admit(state, upgrade, (&extensions, query), admission, dialect, None)
        }
        Err(refusal) if refusal.code == Code::WrongToken => {
            state.log_refused(who, &refusal);
            refuse(StatusCode::UNAUTHORIZED, &refusal.message)
        }
        Err(refusal) => {
            state.log_refused(who, &refusal);
            upgrade.on_upgrade(connection::reject)
        }
    }
}

/// `GET /gst?userName=…&password=…`: streams, by GStreamer's protocol. `webrtcsink` removes the query: so the password or
/// token may be in `Authorization: Bearer`, and the lobby in the path, `/gst/LOBBY`.
pub async fn enter_gst(
    State(state): State<Arc<WebSocketState>>,
    (lobby, headers): (Result<Path<String>, PathRejection>, HeaderMap),
    credentials: Result<Query<Credentials>, QueryRejection>,
    RawQuery(query): RawQuery,
    Extension(client_addr): Extension<ClientAddr>,
    extensions: Extensions,
    upgrade: Upgrade,
) -> Response {
    let Ok(upgrade) = upgrade else { return upgrade_required() };
    let (Some(authenticator), Ok(Query(credentials))) = (&state.options.gst, credentials) else {
        return refuse(StatusCode::BAD_REQUEST, "The address could not be read: /gst?userName=…&password=…");
    };
    let mut credentials = credentials.or_bearer(&headers);
    if let Ok(Path(lobby)) = lobby {
        credentials.lobby = Some(lobby);
    }
    match authenticator.admit(&Asker::of("gst", client_addr, &headers), &credentials).await {
        Ok(Identity { name, lobby, remark, .. }) => {
            let purpose = Purpose::Gst;
            let newcomer = Newcomer::without_session(name, lobby, purpose);
            admit(state, upgrade, (&extensions, query), newcomer.into(), Dialect::Gst, remark)
        }
        Err(error) => {
            let request = RequestId::of(&extensions);
            let who = Denied { service: "gst", name: credentials.user_name.as_deref(), client_addr, request };
            deny(&state, upgrade, &Dialect::Gst, who, error).await
        }
    }
}

/// The response to a client that is not admitted. One that may come again soon learns so by the WebSocket: pages cannot
/// read another response.
async fn deny(
    state: &WebSocketState,
    upgrade: WebSocketUpgrade,
    dialect: &Dialect,
    who: Denied<'_>,
    error: AuthError,
) -> Response {
    if error.refusal.code == Code::Unavailable {
        state.log_refused(who, &error.refusal);
        let dialect = dialect.clone();
        return upgrade.on_upgrade(async move |socket| connection::refuse(socket, &dialect, &error.refusal).await);
    }
    let (status, Refusal { message, .. }) = state.deny(who, error).await;
    refuse(status, &message)
}

/// The response to a request for a WebSocket's address that asks for no WebSocket.
fn upgrade_required() -> Response {
    let sentence = "This address is for WebSockets: open it with new WebSocket(…).";
    // Such a response has to say to what (RFC 9110, section 15.5.22).
    ([(header::UPGRADE, "websocket")], refuse(StatusCode::UPGRADE_REQUIRED, sentence)).into_response()
}

fn admit(
    state: Arc<WebSocketState>,
    upgrade: WebSocketUpgrade,
    (extensions, query): (&Extensions, Option<String>),
    admission: Admission,
    dialect: Dialect,
    remark: Option<Refusal>,
) -> Response {
    // Before the question whether the server stops: then it waits for this connection, or does not admit it.
    let token = state.connections.token();
    if state.connections.is_closed() {
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "The server is going down: try again in a moment.");
    }
    // Only with --chaos.
    if !state.hub.recorder().away(&admission.newcomer.name).is_zero() {
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "The inspector keeps this client away for a while.");
    }
    let permit = extensions.get::<Arc<ConnectionPermit>>().cloned();
    let info = ConnectionInfo {
        conn: extensions.get().cloned(),
        request: RequestId::of(extensions),
        address: extensions.get().map(ClientAddr::address),
        through_proxy: extensions.get().is_some_and(ClientAddr::is_through_proxy),
        heartbeat: dialect.ping().is_some()
            && query.is_some_and(|query| query.split('&').any(|pair| pair == "heartbeat=1")),
    };
    upgrade
        .max_message_size(state.options.max_message)
        .max_frame_size(state.options.max_message)
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .on_upgrade(async move |socket| {
            let (connection, queued) = match Connection::new(admission, dialect.clone(), info, &state).await {
                Ok(connected) => connected,
                Err(refusal) => return connection::refuse(socket, &dialect, &refusal).await,
            };
            if let Some(remark) = remark {
                connection.remark(&remark);
            }
            connection.run(socket, queued, &state.options).await;
            drop((token, permit));
        })
}
