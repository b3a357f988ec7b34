//! The flags under "Content": what the server serves beside the folder.

use std::path::PathBuf;

use clap::Args;
use clap::builder::FalseyValueParser;

/// Which client, events and courses the server offers.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Content")]
pub struct ContentArgs {
    /// Folder with the official socket.io client files, to serve instead of the built-in client
    #[arg(long, value_name = "DIR", env = "SWITCHBOARD_CLIENT_DIR")]
    pub client_dir: Option<PathBuf>,

    /// Send newOfferAwaiting as newOfferWaiting too, to every client
    #[arg(long, env = "SWITCHBOARD_ALIASES", value_parser = FalseyValueParser::new())]
    pub aliases: bool,

    /// Do not serve the data channel course: /create-room, /destroy-room and WebSockets at /
    #[arg(long, env = "SWITCHBOARD_NO_PAIRS", value_parser = FalseyValueParser::new())]
    pub no_pairs: bool,
}
