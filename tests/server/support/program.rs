//! The program in a process of its own, where its memory and its open files are its own and can be counted.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStderr, Command};
use tokio::sync::Notify;

use super::server::state_dir;
use super::{TestServer, within};

/// How often is looked whether the process is at rest, and how long at most.
const LOOK: Duration = Duration::from_millis(200);
const LOOKS: usize = 300;

/// The running program; it is killed when it is dropped.
pub struct Program {
    pub server: TestServer,
    /// The listener of `--metrics`.
    pub metrics: Option<TestServer>,
    child: Child,
    /// Its start-up lines.
    lines: Vec<String>,
    /// Lines of its log.
    kept: Arc<Mutex<Vec<String>>>,
    /// That there is another one.
    grown: Arc<Notify>,
}

const BINARY: &str = env!("CARGO_BIN_EXE_switchboard");
/// Most lines that are kept of a log.
const MOST_LINES: usize = 100_000;

/// What a process has at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Memory in use, in KiB.
    pub resident: usize,
    /// The most that it ever was.
    pub peak: usize,
    pub open_files: usize,
}

impl Program {
    /// Starts the program with these flags on a free port of the loopback. Of its log, lines about panics are kept.
    pub async fn start(flags: &[&str]) -> Self {
        Self::start_keeping(flags, |line| line.to_lowercase().contains("panic")).await
    }

    /// The same; of its log is kept what `keep` says.
    pub async fn start_keeping(flags: &[&str], keep: fn(&str) -> bool) -> Self {
        Self::start_by(Command::new(BINARY), state_dir(), flags, keep).await
    }

    /// The same, with these environment variables.
    #[allow(dead_code, reason = "the tests of traces use it")]
    pub async fn start_with_variables(variables: &[(&str, &str)], flags: &[&str], keep: fn(&str) -> bool) -> Self {
        let mut command = Command::new(BINARY);
        command.envs(variables.iter().copied());
        Self::start_by(command, state_dir(), flags, keep).await
    }

    /// The same on a system that trusts the authorities in this file.
    pub async fn start_trusting(authorities: &Path, flags: &[&str]) -> Self {
        let mut command = Command::new(BINARY);
        command.env("SSL_CERT_FILE", authorities);
        Self::start_by(command, state_dir(), flags, |_| false).await
    }

    /// The same; it keeps its certificates in `state_dir`.
    pub async fn start_with_state(state_dir: &Path, flags: &[&str], keep: fn(&str) -> bool) -> Self {
        Self::start_by(Command::new(BINARY), state_dir, flags, keep).await
    }

