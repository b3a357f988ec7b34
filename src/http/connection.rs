//! `GET /api/connection`: what the server sees of the request that asks. `switchboard doctor` compares it with what it
//! has sent, to see what a reverse proxy forwards.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::client_addr::{self, Scheme};
use crate::auth::client_addr::ClientAddr;
use crate::net::proxies::entry_address;

/// The body of the reply.
#[derive(Serialize)]
struct Seen<'a> {
    server: &'static str,
    /// Random, another one after each start: the doctor recognizes by it the server that it has reached otherwise.
    instance: &'a str,
    forwarded: Forwarded,
    /// The client's address as a trusted proxy names it; null if none does. Never an address that the request does not
    /// contain itself, such as the proxy's own.
    address: Option<String>,
    scheme: Scheme,
}

/// What became of `X-Forwarded-For`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Forwarded {
    /// The request has none.
    None,
    /// The request has one, but does not come from a trusted proxy.
    Ignored,
    /// The client's address was taken from it.
    Believed,
}

/// Replies `{server, instance, forwarded, address, scheme}`.
pub(super) async fn seen(State(instance): State<String>, request: Request) -> Response {
    let client: Option<ClientAddr> = request.extensions().get().copied();
    let client = client.filter(ClientAddr::is_through_proxy).map(|client| client.address());
    let entries = client_addr::forwarded_for(request.headers());
    let named = client.filter(|client| entries.iter().any(|entry| entry_address(entry.trim()) == Some(*client)));
    let forwarded = match (entries.is_empty(), client) {
        (true, _) => Forwarded::None,
        (false, None) => Forwarded::Ignored,
        (false, Some(_)) => Forwarded::Believed,
    };
    let address = named.map(|client| client.to_string());
    let scheme = client_addr::scheme(&request);
    let seen = Seen { server: "switchboard", instance: &instance, forwarded, address, scheme };
    ([(header::CACHE_CONTROL, "no-store")], Json(seen)).into_response()
}
