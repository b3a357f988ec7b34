//! Datagrams sent and received by the dozen in one system call (Linux only).

use std::io::{self, IoSlice, IoSliceMut};
use std::net::UdpSocket;
use std::os::fd::AsRawFd;

use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrIn, recvmmsg, sendmmsg};

/// Datagrams in one system call at most.
pub const BATCH: usize = 32;
/// Room for one datagram.
const ROOM: usize = 2048;

/// Buffers for datagrams, used again and again.
pub struct Batch {
    buffers: Vec<[u8; ROOM]>,
    sizes: [usize; BATCH],
    filled: usize,
    headers: MultiHeaders<SockaddrIn>,
}

impl Default for Batch {
    fn default() -> Self {
        Self {
            buffers: vec![[0; ROOM]; BATCH],
            sizes: [0; BATCH],
            filled: 0,
            headers: MultiHeaders::preallocate(BATCH, None),
        }
    }
}

impl Batch {
    /// Receives what waits at a connected socket, at most [`BATCH`] datagrams. How many that were.
    ///
    /// # Errors
    /// Those of the socket, other than that nothing waits.
    pub fn receive(&mut self, socket: &UdpSocket) -> io::Result<usize> {
        let mut slices: Vec<[IoSliceMut<'_>; 1]> =
            self.buffers.iter_mut().map(|buffer| [IoSliceMut::new(buffer)]).collect();
        self.filled = 0;
        match recvmmsg(socket.as_raw_fd(), &mut self.headers, slices.iter_mut(), MsgFlags::MSG_DONTWAIT, None) {
            Ok(received) => {
                for message in received {
                    self.sizes[self.filled] = message.bytes;
                    self.filled += 1;
                }
                Ok(self.filled)
            }
            // The relay's end of a socket is gone when a round ends.
            Err(Errno::EAGAIN | Errno::EINTR | Errno::ECONNREFUSED) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    /// What was received last.
    pub fn datagrams(&self) -> impl Iterator<Item = &[u8]> {
        self.buffers.iter().zip(self.sizes).take(self.filled).map(|(buffer, size)| &buffer[..size])
    }

    /// Puts a datagram in place `at` of what is sent next, which `fill` writes.
    pub fn put(&mut self, size: usize, fill: impl FnOnce(&mut [u8])) {
        fill(&mut self.buffers[self.filled][..size]);
        self.sizes[self.filled] = size;
        self.filled += 1;
    }

    /// Forgets what it holds.
    pub fn clear(&mut self) {
        self.filled = 0;
    }

    /// Whether nothing more fits.
    pub fn is_full(&self) -> bool {
        self.filled == BATCH
    }

    /// Sends what it holds through a connected socket, each datagram by itself. How many were taken.
    ///
    /// # Errors
    /// Those of the socket, other than that it takes nothing more.
    pub fn send(&mut self, socket: &UdpSocket) -> io::Result<usize> {
        if self.filled == 0 {
            return Ok(0);
        }
        let slices: Vec<[IoSlice<'_>; 1]> = self.datagrams().map(|datagram| [IoSlice::new(datagram)]).collect();
        let nowhere = vec![None; slices.len()];
        let mut headers = MultiHeaders::<SockaddrIn>::preallocate(slices.len(), None);
        match sendmmsg(socket.as_raw_fd(), &mut headers, slices.iter(), nowhere, [], MsgFlags::MSG_DONTWAIT) {
            Ok(sent) => Ok(sent.count()),
            Err(Errno::EAGAIN | Errno::EINTR | Errno::ECONNREFUSED | Errno::ENOBUFS) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }
}
