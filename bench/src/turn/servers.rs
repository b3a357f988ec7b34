//! Starts a TURN server on a loopback address.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use switchboard_turn::client;

/// What all of them are given for REST credentials.
pub const SECRET: &str = "bench";

/// Who takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Server {
    /// This project's.
    Switchboard,
    /// Debian's package.
    Coturn,
}

impl Server {
    /// All.
    pub const ALL: [Self; 2] = [Self::Switchboard, Self::Coturn];

    /// Its name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Switchboard => "Switchboard",
            Self::Coturn => "coturn",
        }
    }

    /// Starts it; `own` is the folder of this workspace's programs.
    ///
    /// # Errors
    /// A server that cannot be started or does not answer.
    pub async fn start(self, own: &Path, workers: usize) -> Result<Running> {
        let mut running = match self {
            Self::Switchboard => switchboard(own, workers)?,
            Self::Coturn => coturn()?,
        };
        let until = Instant::now() + Duration::from_secs(10);
        while client::binding(running.address, Duration::from_millis(200)).await.is_err() {
            if let Some(status) = running.child.try_wait()? {
                bail!("{} ended: {status}", self.name());
            }
            anyhow::ensure!(Instant::now() < until, "{} does not answer", self.name());
        }
        Ok(running)
    }
}

fn switchboard(own: &Path, workers: usize) -> Result<Running> {
    let mut command = Command::new(own.join("turn-server"));
    command.args(["--workers", &workers.to_string()]).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().context("turn-server cannot be started")?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().context("no output")?).read_line(&mut line)?;
    let address = line.strip_prefix("turn: ").context("turn-server is not ready")?.trim().parse()?;
    Ok(Running { child, address })
}

fn coturn() -> Result<Running> {
    let port = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let mut command = Command::new("turnserver");
    command.args(["-n", "--listening-ip", "127.0.0.1", "--relay-ip", "127.0.0.1", "--realm", "switchboard"]);
    command.args(["--use-auth-secret", "--static-auth-secret", SECRET, "--allow-loopback-peers", "--no-cli"]);
    command.args(["--no-tls", "--no-dtls", "--log-file", "/dev/null", "--simple-log", "--pidfile", "/dev/null"]);
    command.args(["--listening-port", &port.to_string()]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let child = command.spawn().context("turnserver cannot be started: apt-get install coturn")?;
    Ok(Running { child, address: (Ipv4Addr::LOCALHOST, port).into() })
}

/// A server that runs. It ends with this.
pub struct Running {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Running {
    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
