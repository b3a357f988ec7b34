//! One connection, one conversation, in order: what it says is read, done and answered before the next frame is.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};
use tungstenite::error::CapacityError;

use super::close_info::{CloseInfo, part};
use super::outbox::{End, Frames, Outbox};
use super::{Options, pairs, rooms};
use crate::auth::rate_limiter::{RateLimiter, Verdict};
use crate::core::pairs::Address;
use crate::core::peer::{ConnectionEnd, Newcomer};
use crate::hub::directory::{Broadcast, Outbox as _};
use crate::hub::{self, Hub, Speaker};
use crate::metrics;
use crate::net::tcp_handle::TcpHandle;
use crate::protocol::name::{ConnectionId, PeerId, UserName};
use crate::protocol::refusal::{Code, Refusal};
use crate::refusals::RefusalLog;
use crate::transport::close_code as code;

/// So much nonsense within this time ends a conversation.
const NONSENSE: (usize, Duration) = (10, Duration::from_secs(10));
/// How long a close frame may take to be answered.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// What is spoken on a connection.
pub enum Dialect {
    /// Rooms.
    Rooms,
    /// Pairs; and from where.
    Pairs(Address),
}

/// What the connection itself says of its client.
#[derive(Default)]
pub struct ConnectionInfo {
    /// Where it is measured and cut; without it, it is not.
    pub conn: Option<TcpHandle>,
    /// Whether a trusted proxy stands between.
    pub through_proxy: bool,
    /// Whether the client asked for pings as text. A page that the browser has frozen cannot answer these; control
    /// frames are answered by the browser itself.
    pub heartbeat: bool,
}

/// One live connection. Dropped when its conversation ends, however it ends: even by a panic it leaves nothing.
pub struct Peer {
    /// Whose it is.
    pub id: PeerId,
    name: UserName,
    refusals: Mutex<RefusalLog>,
    connection: ConnectionId,
    /// Its way out.
    pub outbox: Arc<Outbox>,
    /// Where everything is kept.
    pub hub: Arc<Hub>,
    dialect: Dialect,
    info: ConnectionInfo,
    how: ConnectionEnd,
}

/// How much more of somebody is borne.
struct Strikes {
    /// Until when a pong has to come.
    pong_due: Option<Instant>,
    nonsense: VecDeque<Instant>,
    rate_limiter: RateLimiter,
}

impl Peer {
    /// Somebody comes in; or one who was here before is back.
    pub fn arrive(
        newcomer: Newcomer,
        dialect: Dialect,
        info: ConnectionInfo,
        hub: Arc<Hub>,
        options: &Options,
    ) -> (Self, Frames) {
        let connection = ConnectionId(hub::random());
        let name = newcomer.name.clone();
        let (outbox, outgoing) = Outbox::new(options.max_queue, options.max_queue_bytes);
        let (id, outbox) = hub.arrive(connection, newcomer, |arrival| {
            if let (Some(restored), Dialect::Rooms) = (&arrival.restored, &dialect) {
                outbox.send(rooms::restored(&restored.rooms));
            }
            for (_, message) in &arrival.missed {
                outbox.tell(&Broadcast::new(message.clone()), None);
            }
            let (user, back) = (name.as_str(), arrival.restored.is_some());
            tracing::info!(peer = %arrival.peer, user, back, "connected by bare WebSocket");
            Arc::new(outbox)
        });
        let how = ConnectionEnd::Broken;
        let refusals = Mutex::default();
        (Self { id, name, refusals, connection, outbox, hub, dialect, info, how }, outgoing)
    }

    /// Who says something, to the store.
    pub fn speaker(&self) -> Speaker {
        Speaker { peer: self.id, connection: self.connection, number: None }
    }

    /// The conversation: until the connection ends.
    pub async fn converse(mut self, mut socket: WebSocket, mut outgoing: Frames, options: &Options) {
        let parting = self.talk(&mut socket, &mut outgoing, options).await;
        self.how = parting.how;
        // Out of the store first: from here on nothing more is told to it.
        drop(self);
        if let Some(farewell) = parting.farewell {
            let _ = timeout(CLOSE_TIMEOUT, part(&mut socket, outgoing, farewell)).await;
        }
        // The closing handshake is finished by reading on.
        let _ = timeout(CLOSE_TIMEOUT, async { while let Some(Ok(_)) = socket.recv().await {} }).await;
    }

