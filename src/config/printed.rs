//! What `--print-config` prints: the file that sets what holds, and where each value comes from. Defaults are comments.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::file::{is_settable, name};

/// The flags of this command with the values that hold. `lines`: the flags that the file sets, and where in it.
pub fn printed(command: &Command, matches: &ArgMatches, file: Option<&Path>, lines: &HashMap<String, usize>) -> String {
    let (mut text, mut heading) = (String::new(), None);
    for flag in command.get_arguments().filter(|flag| is_settable(flag)) {
        if heading != Some(flag.get_help_heading()) {
            heading = Some(flag.get_help_heading());
            let break_before = if text.is_empty() { "" } else { "\n" };
            // A text cannot fail to be written to.
            let _ = writeln!(text, "{break_before}# {}", flag.get_help_heading().unwrap_or("Pages"));
        }
        let id = flag.get_id().as_str();
        let source = match (lines.get(id), matches.value_source(id)) {
            (Some(line), _) => format!("{}, line {line}", file.unwrap_or(Path::new("")).display()),
            (None, Some(ValueSource::CommandLine)) => String::from("command line"),
            (None, Some(ValueSource::EnvVariable)) => {
                flag.get_env().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
            }
            _ => String::new(),
        };
        let _ = match value(flag, matches) {
            // As a comment: a file may set a flag only beside the one that it needs.
            Some(value) if source.is_empty() => writeln!(text, "# {} = {value}", name(flag)),
            Some(value) => writeln!(text, "{} = {value} # {source}", name(flag)),
            None => writeln!(text, "# {} is not set", name(flag)),
        };
    }
    text
}

/// A value as TOML; nothing for a flag that has none.
fn value(flag: &Arg, matches: &ArgMatches) -> Option<String> {
    let id = flag.get_id().as_str();
    if matches!(flag.get_action(), ArgAction::SetTrue) {
        return Some(matches.get_flag(id).to_string());
    }
    let values: Vec<String> = matches
        .get_raw(id)?
        .map(|value| value.to_string_lossy().into_owned())
        .filter(|value| !value.is_empty())
        .collect();
    let [first, ..] = &values[..] else { return None };
    if flag.is_hide_env_values_set() {
        return Some(String::from("\"***\""));
    }
    if matches!(flag.get_action(), ArgAction::Append) {
        return Some(format!("[{}]", values.iter().map(|value| quoted(value)).collect::<Vec<_>>().join(", ")));
    }
    let is_number = first.parse::<u64>().is_ok_and(|number| number.to_string() == *first);
    Some(if is_number { first.clone() } else { quoted(first) })
}

/// A basic string of TOML, whose escapes are those of JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}
