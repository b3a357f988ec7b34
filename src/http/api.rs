//! What our pages ask for besides files: a QR code, and the addresses under which another device finds this server.

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

/// Longest text of a QR code, in bytes: a link is much shorter, and more would be hard to scan.
const MAX_QR_TEXT: usize = 512;

/// Under which addresses other devices find this server.
#[derive(Debug)]
pub struct Addresses {
    /// Those in the network; known once it listens.
    pub lan: OnceLock<Vec<String>>,
    /// The one that `--public-url` names.
    pub public_url: Option<String>,
    /// What a page must know to read those in the network. The start-up lines hold it, another one each time.
    pub key: String,
}

impl Addresses {
    /// None in the network yet, and a fresh key.
    pub fn new(public_url: Option<String>) -> Arc<Self> {
        Arc::new(Self { lan: OnceLock::new(), public_url, key: random_hex() })
    }
}

/// 128 random bits.
pub fn random_hex() -> String {
    let mut bytes = [0; 16];
    // Where the system has no randomness, nothing here is safe.
    getrandom::fill(&mut bytes).expect("the system gives random numbers");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is asked for.
#[derive(Deserialize)]
pub struct QrRequest {
    text: String,
}

/// `GET /api/qr.svg?text=…`: a QR code as a picture.
pub async fn qr(request: Result<Query<QrRequest>, QueryRejection>) -> Response {
    let text =
        request.ok().map(|Query(request)| request.text).filter(|text| !text.is_empty() && text.len() <= MAX_QR_TEXT);
    let Some(code) = text.and_then(|text| QrCode::new(text).ok()) else {
        return (StatusCode::BAD_REQUEST, "A QR code needs a text of 1 to 512 bytes: /api/qr.svg?text=…\n")
            .into_response();
    };
    let picture = code.render::<svg::Color>().min_dimensions(240, 240).build();
    ([(header::CONTENT_TYPE, "image/svg+xml")], picture).into_response()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reachable<'a> {
    public_url: Option<&'a str>,
    addresses: Option<&'a [String]>,
}

/// `GET /api/addresses`: `{publicUrl, addresses}`. The addresses in the network are told to a page that bears the key of
/// the start-up lines, as `Authorization: Bearer KEY`; to others `null`. Neither the address of the other end nor the
/// Host header proves that a page is this machine's own: a tunnel or a proxy may stand between.
pub async fn addresses(State(known): State<Arc<Addresses>>, headers: HeaderMap) -> Response {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let given = given.strip_prefix("Bearer ").unwrap_or_default();
    let knows: bool = given.as_bytes().ct_eq(known.key.as_bytes()).into();
    let addresses = known.lan.get().filter(|_| knows).map(Vec::as_slice);
    let reachable = Reachable { public_url: known.public_url.as_deref(), addresses };
    ([(header::CACHE_CONTROL, "no-store")], Json(reachable)).into_response()
}
