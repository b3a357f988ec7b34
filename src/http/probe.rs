//! Puts the probe into pages while the inspector has a reader.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::built_in::Public;
use super::ice_servers::reached;
use super::probe_tag;
use crate::auth::client_addr::ClientAddr;
use crate::ice::ice_servers::{IceServer, IceServers};
use crate::inspect::inspector::Inspector;
use crate::inspect::recorder::Recorder;
use crate::random;

/// Pages that are larger are served as they are.
const MAX_PAGE: usize = 4 * 1024 * 1024;
/// The name in credentials of a relay that a page gets by the probe.
const RELAY_USER: &str = "inspector";
/// What stands for the options in the probe's file.
const OPTIONS: &str = "\"__PROBE__\"";

/// The options in the probe's file.
#[derive(Serialize)]
struct Options {
    /// Where the probe reports.
    url: String,
    /// Whether the page is a built-in one.
    own: bool,
    /// For a page that must use the relay only: the ICE servers, for where it names no TURN server.
    relay: Option<Vec<IceServer>>,
}

/// The probe for one request.
pub(super) struct Probe {
    /// The script with its options.
    script: String,
    nonce: String,
}

impl Probe {
    /// The probe for a request, if the inspector has a reader and the request is one for a page in a tab. The request then loses what
    /// would make the response a part of the page or compressed, or say that the browser has the page already.
    pub(super) fn for_request(
        recorder: &Recorder,
        ice_servers: &IceServers,
        request: &mut Request,
        is_own: bool,
    ) -> Option<Self> {
        let inspector = recorder.inspector().filter(|inspector| inspector.is_watched())?;
        if !is_for_a_tab(request) {
            return None;
        }
        let client_addr = request.extensions().get::<ClientAddr>().copied();
        let relay = client_addr.filter(|_| inspector.forces_relay()).map(|client_addr| {
            let reached = reached(client_addr, request.extensions().get());
            ice_servers.for_guest(client_addr, RELAY_USER, reached).ice_servers
        });
        let script = script(&Options { url: url(inspector, request.uri().path()), own: is_own, relay })?;
        for condition in
            [header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE, header::RANGE, header::IF_RANGE, header::ACCEPT_ENCODING]
        {
            request.headers_mut().remove(condition);
        }
        Some(Self { script, nonce: random::hex_key() })
    }

    /// The response with the probe in it, if it is a page.
    pub(super) async fn insert(self, response: Response) -> Response {
        let headers = response.headers();
        let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        let is_html = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        let is_encoded = headers.contains_key(header::CONTENT_ENCODING);
        let fits = length.is_none_or(|length| length <= MAX_PAGE);
        if response.status() != StatusCode::OK || !is_html || is_encoded || !fits {
            return response;
        }
        let (mut head, body) = response.into_parts();
        let Ok(page) = to_bytes(body, MAX_PAGE).await else {
            // Only a page that grows while it is read comes here.
            return (StatusCode::INTERNAL_SERVER_ERROR, "The page could not be read: reload it.\n").into_response();
        };
        let tag = format!("<script nonce=\"{}\">{}</script>", self.nonce, self.script);
        let Some(with_probe) = probe_tag::insert(&page, &tag) else {
            return Response::from_parts(head, Body::from(page));
        };
        for name in [header::ETAG, header::LAST_MODIFIED, header::CONTENT_LENGTH, header::ACCEPT_RANGES] {
            head.headers.remove(name);
        }
        // Once the last reader is gone, the browser has to ask for the page as it is. Not `no-store`: with that, Chromium would
        // not keep the page for the way back.
        head.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        let policy = head.headers.get(header::CONTENT_SECURITY_POLICY).and_then(|policy| policy.to_str().ok());
        if let Some(policy) = policy
            && let Ok(policy) = HeaderValue::from_str(&format!("{policy}; script-src 'self' 'nonce-{}'", self.nonce))
        {
            head.headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        Response::from_parts(head, Body::from(with_probe))
    }
}

/// Whether the browser asks for a page in a tab, as far as it says so: not for a frame, nor from a script (W3C Fetch
/// Metadata). By plain http it does not say so; then the probe itself does nothing in frames.
fn is_for_a_tab(request: &Request) -> bool {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    *request.method() == Method::GET
        && text("accept").is_some_and(|accept| accept.contains("text/html"))
        && text("sec-fetch-dest").is_none_or(|destination| destination == "document")
}

/// The address for the reports of the page at this path: relative to the page, since a reverse proxy may serve all of this
/// below a path of its own.
fn url(inspector: &Inspector, path: &str) -> String {
    let depth = path.trim_start_matches('/').matches('/').count();
    format!("{}inspector/probe?key={}", "../".repeat(depth), inspector.probe_key)
}

/// The probe's script with these options.
fn script(options: &Options) -> Option<String> {
    let file = Public::get("inspector/probe.js")?;
    let script = probe_tag::in_one_line(std::str::from_utf8(&file.data).ok()?);
    // Addresses of ICE servers come from flags: none of them ends the script element.
    let options = serde_json::to_string(options).ok()?.replace('<', "\\u003c");
    Some(script.replacen(OPTIONS, &options, 1))
}
