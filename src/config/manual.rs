//! What packages install beside the program: `switchboard man` and `switchboard completions SHELL`.

use std::io;

use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;
use clap_mangen::Man;

/// A folder of this name is served as `./man`.
pub(super) const MAN: &str = "man";
/// A folder of this name is served as `./completions`.
pub(super) const COMPLETIONS: &str = "completions";

/// Both subcommands.
pub(super) fn subcommands() -> [Command; 2] {
    let page =
        Arg::new("command").value_name("COMMAND").help("A command, such as doctor; without it the whole program");
    let shell = Arg::new("shell").value_name("SHELL").required(true).value_parser(value_parser!(Shell));
    [
        Command::new(MAN).about("Print a page of the manual, for man").arg(page).after_help(
            "Examples:\n  switchboard man > switchboard.1\n  switchboard man doctor > switchboard-doctor.1\n\n\
             A folder with the name \"man\" is served by `switchboard ./man`.",
        ),
        Command::new(COMPLETIONS)
            .about("Print what completes flags and commands in a shell")
            .arg(shell.help("The shell"))
            .after_help(
                "Example:\n  switchboard completions bash > /usr/share/bash-completion/completions/switchboard\n\n\
                 A folder with the name \"completions\" is served by `switchboard ./completions`.",
            ),
    ]
}

/// The page of the manual for `command`, or for one of its subcommands, in roff.
///
/// # Errors
/// A subcommand that does not exist.
pub(super) fn page(mut command: Command, matches: &ArgMatches) -> Result<String, clap::Error> {
    // Commands below it get their whole names.
    command.build();
    if let Some(name) = matches.get_one::<String>("command") {
        let Some(found) = command.find_subcommand(name) else {
            return Err(command.error(ErrorKind::InvalidSubcommand, format!("there is no command {name:?}")));
        };
        command = found.clone();
    }
    let mut text = Vec::new();
    Man::new(command).render(&mut text)?;
    Ok(read(text)?)
}

/// The script for a shell.
///
/// # Errors
/// None that is known: it is written to memory.
pub(super) fn completions(mut command: Command, matches: &ArgMatches) -> Result<String, clap::Error> {
    let shell = *matches.get_one::<Shell>("shell").unwrap_or(&Shell::Bash);
    let name = command.get_name().to_owned();
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut text);
    Ok(read(text)?)
}

fn read(text: Vec<u8>) -> io::Result<String> {
    String::from_utf8(text).map_err(io::Error::other)
}
