//! Connecting, and being connected without saying anything.

use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::crowd::ConnectionLimiter;
use super::{Stage, within};
use crate::figures::{join, round};

/// Until what connecting left to do is done.
const SETTLE: Duration = Duration::from_secs(1);

/// What can be chosen.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// How many sockets
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    pub sockets: u64,
    /// For how many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub hold: u64,
}

/// Connects and holds them.
///
/// # Errors
/// A socket that cannot connect, a server that is gone.
pub async fn run(stage: &Stage, options: &Options) -> Result<Value> {
    within("--sockets", options.sockets, 15_000)?;
    within("--hold", options.hold, 300)?;
    let before = stage.process.usage()?.rss_kib;
    let measurement = stage.measure()?;
    let crowd = ConnectionLimiter::gather(stage, options.sockets).await?;
    let connected = measurement.now()?;
    sleep(SETTLE).await;
    let rss = stage.process.usage()?.rss_kib;

    stage.part("holding", options.hold);
    let measurement = stage.measure()?;
    for _ in 0..options.hold {
        sleep(Duration::from_secs(1)).await;
        stage.bar.inc(1);
    }
    let held = measurement.now()?;
    let sockets = options.sockets as f64;
    Ok(join([
        connected.to_json(),
        json!({
            "sockets": options.sockets,
            "lost": options.sockets - crowd.connected(),
            "connects_per_s": round(sockets / connected.time.as_secs_f64()),
            "connect_cpu_s_per_1000": round(connected.cpu.as_secs_f64() * 1000.0 / sockets),
            "rss_kib_before": before,
            "rss_kib": rss,
            "kib_per_socket": round(rss.saturating_sub(before) as f64 / sockets),
            "hold_s": options.hold,
            "idle_cpu_s_per_minute": (options.hold > 0).then(|| round(held.cpu.as_secs_f64() * 60.0 / held.time.as_secs_f64())),
            "kib_per_socket_after": round(held.rss_kib.saturating_sub(before) as f64 / sockets),
        }),
    ]))
}
