//! The TURN server alone, for the comparison with coturn: on a loopback address, with the bench's secret.

use std::net::{IpAddr, Ipv4Addr};

use anyhow::Result;
use clap::Parser;
use switchboard_bench::turn::servers::SECRET;
use switchboard_turn::{Limits, Options, PeerPolicy, TurnServer};

/// The TURN server alone
#[derive(Parser)]
struct Flags {
    /// Worker threads; 0: one for each core
    #[arg(long, value_name = "N", default_value_t = 0)]
    workers: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let flags = Flags::parse();
    let server = TurnServer::bind(Options {
        bind: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        port: 0,
        relay_ports: 49152..=65535,
        external_ip: Vec::new(),
        secret: SECRET.into(),
        policy: PeerPolicy { allow: vec!["127.0.0.0/8".parse()?], ..PeerPolicy::default() },
        limits: Limits {
            allocations: 20_000,
            per_user: 20_000,
            per_address: 20_000,
            bytes_per_second_per_user: u64::MAX,
            ..Limits::default()
        },
        workers: flags.workers,
    })?;
    println!("turn: {}", server.local_addr());
    server.serve(std::future::pending()).await;
    Ok(())
}
