//! What a cluster needs for so many clients and calls, reckoned from measured costs (docs/scale.md).

use clap::Parser;
use switchboard_bench::scale::costs::Costs;
use switchboard_bench::scale::load::{Load, Reckoning};
use switchboard_bench::scale::world::{Placement, Settings, Sizes, World};

/// What a cluster needs for so many clients and calls, reckoned from measured costs
#[derive(Parser)]
struct Flags {
    /// Connected clients
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    clients: usize,
    /// Calls a second, each between two clients of one lobby
    #[arg(long, value_name = "N", default_value_t = 10_000.0)]
    calls: f64,
    /// Lobbies
    #[arg(long, value_name = "N", default_value_t = 50_000)]
    lobbies: usize,
    /// The n-th largest lobby has a share of 1/n to this power; 0: all are as large
    #[arg(long, value_name = "N", default_value_t = 0.0)]
    zipf: f64,
    /// Nodes
    #[arg(long, value_name = "N", default_value_t = 20)]
    nodes: usize,
    /// Shards of lobbies; Switchboard has 64
    #[arg(long, value_name = "N", default_value_t = 64)]
    shards: usize,
    /// What decides which node a client connects to
    #[arg(long, value_enum, default_value_t = Placement::Random)]
    placement: Placement,
    /// Clients that share an address
    #[arg(long, value_name = "N", default_value_t = 25)]
    clients_an_address: usize,
    /// The part of the calls that name whom they call
    #[arg(long, value_name = "PART", default_value_t = 0.0)]
    directed: f64,
    /// Of the random numbers
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

fn main() {
    let flags = Flags::parse();
    let settings = Settings {
        clients: flags.clients,
        lobbies: flags.lobbies.max(1),
        sizes: if flags.zipf == 0.0 { Sizes::Uniform } else { Sizes::Zipf(flags.zipf) },
        shards: flags.shards.max(1),
        nodes: flags.nodes.max(1),
        placement: flags.placement,
        clients_an_address: flags.clients_an_address,
        seed: flags.seed,
    };
    let world = World::new(&settings);
    let costs = Costs::MEASURED;
    let load = Load { calls: flags.calls, directed: flags.directed.clamp(0.0, 1.0) };
    let reckoned = Reckoning::new(&world, &load, &costs);
    let of_nodes = |value: &dyn Fn(usize) -> f64| (0..settings.nodes).map(value).collect::<Vec<f64>>();
    let nodes = &reckoned.nodes;
    let largest = world.lobbies().max().unwrap_or_default();

    println!(
        "{} clients, {} calls/s, {} lobbies (the largest has {largest}), {} nodes",
        flags.clients, flags.calls, settings.lobbies, settings.nodes
    );
    println!();
    println!("{:<44}{:>12}{:>12}", "", "median", "most");
    line("shard: nodes that read it", &reckoned.readers, 1.0, 0);
    line("shard: commands/s", &reckoned.shard_commands, 1.0, 0);
    line("node: clients", &of_nodes(&|node| nodes[node].clients), 1.0, 0);
    line("node: memory of clients, MiB", &of_nodes(&|node| nodes[node].memory(&costs)), 1.0 / 1_048_576.0, 0);
    line("node: commands that it reads, /s", &of_nodes(&|node| nodes[node].commands), 1.0, 0);
    line("node: read from Redis, MB/s", &of_nodes(&|node| nodes[node].bytes), 1e-6, 1);
    line("node: sent to its clients, MB/s", &of_nodes(&|node| nodes[node].sent(&costs)), 1e-6, 1);
    line("node: deliveries of broadcasts, /s", &of_nodes(&|node| nodes[node].deliveries), 1.0, 0);
    line("node: cores for its own calls", &of_nodes(&|node| nodes[node].calls * costs.call), 1.0, 2);
    line("node: cores for reading and applying", &of_nodes(&|node| nodes[node].commands * costs.apply), 1.0, 2);
    line("node: cores for deliveries", &of_nodes(&|node| nodes[node].deliveries * costs.delivery), 1.0, 2);
    line("node: cores", &of_nodes(&|node| nodes[node].cores(&costs)), 1.0, 2);
    println!();
    println!("all: {:.0} commands/s, {:.0} deliveries/s", reckoned.commands, reckoned.deliveries);
    println!(
        "Redis: {:.1} MB/s in, {:.1} MB/s out, {:.2} of its one core",
        reckoned.redis_in / 1e6,
        reckoned.redis_out / 1e6,
        reckoned.redis_cores
    );
}

fn line(name: &str, values: &[f64], factor: f64, digits: usize) {
    let mut sorted: Vec<f64> = values.iter().map(|value| value * factor).collect();
    sorted.sort_by(f64::total_cmp);
    let (median, most) = (sorted[sorted.len() / 2], sorted[sorted.len() - 1]);
    println!("{name:<44}{median:>12.digits$}{most:>12.digits$}");
}