    async fn talk(&self, socket: &mut WebSocket, outgoing: &mut Frames, options: &Options) -> CloseInfo {
        let start = Instant::now();
        // A control frame may come at once; a page listens for text a moment later.
        let first = if self.info.heartbeat { start + options.ping_interval } else { start };
        let mut pings = interval_at(first, options.ping_interval);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let silence = options.ping_interval + options.ping_timeout;
        let rate_limiter = RateLimiter::new(options.rate_limit, std::time::Instant::now());
        let (mut heard, mut forbearance) = (start, Strikes { pong_due: None, nonsense: VecDeque::new(), rate_limiter });
        loop {
            let silent_until = forbearance.pong_due.map_or(heard + silence, |due| due.min(heard + silence));
            let (message, size) = tokio::select! {
                received = socket.recv() => {
                    heard = Instant::now();
                    match self.take(received, &mut forbearance) {
                        Some(parting) => return parting,
                        None => continue,
                    }
                }
                Some(frame) = outgoing.frames.recv() => match Utf8Bytes::try_from(frame) {
                    Ok(text) => {
                        let size = text.len();
                        (Message::Text(text), size)
                    }
                    Err(_) => continue,
                },
                _ = pings.tick() => {
                    if self.info.heartbeat {
                        forbearance.pong_due.get_or_insert(Instant::now() + options.ping_timeout);
                    }
                    (self.ping(), 0)
                }
                () = sleep_until(silent_until) => {
                    tracing::info!(peer = %self.id, "no sign of life");
                    return CloseInfo::lost();
                }
                parting = self.ended(&mut outgoing.end) => return parting,
            };
            // One who does not read holds up nobody else, and itself not for ever.
            let sent = tokio::select! {
                // First of all, so that whoever reads is told why it is closed.
                biased;
                sent = timeout(silence, socket.send(message)) => sent,
                parting = self.ended(&mut outgoing.end) => return CloseInfo { farewell: None, ..parting },
            };
            match sent {
                Ok(Ok(())) => outgoing.sent(size),
                Ok(Err(_)) => return self.last_words(socket, &mut forbearance).await,
                Err(_) => return CloseInfo::lost(),
            }
        }
    }

    /// Nothing can be sent any more. What came before the end still counts: a goodbye, perhaps.
    async fn last_words(&self, socket: &mut WebSocket, forbearance: &mut Strikes) -> CloseInfo {
        let listening = async {
            loop {
                if let Some(parting) = self.take(socket.recv().await, forbearance) {
                    return CloseInfo { farewell: None, ..parting };
                }
            }
        };
        timeout(CLOSE_TIMEOUT, listening).await.unwrap_or(CloseInfo::lost())
    }

    /// Takes what came; where the conversation ends with it, says how.
    fn take(
        &self,
        received: Option<Result<Message, axum::Error>>,
        Strikes { pong_due, nonsense, rate_limiter }: &mut Strikes,
    ) -> Option<CloseInfo> {
        let message = match received {
            None => return Some(CloseInfo::lost()),
            Some(Err(error)) => return Some(self.broken(error)),
            Some(Ok(Message::Close(frame))) => {
                return Some(CloseInfo::closed(frame.map(|frame| frame.code), self.info.through_proxy));
            }
            Some(Ok(message)) => message,
        };
        if let Some(conn) = &self.info.conn {
            conn.finish();
        }
        match rate_limiter.take(std::time::Instant::now()) {
            Verdict::Listen => {}
            Verdict::Tell => {
                self.outbox.send(self.refused(&rate_limiter.refusal()));
                return None;
            }
            Verdict::Drop => return None,
            Verdict::Close => {
                let user = self.name.as_str();
                metrics::warn_about("too-fast", user, format!("connection of {user:?} closed: it speaks too fast"));
                return Some(CloseInfo {
                    farewell: Some((self.too_fast(), "too fast for too long")),
                    ..CloseInfo::lost()
                });
            }
        }
        let made_sense = match message {
            Message::Text(text) if self.info.heartbeat && self.is_pong(&text) => {
                *pong_due = None;
                true
            }
            Message::Text(text) => self.hear(&text),
            Message::Binary(_) => {
                let sentence = "Binary frames mean nothing here: send JSON as text.";
                self.outbox.send(self.refused(&Refusal::new(Code::BadPayload, sentence)));
                false
            }
            _ => true,
        };
        let farewell = Some((code::NONSENSE, "too many frames that mean nothing here"));
        let is_over = !made_sense && is_too_much(nonsense, Instant::now());
        is_over.then_some(CloseInfo { farewell, ..CloseInfo::lost() })
    }

