//! Where the collector is: by the flag, or by the variables that OpenTelemetry gives all programs.

use std::env;

use anyhow::{Context, Result};
use url::Url;

/// Where the traces of a collector go, below its URL.
const PATH: &str = "/v1/traces";

/// The URL to which traces are sent; `None` if none are. `flag` stands before the variables, except the one that turns all
/// of OpenTelemetry off.
///
/// # Errors
/// A variable that is no URL.
pub(super) fn endpoint(flag: Option<&Url>) -> Result<Option<Url>> {
    choose(flag, |name| env::var(name).ok())
}

/// The same with variables that this function gives.
///
/// # Errors
/// A variable that is no URL.
pub fn choose(flag: Option<&Url>, variable: impl Fn(&str) -> Option<String>) -> Result<Option<Url>> {
    let is = |name: &str, value: &str| variable(name).is_some_and(|text| text.trim().eq_ignore_ascii_case(value));
    if is("OTEL_SDK_DISABLED", "true") {
        return Ok(None);
    }
    if let Some(url) = flag {
        return Ok(Some(below(url)));
    }
    if is("OTEL_TRACES_EXPORTER", "none") {
        return Ok(None);
    }
    let url = |name: &str| -> Result<Option<Url>> {
        let text = variable(name).filter(|text| !text.is_empty());
        // The value is not repeated: it may hold a key.
        text.map(|text| text.parse().with_context(|| format!("{name} cannot be read as a URL"))).transpose()
    };
    match url("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")? {
        // As OpenTelemetry has it, this one is used as it is.
        Some(url) => Ok(Some(url)),
        None => Ok(url("OTEL_EXPORTER_OTLP_ENDPOINT")?.as_ref().map(below)),
    }
}

/// The path for traces below this URL, unless it leads there already.
fn below(url: &Url) -> Url {
    let mut below = url.clone();
    let path = url.path().trim_end_matches('/');
    if !path.ends_with(PATH) {
        below.set_path(&format!("{path}{PATH}"));
    }
    below
}
