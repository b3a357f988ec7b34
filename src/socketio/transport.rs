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
    sessions: HashMap<Sid, Session>,
    /// Upgrades for sessions that had not said who they are, oldest first: some are for no session at all.
    unclaimed: VecDeque<(Instant, Sid)>,
    /// Polling sessions that have yet to fetch what they are told last.
    awaited: HashSet<Sid>,
}

#[derive(Debug)]
struct Session {
    transport: Transport,
    claimed: bool,
}

#[derive(Debug)]
enum Transport {
    Polling,
    WebSocket(Line),
    Cut,
}

impl Transports {
    /// A session has said who it is; it has a line of its own if it began as a WebSocket.
    pub fn open(&self, session: Sid, line: Option<Line>) {
        let transport = line.map_or(Transport::Polling, Transport::WebSocket);
        let mut known = self.known.lock();
        known.sessions.entry(session).or_insert(Session { transport, claimed: true }).claimed = true;
    }

    /// A session's WebSocket comes, in an upgrade from polling. False if the session is cut.
    pub fn upgrade(&self, id: Sid, line: Line) -> bool {
        let mut known = self.known.lock();
        known.drop_unclaimed(Instant::now());
        match known.sessions.get_mut(&id) {
            Some(Session { transport: Transport::Cut, .. }) => return false,
            Some(session) => session.transport = Transport::WebSocket(line),
            None => {
                known.sessions.insert(id, Session { transport: Transport::WebSocket(line), claimed: false });
                known.unclaimed.push_back((Instant::now(), id));
            }
        }
        true
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

    /// A session is over.
    pub fn forget(&self, session: Sid) {
        self.known.lock().sessions.remove(&session);
        self.polled(session);
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
            if self.sessions.get(&id).is_some_and(|session| !session.claimed) {
                self.sessions.remove(&id);
            }
        }
    }
}
