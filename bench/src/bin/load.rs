//! The load tool: plays one scenario against a server on this machine and prints one line of JSON.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use serde_json::{Value, json};
use switchboard_bench::figures::join;
use switchboard_bench::process::Processes;
use switchboard_bench::scenario::{self, Stage, broadcast, calls, idle, relay, rooms};
use switchboard_bench::target::{Carrier, Target};
use tokio::time::timeout;

/// Load for a Socket.IO signaling server on this machine
#[derive(Parser)]
struct Flags {
    /// Where the server listens: ws, wss, http or https, a loopback address. Several are nodes of one server
    #[arg(long, value_name = "URL", required = true)]
    url: Vec<String>,
    /// Its process, or those of its nodes, for CPU time and memory
    #[arg(long, value_name = "PID", required = true)]
    pid: Vec<u32>,
    /// Processes of the Redis that the nodes share, for its CPU time
    #[arg(long, value_name = "PID")]
    redis_pid: Vec<u32>,
    /// How Engine.IO is carried
    #[arg(long, value_enum, global = true, default_value_t = Carrier::Ws)]
    carrier: Carrier,
    /// The certificate to trust
    #[arg(long, value_name = "FILE", global = true)]
    cert: Option<PathBuf>,
    /// The whole of it may take so many seconds
    #[arg(long, value_name = "SECONDS", global = true, default_value_t = 300)]
    limit: u64,
    #[command(subcommand)]
    scenario: Scenario,
}

#[derive(Subcommand)]
enum Scenario {
    /// Whole calls between fresh clients
    Calls(calls::Options),
    /// Connected sockets that say nothing
    Idle(idle::Options),
    /// Candidates through answered calls
    Relay(relay::Options),
    /// Offers that everybody hears
    Broadcast(broadcast::Options),
    /// Rooms in which each calls each
    Rooms(rooms::Options),
}

// One thread: on a machine with few cores the server needs the others.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Flags::parse()).await {
        Ok(figures) => {
            println!("{figures}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(flags: Flags) -> Result<Value> {
    let target = Target::of_nodes(&flags.url, flags.carrier, flags.cert.as_deref())?;
    let tls = target.tls.is_some();
    let (process, redis) = (Processes::new(&flags.pid), Processes::new(&flags.redis_pid));
    let stage = Stage { target, process, redis, bar: scenario::bar() };
    let started = stage.process.usage()?.rss_kib;
    let (name, figures) = timeout(Duration::from_secs(flags.limit.min(1_200)), async {
        Ok(match &flags.scenario {
            Scenario::Calls(options) => ("calls", calls::run(&stage, options).await?),
            Scenario::Idle(options) => ("idle", idle::run(&stage, options).await?),
            Scenario::Relay(options) => ("relay", relay::run(&stage, options).await?),
            Scenario::Broadcast(options) => ("broadcast", broadcast::run(&stage, options).await?),
            Scenario::Rooms(options) => ("rooms", rooms::run(&stage, options).await?),
        }) as Result<_>
    })
    .await
    .context("not done within --limit")??;
    stage.bar.finish_and_clear();
    let carrier = if flags.carrier == Carrier::Ws { "ws" } else { "polling" };
    let head = json!({"scenario": name, "carrier": carrier, "tls": tls, "base_rss_kib": started});
    Ok(join([head, figures]))
}
