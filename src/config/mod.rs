//! The command line: every flag, its environment variable and its default, and the `Options` that each module gets from
//! it. Read once at the start by `main`; no other module sees it.

// The doc comments of the flags are the text of `--help`, where a link would show its brackets.
#![allow(rustdoc::bare_urls)]

pub mod access;
pub mod options;

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use bytesize::ByteSize;
use clap::builder::FalseyValueParser;
use clap::{Parser, ValueEnum};

use self::access::Access;
use crate::http::public_url::PublicUrl;
use crate::net::proxies::TrustedProxies;

/// A Socket.IO-compatible WebRTC signaling server: one binary, no Node.
///
/// Without FOLDER it serves its own call page; with FOLDER (a course page, say) it serves that folder as it is,
/// with the browser client at /socket.io/socket.io.js. HTTP and HTTPS share one port.
#[derive(Debug, Clone, Parser)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Config {
    /// Folder of pages to serve instead of the built-in ones
    ///
    /// Its cert.key and cert.crt are used if they are there. Keys, dot files (but .well-known), node_modules,
    /// server.js and package*.json are never served.
    #[arg(value_name = "FOLDER", env = "SWITCHBOARD_FOLDER")]
    pub folder: Option<PathBuf>,

    /// Address to listen on [default: every address of this machine]
    #[arg(long, value_name = "ADDRESS", env = "SWITCHBOARD_BIND", help_heading = WHERE)]
    pub bind: Option<IpAddr>,

    /// Port to listen on; 0 takes any free one and prints it
    #[arg(long, value_name = "N", default_value_t = 8181, env = "SWITCHBOARD_PORT", help_heading = WHERE)]
    pub port: u16,

    /// Certificate chain for HTTPS, PEM [default: one made by Switchboard itself]
    #[arg(long, value_name = "FILE", requires = "key", env = "SWITCHBOARD_CERT", help_heading = WHERE)]
    pub cert: Option<PathBuf>,

    /// Private key of the certificate, PEM
    #[arg(long, value_name = "FILE", requires = "cert", env = "SWITCHBOARD_KEY", help_heading = WHERE)]
    pub key: Option<PathBuf>,

    /// Where the certificates made by Switchboard are kept [default: the platform's data folder]
    #[arg(long, value_name = "DIR", env = "SWITCHBOARD_STATE_DIR", help_heading = WHERE)]
    pub state_dir: Option<PathBuf>,

    /// Print a QR code that opens the page on a phone in this network
    #[arg(long, env = "SWITCHBOARD_LAN", value_parser = FalseyValueParser::new(), help_heading = WHERE)]
    pub lan: bool,

    /// Who may come in.
    #[command(flatten)]
    pub who: Access,

    /// Folder with the official socket.io client files, to be served instead of the built-in client
    #[arg(long, value_name = "DIR", env = "SWITCHBOARD_CLIENT_DIR", help_heading = WHAT)]
    pub client_dir: Option<PathBuf>,

    /// Send newOfferAwaiting as newOfferWaiting too, to every client
    #[arg(long, env = "SWITCHBOARD_ALIASES", value_parser = FalseyValueParser::new(), help_heading = WHAT)]
    pub aliases: bool,

    /// Close the door of the data channel course: /create-room, /destroy-room and WebSockets at /
    #[arg(long, env = "SWITCHBOARD_NO_PAIRS", value_parser = FalseyValueParser::new(), help_heading = WHAT)]
    pub no_pairs: bool,

    /// Behind a reverse proxy: the client is the one that it adds to X-Forwarded-For
    ///
    /// Without a value every connection from loopback or a private address is a proxy's. With addresses and networks
    /// (--trust-proxy=127.0.0.1,10.0.0.0/8) only these are, also several in a row.
    #[arg(
        long,
        value_name = "ADDR,...",
        num_args = 0..=1,
        require_equals = true,
        default_value = "off",
        default_missing_value = "private",
        hide_default_value = true,
        env = "SWITCHBOARD_TRUST_PROXY",
        help_heading = WHERE
    )]
    pub trust_proxy: TrustedProxies,

    /// Address under which browsers open this server, through a reverse proxy say: for links and QR codes
    ///
    /// Its pages may connect, and who comes to the proxy by http is sent there. It may have a path:
    /// https://example.org/calls/
    #[arg(long, value_name = "URL", env = "SWITCHBOARD_PUBLIC_URL", help_heading = WHERE)]
    pub public_url: Option<PublicUrl>,

    /// How long an offer waits for an answer
    #[arg(
        long,
        value_name = "TIME",
        default_value = "10m",
        value_parser = humantime::parse_duration,
        env = "SWITCHBOARD_OFFER_TTL",
        help_heading = LIMITS
    )]
    pub offer_ttl: Duration,

    /// How long a stopping server waits for its connections to end
    #[arg(
        long,
        value_name = "TIME",
        default_value = "10s",
        value_parser = humantime::parse_duration,
        env = "SWITCHBOARD_DRAIN",
        help_heading = LIMITS
    )]
    pub drain: Duration,

    /// How long a new connection may take to say who it is
    #[arg(
        long,
        value_name = "TIME",
        default_value = "10s",
        value_parser = humantime::parse_duration,
        env = "SWITCHBOARD_CONNECT_TIMEOUT",
        help_heading = LIMITS
    )]
    pub connect_timeout: Duration,

    /// How long somebody whose connection broke is waited for; 0s: not at all
    #[arg(
        long,
        value_name = "TIME",
        default_value = "30s",
        value_parser = humantime::parse_duration,
        env = "SWITCHBOARD_RECONNECT_GRACE",
        help_heading = LIMITS
    )]
    pub reconnect_grace: Duration,

    /// How often clients are asked whether they are still there
    #[arg(
        long,
        value_name = "TIME",
        default_value = "25s",
        value_parser = humantime::parse_duration,
        env = "SWITCHBOARD_PING_INTERVAL",
        help_heading = LIMITS
    )]
    pub ping_interval: Duration,

    /// How long they may take to answer; then their connection counts as broken
    #[arg(
        long,
        value_name = "TIME",
        default_value = "20s",
        value_parser = humantime::parse_duration,
        env = "SWITCHBOARD_PING_TIMEOUT",
        help_heading = LIMITS
    )]
    pub ping_timeout: Duration,

    /// Largest message; a larger one closes its connection
    #[arg(long, value_name = "SIZE", default_value = "1MB", env = "SWITCHBOARD_MAX_MESSAGE", help_heading = LIMITS)]
    pub max_message: ByteSize,

    /// Largest offer or answer [default: as large as a message]
    #[arg(long, value_name = "SIZE", env = "SWITCHBOARD_MAX_DESCRIPTION", help_heading = LIMITS)]
    pub max_description: Option<ByteSize>,

    /// Largest ICE candidate
    #[arg(long, value_name = "SIZE", default_value = "64KiB", env = "SWITCHBOARD_MAX_CANDIDATE", help_heading = LIMITS)]
    pub max_candidate: ByteSize,

    /// ICE candidates kept for one side of a call
    #[arg(long, value_name = "N", default_value_t = 256, env = "SWITCHBOARD_MAX_CANDIDATES", help_heading = LIMITS)]
    pub max_candidates: usize,

    /// Open offers in all; beyond it the oldest expires
    #[arg(long, value_name = "N", default_value_t = 10_000, env = "SWITCHBOARD_MAX_OFFERS", help_heading = LIMITS)]
    pub max_offers: usize,

    /// People in one room
    #[arg(long, value_name = "N", default_value_t = 16, env = "SWITCHBOARD_MAX_ROOM", help_heading = LIMITS)]
    pub max_room: usize,

    /// Rooms in all
    #[arg(long, value_name = "N", default_value_t = 10_000, env = "SWITCHBOARD_MAX_ROOMS", help_heading = LIMITS)]
    pub max_rooms: usize,

    /// Messages waiting for one slow reader; beyond it that connection is closed
    #[arg(long, value_name = "N", default_value_t = 1024, env = "SWITCHBOARD_MAX_QUEUE", help_heading = LIMITS)]
    pub max_queue: usize,

    /// Bytes waiting for one slow reader; beyond it that connection is closed
    #[arg(
        long,
        value_name = "SIZE",
        default_value = "1MiB",
        env = "SWITCHBOARD_MAX_QUEUE_BYTES",
        help_heading = LIMITS
    )]
    pub max_queue_bytes: ByteSize,

    /// Events that one connection may send at once
    #[arg(long, value_name = "N", default_value_t = 200, env = "SWITCHBOARD_EVENT_BURST", help_heading = LIMITS)]
    pub event_burst: u32,

    /// Events a second that one connection may send in the long run
    #[arg(long, value_name = "N", default_value_t = 50, env = "SWITCHBOARD_EVENT_RATE", help_heading = LIMITS)]
    pub event_rate: u32,

    /// Connections in all; whoever comes then is told to come later
    #[arg(long, value_name = "N", default_value_t = 100_000, env = "SWITCHBOARD_MAX_CONNECTIONS", help_heading = LIMITS)]
    pub max_connections: usize,

    /// Connections from one address (of IPv6: from one /64); a classroom sits behind one
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1000,
        env = "SWITCHBOARD_MAX_CONNECTIONS_PER_ADDRESS",
        help_heading = LIMITS
    )]
    pub max_connections_per_address: usize,

    /// What is logged: error, warn, info, debug, trace, or a filter; RUST_LOG wins
    #[arg(long, value_name = "LEVEL", default_value = "info", env = "SWITCHBOARD_LOG_LEVEL", help_heading = TELLING)]
    pub log_level: String,

    /// How logs and the start-up lines are written
    #[arg(long, value_name = "FORMAT", default_value = "human", env = "SWITCHBOARD_LOG_FORMAT", help_heading = TELLING)]
    pub log_format: LogFormat,
}

const WHERE: &str = "Where";
const WHO: &str = "Who";
const WHAT: &str = "What";
const LIMITS: &str = "How long, how much (times like 30s, 10m; sizes like 1MB, 64KiB)";
const TELLING: &str = "Telling";
const AFTER_HELP: &str = "\
Examples:
  switchboard                      the built-in call page, http and https on port 8181
  switchboard my-course-page       your own page, as the course's server did
  switchboard --lan                with a QR code for your phone
  switchboard --password secret    only pages that send auth.password \"secret\"

Each flag can also be set by its environment variable, SWITCHBOARD_ and the name in upper case.";

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For a person at a terminal.
    Human,
    /// One JSON object a line, for a collector.
    Json,
}

impl Config {
    /// Reads flags as the command line would, the program's name left out.
    ///
    /// # Errors
    /// What clap says of unknown flags and values that do not parse.
    pub fn from_args<T: Into<String> + Clone>(args: impl IntoIterator<Item = T>) -> Result<Self, clap::Error> {
        let args = args.into_iter().map(Into::into);
        Self::try_parse_from(std::iter::once("switchboard".to_owned()).chain(args))
    }
}
