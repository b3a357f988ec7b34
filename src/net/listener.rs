//! The listener of `--bind` and `--port`, and why it cannot be opened; or the one that a service manager has opened.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::{Context, Result, bail};
use listenfd::ListenFd;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;

/// The listener that a service manager has opened for this process, if there is one: systemd does for a socket unit, and says
/// so in `LISTEN_FDS` and `LISTEN_PID`. It stays open between two processes, so that clients who connect meanwhile wait.
///
/// # Errors
/// Several sockets, or one that does not listen by TCP.
pub(crate) fn given() -> Result<Option<TcpListener>> {
    let mut given = ListenFd::from_env();
    if given.len() > 1 {
        bail!(
            "The service manager has opened {} sockets, and this server takes one: leave one ListenStream= in the socket unit.",
            given.len()
        );
    }
    let sentence =
        "The socket of the service manager cannot be used: it has to listen by TCP (ListenStream= with a port)";
    let Some(listener) = given.take_tcp_listener(0).context(sentence)? else { return Ok(None) };
    listener.set_nonblocking(true).context(sentence)?;
    tracing::info!("listens on the socket that the service manager has opened, whatever --bind and --port say");
    TcpListener::from_std(listener).map(Some).context(sentence)
}

/// Listens on one address of this machine, or on all of them.
///
/// # Errors
/// A port that is taken or forbidden, an address of another machine; each in a sentence for the user.
pub(crate) fn open(bind: Option<IpAddr>, port: u16) -> Result<TcpListener> {
    match bind {
        Some(ip) => listen(SocketAddr::new(ip, port)),
        // IPv6 and IPv4 on one socket; only IPv4 on a machine without IPv6.
        None => listen((Ipv6Addr::UNSPECIFIED, port).into()).or_else(|error| {
            if error.kind() == ErrorKind::AddrInUse {
                return Err(error);
            }
            listen((Ipv4Addr::UNSPECIFIED, port).into())
        }),
    }
    .map_err(|error| explain(&error, port))
}

fn explain(error: &io::Error, port: u16) -> anyhow::Error {
    match error.kind() {
        ErrorKind::AddrInUse => anyhow::anyhow!(
            "Port {port} is taken by another program (perhaps the course's Node server): stop that program, or choose \
             another port with --port {}.",
            if port < u16::MAX { port + 1 } else { 0 }
        ),
        ErrorKind::PermissionDenied => {
            anyhow::anyhow!("Port {port} is only for administrators: choose one above 1023 with --port.")
        }
        ErrorKind::AddrNotAvailable => {
            anyhow::anyhow!("The address of --bind is not one of this machine.")
        }
        _ => anyhow::anyhow!("Port {port} cannot be opened: {error}"),
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    // A restarted server need not wait until the system has forgotten the old connections (TIME_WAIT). On Windows the
    // option would let two programs share the port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(1024)?;
    TcpListener::from_std(socket.into())
}
