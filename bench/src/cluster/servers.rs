//! The servers that are compared: each freshly started, with a Redis of its own where it needs one.

use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// How long a node may take until it is ready.
const READY: Duration = Duration::from_secs(20);

/// Who takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// One Switchboard, without Redis.
    One,
    /// Two Switchboards with one log.
    Cluster,
    /// The same; Redis has a replica, and refuses to write without it.
    Replicated,
    /// Two Node servers with Socket.IO's adapter of Redis streams.
    NodePair,
}

impl Server {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::One, Self::Cluster, Self::Replicated, Self::NodePair];

    fn nodes(self) -> usize {
        if self == Self::One { 1 } else { 2 }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::One => "one node",
            Self::Cluster => "cluster",
            Self::Replicated => "cluster, with a replica",
            Self::NodePair => "Node pair",
        })
    }
}

/// Where everything is.
pub struct Ground {
    /// The folder of `bench/`.
    pub bench: PathBuf,
    /// Where the load tool is.
    pub bin: PathBuf,
    /// The server's binary.
    pub switchboard: PathBuf,
    /// Where servers may keep something.
    pub scratch: PathBuf,
}

/// A program that runs. It ends with this.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server that runs, with all its nodes. It ends with this.
pub struct Running {
    urls: Vec<String>,
    nodes: Vec<Program>,
    /// Redis; its replica.
    redis: Vec<Program>,
}

impl Ground {
    /// Starts a server and waits until it is ready.
    ///
    /// # Errors
    /// A program that cannot be started, or is not ready in time.
    pub fn start(&self, server: Server) -> Result<Running> {
        let mut running = Running { urls: Vec::new(), nodes: Vec::new(), redis: Vec::new() };
        let mut redis_url = String::new();
        if server != Server::One {
            let port = free_port()?;
            running.redis.push(self.redis(port, &[])?);
            if server == Server::Replicated {
                let master = port.to_string();
                running.redis.push(self.redis(free_port()?, &["--replicaof", "127.0.0.1", &master])?);
                await_answer(port, b"INFO replication\r\n", "state=online")?;
                await_answer(port, b"CONFIG SET min-replicas-to-write 1\r\n", "+OK")?;
            }
            redis_url = format!("redis://127.0.0.1:{port}");
        }
        for _ in 0..server.nodes() {
            let peer = if server == Server::NodePair { "node-pair" } else { "switchboard" };
            let mut command = Command::new(self.bench.join("peers").join(peer).join("start"));
            command.env("SWITCHBOARD_BIN", &self.switchboard).env("STATE_DIR", self.scratch.join("state"));
            command.env("REDIS_URL", &redis_url).env_remove("TLS_CERT").env_remove("TLS_KEY");
            if server == Server::Cluster || server == Server::Replicated {
                command.args(["--cluster", &redis_url]);
            }
            let (node, url) = start_node(command).with_context(|| format!("{server} cannot be started"))?;
            if server != Server::NodePair {
                let port = url.rsplit(':').next().and_then(|port| port.parse().ok()).context("a port")?;
                await_answer(port, b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n", "200 OK")?;
            }
            running.nodes.push(node);
            running.urls.push(url);
        }
        Ok(running)
    }

    /// Starts Redis with the file that it would have in production, written each second.
    fn redis(&self, port: u16, settings: &[&str]) -> Result<Program> {
        let folder = self.scratch.join(format!("redis-{port}"));
        std::fs::create_dir_all(&folder)?;
        let mut command = Command::new("redis-server");
        command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes"]);
        command.arg("--dir").arg(folder).args(settings).stdout(Stdio::null());
        let program = Program(command.spawn().context("redis-server (Debian: redis-server)")?);
        await_answer(port, b"PING\r\n", "+PONG")?;
        Ok(program)
    }

    /// Plays a scenario against a server.
    ///
    /// # Errors
    /// Whatever the load tool says.
    pub fn load(&self, running: &Running, arguments: &[&str]) -> Result<Value> {
        let mut command = Command::new(self.bin.join("load"));
        for url in &running.urls {
            command.args(["--url", url]);
        }
        for Program(node) in &running.nodes {
            command.args(["--pid", &node.id().to_string()]);
        }
        // What a replica uses is the price of another machine.
        if let Some(Program(redis)) = running.redis.first() {
            command.args(["--redis-pid", &redis.id().to_string()]);
        }
        let output = command.args(arguments).stdin(Stdio::null()).output()?;
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
        }
        serde_json::from_slice(&output.stdout).context("the load tool's figures")
    }
}

/// Starts a node, and returns it with the address that it prints.
fn start_node(mut command: Command) -> Result<(Program, String)> {
    let mut node = Program(command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn()?);
    let mut lines = BufReader::new(node.0.stdout.take().context("no output")?).lines();
    for line in lines.by_ref() {
        let line = line?;
        let Some(urls) = line.strip_prefix("ready: ") else { continue };
        let url = urls.split(' ').find(|url| url.starts_with("http://")).context("no HTTP")?.to_string();
        // The rest of the output is read and dropped, so that it never blocks.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        return Ok((node, url));
    }
    bail!("it ended before it was ready");
}

/// Asks until the answer contains this.
fn await_answer(port: u16, question: &[u8], wanted: &str) -> Result<()> {
    let began = Instant::now();
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(question)?;
        let mut buffer = [0; 4096];
        let size = stream.read(&mut buffer)?;
        Ok(String::from_utf8_lossy(&buffer[..size]).into_owned())
    };
    while !ask().is_ok_and(|answer| answer.contains(wanted)) {
        ensure!(began.elapsed() < READY, "port {port} does not answer {wanted}");
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
