//! The browser client at `/socket.io/`: ours, put together from the parts in `public/socket.io/`, or the official
//! files of a folder.
//!
//! Putting together is all there is to it: the parts are ES modules; their `import` lines are dropped, `export` is
//! taken off, and what remains is wrapped, once as a classic script that exports `io` as the official file does (and
//! asks for its own address in its own way), once as a module.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::pages::Public;

/// The parts, each after those that it needs.
const PARTS: [&str; 10] =
    ["emitter", "address", "debug", "hints", "packet", "transport", "engine", "socket", "manager", "io"];

/// How a module learns its own address, and how a classic script does.
const MODULE_ADDRESS: &str = "import.meta.url";
const SCRIPT_ADDRESS: &str = "globalThis.document?.currentScript?.src";

/// As the official file: for CommonJS, for AMD, else the global.
const CLASSIC_EXPORT: &str = "\
if (typeof module === \"object\" && module.exports) module.exports = io;
else if (typeof define === \"function\" && define.amd) define(() => io);
else globalThis.io = io;
";

/// The same names as the official module. `Fetch` and `XHR` are one here, and nothing is only for Node.
const MODULE_EXPORT: &str = "\
export {
  io, io as connect, io as default, Manager, Socket, protocol,
  Polling as Fetch, Polling as XHR, Polling as NodeXHR,
  WebSocketTransport as WebSocket, WebSocketTransport as NodeWebSocket, NoWebTransport as WebTransport,
};
";

const BANNER: &str = "\
/* Core's own client, compatible with the Socket.IO 4 browser client. It is not the official one;
   to serve that instead, start with --client-dir FOLDER. */
";

/// What is served.
#[derive(Debug)]
pub enum Client {
    /// Our own client, in both forms.
    Own {
        /// For `<script>`: sets the global `io`.
        classic: Script,
        /// For `import`.
        module: Script,
    },
    /// The official files.
    Official(PathBuf),
}

/// One script and its entity tag.
#[derive(Debug)]
pub struct Script {
    text: String,
    tag: HeaderValue,
}

impl Client {
    /// Puts our client together, or looks for the official one.
    ///
    /// # Errors
    /// A folder without socket.io.js, socket.io.min.js or socket.io.esm.min.js.
    pub fn new(official: Option<&Path>) -> Result<Self> {
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
        let tag = HeaderValue::from_str(&format!("\"{:016x}\"", hasher.finish()));
        Self { text, tag: tag.expect("hexadecimal digits are a header value") }
    }
}

/// `GET /socket.io/{file}`.
pub async fn serve(State(client): State<Arc<Client>>, UrlPath(file): UrlPath<String>, headers: HeaderMap) -> Response {
    let (text, tag) = match (&*client, file.as_str()) {
        (Client::Own { classic, .. }, "socket.io.js" | "socket.io.min.js") => {
            (classic.text.clone(), classic.tag.clone())
        }
        (Client::Own { module, .. }, "socket.io.esm.min.js") => (module.text.clone(), module.tag.clone()),
        (Client::Official(folder), name) if is_build(name) => {
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
    let unchanged = super::pages::has_tag(&headers, &tag);
    let head = [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        // Module scripts of another origin are loaded only with this.
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    ];
    if unchanged { (StatusCode::NOT_MODIFIED, head).into_response() } else { (head, text).into_response() }
}

/// `socket.io.js`, `socket.io.msgpack.min.js`, `socket.io.js.map`: no other name, no way out of the folder.
fn is_build(name: &str) -> bool {
    name.starts_with("socket.io")
        && (name.ends_with(".js") || name.ends_with(".js.map"))
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
}

fn missing() -> Response {
    let sentence = "There are socket.io.js, socket.io.min.js and socket.io.esm.min.js; for other builds start with --client-dir.\n";
    (StatusCode::NOT_FOUND, sentence).into_response()
}
