//! The command line of `switchboard doctor`.

use clap::Args;

use super::command_line::Config;
use super::secret::Secret;
use crate::http::public_url::PublicUrl;

/// The flags of `switchboard doctor`: the server's own, and a few more.
#[derive(Debug, Clone, Args)]
pub struct DoctorArgs {
    /// The flags of the server that is looked at.
    #[command(flatten)]
    pub config: Config,

    /// Token by which to ask for the ICE servers, where the server wants tokens; @FILE reads it from a file
    #[arg(long, value_name = "TEXT", hide_env = true, help_heading = "Doctor")]
    pub token: Option<Secret>,

    /// Print one JSON document at the end: {"findings": [{"status", "check", "sentence"}]}
    #[arg(long, help_heading = "Doctor")]
    pub json: bool,
}

impl DoctorArgs {
    /// The subcommand. A folder of this name is served as `./doctor`.
    const NAME: &str = "doctor";

    /// The argument, if it is the URL of a server and not a folder.
    pub fn url(&self) -> Option<Result<PublicUrl, String>> {
        let argument = self.config.folder.as_ref()?.to_str()?;
        (argument.starts_with("http://") || argument.starts_with("https://")).then(|| argument.parse())
    }

    pub(super) fn subcommand() -> clap::Command {
        Self::augment_args(clap::Command::new(Self::NAME))
            .about("Look at what stands in the way: port, certificate, proxy, file limit, STUN and TURN")
            .long_about(
                "Looks at what stands in the way of a server with these flags, and of one that runs with them already. With a \
                 URL it looks at a server that runs elsewhere, as a browser in this network would meet it.\n\n\
                 It sends requests only to this machine, to the host of --public-url or of the URL, and to the ICE servers \
                 that the server there lists. The exit code is 1 if there is a problem.",
            )
            .after_help(
                "Examples:\n  switchboard doctor                                  before the start, or while the server runs\n  \
                 switchboard doctor --public-url https://calls.example.org --trust-proxy\n  \
                 switchboard doctor https://calls.example.org        from another network\n\n\
                 Give it the flags of the server. A folder with the name \"doctor\" is served by `switchboard ./doctor`.",
            )
            .mut_arg("folder", |folder| {
                folder
                    .value_name("URL|FOLDER")
                    .help("URL of a server that runs elsewhere, or the folder that the server serves")
                    .long_help(None)
            })
    }
}
