//! Pages: the built-in ones, which are part of the binary, or those of a folder.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use percent_encoding::percent_decode_str;
use rust_embed::Embed;
use tower_http::services::ServeDir;

use super::client_addr::{Scheme, scheme};
use super::origin::{self, Origins};
use super::public_url::PublicUrl;
use super::{Options, listing, own_page};
use crate::metrics;

/// The built-in pages: part of a release binary, read from disk by a debug one.
#[derive(Embed)]
#[folder = "public/"]
pub struct Public;

/// Sent with the built-in pages only: the pages of a served folder may load what they need. They allow what the built-in
/// pages use, in no frame of another site, and nothing else for which browsers ask the user.
const SECURITY_HEADERS: [(HeaderName, &str); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; object-src 'none'; base-uri 'self'; \
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

/// Where pages come from.
#[derive(Debug)]
pub struct Pages {
    /// The folder in its canonical form, if one is served.
    folder: Option<PathBuf>,
    origins: Arc<Origins>,
    public_url: Option<PublicUrl>,
}

/// What a page is answered with instead of itself.
enum Detour {
    /// Go there.
    Redirect(String),
    /// A page that tells of this address.
    Tell(String),
}

impl Pages {
    /// The built-in pages, or those of a folder.
    ///
    /// # Errors
    /// A folder that is not there.
    pub fn new(options: &Options, origins: Arc<Origins>) -> Result<Self> {
        let folder = match &options.folder {
            None => None,
            Some(folder) => {
                let real = folder.canonicalize().with_context(|| {
                    format!(
                        "There is no folder {}: name the folder that holds your page's index.html.",
                        folder.display()
                    )
                })?;
                if !real.is_dir() {
                    bail!("{} is a file: name the folder that holds your page's index.html.", folder.display());
                }
                if let Some(words) = listing::warning(&real) {
                    tracing::warn!("{words}");
                }
                Some(real)
            }
        };
        Ok(Self { folder, origins, public_url: options.public_url.clone() })
    }

    /// Where a person who opened a page without https is led: cameras need it. Scripts, sockets, and whatever else is
    /// fetched are served by http as well.
    fn detour(&self, request: &Request) -> Option<Detour> {
        let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
        if !matches!(*request.method(), Method::GET | Method::HEAD) || !accept.contains("text/html") {
            return None;
        }
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let public = self.public_url.as_ref().filter(|url| url.is_secure()).map(|url| url.at(path));
        match scheme(request) {
            Scheme::Https | Scheme::Unknown => None,
            Scheme::HttpToProxy => public.map(Detour::Redirect),
            Scheme::Http => {
                let header = request.headers().get(header::HOST)?.to_str().ok()?;
                let host = origin::host_of(header)?;
                if origin::is_loopback(&host) || !self.origins.is_near(&host) {
                    return None;
                }
                // http and https share the port, the default port of http too.
                let has_port = header.rsplit(':').next().is_some_and(|port| port.parse::<u16>().is_ok());
                let port = if has_port { "" } else { ":80" };
                Some(Detour::Tell(public.unwrap_or_else(|| format!("https://{header}{port}{path}"))))
            }
        }
    }
}

/// Everything that no other route has.
pub async fn serve(State(pages): State<Arc<Pages>>, request: Request) -> Response {
    let detour = pages.detour(&request);
    let response = match &pages.folder {
        None => built_in(request.method(), request.uri(), request.headers()),
        Some(folder) => from_folder(folder, request).await,
    };
    match detour.filter(|_| is_page(&response)) {
        None => response,
        Some(Detour::Redirect(address)) => Redirect::temporary(&address).into_response(),
        Some(Detour::Tell(address)) => own_page::open_by_https(&address),
    }
}

fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    response.status() != StatusCode::NOT_FOUND && kind.is_some_and(|kind| kind.starts_with("text/html"))
}

