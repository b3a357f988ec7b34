//! What lies under each session, and how to cut it.
//!
//! The library can end a session's namespace, after which official clients do not come back, but not its
//! transport. So the way to cut each WebSocket is noted here when it is opened; for long-polling a cut session's
//! further requests are refused, and its silence ends it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use socketioxide::socket::Sid;
use tokio::sync::Notify;

/// The way to cut one network connection. Put into the extensions of each request by whoever owns the listener.
#[derive(Clone)]
pub struct Line(Arc<dyn Fn() + Send + Sync>);

impl Line {
    /// A line that is cut by this function.
    pub fn new(cut: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(cut))
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Line")
    }
}

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
    sessions: HashMap<Sid, Session>,
    /// Upgrades for sessions that had not said who they are, oldest first: some are for no session at all.
    unclaimed: VecDeque<(Instant, Sid)>,
    /// Polling sessions that have yet to fetch what they are told last.
    awaited: HashSet<Sid>,
}

#[derive(Debug)]
struct Session {
    transport: Transport,
    /// Which claim it belongs to; 0 as long as nobody has said who it is.
    claim: u64,
}

/// That a session is here. When it is dropped, the session is over: kept wherever the session's socket is kept.
#[derive(Debug)]
pub struct Claim {
    session: Sid,
    number: u64,
    transports: Arc<Transports>,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.transports.forget(self.session, self.number);
    }
}

#[derive(Debug)]
enum Transport {
    Polling,
    WebSocket(Line),
    Cut,
}

impl Transports {
    /// A session has said who it is; it has a line of its own if it began as a WebSocket.
    pub fn open(self: &Arc<Self>, session: Sid, line: Option<Line>) -> Claim {
        let transport = line.map_or(Transport::Polling, Transport::WebSocket);
        let mut known = self.known.lock();
        known.claims += 1;
        let number = known.claims;
        known.sessions.entry(session).or_insert(Session { transport, claim: number }).claim = number;
        Claim { session, number, transports: self.clone() }
    }

    /// A session's WebSocket comes, in an upgrade from polling.
    pub fn upgrade(&self, id: Sid, line: Line) {
        let mut known = self.known.lock();
        match known.sessions.get_mut(&id) {
            Some(session) if matches!(session.transport, Transport::Polling) => {
                session.transport = Transport::WebSocket(line);
            }
            // A second WebSocket: the library turns it away.
            Some(_) => {}
            None => {
                known.sessions.insert(id, Session { transport: Transport::WebSocket(line), claim: 0 });
                known.unclaimed.push_back((Instant::now(), id));
            }
        }
    }

    /// Whether a session was cut: nothing more is to be taken from it.
    pub fn is_cut(&self, session: Sid) -> bool {
        matches!(self.known.lock().sessions.get(&session), Some(Session { transport: Transport::Cut, .. }))
    }

    /// Cuts a session's transport.
    pub fn cut(&self, session: Sid) {
        let before = match self.known.lock().sessions.get_mut(&session) {
            Some(session) => std::mem::replace(&mut session.transport, Transport::Cut),
            None => return,
        };
        if let Transport::WebSocket(Line(cut)) = before {
            cut();
        }
    }

    fn forget(&self, session: Sid, claim: u64) {
        let mut known = self.known.lock();
        if known.sessions.get(&session).is_some_and(|session| session.claim == claim) {
            known.sessions.remove(&session);
            drop(known);
            self.polled(session);
        }
    }

    /// All sessions are over.
    pub fn forget_all(&self) {
        *self.known.lock() = Known::default();
    }

    /// Lets go the lines that nobody has claimed.
    pub fn tend(&self) {
        self.known.lock().drop_unclaimed(Instant::now());
    }

    /// Whether nothing is kept of any session.
    pub fn is_empty(&self) -> bool {
        self.known.lock().sessions.is_empty()
    }

    /// A session has fetched what there was to be told.
    pub fn polled(&self, session: Sid) {
        let mut known = self.known.lock();
        if known.awaited.remove(&session) && known.awaited.is_empty() {
            self.all_polled.notify_waiters();
        }
    }

    /// Waits until each polling session has fetched once more: between two polls there is nobody to tell.
    pub async fn every_poll(&self) {
        let all_polled = self.all_polled.notified();
        {
            let mut known = self.known.lock();
            let polling = known.sessions.iter().filter(|(_, session)| matches!(session.transport, Transport::Polling));
            known.awaited = polling.map(|(id, _)| *id).collect();
            if known.awaited.is_empty() {
                return;
            }
        }
        all_polled.await;
    }
}

impl Known {
    fn drop_unclaimed(&mut self, now: Instant) {
        while let Some((since, id)) = self.unclaimed.front().copied() {
            if now.saturating_duration_since(since) < UNCLAIMED {
                break;
            }
            self.unclaimed.pop_front();
            if self.sessions.get(&id).is_some_and(|session| session.claim == 0) {
                self.sessions.remove(&id);
            }
        }
    }
}
