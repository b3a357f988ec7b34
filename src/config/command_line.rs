//! The whole command line, and how it is parsed.

use std::path::PathBuf;

use clap::Parser;

use super::access::AccessArgs;
use super::api::ApiArgs;
use super::certificates::CertificateArgs;
use super::content::ContentArgs;
use super::limits::LimitArgs;
use super::listening::ListeningArgs;
use super::logging::LoggingArgs;
use super::reach::ReachArgs;
use super::settings::Settings;

/// A Socket.IO-compatible WebRTC signaling server: one binary, no Node.
///
/// Without FOLDER it serves its own call page. With FOLDER (for example a course page) it serves that folder unchanged,
/// with the browser client at /socket.io/socket.io.js. HTTP and HTTPS share one port.
#[derive(Debug, Clone, Parser)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Config {
    /// Folder of pages to serve instead of the built-in ones
    ///
    /// The server uses its cert.key and cert.crt if they exist. It never serves keys, dot files (except .well-known),
    /// node_modules, server.js and package*.json.
    #[arg(value_name = "FOLDER", env = "SWITCHBOARD_FOLDER")]
    pub folder: Option<PathBuf>,

    /// File that sets flags: TOML, with the names of flags as keys (port = 8181)
    ///
    /// A flag on the command line stands before its environment variable, and both stand before the file.
    #[arg(long, value_name = "FILE", env = "SWITCHBOARD_CONFIG", help_heading = "Configuration")]
    pub config: Option<PathBuf>,

    /// Print the flags with the values that hold and where each comes from, as such a file, and end
    #[arg(long, help_heading = "Configuration")]
    pub print_config: bool,

    /// Addresses, certificates, proxies.
    #[command(flatten)]
    pub listening: ListeningArgs,

    /// Certificates that browsers trust.
    #[command(flatten)]
    pub certificates: CertificateArgs,

    /// Passwords, tokens, origins.
    #[command(flatten)]
    pub access: AccessArgs,

    /// The API for a back end.
    #[command(flatten)]
    pub api: ApiArgs,

    /// STUN and TURN.
    #[command(flatten)]
    pub reach: ReachArgs,

    /// What is served.
    #[command(flatten)]
    pub content: ContentArgs,

    /// Times, sizes and numbers.
    #[command(flatten)]
    pub limits: LimitArgs,

    /// What is logged, and how.
    #[command(flatten)]
    pub logging: LoggingArgs,

    /// All values as they were given. Not a flag.
    #[arg(skip)]
    pub settings: Settings,
}

const AFTER_HELP: &str = "\
Examples:
  switchboard                      the built-in call page, http and https on port 8181
  switchboard my-course-page       your own page, as the course's server did
  switchboard --lan                with a QR code for your phone
  switchboard --password secret    only pages that send auth.password \"secret\"
  switchboard doctor               look at what stands in the way of a server
  switchboard status ADDR:PORT     ask a running server how it and its cluster are

`switchboard ./doctor` serves a folder with the name \"doctor\".

Each flag can also be set by its environment variable, SWITCHBOARD_ and the name in upper case, or in the file of
--config.";

impl Config {
    /// Parses these flags, which do not include the program's name, as the command line does.
    ///
    /// # Errors
    /// Unknown flags and values that do not parse, in clap's words.
    pub fn from_args<T: Into<String> + Clone>(args: impl IntoIterator<Item = T>) -> Result<Self, clap::Error> {
        let args = args.into_iter().map(Into::into);
        Self::try_parse_from(std::iter::once("switchboard".to_owned()).chain(args))
    }
}
