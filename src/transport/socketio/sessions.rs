//! What lies under each session, and how to cut it.
//!
//! The library can end a session's namespace, after which official clients do not come back, but not its
//! transport. So the way to cut each WebSocket is noted here when it is opened; for long-polling a cut session's
//! further requests are refused, and its silence ends it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use socketioxide::socket::Sid;
use tokio::sync::Notify;

use crate::net::closing::Goodbye;
use crate::net::conn_handle::ConnHandle;

/// How long an upgrade may come before its session's CONNECT: the two travel on different connections.
const UNCLAIMED: Duration = Duration::from_secs(30);

/// The transports of all sessions.
#[derive(Debug, Default)]
pub struct Transports {
    known: Mutex<Known>,
    all_polled: Notify,
}

#[derive(Debug, Default)]
struct Known {
    /// How many sessions have said who they are, ever: the number of the newest claim.
    claims: u64,
    sessions: HashMap<Sid, Arc<Session>>,
    /// Upgrades for sessions that had not said who they are, oldest first: some are for no session at all.
    unclaimed: VecDeque<(Instant, Sid)>,
    /// Polling sessions that have yet to fetch what they are told last.
    awaited: HashSet<Sid>,
}

/// What lies under one session.
#[derive(Debug)]
pub struct Session {
    transport: Mutex<Transport>,
    /// Which claim it belongs to; 0 as long as nobody has said who it is. Changed under the lock of all sessions.
    claim: AtomicU64,
    /// Bytes that it has fetched by long-polling.
    polled: AtomicU64,
    /// Bytes that came by long-polling and were no event that anybody heard.
    unheard: AtomicI64,
    /// Bytes of its longest request by long-polling, where that was over the limit.
    longest: AtomicU64,
}

impl Session {
    fn new(transport: Transport) -> Arc<Self> {
        let (claim, polled, unheard) = (AtomicU64::new(0), AtomicU64::new(0), AtomicI64::new(0));
        Arc::new(Self { transport: Mutex::new(transport), claim, polled, unheard, longest: AtomicU64::new(0) })
    }

    /// An event of so many bytes was heard.
    pub fn heard(&self, bytes: usize) {
        // A session whose upgrade failed goes on by polling. A request is counted after it was taken.
        self.unheard.fetch_sub(signed(bytes), Ordering::Relaxed);
        if let Transport::WebSocket(conn) = &*self.transport.lock() {
            conn.heard(bytes);
        }
    }

    /// What its client said last, if that was a goodbye. By long-polling the library alone hears it.
    pub fn goodbye(&self) -> Option<Goodbye> {
        match &*self.transport.lock() {
            Transport::WebSocket(conn) => conn.goodbye(),
            Transport::Polling | Transport::Cut => None,
        }
    }

    /// Bytes of the longest frame or request that it began to send, as far as it is known.
    pub fn longest(&self) -> u64 {
        let longest = self.longest.load(Ordering::Relaxed);
        match &*self.transport.lock() {
            Transport::WebSocket(conn) => longest.max(conn.longest_frame()),
            Transport::Polling | Transport::Cut => longest,
        }
    }

    /// Bytes that have gone out to it so far, more or less: what frames and heads add is among them.
    pub fn written(&self) -> u64 {
        let polled = self.polled.load(Ordering::Relaxed);
        match &*self.transport.lock() {
            Transport::WebSocket(conn) => polled + conn.written(),
            Transport::Polling | Transport::Cut => polled,
        }
    }
}

/// That a session is here. When it is dropped, the session is over: kept wherever the session's socket is kept.
#[derive(Debug)]
pub struct Claim {
    id: Sid,
    number: u64,
    session: Arc<Session>,
    transports: Arc<Transports>,
}

impl Claim {
    /// What lies under the session.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Cuts the session's transport; false if it was cut before.
    pub fn cut(&self) -> bool {
        self.transports.cut(self.id)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.transports.forget(self.id, self.number);
    }
}

#[derive(Debug)]
enum Transport {
    Polling,
    WebSocket(ConnHandle),
    Cut,
}

impl Transports {
    /// A session says who it is; it has a cable of its own if it began as a WebSocket. `None` for one that is claimed
    /// already: when the library lets an earlier socket go, late, it takes away whatever bears its id by then, and
    /// a second socket would be there for ever without anybody to end it.
    pub fn open(self: &Arc<Self>, id: Sid, conn: Option<ConnHandle>) -> Option<Claim> {
        let transport = conn.map_or(Transport::Polling, Transport::WebSocket);
        let mut known = self.known.lock();
        let number = known.claims + 1;
        let session = known.sessions.entry(id).or_insert_with(|| Session::new(transport)).clone();
        if session.claim.load(Ordering::Relaxed) != 0 {
            return None;
        }
        session.claim.store(number, Ordering::Relaxed);
        known.claims = number;
        Some(Claim { id, number, session, transports: self.clone() })
    }

