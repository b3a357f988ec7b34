//! Logs. Never of descriptions, candidates, passwords or tokens: their types do not even print.

use std::io::IsTerminal;
use std::panic::PanicHookInfo;

use tracing_subscriber::EnvFilter;

use crate::metrics;

/// What is logged, and how.
#[derive(Debug, Clone)]
pub struct LoggingOptions {
    /// A level or a filter, in the manner of `RUST_LOG`, which wins over it.
    pub level: String,
    /// One JSON object a line instead of text for a person.
    pub json: bool,
}

/// Only where it happened: what was to be told may hold what somebody sent.
fn report(panic: &PanicHookInfo<'_>) {
    let number = metrics::count("panic");
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(number, place, "panic: a fault of the server; one connection ends by it. Please report this line.");
}

/// At level trace this library logs each message that it receives, wherever the build connects the `log` crate.
const NO_MESSAGES: &str = "tungstenite=warn";

/// Starts logging to standard error, and has panics logged, for the whole process.
///
/// # Errors
/// A filter that cannot be read, or logging that was started before.
pub fn start(options: &LoggingOptions) -> anyhow::Result<()> {
    let filter = match std::env::var("RUST_LOG") {
        Ok(filter) if !filter.is_empty() => filter,
        _ => options.level.clone(),
    };
    let filter = EnvFilter::try_new(&filter)
        .map_err(|error| anyhow::anyhow!("The log level \"{filter}\" cannot be read ({error}): try info or debug."))?
        .add_directive(NO_MESSAGES.parse()?);
    let colours = std::io::stderr().is_terminal();
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    let started = if options.json { logs.json().try_init() } else { logs.with_target(false).try_init() };
    started.map_err(|error| anyhow::anyhow!("Logging could not be started: {error}"))?;
    std::panic::set_hook(Box::new(report));
    Ok(())
}
