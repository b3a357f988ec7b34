//! The nodes of a run, each in a process of its own behind a network of its own, and their Redis.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, RwLock};

use tempfile::TempDir;
use tokio::sync::Mutex as AsyncMutex;

use super::proxy::Proxy;
use super::settings::{Durability, GRACE, NODES, PING};
use crate::support::program::Program;
use crate::support::redis::{Redis, Sentinel, ask, free_port};

/// Where each node is, `None` for one that a balancer would have taken out.
pub type Addresses = Vec<Option<SocketAddr>>;

/// The nodes.
pub struct Nodes {
    pub addresses: Arc<RwLock<Addresses>>,
    /// One fault at a time holds a node.
    pub running: Vec<AsyncMutex<Option<Program>>>,
    pub proxies: Vec<Proxy>,
    clusters: Vec<String>,
    /// For their logs, and how many are there.
    folder: PathBuf,
    logs: AtomicUsize,
    /// What no node should ever do.
    pub faults: Mutex<Vec<String>>,
}

impl Nodes {
    /// Starts nodes whose log is in this Redis.
    pub async fn start(redis: &Servers, folder: PathBuf) -> Self {
        let (mut proxies, mut clusters) = (Vec::new(), Vec::new());
        for _ in 0..NODES {
            clusters.push(match redis.sentinels() {
                Some(sentinels) => format!("redis+sentinel://{sentinels}/main"),
                None => {
                    proxies.push(Proxy::start(redis.port).await);
                    proxies.last().map(|proxy| format!("redis://127.0.0.1:{}", proxy.port)).unwrap_or_default()
                }
            });
        }
        let (addresses, faults) = (Arc::new(RwLock::new(vec![None; NODES])), Mutex::default());
        let running = (0..NODES).map(|_| AsyncMutex::new(None)).collect();
        let nodes = Self { addresses, running, proxies, clusters, folder, logs: AtomicUsize::new(0), faults };
        for (node, program) in nodes.running.iter().enumerate() {
            *program.lock().await = Some(nodes.start_one(node).await);
        }
        nodes
    }

    /// Starts a node.
    pub async fn start_one(&self, node: usize) -> Program {
        let times = [GRACE, PING[0], PING[1]].map(|time| format!("{}s", time.as_secs()));
        let [grace, interval, timeout] = times.each_ref().map(String::as_str);
        let flags = ["--cluster", &self.clusters[node], "--reconnect-grace", grace];
        let flags = [&flags[..], &["--ping-interval", interval, "--ping-timeout", timeout]].concat();
        let program = Program::start_keeping(&flags, |_| true).await;
        self.set_address(node, Some(program.server.address()));
        program
    }

    pub fn set_address(&self, node: usize, address: Option<SocketAddr>) {
        self.addresses.write().expect("writable")[node] = address;
    }

    /// Keeps the log of a node that has ended, or is about to.
    pub fn keep_log(&self, node: usize, program: &mut Program, should_run: bool) {
        let log = program.log();
        let wrong = log.iter().filter(|line| line.to_lowercase().contains("panic") || line.contains("please report"));
        let mut faults = self.faults.lock().expect("writable");
        faults.extend(wrong.map(|line| format!("node {node}: {line}")));
        if should_run && let Some(end) = program.end() {
            faults.push(format!("node {node} has ended by itself: {end}"));
        }
        let file = self.folder.join(format!("node-{node}-{}.log", self.logs.fetch_add(1, Ordering::Relaxed)));
        std::fs::write(file, log.join("\n")).expect("writable");
    }

    /// Keeps the logs of all nodes, and ends them.
    pub async fn end(&self) {
        for (node, running) in self.running.iter().enumerate() {
            if let Some(mut program) = running.lock().await.take() {
                self.keep_log(node, &mut program, true);
            }
        }
    }
}

/// A Redis, or one with a replica and Sentinels.
pub struct Servers {
    pub port: u16,
    pub durability: Durability,
    servers: Mutex<Vec<Redis>>,
    sentinels: Vec<Sentinel>,
    folder: TempDir,
}

impl Servers {
    pub fn start(durability: Durability) -> Self {
        let folder = TempDir::new().expect("a folder");
        let port = free_port();
        let mut servers = Self { port, durability, servers: Mutex::default(), sentinels: Vec::new(), folder };
        let master = servers.start_one(port, None);
        let mut all = Vec::new();
        if durability == Durability::Replica {
            all.push(servers.start_one(free_port(), Some(port)));
            master.await_replica();
            servers.sentinels = (0..3).map(|_| Sentinel::start(&master)).collect();
        }
        all.push(master);
        servers.servers = Mutex::new(all);
        servers
    }

    fn start_one(&self, port: u16, of: Option<u16>) -> Redis {
        let folder = self.folder.path().to_str().expect("readable").to_owned();
        let of = of.map(|of| of.to_string());
        let mut settings = vec!["--dir", &folder];
        match (self.durability, &of) {
            (Durability::File, _) => settings.extend(["--appendonly", "yes"]),
            (Durability::Replica, Some(of)) => settings.extend(["--replicaof", "127.0.0.1", of]),
            _ => {}
        }
        Redis::start(port, &settings)
    }

    /// Where the Sentinels are.
    fn sentinels(&self) -> Option<String> {
        let hosts = self.sentinels.iter().map(|sentinel| format!("127.0.0.1:{}", sentinel.port));
        Some(hosts.collect::<Vec<_>>().join(",")).filter(|hosts| !hosts.is_empty())
    }

    fn master(&self) -> Option<u16> {
        let Some(sentinel) = self.sentinels.first() else { return Some(self.port) };
        let answer = ask(sentinel.port, "SENTINEL get-master-addr-by-name main")?;
        answer.lines().last()?.trim().parse().ok()
    }

    /// Whether the nodes have appended again what this Redis has lost, and work with it.
    pub fn is_agreed_on(&self) -> bool {
        let agreed = || {
            let port = self.master()?;
            let server = ask(port, "INFO server")?;
            let run = server.lines().find_map(|line| line.trim().strip_prefix("run_id:"))?;
            Some(ask(port, "GET switchboard:generation")?.contains(run))
        };
        agreed() == Some(true)
    }

    /// Kills the master. Returns its port; nothing if it must not be killed now, since there is no replica.
    pub fn kill(&self) -> Option<u16> {
        let port = self.master()?;
        let mut servers = self.servers.lock().expect("writable");
        let place = servers.iter().position(|server| server.port == port)?;
        if self.durability == Durability::Replica && !servers[place].has_replica() {
            return None;
        }
        servers.remove(place).kill();
        Some(port)
    }

    /// Starts the one that was killed. Beside Sentinels it becomes a replica of the new master.
    pub fn start_again(&self, port: u16) {
        let of = (self.durability == Durability::Replica).then(|| self.master()).flatten();
        let server = self.start_one(port, of.filter(|of| *of != port));
        self.servers.lock().expect("writable").push(server);
    }
}