    /// A session's WebSocket comes, in an upgrade from polling.
    pub fn upgrade(&self, id: Sid, conn: ConnHandle) {
        let mut known = self.known.lock();
        if let Some(session) = known.sessions.get(&id) {
            let mut transport = session.transport.lock();
            // A second WebSocket is turned away by the library.
            if matches!(*transport, Transport::Polling) {
                *transport = Transport::WebSocket(conn);
            }
        } else {
            known.sessions.insert(id, Session::new(Transport::WebSocket(conn)));
            known.unclaimed.push_back((Instant::now(), id));
        }
    }

    /// Whether a session was cut: nothing more is to be taken from it.
    pub fn is_cut(&self, id: Sid) -> bool {
        let session = self.known.lock().sessions.get(&id).cloned();
        session.is_some_and(|session| matches!(*session.transport.lock(), Transport::Cut))
    }

    /// Whether a session has said who it is.
    pub fn is_claimed(&self, id: Sid) -> bool {
        let known = self.known.lock();
        known.sessions.get(&id).is_some_and(|session| session.claim.load(Ordering::Relaxed) != 0)
    }

    /// Cuts a session's transport; false if there is nothing to be cut.
    pub fn cut(&self, id: Sid) -> bool {
        let Some(session) = self.known.lock().sessions.get(&id).cloned() else { return false };
        let before = std::mem::replace(&mut *session.transport.lock(), Transport::Cut);
        if let Transport::WebSocket(conn) = &before {
            conn.cut();
        }
        !matches!(before, Transport::Cut)
    }

    fn forget(&self, id: Sid, claim: u64) {
        let mut known = self.known.lock();
        if known.sessions.get(&id).is_some_and(|session| session.claim.load(Ordering::Relaxed) == claim) {
            known.sessions.remove(&id);
            drop(known);
            self.polled(id, 0);
        }
    }

    /// All sessions are over.
    pub fn forget_all(&self) {
        *self.known.lock() = Known::default();
    }

    /// A session that has said who it is has sent so many bytes by long-polling; how many of all were nothing that
    /// anybody heard. (One that has not is closed before it can send much.)
    pub fn posted(&self, id: Sid, bytes: usize) -> usize {
        let Some(session) = self.known.lock().sessions.get(&id).cloned() else { return 0 };
        let unheard = session.unheard.load(Ordering::Relaxed).saturating_add(signed(bytes)).max(0);
        session.unheard.store(unheard, Ordering::Relaxed);
        usize::try_from(unheard).unwrap_or(usize::MAX)
    }

    /// A session begins to send so many bytes in one request.
    pub fn note_length(&self, id: Sid, bytes: usize) {
        if let Some(session) = self.known.lock().sessions.get(&id) {
            session.longest.fetch_max(bytes as u64, Ordering::Relaxed);
        }
    }

    /// Lets go the cables that nobody has claimed.
    pub fn sweep(&self) {
        self.known.lock().drop_unclaimed(Instant::now());
    }

    /// Whether nothing is kept of any session.
    pub fn is_empty(&self) -> bool {
        self.known.lock().sessions.is_empty()
    }

    /// A session has fetched what there was to be told, so many bytes.
    pub fn polled(&self, id: Sid, bytes: u64) {
        let mut known = self.known.lock();
        if let Some(session) = known.sessions.get(&id) {
            session.polled.fetch_add(bytes, Ordering::Relaxed);
        }
        if known.awaited.remove(&id) && known.awaited.is_empty() {
            self.all_polled.notify_waiters();
        }
    }

    /// Waits until each polling session has fetched once more: between two polls there is nobody to tell.
    pub async fn every_poll(&self) {
        let all_polled = self.all_polled.notified();
        {
            let mut known = self.known.lock();
            let is_polling = |session: &Session| matches!(*session.transport.lock(), Transport::Polling);
            let polling = known.sessions.iter().filter(|(_, session)| is_polling(session));
            known.awaited = polling.map(|(id, _)| *id).collect();
            if known.awaited.is_empty() {
                return;
            }
        }
        all_polled.await;
    }
}

fn signed(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

impl Known {
    fn drop_unclaimed(&mut self, now: Instant) {
        while let Some((since, id)) = self.unclaimed.front().copied() {
            if now.saturating_duration_since(since) < UNCLAIMED {
                break;
            }
            self.unclaimed.pop_front();
            if self.sessions.get(&id).is_some_and(|session| session.claim.load(Ordering::Relaxed) == 0) {
                self.sessions.remove(&id);
            }
        }
    }
}
