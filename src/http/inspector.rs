//! The inspector: its page, the history as JSON lines, and what the probe reports. All of this exists only while the
//! inspector is on.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::Router;
use axum::body::Body;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream;
use serde::Deserialize;

use super::built_in;
use crate::auth::client_addr::ClientAddr;
use crate::auth::same_origin::IsSameOrigin;
use crate::inspect::feed::Reader;
use crate::inspect::inspector::Inspector;
use crate::inspect::limits::MAX_FRAME;
use crate::inspect::probe::ProbedPage;
use crate::net::connection_limiter::ConnectionPermit;

/// The page and its files.
const PAGE: &str = "/inspector";
/// How long a reader of lines waits before it looks again, whether or not there is a record.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long the probe may be silent before the server asks whether it is there.
const PROBE_PING: Duration = Duration::from_secs(30);

/// The query of `GET /inspector/events`.
#[derive(Deserialize)]
struct EventsQuery {
    key: Option<String>,
    #[serde(default)]
    after: u64,
    unmasked: Option<String>,
    follow: Option<String>,
}

/// The query of `/inspector/probe`.
#[derive(Deserialize)]
struct ProbeQuery {
    key: String,
}

/// The routes that need a key.
pub(super) fn connections(inspector: Arc<Inspector>) -> Router {
    Router::new().route("/inspector/events", get(events)).route("/inspector/probe", get(probe)).with_state(inspector)
}

/// The page and its files, which need no key.
pub(super) fn pages() -> Router {
    Router::new().route(PAGE, get(page)).route("/inspector/{*path}", get(file))
}

async fn page(headers: HeaderMap) -> Response {
    built_in::serve_file("inspector/index.html", &headers)
}

/// A file of the page, or one that it shares with the built-in pages.
async fn file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    built_in::serve_part("inspector", &path, &headers)
}

/// `GET /inspector/events?key=KEY[&after=N][&unmasked=1][&follow=0]`, or with `Authorization: Bearer KEY` (RFC 6750): JSON
/// lines, about the server first, then one for each record, without an end unless `follow=0`.
async fn events(
    State(inspector): State<Arc<Inspector>>,
    Extension(IsSameOrigin(is_same_origin)): Extension<IsSameOrigin>,
    Query(query): Query<EventsQuery>,
    headers: HeaderMap,
) -> Response {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = bearer.and_then(|value| value.strip_prefix("Bearer "));
    let key = bearer.or(query.key.as_deref()).unwrap_or_default();
    if !is_same_origin {
        return (StatusCode::FORBIDDEN, "Pages of other origins may not read the inspector's records.\n")
            .into_response();
    }
    if !inspector.is_key(key) {
        let sentence = "The key of the inspector is missing or wrong: take it from the address after \"Inspector\" in the \
                        server's start-up lines, as ?key=KEY or as Authorization: Bearer KEY.\n";
        return (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")], sentence).into_response();
    }
    let is_set = |value: &Option<String>| value.as_deref().is_some_and(|value| value != "0");
    let unmasked = is_set(&query.unmasked);
    let follows = query.follow.is_none() || is_set(&query.follow);
    let first = format!("{}\n", inspector.header(unmasked));
    let lines = Lines { reader: Reader::new(inspector), after: query.after, unmasked, follows, first: Some(first) };
    let lines =
        stream::unfold(
            lines,
            |mut lines| async move { lines.next().await.map(|text| (Ok::<_, Infallible>(text), lines)) },
        );
    let head = [
        (header::CONTENT_TYPE, "application/jsonl; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        // nginx would collect records until its buffer is full.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (head, Body::from_stream(lines)).into_response()
}

/// The lines of one response.
struct Lines {
    reader: Reader,
    after: u64,
    unmasked: bool,
    follows: bool,
    /// The line about the server, until it is sent.
    first: Option<String>,
}

impl Lines {
    /// The next lines; `None` at the end.
    async fn next(&mut self) -> Option<String> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        loop {
            let batch = match self.follows {
                true => self.reader.next(self.after, self.unmasked, '\n', PATIENCE).await,
                false => self.reader.read(self.after, self.unmasked, '\n'),
            };
            self.after = batch.last;
            if batch.is_empty() && self.follows {
                continue;
            }
            // After the last record of the server the response ends, so that the server can.
            self.follows &= !batch.is_last;
            return (!batch.is_empty()).then(|| batch.text());
        }
    }
}

/// `/inspector/probe?key=KEY`: a WebSocket by which a page reports.
async fn probe(
    State(inspector): State<Arc<Inspector>>,
    Extension(IsSameOrigin(is_same_origin)): Extension<IsSameOrigin>,
    Extension(client_addr): Extension<ClientAddr>,
    permit: Option<Extension<Arc<ConnectionPermit>>>,
    Query(ProbeQuery { key }): Query<ProbeQuery>,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !is_same_origin || !inspector.is_probe_key(&key) {
        return (StatusCode::FORBIDDEN, "Only pages that this server has served with the probe may report.\n")
            .into_response();
    }
    let Some(page) = ProbedPage::new(&inspector, Some(client_addr.address())) else {
        return (StatusCode::SERVICE_UNAVAILABLE, "Too many pages report at the moment.\n").into_response();
    };
    let upgrade = upgrade.max_message_size(MAX_FRAME).max_frame_size(MAX_FRAME);
    upgrade.on_upgrade(async move |socket| {
        take_reports(socket, page).await;
        drop(permit);
    })
}

async fn take_reports(mut socket: WebSocket, mut page: ProbedPage) {
    let mut is_asked = false;
    loop {
        match tokio::time::timeout(PROBE_PING, socket.recv()).await {
            Ok(Some(Ok(Message::Text(frame)))) => {
                is_asked = false;
                if !page.report(&frame) {
                    return;
                }
            }
            Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) => return,
            Ok(Some(Ok(_))) => is_asked = false,
            Err(_) if is_asked => return,
            Err(_) => {
                is_asked = true;
                if socket.send(Message::Ping(Default::default())).await.is_err() {
                    return;
                }
            }
        }
    }
}
