//! What the server's process has used so far, from /proc.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

/// Processes that are watched together.
#[derive(Debug, Clone)]
pub struct Processes(Vec<Process>);

impl Processes {
    /// The processes with these ids.
    pub fn new(ids: &[u32]) -> Self {
        Self(ids.iter().copied().map(Process::new).collect())
    }

    /// What they have used by now, in all.
    ///
    /// # Errors
    /// A process that is gone.
    pub fn usage(&self) -> Result<Usage> {
        let mut sum = Usage { cpu: Duration::ZERO, rss_kib: 0 };
        for process in &self.0 {
            let usage = process.usage()?;
            sum = Usage { cpu: sum.cpu + usage.cpu, rss_kib: sum.rss_kib + usage.rss_kib };
        }
        Ok(sum)
    }
}

/// A process that is watched.
#[derive(Debug, Clone)]
pub struct Process {
    folder: PathBuf,
}

/// What it has used.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    /// CPU time of all its threads.
    pub cpu: Duration,
    /// Memory that is in RAM, in KiB.
    pub rss_kib: u64,
}

impl Process {
    /// The process with this id.
    pub fn new(id: u32) -> Self {
        Self { folder: format!("/proc/{id}").into() }
    }

    /// This process.
    pub fn own() -> Self {
        Self { folder: "/proc/self".into() }
    }

    /// What it has used by now.
    ///
    /// # Errors
    /// A process that is gone.
    pub fn usage(&self) -> Result<Usage> {
        // The scheduler's own count, in nanoseconds: `stat` has it in hundredths of a second only.
        let mut nanoseconds = 0;
        for thread in fs::read_dir(self.folder.join("task")).context("the server's process is gone")? {
            // A thread may end in the meantime.
            let Ok(text) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
            nanoseconds += text.split(' ').next().and_then(|first| first.parse::<u64>().ok()).unwrap_or_default();
        }
        let status = fs::read_to_string(self.folder.join("status")).context("the server's process is gone")?;
        let rss = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let rss_kib = rss.and_then(|rss| rss.trim().trim_end_matches(" kB").parse().ok()).context("no VmRSS")?;
        Ok(Usage { cpu: Duration::from_nanos(nanoseconds), rss_kib })
    }
}
