//! The door without Socket.IO: rooms over a bare WebSocket at `/ws` ([`rooms`]), and the data channel course's pairs at
//! `/` ([`pairs`]); JSON in text frames.
//!
//! Who one is stands in the address (`?userName=…`, `?userId=…`), so whoever is let in may stay silent for as long as
//! it likes.

mod close_info;
pub mod outbox;
pub mod pairs;
pub mod peer;
pub mod rooms;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Extension, Query, RawQuery, State};
use axum::http::{Extensions, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::{mpsc, watch};

use self::peer::{ConnectionInfo, Dialect, Peer};
use crate::auth::client_addr::ClientAddr;
use crate::auth::rate_limiter::RateLimit;
use crate::auth::{AuthError, Authenticator, Credentials, Identity};
use crate::core::peer::{Newcomer, Purpose};
use crate::hub::Hub;
use crate::net::connection_limiter::ConnectionPermit;
use crate::protocol::name::Lobby;
use crate::protocol::refusal::{Code, Refusal};
use crate::refusals;

/// Bytes read at once, and written at once: such a connection carries little.
const BUFFER: usize = 4 * 1024;

/// The switches of this door.
#[derive(Clone)]
pub struct Options {
    /// Who may come to pairs; `None` closes that part of the door.
    pub pairs: Option<Authenticator>,
    /// Largest message in bytes.
    pub max_message: usize,
    /// Frames that may wait for a slow reader.
    pub max_queue: usize,
    /// Bytes that may wait for a slow reader.
    pub max_queue_bytes: usize,
    /// How fast a client may speak.
    pub rate_limit: RateLimit,
    /// How often a client is asked whether it is there.
    pub ping_interval: Duration,
    /// How long it may take to answer that.
    pub ping_timeout: Duration,
}

/// The door. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    state: Arc<ServiceState>,
}

struct ServiceState {
    options: Options,
    authenticator: Authenticator,
    hub: Arc<Hub>,
    /// Given to each conversation: when the last one drops it, all are over.
    alive: Mutex<Option<mpsc::Sender<()>>>,
    all_over: tokio::sync::Mutex<mpsc::Receiver<()>>,
    closing: watch::Sender<bool>,
}

/// The routes by which one comes to this door.
pub struct Routes {
    /// Each at its own path.
    pub own: Router,
    /// WebSockets at `/`, a path that they share with a page; `None` where pairs are closed.
    pub root: Option<Router>,
}

type Upgrade = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

impl Service {
    /// Builds the door. Each request is expected to carry the [`ClientAddr`] that it comes from in its extensions, and the
    /// [`TcpHandle`](crate::net::tcp_handle::TcpHandle) that it comes by: without that a connection is not measured.
    pub fn new(options: Options, authenticator: Authenticator, hub: Arc<Hub>) -> (Self, Routes) {
        let (alive, all_over) = mpsc::channel(1);
        let (alive, all_over) = (Mutex::new(Some(alive)), tokio::sync::Mutex::new(all_over));
        let has_pairs = options.pairs.is_some();
        let closing = watch::Sender::new(false);
        let state = Arc::new(ServiceState { options, authenticator, hub, alive, all_over, closing });
        let rooms = Router::new().route("/ws", any(enter_rooms));
        let own = if has_pairs { rooms.merge(pairs::routes()) } else { rooms };
        let root = has_pairs.then(|| Router::new().route("/", any(enter_pairs)).with_state(state.clone()));
        (Self { state: state.clone() }, Routes { own: own.with_state(state), root })
    }

    /// Lets nobody in any more, and waits until all conversations are over. Who waits to be told that nothing comes of it
    /// is told now.
    pub async fn close(&self) {
        self.state.alive.lock().take();
        self.state.closing.send_replace(true);
        let _ = self.state.all_over.lock().await.recv().await;
    }
}

async fn enter_rooms(
    State(state): State<Arc<ServiceState>>,
    credentials: Result<Query<Credentials>, QueryRejection>,
    RawQuery(query): RawQuery,
    Extension(client_addr): Extension<ClientAddr>,
    extensions: Extensions,
    upgrade: Upgrade,
) -> Response {
    let Ok(upgrade) = upgrade else {
        let sentence = "This address is for WebSockets: open it with new WebSocket(…).";
        // Such a reply has to say to what (RFC 9110, section 15.5.22).
        return ([(header::UPGRADE, "websocket")], refuse(StatusCode::UPGRADE_REQUIRED, sentence)).into_response();
    };
    let Ok(Query(credentials)) = credentials else {
        return refuse(StatusCode::BAD_REQUEST, "The address could not be read: /ws?userName=…&password=…");
    };
    match state.authenticator.admit(client_addr, &credentials) {
        Ok(Identity { name, lobby, session, remark }) => {
            let newcomer = Newcomer { name, lobby, purpose: Purpose::Rooms, session, counts: false, received: None };
            admit(state, upgrade, (&extensions, query), newcomer, Dialect::Rooms, remark)
        }
        Err(error) => {
            let (status, Refusal { message, .. }) = deny(&state, credentials.user_name.as_deref(), error).await;
            refuse(status, &message)
        }
    }
}

