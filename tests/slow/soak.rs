//! For hours, by hand: thousands of silent clients, a number of calls a second, and memory that stays constant.
//!
//! `cargo test --release --test slow soak -- --ignored --nocapture` prints a line of CSV every 15 s. From the
//! environment: `SWITCHBOARD_SOAK_SECONDS` (900), `SWITCHBOARD_SOAK_IDLE` (2000 connections), `SWITCHBOARD_SOAK_CALLS` (50
//! a second). Each connection takes a file descriptor here and one in the server: `ulimit -n` of at least the number of
//! idle connections and 1,000 more.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::hostile::{healthy, number_from};
use crate::support::program::Program;
use crate::support::{Client, TestServer, Transport};

/// Calls that may be under way at once. Further ones are left out: this machine does not keep up.
const UNDER_WAY: usize = 500;
/// One line of the curve.
const LINE: Duration = Duration::from_secs(15);
/// The first lines are not held against the rest: the server is still growing into its work.
const WARM_UP: usize = 4;
/// What memory may grow after that, in KiB.
const GROWTH: usize = 16 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes a quarter of an hour"]
async fn memory_stays_constant_over_many_calls() {
    let seconds = number_from("SWITCHBOARD_SOAK_SECONDS").unwrap_or(900);
    let count = number_from("SWITCHBOARD_SOAK_IDLE").unwrap_or(2_000);
    let rate = number_from("SWITCHBOARD_SOAK_CALLS").unwrap_or(50);
    let mut program = Program::start(&["--log-level", "warn", "--max-connections-per-address", "20000"]).await;
    let mut idle = JoinSet::new();
    for number in 0..count {
        let auth = json!({ "userName": format!("idle {number}"), "password": "x", "lobby": "idle" });
        idle.spawn(Client::connect_as(&program.server, auth).await.stay());
    }

    let server = Arc::new(TestServer::elsewhere(program.server.address()));
    let (mut calls, mut begun, mut done, mut failed, mut left_out) = (JoinSet::new(), 0u64, 0u64, 0u64, 0u64);
    let (mut ticks, mut lines) = (interval(Duration::from_secs(1).div_f64(rate as f64)), interval(LINE));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut curve = Vec::new();
    let end = Instant::now() + Duration::from_secs(seconds);
    println!("second,resident KiB,peak KiB,open files,calls,failed,left out,under way,idle");
    while Instant::now() < end {
        tokio::select! {
            Some(call) = calls.join_next() => match call {
                Ok(()) => done += 1,
                Err(_) => failed += 1,
            },
            _ = ticks.tick() => {
                begun += 1;
                if calls.len() < UNDER_WAY {
                    let (server, lobby) = (Arc::clone(&server), format!("call {begun}"));
                    let transports = [Transport::WebSocket, Transport::WebSocket];
                    calls.spawn(async move { healthy::call(&server, transports, &lobby).await });
                } else {
                    left_out += 1;
                }
            }
            now = lines.tick() => {
                while idle.try_join_next().is_some() {}
                let second = seconds.saturating_sub((end - now).as_secs());
                if let Some(usage) = program.usage() {
                    let (memory, peak, files) = (usage.resident, usage.peak, usage.open_files);
                    println!("{second},{memory},{peak},{files},{done},{failed},{left_out},{},{}", calls.len(), idle.len());
                    curve.push(memory);
                }
            }
        }
    }
    while let Some(call) = calls.join_next().await {
        if call.is_ok() { done += 1 } else { failed += 1 }
    }
    while idle.try_join_next().is_some() {}
    println!("{done} calls, {failed} failed, {left_out} left out, {} of {count} idle ones are still there", idle.len());
    program.assert_sound();
    assert_eq!((failed, idle.len() as u64), (0, count), "failed calls, and idle ones who are still there");
    if let (Some(&early), Some(&late)) = (curve.get(WARM_UP), curve.last()) {
        assert!(late <= early + GROWTH, "memory has grown from {early} to {late} KiB");
    }
}
