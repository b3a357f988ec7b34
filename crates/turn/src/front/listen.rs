//! The sockets on which clients come: UDP for each worker, TCP once, all on one port.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

/// How often another port is tried when any will do and its TCP twin is taken.
const ATTEMPTS: usize = 16;
/// What the system keeps of datagrams that wait for a worker: half a second of 4,000 a second and more.
const RECEIVE_BUFFER: usize = 4 << 20;
/// What the system keeps of datagrams that wait for the network.
const SEND_BUFFER: usize = 2 << 20;
/// Connections that wait to be accepted.
const BACKLOG: i32 = 1024;

/// All sockets of one server.
#[derive(Debug)]
pub(super) struct Listeners {
    /// For each worker its UDP sockets, one for each of [`Self::addresses`].
    pub udp: Vec<Vec<Socket>>,
    pub tcp: Vec<TcpListener>,
    /// IPv4 first. More than one if the server listens on all addresses.
    pub addresses: Vec<SocketAddr>,
}

impl Listeners {
    /// Takes the port.
    pub fn bind(ip: Option<IpAddr>, port: u16, workers: usize) -> io::Result<Self> {
        let mut attempt = 1;
        loop {
            match Self::attempt(ip, port, workers) {
                Err(error) if port == 0 && error.kind() == io::ErrorKind::AddrInUse && attempt < ATTEMPTS => {
                    attempt += 1
                }
                result => return result,
            }
        }
    }

    fn attempt(ip: Option<IpAddr>, port: u16, workers: usize) -> io::Result<Self> {
        let wanted = match ip {
            Some(ip) => vec![ip],
            None => vec![IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)],
        };
        let mut listeners =
            Self { udp: (0..workers).map(|_| Vec::new()).collect(), tcp: Vec::new(), addresses: Vec::new() };
        let mut port = port;
        for ip in wanted {
            match listeners.add(SocketAddr::new(ip, port)) {
                Ok(()) => port = listeners.addresses[0].port(),
                // A machine without IPv6.
                Err(error) if !listeners.addresses.is_empty() && error.kind() != io::ErrorKind::AddrInUse => {
                    tracing::debug!(%error, "no TURN on IPv6");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(listeners)
    }

    fn add(&mut self, address: SocketAddr) -> io::Result<()> {
        // Sockets that share a port do not notice those of another process: this one does.
        let mut address = udp(address, false)?.local_addr()?.as_socket().unwrap_or(address);
        let tcp = tcp(address)?;
        let mut sockets = Vec::new();
        for _ in &self.udp {
            let socket = udp(address, true)?;
            // Where the system refuses so much, it stays at its own limit.
            let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
            let _ = socket.set_send_buffer_size(SEND_BUFFER);
            // That limit (net.core.rmem_max) is not for processes with CAP_NET_ADMIN.
            #[cfg(target_os = "linux")]
            let _ = rustix::net::sockopt::set_socket_recv_buffer_size_force(&socket, RECEIVE_BUFFER);
            address = socket.local_addr()?.as_socket().unwrap_or(address);
            sockets.push(socket);
        }
        for (of_worker, socket) in self.udp.iter_mut().zip(sockets) {
            of_worker.push(socket);
        }
        self.tcp.push(tcp);
        self.addresses.push(address);
        Ok(())
    }
}

fn udp(address: SocketAddr, shared: bool) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    #[cfg(target_os = "linux")]
    socket.set_reuse_port(shared)?;
    let _ = shared;
    socket.bind(&address.into())?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn tcp(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // Windows means something else by it: that others may take the port, too.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}
