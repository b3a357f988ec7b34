//! The flags under "Content": what the server serves beside the folder.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{Args, ValueEnum};

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

    /// Serve /gst: the signaling protocol of GStreamer's webrtcsink, webrtcsrc and gstwebrtc-api, for cameras
    #[arg(long, env = "SWITCHBOARD_GST", value_parser = FalseyValueParser::new())]
    pub gst: bool,

    /// The inspector at /inspector: what happens between the clients and the server, step by step [default: on while the
    /// course's default password holds]
    ///
    /// Only with the key in the address that the start-up lines print.
    #[arg(
        long,
        value_name = "on|off",
        hide_possible_values = true,
        require_equals = true,
        env = "SWITCHBOARD_INSPECTOR"
    )]
    pub inspector: Option<Switch>,

    /// Let the inspector disturb calls on purpose: delay, drop and double messages, cut connections
    #[arg(long, env = "SWITCHBOARD_CHAOS", value_parser = FalseyValueParser::new())]
    pub chaos: bool,
}

/// Whether something is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// It is.
    On,
    /// It is not.
    Off,
}