    /// Does what was said; false if it meant nothing at all.
    pub fn hear(&self, text: &str) -> bool {
        match &self.dialect {
            Dialect::Rooms => rooms::hear(self, text),
            Dialect::Pairs(address) => pairs::hear(self, address, text),
        }
    }

    /// Asks the client whether it is there, in the way that it wants to be asked.
    fn ping(&self) -> Message {
        match self.dialect {
            _ if !self.info.heartbeat => Message::Ping(Default::default()),
            Dialect::Rooms => Message::text(rooms::PING),
            Dialect::Pairs(_) => Message::text(pairs::PING),
        }
    }

    fn is_pong(&self, text: &str) -> bool {
        match self.dialect {
            Dialect::Rooms => rooms::is_pong(text),
            Dialect::Pairs(_) => pairs::is_pong(text),
        }
    }

    fn too_fast(&self) -> u16 {
        match self.dialect {
            Dialect::Rooms => code::TOO_FAST,
            Dialect::Pairs(_) => code::POLICY,
        }
    }

    /// Counts and logs a refusal.
    pub fn log_refusal(&self, event: &str, Refusal { code, message }: &Refusal) {
        self.refusals.lock().refused(self.name.as_str(), event, code.name(), message);
    }

    fn refused(&self, refusal: &Refusal) -> String {
        self.log_refusal("(frame)", refusal);
        match self.dialect {
            Dialect::Rooms => rooms::refused(None, None, refusal),
            Dialect::Pairs(_) => pairs::refused(refusal),
        }
    }

    /// What came was no message.
    fn broken(&self, error: axum::Error) -> CloseInfo {
        use tungstenite::Error::Capacity;
        let error = error.into_inner().downcast::<tungstenite::Error>();
        if !matches!(error.as_deref(), Ok(Capacity(CapacityError::MessageTooLong { .. }))) {
            return CloseInfo::lost();
        }
        let refusal = Refusal::new(
            Code::TooLarge,
            "The message is too large for this server: --max-message sets how large it may be.",
        );
        self.outbox.send(self.refused(&refusal));
        CloseInfo { farewell: Some((code::TOO_LARGE, "the message is too large")), ..CloseInfo::lost() }
    }

    /// Resolves when the conversation is to end from our side.
    async fn ended(&self, end: &mut watch::Receiver<Option<End>>) -> CloseInfo {
        let end = end.wait_for(Option::is_some).await.ok().and_then(|end| *end);
        let shutdown = match self.dialect {
            Dialect::Rooms => code::RESTART,
            Dialect::Pairs(_) => code::GOING_AWAY,
        };
        let farewell = match end {
            Some(End::Shutdown) => Some((shutdown, "the server goes down")),
            Some(End::Cut) => Some((code::GIVEN_UP, "this connection was given up")),
            None => None,
        };
        CloseInfo { farewell, ..CloseInfo::lost() }
    }
}

/// For one who does not say who it is: told so, and closed.
pub async fn reject(mut socket: WebSocket) {
    let reason = "who is it? open …/?userId=1".into();
    let close = Message::Close(Some(CloseFrame { code: code::NONSENSE, reason }));
    let _ = timeout(CLOSE_TIMEOUT, socket.send(close)).await;
    let _ = timeout(CLOSE_TIMEOUT, async { while let Some(Ok(_)) = socket.recv().await {} }).await;
}

/// Notes one more piece of nonsense; whether it is too much by now.
fn is_too_much(nonsense: &mut VecDeque<Instant>, now: Instant) -> bool {
    nonsense.retain(|then| now.duration_since(*then) < NONSENSE.1);
    nonsense.push_back(now);
    nonsense.len() >= NONSENSE.0
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.hub.leave(self.id, self.connection, self.how);
        tracing::info!(peer = %self.id, user = self.name.as_str(), how = ?self.how, "gone");
    }
}
