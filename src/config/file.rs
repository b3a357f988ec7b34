//! The file of `--config`: TOML, whose keys are the names of flags.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{fs, io};

use clap::{Arg, ArgAction, Command};
use thiserror::Error;
use toml::de::{DeTable, DeValue};

use super::names::nearest;

/// A flag that the file sets.
#[derive(Debug)]
pub struct Setting {
    /// Which one, as clap calls it.
    pub id: String,
    /// The line of the file, from 1.
    pub line: usize,
    /// How it would stand on the command line.
    pub args: Vec<OsString>,
}

/// The file cannot be used.
#[derive(Debug, Error)]
pub enum FileError {
    /// It cannot be read.
    #[error("{} cannot be read: {error}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// A line of it is wrong. The text of the line is not shown, since it may hold a password.
    #[error("{}, line {line}: {what}", file.display())]
    Line {
        /// The file.
        file: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
}

/// Reads what a file sets of the flags of this command.
///
/// # Errors
/// A file that cannot be read, is no TOML, has a key that is no flag's name or a value that no flag takes.
pub fn read(file: &Path, command: &Command) -> Result<Vec<Setting>, FileError> {
    let text = fs::read_to_string(file).map_err(|error| FileError::Unreadable { file: file.to_owned(), error })?;
    let line_of = |at: usize| text.get(..at).unwrap_or(&text).matches('\n').count() + 1;
    let wrong = |at: usize, what: String| FileError::Line { file: file.to_owned(), line: line_of(at), what };
    let table = DeTable::parse(&text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        wrong(at, format!("this is not TOML: {}", error.message()))
    })?;
    let mut settings = Vec::new();
    for (key, value) in table.get_ref() {
        let at = key.span().start;
        let (flag, args) = setting(key.get_ref(), value.get_ref(), command).map_err(|what| wrong(at, what))?;
        settings.push(Setting { id: flag.get_id().to_string(), line: line_of(at), args });
    }
    settings.sort_by_key(|setting| setting.line);
    Ok(settings)
}

/// The flag of a key, and how it would stand on the command line.
fn setting<'a>(key: &str, value: &DeValue<'_>, command: &'a Command) -> Result<(&'a Arg, Vec<OsString>), String> {
    if matches!(value, DeValue::Table(_)) {
        return Err(format!("write the flags without sections like [{key}]: port = 8181"));
    }
    let flags = || command.get_arguments().filter(|flag| is_settable(flag));
    let Some(flag) = flags().find(|flag| name(flag) == key) else {
        let nearest = nearest(key, flags().map(name)).map(|name| format!(", perhaps \"{name}\" is meant"));
        return Err(format!("there is no flag --{key}{}", nearest.unwrap_or_default()));
    };
    Ok((flag, args(flag, value, command)?))
}

/// Whether the file may set a flag.
pub fn is_settable(flag: &Arg) -> bool {
    !matches!(flag.get_id().as_str(), "config" | "print_config" | "help" | "version")
}

/// The key of a flag.
pub fn name(flag: &Arg) -> &str {
    flag.get_long().unwrap_or(flag.get_id().as_str())
}

/// A flag with its value, or several times with one value each.
fn args(flag: &Arg, value: &DeValue<'_>, command: &Command) -> Result<Vec<OsString>, String> {
    let name = name(flag);
    if matches!(flag.get_action(), ArgAction::SetTrue) {
        let is_set = value.as_bool().ok_or_else(|| format!("{name} is true or false, without quotes"))?;
        return Ok(if is_set { vec![format!("--{name}").into()] } else { Vec::new() });
    }
    let text = |value: &DeValue<'_>| match value {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Ok(number.as_str().to_owned()),
        DeValue::Float(number) => Ok(number.as_str().to_owned()),
        DeValue::Boolean(true) => Ok(String::from("on")),
        DeValue::Boolean(false) => Ok(String::from("off")),
        _ => Err(format!("{name} takes a text in quotes or a number")),
    };
    if flag.is_positional() {
        let value = text(value)?;
        // A folder may be called as a command is.
        let is_plain = command.find_subcommand(&value).is_none() && !value.starts_with('-');
        return Ok(vec![if is_plain { value.into() } else { Path::new(".").join(value).into() }]);
    }
    let with = |value: &DeValue<'_>| Ok(OsString::from(format!("--{name}={}", text(value)?)));
    match value {
        // As on the command line, where such a flag need not have a value.
        DeValue::Boolean(true) if flag.get_num_args().is_some_and(|count| count.min_values() == 0) => {
            Ok(vec![format!("--{name}").into()])
        }
        DeValue::Array(values) if matches!(flag.get_action(), ArgAction::Append) => {
            values.iter().map(|value| with(value.get_ref())).collect()
        }
        DeValue::Array(_) => Err(format!("{name} takes one value")),
        one => Ok(vec![with(one)?]),
    }
}
