//! What can be measured, and what all of it has in common.

pub mod broadcast;
pub mod calls;
pub mod crowd;
pub mod idle;
pub mod relay;
pub mod rooms;

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::figures::round;
use crate::process::{Process, Processes, Usage};
use crate::target::Target;

/// Where the load goes, and whose processes are watched.
#[derive(Clone)]
pub struct Stage {
    /// The server.
    pub target: Target,
    /// Its process; those of its nodes.
    pub process: Processes,
    /// Those of the Redis that the nodes share.
    pub redis: Processes,
    /// The bar.
    pub bar: ProgressBar,
}

impl Stage {
    /// Begins a part of the work, of so many steps.
    pub fn part(&self, name: &'static str, steps: u64) {
        self.bar.reset();
        self.bar.set_length(steps);
        self.bar.set_position(0);
        self.bar.set_message(name);
    }

    /// Begins to measure.
    ///
    /// # Errors
    /// A server that is gone.
    pub fn measure(&self) -> Result<Measurement<'_>> {
        let began = Instant::now();
        Ok(Measurement {
            stage: self,
            began,
            server: self.process.usage()?,
            redis: self.redis.usage()?,
            own: Process::own().usage()?,
        })
    }
}

/// The progress bar. Where standard error is no terminal it draws nothing.
pub fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:20} {wide_bar} {pos}/{len} {elapsed}");
    let bar = ProgressBar::no_length();
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// From when on it is measured.
pub struct Measurement<'a> {
    stage: &'a Stage,
    began: Instant,
    server: Usage,
    redis: Usage,
    own: Usage,
}

/// What was measured.
pub struct Measured {
    /// How long it took.
    pub time: Duration,
    /// CPU time of the server; of all its nodes.
    pub cpu: Duration,
    /// CPU time of Redis.
    pub redis_cpu: Duration,
    /// Its memory now, in KiB.
    pub rss_kib: u64,
    /// How busy this tool was, as a share of one core: near 1 it was the bottleneck itself.
    pub own_load: f64,
}

impl Measurement<'_> {
    /// What it comes to by now.
    ///
    /// # Errors
    /// A server that is gone.
    pub fn now(&self) -> Result<Measured> {
        let (time, server, own) = (self.began.elapsed(), self.stage.process.usage()?, Process::own().usage()?);
        let redis = self.stage.redis.usage()?;
        Ok(Measured {
            time,
            cpu: server.cpu.saturating_sub(self.server.cpu),
            redis_cpu: redis.cpu.saturating_sub(self.redis.cpu),
            rss_kib: server.rss_kib,
            own_load: own.cpu.saturating_sub(self.own.cpu).as_secs_f64() / time.as_secs_f64(),
        })
    }
}

impl Measured {
    /// As JSON.
    pub fn to_json(&self) -> Value {
        json!({
            "seconds": round(self.time.as_secs_f64()),
            "cpu_s": round(self.cpu.as_secs_f64()),
            "redis_cpu_s": round(self.redis_cpu.as_secs_f64()),
            "rss_kib": self.rss_kib,
            "own_load": round(self.own_load),
        })
    }
}

/// How much is too much for one machine and one run.
///
/// # Errors
/// Says what is too much.
pub fn within(what: &str, value: u64, most: u64) -> Result<()> {
    ensure!(value <= most, "{what} {value}: {most} are the most");
    Ok(())
}
