//! `GET /api/ice-servers`: the ICE servers, for clients that may connect.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use lru::LruCache;
use parking_lot::Mutex;
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::origin::{self, Origins};
use crate::auth::client_addr::{ClientAddr, RateLimitKey};
use crate::auth::rate_limiter::{RateDecision, RateLimiter};
use crate::auth::{Asker, AuthError, Authenticator, Claims, Credentials};
use crate::ice::ice_servers::{IceServerList, IceServers};
use crate::ice::limits::{MAX_ADDRESSES, REQUESTS};
use crate::inspect::recorder::Recorder;
use crate::net::request_id::RequestId;
use crate::net::tcp_handle::TcpHandle;
use crate::protocol::name::UserName;
use crate::protocol::refusal::{Code, Refusal};
use crate::refusals;

/// How it names itself in the log and to the inspector.
const SERVICE: &str = "ice-servers";

/// What answers the requests.
pub(crate) struct IceService {
    servers: Arc<IceServers>,
    authenticator: Authenticator,
    recorder: Recorder,
    limiters: Mutex<LruCache<RateLimitKey, RateLimiter>>,
    closing: CancellationToken,
}

/// The body of a refusal.
#[derive(Serialize)]
struct Body {
    code: &'static str,
    message: Cow<'static, str>,
}

/// A refusal, with which status and after which time the client receives it.
type Rejection = (StatusCode, Refusal, Duration);

impl IceService {
    /// Gives these servers to clients that this authenticator admits. Rejections that wait are sent once `closing` is
    /// cancelled.
    pub(crate) fn new(
        servers: Arc<IceServers>,
        authenticator: Authenticator,
        recorder: Recorder,
        closing: CancellationToken,
    ) -> Self {
        if let Some(inspector) = recorder.inspector() {
            let list = servers.for_user("", None).ice_servers;
            inspector.note_ice_servers(list.iter().flat_map(|server| &server.urls).map(String::as_str));
        }
        // Bounded below: a bounded cache allocates all of its capacity at once.
        Self { servers, authenticator, recorder, limiters: Mutex::new(LruCache::unbounded()), closing }
    }

    /// The ICE servers that it gives out.
    pub(super) fn servers(&self) -> Arc<IceServers> {
        self.servers.clone()
    }

    /// The route, for pages of the allowed origins.
    pub(super) fn route(self, origins: &Arc<Origins>) -> Router {
        Router::new()
            .route("/api/ice-servers", get(list).with_state(Arc::new(self)))
            .layer(middleware::from_fn_with_state(origins.clone(), check_origin))
            .layer(cors(origins.clone()))
    }

    /// Counts a request from this address. Returns false for one too many.
    fn is_in_time(&self, address: RateLimitKey, now: Instant) -> bool {
        let mut limiters = self.limiters.lock();
        let limiter = limiters.get_or_insert_mut(address, || RateLimiter::new(REQUESTS, now));
        let is_in_time = limiter.take(now) == RateDecision::Accept;
        if limiters.len() > MAX_ADDRESSES {
            limiters.pop_lru();
        }
        is_in_time
    }

