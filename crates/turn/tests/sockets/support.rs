//! A server that runs, and what belongs to it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, SystemTime};

use switchboard_turn::client::Client;
use switchboard_turn::{Handle, Limits, Options, PeerPolicy, TurnServer, rest_credentials};
use tokio::net::UdpSocket;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// For everything that has to happen.
pub const SOON: Duration = Duration::from_secs(20);
pub const SECRET: &str = "secret";

/// A server that runs. It ends with this.
pub struct Server {
    pub address: SocketAddr,
    pub handle: Handle,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

/// On 127.0.0.1, with peers there.
pub fn options() -> Options {
    Options {
        bind: Some(Ipv4Addr::LOCALHOST.into()),
        port: 0,
        relay_ports: 49152..=65535,
        external_ip: Vec::new(),
        secret: SECRET.into(),
        policy: PeerPolicy {
            allow: vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()],
            ..PeerPolicy::default()
        },
        limits: Limits::default(),
        workers: 2,
    }
}

impl Server {
    pub fn start(options: Options) -> Self {
        let server = TurnServer::bind(options).unwrap();
        let (address, handle) = (server.local_addr(), server.handle());
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(server.serve(async move { drop(stopped.await) }));
        Self { address, handle, stop, served }
    }

    pub async fn stop(self) {
        drop(self.stop);
        timeout(SOON, self.served).await.expect("the server ends").unwrap();
    }

    /// A client over UDP with an allocation, and its relayed address.
    pub async fn client(&self, name: &str) -> (Client, SocketAddr) {
        allocated(Client::udp(self.address).await.unwrap(), name).await
    }
}

/// A client with an allocation, and its relayed address.
pub async fn allocated(mut client: Client, name: &str) -> (Client, SocketAddr) {
    let (username, password) = credentials(name);
    let relayed = client.allocate(&username, &password).await.unwrap();
    (client, relayed)
}

pub fn credentials(name: &str) -> (String, String) {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    rest_credentials(SECRET.as_bytes(), name, now + 600)
}

/// A peer's socket.
pub async fn peer(ip: impl Into<IpAddr>) -> (UdpSocket, SocketAddr) {
    let socket = UdpSocket::bind((ip.into(), 0)).await.unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

pub async fn received(client: &mut Client) -> (SocketAddr, Vec<u8>) {
    timeout(SOON, client.receive()).await.expect("something comes").unwrap()
}

pub async fn received_by(socket: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut buffer = vec![0; 65_536];
    let (length, from) = timeout(SOON, socket.recv_from(&mut buffer)).await.expect("something comes").unwrap();
    buffer.truncate(length);
    (buffer, from)
}

/// Waits until something is true of which nothing notifies the test.
pub async fn until(what: &str, is_true: impl Fn() -> bool) {
    let mut clock = tokio::time::interval(Duration::from_millis(2));
    let wait = async {
        while !is_true() {
            clock.tick().await;
        }
    };
    assert!(timeout(SOON, wait).await.is_ok(), "{what}");
}
