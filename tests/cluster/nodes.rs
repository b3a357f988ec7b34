//! Nodes of a cluster in processes of their own.

use std::process::Command;

use crate::support::http::request;
use crate::support::program::Program;
use crate::support::{TestServer, within};

/// So many nodes with one log, ready for clients.
pub async fn nodes<const N: usize>(log: &str, flags: &[&str]) -> [Program; N] {
    let mut nodes = Vec::new();
    for _ in 0..N {
        let flags = [&["--cluster", log, "--metrics", "127.0.0.1:0"], flags].concat();
        nodes.push(Program::start_keeping(&flags, |_| true).await);
    }
    for node in &nodes {
        until_ready(&node.server).await;
    }
    nodes.try_into().ok().expect("as many as asked for")
}

/// The status of the reply to a GET.
pub async fn status_of(server: &TestServer, path: &str) -> u16 {
    request(server.stream().await, "GET", path, &[("Connection", "close")], b"").await.status
}

/// Waits until a node takes clients.
pub async fn until_ready(server: &TestServer) {
    within("the node to be ready", async {
        while status_of(server, "/readyz").await != 200 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// Sends a process a signal.
pub fn signal(node: &Program, name: &str) {
    let sent = Command::new("kill").args([name, &node.id().to_string()]).status();
    assert!(sent.expect("kill runs").success());
}
