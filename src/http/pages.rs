//! Pages: the built-in ones, or those of a folder; and where a page that was opened by http leads to.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::client_addr::{Scheme, scheme};
use super::options::RouterOptions;
use super::origin::{self, Origins};
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
    recorder: Recorder,
    /// For the probe, while the inspector forces pages to use the relay.
    ice_servers: Arc<IceServers>,
}

/// The response in place of a page that was opened by plain http.
enum Detour {
    /// A redirect to this address.
    Redirect(String),
    /// A page with a link to this address.
    Tell(String),
}

impl Pages {
    /// The built-in pages, or those of `--folder`.
    ///
    /// # Errors
    /// A folder that does not exist.
    pub(super) fn new(
        options: &RouterOptions,
        origins: Arc<Origins>,
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
        Ok(Self { folder, origins, public_url: options.public_url.clone(), recorder, ice_servers })
    }

    /// Where a browser that opens a page by plain http is sent, since browsers give cameras to https pages only. Scripts,
    /// sockets and other files are served by http as well.
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
                // HTTP and HTTPS share the port, so that the default port of http needs to be written out for https.
                let has_port = header.rsplit(':').next().is_some_and(|port| port.parse::<u16>().is_ok());
                let port = if has_port { "" } else { ":80" };
                Some(Detour::Tell(public.unwrap_or_else(|| format!("https://{header}{port}{path}"))))
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
        Some(Detour::Redirect(address)) => Redirect::temporary(&address).into_response(),
        Some(Detour::Tell(address)) => own_page::open_by_https(&address),
    }
}

fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    response.status() != StatusCode::NOT_FOUND && kind.is_some_and(|kind| kind.starts_with("text/html"))
}
