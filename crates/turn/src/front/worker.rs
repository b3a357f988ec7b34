//! A worker's thread: receives datagrams in batches, gives them to its machine, sends what comes of it.

use std::io;
use std::mem;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token, Waker};
use socket2::Socket;

use super::datagrams::{Datagrams, Received};
use super::network::{Network, Role, server_address};
use super::ports::Ports;
use super::stream_link::{Found, StreamLink};
use super::worker_link::WorkerLink;
use crate::five_tuple::{FiveTuple, Transport};
use crate::machine::{Machine, OnRefusal, RelayId};
use crate::message::frame_length;
use crate::time::Time;

/// The number of no socket.
const WAKER: Token = Token(usize::MAX);
/// Sockets that are looked at in one turn.
const EVENTS: usize = 256;
/// Batches of one socket in one turn: the others have to come.
const BATCHES: usize = 4;
/// Turns that begin within so long of each other show that there is much to do.
const BUSY: Duration = Duration::from_millis(2);
/// Then each lasts so long at least: to be woken for each datagram costs more than to relay it, and datagrams that have come
/// together leave together.
const TURN: Duration = Duration::from_millis(1);
/// Larger buffers for frames are given back.
const KEPT: usize = 128 << 10;

/// What a worker's thread owns.
#[derive(Debug)]
pub(super) struct Worker {
    poll: Poll,
    machine: Machine,
    network: Network,
    received: Received,
    link: Arc<WorkerLink>,
    /// Sockets where more waits, which the system does not tell again.
    unread: Vec<usize>,
    streams: Vec<Arc<StreamLink>>,
    frames: Vec<u8>,
}

impl Worker {
    /// A worker that has its sockets for clients.
    /// Reports each refused request from now on.
    pub fn set_on_refusal(&mut self, on_refusal: OnRefusal) {
        self.machine.set_on_refusal(on_refusal);
    }

    pub fn new(machine: Machine, sockets: Vec<Socket>, ports: Ports) -> io::Result<Self> {
        let poll = Poll::new()?;
        let link = Arc::new(WorkerLink::new(Waker::new(poll.registry(), WAKER)?));
        let mut network = Network::new(poll.registry().try_clone()?, ports);
        for socket in sockets {
            let address = socket.local_addr()?.as_socket().ok_or_else(|| io::Error::other("no address"))?;
            network.listen(Datagrams::new(socket)?, address)?;
        }
        Ok(Self {
            poll,
            machine,
            network,
            received: Received::default(),
            link,
            unread: Vec::new(),
            streams: Vec::new(),
            frames: Vec::new(),
        })
    }

    /// What others see of it.
    pub fn link(&self) -> Arc<WorkerLink> {
        self.link.clone()
    }

    /// Works until it is stopped.
    pub fn run(mut self) {
        let mut events = Events::with_capacity(EVENTS);
        let mut began = Instant::now();
        loop {
            let last = began;
            let deadline = self.machine.next_deadline().map(|deadline| deadline.monotonic);
            let wait = match deadline {
                _ if !self.unread.is_empty() => Some(Duration::ZERO),
                Some(deadline) => Some(deadline.saturating_duration_since(Instant::now())),
                None => None,
            };
            match self.poll.poll(&mut events, wait) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    tracing::error!(%error, "a TURN worker ends");
                    break;
                }
            }
            began = Instant::now();
            if self.turn(&events, deadline) {
                break;
            }
            if began - last < BUSY {
                thread::sleep(TURN.saturating_sub(began.elapsed()));
            }
        }
        self.link.end(&mut self.streams);
        for stream in self.network.streams.values().chain(&self.streams) {
            stream.close();
        }
        self.link.stats.set(0, self.machine.counters(), self.network.outbox.dropped);
    }

    /// Handles what has come. Returns whether the worker has to end.
    fn turn(&mut self, events: &Events, deadline: Option<Instant>) -> bool {
        let now = Time::now();
        let mut stopped = false;
        for number in mem::take(&mut self.unread) {
            self.read(now, number);
        }
        for event in events {
            match event.token() {
                WAKER => stopped = self.streams(now),
                Token(number) => self.read(now, number),
            }
        }
        // A socket may have been in both.
        self.unread.sort_unstable();
        self.unread.dedup();
        if deadline.is_some_and(|deadline| deadline <= now.monotonic) {
            self.machine.expire(now, &mut self.network);
        }
        // First what others see: the answers follow.
        self.link.stats.set(self.machine.allocations(), self.machine.counters(), self.network.outbox.dropped);
        self.network.flush();
        stopped
    }

    /// Reads a socket until nothing waits, or it is the others' turn.
    fn read(&mut self, now: Time, number: usize) {
        for _ in 0..BATCHES {
            let Some((datagrams, role)) = self.network.table.entry(number) else { return };
            match self.received.fill(datagrams) {
                Ok(more) => {
                    match *role {
                        Role::Clients(listens) => self.clients(now, listens),
                        Role::Relay(_) => self.peers(now, RelayId(number as u32)),
                    }
                    if !more {
                        return;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // What an earlier datagram met, such as a closed port (Windows).
                Err(error) => tracing::debug!(%error, "a datagram could not be received"),
            }
        }
        self.unread.push(number);
    }

    fn clients(&mut self, now: Time, listens: SocketAddr) {
        let (machine, network) = (&mut self.machine, &mut self.network);
        self.received.each(|datagram| {
            let server = server_address(listens, datagram.to);
            let five = FiveTuple { transport: Transport::Udp, client: datagram.from, server };
            machine.from_client(now, five, datagram.payload, network.serve(five));
        });
    }

    fn peers(&mut self, now: Time, relay: RelayId) {
        let (machine, network) = (&mut self.machine, &mut self.network);
        self.received.each(|datagram| {
            if let Some(delivery) = machine.from_peer(now, relay, datagram.from, datagram.payload) {
                network.deliver(&delivery, datagram.payload);
            }
        });
    }

    /// Handles what streams have brought. Returns whether the worker has to end.
    fn streams(&mut self, now: Time) -> bool {
        let mut streams = mem::take(&mut self.streams);
        let stopped = self.link.take(&mut streams);
        for stream in streams.drain(..) {
            self.stream(now, &stream);
        }
        self.streams = streams;
        stopped
    }

    fn stream(&mut self, now: Time, stream: &Arc<StreamLink>) {
        let five = stream.five;
        let known = self.network.streams.entry(five).or_insert_with(|| stream.clone());
        if !Arc::ptr_eq(known, stream) {
            // Two streams of one client cannot be distinguished: the first one keeps its allocation.
            stream.close();
            return;
        }
        let mut frames = mem::take(&mut self.frames);
        let found = stream.take_incoming(&mut frames);
        let mut rest = &frames[..];
        while let Some((frame, others)) = next_frame(rest) {
            rest = others;
            self.machine.from_client(now, five, frame, self.network.serve(five));
        }
        frames.clear();
        if frames.capacity() <= KEPT {
            self.frames = frames;
        }
        if found == Found::Last {
            self.machine.client_gone(five, &mut self.network);
            self.network.streams.remove(&five);
        }
    }
}

/// The first frame of a stream and what follows it; `None` without a whole one.
pub(super) fn next_frame(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let start = bytes.first_chunk()?;
    bytes.split_at_checked(frame_length(*start)?)
}
