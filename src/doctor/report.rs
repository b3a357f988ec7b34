//! What the checks found, and how it is printed.

use std::fmt;
use std::io::Write;

use serde::Serialize;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Whether it is in order.
    pub status: Status,
    /// The name of the check: `port`, `certificate`.
    pub check: &'static str,
    /// What was seen; for a problem and a warning also what to do.
    pub sentence: String,
}

/// Whether what a check looked at is in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It is.
    Ok,
    /// It works, but not everywhere or not for many clients.
    Warning,
    /// It does not work.
    Problem,
    /// The check could not look at it.
    Skipped,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
            Self::Skipped => "skipped",
        })
    }
}

impl Finding {
    /// All is in order.
    pub(super) fn ok(check: &'static str, sentence: impl Into<String>) -> Self {
        Self { status: Status::Ok, check, sentence: sentence.into() }
    }

    /// See [`Status::Warning`].
    pub(super) fn warning(check: &'static str, sentence: impl Into<String>) -> Self {
        Self { status: Status::Warning, check, sentence: sentence.into() }
    }

    /// See [`Status::Problem`].
    pub(super) fn problem(check: &'static str, sentence: impl Into<String>) -> Self {
        Self { status: Status::Problem, check, sentence: sentence.into() }
    }

    /// See [`Status::Skipped`].
    pub(super) fn skipped(check: &'static str, sentence: impl Into<String>) -> Self {
        Self { status: Status::Skipped, check, sentence: sentence.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<8} {:<14} {}", self.status, self.check, self.sentence)
    }
}

/// All findings so far. Each is printed as soon as it is there, unless the report is printed as JSON at its end.
#[derive(Debug, Default)]
pub struct Report {
    findings: Vec<Finding>,
    is_live: bool,
}

impl Report {
    /// A report that prints each finding to standard output at once if `is_live`.
    pub fn new(is_live: bool) -> Self {
        Self { findings: Vec::new(), is_live }
    }

    pub(super) fn add(&mut self, finding: Finding) {
        if self.is_live {
            // The checks go on even if the reader of the output has closed it.
            let _ = writeln!(std::io::stdout(), "{finding}");
        }
        self.findings.push(finding);
    }

    pub(super) fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        findings.into_iter().for_each(|finding| self.add(finding));
    }

    /// All findings, in the order of the checks.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether a check found a problem.
    pub fn has_problem(&self) -> bool {
        self.findings.iter().any(|finding| finding.status == Status::Problem)
    }

    /// All findings: `{"findings": [{"status", "check", "sentence"}]}`.
    pub fn json(&self) -> String {
        serde_json::json!({ "findings": self.findings }).to_string()
    }

    /// The last line: how many findings of each kind there are.
    pub fn summary(&self) -> String {
        let count = |status| self.findings.iter().filter(|finding| finding.status == status).count();
        let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        format!(
            "{}, {}, {} ok, {} skipped",
            plural(count(Status::Problem), "problem"),
            plural(count(Status::Warning), "warning"),
            count(Status::Ok),
            count(Status::Skipped)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn report_counts_findings_of_each_status() {
        let mut report = Report::new(false);
        report.add(Finding::ok("port", "Port 8181 is free."));
        report.add(Finding::warning("files", "Few."));
        assert!(!report.has_problem());
        report.add(Finding::problem("name", "None."));
        report.add(Finding::skipped("relay", "Off."));
        assert!(report.has_problem());
        assert_eq!(report.summary(), "1 problem, 1 warning, 1 ok, 1 skipped");
        assert_eq!(report.findings()[0].to_string(), "ok       port           Port 8181 is free.");
    }
}
