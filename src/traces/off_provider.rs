//! Without the feature `otel`: there are no traces, and a server that shall send some does not start.

use anyhow::{Result, bail};
use url::Url;

/// Traces that are never sent.
pub struct Traces;

/// Nothing is sent.
///
/// # Errors
/// A collector: this program cannot send it anything.
pub fn start(collector: Option<&Url>) -> Result<Traces> {
    if collector.is_some() {
        bail!(
            "--otlp-endpoint is of no use here: this program was built without traces. Build it by \
             `cargo build --release --features otel`, or leave the flag out. (An environment variable or the file of \
             --config may also have set it.)"
        );
    }
    Ok(Traces)
}

impl Traces {
    /// Nothing is left to be sent.
    pub fn stop(self) {}
}
