//! The doors alone, without the building around them: to look into what the wire does not show. Whoever has gone must
//! have left nothing, neither with us nor with the library.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use switchboard::admission::visitor::Visitor;
use switchboard::config::Config;
use switchboard::signaling::limits::Limits;
use switchboard::store::Store;
use switchboard::{socketio, websocket};
use tokio::net::TcpListener;

use super::within;

/// Put into each request, and kept by the library for as long as it keeps the session that the request opened.
struct Tag(Arc<()>);

/// Doors, and the store behind them.
pub struct Entrance {
    pub address: SocketAddr,
    pub door: socketio::Door,
    pub store: Arc<Store>,
    tag: Arc<Tag>,
}

impl Entrance {
    /// Opens the doors with these flags, as if they stood on the command line. What waits for somebody waits no longer
    /// than the reconnect grace.
    pub async fn open(flags: &[&str]) -> Self {
        let mut config = Config::from_args(flags.iter().copied()).expect("good flags");
        // Here nobody waits to be told that a password is wrong.
        config.who.guesses.step = Duration::ZERO;
        let limits = config.limits();
        let limits = Limits { letter_ttl: limits.grace, early_ttl: limits.grace, ..limits };
        let store = Arc::new(Store::new(limits));
        let gate = config.gate().expect("a gate");
        let (door, course) = socketio::Door::new(config.socketio(), gate.clone(), store.clone());
        let (_, bare) = websocket::Door::new(config.websocket(&gate), gate, store.clone());
        let routes = course.merge(bare.own).merge(bare.root.expect("pairs are not closed"));
        let tag = Arc::new(Tag(Arc::new(())));
        let routes = routes.layer(middleware::from_fn_with_state(tag.clone(), prepare));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (tended, looked_after) = (door.clone(), store.clone());
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(Duration::from_millis(100));
            loop {
                ticks.tick().await;
                looked_after.expire();
                tended.tend();
            }
        });
        let announced = store.clone();
        tokio::spawn(async move { announced.announce().await });
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { address, door, store, tag }
    }

    /// Whether we keep nothing of anybody.
    pub fn is_empty(&self) -> bool {
        self.door.is_empty()
    }

    /// Waits until nothing is kept of anybody, neither by us nor by the library.
    pub async fn expect_empty(&self) {
        within("the door to be empty", async {
            while !self.is_empty() || self.sessions() > 0 {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }

    /// Waits until we keep nothing of anybody. The library, once it is closed, no longer lets go what it has.
    pub async fn expect_forgotten(&self) {
        within("the door to be empty", async {
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
        self.door.close().await;
        self.store.end_all();
    }
}

/// Does what the building does for its doors, and puts the tag on.
async fn prepare(State(tag): State<Arc<Tag>>, mut request: Request, next: Next) -> Response {
    let extensions = request.extensions_mut();
    extensions.insert(tag.0.clone());
    extensions.insert(Visitor::unknown());
    next.run(request).await
}
