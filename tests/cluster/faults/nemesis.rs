//! What goes wrong in a run, by a schedule that follows from the seed: at most one fault of each kind at a time, and a calm
//! end.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedRwLockReadGuard, RwLock};

use super::nodes::{Nodes, Servers};
use super::proxy::Mode;
use super::settings::{Durability, NODES, Random};
use crate::failures::freeze;
use crate::nodes::signal;
use crate::support::program::Program;

/// What happened, by kind, and when.
#[derive(Default)]
pub struct Log {
    pub counts: BTreeMap<&'static str, usize>,
    pub lines: Vec<String>,
}

/// How long the clients of a node take until other nodes have read what concerns them.
const MOVE: Duration = Duration::from_secs(4);

/// How long the calls go on before a node is stopped.
const BETWEEN_RESTARTS: Duration = Duration::from_secs(6);

/// How long the nodes may take to agree on what a Redis holds.
const AGREE: Duration = Duration::from_secs(60);

/// Brings faults until `end`.
pub struct Nemesis<'a> {
    pub nodes: &'a Nodes,
    pub redis: &'a Servers,
    pub start: Instant,
    pub end: Instant,
    pub log: Mutex<Log>,
    /// Where Redis loses entries, the nodes that have read them have to be there (docs/cluster.md): a fault of a node holds it
    /// for reading, one of Redis for writing.
    survivors: Arc<RwLock<()>>,
}

impl<'a> Nemesis<'a> {
    pub fn new(nodes: &'a Nodes, redis: &'a Servers, start: Instant, time: Duration) -> Self {
        Self { nodes, redis, start, end: start + time, log: Mutex::default(), survivors: Arc::default() }
    }

    /// Brings faults of all kinds, and returns when all is well again.
    pub async fn run(&self, seed: u64) {
        let random = |part| Random::new(seed, u64::MAX - part);
        tokio::join!(
            self.crash(random(1)),
            self.freeze(random(2)),
            self.restart_redis(random(3)),
            self.disturb(random(4))
        );
    }

    /// Stops each node and starts it again, one after the other, as an upgrade does; the balancer knows it.
    pub async fn restart_each(&self) {
        for (node, running) in self.nodes.running.iter().enumerate() {
            tokio::time::sleep(BETWEEN_RESTARTS).await;
            let mut running = running.lock().await;
            let Some(mut program) = running.take() else { continue };
            self.nodes.set_address(node, None);
            self.stop(node, &mut program).await;
            *running = Some(self.nodes.start_one(node).await);
            self.note_end(&format!("node {node} started"));
        }
        tokio::time::sleep(BETWEEN_RESTARTS).await;
    }

    /// Stops a node as a service manager does.
    async fn stop(&self, node: usize, program: &mut Program) {
        self.note("node stopped", &node.to_string());
        let ended = program.stop().await;
        self.nodes.keep_log(node, program, false);
        if !ended.success() {
            self.nodes.faults.lock().expect("writable").push(format!("node {node} stopped with {ended}"));
        }
    }

    fn note(&self, kind: &'static str, what: &str) {
        let mut log = self.log.lock().expect("writable");
        *log.counts.entry(kind).or_default() += 1;
        log.lines.push(format!("{:>7} {kind} {what}", self.start.elapsed().as_millis()));
    }

    fn note_end(&self, what: &str) {
        let line = format!("{:>7}   {what}", self.start.elapsed().as_millis());
        self.log.lock().expect("writable").lines.push(line);
    }

    /// Waits for the next fault. False if there is none.
    async fn pause(&self, time: Duration) -> bool {
        let at = Instant::now() + time;
        tokio::time::sleep_until(at.min(self.end).into()).await;
        at < self.end
    }

    /// What a fault of a node holds, until its clients are at home elsewhere.
    async fn survivors(&self) -> Survivors {
        Survivors(Some(Arc::clone(&self.survivors).read_owned().await))
    }

