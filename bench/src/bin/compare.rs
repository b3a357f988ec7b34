//! The comparison: every server in turn, round by round; the table; the page. Called by `bench/run`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, fs};

use anyhow::{Context, Result};
use clap::Parser;
use indicatif::ProgressBar;
use switchboard_bench::compare::page;
use switchboard_bench::compare::peer::{Ground, Peer};
use switchboard_bench::compare::plan::{Measurement, Size, plan};
use switchboard_bench::compare::results::Results;
use switchboard_bench::compare::table::table;
use switchboard_bench::scenario;

/// Measures Switchboard and its peers in interleaved rounds
#[derive(Parser)]
#[command(name = "bench/run")]
struct Flags {
    /// One round of small sizes; the page is left alone
    #[arg(long, conflicts_with = "long")]
    quick: bool,
    /// 20,000 calls also with 500 idle sockets and with 500 open offers
    #[arg(long)]
    long: bool,
    /// Only measurements whose name begins like this; repeatable; the page is left alone
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// After so many minutes no further round is begun
    #[arg(long, value_name = "N", default_value_t = 11)]
    minutes: u64,
    /// Measure nothing: write the page from the figures of this file
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Where the figures are kept, as JSON lines
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// The folder of bench/
    #[arg(long, value_name = "DIR")]
    bench: PathBuf,
    /// The server
    #[arg(long, value_name = "FILE")]
    switchboard: PathBuf,
}

fn main() -> ExitCode {
    match run(&Flags::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(flags: &Flags) -> Result<()> {
    let size = match (flags.quick, flags.long) {
        (true, _) => Size::Quick,
        (_, true) => Size::Long,
        _ => Size::Full,
    };
    let mut plan = plan(size);
    plan.retain(|one| flags.only.is_empty() || flags.only.iter().any(|only| one.name.starts_with(only)));
    let results = match &flags.from {
        Some(file) => Results::read(file)?,
        None => {
            let results = measure(flags, &plan)?;
            results.write(&flags.to)?;
            results
        }
    };
    println!("{}", table(&results, size));
    for failure in &results.failures {
        println!("did not work: {failure}");
    }
    if size != Size::Quick && flags.only.is_empty() {
        let docs = flags.bench.join("../docs");
        page::write(&docs, &results, size, &machine())?;
    }
    Ok(())
}

fn measure(flags: &Flags, plan: &[Measurement]) -> Result<Results> {
    let own = env::current_exe()?;
    let bin = own.parent().context("a folder")?.to_path_buf();
    let scratch = bin.join("bench-scratch");
    let ground = Ground { bench: flags.bench.clone(), bin, switchboard: flags.switchboard.clone(), scratch };
    ground.prepare()?;
    let rounds = plan.iter().flat_map(|one| &one.peers).map(|(_, rounds)| *rounds).max().unwrap_or(0);
    let bar = scenario::bar();
    bar.set_length(plan.iter().flat_map(|one| &one.peers).map(|(_, rounds)| *rounds as u64).sum());
    let (began, mut results, mut missing) = (Instant::now(), Results::default(), BTreeSet::new());
    for round in 0..rounds {
        if began.elapsed() > Duration::from_secs(flags.minutes * 60) {
            results.failures.push(format!("the time was up after {round} of {rounds} rounds"));
            break;
        }
        for one in plan {
            let mut peers: Vec<Peer> =
                one.peers.iter().filter(|(_, rounds)| *rounds > round).map(|(peer, _)| *peer).collect();
            if !peers.is_empty() {
                // Nobody is always the first.
                let first = round % peers.len();
                peers.rotate_left(first);
            }
            for peer in peers.into_iter().filter(|peer| !missing.contains(peer)).collect::<Vec<_>>() {
                bar.inc(1);
                bar.set_message(format!("{} {peer}", one.name));
                match play(&ground, one, peer, &bar) {
                    Ok(Some(figures)) => {
                        if figures["failed"].as_u64().is_some_and(|failed| failed > 0) {
                            let (failed, why) = (&figures["failed"], &figures["failures"]);
                            results.failures.push(format!("{} with {peer}: {failed} failed: {why}", one.name));
                        }
                        results.note(&one.name, peer, round, figures);
                    }
                    Ok(None) => {
                        missing.insert(peer);
                        results.failures.push(format!("{peer} cannot be had on this machine"));
                    }
                    Err(error) => results.failures.push(format!("{} with {peer}, round {round}: {error:#}", one.name)),
                }
            }
        }
    }
    bar.finish_and_clear();
    Ok(results)
}

fn play(ground: &Ground, one: &Measurement, peer: Peer, bar: &ProgressBar) -> Result<Option<serde_json::Value>> {
    let Some(running) = ground.start(peer, one.tls)? else { return Ok(None) };
    let figures = ground.load(&running, one.tls, &one.arguments)?;
    if bar.is_hidden() {
        eprintln!("{} {peer}", one.name);
    }
    Ok(Some(figures))
}

fn machine() -> String {
    let cpus = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let model = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = model.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let model = model.trim_start_matches(['\t', ':', ' ']);
    format!("{cpus} cores ({model}), everything on one machine over loopback.")
}
