//! The built-in pages: part of a release binary, read from the disk by a debug one.

use std::borrow::Cow;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{Embed, EmbeddedFile};

use super::{entity_tag, gzip};

/// The files of `public/`.
#[derive(Embed)]
#[folder = "public/"]
pub(super) struct Public;

/// The files of `styleguide/`, which shows developers what the pages are made of. Release builds have none.
#[cfg(debug_assertions)]
#[derive(Embed)]
#[folder = "styleguide/"]
struct Styleguide;

/// Sent with the built-in pages only: the pages of a served folder may load what they need. They allow what the built-in
/// pages use, in no frame of another site, and nothing else for which browsers ask the user.
const SECURITY_HEADERS: [(HeaderName, &str); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; base-uri 'self'; \
         form-action 'none'; frame-ancestors 'none'",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(self), microphone=(self), display-capture=(self), speaker-selection=(self), geolocation=(), payment=(), \
         usb=(), serial=(), midi=()",
    ),
];

/// Serves the built-in page or file at this path: 404 if there is none, 304 if the browser has it already.
pub(super) fn serve(method: &Method, uri: &Uri, headers: &HeaderMap) -> Response {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let asked = uri.path().trim_start_matches('/');
    let is_room = asked.strip_prefix("room/").is_some_and(|room| !room.is_empty() && !room.contains('/'));
    let path = match asked {
        "" => "index.html",
        // One page for all rooms: it reads the room's name from its address.
        _ if is_room => "room.html",
        path => path,
    };
    if path == "inspector" || path.starts_with("inspector/") {
        return (StatusCode::NOT_FOUND, "The inspector is off: start the server with --inspector=on.\n")
            .into_response();
    }
    #[cfg(debug_assertions)]
    if let Some(part) = path.strip_prefix("styleguide") {
        let part = if part.is_empty() { "index.html" } else { part.trim_start_matches('/') };
        return respond(part, Styleguide::get(part), false, headers);
    }
    respond(path, Public::get(path), is_room, headers)
}

/// Serves the file of this path in `public/`.
pub(super) fn serve_file(path: &str, headers: &HeaderMap) -> Response {
    respond(path, Public::get(path), false, headers)
}

/// Serves a file of a page that has a folder of its own in `public/`, or one that it shares with the other pages.
pub(super) fn serve_part(folder: &str, path: &str, headers: &HeaderMap) -> Response {
    let own = format!("{folder}/{path}");
    serve_file(if Public::get(&own).is_some() { &own } else { path }, headers)
}

fn respond(path: &str, file: Option<EmbeddedFile>, is_room: bool, headers: &HeaderMap) -> Response {
    let Some(file) = file else {
        return (StatusCode::NOT_FOUND, "There is no such page here. Start at /.\n").into_response();
    };
    let digest: String = file.metadata.sha256_hash().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    // All links are relative, so that the pages work below any path of a reverse proxy. A room is one level deeper.
    let data = if is_room { with_base(&file.data) } else { file.data };
    let version = if is_room { "-room" } else { "" };
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let charset = if kind.type_() == mime_guess::mime::TEXT { "; charset=utf-8" } else { "" };
    let is_text =
        kind.type_() == mime_guess::mime::TEXT || matches!(kind.subtype().as_str(), "svg" | "manifest" | "json");
    let sent = gzip::choose(headers, &format!("{digest}{version}"), is_text, &data);
    let unchanged = entity_tag::is_current(headers, &sent.tag);
    let kind = HeaderValue::from_str(&format!("{}{charset}", kind.essence_str())).ok();
    let head = (
        kind.map(|kind| [(header::CONTENT_TYPE, kind)]),
        [(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))],
        sent.headers(),
        SECURITY_HEADERS,
    );
    if unchanged {
        return (StatusCode::NOT_MODIFIED, head).into_response();
    }
    let body = sent.body(|| match data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    });
    (head, Body::from(body)).into_response()
}

/// Makes the relative links of a page start one level higher.
fn with_base(page: &[u8]) -> Cow<'static, [u8]> {
    String::from_utf8_lossy(page).replacen("<head>", "<head>\n  <base href=\"../\">", 1).into_bytes().into()
}
