//! One server of the comparison: started by its script, asked by the load tool, stopped.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::{fmt, fs};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// By this a script says that what it needs is not here.
const NOT_HERE: i32 = 3;

/// Who takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peer {
    /// This project's server.
    Switchboard,
    /// Node with socket.io, in the course's manner.
    Node,
    /// The same, but it forgets finished offers.
    NodeTidy,
    /// The course's manner on Bun.
    Bun,
    /// Nothing but sockets.
    Floor,
}

impl Peer {
    /// All, as they stand in the table.
    pub const ALL: [Self; 5] = [Self::Switchboard, Self::Node, Self::NodeTidy, Self::Bun, Self::Floor];

    /// Its key in the results.
    pub fn key(self) -> &'static str {
        match self {
            Self::Switchboard => "switchboard",
            Self::Node => "node",
            Self::NodeTidy => "node-tidy",
            Self::Bun => "bun",
            Self::Floor => "floor",
        }
    }

    fn script(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::NodeTidy => ("node", &["--tidy"]),
            other => (other.key(), &[]),
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Switchboard => "Switchboard",
            Self::Node => "Node",
            Self::NodeTidy => "Node, tidy",
            Self::Bun => "Bun",
            Self::Floor => "floor",
        })
    }
}

/// Where everything is.
pub struct Ground {
    /// The folder of `bench/`.
    pub bench: PathBuf,
    /// Where the load tool and the floor are.
    pub bin: PathBuf,
    /// The server's binary.
    pub switchboard: PathBuf,
    /// Certificate and key for all, and where Switchboard may keep its own.
    pub scratch: PathBuf,
}

impl Ground {
    /// Makes a certificate that all servers use: they do the same work with it.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub fn prepare(&self) -> Result<()> {
        fs::create_dir_all(&self.scratch)?;
        let made = rcgen::generate_simple_self_signed(["localhost".to_string()])?;
        fs::write(self.cert(), made.cert.pem())?;
        fs::write(self.key(), made.signing_key.serialize_pem())?;
        Ok(())
    }

    fn cert(&self) -> PathBuf {
        self.scratch.join("cert.pem")
    }

    fn key(&self) -> PathBuf {
        self.scratch.join("key.pem")
    }

    /// Starts a server; `None` if it cannot be had on this machine.
    ///
    /// # Errors
    /// A server that does not become ready.
    pub fn start(&self, peer: Peer, tls: bool) -> Result<Option<Running>> {
        let (folder, flags) = peer.script();
        let mut command = Command::new(self.bench.join("peers").join(folder).join("start"));
        command.args(flags).stdout(Stdio::piped()).stdin(Stdio::null());
        command.env("BENCH_BIN", &self.bin).env("SWITCHBOARD_BIN", &self.switchboard);
        command.env("STATE_DIR", self.scratch.join("state"));
        if tls {
            command.env("TLS_CERT", self.cert()).env("TLS_KEY", self.key());
        } else {
            command.env_remove("TLS_CERT").env_remove("TLS_KEY");
        }
        let child = command.spawn().with_context(|| format!("{peer} cannot be started"))?;
        let mut running = Running { child, url: String::new() };
        let mut lines = BufReader::new(running.child.stdout.take().context("no output")?).lines();
        let scheme = if tls { "https://" } else { "http://" };
        for line in lines.by_ref() {
            let line = line?;
            if let Some(urls) = line.strip_prefix("ready: ") {
                let url = urls.split(' ').find(|url| url.starts_with(scheme));
                running.url = url.context("not ready for this scheme")?.to_string();
                // What else it says is read and thrown away, so that it never waits for us.
                std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
                return Ok(Some(running));
            }
        }
        let code = running.child.wait()?.code();
        ensure!(code == Some(NOT_HERE), "{peer} ended before it was ready");
        Ok(None)
    }

    /// Plays a scenario against a server.
    ///
    /// # Errors
    /// Whatever the load tool says.
    pub fn load(&self, running: &Running, tls: bool, arguments: &[String]) -> Result<Value> {
        let mut command = Command::new(self.bin.join("load"));
        command.args(["--url", &running.url, "--pid", &running.child.id().to_string()]);
        if tls {
            command.arg("--cert").arg(self.cert());
        }
        let output = command.args(arguments).stdin(Stdio::null()).output()?;
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
        }
        serde_json::from_slice(&output.stdout).context("the load tool's figures")
    }
}

/// A server that runs. It ends with this.
pub struct Running {
    child: Child,
    url: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
