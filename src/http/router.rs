//! The router: which path leads where, and which layers a request passes before.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use tower::ServiceExt;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use super::allowed_origins::AllowedOrigins;
use super::api::{self, AddressReply, Addresses};
use super::authority::{self, Authority};
use super::browser_client::{self, BrowserClient};
use super::client_addr::{self, Proxies};
use super::ice_servers::IceService;
use super::options::RouterOptions;
use super::origin::{self, Origins};
use super::pages::{self, Pages};
use super::public_url::PublicUrl;
use super::{connection, connection_limit, error_page, inspector, library};
use crate::inspect::recorder::Recorder;
use crate::net::connection_limiter::ConnectionLimiter;
use crate::random;
use crate::transport::websocket;

/// The page that checks a device.
const CHECK: &str = "/check";

/// Whether the server accepts new calls: false once it is stopping.
pub(crate) type Ready = Arc<AtomicBool>;

/// What the router leads to.
pub(crate) struct Services {
    /// The routes of Socket.IO.
    pub socketio: Router,
    /// The routes of bare WebSockets.
    pub websocket: websocket::service::Routes,
    /// What sends ICE servers.
    pub ice: IceService,
    /// The server's own authority, if it signed the certificate.
    pub authority: Option<Authority>,
    /// Whether the server accepts new calls.
    pub ready: Ready,
    /// Where other devices reach this server.
    pub addresses: Arc<Addresses>,
    /// Whose pages may connect, besides those of this machine and its network.
    pub origins: AllowedOrigins,
    /// How many clients may connect.
    pub limiter: Arc<ConnectionLimiter>,
}

/// Builds the router around these services.
///
/// # Errors
/// A folder that does not exist, and an `--allow-origin` that is not an origin.
pub(crate) fn build(options: &RouterOptions, services: Services, recorder: &Recorder) -> Result<Router> {
    let Services { socketio, websocket, ice, authority, ready, addresses, origins, limiter } = services;
    let origins = Arc::new(Origins::new(options, origins, recorder.clone()));
    // What a folder has under one of these names is served instead.
    let is_free = |path: &str| options.folder.as_ref().is_none_or(|folder| !folder.join(&path[1..]).exists());
    let has_own = authority.is_some();
    // Behind --public-url browsers see the certificate of a proxy.
    let own_authority = has_own && options.public_url.is_none() && is_free(authority::PAGE);
    let https = !options.http_only || options.public_url.as_ref().is_some_and(PublicUrl::is_secure);
    let addresses = AddressReply { known: addresses, own_authority, https };
    let pages = Arc::new(Pages::new(options, origins.clone(), has_own, recorder.clone(), ice.servers())?);
    let client = Arc::new(BrowserClient::new(options.client_dir.as_deref())?);
    let guarded = |transport: Router| {
        transport
            .layer(RequestBodyTimeoutLayer::new(options.body_timeout))
            .layer(middleware::from_fn_with_state(limiter.clone(), connection_limit::enforce))
            .layer(middleware::from_fn_with_state(origins.clone(), origin::check))
            .layer(cors())
    };

    let mut router = Router::new()
        .merge(guarded(socketio.merge(websocket.own)))
        // A page of any origin may load the client. The handshake tells it if it may not connect.
        .route("/socket.io/{file}", get(browser_client::serve).with_state(client))
        .route("/healthz", get("ok\n"))
        .route("/readyz", get(readiness).with_state(ready))
        .route("/api/qr.svg", get(api::qr))
        .route("/api/addresses", get(api::addresses).with_state(addresses))
        .merge(ice.route(&origins))
        .route("/api/connection", get(connection::seen).with_state(random::hex_key()))
        .fallback_service(any(pages::serve).with_state(pages.clone()));
    let for_check = pages.clone();
    if let Some(root) = websocket.root.map(guarded) {
        let either = move |request: Request| websocket_or_page(root.clone(), pages.clone(), request);
        router = router.route("/", any(either));
    }
    if let Some(inspector) = recorder.inspector() {
        // Without CORS: no page of another origin may read what these reply.
        let connections = inspector::connections(inspector.clone())
            .layer(middleware::from_fn_with_state(limiter.clone(), connection_limit::enforce))
            .layer(middleware::from_fn_with_state(origins.clone(), origin::check));
        router = router.merge(connections).merge(inspector::pages());
    }
    for (path, route) in library::routes()? {
        if is_free(path) {
            router = router.route(path, route);
        }
    }
    if is_free(CHECK) {
        router = router.route(CHECK, get(pages::serve_check).with_state(for_check));
        router = router.route("/check/{*path}", get(pages::serve_check_file));
    }
    if let Some(authority) = authority {
        router = router.merge(authority.routes(own_authority));
    }
    #[cfg(feature = "otel")]
    let router = router.layer(middleware::from_fn(client_addr::traced));
    let proxies = Proxies::new(options.trust_proxy.clone());
    let router = router.layer(middleware::from_fn_with_state(proxies, client_addr::insert));
    let router = router.layer(middleware::from_fn(error_page::insert));
    // Browsers must not guess another type than the header names.
    let nosniff = HeaderValue::from_static("nosniff");
    Ok(router.layer(SetResponseHeaderLayer::overriding(header::X_CONTENT_TYPE_OPTIONS, nosniff)))
}

/// Lets pages of all origins read replies, so that a page which [`origin::check`] rejects can read why.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::mirror_request())
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(AllowHeaders::mirror_request())
        .allow_credentials(true)
        .max_age(Duration::from_secs(600))
}

/// `GET /readyz`.
async fn readiness(State(ready): State<Ready>) -> Response {
    if ready.load(Ordering::Relaxed) {
        "ready\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response()
    }
}

/// The path `/` has a page, and the WebSocket of pairs.
async fn websocket_or_page(websocket: Router, pages: Arc<Pages>, request: Request) -> Response {
    // A client that offers HTTP/2 sends this header as well, with another value. It gets its page by HTTP/1.1.
    let upgrade = request.headers().get(header::UPGRADE).and_then(|upgrade| upgrade.to_str().ok());
    if upgrade.is_some_and(|upgrade| upgrade.to_ascii_lowercase().contains("websocket")) {
        let Ok(response) = websocket.oneshot(request).await;
        return response;
    }
    pages::serve(State(pages), request).await
}
