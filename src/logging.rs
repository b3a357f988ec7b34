//! Starts the log. It never holds descriptions, candidates, passwords or tokens: the `Debug` of their types omits them.

use std::io::IsTerminal;
use std::panic::PanicHookInfo;

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

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

/// Starts to log to standard error, panics included, for the whole process.
///
/// # Errors
/// A filter that cannot be parsed, or a log that is started already.
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
    let started = match options.format {
        LogFormat::Human => logs.with_target(false).try_init(),
        LogFormat::Json => logs.json().try_init(),
        LogFormat::Logfmt => {
            let lines = tracing_logfmt::EventsFormatter::default();
            logs.map_fmt_fields(|_| tracing_logfmt::FieldsFormatter::default()).event_format(lines).try_init()
        }
    };
    started.map_err(|error| anyhow::anyhow!("The log could not be started: {error}"))?;
    std::panic::set_hook(Box::new(report));
    Ok(())
}
