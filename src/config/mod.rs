//! The command line: each flag with its environment variable and its default, one module per heading of `--help`.
//!
//! `main` parses [`Config`] once at the start. Each module of the server receives only its own options, which
//! `options` derives from it.

// The doc comments of the flags are the text of `--help`, where a link would show its brackets.
#![allow(rustdoc::bare_urls)]

mod access;
mod api;
mod certificates;
mod command_line;
mod content;
mod doctor;
mod file;
mod ice;
mod limits;
mod listening;
mod logging;
mod manual;
mod names;
mod options;
mod printed;
mod program;
mod reach;
mod secret;
mod settings;
mod status;

pub use self::command_line::Config;
pub use self::doctor::DoctorArgs;
pub use self::program::Program;
pub use self::settings::Settings;
pub use self::status::StatusArgs;
