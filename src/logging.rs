//! Starts the log. It never holds descriptions, candidates, passwords or tokens: the `Debug` of their types omits them.

use std::io::IsTerminal;
use std::panic::PanicHookInfo;
use std::sync::OnceLock;

use clap::ValueEnum;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry, fmt, reload};

use crate::metrics;

/// Which lines are logged, and in which format.
#[derive(Debug, Clone)]
pub struct LoggingOptions {
    /// A level or a filter in the syntax of `RUST_LOG`, which overrides it.
    pub level: String,
    /// How a line is written.
    pub format: LogFormat,
}

/// The format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Text for a person at a terminal.
    Human,
    /// One JSON object a line, for a log collector.
    Json,
    /// `key=value` pairs, for a log collector.
    Logfmt,
}

/// Logs only where a panic happened: its message may hold what a client sent.
fn report(panic: &PanicHookInfo<'_>) {
    let number = metrics::count("panic");
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(
        number,
        place,
        "panic: a fault of the server, which closes one connection. Please report this line."
    );
}

/// At level trace this library logs each message that it receives, if the build connects the `log` crate.
const NO_MESSAGES: &str = "tungstenite=warn";

/// By this the filter is changed; set once the log has started.
static FILTER: OnceLock<reload::Handle<EnvFilter, Registry>> = OnceLock::new();

/// The filter of this level, or that of `RUST_LOG`.
///
/// # Errors
/// A filter that cannot be parsed.
pub(crate) fn filter(level: &str) -> anyhow::Result<EnvFilter> {
    let filter = rust_log().unwrap_or_else(|| level.to_owned());
    Ok(EnvFilter::try_new(&filter)
        .map_err(|error| anyhow::anyhow!("The log level \"{filter}\" cannot be read ({error}): try info or debug."))?
        .add_directive(NO_MESSAGES.parse()?))
}

fn rust_log() -> Option<String> {
    std::env::var("RUST_LOG").ok().filter(|filter| !filter.is_empty())
}

/// Starts to log to standard error, panics included, for the whole process.
///
/// # Errors
/// A filter that cannot be parsed, or a log that is started already.
pub fn start(options: &LoggingOptions) -> anyhow::Result<()> {
    let (filter, handle) = reload::Layer::new(filter(&options.level)?);
    let lines = fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    let lines = match options.format {
        LogFormat::Human => lines.with_target(false).boxed(),
        LogFormat::Json => lines.json().boxed(),
        LogFormat::Logfmt => lines
            .map_fmt_fields(|_| tracing_logfmt::FieldsFormatter::default())
            .event_format(tracing_logfmt::EventsFormatter::default())
            .boxed(),
    };
    tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .try_init()
        .map_err(|error| anyhow::anyhow!("The log could not be started: {error}"))?;
    let _ = FILTER.set(handle);
    std::panic::set_hook(Box::new(report));
    Ok(())
}

/// Writes from now on the lines that `filter` lets through, unless `RUST_LOG` is set, or another log was started than that
/// of [`start`].
pub(crate) fn replace_filter(filter: EnvFilter) {
    if rust_log().is_some() {
        tracing::info!("RUST_LOG stands before --log-level: the log stays as it is");
    } else if let Some(Err(error)) = FILTER.get().map(|handle| handle.reload(filter)) {
        tracing::error!("the level of the log cannot be changed: {error}");
    }
}
