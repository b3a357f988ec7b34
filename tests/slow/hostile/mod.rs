//! Hostile clients of every kind, on every service at once, and beside them well-behaved clients, which must not
//! notice. When the hostile clients have gone, nothing of them is left: no memory, no open file, no offer.
//!
//! What they do follows from a seed, which is printed: `SWITCHBOARD_HOSTILE_SEED` sets another one,
//! `SWITCHBOARD_HOSTILE_SECONDS` for how long.

mod bare;
mod chance;
mod engine;
mod frames;
pub mod healthy;
mod line;
mod noise;
mod socket;

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};

use self::chance::Chance;
use self::line::Route;
use crate::support::member::{BARE, WEB_SOCKET};
use crate::support::program::{Program, Usage};
use crate::support::{Client, Transport};

/// Hostile clients at once, and how many there may be in all.
const AT_ONCE: usize = 40;
const MOST: u64 = 1_000_000;
/// The same clients in each run, so that a failure has to do with what was changed.
const SEED: u64 = 1;
/// How long one of them may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// A long run is cut into rounds; after each one all have to be gone.
const ROUND: Duration = Duration::from_secs(60);
/// Longer than the flags below and the fixed limits let the server keep anything of a client that is gone: polls that have fallen silent
/// (15 s) and after them the grace (1 s); early candidates, and pairs that no client joined (10 s). Shorter times would be
/// too short for the healthy clients on a busy machine.
const GRACES: Duration = Duration::from_secs(20);
const FLAGS: [&str; 6] = ["--ping-interval", "5s", "--ping-timeout", "10s", "--reconnect-grace", "1s"];
/// What memory may have grown since the first round, in KiB: free pages between those in use, and the allocator's own.
/// A few KiB that each client leaves behind add up to more than that.
const GROWTH: usize = 16 * 1024;

/// One hostile client's life, of a kind that chance chooses. A fault is the server's good right, to refuse or to close.
async fn live(chance: &mut Chance, route: Route) -> io::Result<()> {
    match chance.below(25) {
        0 => noise::bytes(chance, route).await,
        1 => noise::half_a_request(chance, route).await,
        2 => noise::odd_request(chance, route).await,
        3 => noise::broken_tls(chance, route).await,
        4 => noise::vanish(chance, route).await,
        5 => engine::crafted_query(chance, route).await,
        6 => engine::polls(chance, route).await,
        7 => engine::upgrades(chance, route).await,
        8 => engine::sessions(chance, route).await,
        9 => frames::forbidden(chance, route).await,
        10 => frames::lengths(chance, route).await,
        11 => frames::fragments(chance, route).await,
        12 => frames::pings(chance, route).await,
        13 => frames::mutated(chance, route).await,
        14 => socket::events(chance, route).await,
        15 => socket::mutated(chance, route).await,
        16 => socket::attachments(chance, route).await,
        17 => socket::large(chance, route).await,
        18 => socket::rooms(chance, route).await,
        19 => socket::flood(chance, route).await,
        20 => socket::never_reads(chance, route).await,
        21 => bare::rooms(chance, route).await,
        22 => bare::loud_room(chance, route).await,
        23 => bare::pairs(chance, route).await,
        _ => bare::pair_requests(chance, route).await,
    }
}

/// One run: what came of it up to now.
struct Run {
    program: Program,
    seed: u64,
    hostile: AtomicU64,
    healthy: AtomicU64,
}

impl Run {
    /// Hostile and healthy ones until `end`; comes back when all of them are gone.
    async fn round(self: Arc<Self>, end: Instant) {
        let mut tasks = JoinSet::new();
        for _ in 0..AT_ONCE {
            let run = Arc::clone(&self);
            tasks.spawn(async move { run.harm(end).await });
        }
        for number in 0..4 {
            let run = Arc::clone(&self);
            tasks.spawn(async move { run.talk(number, end).await });
        }
        while let Some(done) = tasks.join_next().await {
            if let Err(fault) = done {
                // What a healthy one found wrong, in its own words.
                std::panic::resume_unwind(fault.into_panic());
            }
        }
    }

