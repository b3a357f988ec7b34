//! A served folder: its files, without private keys and without the old server's own files.

use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use tower_http::services::ServeDir;

use super::language::Language;
use super::listing::listing;
use super::served_path::{is_served, is_sound, is_withheld};
use crate::metrics;
use crate::net::request_id::RequestId;

/// Which names [`is_withheld`] holds back: for the log, and for the client.
const WITHHELD: &str = "keys (*.key, *.pem), dot files (but /.well-known/), node_modules, server.js and package*.json stay \
                        in the folder";
const WITHHELD_HERE: &str = "Files of this name are never served: keys (*.key, *.pem), dot files (but /.well-known/), \
                             node_modules, server.js and package*.json. A file that your page needs must have another name.\n";

/// Serves a file of the folder, its `index.html`, or a list of its pages.
pub(super) async fn serve(folder: &Path, request: Request) -> Response {
    let (path, id) = (request.uri().path(), RequestId::of(request.extensions()).0);
    match find(folder, path).await {
        Found::Withheld => {
            if let Some(path) = metrics::first("withheld", path) {
                tracing::info!(request = id, path, "not served: {WITHHELD}");
            }
            return missing(WITHHELD_HERE);
        }
        Found::Nothing => {
            let list = match *request.method() {
                Method::GET | Method::HEAD => {
                    listing(folder, path, Language::of(request.uri(), request.headers())).await
                }
                _ => None,
            };
            return list.unwrap_or_else(|| missing("There is no such file in the served folder.\n"));
        }
        Found::File => {}
    }
    let mut files = ServeDir::new(folder);
    let mut response = match files.try_call(request).await {
        Ok(response) => response.map(Body::new),
        Err(error) => {
            tracing::warn!(request = id, %error, "a file of the served folder could not be read");
            return (StatusCode::INTERNAL_SERVER_ERROR, "The file could not be read: see the server's log.\n")
                .into_response();
        }
    };
    if response.status() == StatusCode::NOT_FOUND {
        return missing("There is no such file in the served folder.\n");
    }
    // A student who edits a page and reloads it must see the new version.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// What a path of the folder leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    File,
    Nothing,
    /// A name that is never served, whether the file exists or not.
    Withheld,
}

/// Finds out what a path leads to. Both the requested name and the file that it leads to, symbolic links followed, must be
/// in the folder and allowed.
async fn find(folder: &Path, path: &str) -> Found {
    let Ok(path) = percent_decode_str(path).decode_utf8() else { return Found::Nothing };
    let relative = Path::new(path.trim_start_matches('/'));
    if !is_sound(relative) {
        return Found::Nothing;
    }
    if is_withheld(relative) {
        return Found::Withheld;
    }
    let leads_to = |path: PathBuf| async move {
        let real = tokio::fs::canonicalize(path).await.ok()?;
        real.strip_prefix(folder).is_ok_and(is_served).then_some(real)
    };
    let found = match leads_to(folder.join(relative)).await {
        // A folder is answered by its index.html, which may be a symbolic link as well.
        Some(real) if real.is_dir() => leads_to(real.join("index.html")).await.is_some(),
        real => real.is_some(),
    };
    if found { Found::File } else { Found::Nothing }
}

fn missing(sentence: &'static str) -> Response {
    (StatusCode::NOT_FOUND, sentence).into_response()
}
