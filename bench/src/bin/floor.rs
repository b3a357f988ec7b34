//! The floor: a server of the course's call on nothing but sockets, to see what is possible. Test code: it believes
//! what it is sent, knows no polling, no TLS and no reconnecting, checks nothing, and only the load tool can talk to it.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, IoSlice};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use memchr::memmem;
use parking_lot::Mutex;
use switchboard_bench::frame;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// The answer to the one key that the load tool sends.
const ACCEPT: &str = "sCktHyD1V5S2lVMBv0IJQpeLuVU=";
const OPEN: &str = r#"0{"sid":"floor","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;
const PING_INTERVAL: Duration = Duration::from_secs(25);
/// How much is listed to a newcomer, as in Switchboard.
const LIST: usize = 512 * 1024;
/// What one read takes at most.
const READ: usize = 16 * 1024;

thread_local! {
    static SCRATCH: std::cell::RefCell<Vec<u8>> = std::cell::RefCell::new(vec![0; READ]);
}

/// What waits to be written to one connection: shared frames.
#[derive(Default)]
struct Outbox {
    frames: Mutex<Vec<Bytes>>,
    some: Notify,
}

impl Outbox {
    fn put(&self, frame: Bytes) {
        self.frames.lock().push(frame);
        self.some.notify_one();
    }
}

struct Person {
    name: Box<[u8]>,
    outbox: Arc<Outbox>,
    /// The other one of the call.
    other: Option<u64>,
}

/// An offer that waits.
struct Offer {
    description: Bytes,
    candidates: Vec<Bytes>,
}

#[derive(Default)]
struct ServiceState {
    next: u64,
    people: HashMap<u64, Person>,
    names: HashMap<Box<[u8]>, u64>,
    offers: BTreeMap<u64, Offer>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let hall = Arc::new(Mutex::new(ServiceState::default()));
    println!("ready: http://{}", listener.local_addr()?);
    tokio::spawn(ping(hall.clone()));
    loop {
        let (socket, _) = listener.accept().await?;
        let hall = hall.clone();
        tokio::spawn(async move {
            let mut id = None;
            let _ = converse(&socket, &hall, &mut id).await;
            if let Some(id) = id {
                let mut hall = hall.lock();
                hall.offers.remove(&id);
                if let Some(person) = hall.people.remove(&id) {
                    hall.names.remove(&person.name);
                }
            }
        });
    }
}

async fn ping(hall: Arc<Mutex<ServiceState>>) {
    let ping = text(&[b"2"]);
    loop {
        tokio::time::sleep(PING_INTERVAL).await;
        hall.lock().people.values().for_each(|person| person.outbox.put(ping.clone()));
    }
}

async fn converse(socket: &TcpStream, hall: &Mutex<ServiceState>, id: &mut Option<u64>) -> Result<()> {
    socket.set_nodelay(true)?;
    let outbox = Arc::new(Outbox::default());
    let mut read = Vec::new();
    while memmem::find(&read, b"\r\n\r\n").is_none() {
        socket.readable().await?;
        take_in(socket, &mut read)?;
    }
    read = Vec::new();
    let upgrade = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {ACCEPT}\r\n\r\n"
    );
    outbox.put(upgrade.into());
    outbox.put(text(&[OPEN.as_bytes()]));
    loop {
        write_out(socket, &outbox).await?;
        tokio::select! {
            readable = socket.readable() => readable?,
            () = outbox.some.notified() => continue,
        }
        take_in(socket, &mut read)?;
        let mut start = 0;
        while let Some(frame) = frame::parse(&read[start..])? {
            let payload = &mut read[start + frame.payload.start..start + frame.payload.end];
            if let Some(mask) = frame.mask {
                frame::unmask(payload, mask);
            }
            if frame.opcode == frame::CLOSE {
                let mut farewell = Vec::new();
                frame::write(&mut farewell, frame::CLOSE, &[payload]);
                outbox.put(farewell.into());
                return write_out(socket, &outbox).await;
            }
            hear(payload, hall, id, &outbox)?;
            start += frame.payload.end;
        }
        if start == read.len() {
            read = Vec::new();
        } else {
            read.drain(..start);
        }
    }
}

