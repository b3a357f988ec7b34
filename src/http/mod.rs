//! One router: pages, the browser client, health, and the doors' routes, with the checks that stand before them.

pub mod api;
pub mod client;
pub mod client_addr;
pub mod listing;
pub mod origin;
pub mod own_page;
pub mod pages;
pub mod public_url;
pub mod web_origin;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use tower::ServiceExt;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use self::api::Addresses;
use self::client::Client;
use self::client_addr::Proxies;
use self::origin::Origins;
use self::pages::Pages;
use self::public_url::PublicUrl;
use crate::auth::client_addr::ClientAddr;
use crate::net::connection_limiter::ConnectionLimiter;
use crate::net::proxies::TrustedProxies;
use crate::{metrics, transport::socketio, transport::websocket};

/// What the router needs to know.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Pages to serve instead of the built-in ones.
    pub folder: Option<PathBuf>,
    /// The official client's files, to be served instead of ours.
    pub client_dir: Option<PathBuf>,
    /// Web origins that may connect, besides those of this machine and its network.
    pub allow_origin: Vec<String>,
    /// The exact names in the certificate that the user has given: their pages may connect, too.
    pub certified: Vec<String>,
    /// The proxies in front that are believed who a visitor is.
    pub trust_proxy: TrustedProxies,
    /// Where browsers open this server, if that is not its own address.
    pub public_url: Option<PublicUrl>,
    /// Connections in all.
    pub max_connections: usize,
    /// Connections from one address.
    pub max_per_address: usize,
    /// How long the body of a request may stand still.
    pub patience: Duration,
}

/// Where our certificate authority's certificate can be fetched, to be installed on a phone.
pub const AUTHORITY_PATH: &str = "/switchboard-ca.crt";

/// Whether new calls are taken: no longer once the server is stopping.
pub type Ready = Arc<AtomicBool>;

/// Builds the router around the routes of the doors. `authority` is our own certificate authority's
/// certificate, PEM, where there is one.
///
/// # Errors
/// A folder that is not there, and an origin that is none.
pub fn router(
    options: &Options,
    authority: Option<String>,
    course: Router,
    bare: websocket::Routes,
    ready: Ready,
    addresses: Arc<Addresses>,
) -> Result<Router> {
    let public_origin = options.public_url.as_ref().map(|url| url.origin().to_string());
    let allowed: Vec<_> = options.allow_origin.iter().cloned().chain(public_origin).collect();
    let origins = Arc::new(Origins::new(&allowed, &options.certified)?);
    let pages = Arc::new(Pages::new(options, origins.clone())?);
    let client = Arc::new(Client::new(options.client_dir.as_deref())?);

    // Any page may read what it is answered: whether it may connect is decided by `origin::check`, behind this, and a
    // page that is refused reads why.
    let cors = CorsLayer::new()
        .allow_origin(AllowOrigin::mirror_request())
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(AllowHeaders::mirror_request())
        .allow_credentials(true)
        .max_age(Duration::from_secs(600));
    let limiter = ConnectionLimiter::new(options.max_connections, options.max_per_address);
    let guarded = |doors: Router| {
        doors
            .layer(RequestBodyTimeoutLayer::new(options.patience))
            .layer(middleware::from_fn_with_state(limiter.clone(), take_place))
            .layer(middleware::from_fn_with_state(origins.clone(), origin::check))
            .layer(cors.clone())
    };

    let mut router = Router::new()
        .merge(guarded(course.merge(bare.own)))
        // Public files: a page of any origin may load them, and is told by the handshake if it may not connect.
        .route("/socket.io/{file}", get(client::serve).with_state(client))
        .route("/healthz", get("ok\n"))
        .route("/readyz", get(readiness).with_state(ready))
        .route("/api/qr.svg", get(api::qr))
        .route("/api/addresses", get(api::addresses).with_state(addresses))
        .fallback_service(any(pages::serve).with_state(pages.clone()));
    if let Some(root) = bare.root.map(guarded) {
        let either = move |request: Request| enter_or_see(root.clone(), pages.clone(), request);
        router = router.route("/", any(either));
    }
    if let Some(pem) = authority {
        let kind = HeaderValue::from_static("application/x-x509-ca-cert");
        router = router.route(AUTHORITY_PATH, get(move || async move { ([(header::CONTENT_TYPE, kind)], pem) }));
    }
    let proxies = Proxies::new(options.trust_proxy.clone());
    let router = router.layer(middleware::from_fn_with_state(proxies, client_addr::carry));
    // Browsers must not guess another type than the header says.
    let nosniff = HeaderValue::from_static("nosniff");
    Ok(router.layer(SetResponseHeaderLayer::overriding(header::X_CONTENT_TYPE_OPTIONS, nosniff)))
}

async fn readiness(State(ready): State<Ready>) -> Response {
    if ready.load(Ordering::Relaxed) {
        "ready\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response()
    }
}

/// At `/` there is a WebSocket for some, and a page for the others.
async fn enter_or_see(door: Router, pages: Arc<Pages>, request: Request) -> Response {
    // Clients that could do HTTP/2 ask for that by the same header, and may be left with HTTP/1.1.
    let upgrade = request.headers().get(header::UPGRADE).and_then(|upgrade| upgrade.to_str().ok());
    if upgrade.is_some_and(|upgrade| upgrade.to_ascii_lowercase().contains("websocket")) {
        let Ok(response) = door.oneshot(request).await;
        return response;
    }
    pages::serve(State(pages), request).await
}

/// Gives each that opens a connection a place, where there is one left; a connection lasts as long as its place is kept.
async fn take_place(State(limiter): State<Arc<ConnectionLimiter>>, mut request: Request, next: Next) -> Response {
    if opens_connection(&request) {
        let client_addr = request.extensions().get().copied().unwrap_or_else(ClientAddr::unknown);
        match limiter.enter(client_addr.address()) {
            Ok(permit) => request.extensions_mut().insert(Arc::new(permit)),
            Err(full) => {
                metrics::warn(full.reason(), format!("connection refused: {full}"));
                let again = [(header::RETRY_AFTER, HeaderValue::from_static("10"))];
                return (StatusCode::SERVICE_UNAVAILABLE, again, format!("{full}\n")).into_response();
            }
        };
    }
    next.run(request).await
}

/// Whether a request begins a conversation: a Socket.IO session that has no id yet, or a bare WebSocket.
fn opens_connection(request: &Request) -> bool {
    if request.uri().path().trim_end_matches('/') == socketio::PATH {
        return !socketio::requests::has_session(request);
    }
    request.headers().contains_key(header::UPGRADE)
}
