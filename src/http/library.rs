//! The library for people's own pages: `/switchboard.js` for `<script>`, `/switchboard.esm.js` for `import`, and the scripts
//! that these fetch at first use. `packages/switchboard-client/bundle.mjs` makes them from `public/switchboard/`.

use std::sync::Arc;

use anyhow::{Context, Result};
use axum::http::HeaderMap;
use axum::routing::{MethodRouter, get};

use super::built_in::Public;
use super::script_bundle::{JAVASCRIPT, Script};

const SCRIPTS: [&str; 5] = [
    "/switchboard.js",
    "/switchboard.esm.js",
    "/switchboard.rooms.js",
    "/switchboard.files.js",
    "/switchboard.details.js",
];

/// The paths of the library with their routes.
///
/// # Errors
/// A script that is missing, or is not text.
pub(super) fn routes() -> Result<Vec<(&'static str, MethodRouter)>> {
    let route = |path: &'static str| {
        let file = Public::get(&path[1..]).with_context(|| format!("{path} is missing"))?;
        let script = Arc::new(Script::new(String::from_utf8(file.data.into_owned())?));
        Ok((path, get(async move |headers: HeaderMap| script.respond(JAVASCRIPT, &headers))))
    };
    SCRIPTS.into_iter().map(route).collect()
}