async fn enter_pairs(
    State(state): State<Arc<ServiceState>>,
    access: Result<Query<pairs::Access>, QueryRejection>,
    RawQuery(query): RawQuery,
    Extension(client_addr): Extension<ClientAddr>,
    extensions: Extensions,
    upgrade: Upgrade,
) -> Response {
    let (Ok(upgrade), Ok(Query(access))) = (upgrade, access) else {
        return refuse(StatusCode::BAD_REQUEST, "The request could not be read: open new WebSocket(\"…/?userId=1\").");
    };
    let claimed = access.user_id.as_deref().map_or(Value::Null, Value::from);
    let id = match pairs::check(&state, client_addr, access).map(|proof| pairs::user(proof.as_ref(), &claimed)) {
        Ok(id) => id,
        Err(error) => {
            let (status, Refusal { message, .. }) = deny(&state, claimed.as_str(), error).await;
            return refuse(status, &message);
        }
    };
    match id {
        Ok(id) => {
            let (name, lobby) = (id.text().clone(), Lobby::default());
            let purpose = Purpose::Pairs;
            let newcomer = Newcomer { name, lobby, purpose, session: None, counts: false, received: None };
            admit(state, upgrade, (&extensions, query), newcomer, Dialect::Pairs(pairs::address(client_addr)), None)
        }
        Err(refusal) if refusal.code == Code::WrongToken => {
            refused(claimed.as_str(), &refusal);
            refuse(StatusCode::UNAUTHORIZED, &refusal.message)
        }
        Err(refusal) => {
            refused(claimed.as_str(), &refusal);
            upgrade.on_upgrade(peer::reject)
        }
    }
}

/// Logs that a client which calls itself so does not come in.
fn refused(name: Option<&str>, Refusal { code, message }: &Refusal) {
    refusals::refused_at_entry(name, "connect", code.name(), message);
}

/// Waits until a denial may be told; then says by which status. Its place among those who wait is kept even if the
/// connection, and with it this future, is gone. A server that stops does not wait.
async fn deny(
    state: &ServiceState,
    name: Option<&str>,
    AuthError { refusal, wait }: AuthError,
) -> (StatusCode, Refusal) {
    refused(name, &refusal);
    let mut closing = state.closing.subscribe();
    tokio::select! {
        () = tokio::time::sleep(wait) => {}
        _ = closing.wait_for(|closing| *closing) => {}
    }
    let status = match refusal.code {
        Code::WrongPassword | Code::WrongToken => StatusCode::UNAUTHORIZED,
        _ => StatusCode::BAD_REQUEST,
    };
    (status, refusal)
}

fn admit(
    state: Arc<ServiceState>,
    upgrade: WebSocketUpgrade,
    (extensions, query): (&Extensions, Option<String>),
    newcomer: Newcomer,
    dialect: Dialect,
    remark: Option<Refusal>,
) -> Response {
    let Some(alive) = state.alive.lock().clone() else {
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "The server is going down: try again in a moment.");
    };
    let permit = extensions.get::<Arc<ConnectionPermit>>().cloned();
    let info = ConnectionInfo {
        conn: extensions.get().cloned(),
        through_proxy: extensions.get().is_some_and(ClientAddr::is_through_proxy),
        heartbeat: query.is_some_and(|query| query.split('&').any(|pair| pair == "heartbeat=1")),
    };
    upgrade
        .max_message_size(state.options.max_message)
        .max_frame_size(state.options.max_message)
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .on_upgrade(async move |socket| {
            let (peer, outgoing) = Peer::arrive(newcomer, dialect, info, state.hub.clone(), &state.options);
            if let Some(remark) = remark {
                peer.log_refusal("connect", &remark);
                peer.outbox.send(rooms::refused(None, None, &remark));
            }
            peer.converse(socket, outgoing, &state.options).await;
            drop((alive, permit));
        })
}

fn refuse(status: StatusCode, message: &str) -> Response {
    (status, format!("{message}\n")).into_response()
}