    /// The same, with no more than so many open files.
    pub async fn start_with_files(most: usize, flags: &[&str], keep: fn(&str) -> bool) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("ulimit -n {most} && exec \"$0\" \"$@\""), BINARY]);
        Self::start_by(shell, state_dir(), flags, keep).await
    }

    /// The same, with a listener that a service manager would have opened.
    #[cfg(unix)]
    pub async fn start_with_listener(listener: &std::net::TcpListener, flags: &[&str], keep: fn(&str) -> bool) -> Self {
        let mut shell = Command::new("sh");
        // The number of the process stays the same.
        let script = "exec 3<&0 </dev/null; export LISTEN_FDS=1 LISTEN_PID=$$; exec \"$0\" \"$@\"";
        shell.args(["-c", script, BINARY]);
        let listener = listener.try_clone().expect("another handle");
        Self::start_from(shell, Stdio::from(std::os::fd::OwnedFd::from(listener)), state_dir(), flags, keep).await
    }

    async fn start_by(command: Command, state_dir: &Path, flags: &[&str], keep: fn(&str) -> bool) -> Self {
        // No terminal: a terminal that closes ends the program.
        Self::start_from(command, Stdio::null(), state_dir, flags, keep).await
    }

    async fn start_from(
        mut command: Command,
        input: Stdio,
        state_dir: &Path,
        flags: &[&str],
        keep: fn(&str) -> bool,
    ) -> Self {
        // The developer's own settings are no part of a test.
        for (name, _) in std::env::vars_os() {
            let is_setting = name.to_str().is_some_and(|name| name.starts_with("SWITCHBOARD_"));
            if is_setting && command.as_std().get_envs().all(|(given, _)| given != name) {
                command.env_remove(name);
            }
        }
        let mut child = command
            .args(["--bind", "127.0.0.1", "--port", "0", "--state-dir"])
            .arg(state_dir)
            .args(flags)
            .env_remove("RUST_LOG")
            // glibc gives memory back sooner, and from few places, so that a leak is not hidden behind free pages.
            .envs([("MALLOC_ARENA_MAX", "2"), ("MALLOC_TRIM_THRESHOLD_", "131072")])
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts");
        let (kept, grown) = (Arc::default(), Arc::new(Notify::new()));
        tokio::spawn(watch(child.stderr.take().expect("its log"), Arc::clone(&kept), Arc::clone(&grown), keep));
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let (mut metrics, mut start_up) = (None, Vec::new());
        let port = within("the program to be ready", async {
            loop {
                let line = lines.next_line().await.expect("readable").expect("it says that it is ready");
                start_up.push(line.clone());
                if let Some(address) = line.strip_prefix("metrics: ") {
                    metrics = Some(TestServer::elsewhere(address.parse().expect("an address")));
                }
                let Some(addresses) = line.strip_prefix("ready: ") else { continue };
                break addresses.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
            }
        });
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port.await));
        Self { server: TestServer::elsewhere(address), metrics, child, lines: start_up, kept, grown }
    }

    /// The start-up line that begins so.
    pub fn line(&self, start: &str) -> Option<&str> {
        self.lines.iter().map(String::as_str).find(|line| line.starts_with(start))
    }

    /// Fails the test if the process has ended, or if its log has a line about a panic.
    pub fn assert_sound(&mut self) {
        let ended = self.child.try_wait().expect("a process of our own");
        assert!(ended.is_none(), "the program has ended: {ended:?}");
        let panics = self.kept.lock().expect("readable");
        assert!(panics.is_empty(), "the log tells of panics: {panics:#?}");
    }

    /// What was kept of its log, once there is a line with `last` in it.
    pub async fn log_until(&self, last: &str) -> Vec<String> {
        self.log_until_times(1, last).await
    }

    /// The same, once there are so many such lines.
    pub async fn log_until_times(&self, times: usize, last: &str) -> Vec<String> {
        let count = || self.kept.lock().expect("readable").iter().filter(|line| line.contains(last)).count();
        within(last, async {
            while count() < times {
                // A notification that came since is kept for the next wait.
                self.grown.notified().await;
            }
        })
        .await;
        self.kept.lock().expect("readable").clone()
    }

    /// What was kept of its log.
    #[allow(dead_code, reason = "the tests of clusters use it")]
    pub fn log(&self) -> Vec<String> {
        self.kept.lock().expect("readable").clone()
    }

    /// Whether it has ended, and how.
    #[allow(dead_code, reason = "the tests of clusters use it")]
    pub fn end(&mut self) -> Option<std::process::ExitStatus> {
        self.child.try_wait().expect("a process of our own")
    }

    /// The number of the process.
    #[allow(dead_code, reason = "the tests of clusters use it")]
    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Sends it SIGHUP.
    pub async fn hang_up(&self) {
        let id = self.child.id().expect("it runs");
        let sent = Command::new("kill").args(["-HUP", &id.to_string()]).status().await;
        assert!(sent.expect("kill runs").success());
    }

    /// Asks it to stop, as a terminal or a service manager does, and waits for its end.
    pub async fn stop(&mut self) -> std::process::ExitStatus {
        let id = self.child.id().expect("it runs");
        let asked = Command::new("kill").args(["-TERM", &id.to_string()]).status().await;
        assert!(asked.expect("kill runs").success());
        within("the program to end", self.child.wait()).await.expect("an exit status")
    }

    /// What it has now; `None` where the system does not tell (elsewhere than on Linux).
    pub fn usage(&self) -> Option<Usage> {
        let folder = PathBuf::from(format!("/proc/{}", self.child.id()?));
        let status = std::fs::read_to_string(folder.join("status")).ok()?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse().ok()
        };
        let open_files = std::fs::read_dir(folder.join("fd")).ok()?.count();
        Some(Usage { resident: field("VmRSS:")?, peak: field("VmHWM:")?, open_files })
    }

    /// Waits until what it has is as it should be. Gives back what it has in the end, whether it is or not.
    pub async fn settled(&self, is_well: impl Fn(Usage) -> bool) -> Option<Usage> {
        for _ in 0..LOOKS {
            if is_well(self.usage()?) {
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
        self.usage()
    }
}

/// Reads the log to its end, so that the program never waits to write it, and keeps what is to be kept.
async fn watch(log: ChildStderr, kept: Arc<Mutex<Vec<String>>>, grown: Arc<Notify>, keep: fn(&str) -> bool) {
    let mut lines = BufReader::new(log).split(b'\n');
    while let Ok(Some(line)) = lines.next_segment().await {
        let line = String::from_utf8_lossy(&line);
        let mut kept = kept.lock().expect("writable");
        if kept.len() < MOST_LINES && keep(&line) {
            kept.push(line.into_owned());
            grown.notify_one();
        }
    }
}
