//! A server: bound, then served until it is stopped.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use ipnet::IpNet;
use ring::rand::{SecureRandom, SystemRandom};
use tokio::sync::oneshot;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::sleep;

use super::handle::Handle;
use super::listen::Listeners;
use super::options::Options;
use super::ports::Ports;
use super::stream_limit::StreamLimit;
use super::worker::Worker;
use crate::five_tuple::Transport;
use crate::machine::{Config, Machine, OnRefusal};
use crate::peer_policy::OwnAddresses;
use crate::quotas::Quotas;

/// The realm of its credentials.
const REALM: &str = "switchboard";
/// How often it looks which addresses this machine has.
const ADDRESSES: Duration = Duration::from_secs(15);
/// How long accepting waits when there are no file descriptors.
const EXHAUSTED: Duration = Duration::from_millis(100);

/// A server that has its ports.
#[derive(Debug)]
pub struct TurnServer {
    local: SocketAddr,
    tcp: Vec<TcpListener>,
    workers: Vec<Worker>,
    config: Arc<Config>,
    handle: Handle,
}

impl TurnServer {
    /// Takes the port for UDP and TCP.
    ///
    /// # Errors
    /// An address that is not this machine's, a port that is taken.
    pub fn bind(options: Options) -> io::Result<Self> {
        let listeners = Listeners::bind(options.bind, options.port, worker_count(options.workers))?;
        let mut nonce_key = [0; 32];
        SystemRandom::new().fill(&mut nonce_key).map_err(|_| io::Error::other("no random numbers"))?;
        let config = Arc::new(Config {
            realm: REALM.into(),
            secret: options.secret,
            nonce_key,
            external: options.external_ip,
            own_addresses: OwnAddresses::new(own_addresses()?),
            policy: options.policy,
        });
        let limit = StreamLimit::new(&options.limits);
        let quotas = Arc::new(Quotas::new(options.limits));
        let mut workers = Vec::new();
        for sockets in listeners.udp {
            let machine = Machine::new(config.clone(), quotas.clone());
            let ports = Ports::new(options.relay_ports.clone(), options.bind);
            workers.push(Worker::new(machine, sockets, ports)?);
        }
        let handle = Handle::new(workers.iter().map(Worker::link).collect(), limit);
        Ok(Self { local: listeners.addresses[0], tcp: listeners.tcp, workers, config, handle })
    }

    /// Reports each refused request from now on, in a call that must not wait.
    pub fn set_on_refusal(&mut self, on_refusal: OnRefusal) {
        self.workers.iter_mut().for_each(|worker| worker.set_on_refusal(on_refusal));
    }

    /// The address it listens on, unspecified (`0.0.0.0`) where those are all.
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// What others use of it.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Serves until `stop` is done; then all allocations and streams end.
    pub async fn serve(self, stop: impl Future<Output = ()>) {
        // Also when this is dropped before it is done.
        let stopping = Stop(self.handle.clone());
        let mut ended = Vec::new();
        for worker in self.workers {
            let (end, of_worker) = oneshot::channel::<()>();
            let run = move || {
                worker.run();
                drop(end);
            };
            match thread::Builder::new().name("turn".into()).spawn(run) {
                Ok(_) => ended.push(of_worker),
                Err(error) => tracing::error!(%error, "a TURN worker cannot be started"),
            }
        }
        let mut tasks = JoinSet::new();
        for listener in self.tcp {
            tasks.spawn(accept(listener, self.handle.clone()));
        }
        tasks.spawn(watch_addresses(self.config));
        stop.await;
        drop(stopping);
        tasks.shutdown().await;
        for worker in ended {
            let _ = worker.await;
        }
    }
}

struct Stop(Handle);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.stop();
    }
}

async fn accept(listener: TcpListener, handle: Handle) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%error, "no TURN over TCP"),
    };
    let mut clients = JoinSet::new();
    loop {
        while clients.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, client)) => {
                let handle = handle.clone();
                clients.spawn(async move {
                    let _ = stream.set_nodelay(true);
                    let Ok(server) = stream.local_addr() else { return };
                    if let Err(error) = handle.serve_stream(stream, client, server, Transport::Tcp).await {
                        tracing::debug!(%client, %error, "a stream of TURN ended");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "no TURN stream accepted");
                sleep(EXHAUSTED).await;
            }
        }
    }
}

/// Laptops change their networks.
async fn watch_addresses(config: Arc<Config>) {
    loop {
        sleep(ADDRESSES).await;
        match spawn_blocking(own_addresses).await {
            Ok(Ok(addresses)) => config.own_addresses.set(addresses),
            Ok(Err(error)) => tracing::warn!(%error, "this machine's addresses cannot be read"),
            Err(_) => return,
        }
    }
}

fn own_addresses() -> io::Result<Vec<IpNet>> {
    let interfaces = if_addrs::get_if_addrs()?;
    let network = |address: &if_addrs::IfAddr| match address {
        if_addrs::IfAddr::V4(v4) => IpNet::new(v4.ip.into(), v4.prefixlen).ok(),
        if_addrs::IfAddr::V6(v6) => IpNet::new(v6.ip.into(), v6.prefixlen).ok(),
    };
    Ok(interfaces.iter().filter_map(|interface| network(&interface.addr)).collect())
}

/// Only Linux spreads datagrams over sockets of the same port.
fn worker_count(wanted: usize) -> usize {
    if !cfg!(target_os = "linux") {
        return 1;
    }
    match wanted {
        0 => thread::available_parallelism().map_or(1, usize::from),
        wanted => wanted,
    }
}
