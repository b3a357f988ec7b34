//! What calls cost in a world.

use super::costs::Costs;
use super::world::World;

/// What the clients do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// Calls a second, each between two clients of a lobby that connect for it.
    pub calls: f64,
    /// The part of the calls that name whom they call: only that client receives the offer.
    pub directed: f64,
}

/// What one node has to do, a second.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct NodeLoad {
    /// Clients that are connected to it.
    pub clients: f64,
    /// Clients whose state it holds besides, since it reads their shards.
    pub replicas: f64,
    /// Calls of its own clients; a call between two nodes is half a call of each.
    pub calls: f64,
    /// Commands that it reads.
    pub commands: f64,
    /// Bytes that it reads.
    pub bytes: f64,
    /// Offers, and their ends, that it sends to clients whom they do not concern.
    pub deliveries: f64,
}

/// What the whole has to do, a second.
#[derive(Debug, Clone, PartialEq)]
pub struct Reckoning {
    /// Nodes that read each shard.
    pub readers: Vec<f64>,
    /// Commands of each shard.
    pub shard_commands: Vec<f64>,
    /// Each node.
    pub nodes: Vec<NodeLoad>,
    /// Commands that are appended.
    pub commands: f64,
    /// Bytes that go into Redis.
    pub redis_in: f64,
    /// Bytes that come out of it.
    pub redis_out: f64,
    /// Cores of Redis that are busy: it has one for this.
    pub redis_cores: f64,
    /// Deliveries of broadcasts.
    pub deliveries: f64,
}

impl Reckoning {
    /// Of this load in this world. Lobbies with one client have no calls.
    pub fn new(world: &World, load: &Load, costs: &Costs) -> Self {
        let (shards, nodes) = (world.shards, world.nodes());
        let callers: usize = world.lobbies().filter(|size| *size > 1).sum();
        let mut shard_calls = vec![0.0; shards];
        let mut clients = vec![vec![0.0; nodes]; shards];
        let mut reckoned = vec![NodeLoad::default(); nodes];
        for ((at, shard), size) in world.clients.iter().zip(&world.shard_of).zip(world.lobbies()) {
            let calls = if size > 1 { load.calls * size as f64 / callers as f64 } else { 0.0 };
            shard_calls[*shard] += calls;
            for (node, some) in at.iter().enumerate() {
                let part = f64::from(*some);
                clients[*shard][node] += part;
                reckoned[node].clients += part;
                if size > 1 {
                    reckoned[node].calls += calls * part / size as f64;
                    // All but the caller receive the offer, and later that it is answered.
                    let receivers = part * (size - 1) as f64 / size as f64;
                    reckoned[node].deliveries += 2.0 * calls * (1.0 - load.directed) * receivers;
                }
            }
        }
        let commands: Vec<f64> = shard_calls.iter().map(|calls| calls * costs.commands_a_call).collect();
        let mut readers = vec![0.0; shards];
        let mut redis_out = 0.0;
        for shard in 0..shards {
            let all: f64 = clients[shard].iter().sum();
            for node in 0..nodes {
                if clients[shard][node] > 0.0 {
                    readers[shard] += 1.0;
                    let bytes = shard_calls[shard] * costs.bytes_a_call;
                    redis_out += bytes;
                    reckoned[node].bytes += bytes;
                    reckoned[node].commands += commands[shard];
                    reckoned[node].replicas += all - clients[shard][node];
                }
            }
        }
        let cost = |(commands, readers): (&f64, &f64)| commands * (costs.redis_append + readers * costs.redis_read);
        let total: f64 = commands.iter().sum();
        Self {
            redis_cores: commands.iter().zip(&readers).map(cost).sum(),
            redis_in: total / costs.commands_a_call * costs.bytes_a_call,
            redis_out,
            deliveries: reckoned.iter().map(|node| node.deliveries).sum(),
            commands: total,
            shard_commands: commands,
            readers,
            nodes: reckoned,
        }
    }
}

