//! The TURN server beside coturn in interleaved rounds: prints each run as a line of JSON, then the table.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use serde_json::{Value, json};
use switchboard_bench::figures::{join, round};
use switchboard_bench::process::Process;
use switchboard_bench::turn::load::{self, Options};
use switchboard_bench::turn::memory;
use switchboard_bench::turn::servers::Server;

/// The TURN server beside coturn: relayed packets for each second of the server's CPU time
#[derive(Parser)]
struct Flags {
    /// How many rounds
    #[arg(long, value_name = "N", default_value_t = 7)]
    rounds: usize,
    /// For how many seconds each run relays
    #[arg(long, value_name = "SECONDS", default_value_t = 4.0)]
    seconds: f64,
    /// How many clients
    #[arg(long, value_name = "N", default_value_t = 8)]
    clients: usize,
    /// Packets a second that all clients together send; 0: as many as come through
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "4000,20000,0")]
    rates: Vec<f64>,
    /// The size of a packet
    #[arg(long, value_name = "BYTES", default_value_t = 1200)]
    size: usize,
    /// How often the clients send what is due, in microseconds
    #[arg(long, value_name = "MICROSECONDS", default_value_t = 1000)]
    tick: u64,
    /// Packets of one client that may be on their way when there is no rate
    #[arg(long, value_name = "N", default_value_t = 64)]
    window: u64,
    /// Worker threads of Switchboard; 0: one for each core
    #[arg(long, value_name = "N", default_value_t = 0)]
    workers: usize,
    /// Only this server
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Measures the memory of so many allocations instead
    #[arg(long, value_name = "N")]
    allocations: Option<usize>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let flags = Flags::parse();
    let own = std::env::current_exe()?.parent().context("no folder")?.to_path_buf();
    let only = |server: &Server| flags.only.as_ref().is_none_or(|only| server.name().eq_ignore_ascii_case(only));
    let servers: Vec<_> = Server::ALL.into_iter().filter(only).collect();
    if let Some(allocations) = flags.allocations {
        for server in servers {
            let running = server.start(&own, flags.workers).await?;
            let figures = memory::measure(running.address, &Process::new(running.id()), allocations).await?;
            println!("{}", join([json!({"server": server.name()}), figures]));
        }
        return Ok(());
    }
    for &rate in &flags.rates {
        let mut runs = vec![Vec::new(); servers.len()];
        for number in 0..flags.rounds {
            for turn in 0..servers.len() {
                // Who begins changes from round to round.
                let at = (turn + number) % servers.len();
                let figures = run(&flags, servers[at], &own, rate).await?;
                println!("{}", join([json!({"server": servers[at].name(), "round": number}), figures.clone()]));
                runs[at].push(figures);
            }
        }
        table(&servers, &runs, rate);
    }
    Ok(())
}

async fn run(flags: &Flags, server: Server, own: &Path, rate: f64) -> Result<Value> {
    let running = server.start(own, flags.workers).await?;
    let options = Options {
        clients: flags.clients,
        seconds: flags.seconds,
        rate,
        size: flags.size,
        tick: Duration::from_micros(flags.tick),
        window: flags.window,
    };
    load::play(running.address, &Process::new(running.id()), &options).await
}

/// Medians with their quartiles, and the ratio of each server to the last within a round.
fn table(servers: &[Server], runs: &[Vec<Value>], rate: f64) {
    let quartiles = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        let at = |part: f64| round(values[((values.len() - 1) as f64 * part).round() as usize]);
        format!("{} ({} to {})", at(0.5), at(0.25), at(0.75))
    };
    let of = |runs: &[Value], key: &str| runs.iter().map(|run| run[key].as_f64().unwrap_or_default()).collect();
    println!("\n{rate} packets/s | relayed/CPU second | ratio in a round | lost | relayed/s | p99, ms");
    for (at, server) in servers.iter().enumerate() {
        let cost = |at: usize| -> Vec<f64> { of(&runs[at], "relayed_per_cpu_second") };
        let ratios = cost(at).iter().zip(cost(runs.len() - 1)).map(|(own, other)| own / other).collect();
        let p99 = runs[at].iter().map(|run| run["latency_ms"]["p99"].as_f64().unwrap_or_default()).collect();
        println!(
            "{} | {} | {} | {} | {} | {}",
            server.name(),
            quartiles(cost(at)),
            quartiles(ratios),
            quartiles(of(&runs[at], "lost")),
            quartiles(of(&runs[at], "relayed_per_second")),
            quartiles(p99),
        );
    }
    println!();
}
