//! The program's choice between the server and its subcommands.

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches};

use super::command_line::Config;
use super::doctor::DoctorArgs;
use super::status::StatusArgs;

/// What the program shall do.
#[derive(Debug)]
pub enum Program {
    /// Serve.
    Serve(Box<Config>),
    /// Look at what stands in the way.
    Doctor(Box<DoctorArgs>),
    /// Say how a running server and its cluster are.
    Status(Box<StatusArgs>),
}

impl Program {
    /// Parses the command line. Ends the process after `--help`, `--version` and an error.
    pub fn parse() -> Self {
        Self::from_args(std::env::args_os()).unwrap_or_else(|error| error.exit())
    }

    /// Parses these arguments, the program's name first.
    ///
    /// # Errors
    /// What clap says, and its help.
    pub fn from_args(args: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> Result<Self, clap::Error> {
        let command = Config::command().disable_help_subcommand(true).args_conflicts_with_subcommands(true);
        let command = command.subcommand(DoctorArgs::subcommand()).subcommand(StatusArgs::subcommand());
        let mut matches = command.try_get_matches_from(args)?;
        match matches.remove_subcommand() {
            Some((name, mut matches)) if name == StatusArgs::NAME => {
                Ok(Self::Status(Box::new(StatusArgs::from_arg_matches_mut(&mut matches)?)))
            }
            Some((_, mut matches)) => Ok(Self::Doctor(Box::new(DoctorArgs::from_arg_matches_mut(&mut matches)?))),
            None => Ok(Self::Serve(Box::new(Config::from_arg_matches_mut(&mut matches)?))),
        }
    }
}
