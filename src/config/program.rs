//! The program's choice between the server and its subcommands, and where the flags come from: the command line, before
//! environment variables, before the file of `--config`.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::Resettable;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, CommandFactory, FromArgMatches};

use super::command_line::Config;
use super::doctor::DoctorArgs;
use super::file::{self, Setting};
use super::manual;
use super::names::{is_service_link, unknown_variables};
use super::printed::printed;
use super::settings::Settings;
use super::status::StatusArgs;

/// What the program shall do.
#[derive(Debug)]
pub enum Program {
    /// Serve.
    Serve(Box<Config>),
    /// Print this text.
    Print(String),
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

    /// Parses these arguments, the program's name first, with the file that they name.
    ///
    /// # Errors
    /// What clap says, and its help; what is wrong in the file.
    pub fn from_args(args: impl IntoIterator<Item = impl Into<OsString>>) -> Result<Self, clap::Error> {
        let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
        let command = command();
        let found = FromFile::read(&command, &args)?;
        let mut matches =
            command.clone().try_get_matches_from(found.with(&args)).map_err(|error| found.explain(error))?;
        match matches.remove_subcommand() {
            Some((name, mut matches)) if name == StatusArgs::NAME => {
                Ok(Self::Status(Box::new(StatusArgs::from_arg_matches_mut(&mut matches)?)))
            }
            Some((name, matches)) if name == manual::MAN => manual::page(command, &matches).map(Self::Print),
            Some((name, matches)) if name == manual::COMPLETIONS => {
                manual::completions(command, &matches).map(Self::Print)
            }
            Some((_, mut matches)) => Ok(Self::Doctor(Box::new(DoctorArgs::from_arg_matches_mut(&mut matches)?))),
            None if matches.get_flag("print_config") => {
                let lines: HashMap<String, usize> =
                    found.settings.iter().map(|setting| (setting.id.clone(), setting.line)).collect();
                Ok(Self::Print(printed(&command, &matches, found.file.as_deref(), &lines)))
            }
            None => {
                let settings = Settings::of(&command, &matches);
                Ok(Self::Serve(Box::new(Config { settings, ..Config::from_arg_matches_mut(&mut matches)? })))
            }
        }
    }

    /// The flags of this process as they are now: the file of `--config` may be another one.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(crate) fn read_again() -> anyhow::Result<Config> {
        match Self::from_args(std::env::args_os()) {
            Ok(Self::Serve(config)) => Ok(*config),
            Ok(_) => anyhow::bail!("They no longer start a server."),
            Err(error) => {
                // What follows the first paragraph is the usage.
                let text = error.to_string();
                let first = text.trim_start_matches("error: ").split("\n\n").next().unwrap_or_default();
                anyhow::bail!("{}", first.split_whitespace().collect::<Vec<_>>().join(" "))
            }
        }
    }

    /// A sentence for each environment variable that looks like one of a flag and sets nothing.
    pub fn unknown_variables() -> Vec<String> {
        unknown_variables(&Config::command(), std::env::vars_os())
    }
}

fn command() -> Command {
    let command = Config::command().disable_help_subcommand(true).args_conflicts_with_subcommands(true);
    let command = command.subcommand(without_links(DoctorArgs::subcommand())).subcommand(StatusArgs::subcommand());
    let command = command.subcommands(manual::subcommands());
    without_links(command)
}

/// Lets flags be whose variables Kubernetes has set.
fn without_links(command: Command) -> Command {
    let is_link = |flag: &Arg| {
        let name = flag.get_env()?;
        Some(is_service_link(&name.to_string_lossy(), &std::env::var_os(name)?.to_string_lossy()))
    };
    command.mut_args(|flag| if is_link(&flag) == Some(true) { flag.env(Resettable::Reset) } else { flag })
}

/// What the file sets, without what stands before it: on the command line or in the environment.
#[derive(Default)]
struct FromFile {
    file: Option<PathBuf>,
    settings: Vec<Setting>,
    /// How many of the arguments stand before it.
    place: usize,
}

impl FromFile {
    fn read(command: &Command, args: &[OsString]) -> Result<Self, clap::Error> {
        // What is wrong with the rest is found later, when the flags of the file are there, too. Help needs no file.
        let Ok(matches) = command.clone().ignore_errors(true).try_get_matches_from(args) else {
            return Ok(Self::default());
        };
        let (command, matches, place) = match matches.subcommand() {
            Some((name, matches)) => {
                let Some(command) = command.find_subcommand(name) else { return Ok(Self::default()) };
                (command, matches, 2)
            }
            None => (command, &matches, 1),
        };
        let Ok(Some(file)) = matches.try_get_one::<PathBuf>("config") else { return Ok(Self::default()) };
        let mut settings = file::read(file, command)
            .map_err(|error| clap::Error::raw(ErrorKind::ValueValidation, format!("{error}\n")))?;
        settings.retain(|setting| !is_given(matches, &setting.id));
        Ok(Self { file: Some(file.clone()), settings, place })
    }

    /// The arguments with those of the file.
    fn with(&self, args: &[OsString]) -> Vec<OsString> {
        let mut all = args.to_vec();
        let place = self.place.min(all.len());
        all.splice(place..place, self.settings.iter().flat_map(|setting| setting.args.clone()));
        all
    }

    /// An error, with the line of the file that it concerns.
    fn explain(&self, error: clap::Error) -> clap::Error {
        let (Some(file), Some(ContextValue::String(argument))) = (&self.file, error.get(ContextKind::InvalidArg))
        else {
            return error;
        };
        let flag = argument.trim_start_matches('-').split([' ', '=', '[']).next().unwrap_or_default().replace('-', "_");
        let Some(Setting { line, .. }) = self.settings.iter().find(|setting| setting.id == flag) else { return error };
        let text = error.render().to_string();
        let sentence = text.strip_prefix("error: ").unwrap_or(&text).split("\n\n").next().unwrap_or_default();
        clap::Error::raw(error.kind(), format!("{}, line {line}: {sentence}\n", file.display()))
    }
}

fn is_given(matches: &ArgMatches, id: &str) -> bool {
    matches!(matches.value_source(id), Some(ValueSource::CommandLine | ValueSource::EnvVariable))
}
