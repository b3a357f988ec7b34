//! The browser client at `/socket.io/`: Switchboard's own, bundled from the ES modules in `public/socket.io/`, or the
//! official files of a folder.
//!
//! To bundle them, their `import` lines are dropped and each `export` keyword is removed. The result is wrapped twice: as a
//! classic script that exports `io` as the official file does, and as a module. The two find out their own address
//! differently.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::built_in::Public;
use super::entity_tag;

/// The modules to bundle, each after those that it imports.
const PARTS: [&str; 10] =
    ["emitter", "address", "debug", "hints", "packet", "transport", "engine", "socket", "manager", "io"];

/// The expressions by which a module and a classic script find out their own address.
const MODULE_ADDRESS: &str = "import.meta.url";
const SCRIPT_ADDRESS: &str = "globalThis.document?.currentScript?.src";

/// Exports as the official file does: to CommonJS, to AMD, or as a global.
const CLASSIC_EXPORT: &str = "\
if (typeof module === \"object\" && module.exports) module.exports = io;
else if (typeof define === \"function\" && define.amd) define(() => io);
else globalThis.io = io;
";

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

/// A script and its entity tag.
#[derive(Debug)]
pub(super) struct Script {
    text: String,
    tag: HeaderValue,
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
        let mut body = String::new();
        for part in PARTS {
            let file = Public::get(&format!("socket.io/{part}.js"))
                .with_context(|| format!("socket.io/{part}.js is missing"))?;
            for line in std::str::from_utf8(&file.data)?.lines().filter(|line| !line.starts_with("import ")) {
                body.push_str(line.strip_prefix("export ").unwrap_or(line));
                body.push('\n');
            }
        }
        Ok(Self::Own {
            classic: Script::new(format!(
                "{BANNER}(function () {{\n\"use strict\";\n{}{CLASSIC_EXPORT}}})();\n",
                body.replace(MODULE_ADDRESS, SCRIPT_ADDRESS)
            )),
            module: Script::new(format!("{BANNER}{body}{MODULE_EXPORT}")),
        })
    }
}

impl Script {
    fn new(text: String) -> Self {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        Self { text, tag: entity_tag::strong(&format!("{:016x}", hasher.finish())) }
    }
}

/// `GET /socket.io/{file}`.
pub(super) async fn serve(
    State(client): State<Arc<BrowserClient>>,
    UrlPath(file): UrlPath<String>,
    headers: HeaderMap,
) -> Response {
    let (text, tag) = match (&*client, file.as_str()) {
        (BrowserClient::Own { classic, .. }, "socket.io.js" | "socket.io.min.js") => {
            (classic.text.clone(), classic.tag.clone())
        }
        (BrowserClient::Own { module, .. }, "socket.io.esm.min.js") => (module.text.clone(), module.tag.clone()),
        (BrowserClient::Official(folder), name) if is_build(name) => {
            match tokio::fs::read_to_string(folder.join(name)).await {
                Ok(text) => {
                    let script = Script::new(text);
                    (script.text, script.tag)
                }
                Err(_) => return missing(),
            }
        }
        _ => return missing(),
    };
    let kind = if file.ends_with(".map") { "application/json" } else { "text/javascript; charset=utf-8" };
    let unchanged = entity_tag::is_current(&headers, &tag);
    let head = [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        // Browsers load module scripts of another origin only with this header.
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    ];
    if unchanged { (StatusCode::NOT_MODIFIED, head).into_response() } else { (head, text).into_response() }
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
