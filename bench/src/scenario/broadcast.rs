//! One caller's offers, one after the other, to everybody.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::sync::atomic::Ordering::Relaxed;
use tokio::time::timeout;

use super::crowd::ConnectionLimiter;
use super::{Stage, within};
use crate::client::Client;
use crate::course;
use crate::figures::{Latencies, join, round};

/// An offer that takes longer to come to everybody does not come.
const LIMIT: Duration = Duration::from_secs(30);

/// What can be chosen.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// How many hear them
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    pub sockets: u64,
    /// How many offers
    #[arg(long, value_name = "N", default_value_t = 40)]
    pub offers: u64,
}

/// Makes the offers. Each is made when everybody has heard the one before.
///
/// # Errors
/// An offer that a client does not receive, a server that is gone.
pub async fn run(stage: &Stage, options: &Options) -> Result<Value> {
    within("--sockets", options.sockets, 10_000)?;
    within("--offers", options.offers, 2_000)?;
    ensure!(options.sockets > 0 && options.offers > 0, "nobody hears anything");
    let before = stage.process.usage()?.rss_kib;
    let crowd = ConnectionLimiter::gather(stage, options.sockets).await?;
    let mut caller = Client::connect(&stage.target, "caller").await?;
    let connected = stage.process.usage()?.rss_kib;

    stage.part("offers", options.offers);
    let mut last = Latencies::default();
    let measurement = stage.measure()?;
    for number in 0..options.offers {
        let offer = course::new_offer(number);
        let made = Instant::now();
        *crowd.heard.made.lock() = Some(made);
        caller.emit(offer.as_bytes()).await?;
        let everybody = crowd.hear((number + 1) * options.sockets);
        timeout(LIMIT, everybody).await.with_context(|| format!("not everybody heard offer {number}"))??;
        last.note(made.elapsed());
        stage.bar.inc(1);
    }
    let measured = measurement.now()?;
    let wrong = crowd.heard.wrong.load(Relaxed);
    ensure!(wrong == 0, "{wrong} offers came twice or out of order");
    let deliveries = (options.sockets * options.offers) as f64;
    let per_socket = |rss: u64| round(rss.saturating_sub(before) as f64 / options.sockets as f64);
    Ok(join([
        measured.to_json(),
        json!({
            "sockets": options.sockets, "offers": options.offers,
            "deliveries_per_s": round(deliveries / measured.time.as_secs_f64()),
            "cpu_us_per_delivery": round(measured.cpu.as_secs_f64() * 1e6 / deliveries),
            "delivery_ms": crowd.heard.latencies.lock().to_json(),
            "last_receiver_ms": last.to_json(),
            "kib_per_socket_before": per_socket(connected),
            "kib_per_socket_after": per_socket(measured.rss_kib),
        }),
    ]))
}
