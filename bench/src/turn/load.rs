//! Clients, their peers, and the packets between them: client, relay, peer, which sends it back, relay, client.
//!
//! One thread does all of it and never waits in a receive, so that neither server pays for waking it.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use switchboard_turn::client::Client;
use switchboard_turn::rest_credentials;

use super::batch::Batch;
use super::servers::SECRET;
use crate::figures::{Latencies, join, round};
use crate::process::Process;

/// A channel's number and length.
const HEADER: usize = 4;
/// In each packet: its number and when it was sent, in microseconds.
const STAMP: usize = 16;
/// How long what was sent may take to come when sending is over.
const LAST: Duration = Duration::from_millis(300);
/// After so long what has not come is lost, and the next is sent.
const STALLED: Duration = Duration::from_millis(50);

/// What can be chosen.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many clients, each with a peer of its own.
    pub clients: usize,
    /// For how long.
    pub seconds: f64,
    /// Packets a second that all clients together send; 0: as many as come through.
    pub rate: f64,
    /// The size of a packet without the channel's header.
    pub size: usize,
    /// How often the clients send, and look for what came.
    pub tick: Duration,
    /// Packets of one client that may be on their way when there is no rate.
    pub window: u64,
}

struct Pair {
    client: UdpSocket,
    peer: UdpSocket,
    channel: u16,
    sent: u64,
    at_peer: u64,
    at_client: u64,
    /// Given up as lost when there is no rate.
    written_off: u64,
    moved: Instant,
}

impl Pair {
    async fn new(server: SocketAddr, index: usize) -> Result<Self> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
        let (username, password) = rest_credentials(SECRET.as_bytes(), &format!("client{index}"), now + 3600);
        let mut client = Client::udp(server).await?;
        let relayed = client.allocate(&username, &password).await?;
        let peer = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        peer.connect(relayed)?;
        let channel = client.bind_channel(peer.local_addr()?).await?;
        let client = client.into_udp().context("not UDP")?;
        for socket in [&client, &peer] {
            socket.set_nonblocking(true)?;
            let socket = socket2::SockRef::from(socket);
            socket.set_recv_buffer_size(4 << 20)?;
            socket.set_send_buffer_size(4 << 20)?;
        }
        Ok(Self { client, peer, channel, sent: 0, at_peer: 0, at_client: 0, written_off: 0, moved: Instant::now() })
    }

    fn put(&mut self, batch: &mut Batch, size: usize, micros: u64) {
        let (channel, number) = (self.channel, self.sent);
        batch.put(HEADER + size, |packet| {
            packet[..2].copy_from_slice(&channel.to_be_bytes());
            packet[2..4].copy_from_slice(&(size as u16).to_be_bytes());
            packet[HEADER..HEADER + 8].copy_from_slice(&number.to_be_bytes());
            packet[HEADER + 8..HEADER + STAMP].copy_from_slice(&micros.to_be_bytes());
        });
        self.sent += 1;
    }

    /// The peer sends back what it receives.
    fn echo(&mut self, batch: &mut Batch, size: usize) -> Result<()> {
        while batch.receive(&self.peer)? > 0 {
            self.at_peer += batch.datagrams().filter(|datagram| datagram.len() == size).count() as u64;
            batch.send(&self.peer)?;
        }
        Ok(())
    }

    fn receive(&mut self, batch: &mut Batch, size: usize, micros: u64, latencies: &mut Latencies) -> Result<()> {
        while batch.receive(&self.client)? > 0 {
            for packet in batch.datagrams().filter(|packet| packet.len() == HEADER + size) {
                ensure!(packet[..2] == self.channel.to_be_bytes(), "a packet of another channel");
                let sent = packet[HEADER + 8..HEADER + STAMP].try_into().map(u64::from_be_bytes)?;
                latencies.note(Duration::from_micros(micros.saturating_sub(sent)));
                self.at_client += 1;
                self.moved = Instant::now();
            }
        }
        Ok(())
    }

    fn on_their_way(&mut self) -> u64 {
        let outstanding = self.sent - self.at_client - self.written_off.min(self.sent - self.at_client);
        if outstanding > 0 && self.moved.elapsed() > STALLED {
            self.written_off += outstanding;
            self.moved = Instant::now();
            return 0;
        }
        outstanding
    }
}

/// Relays for a while and says what it cost.
///
/// # Errors
/// A server that refuses, sockets that fail.
pub async fn play(server: SocketAddr, process: &Process, options: &Options) -> Result<Value> {
    ensure!(server.ip().is_loopback(), "load is for loopback addresses only");
    let mut pairs = Vec::new();
    for index in 0..options.clients {
        pairs.push(Pair::new(server, index).await.context("no allocation")?);
    }
    let (mut batch, mut latencies) = (Batch::default(), Latencies::default());
    // What the clients and the peers did before counts for nothing.
    for pair in &mut pairs {
        pair.echo(&mut batch, options.size)?;
    }
    let (before, own_before, began) = (process.usage()?, Process::own().usage()?, Instant::now());
    let (mut due, mut next) = (0, 0);
    loop {
        let elapsed = began.elapsed().as_secs_f64();
        if elapsed >= options.seconds {
            break;
        }
        let micros = || began.elapsed().as_micros() as u64;
        if options.rate > 0.0 {
            // Round robin, packet by packet: what arrives at the server is mixed, as that of real clients.
            let until = (elapsed * options.rate) as u64;
            while due < until {
                let pair = &mut pairs[next % options.clients];
                batch.clear();
                pair.put(&mut batch, options.size, micros());
                batch.send(&pair.client)?;
                (due, next) = (due + 1, next + 1);
            }
        }
        for pair in &mut pairs {
            if options.rate <= 0.0 {
                let mut free = options.window.saturating_sub(pair.on_their_way());
                while free > 0 {
                    batch.clear();
                    while free > 0 && !batch.is_full() {
                        pair.put(&mut batch, options.size, micros());
                        free -= 1;
                    }
                    batch.send(&pair.client)?;
                }
            }
            pair.echo(&mut batch, options.size)?;
            pair.receive(&mut batch, options.size, micros(), &mut latencies)?;
        }
        std::thread::sleep(options.tick);
    }
    let (elapsed, ended) = (began.elapsed().as_secs_f64(), Instant::now());
    while ended.elapsed() < LAST {
        let micros = began.elapsed().as_micros() as u64;
        for pair in &mut pairs {
            pair.echo(&mut batch, options.size)?;
            pair.receive(&mut batch, options.size, micros, &mut latencies)?;
        }
        std::thread::sleep(options.tick);
    }
    let (after, own_after) = (process.usage()?, Process::own().usage()?);
    let sum = |of: fn(&Pair) -> u64| pairs.iter().map(of).sum::<u64>();
    let (sent, at_peer, at_client) = (sum(|pair| pair.sent), sum(|pair| pair.at_peer), sum(|pair| pair.at_client));
    let cpu = (after.cpu - before.cpu).as_secs_f64();
    let relayed = at_peer + at_client;
    Ok(join([
        json!({"clients": options.clients, "rate": options.rate, "size": options.size, "sent": sent}),
        json!({"at_peer": at_peer, "at_client": at_client, "lost": 1.0 - at_client as f64 / sent as f64}),
        json!({"relayed_per_second": round(relayed as f64 / elapsed), "cpu": round(cpu / elapsed)}),
        json!({"relayed_per_cpu_second": round(relayed as f64 / cpu), "rss_kib": after.rss_kib}),
        json!({"own_load": round((own_after.cpu - own_before.cpu).as_secs_f64() / elapsed)}),
        json!({"latency_ms": latencies.to_json()}),
    ]))
}