    /// Nodes are killed, or stopped, and start again.
    async fn crash(&self, mut random: Random) {
        while self.pause(random.time(1_000, 6_000)).await {
            let _survivors = self.survivors().await;
            let node = random.below(NODES);
            let (is_killed, is_taken_out) = (random.is_one_of_hundred(60), random.is_one_of_hundred(50));
            let pause = random.time(10, 4_000);
            let Ok(mut running) = self.nodes.running[node].try_lock() else { continue };
            let Some(mut program) = running.take() else { continue };
            if is_taken_out {
                self.nodes.set_address(node, None);
            }
            if is_killed {
                self.note("node killed", &node.to_string());
                self.nodes.keep_log(node, &mut program, true);
                signal(&program, "-KILL");
            } else {
                self.stop(node, &mut program).await;
            }
            drop(program);
            tokio::time::sleep(pause).await;
            *running = Some(self.nodes.start_one(node).await);
            self.note_end(&format!("node {node} started"));
        }
    }

    /// Nodes stand still for a while: longer than the others wait for them, or not.
    async fn freeze(&self, mut random: Random) {
        while self.pause(random.time(1_000, 6_000)).await {
            let _survivors = self.survivors().await;
            let (node, time) = (random.below(NODES), random.time(3_000, 20_000));
            let Ok(running) = self.nodes.running[node].try_lock() else { continue };
            let Some(program) = &*running else { continue };
            self.note("node frozen", &format!("{node} for {} ms", time.as_millis()));
            freeze(program).await;
            self.pause(time).await;
            signal(program, "-CONT");
            self.note_end(&format!("node {node} goes on"));
        }
    }

    /// Redis is killed, and starts again, or a replica takes its place.
    async fn restart_redis(&self, mut random: Random) {
        while self.pause(random.time(4_000, 12_000)).await {
            let is_lossy = self.redis.durability != Durability::File;
            let _alone = if is_lossy { Some(self.survivors.write().await) } else { None };
            let pause = if random.is_one_of_hundred(15) { random.time(10_000, 14_000) } else { random.time(10, 3_000) };
            let killed = tokio::task::block_in_place(|| self.redis.kill());
            let Some(port) = killed else { continue };
            self.note("redis killed", &format!("for {} ms", pause.as_millis()));
            let is_replaced = self.redis.durability == Durability::Replica;
            // The Sentinels need some seconds.
            tokio::time::sleep(if is_replaced { pause.max(Duration::from_secs(6)) } else { pause }).await;
            tokio::task::block_in_place(|| self.redis.start_again(port));
            self.note_end("redis started");
            let began = Instant::now();
            while is_lossy && !tokio::task::block_in_place(|| self.redis.is_agreed_on()) {
                assert!(began.elapsed() < AGREE, "the nodes do not agree on what Redis holds");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }

    /// The network between a node and Redis is cut, holds back everything, or is slow.
    async fn disturb(&self, mut random: Random) {
        if self.nodes.proxies.is_empty() {
            return;
        }
        while self.pause(random.time(500, 3_000)).await {
            let _survivors = self.survivors().await;
            let (node, time) = (random.below(NODES), random.time(300, 12_000));
            let (kind, mode) = match random.below(3) {
                0 => ("network cut", Mode::Cut),
                1 => ("network silent", Mode::Hangs),
                _ => ("network slow", Mode::Slow(random.time(10, 250))),
            };
            self.note(kind, &format!("{node} for {} ms", time.as_millis()));
            self.nodes.proxies[node].set(mode);
            self.pause(time).await;
            self.nodes.proxies[node].set(Mode::Works);
            self.note_end(&format!("network of {node} works"));
        }
    }
}

/// Held for some time longer than the fault takes.
struct Survivors(Option<OwnedRwLockReadGuard<()>>);

impl Drop for Survivors {
    fn drop(&mut self) {
        let guard = self.0.take();
        tokio::spawn(async move {
            tokio::time::sleep(MOVE).await;
            drop(guard);
        });
    }
}
