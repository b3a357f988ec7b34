//! Which clients are in which lobby and at which node.

use super::random::Random;

/// How large lobbies are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sizes {
    /// As large as each other, but for chance.
    Uniform,
    /// The n-th largest lobby has a share in proportion to 1/n to this power.
    Zipf(f64),
}

/// What decides which node a client connects to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Placement {
    /// Chance: a balancer that knows only how busy nodes are.
    Random,
    /// Its address: clients of one address, which are in one lobby, are at one node.
    Address,
    /// Its lobby: what no balancer can see today.
    Lobby,
    /// The shard of its lobby.
    Shard,
}

/// The settings of a world.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Connected clients.
    pub clients: usize,
    /// Lobbies.
    pub lobbies: usize,
    /// How large these are.
    pub sizes: Sizes,
    /// Shards of lobbies. Switchboard has 64.
    pub shards: usize,
    /// Nodes.
    pub nodes: usize,
    /// Who is where.
    pub placement: Placement,
    /// Clients that share an address, for [`Placement::Address`].
    pub clients_an_address: usize,
    /// Of the random numbers.
    pub seed: u64,
}

/// Where the clients are.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// How many shards there are.
    pub shards: usize,
    /// The shard of each lobby.
    pub shard_of: Vec<usize>,
    /// For each lobby, its clients at each node.
    pub clients: Vec<Vec<u32>>,
}

impl World {
    /// Places all clients.
    pub fn new(settings: &Settings) -> Self {
        let Settings { lobbies, shards, nodes, placement, .. } = *settings;
        let mut random = Random::new(settings.seed);
        let sizes = sizes(settings, &mut random);
        let shard_of: Vec<usize> = (0..lobbies).map(|lobby| shard_of(&format!("lobby-{lobby}"), shards)).collect();
        let mut clients = vec![vec![0; nodes]; lobbies];
        for ((at, shard), size) in clients.iter_mut().zip(&shard_of).zip(sizes) {
            let group = match placement {
                Placement::Random => 1,
                Placement::Address => settings.clients_an_address.max(1),
                Placement::Lobby | Placement::Shard => size.max(1),
            };
            let mut left = size;
            while left > 0 {
                let some = group.min(left);
                let node = if placement == Placement::Shard { shard % nodes } else { random.below(nodes) };
                at[node] += u32::try_from(some).unwrap_or(u32::MAX);
                left -= some;
            }
        }
        Self { shards, shard_of, clients }
    }

    /// How many nodes there are.
    pub fn nodes(&self) -> usize {
        self.clients.first().map_or(0, Vec::len)
    }

    /// How many clients each lobby has.
    pub fn lobbies(&self) -> impl Iterator<Item = usize> {
        self.clients.iter().map(|at| at.iter().sum::<u32>() as usize)
    }
}

fn sizes(settings: &Settings, random: &mut Random) -> Vec<usize> {
    let weight = |lobby: usize| match settings.sizes {
        Sizes::Uniform => 1.0,
        Sizes::Zipf(exponent) => ((lobby + 1) as f64).powf(-exponent),
    };
    let mut sum = 0.0;
    let sums: Vec<f64> = (0..settings.lobbies)
        .map(|lobby| {
            sum += weight(lobby);
            sum
        })
        .collect();
    let mut sizes = vec![0; settings.lobbies];
    for _ in 0..settings.clients {
        let at = random.part() * sum;
        sizes[sums.partition_point(|sum| *sum <= at).min(settings.lobbies - 1)] += 1;
    }
    sizes
}

/// The shard of a lobby, as in src/hub/shard.rs (FNV-1a).
pub fn shard_of(lobby: &str, shards: usize) -> usize {
    let hash = lobby
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    (hash % shards as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: Settings = Settings {
        clients: 10_000,
        lobbies: 1_000,
        sizes: Sizes::Uniform,
        shards: 64,
        nodes: 8,
        placement: Placement::Random,
        clients_an_address: 25,
        seed: 1,
    };

    #[test]
    fn each_client_is_in_one_lobby_and_at_one_node() {
        for placement in [Placement::Random, Placement::Address, Placement::Lobby, Placement::Shard] {
            for sizes in [Sizes::Uniform, Sizes::Zipf(1.0)] {
                let world = World::new(&Settings { placement, sizes, ..SETTINGS });
                assert_eq!(world.lobbies().sum::<usize>(), SETTINGS.clients);
                assert_eq!((world.clients.len(), world.nodes()), (SETTINGS.lobbies, SETTINGS.nodes));
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_world() {
        assert_eq!(World::new(&SETTINGS), World::new(&SETTINGS));
        assert_ne!(World::new(&SETTINGS), World::new(&Settings { seed: 2, ..SETTINGS }));
    }

    #[test]
    fn placement_by_lobby_puts_a_lobby_at_one_node_and_by_shard_a_shard() {
        let nodes_of = |at: &Vec<u32>| (0..SETTINGS.nodes).filter(|node| at[*node] > 0).collect::<Vec<_>>();
        let world = World::new(&Settings { placement: Placement::Lobby, ..SETTINGS });
        assert!(world.clients.iter().all(|at| nodes_of(at).len() <= 1));
        let world = World::new(&Settings { placement: Placement::Shard, ..SETTINGS });
        let mut places = world.clients.iter().zip(&world.shard_of);
        assert!(places.all(|(at, shard)| nodes_of(at).iter().all(|node| *node == shard % SETTINGS.nodes)));
    }

    #[test]
    fn zipf_makes_the_first_lobby_the_largest() {
        let world = World::new(&Settings { sizes: Sizes::Zipf(1.0), ..SETTINGS });
        let sizes: Vec<usize> = world.lobbies().collect();
        // Its share is 1 in 7.485, the harmonic number of 1,000.
        assert!((1_200..1_480).contains(&sizes[0]), "{}", sizes[0]);
        assert!(sizes[0] > 5 * sizes[9]);
    }

    #[test]
    fn shards_are_those_of_the_server() {
        // FNV-1a of "a" is af63dc4c8601ec8c (Fowler, Noll and Vo, test vectors).
        assert_eq!(shard_of("a", 64), 0x0c);
        assert_eq!(shard_of("", 64), 0x25);
    }
}
