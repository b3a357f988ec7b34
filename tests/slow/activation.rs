//! Restarts under a socket that the service manager holds, while pages call each other.
#![cfg(unix)]

use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, BufReader};
use tokio::process::Command;

use crate::support::program::Program;

/// How many calls a second. Where it is not set, few: the machine does other tests meanwhile.
const RATE: &str = "SWITCHBOARD_RESTARTS_RATE";
const RESTARTS: usize = 10;
/// How long calls go on before the first restart, and after each.
const BETWEEN: Duration = Duration::from_secs(1);
/// Longer than a call may take.
const PATIENCE: Duration = Duration::from_secs(90);

#[tokio::test]
async fn restarts_under_a_held_socket_fail_no_call() {
    let rate = std::env::var(RATE).unwrap_or_else(|_| "5".to_owned());
    let folder = TempDir::new().expect("a folder");
    let state_file = folder.path().join("state.json");
    let flags = ["--state-file", state_file.to_str().expect("readable"), "--http-only"];
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let mut program = Program::start_with_listener(&listener, &flags, |_| false).await;
    let mut calls = Command::new("node")
        .args([concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser/cluster/calls.mjs"), &url, &rate])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("node runs");
    for _ in 0..RESTARTS {
        // Calls go on meanwhile: this is the load, not a wait for something.
        tokio::time::sleep(BETWEEN).await;
        program.stop().await;
        program = Program::start_with_listener(&listener, &flags, |_| false).await;
    }
    tokio::time::sleep(BETWEEN).await;
    drop(calls.stdin.take());
    let mut told = String::new();
    let mut output = BufReader::new(calls.stdout.take().expect("its output"));
    tokio::time::timeout(PATIENCE, output.read_to_string(&mut told)).await.expect("the calls end").expect("readable");
    eprintln!("{rate} calls a second: {told}");
    let told: Value = serde_json::from_str(&told).expect("one line of JSON");
    let number = |name: &str| told[name].as_u64().expect("a number");
    assert_eq!((number("failed"), number("forgotten")), (0, 0), "{told}");
    assert!(number("calls") > 0 && number("returns") > 0, "the restarts concerned pages: {told}");
}
