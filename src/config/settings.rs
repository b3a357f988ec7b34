//! The values of all flags as they were given, to be compared with those of a later time.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

use clap::{ArgAction, ArgMatches, Command};

use super::file::{is_settable, name};

/// The values by the names of their flags. `Debug` prints names alone: some values are secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Settings(BTreeMap<String, Vec<OsString>>);

impl Settings {
    /// What holds for this command.
    pub(super) fn of(command: &Command, matches: &ArgMatches) -> Self {
        let flags = command.get_arguments().filter(|flag| is_settable(flag)).map(|flag| {
            let id = flag.get_id().as_str();
            let values = match flag.get_action() {
                ArgAction::SetTrue => vec![matches.get_flag(id).to_string().into()],
                _ => matches.get_raw(id).into_iter().flatten().map(ToOwned::to_owned).collect(),
            };
            (name(flag).to_owned(), values)
        });
        Self(flags.collect())
    }

    /// Whether they come from a command line, which can be read again.
    pub fn is_known(&self) -> bool {
        !self.0.is_empty()
    }

    /// The names of the flags whose values differ.
    pub(crate) fn changed(&self, later: &Self) -> Vec<&str> {
        let differs = |name: &&String| self.0.get(*name) != later.0.get(*name);
        self.0.keys().filter(differs).map(String::as_str).collect()
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
