//! The browser client at `/socket.io/`: Switchboard's own, bundled from the ES modules in `public/socket.io/`, or the
//! official files of a folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, bail};
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::script_bundle::{Bundle, JAVASCRIPT, Script, classic_export};

/// Exports the names of the official module. `Fetch`, `XHR` and the variants for Node are the same class here.
const MODULE_EXPORT: &str = "\
export {
  io, io as connect, io as default, Manager, Socket, protocol,
  Polling as Fetch, Polling as XHR, Polling as NodeXHR,
  WebSocketTransport as WebSocket, WebSocketTransport as NodeWebSocket, NoWebTransport as WebTransport,
};
";

const BANNER: &str = "\
/* Switchboard's own client, compatible with the Socket.IO 4 browser client. It is not the official one;
   to serve that instead, start with --client-dir FOLDER. */
";

/// The browser client that is served.
#[derive(Debug)]
pub(super) enum BrowserClient {
    /// Switchboard's own client.
    Own {
        /// For `<script>`: sets the global `io`.
        classic: Script,
        /// For `import`.
        module: Script,
    },
    /// The official files.
    Official(PathBuf),
}

impl BrowserClient {
    /// Bundles Switchboard's own client, or looks for the official one in a folder.
    ///
    /// # Errors
    /// A folder without socket.io.js, socket.io.min.js or socket.io.esm.min.js.
    pub(super) fn new(official: Option<&Path>) -> Result<Self> {
        if let Some(folder) = official {
            if !["socket.io.js", "socket.io.min.js", "socket.io.esm.min.js"].iter().any(|f| folder.join(f).is_file()) {
                bail!(
                    "{} holds no socket.io.js: name the folder of the official client files, client-dist of the npm package socket.io.",
                    folder.display()
                );
            }
            return Ok(Self::Official(folder.to_owned()));
        }
        let client = Bundle::of("socket.io/io.js")?;
        Ok(Self::Own {
            classic: client.classic(BANNER, &classic_export("io", "io")),
            module: client.module(BANNER, MODULE_EXPORT),
        })
    }
}

/// `GET /socket.io/{file}`.
pub(super) async fn serve(
    State(client): State<Arc<BrowserClient>>,
    UrlPath(file): UrlPath<String>,
    headers: HeaderMap,
) -> Response {
    let kind = if file.ends_with(".map") { "application/json" } else { JAVASCRIPT };
    match (&*client, file.as_str()) {
        (BrowserClient::Own { classic, .. }, "socket.io.js" | "socket.io.min.js") => classic.respond(kind, &headers),
        (BrowserClient::Own { module, .. }, "socket.io.esm.min.js") => module.respond(kind, &headers),
        (BrowserClient::Official(folder), name) if is_build(name) => {
            match tokio::fs::read_to_string(folder.join(name)).await {
                Ok(text) => Script::new(text).respond(kind, &headers),
                Err(_) => missing(),
            }
        }
        _ => missing(),
    }
}

/// Whether a name is that of an official file, like `socket.io.js`, `socket.io.msgpack.min.js` or `socket.io.js.map`. Such
/// a name cannot lead out of the folder.
fn is_build(name: &str) -> bool {
    name.starts_with("socket.io")
        && (name.ends_with(".js") || name.ends_with(".js.map"))
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
}

fn missing() -> Response {
    let sentence = "There are socket.io.js, socket.io.min.js and socket.io.esm.min.js; for other builds start with --client-dir.\n";
    (StatusCode::NOT_FOUND, sentence).into_response()
}
