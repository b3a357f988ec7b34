//! Pages: the built-in ones, or those of a folder; and where a page that was opened by http leads to.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::client_addr::{Scheme, scheme};
use super::helper_page::{self, Target};
use super::language::Language;
use super::options::RouterOptions;
use super::origin::{self, Origins};
use super::platform::Platform;
use super::probe::Probe;
use super::public_url::PublicUrl;
use super::{built_in, folder, listing, own_page};
use crate::ice::ice_servers::IceServers;
use crate::inspect::recorder::Recorder;

/// Serves pages, and detours for browsers that came by plain http.
pub(super) struct Pages {
    /// The canonical path of the served folder; `None` for the built-in pages.
    folder: Option<PathBuf>,
    origins: Arc<Origins>,
    public_url: Option<PublicUrl>,
    /// Whether the server has no https of its own.
    http_only: bool,
    /// Whether the server's own authority signed its certificate.
    has_own_authority: bool,
    recorder: Recorder,
    /// For the probe, while the inspector forces pages to use the relay.
    ice_servers: Arc<IceServers>,
}

/// The response in place of a page that was opened by plain http.
enum Detour {
    /// A redirect to this address.
    Redirect(String),
    /// The helper page.
    Help(Target),
}

impl Detour {
    fn response(self) -> Response {
        match self {
            Self::Redirect(address) => Redirect::temporary(&address).into_response(),
            Self::Help(target) => helper_page::page(&target),
        }
    }
}

impl Pages {
    /// The built-in pages, or those of `--folder`.
    ///
    /// # Errors
    /// A folder that does not exist.
    pub(super) fn new(
        options: &RouterOptions,
        origins: Arc<Origins>,
        has_own_authority: bool,
        recorder: Recorder,
        ice_servers: Arc<IceServers>,
    ) -> Result<Self> {
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
        let public_url = options.public_url.clone();
        let http_only = options.http_only;
        Ok(Self { folder, origins, public_url, http_only, has_own_authority, recorder, ice_servers })
    }

    /// Where a browser that opens a page by plain http is sent, since browsers give cameras to https pages only. Scripts,
    /// sockets and other files are served by http as well.
    fn detour(&self, request: &Request) -> Option<Detour> {
        let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
        if !matches!(*request.method(), Method::GET | Method::HEAD) || !accept.contains("text/html") {
            return None;
        }
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let public = self.public_url.as_ref().filter(|url| url.is_secure());
        match scheme(request) {
            Scheme::Https | Scheme::Unknown => None,
            Scheme::Http if self.http_only && public.is_none() => None,
            Scheme::HttpToProxy => public.map(|url| Detour::Redirect(url.at(path))),
            Scheme::Http => {
                let header = request.headers().get(header::HOST)?.to_str().ok()?;
                let host = origin::host_of(header)?;
                if origin::is_loopback(&host) || !self.origins.is_near(&host) {
                    return None;
                }
                let base = match public {
                    Some(url) => url.to_string().trim_end_matches('/').to_owned(),
                    None => format!("https://{}", own_page::with_port(header)),
                };
                // Behind --public-url browsers see the certificate of a proxy.
                let has_own_authority = self.has_own_authority && self.public_url.is_none();
                let platform = Platform::of(request.headers());
                let language = Language::of(request.uri(), request.headers());
                Some(Detour::Help(Target { base, path: path.to_owned(), has_own_authority, platform, language }))
            }
        }
    }
}

/// Serves each path that has no route of its own.
pub(super) async fn serve(State(pages): State<Arc<Pages>>, mut request: Request) -> Response {
    let detour = pages.detour(&request);
    let probe = Probe::for_request(&pages.recorder, &pages.ice_servers, &mut request, pages.folder.is_none());
    let response = match &pages.folder {
        None => built_in::serve(request.method(), request.uri(), request.headers()),
        Some(folder) => folder::serve(folder, request).await,
    };
    match detour.filter(|_| is_page(&response)) {
        None => match probe {
            Some(probe) => probe.insert(response).await,
            None => response,
        },
        Some(detour) => detour.response(),
    }
}

/// `GET /check`: the page that checks a device, also beside the pages of a folder.
pub(super) async fn serve_check(State(pages): State<Arc<Pages>>, request: Request) -> Response {
    match pages.detour(&request) {
        Some(detour) => detour.response(),
        None => built_in::serve_file("check/index.html", request.headers()),
    }
}

/// A file of that page, or one that it shares with the other built-in pages.
pub(super) async fn serve_check_file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    built_in::serve_part("check", &path, &headers)
}

fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    response.status() != StatusCode::NOT_FOUND && kind.is_some_and(|kind| kind.starts_with("text/html"))
}
