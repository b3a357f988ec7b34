//! The services without the rest of the server, to look into state that the wire does not show: a client that has gone
//! must leave nothing, neither in the hub nor in the library.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use switchboard::auth::client_addr::ClientAddr;
use switchboard::config::Config;
use switchboard::hub::order::Hub;
use switchboard::net::connection_limiter::{ConnectionLimiter, ConnectionPermit};
use switchboard::protocol::limits::Limits;
use switchboard::{transport::socketio, transport::websocket};
use tokio::net::TcpListener;

use super::within;

/// Put into each request, and kept for as long as the session that the request opened.
struct Tag(Arc<ConnectionPermit>);

/// The services, and the hub behind them.
pub struct HttpServer {
    pub address: SocketAddr,
    pub service: socketio::service::SocketIoService,
    pub hub: Arc<Hub>,
    tag: Arc<Tag>,
}

impl HttpServer {
    /// Opens the services with these command-line flags. What is kept for a client is kept no longer
    /// than the reconnect grace.
    pub async fn open(flags: &[&str]) -> Self {
        let mut config = Config::from_args(flags.iter().copied()).expect("good flags");
        // Here no error about a wrong password is delayed.
        config.access.throttle.step = Duration::ZERO;
        let limits = config.limits();
        let limits = Limits { replay_ttl: limits.grace, early_ttl: limits.grace, ..limits };
        let hub = Arc::new(Hub::new(limits));
        let authenticator = config.authenticator().expect("a gate");
        let (service, course) =
            socketio::service::SocketIoService::new(config.socketio(), authenticator.clone(), hub.clone());
        let (_, bare) =
            websocket::service::WebSocketService::new(config.websocket(&authenticator), authenticator, hub.clone());
        let routes = course.merge(bare.own).merge(bare.root.expect("pairs are not closed"));
        let permit = ConnectionLimiter::new(1, 1).enter(Ipv4Addr::LOCALHOST.into()).expect("a place");
        let tag = Arc::new(Tag(Arc::new(permit)));
        let routes = routes.layer(middleware::from_fn_with_state(tag.clone(), prepare));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let looked_after = hub.clone();
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(Duration::from_millis(100));
            loop {
                ticks.tick().await;
                looked_after.tick();
            }
        });
        let served = hub.clone();
        tokio::spawn(async move { served.fan_out().await });
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { address, service, hub, tag }
    }

    /// Whether the hub keeps nothing of any client.
    pub fn is_empty(&self) -> bool {
        self.service.is_empty()
    }

    /// Waits until nothing is kept of any client, neither by the hub nor by the library.
    pub async fn expect_empty(&self) {
        within("the server to be empty", async {
            while !self.is_empty() || self.sessions() > 0 {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }

    /// Waits until the hub keeps nothing of any client. The library, once it is closed, keeps what it has.
    pub async fn expect_forgotten(&self) {
        within("the server to be empty", async {
            while !self.is_empty() {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }

    /// Sessions that the library keeps, and requests that are under way.
    pub fn sessions(&self) -> usize {
        Arc::strong_count(&self.tag.0) - 1
    }

    pub async fn close(&self) {
        self.service.close().await;
        self.hub.end_all();
    }
}

/// Does what the HTTP server does for the services, and puts the tag on.
async fn prepare(State(tag): State<Arc<Tag>>, mut request: Request, next: Next) -> Response {
    let extensions = request.extensions_mut();
    extensions.insert(tag.0.clone());
    extensions.insert(ClientAddr::unknown());
    next.run(request).await
}
