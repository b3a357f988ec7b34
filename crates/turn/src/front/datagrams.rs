//! Datagrams received and sent in batches.

use std::io::{self, IoSliceMut};
use std::mem;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use mio::net::UdpSocket;
use quinn_udp::{BATCH_SIZE, RecvMeta, Transmit, UdpSocketState};

/// Room for what the system hands over at once: one datagram, or several of one sender in one piece (GRO). A little more than
/// 64 KiB, so that the beginnings of the buffers do not share the same lines of the processor's caches.
const ROOM: usize = 65_536 + 1_344;
/// After so long it is tried again whether the network takes several datagrams in one piece (GSO).
const GSO_AGAIN: Duration = Duration::from_secs(10);

/// A UDP socket.
#[derive(Debug)]
pub(super) struct Datagrams {
    pub socket: UdpSocket,
    state: UdpSocketState,
    made: Instant,
    /// Whether it has several addresses, so that it matters to which of them a datagram came.
    several: bool,
}

impl Datagrams {
    pub fn new(socket: socket2::Socket) -> io::Result<Self> {
        let several = socket.local_addr()?.as_socket().is_some_and(|address| address.ip().is_unspecified());
        let socket = std::net::UdpSocket::from(socket);
        let state = state(&socket, several)?;
        Ok(Self { socket: UdpSocket::from_std(socket), state, made: Instant::now(), several })
    }

    /// Sends `contents`, which are datagrams of `segment` bytes each but for the last, which may be shorter. Returns how
    /// many were not taken.
    pub fn send(&mut self, to: SocketAddr, from: Option<IpAddr>, contents: &[u8], segment: usize) -> usize {
        if contents.len() <= segment {
            return usize::from(self.transmit(to, from, contents, None).is_err());
        }
        if self.state.max_gso_segments() > 1 || self.offload_again() {
            match self.transmit(to, from, contents, Some(segment)) {
                Ok(()) => return 0,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return contents.len().div_ceil(segment),
                // Too large for a network, or a network that does not take them in one piece.
                Err(error) => tracing::debug!(%error, "datagrams could not be sent in one piece"),
            }
        }
        contents.chunks(segment).filter(|datagram| self.transmit(to, from, datagram, None).is_err()).count()
    }

    fn transmit(
        &self,
        destination: SocketAddr,
        src_ip: Option<IpAddr>,
        contents: &[u8],
        segment_size: Option<usize>,
    ) -> io::Result<()> {
        let transmit = Transmit { destination, ecn: None, contents, segment_size, src_ip };
        self.socket.try_io(|| self.state.try_send((&self.socket).into(), &transmit))
    }

    /// A single error switches offload off, though it may lie with one destination.
    fn offload_again(&mut self) -> bool {
        if self.made.elapsed() < GSO_AGAIN {
            return false;
        }
        self.made = Instant::now();
        if let Ok(state) = state(&self.socket, self.several) {
            self.state = state;
        }
        self.state.max_gso_segments() > 1
    }
}

#[cfg(unix)]
fn state(socket: &impl std::os::fd::AsFd, several: bool) -> io::Result<UdpSocketState> {
    let state = UdpSocketState::new(socket.into())?;
    unlike_quic(socket, several);
    Ok(state)
}

#[cfg(windows)]
fn state(socket: &impl std::os::windows::io::AsSocket, _several: bool) -> io::Result<UdpSocketState> {
    UdpSocketState::new(socket.into())
}

/// QUIC forbids fragments; a relay passes on what it is given, and the header that it adds may make it too large. What QUIC
/// wants to know of each datagram costs time.
#[cfg(target_os = "linux")]
fn unlike_quic(socket: &impl std::os::fd::AsFd, several: bool) {
    use nix::sys::socket::{setsockopt, sockopt};
    use rustix::net::sockopt::{Ipv4PathMtuDiscovery, set_ip_mtu_discover};
    // Each is for one family, or of use only.
    let _ = set_ip_mtu_discover(socket, Ipv4PathMtuDiscovery::DONT);
    let _ = setsockopt(socket, sockopt::Ipv6DontFrag, &false);
    let _ = setsockopt(socket, sockopt::ReceiveTimestampns, &false);
    let socket_ref = socket2::SockRef::from(socket);
    let _ = socket_ref.set_recv_tos_v4(false);
    let _ = socket_ref.set_recv_tclass_v6(false);
    if !several {
        let _ = setsockopt(socket, sockopt::Ipv4PacketInfo, &false);
        let _ = setsockopt(socket, sockopt::Ipv6RecvPacketInfo, &false);
    }
}

#[cfg(all(unix, not(target_os = "linux")))]
fn unlike_quic(_socket: &impl std::os::fd::AsFd, _several: bool) {}

/// Buffers for what is received, used again and again.
#[derive(Debug)]
pub(super) struct Received {
    bytes: Box<[u8]>,
    metas: [RecvMeta; BATCH_SIZE],
    filled: usize,
}

/// One datagram.
#[derive(Debug, Clone, Copy)]
pub(super) struct Datagram<'a> {
    pub from: SocketAddr,
    /// To which of this machine's addresses it came, where the system says that.
    pub to: Option<IpAddr>,
    pub payload: &'a [u8],
}

impl Default for Received {
    fn default() -> Self {
        Self { bytes: vec![0; ROOM * BATCH_SIZE].into(), metas: [RecvMeta::default(); BATCH_SIZE], filled: 0 }
    }
}

impl Received {
    /// Receives what waits, a batch at most. Returns whether more may wait.
    pub fn fill(&mut self, from: &Datagrams) -> io::Result<bool> {
        self.filled = 0;
        let mut rest = &mut self.bytes[..];
        let mut slices: [IoSliceMut<'_>; BATCH_SIZE] = std::array::from_fn(|_| {
            let (first, others) = mem::take(&mut rest).split_at_mut(ROOM);
            rest = others;
            IoSliceMut::new(first)
        });
        let metas = &mut self.metas;
        self.filled = from.socket.try_io(|| from.state.recv((&from.socket).into(), &mut slices, metas))?;
        Ok(self.filled == BATCH_SIZE || BATCH_SIZE == 1)
    }

    /// Hands over what was received last.
    pub fn each(&self, mut handle: impl FnMut(Datagram<'_>)) {
        for (bytes, meta) in self.bytes.chunks_exact(ROOM).zip(&self.metas[..self.filled]) {
            let (length, stride) = (meta.len.min(ROOM), meta.stride.max(1));
            // A datagram may be empty.
            for start in (0..length.max(1)).step_by(stride) {
                let payload = &bytes[start..length.min(start + stride)];
                handle(Datagram { from: meta.addr, to: meta.dst_ip, payload });
            }
        }
    }
}
