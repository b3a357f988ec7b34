//! The WebSocket service and its routes.

use std::sync::Arc;

use axum::Router;
use axum::routing::any;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::state::{WebSocketOptions, WebSocketState};
use super::{admission, pair_requests};
use crate::auth::Authenticator;
use crate::hub::order::Hub;

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct WebSocketService {
    state: Arc<WebSocketState>,
}

/// The routes of the service.
pub struct Routes {
    /// Each at its own path.
    pub own: Router,
    /// WebSockets at `/`, a path that they share with a page; `None` without pairs.
    pub root: Option<Router>,
}

impl WebSocketService {
    /// Builds the service. Each request is expected to carry in its extensions the
    /// [`ClientAddr`](crate::auth::client_addr::ClientAddr) that it comes from, and the
    /// [`TcpHandle`](crate::net::tcp_handle::TcpHandle) that it comes by: without that a connection is not measured.
    pub fn new(options: WebSocketOptions, authenticator: Authenticator, hub: Arc<Hub>) -> (Self, Routes) {
        let (has_pairs, has_gst) = (options.pairs.is_some(), options.gst.is_some());
        let (connections, closing) = (TaskTracker::new(), CancellationToken::new());
        let state = Arc::new(WebSocketState { options, authenticator, hub, connections, closing });
        let rooms = Router::new().route("/ws", any(admission::enter_rooms));
        let own = if has_pairs { rooms.merge(pair_requests::routes()) } else { rooms };
        let own = if has_gst {
            own.route("/gst", any(admission::enter_gst)).route("/gst/{lobby}", any(admission::enter_gst))
        } else {
            own
        };
        let root = has_pairs.then(|| Router::new().route("/", any(admission::enter_pairs)).with_state(state.clone()));
        (Self { state: state.clone() }, Routes { own: own.with_state(state), root })
    }

    /// Admits no client any more, and waits until all connections have ended. A rejection that waits is sent
    /// now.
    pub async fn close(&self) {
        self.state.connections.close();
        self.state.closing.cancel();
        self.state.connections.wait().await;
    }
}
