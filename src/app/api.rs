//! What our pages ask for besides files: a QR code, and the addresses under which another device finds this server.

use std::sync::{Arc, OnceLock};

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use qrcode::QrCode;
use qrcode::render::svg;
use serde::{Deserialize, Serialize};

use crate::wire::cable::Cable;

/// Longest text of a QR code, in bytes: a link is much shorter, and more would be hard to scan.
const MAX_QR_TEXT: usize = 512;

/// Under which addresses other devices in the network find this server; known once it listens.
pub type Addresses = Arc<OnceLock<Vec<String>>>;

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
struct Reachable<'a> {
    addresses: &'a [String],
}

/// `GET /api/addresses`: `{addresses}`, for a page on this very machine, whose own address (`localhost`) is of no use
/// to another device. Others know one that works, and need not know more.
pub async fn addresses(State(addresses): State<Addresses>, Extension(cable): Extension<Cable>) -> Response {
    let known = addresses.get().filter(|_| cable.address().ip().is_loopback());
    Json(Reachable { addresses: known.map(Vec::as_slice).unwrap_or_default() }).into_response()
}
