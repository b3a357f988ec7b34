//! The API of the built-in pages: a QR code, and the addresses at which other devices reach this server.

use std::sync::{Arc, OnceLock};

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use qrcode::QrCode;
use qrcode::render::svg;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::random;

/// Longest text of a QR code, in bytes. Links are much shorter, and a code of more text is hard to scan.
const MAX_QR_TEXT: usize = 512;

/// The addresses at which other devices reach this server.
#[derive(Debug)]
pub(crate) struct Addresses {
    /// Those in the local network, as URLs; set once the server listens.
    pub lan: OnceLock<Vec<String>>,
    /// That of `--public-url`.
    pub public_url: Option<String>,
    /// The key that a page must present to read the local addresses. Each start of the server makes another one, and the
    /// start-up lines contain it.
    pub key: String,
}

impl Addresses {
    /// No local addresses yet, and a new key.
    pub(crate) fn new(public_url: Option<String>) -> Arc<Self> {
        Arc::new(Self { lan: OnceLock::new(), public_url, key: random::hex_key() })
    }
}

/// The query of `GET /api/qr.svg`.
#[derive(Deserialize)]
pub(super) struct QrRequest {
    text: String,
}

/// `GET /api/qr.svg?text=…`: a QR code as an SVG image; 400 for a text that is missing or too long.
pub(super) async fn qr(request: Result<Query<QrRequest>, QueryRejection>) -> Response {
    let text =
        request.ok().map(|Query(request)| request.text).filter(|text| !text.is_empty() && text.len() <= MAX_QR_TEXT);
    let Some(code) = text.and_then(|text| QrCode::new(text).ok()) else {
        return (StatusCode::BAD_REQUEST, "A QR code needs a text of 1 to 512 bytes: /api/qr.svg?text=…\n")
            .into_response();
    };
    let picture = code.render::<svg::Color>().min_dimensions(240, 240).build();
    ([(header::CONTENT_TYPE, "image/svg+xml")], picture).into_response()
}

/// What `GET /api/addresses` replies from.
#[derive(Debug, Clone)]
pub(super) struct AddressReply {
    pub known: Arc<Addresses>,
    /// Whether browsers see a certificate of the server's own authority, which `/ca` explains.
    pub own_authority: bool,
    /// Whether browsers reach the server by https.
    pub https: bool,
}

/// The body of the response.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reachable<'a> {
    public_url: Option<&'a str>,
    addresses: Option<&'a [String]>,
    own_authority: bool,
    https: bool,
}

/// `GET /api/addresses`: `{"publicUrl": string|null, "addresses": [string]|null, "ownAuthority": boolean, "https": boolean}`. `addresses`, those
/// in the local network, is null without `Authorization: Bearer KEY` with the key of the start-up lines (RFC 6750). Neither the client's address
/// nor the Host header proves that a page is open on this machine, since a tunnel or a proxy may forward the request. That there are none,
/// as where the server listens on loopback only, is no secret: without it the page could not say that its address works on this machine alone.
pub(super) async fn addresses(
    State(AddressReply { known, own_authority, https }): State<AddressReply>,
    headers: HeaderMap,
) -> Response {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let given = given.strip_prefix("Bearer ").unwrap_or_default();
    let is_authorized: bool = given.as_bytes().ct_eq(known.key.as_bytes()).into();
    let addresses = known.lan.get().filter(|lan| is_authorized || lan.is_empty()).map(Vec::as_slice);
    let reachable = Reachable { public_url: known.public_url.as_deref(), addresses, own_authority, https };
    ([(header::CACHE_CONTROL, "no-store")], Json(reachable)).into_response()
}
