//! The door without Socket.IO: rooms over a bare WebSocket at `/ws`, JSON in text frames.
//!
//! Everything is said in the address (`?userName=…&password=…&lobby=…&session=…`), so whoever is let in may stay
//! silent for as long as it likes.

pub mod frame;
pub mod outbox;
pub mod peer;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use parking_lot::Mutex;
use serde::Deserialize;
use tokio::sync::mpsc;

use self::peer::Peer;
use crate::admission::{Gate, Identity};
use crate::signaling::peer::{Newcomer, Purpose};
use crate::signaling::refusal::Refusal;
use crate::store::Store;

/// Bytes read at once, and written at once: such a connection carries little.
const BUFFER: usize = 4 * 1024;

/// The switches of this door.
#[derive(Debug, Clone)]
pub struct Options {
    /// Largest message in bytes.
    pub max_message: usize,
    /// Frames that may wait for a slow reader.
    pub max_queue: usize,
    /// How often a client is asked whether it is there.
    pub ping_interval: Duration,
    /// How long it may take to answer that.
    pub ping_timeout: Duration,
}

/// The door. Cheap to clone.
#[derive(Clone)]
pub struct Door {
    hall: Arc<Hall>,
}

struct Hall {
    options: Options,
    gate: Gate,
    store: Arc<Store>,
    /// Given to each conversation: when the last one drops it, all are over.
    alive: Mutex<Option<mpsc::Sender<()>>>,
    all_over: tokio::sync::Mutex<mpsc::Receiver<()>>,
}

/// What stands in the address.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Address {
    #[serde(alias = "username")]
    user_name: Option<String>,
    password: Option<String>,
    lobby: Option<String>,
    session: Option<String>,
}

impl Door {
    /// Builds the door, and the route by which one comes to it.
    pub fn new(options: Options, gate: Gate, store: Arc<Store>) -> (Self, Router) {
        let (alive, all_over) = mpsc::channel(1);
        let (alive, all_over) = (Mutex::new(Some(alive)), tokio::sync::Mutex::new(all_over));
        let hall = Arc::new(Hall { options, gate, store, alive, all_over });
        let routes = Router::new().route("/ws", any(enter)).with_state(hall.clone());
        (Self { hall }, routes)
    }

    /// Lets nobody in any more, and waits until all conversations are over.
    pub async fn close(&self) {
        self.hall.alive.lock().take();
        let _ = self.hall.all_over.lock().await.recv().await;
    }
}

async fn enter(
    State(hall): State<Arc<Hall>>,
    address: Result<Query<Address>, QueryRejection>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(_) => {
            return refuse(
                StatusCode::UPGRADE_REQUIRED,
                "This address is for WebSockets: open it with new WebSocket(…).",
            );
        }
    };
    let Ok(Query(address)) = address else {
        return refuse(StatusCode::BAD_REQUEST, "The address could not be read: /ws?userName=…&password=…");
    };
    if let Err(Refusal { message, .. }) = hall.gate.check(address.password.as_deref()) {
        return refuse(StatusCode::UNAUTHORIZED, &message);
    }
    let identity = Identity::new(address.user_name.as_deref(), address.lobby.as_deref(), address.session.as_deref());
    let Identity { name, lobby, session } = match identity {
        Ok(identity) => identity,
        Err(Refusal { message, .. }) => return refuse(StatusCode::BAD_REQUEST, &message),
    };
    let Some(alive) = hall.alive.lock().clone() else {
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "The server is going down: try again in a moment.");
    };
    let newcomer = Newcomer { name, lobby, purpose: Purpose::Rooms, session, counts: false, received: None };
    upgrade
        .max_message_size(hall.options.max_message)
        .max_frame_size(hall.options.max_message)
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .on_upgrade(async move |socket| {
            let (peer, outgoing) = Peer::arrive(newcomer, hall.store.clone(), &hall.options);
            peer.converse(socket, outgoing, &hall.options).await;
            drop(alive);
        })
}

fn refuse(status: StatusCode, message: &str) -> Response {
    (status, format!("{message}\n")).into_response()
}
