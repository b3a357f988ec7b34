//! The flags under "Logging".

use clap::Args;
use url::Url;

use crate::logging::LogFormat;

/// Which log lines are written, in which format, and where traces go.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Logging")]
pub struct LoggingArgs {
    /// Level of the log: error, warn, info, debug, trace, or a filter; RUST_LOG overrides it
    #[arg(long, value_name = "LEVEL", default_value = "info", env = "SWITCHBOARD_LOG_LEVEL")]
    pub log_level: String,

    /// Format of the log and of the start-up lines
    #[arg(long, value_name = "FORMAT", default_value = "human", env = "SWITCHBOARD_LOG_FORMAT")]
    pub log_format: LogFormat,

    /// Send OpenTelemetry traces to this collector, such as http://localhost:4318 (only if built with the feature otel)
    #[arg(long, value_name = "URL", env = "SWITCHBOARD_OTLP_ENDPOINT")]
    pub otlp_endpoint: Option<Url>,
}
