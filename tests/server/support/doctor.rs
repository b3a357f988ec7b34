//! `switchboard doctor` in a process of its own, and what it prints.

use std::path::Path;
use std::process::Stdio;

use serde::Deserialize;
use tokio::process::Command;

use super::within;

const BINARY: &str = env!("CARGO_BIN_EXE_switchboard");

/// What the doctor found.
#[derive(Debug, Deserialize)]
pub struct Examined {
    findings: Vec<Finding>,
    #[serde(skip)]
    pub code: i32,
}

#[derive(Debug, Deserialize)]
struct Finding {
    status: String,
    check: String,
    sentence: String,
}

impl Examined {
    /// Fails the test unless this check has this status; gives back its sentence.
    pub fn has(&self, status: &str, check: &str) -> &str {
        let found = self.findings.iter().find(|finding| finding.check == check && finding.status == status);
        &found.unwrap_or_else(|| panic!("no {status} of {check}: {self:#?}")).sentence
    }

    /// Fails the test if this check was done at all.
    pub fn has_no(&self, check: &str) {
        assert!(self.findings.iter().all(|finding| finding.check != check), "{check}: {self:#?}");
    }

    /// Fails the test if there is a problem or a warning besides those of these checks.
    pub fn is_well_but_for(&self, checks: &[&str]) {
        let faults = self.findings.iter().filter(|finding| matches!(finding.status.as_str(), "problem" | "warning"));
        let others: Vec<_> = faults.filter(|finding| !checks.contains(&finding.check.as_str())).collect();
        assert!(others.is_empty(), "{others:#?}");
        let has_problem = self.findings.iter().any(|finding| finding.status == "problem");
        assert_eq!(self.code, i32::from(has_problem), "the exit code says whether there is a problem: {self:#?}");
    }
}

/// Runs the doctor with these arguments.
pub async fn examine(args: &[&str]) -> Examined {
    examine_by(Command::new(BINARY), args).await
}

/// The same on a system that trusts only this authority, PEM.
pub async fn examine_trusting(authority: &Path, args: &[&str]) -> Examined {
    let mut command = Command::new(BINARY);
    command.env("SSL_CERT_FILE", authority).env_remove("SSL_CERT_DIR");
    examine_by(command, args).await
}

/// The same with no more than so many open files.
pub async fn examine_with_files(most: usize, args: &[&str]) -> Examined {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit -n {most} && exec \"$0\" \"$@\""), BINARY]);
    examine_by(shell, args).await
}

async fn examine_by(mut command: Command, args: &[&str]) -> Examined {
    let command = command.arg("doctor").args(args).arg("--json").kill_on_drop(true).stdin(Stdio::null());
    let output = within("the doctor", command.output()).await.expect("the program runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let mut examined: Examined = serde_json::from_str(&text)
        .unwrap_or_else(|fault| panic!("{fault}: {text}{}", String::from_utf8_lossy(&output.stderr)));
    examined.code = output.status.code().expect("an exit code");
    examined
}
