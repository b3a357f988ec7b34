//! A rolling restart of the three nodes of deploy/cluster, while clients call each other.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

use crate::compose::{Compose, NODES};

/// How many calls a second. Where it is not set, few: the machine does other tests meanwhile.
const RATE: &str = "SWITCHBOARD_ROLLING_RATE";
/// How long calls go on before the first restart, and after each.
const BETWEEN: Duration = Duration::from_secs(2);
/// A page is back within this time, in milliseconds, if the machine has nothing else to do, and else at least within the grace.
const BACK_MS: [u64; 2] = [5_000, 25_000];
/// Longer than a call may take.
const PATIENCE: Duration = Duration::from_secs(90);

#[tokio::test]
async fn rolling_restart_of_all_nodes_fails_no_call() {
    let Some(mut compose) = Compose::start().await else { return };
    let (rate, back_ms) = match std::env::var(RATE) {
        Ok(rate) => (rate, BACK_MS[0]),
        Err(_) => ("5".to_owned(), BACK_MS[1]),
    };
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser/cluster/calls.mjs");
    let url = format!("http://{}", compose.balancer.address());
    let mut calls = Command::new("node")
        .args([program, &url, &rate])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("node runs");
    for node in NODES {
        // Calls go on meanwhile: this is the load, not a wait for something.
        tokio::time::sleep(BETWEEN).await;
        compose.stop_node(node).await;
        compose.start_node(node).await;
    }
    tokio::time::sleep(BETWEEN).await;
    drop(calls.stdin.take());
    let mut told = String::new();
    let mut output = BufReader::new(calls.stdout.take().expect("its output"));
    timeout(PATIENCE, output.read_to_string(&mut told)).await.expect("the calls end").expect("readable");
    eprintln!("{rate} calls a second: {told}");
    let told: Value = serde_json::from_str(&told).expect("one line of JSON");
    let number = |name: &str| told[name].as_u64().expect("a number");
    assert_eq!((number("failed"), number("forgotten")), (0, 0), "{told}");
    assert!(number("calls") > 0 && number("returns") > 0, "the restarts concerned pages: {told}");
    assert!(number("slowestReturnMs") <= back_ms, "{told}");
}
