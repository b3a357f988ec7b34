//! A server on a free port, clients that speak the wire by hand, and the payloads that the tests send. Nothing here
//! sleeps: a test that waits longer than `PATIENCE` fails.

pub mod back_end;
pub mod bare;
pub mod bystanders;
pub mod client;
pub mod core;
pub mod doctor;
pub mod fixtures;
pub mod folder;
pub mod frames;
pub mod gst_peer;
pub mod http;
pub mod http_server;
pub mod inspector;
pub mod member;
#[cfg(target_os = "linux")]
pub mod namespaces;
pub mod packet;
pub mod pair_user;
pub mod payload;
pub mod pebble;
pub mod polling;
pub mod program;
pub mod redis;
pub mod reverse_proxy;
pub mod room_world;
pub mod server;
pub mod service;
pub mod status;
pub mod tls;
pub mod token;
pub mod turn;
pub mod wire;

use std::future::Future;
use std::time::Duration;

use proptest::prelude::ProptestConfig;

pub use bare::Bare;
pub use client::Client;
pub use member::Member;
pub use server::TestServer;
pub use wire::Transport;

/// How long anything may take before a test gives it up: long, so that a busy machine fails no test.
const PATIENCE: Duration = Duration::from_secs(60);

/// For tests that send more events at once than any page does.
pub const UNHURRIED: [&str; 2] = ["--event-burst", "1000000"];

/// A property is tried with so many cases; without `LONG_TESTS`, which `./test` sets, with an eighth of them.
pub fn cases(all: u32) -> ProptestConfig {
    let is_long = std::env::var_os("LONG_TESTS").is_some();
    ProptestConfig { cases: if is_long { all } else { all / 8 }, ..ProptestConfig::default() }
}

/// Waits for `future`, and fails the test in words when it takes too long.
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("waited {} s in vain for {what}", PATIENCE.as_secs()),
    }
}

/// Runs `test` for each of these cases at the same time: for tests that mostly wait.
pub async fn at_once<T>(cases: impl IntoIterator<Item = T>, test: impl AsyncFn(T)) {
    futures_util::future::join_all(cases.into_iter().map(|case| test(case))).await;
}
