//! `switchboard status` in a process of its own.

use tokio::process::Command;

use super::within;

/// What it printed.
#[derive(Debug)]
pub struct Told {
    pub code: i32,
    pub output: String,
    pub errors: String,
}

/// Runs it with these arguments.
pub async fn status(args: &[&str]) -> Told {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command.arg("status").args(args).env_remove("SWITCHBOARD_METRICS").kill_on_drop(true);
    let output = within("the status", command.output()).await.expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = output.status.code().expect("an exit code");
    Told { code, output: text(&output.stdout), errors: text(&output.stderr) }
}