fn take_in(socket: &TcpStream, read: &mut Vec<u8>) -> Result<()> {
    SCRATCH.with_borrow_mut(|scratch| match socket.try_read(scratch) {
        Ok(0) => anyhow::bail!("the end"),
        Ok(length) => {
            read.extend_from_slice(&scratch[..length]);
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
        Err(error) => Err(error.into()),
    })
}

async fn write_out(socket: &TcpStream, outbox: &Outbox) -> Result<()> {
    loop {
        let frames = std::mem::take(&mut *outbox.frames.lock());
        if frames.is_empty() {
            return Ok(());
        }
        for some in frames.chunks(64) {
            let mut slices: Vec<IoSlice<'_>> = some.iter().map(|frame| IoSlice::new(frame)).collect();
            let mut rest = &mut slices[..];
            while !rest.is_empty() {
                match socket.try_write_vectored(rest) {
                    Ok(written) => IoSlice::advance_slices(&mut rest, written),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => socket.writable().await?,
                    Err(error) => return Err(error.into()),
                }
            }
        }
    }
}

fn text(parts: &[&[u8]]) -> Bytes {
    let mut frame = Vec::with_capacity(16 + parts.iter().map(|part| part.len()).sum::<usize>());
    frame::write(&mut frame, frame::TEXT, parts);
    frame.into()
}

/// One packet of one who has connected, or who is about to.
fn hear(packet: &[u8], hall: &Mutex<ServiceState>, id: &mut Option<u64>, outbox: &Arc<Outbox>) -> Result<()> {
    let Some(packet) = packet.strip_prefix(b"4") else { return Ok(()) };
    let mut hall = hall.lock();
    let Some(own) = *id else {
        ensure!(packet.starts_with(b"0"), "not connected");
        *id = Some(hall.arrive(between(packet, br#""userName":""#, b"\"").context("a name")?, outbox));
        return Ok(());
    };
    if let Some(description) = argument(packet, br#"2["newOffer","#) {
        hall.offer(own, description);
    } else if let Some(candidate) = argument(packet, br#"2["sendIceCandidateToSignalingServer","#) {
        hall.candidate(own, candidate)?;
    } else if let Some(at) = memmem::find(packet, br#"["newAnswer","#) {
        hall.answer(own, &packet[1..at], &packet[at + 13..packet.len() - 1])?;
    }
    Ok(())
}

impl ServiceState {
    fn arrive(&mut self, name: &[u8], outbox: &Arc<Outbox>) -> u64 {
        self.next += 1;
        let id = self.next;
        self.names.insert(name.into(), id);
        outbox.put(text(&[br#"40{"sid":"floor"}"#]));
        if !self.offers.is_empty() {
            let (mut size, mut listed) = (0, Vec::new());
            for (&offerer, offer) in self.offers.iter().rev() {
                let object = self.object(offerer, offer);
                size += object.len();
                if size > LIST {
                    break;
                }
                listed.push(object);
            }
            listed.reverse();
            outbox.put(text(&[br#"42["availableOffers",["#, &listed.join(&b","[..]), b"]]"]));
        }
        self.people.insert(id, Person { name: name.into(), outbox: outbox.clone(), other: None });
        id
    }

    fn object(&self, offerer: u64, offer: &Offer) -> Vec<u8> {
        let name = self.people.get(&offerer).map_or(&b""[..], |person| &person.name);
        [
            br#"{"offererUserName":""#,
            name,
            br#"","offer":"#,
            &offer.description,
            br#","offerIceCandidates":["#,
            &offer.candidates.join(&b","[..]),
            br#"],"answererUserName":null,"answer":null,"answererIceCandidates":[]}"#,
        ]
        .concat()
    }

    fn offer(&mut self, own: u64, description: &[u8]) {
        let offer = Offer { description: Bytes::copy_from_slice(description), candidates: Vec::new() };
        let frame = text(&[br#"42["newOfferAwaiting",["#, &self.object(own, &offer), b"]]"]);
        self.offers.insert(own, offer);
        for person in self.people.iter().filter(|(id, _)| **id != own).map(|(_, person)| person) {
            person.outbox.put(frame.clone());
        }
    }

    fn candidate(&mut self, own: u64, said: &[u8]) -> Result<()> {
        let candidate = between(said, br#""iceCandidate":"#, br#","iceUserName""#).context("a candidate")?;
        if let Some(offer) = self.offers.get_mut(&own) {
            offer.candidates.push(Bytes::copy_from_slice(candidate));
        } else if let Some(other) = self.people.get(&own).and_then(|person| self.people.get(&person.other?)) {
            other.outbox.put(text(&[br#"42["receivedIceCandidateFromServer","#, candidate, b"]"]));
        }
        Ok(())
    }

    fn answer(&mut self, own: u64, ack: &[u8], object: &[u8]) -> Result<()> {
        let name = between(object, br#""offererUserName":""#, b"\"").context("an offerer")?;
        let offerer = *self.names.get(name).context("no such offerer")?;
        let offer = self.offers.remove(&offerer).context("no such offer")?;
        for (one, other) in [(own, offerer), (offerer, own)] {
            self.people.get_mut(&one).context("gone")?.other = Some(other);
        }
        self.people[&own].outbox.put(text(&[b"43", ack, b"[[", &offer.candidates.join(&b","[..]), b"]]"]));
        self.people[&offerer].outbox.put(text(&[br#"42["answerResponse","#, object, b"]"]));
        Ok(())
    }
}

/// The argument of an event that begins like this.
fn argument<'a>(packet: &'a [u8], event: &[u8]) -> Option<&'a [u8]> {
    packet.strip_prefix(event)?.strip_suffix(b"]")
}

fn between<'a>(text: &'a [u8], before: &[u8], after: &[u8]) -> Option<&'a [u8]> {
    let start = memmem::find(text, before)? + before.len();
    Some(&text[start..start + memmem::find(&text[start..], after)?])
}
