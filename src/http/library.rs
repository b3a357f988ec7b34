//! The library for people's own pages, `/switchboard.js` and `/switchboard.esm.js`: the ES modules of `public/switchboard/`
//! as one script.

use std::sync::Arc;

use anyhow::Result;
use axum::http::HeaderMap;
use axum::routing::{MethodRouter, get};

use super::script_bundle::{Bundle, JAVASCRIPT, Script, classic_export};

const BANNER: &str = "/* Switchboard's library for people's own pages. */\n";

/// The paths of the library, for `<script>` and for `import`, with their routes.
///
/// # Errors
/// Modules that are no bundle.
pub(super) fn routes() -> Result<[(&'static str, MethodRouter); 2]> {
    let library = Bundle::of("switchboard/index.js")?;
    let names = library.names().join(", ");
    let classic = Arc::new(library.classic(BANNER, &classic_export("Switchboard", &format!("{{ {names} }}"))));
    let module = Arc::new(library.module(BANNER, &format!("export {{ {names} }};\n")));
    let serve = |script: Arc<Script>| get(async move |headers: HeaderMap| script.respond(JAVASCRIPT, &headers));
    Ok([("/switchboard.js", serve(classic)), ("/switchboard.esm.js", serve(module))])
}
