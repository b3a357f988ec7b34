//! coturn's own test client.

use std::net::Ipv4Addr;
use std::process::Stdio;

use tokio::process::Command;
use tokio::time::timeout;

use super::support::{SECRET, SOON, Server, options};

/// Lets coturn's client relay to itself; false where it is not installed.
async fn passes(flags: &[&str]) -> bool {
    let server = Server::start(options());
    let mut command = Command::new("turnutils_uclient");
    // Two clients that are each other's peers, 20 messages of each, a port besides theirs is not asked for.
    command.args(["-y", "-c", "-m", "2", "-n", "20", "-l", "1000", "-u", "ann", "-W", SECRET]);
    command.args(flags).args(["-p", &server.address.port().to_string()]).arg(Ipv4Addr::LOCALHOST.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let running = match command.spawn() {
        Ok(running) => running,
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "turnutils_uclient cannot be run: {error}");
            eprintln!("skipped: turnutils_uclient cannot be run ({error}); it is in Debian's package coturn");
            return false;
        }
    };
    let output = timeout(SOON, running.wait_with_output()).await.expect("coturn's client ends").unwrap();
    let printed = [output.stdout, output.stderr].concat();
    let printed = String::from_utf8_lossy(&printed);
    assert!(output.status.success(), "{printed}");
    assert!(printed.contains("Total lost packets 0 (0.000000%)"), "{printed}");
    assert!(server.handle.stats().relayed_packets >= 80, "{printed}");
    server.stop().await;
    true
}

#[tokio::test]
async fn uclient_relays_over_udp_by_channels_and_indications() {
    if passes(&[]).await {
        passes(&["-s"]).await;
    }
}

#[tokio::test]
async fn uclient_relays_over_tcp_by_channels_and_indications() {
    if passes(&["-t"]).await {
        passes(&["-t", "-s"]).await;
    }
}
