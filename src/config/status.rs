//! The command line of `switchboard status`.

use clap::Args;

/// The arguments of `switchboard status`.
#[derive(Debug, Clone, Args)]
pub struct StatusArgs {
    /// Address of --metrics of the server, as its start-up line "metrics:" has it
    #[arg(value_name = "ADDR:PORT", env = "SWITCHBOARD_METRICS")]
    pub address: String,

    /// Print one JSON document: {"version", "faults", "cluster", "metrics"}
    #[arg(long)]
    pub json: bool,
}

impl StatusArgs {
    /// The subcommand. A folder of this name is served as `./status`.
    pub(super) const NAME: &str = "status";

    pub(super) fn subcommand() -> clap::Command {
        Self::augment_args(clap::Command::new(Self::NAME))
            .about("Ask a running server how it and its cluster are: nodes, clients, lag, shards")
            .long_about(
                "Asks a running server how it and its cluster are. The server was started with --metrics, at whose address \
                 it answers.\n\n\
                 The exit code is 0 if all is well, 1 if a node lags or the log is not reached, and 2 if the server cannot \
                 be asked.",
            )
            .after_help(
                "Examples:\n  switchboard status 127.0.0.1:9100\n  switchboard status --json 10.0.0.11:9100\n\n\
                 A folder with the name \"status\" is served by `switchboard ./status`.",
            )
    }
}
