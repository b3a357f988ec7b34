//! Two nodes as one server, in interleaved rounds: prints each run as a line of JSON, then the table.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;
use serde_json::json;
use switchboard_bench::cluster::servers::{Ground, Server};
use switchboard_bench::cluster::table::{Run, table};

/// Switchboard's cluster beside one node and beside two Node servers, with Redis
#[derive(Parser)]
struct Flags {
    /// How many rounds
    #[arg(long, value_name = "N", default_value_t = 5)]
    rounds: usize,
    /// How many calls in a run
    #[arg(long, value_name = "N", default_value_t = 500)]
    pairs: u64,
    /// For how many seconds candidates are sent
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    seconds: u64,
    /// The folder of bench/
    #[arg(long, value_name = "DIR", default_value = ".")]
    bench: PathBuf,
    /// The server
    #[arg(long, value_name = "FILE", default_value = "../target/release/switchboard")]
    switchboard: PathBuf,
}

fn main() -> Result<()> {
    let flags = Flags::parse();
    let own = std::env::current_exe()?;
    let bin = own.parent().context("a folder")?.to_path_buf();
    let scratch = bin.join("bench-scratch");
    let ground = Ground {
        bench: flags.bench.canonicalize()?,
        bin,
        switchboard: flags.switchboard.canonicalize().context("the server: cargo build --release")?,
        scratch,
    };
    let calls = format!("calls --pairs {} --concurrency 16", flags.pairs);
    let relay = |rate: u32| format!("relay --pairs 20 --seconds {} --rate {rate}", flags.seconds);
    let plan = [("calls", calls), ("relay-1500", relay(1_500)), ("relay-15000", relay(15_000))];
    let mut runs = Vec::new();
    for round in 0..flags.rounds {
        for (scenario, arguments) in &plan {
            let mut servers = Server::ALL;
            // Each is the first one in turn.
            servers.rotate_left(round % Server::ALL.len());
            for server in servers {
                let mut arguments: Vec<_> = arguments.split(' ').collect();
                if server == Server::NodePair {
                    arguments.push("--unordered");
                }
                let running = ground.start(server)?;
                match ground.load(&running, &arguments) {
                    Ok(figures) => {
                        println!(
                            "{}",
                            json!({"scenario": scenario, "server": server.to_string(), "round": round, "figures": figures})
                        );
                        runs.push(Run { scenario, server, round, figures });
                    }
                    Err(error) => eprintln!("{scenario} with {server}, round {round}: {error:#}"),
                }
            }
        }
    }
    println!("{}", table(&runs));
    Ok(())
}