    async fn harm(&self, end: Instant) {
        while Instant::now() < end {
            let number = self.hostile.fetch_add(1, Ordering::Relaxed);
            if number >= MOST {
                return;
            }
            let mut chance = Chance::new(self.seed, number);
            // Linux takes all of 127.0.0.0/8 for itself.
            let from = Ipv4Addr::new(127, 0, 0, 2 + chance.below(8) as u8);
            let life = live(&mut chance, Route { from, to: self.program.server.address() });
            // Whether it was refused, closed or came to its own end: what counts are the others.
            let _ = timeout_at(end.min(Instant::now() + PATIENCE), life).await;
        }
    }

    async fn talk(&self, number: usize, end: Instant) {
        let server = &self.program.server;
        while Instant::now() < end {
            let name = format!("healthy-{:x}-{}", self.seed, self.healthy.fetch_add(1, Ordering::Relaxed));
            match number {
                0 => healthy::call(server, [Transport::WebSocket, Transport::WebSocket], &name).await,
                1 => healthy::call(server, [Transport::Polling, Transport::Upgrade], &name).await,
                2 => healthy::room(server, [WEB_SOCKET, BARE], &name).await,
                _ => healthy::pair(server, &name).await,
            }
        }
    }

    /// All clients are gone: neither offers nor open files nor memory may be left of them.
    async fn assert_nothing_left(&self, before: Option<Usage>, first: Option<Usage>) -> Option<Usage> {
        // What is kept for clients that may return cannot be seen from outside.
        sleep(GRACES).await;
        let mut witness = Client::connect(&self.program.server, "witness").await;
        witness.emit("checkOffers", Value::Null).await;
        assert_eq!(witness.expect("availableOffers").await, json!([]), "offers of clients that are gone");
        witness.disconnect().await;

        let files = before.map_or(0, |before| before.open_files);
        let most = first.map_or(usize::MAX, |first| first.resident + GROWTH);
        let usage = self.program.settled(|usage| usage.open_files <= files && usage.resident <= most).await?;
        assert!(usage.open_files <= files, "open files are left: {usage:?}, before it was {before:?}");
        assert!(usage.resident <= most, "memory is left: {usage:?}, after the first round it was {first:?}");
        Some(usage)
    }

    fn tell(&self, usage: Option<Usage>) {
        let (hostile, healthy) = (self.hostile.load(Ordering::Relaxed), self.healthy.load(Ordering::Relaxed));
        println!("{hostile} hostile clients, {healthy} calls, rooms and pairs: {usage:?}");
    }
}

/// A number from the environment, if it is there.
pub fn number_from(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} takes a number, not {text}")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[cfg_attr(not(target_os = "linux"), ignore = "needs addresses of the loopback that only Linux has")]
async fn hostile_clients_disturb_no_call_and_leave_nothing() {
    let seed = number_from("SWITCHBOARD_HOSTILE_SEED").unwrap_or(SEED);
    let seconds = number_from("SWITCHBOARD_HOSTILE_SECONDS").unwrap_or(30);
    println!("SWITCHBOARD_HOSTILE_SEED={seed} SWITCHBOARD_HOSTILE_SECONDS={seconds}");

    let program = Program::start(&FLAGS).await;
    // A healthy client first, so that everything is open that is opened only once.
    healthy::call(&program.server, [Transport::WebSocket, Transport::Polling], "first").await;
    let before = program.usage();
    let run = Run { program, seed, hostile: AtomicU64::new(0), healthy: AtomicU64::new(0) };
    let mut run = Arc::new(run);

    // The first round is there to warm up: the memory of a server that has seen it all is what the next are held against.
    let mut left = Duration::from_secs(seconds);
    let mut length = left.div_f64(3.0).min(ROUND);
    let mut first = None;
    while !left.is_zero() {
        Arc::clone(&run).round(Instant::now() + length).await;
        left -= length;
        length = left.min(ROUND);
        let usage = run.assert_nothing_left(before, first).await;
        Arc::get_mut(&mut run).expect("all tasks are over").program.assert_sound();
        run.tell(usage);
        first = first.or(usage);
    }
    assert!(run.healthy.load(Ordering::Relaxed) >= 4, "each kind of healthy ones has talked");
}
