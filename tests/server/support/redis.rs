//! A Redis for the tests of clusters, on a free port of the loopback. It ends with the process of the tests.

#![allow(dead_code, reason = "the tests of clusters use most of it")]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;

/// Whether this is the program of the tests that run each server as two.
const IS_CLUSTER: bool = matches!(env!("CARGO_CRATE_NAME").as_bytes(), b"cluster");

/// The value of `--cluster` for a cluster of a test's own, where each server is two.
pub fn new_cluster() -> Option<String> {
    IS_CLUSTER.then(|| own_log(&redis().address()))
}

/// Names a log of its own at this Redis.
pub fn own_log(address: &str) -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    format!("redis://{address}?prefix=test{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The Redis of all tests of this process.
pub fn redis() -> &'static Redis {
    static REDIS: OnceLock<Redis> = OnceLock::new();
    REDIS.get_or_init(|| Redis::start(free_port(), &[]))
}

/// A running Redis.
pub struct Redis {
    pub port: u16,
    /// A shell that ends Redis when its standard input ends, as it does with this process.
    shell: Child,
    /// Where it writes, unless its settings name another folder: a replica keeps there what it gets from its master.
    _folder: TempDir,
}

impl Redis {
    /// Starts Redis, without a file unless these settings say so, and waits until it answers.
    pub fn start(port: u16, settings: &[&str]) -> Self {
        let port_text = port.to_string();
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().to_str().expect("readable");
        let plain = ["--port", &port_text, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", path];
        Self { port, shell: start(port, &[&plain, settings].concat()), _folder: folder }
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Waits until a replica follows this Redis.
    pub fn await_replica(&self) {
        while !self.has_replica() {}
    }

    /// Whether a replica follows this Redis.
    pub fn has_replica(&self) -> bool {
        ask(self.port, "INFO replication").is_some_and(|answer| answer.contains("state=online"))
    }

    /// Ends Redis as a failure of its machine does, and waits for that.
    pub fn kill(self) {
        let answer = ask(self.port, "INFO server").unwrap_or_default();
        let id = answer.lines().find_map(|line| line.strip_prefix("process_id:")).expect("it says its process id");
        let killed = Command::new("kill").args(["-KILL", id.trim()]).status();
        assert!(killed.expect("kill runs").success());
        self.stop();
    }

    /// Ends Redis, and waits for that.
    pub fn stop(mut self) {
        drop(self.shell.stdin.take());
        self.shell.wait().expect("the shell ends");
    }
}

/// A running Sentinel, which looks after the service `main`.
pub struct Sentinel {
    pub port: u16,
    _shell: Child,
    /// It writes into its configuration.
    _folder: TempDir,
}

impl Sentinel {
    /// Starts one of three that look after this master.
    pub fn start(master: &Redis) -> Self {
        let (port, folder) = (free_port(), TempDir::new().expect("a folder"));
        let file = folder.path().join("sentinel.conf");
        let watched = format!("sentinel monitor main 127.0.0.1 {} 2", master.port);
        let times = "sentinel down-after-milliseconds main 1000\nsentinel failover-timeout main 5000";
        let settings = format!("port {port}\nbind 127.0.0.1\n{watched}\n{times}\n");
        std::fs::write(&file, settings).expect("writable");
        let shell = start(port, &[file.to_str().expect("readable"), "--sentinel"]);
        Self { port, _shell: shell, _folder: folder }
    }
}

/// What a Redis or Sentinel answers to a short command.
pub fn ask(port: u16, command: &str) -> Option<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    // An inline command (Redis protocol specification).
    stream.write_all(format!("{command}\r\n").as_bytes()).ok()?;
    let mut buffer = [0; 8192];
    let size = stream.read(&mut buffer).ok()?;
    Some(String::from_utf8_lossy(&buffer[..size]).into_owned())
}

/// Starts the program with these arguments, and waits until it answers at this port.
fn start(port: u16, arguments: &[&str]) -> Child {
    let script = "redis-server \"$@\" & cat >/dev/null; kill $! 2>/dev/null; wait";
    let mut shell = Command::new("sh");
    shell.args(["-c", script, "redis"]).args(arguments);
    let shell = shell.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("a shell");
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        std::thread::yield_now();
    }
    shell
}

/// A port that nobody listens to.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}
