//! Whole calls, each between two fresh clients.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::crowd::ConnectionLimiter;
use super::{Measurement, Stage, within};
use crate::call::Call;
use crate::client::Client;
use crate::course;
use crate::figures::{Failures, Latencies, join, round};

/// How many past offers are made before it is looked whether they have come.
const AT_ONCE: u64 = 50;
/// Failures after which it is no use to go on.
const ENOUGH: u64 = 100;

/// What can be chosen.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// How many calls
    #[arg(long, value_name = "N", default_value_t = 250)]
    pub pairs: u64,
    /// How many of them at once
    #[arg(long, value_name = "N", default_value_t = 16)]
    pub concurrency: u64,
    /// Offers that were made before and whose callers are gone
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub past: u64,
    /// Offers that are open all the time, each of another caller
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub open: u64,
    /// Sockets that are connected all the time and say nothing
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub idle: u64,
    /// Answerers connect after the offer was made
    #[arg(long)]
    pub late: bool,
    /// Candidates may overtake the acknowledgement, as between the nodes of some peers
    #[arg(long)]
    pub unordered: bool,
    /// CPU and memory are noted after every so many calls
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub bucket: u64,
}

#[derive(Default)]
struct Notes {
    connected: Latencies,
    answered: Latencies,
    complete: Latencies,
    failures: Failures,
    buckets: Vec<Value>,
    done: u64,
}

/// Plays them.
///
/// # Errors
/// A server that is gone, or cannot be prepared.
pub async fn run(stage: &Stage, options: &Options) -> Result<Value> {
    within("--pairs", options.pairs, 100_000)?;
    within("--concurrency", options.concurrency, 500)?;
    within("--past", options.past, 10_000)?;
    within("--open", options.open, 5_000)?;
    within("--idle", options.idle, 10_000)?;
    ensure!(options.concurrency > 0, "--concurrency 0 makes no calls");

    past(stage, options.past).await?;
    let crowd = ConnectionLimiter::gather(stage, options.idle).await?;
    let callers = open(stage, options.open).await?;
    if options.open > 0 {
        timeout(Duration::from_secs(60), crowd.hear(options.idle * options.open)).await.context("open offers")??;
    }

    stage.part("calls", options.pairs);
    let notes = Arc::new(Mutex::new(Notes::default()));
    let next = Arc::new(AtomicU64::new(0));
    let before = stage.process.usage()?.rss_kib;
    let measurement = stage.measure()?;
    let mut players = JoinSet::new();
    for _ in 0..options.concurrency {
        players.spawn(play(stage.clone(), options.clone(), next.clone(), notes.clone()));
    }
    // One player's end is nobody else's: the buckets are looked after here, between the calls.
    let watching = watch(&measurement, options, &notes);
    let playing = async { while players.join_next().await.is_some() {} };
    let ((), watched) = tokio::join!(playing, watching);
    watched?;
    let measured = measurement.now()?;
    let notes = notes.lock();
    let good = notes.done - notes.failures.count();
    drop(callers);
    Ok(join([
        json!({
            "pairs": notes.done, "concurrency": options.concurrency, "past": options.past, "open": options.open,
            "idle": options.idle, "late": options.late,
            "failed": notes.failures.count() + (options.pairs - notes.done),
            "failures": notes.failures.to_json(),
            "lost_idle": options.idle - crowd.connected(),
            "calls_per_s": round(good as f64 / measured.time.as_secs_f64()),
            "cpu_s_per_1000": round(measured.cpu.as_secs_f64() * 1000.0 / good.max(1) as f64),
            "rss_kib_before": before,
            "connect_ms": notes.connected.to_json(),
            "answer_ms": notes.answered.to_json(),
            "complete_ms": notes.complete.to_json(),
            "buckets": notes.buckets,
        }),
        measured.to_json(),
    ]))
}

async fn play(stage: Stage, options: Options, next: Arc<AtomicU64>, notes: Arc<Mutex<Notes>>) {
    loop {
        let number = next.fetch_add(1, Relaxed);
        if number >= options.pairs || notes.lock().failures.count() >= ENOUGH {
            return;
        }
        let Options { late, unordered, .. } = options;
        let played = Call { target: stage.target.clone(), number, late, unordered }.play().await;
        let mut notes = notes.lock();
        match played {
            Ok(timing) => {
                notes.connected.note(timing.connected);
                notes.answered.note(timing.answered);
                notes.complete.note(timing.complete);
            }
            Err(error) => notes.failures.note(&error),
        }
        notes.done += 1;
        stage.bar.inc(1);
    }
}

/// Notes what the server has used, each time another bucket is full.
async fn watch(measurement: &Measurement<'_>, options: &Options, notes: &Mutex<Notes>) -> Result<()> {
    if options.bucket == 0 {
        return Ok(());
    }
    let (mut full, mut before, started) = (0, measurement.now()?, Instant::now());
    loop {
        tokio::time::sleep(Duration::from_millis(5)).await;
        let (done, failed) = {
            let notes = notes.lock();
            (notes.done, notes.failures.count())
        };
        if done >= full + options.bucket || done >= options.pairs {
            let now = measurement.now()?;
            let cpu = now.cpu.saturating_sub(before.cpu).as_secs_f64() * 1000.0 / (done - full).max(1) as f64;
            let bucket = json!({"calls": done, "cpu_ms_per_call": round(cpu), "rss_kib": now.rss_kib});
            notes.lock().buckets.push(bucket);
            (full, before) = (done, now);
        }
        // The players stop by themselves; who watches must, too.
        if done >= options.pairs || failed >= ENOUGH || started.elapsed() > Duration::from_secs(1200) {
            return Ok(());
        }
    }
}

/// Offers of a client that makes one after the other and disconnects then.
async fn past(stage: &Stage, count: u64) -> Result<()> {
    if count == 0 {
        return Ok(());
    }
    let witness = ConnectionLimiter::gather(stage, 1).await?;
    let mut caller = Client::connect(&stage.target, "caller-past").await?;
    stage.part("past offers", count);
    for first in (0..count).step_by(AT_ONCE as usize) {
        let last = count.min(first + AT_ONCE);
        for number in first..last {
            caller.push(course::new_offer(number).as_bytes());
            // One by one: a server that reads them all at once may count them as a flood.
            caller.flush().await?;
        }
        timeout(Duration::from_secs(60), witness.hear(last)).await.context("past offers")??;
        stage.bar.set_position(last);
    }
    caller.close().await;
    Ok(())
}

/// Callers who wait all the time.
async fn open(stage: &Stage, count: u64) -> Result<Vec<Client>> {
    let mut callers = Vec::new();
    stage.part("open offers", count);
    for number in 0..count {
        let mut caller = Client::connect(&stage.target.node(number), &format!("caller-{number}")).await?;
        caller.emit(course::new_offer(number).as_bytes()).await?;
        callers.push(caller);
        stage.bar.inc(1);
    }
    Ok(callers)
}