    async fn answer(
        &self,
        asker: &Asker<'_>,
        reached: Option<IpAddr>,
        credentials: &Credentials,
    ) -> Result<IceServerList, Rejection> {
        let client_addr = asker.client_addr;
        if !self.is_in_time(client_addr.network(), Instant::now()) {
            let sentence = "Too many requests for ICE servers from your address: ask again when the last ones expire.";
            return Err((StatusCode::TOO_MANY_REQUESTS, Refusal::new(Code::RateLimited, sentence), Duration::ZERO));
        }
        match self.authenticator.check(asker, credentials).await {
            Ok(Some(Claims { ice_servers: Some(given), ttl, .. })) => {
                Ok(IceServerList::given(&given, ttl.unwrap_or(self.servers.ttl())))
            }
            Ok(Some(Claims { name: Some(name), .. })) => match UserName::new(&name) {
                Ok(name) => Ok(self.servers.for_user(name.as_str(), reached)),
                Err(refusal) => Err((StatusCode::BAD_REQUEST, refusal, Duration::ZERO)),
            },
            Ok(_) => {
                let name = credentials.user_name.as_deref().unwrap_or_default();
                Ok(self.servers.for_guest(client_addr, name, reached))
            }
            Err(AuthError { refusal, wait }) if refusal.code == Code::Unavailable => {
                Err((StatusCode::SERVICE_UNAVAILABLE, refusal, wait))
            }
            Err(AuthError { refusal, wait }) if refusal.code == Code::NotAdmitted => {
                Err((StatusCode::FORBIDDEN, refusal, wait))
            }
            Err(AuthError { refusal, wait }) => Err((StatusCode::UNAUTHORIZED, refusal, wait)),
        }
    }
}

/// Lets pages of allowed origins read the replies, and send a token or password as a header.
fn cors(origins: Arc<Origins>) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin: &HeaderValue, _: &Parts| origins.allows(origin)))
        .allow_methods([Method::GET])
        .allow_headers([header::AUTHORIZATION])
        .max_age(Duration::from_secs(600))
}

/// Rejects a request of a page whose origin is not allowed.
async fn check_origin(State(origins): State<Arc<Origins>>, request: Request, next: Next) -> Response {
    match origin::rejected(&origins, SERVICE, &request) {
        Some(message) => reject(StatusCode::FORBIDDEN, "wrong-origin", message.into()),
        None => next.run(request).await,
    }
}

/// `GET /api/ice-servers?password=…` or `?token=…`, or with `Authorization: Bearer` and one of these (RFC 6750); and
/// `userName`.
async fn list(
    State(service): State<Arc<IceService>>,
    Extension(client_addr): Extension<ClientAddr>,
    conn: Option<Extension<TcpHandle>>,
    id: Option<Extension<RequestId>>,
    credentials: Result<Query<Credentials>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let Ok(Query(credentials)) = credentials else {
        let sentence = "The address could not be read: /api/ice-servers?password=…";
        return reject(StatusCode::BAD_REQUEST, Code::BadPayload.name(), sentence.into());
    };
    let credentials = credentials.or_bearer(&headers);
    let reached = reached(client_addr, conn.as_deref());
    match service.answer(&Asker::of(SERVICE, client_addr, &headers), reached, &credentials).await {
        Ok(list) => ([(header::CACHE_CONTROL, "no-store")], Json(list)).into_response(),
        Err((status, Refusal { code, message, .. }, wait)) => {
            let name = credentials.user_name.as_deref();
            refusals::refused_at_entry(id.map_or(0, |Extension(id)| id.0), name, SERVICE, code.name(), &message);
            let address = Some(client_addr.address());
            service.recorder.rejected(SERVICE, name, (code.name(), &message), None, address);
            let _ = tokio::time::timeout(wait, service.closing.cancelled()).await;
            reject(status, code.name(), message)
        }
    }
}

/// The address of this machine to which a client is connected; `None` through a proxy, since only that may reach it.
pub(super) fn reached(client_addr: ClientAddr, conn: Option<&TcpHandle>) -> Option<IpAddr> {
    conn.filter(|_| !client_addr.is_through_proxy())?.own_address().map(|address| address.ip())
}

/// A refusal as the client receives it.
fn reject(status: StatusCode, code: &'static str, message: Cow<'static, str>) -> Response {
    let mut response = (status, [(header::CACHE_CONTROL, "no-store")], Json(Body { code, message })).into_response();
    // The headers that go with these statuses (RFC 9110, section 11.6.1; RFC 6585, section 4).
    match status {
        StatusCode::UNAUTHORIZED => {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
        }
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"))
        }
        _ => None,
    };
    response
}