impl NodeLoad {
    /// Cores that are busy.
    pub fn cores(&self, costs: &Costs) -> f64 {
        self.calls * costs.call + self.commands * costs.apply + self.deliveries * costs.delivery
    }

    /// Memory for clients, in bytes.
    pub fn memory(&self, costs: &Costs) -> f64 {
        self.clients * costs.client + self.replicas * costs.replica
    }

    /// Bytes that it sends its clients.
    pub fn sent(&self, costs: &Costs) -> f64 {
        // Every second delivery is an offer, the other one only says that it is gone.
        self.calls * costs.bytes_a_call + self.deliveries / 2.0 * costs.delivery_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 100 commands and 1,000 bytes a call, and costs that can be told apart.
    const COSTS: Costs = Costs {
        commands_a_call: 100.0,
        bytes_a_call: 1_000.0,
        redis_append: 1e-3,
        redis_read: 1e-4,
        apply: 1e-5,
        call: 1e-2,
        delivery: 1e-6,
        delivery_bytes: 10.0,
        client: 1_000.0,
        replica: 1.0,
    };

    /// Two lobbies of four clients in two shards: one at one node, one at both nodes.
    fn world() -> World {
        World { shards: 2, shard_of: vec![0, 1], clients: vec![vec![4, 0], vec![1, 3]] }
    }

    #[test]
    fn shard_is_read_by_the_nodes_that_have_clients_in_it() {
        let reckoned = Reckoning::new(&world(), &Load { calls: 10.0, directed: 1.0 }, &COSTS);
        assert_eq!(reckoned.readers, [1.0, 2.0]);
        assert_eq!(reckoned.shard_commands, [500.0, 500.0]);
        assert_eq!((reckoned.redis_in, reckoned.redis_out), (10_000.0, 15_000.0));
        // 1,000 commands appended; 500 read once, 500 twice.
        assert!((reckoned.redis_cores - (1.0 + 0.05 + 0.1)).abs() < 1e-9, "{}", reckoned.redis_cores);
        assert_eq!(reckoned.deliveries, 0.0);
    }

    #[test]
    fn node_pays_for_its_own_calls_and_for_all_commands_of_its_shards() {
        let reckoned = Reckoning::new(&world(), &Load { calls: 10.0, directed: 1.0 }, &COSTS);
        let [first, second] = [reckoned.nodes[0], reckoned.nodes[1]];
        assert_eq!((first.clients, first.replicas, first.calls, first.commands), (5.0, 3.0, 6.25, 1_000.0));
        assert_eq!((second.clients, second.replicas, second.calls, second.commands), (3.0, 1.0, 3.75, 500.0));
        assert!((first.cores(&COSTS) - (0.0625 + 0.01)).abs() < 1e-9);
        assert_eq!(first.memory(&COSTS), 5_003.0);
    }

    #[test]
    fn offer_to_all_reaches_each_other_client_of_its_lobby_twice() {
        let reckoned = Reckoning::new(&world(), &Load { calls: 10.0, directed: 0.0 }, &COSTS);
        // 10 calls, 3 others, the offer and its end.
        assert_eq!(reckoned.deliveries, 60.0);
        assert_eq!(reckoned.nodes[0].deliveries, 30.0 + 7.5);
        let half = Reckoning::new(&world(), &Load { calls: 10.0, directed: 0.5 }, &COSTS);
        assert_eq!(half.deliveries, 30.0);
    }

    #[test]
    fn client_alone_in_its_lobby_calls_no_one() {
        let world = World { shards: 1, shard_of: vec![0, 0], clients: vec![vec![1], vec![2]] };
        let reckoned = Reckoning::new(&world, &Load { calls: 10.0, directed: 0.0 }, &COSTS);
        assert_eq!((reckoned.commands, reckoned.deliveries), (1_000.0, 20.0));
    }
}