fn built_in(method: &Method, uri: &Uri, headers: &HeaderMap) -> Response {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let asked = uri.path().trim_start_matches('/');
    let is_room = asked.strip_prefix("room/").is_some_and(|room| !room.is_empty() && !room.contains('/'));
    let path = match asked {
        "" => "index.html",
        // The same page for every room: it reads the room's name from its address.
        _ if is_room => "room.html",
        path => path,
    };
    let Some(file) = Public::get(path) else { return missing("There is no such page here. Start at /.\n") };
    let digest: String = file.metadata.sha256_hash().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    // All links are relative, so that the pages work below any path of a reverse proxy. A room is one level deeper.
    let data = if is_room { with_base(&file.data) } else { file.data };
    let version = if is_room { "-room" } else { "" };
    let tag = HeaderValue::from_str(&format!("\"{digest}{version}\"")).expect("hexadecimal digits are a header value");
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let charset = if kind.type_() == mime_guess::mime::TEXT { "; charset=utf-8" } else { "" };
    let unchanged = has_tag(headers, &tag);
    let kind = HeaderValue::from_str(&format!("{}{charset}", kind.essence_str())).ok();
    let head = (
        kind.map(|kind| [(header::CONTENT_TYPE, kind)]),
        [(header::ETAG, tag), (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))],
        SECURITY_HEADERS,
    );
    if unchanged { (StatusCode::NOT_MODIFIED, head).into_response() } else { (head, Body::from(data)).into_response() }
}

/// A page whose relative links lead from one level above.
fn with_base(page: &[u8]) -> Cow<'static, [u8]> {
    String::from_utf8_lossy(page).replacen("<head>", "<head>\n  <base href=\"../\">", 1).into_bytes().into()
}

/// Whether the browser has this very version already (RFC 9110, section 13.1.2).
pub fn has_tag(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok()).unwrap_or_default();
    known.split(',').map(|known| known.trim().trim_start_matches("W/")).any(|known| known == "*" || known == tag)
}

async fn from_folder(folder: &Path, request: Request) -> Response {
    let path = request.uri().path();
    match may_be_served(folder, path).await {
        Found::Withheld => {
            if let Some(path) = metrics::first("withheld", path) {
                tracing::info!(path, "not served: {WITHHELD}");
            }
            return missing(WITHHELD_HERE);
        }
        Found::Nothing => {
            let list = match *request.method() {
                Method::GET | Method::HEAD => listing::listing(folder, path).await,
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
            tracing::warn!(%error, "a file of the served folder could not be read");
            return (StatusCode::INTERNAL_SERVER_ERROR, "The file could not be read: see the server's log.\n")
                .into_response();
        }
    };
    if response.status() == StatusCode::NOT_FOUND {
        return missing("There is no such file in the served folder.\n");
    }
    // Whoever edits a page and reloads it wants to see the new one.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// What there is at a path of the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    File,
    Nothing,
    /// By its name alone, whether there is such a file or not.
    Withheld,
}

/// Whether a path leads to something in the folder that is anybody's business. Both the name that was asked for
/// and the file that it leads to, links followed, must be harmless.
async fn may_be_served(folder: &Path, path: &str) -> Found {
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
        // A folder is answered by its index.html, which may be a link as well.
        Some(real) if real.is_dir() => leads_to(real.join("index.html")).await.is_some(),
        real => real.is_some(),
    };
    if found { Found::File } else { Found::Nothing }
}

/// What [`is_withheld`] holds back, for the log and for the one who asks.
const WITHHELD: &str = "keys (*.key, *.pem), dot files (but /.well-known/), node_modules, server.js and package*.json stay \
                        in the folder";
const WITHHELD_HERE: &str = "Files of this name are never served: keys (*.key, *.pem), dot files (but /.well-known/), \
                             node_modules, server.js and package*.json. A file that your page needs must have another name.\n";

/// Whether a path inside the folder may be served.
pub fn is_served(path: &Path) -> bool {
    is_sound(path) && !is_withheld(path)
}

/// Whether a path leads down only, by names that mean the same on every system.
fn is_sound(path: &Path) -> bool {
    path.components().all(|component| match component {
        Component::Normal(name) => name.to_str().is_some_and(|name| !name.contains(['\\', '\0', ':'])),
        _ => false,
    })
}

/// Never served: private keys, dot files, the installed packages and the old server's own files. `/.well-known/` is for
/// everybody (RFC 8615).
fn is_withheld(path: &Path) -> bool {
    path.components().enumerate().any(|(depth, component)| {
        let name = component.as_os_str().to_string_lossy().to_lowercase();
        let key = name.ends_with(".key") || name.ends_with(".pem");
        let package = name.starts_with("package") && name.ends_with(".json");
        let dot = name.starts_with('.') && !(depth == 0 && name == ".well-known");
        dot || key || package || name == "node_modules" || name == "server.js"
    })
}

fn missing(sentence: &'static str) -> Response {
    (StatusCode::NOT_FOUND, sentence).into_response()
}
