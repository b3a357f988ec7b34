//! A whole server on a free port of the loopback, with a folder of its own for certificates.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use switchboard::auth::throttle;
use switchboard::config::Config;
use switchboard::inspect::inspector::Inspector;
use switchboard::server::Server;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::http::request;
use super::within;

/// A running server; it ends with the test. In the tests of clusters it is two servers, and each connection is made to
/// the other one in turn.
pub struct TestServer {
    addresses: Vec<SocketAddr>,
    turn: AtomicUsize,
    /// The inspector of a server of this process, if it is on.
    pub inspector: Option<Arc<Inspector>>,
    /// None for one in a process of its own.
    running: Vec<Running>,
}

struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<anyhow::Result<()>>,
}

impl TestServer {
    /// Starts a server with these flags, as if they stood on the command line.
    pub async fn start(flags: &[&str]) -> Self {
        Self::start_with_state(state_dir(), flags).await
    }

    /// Starts a server that keeps its certificates in `state_dir`.
    pub async fn start_with_state(state_dir: &Path, flags: &[&str]) -> Self {
        let build = |flags: &[&str]| build(state_dir, flags).expect("the server can be built");
        Self::run(flags, build).await
    }

    /// Starts a server that counts wrong passwords and tokens in this way.
    pub async fn start_with_guesses(guesses: throttle::ThrottleOptions, flags: &[&str]) -> Self {
        Self::start_changed(|config| config.access.throttle = guesses, flags).await
    }

    /// Starts a server with these flags, and with what no flag changes.
    pub async fn start_changed(change: impl Fn(&mut Config), flags: &[&str]) -> Self {
        let build = |flags: &[&str]| {
            let mut config = config(state_dir(), flags).expect("the flags are understood");
            change(&mut config);
            Server::build(config).expect("the server can be built")
        };
        Self::run(flags, build).await
    }

    /// Starts a server that delays no error, however many wrong passwords and tokens it receives.
    pub async fn start_patient(flags: &[&str]) -> Self {
        Self::start_with_guesses(throttle::ThrottleOptions { free: 100_000, ..Default::default() }, flags).await
    }

    async fn run(flags: &[&str], build: impl Fn(&[&str]) -> Server) -> Self {
        let servers = match super::redis::new_cluster() {
            Some(cluster) => vec![
                build(&[flags, &["--cluster", &cluster]].concat()),
                build(&[flags, &["--cluster", &cluster]].concat()),
            ],
            None => vec![build(flags)],
        };
        let inspector = servers[0].inspector().cloned();
        let is_cluster = servers.len() > 1;
        let (mut addresses, mut running) = (Vec::new(), Vec::new());
        for server in servers {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
            addresses.push(listener.local_addr().expect("a bound listener has an address"));
            let (stop, stopped) = oneshot::channel();
            let task = tokio::spawn(server.listen(listener, async {
                stopped.await.ok();
            }));
            running.push(Running { stop, task });
        }
        if is_cluster {
            for address in &addresses {
                within("a server to join the cluster", is_ready(*address)).await;
            }
        }
        Self { addresses, turn: AtomicUsize::new(0), inspector, running }
    }

    /// A server in a process of its own: all that is known of it is where it is.
    pub fn elsewhere(address: SocketAddr) -> Self {
        Self { addresses: vec![address], turn: AtomicUsize::new(0), inspector: None, running: Vec::new() }
    }

    /// Opens a connection.
    pub async fn stream(&self) -> TcpStream {
        connect(self.address()).await.expect("the server accepts")
    }

    /// Where the server is, or the servers in turn.
    pub fn address(&self) -> SocketAddr {
        self.addresses[self.turn.fetch_add(1, Ordering::Relaxed) % self.addresses.len()]
    }

    /// Asks the server to stop. The future that is returned ends when `listen` has returned.
    pub fn stop(self) -> impl Future<Output = ()> {
        assert!(!self.running.is_empty(), "a server of this process");
        let stop = |Running { stop, task }| {
            stop.send(()).expect("the server still runs");
            task
        };
        let tasks: Vec<_> = self.running.into_iter().map(stop).collect();
        async move {
            for task in tasks {
                let ended = within("the server to stop", task).await;
                ended.expect("the server does not panic").expect("the server stops without a fault");
            }
        }
    }
}

/// Returns when the server answers that it is ready.
async fn is_ready(address: SocketAddr) {
    loop {
        let stream = connect(address).await.expect("the server accepts");
        if request(stream, "GET", "/readyz", &[("Connection", "close")], b"").await.status == 200 {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// Opens a connection to a server that may be gone by now.
pub async fn connect(address: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = within("a connection", TcpStream::connect(address)).await?;
    // Small packets one after the other, as here, would otherwise wait for each other's acknowledgement.
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Builds a server without starting it: what is wrong with the flags or with the certificate comes back as a fault.
pub fn build(state_dir: &Path, flags: &[&str]) -> anyhow::Result<Server> {
    Server::build(config(state_dir, flags)?)
}

fn config(state_dir: &Path, flags: &[&str]) -> anyhow::Result<Config> {
    let state_dir = state_dir.to_str().expect("a readable path");
    Ok(Config::from_args([&["--state-dir", state_dir], flags].concat())?)
}

/// The folder where the servers of this test run keep their certificates. These are made at once, so that no two
/// servers make them at the same time.
pub fn state_dir() -> &'static Path {
    static STATE: OnceLock<TempDir> = OnceLock::new();
    let made = STATE.get_or_init(|| {
        let dir = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder for certificates");
        build(dir.path(), &[]).expect("a server that makes its certificate");
        dir
    });
    made.path()
}
