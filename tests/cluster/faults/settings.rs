//! What makes a run what it is: the seed, the number of pages, the time; and the numbers that follow from a seed.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The grace of the nodes: short, so that absences end within a run.
pub const GRACE: Duration = Duration::from_secs(10);
/// How often the nodes send pings, and how long they wait for the answer.
pub const PING: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(4)];
/// Nodes of the cluster.
pub const NODES: usize = 3;
/// Pages of a lobby.
pub const LOBBY: usize = 8;

/// How the run's Redis keeps what it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// In a file.
    File,
    /// Nowhere: the nodes append it again.
    Memory,
    /// At a replica, which Sentinels make the master.
    Replica,
}

/// What goes wrong in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Whatever can.
    Faults,
    /// The nodes are stopped and started again, one after the other.
    Restarts,
}

/// A run.
#[derive(Debug, Clone)]
pub struct Settings {
    pub seed: u64,
    pub pages: usize,
    /// For how long there are faults.
    pub time: Duration,
    pub durability: Durability,
    pub kind: Kind,
    /// Histories of an earlier run, which are checked again instead.
    pub histories: Option<PathBuf>,
}

impl Settings {
    /// From the environment: `SWITCHBOARD_FAULTS_SEED`, `…_SECONDS`, `…_CLIENTS`, `…_REDIS`,
    /// `…_KIND`, `…_HISTORIES`.
    pub fn from_environment() -> Self {
        let text = |name: &str| std::env::var(format!("SWITCHBOARD_FAULTS_{name}")).ok();
        let number = |name: &str| text(name).map(|text| text.parse::<u64>().expect("a number"));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seed = number("SEED").unwrap_or(now.as_millis() as u64 % 1_000_000);
        let durability = match (text("REDIS").as_deref(), seed % 3) {
            (Some("file"), _) | (None, 0) => Durability::File,
            (Some("memory"), _) | (None, 1) => Durability::Memory,
            (Some("replica"), _) | (None, _) => Durability::Replica,
            (Some(other), _) => panic!("SWITCHBOARD_FAULTS_REDIS is file, memory or replica, not {other}"),
        };
        Self {
            seed,
            pages: number("CLIENTS").unwrap_or(60) as usize,
            time: Duration::from_secs(number("SECONDS").unwrap_or(36)),
            durability,
            kind: match text("KIND").as_deref() {
                None | Some("faults") => Kind::Faults,
                Some("restarts") => Kind::Restarts,
                Some(other) => panic!("SWITCHBOARD_FAULTS_KIND is faults or restarts, not {other}"),
            },
            histories: text("HISTORIES").map(PathBuf::from),
        }
    }
}

/// Numbers that follow from a seed (SplitMix64).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The numbers of one part of a run.
    pub fn new(seed: u64, part: u64) -> Self {
        let mut random = Self(seed ^ part.wrapping_mul(0xd1b5_4a32_d192_ed03));
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// From 0, less than `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// One time in a hundred, or in as many of them as this.
    pub fn is_one_of_hundred(&mut self, of_hundred: usize) -> bool {
        self.below(100) < of_hundred
    }

    /// A time between these, in milliseconds.
    pub fn time(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.next() % (to - from))
    }
}
