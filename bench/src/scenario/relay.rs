//! Candidates through answered calls: as many as the server can pass on, or so many a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::{Stage, within};
use crate::call::Call;
use crate::client::Client;
use crate::course::{self, CANDIDATES, Side, mark};
use crate::figures::{Failures, Latencies, join, round};

/// Messages in one write at most.
const BATCH: u32 = 16;
/// How long what was sent may take to come when sending is over.
const LAST: Duration = Duration::from_secs(10);
/// How often a paced sender looks at the clock.
const TICK: Duration = Duration::from_millis(1);

/// What can be chosen.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// How many calls
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub pairs: u64,
    /// For how many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3)]
    pub seconds: u64,
    /// Candidates a second in all calls together; 0: as many as come through
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub rate: u64,
    /// Candidates of one call that may be on their way
    #[arg(long, value_name = "N", default_value_t = 64)]
    pub window: u32,
    /// Of the calls before, candidates may overtake the acknowledgement
    #[arg(long)]
    pub unordered: bool,
}

/// One call's candidates.
struct Way {
    call: u64,
    began: Instant,
    end: Instant,
    rate: f64,
    window: u32,
    free: Semaphore,
    sent: AtomicU64,
    heard: AtomicU64,
    latencies: Arc<Mutex<Latencies>>,
}

/// Sends them.
///
/// # Errors
/// Calls that fail, a server that is gone.
pub async fn run(stage: &Stage, options: &Options) -> Result<Value> {
    within("--pairs", options.pairs, 1_000)?;
    // Senders do not listen, so pings go unanswered: this is over before anybody minds.
    within("--seconds", options.seconds, 15)?;
    within("--window", u64::from(options.window), 900)?;
    ensure!(options.pairs > 0 && options.window > 0, "nothing is sent");
    stage.part("calls", options.pairs);
    let mut calls = Vec::new();
    for number in 0..options.pairs {
        calls.push(
            Call { target: stage.target.clone(), number, late: false, unordered: options.unordered }.answered().await?,
        );
        stage.bar.inc(1);
    }

    stage.part("candidates", options.seconds);
    let latencies = Arc::new(Mutex::new(Latencies::default()));
    let measurement = stage.measure()?;
    let began = Instant::now();
    let (mut ways, mut senders, mut receivers) = (Vec::new(), JoinSet::new(), JoinSet::new());
    for (call, clients) in (0..).zip(calls) {
        let way = Arc::new(Way {
            call,
            began,
            end: began + Duration::from_secs(options.seconds),
            rate: options.rate as f64 / options.pairs as f64,
            window: options.window,
            free: Semaphore::new(options.window as usize),
            sent: AtomicU64::new(0),
            heard: AtomicU64::new(0),
            latencies: latencies.clone(),
        });
        senders.spawn(send(clients.offerer, way.clone()));
        receivers.spawn(receive(clients.answerer, way.clone()));
        ways.push(way);
    }
    for _ in 0..options.seconds {
        sleep(Duration::from_secs(1)).await;
        stage.bar.inc(1);
    }
    let measured = measurement.now()?;
    let heard: u64 = ways.iter().map(|way| way.heard.load(Relaxed)).sum();

    // What is still on its way has to come, too. The senders' connections must stay until then.
    let mut failures = Failures::default();
    let mut clients = Vec::new();
    while let Some(sender) = senders.join_next().await {
        match sender? {
            Ok(client) => clients.push(client),
            Err(error) => failures.note(&error),
        }
    }
    let missing = || ways.iter().map(|way| way.sent.load(Relaxed) - way.heard.load(Relaxed)).sum::<u64>();
    let _ = timeout(LAST, async {
        while missing() > 0 && receivers.try_join_next().is_none() {
            sleep(TICK).await;
        }
    })
    .await;
    let lost = missing();
    receivers.shutdown().await;
    ensure!(failures.count() == 0 && lost == 0, "{lost} candidates lost, {}", failures.to_json());
    let per_second = heard as f64 / measured.time.as_secs_f64();
    Ok(join([
        measured.to_json(),
        json!({
            "pairs": options.pairs, "rate": options.rate, "window": options.window, "messages": heard,
            "messages_per_s": round(per_second),
            "redis_cpu_us_per_message": round(measured.redis_cpu.as_secs_f64() * 1e6 / heard.max(1) as f64),
            "cpu_us_per_message": round(measured.cpu.as_secs_f64() * 1e6 / heard.max(1) as f64),
            "relay_ms": latencies.lock().to_json(),
        }),
    ]))
}

async fn send(mut client: Client, way: Arc<Way>) -> Result<Client> {
    let name = format!("offerer-{}", way.call);
    let mut number = CANDIDATES;
    while Instant::now() < way.end {
        let mut batch = BATCH.min(way.window);
        if way.rate > 0.0 {
            let due = CANDIDATES + (way.began.elapsed().as_secs_f64() * way.rate) as u64;
            batch = batch.min(due.saturating_sub(number) as u32);
            if batch == 0 {
                sleep(TICK).await;
                continue;
            }
        }
        // At least one, and what else is free.
        let Ok(Ok(first)) = timeout(LAST, way.free.acquire()).await else { break };
        first.forget();
        let more = way.free.try_acquire_many(batch - 1).map(|more| more.forget()).map_or(1, |()| batch);
        let stamp = way.began.elapsed().as_micros() as u64;
        for _ in 0..more {
            let event = course::send_candidate(&name, Side::Offerer, mark(way.call, Side::Offerer, number), stamp);
            client.push(event.as_bytes());
            number += 1;
        }
        way.sent.fetch_add(u64::from(more), Relaxed);
        client.flush().await?;
    }
    Ok(client)
}

/// Ends only by something that is wrong.
async fn receive(mut client: Client, way: Arc<Way>) {
    let mut next = CANDIDATES;
    while let Ok(packet) = client.packet().await {
        if !course::is(packet, "receivedIceCandidateFromServer") {
            continue;
        }
        for (heard, stamp) in course::candidates(packet) {
            if heard != mark(way.call, Side::Offerer, next) {
                return;
            }
            next += 1;
            let latency = way.began.elapsed().saturating_sub(Duration::from_micros(stamp));
            way.latencies.lock().note(latency);
            way.heard.fetch_add(1, Relaxed);
            way.free.add_permits(1);
        }
    }
}
