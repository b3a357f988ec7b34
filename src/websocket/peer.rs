//! One connection, one conversation, in order: what it says is read, done and answered before the next frame is.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};
use tungstenite::error::CapacityError;

use super::outbox::{End, Outbox, Outgoing};
use super::parting::{Parting, code, part};
use super::{Options, pairs, rooms};
use crate::admission::pace::{Pace, Verdict};
use crate::refusals::RefusalLog;
use crate::signaling::name::{ConnectionId, PeerId, UserName};
use crate::signaling::pairs::Address;
use crate::signaling::peer::{ConnectionEnd, Newcomer};
use crate::signaling::refusal::{Code, Refusal};
use crate::store::directory::{Outbox as _, Telling};
use crate::store::{self, Speaker, Store};
use crate::tally;
use crate::wire::cable::Cable;
use crate::wire::closing::GOING_AWAY;

/// So much nonsense within this time ends a conversation.
const NONSENSE: (usize, Duration) = (10, Duration::from_secs(10));
/// How long a close frame may take to be answered.
const FAREWELL: Duration = Duration::from_secs(1);

/// What is spoken on a connection.
pub enum Manner {
    /// Rooms.
    Rooms,
    /// Pairs; and from where.
    Pairs(Address),
}

/// What the connection itself says of its client.
#[derive(Default)]
pub struct ConnectionInfo {
    /// Where it is measured and cut; without it, it is not.
    pub cable: Option<Cable>,
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
    pub store: Arc<Store>,
    manner: Manner,
    info: ConnectionInfo,
    how: ConnectionEnd,
}

/// How much more of somebody is borne.
struct Forbearance {
    /// Until when a pong has to come.
    pong_due: Option<Instant>,
    nonsense: VecDeque<Instant>,
    pace: Pace,
}

impl Peer {
    /// Somebody comes in; or one who was here before is back.
    pub fn arrive(
        newcomer: Newcomer,
        manner: Manner,
        info: ConnectionInfo,
        store: Arc<Store>,
        options: &Options,
    ) -> (Self, Outgoing) {
        let connection = ConnectionId(store::random());
        let name = newcomer.name.clone();
        let (outbox, outgoing) = Outbox::new(options.max_queue, options.max_queue_bytes);
        let (id, outbox) = store.arrive(connection, newcomer, |arrival| {
            if let (Some(restored), Manner::Rooms) = (&arrival.restored, &manner) {
                outbox.send(rooms::restored(&restored.rooms));
            }
            for (_, news) in &arrival.missed {
                outbox.tell(&Telling::to_one(news), None);
            }
            let (user, back) = (name.as_str(), arrival.restored.is_some());
            tracing::info!(peer = %arrival.peer, user, back, "connected by bare WebSocket");
            Arc::new(outbox)
        });
        let how = ConnectionEnd::Broken;
        let refusals = Mutex::default();
        (Self { id, name, refusals, connection, outbox, store, manner, info, how }, outgoing)
    }

    /// Who says something, to the store.
    pub fn speaker(&self) -> Speaker {
        Speaker { peer: self.id, connection: self.connection, number: None }
    }

    /// The conversation: until the connection ends.
    pub async fn converse(mut self, mut socket: WebSocket, mut outgoing: Outgoing, options: &Options) {
        let parting = self.talk(&mut socket, &mut outgoing, options).await;
        self.how = parting.how;
        // Out of the store first: from here on nothing more is told to it.
        drop(self);
        if let Some(farewell) = parting.farewell {
            let _ = timeout(FAREWELL, part(&mut socket, outgoing, farewell)).await;
        }
        // The closing handshake is finished by reading on.
        let _ = timeout(FAREWELL, async { while let Some(Ok(_)) = socket.recv().await {} }).await;
    }

    async fn talk(&self, socket: &mut WebSocket, outgoing: &mut Outgoing, options: &Options) -> Parting {
        let start = Instant::now();
        // A control frame may come at once; a page listens for text a moment later.
        let first = if self.info.heartbeat { start + options.ping_interval } else { start };
        let mut pings = interval_at(first, options.ping_interval);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let silence = options.ping_interval + options.ping_timeout;
        let pace = Pace::new(options.speed, std::time::Instant::now());
        let (mut heard, mut forbearance) = (start, Forbearance { pong_due: None, nonsense: VecDeque::new(), pace });
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
                    return Parting::lost();
                }
                parting = self.ended(&mut outgoing.end) => return parting,
            };
            // One who does not read holds up nobody else, and itself not for ever.
            let sent = tokio::select! {
                // First of all, so that whoever reads is told why it is closed.
                biased;
                sent = timeout(silence, socket.send(message)) => sent,
                parting = self.ended(&mut outgoing.end) => return Parting { farewell: None, ..parting },
            };
            match sent {
                Ok(Ok(())) => outgoing.sent(size),
                Ok(Err(_)) => return self.last_words(socket, &mut forbearance).await,
                Err(_) => return Parting::lost(),
            }
        }
    }

    /// Nothing can be sent any more. What came before the end still counts: a goodbye, perhaps.
    async fn last_words(&self, socket: &mut WebSocket, forbearance: &mut Forbearance) -> Parting {
        let listening = async {
            loop {
                if let Some(parting) = self.take(socket.recv().await, forbearance) {
                    return Parting { farewell: None, ..parting };
                }
            }
        };
        timeout(FAREWELL, listening).await.unwrap_or(Parting::lost())
    }

    /// Takes what came; where the conversation ends with it, says how.
    fn take(
        &self,
        received: Option<Result<Message, axum::Error>>,
        Forbearance { pong_due, nonsense, pace }: &mut Forbearance,
    ) -> Option<Parting> {
        let message = match received {
            None => return Some(Parting::lost()),
            Some(Err(error)) => return Some(self.broken(error)),
            Some(Ok(Message::Close(frame))) => {
                return Some(Parting::closed(frame.map(|frame| frame.code), self.info.through_proxy));
            }
            Some(Ok(message)) => message,
        };
        if let Some(cable) = &self.info.cable {
            cable.finish();
        }
        match pace.take(std::time::Instant::now()) {
            Verdict::Listen => {}
            Verdict::Tell => {
                self.outbox.send(self.refused(&pace.refusal()));
                return None;
            }
            Verdict::Drop => return None,
            Verdict::Close => {
                let user = self.name.as_str();
                tally::warn_about("too-fast", user, format!("connection of {user:?} closed: it speaks too fast"));
                return Some(Parting { farewell: Some((self.too_fast(), "too fast for too long")), ..Parting::lost() });
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
        is_over.then_some(Parting { farewell, ..Parting::lost() })
    }

    /// Does what was said; false if it meant nothing at all.
    pub fn hear(&self, text: &str) -> bool {
        match &self.manner {
            Manner::Rooms => rooms::hear(self, text),
            Manner::Pairs(address) => pairs::hear(self, address, text),
        }
    }

    /// Asks the client whether it is there, in the way that it wants to be asked.
    fn ping(&self) -> Message {
        match self.manner {
            _ if !self.info.heartbeat => Message::Ping(Default::default()),
            Manner::Rooms => Message::text(rooms::PING),
            Manner::Pairs(_) => Message::text(pairs::PING),
        }
    }

    fn is_pong(&self, text: &str) -> bool {
        match self.manner {
            Manner::Rooms => rooms::is_pong(text),
            Manner::Pairs(_) => pairs::is_pong(text),
        }
    }

    fn too_fast(&self) -> u16 {
        match self.manner {
            Manner::Rooms => code::TOO_FAST,
            Manner::Pairs(_) => code::POLICY,
        }
    }

    /// Counts and logs a refusal.
    pub fn log_refusal(&self, event: &str, Refusal { code, message }: &Refusal) {
        self.refusals.lock().refused(self.name.as_str(), event, code.name(), message);
    }

    fn refused(&self, refusal: &Refusal) -> String {
        self.log_refusal("(frame)", refusal);
        match self.manner {
            Manner::Rooms => rooms::refused(None, None, refusal),
            Manner::Pairs(_) => pairs::refused(refusal),
        }
    }

    /// What came was no message.
    fn broken(&self, error: axum::Error) -> Parting {
        use tungstenite::Error::Capacity;
        let error = error.into_inner().downcast::<tungstenite::Error>();
        if !matches!(error.as_deref(), Ok(Capacity(CapacityError::MessageTooLong { .. }))) {
            return Parting::lost();
        }
        let refusal = Refusal::new(
            Code::TooLarge,
            "The message is too large for this server: --max-message sets how large it may be.",
        );
        self.outbox.send(self.refused(&refusal));
        Parting { farewell: Some((code::TOO_LARGE, "the message is too large")), ..Parting::lost() }
    }

    /// Resolves when the conversation is to end from our side.
    async fn ended(&self, end: &mut watch::Receiver<Option<End>>) -> Parting {
        let end = end.wait_for(Option::is_some).await.ok().and_then(|end| *end);
        let shutdown = match self.manner {
            Manner::Rooms => code::RESTART,
            Manner::Pairs(_) => GOING_AWAY,
        };
        let farewell = match end {
            Some(End::Shutdown) => Some((shutdown, "the server goes down")),
            Some(End::Cut) => Some((code::GIVEN_UP, "this connection was given up")),
            None => None,
        };
        Parting { farewell, ..Parting::lost() }
    }
}

/// For one who does not say who it is: told so, and closed.
pub async fn turn_away(mut socket: WebSocket) {
    let reason = "who is it? open …/?userId=1".into();
    let close = Message::Close(Some(CloseFrame { code: code::NONSENSE, reason }));
    let _ = timeout(FAREWELL, socket.send(close)).await;
    let _ = timeout(FAREWELL, async { while let Some(Ok(_)) = socket.recv().await {} }).await;
}

/// Notes one more piece of nonsense; whether it is too much by now.
fn is_too_much(nonsense: &mut VecDeque<Instant>, now: Instant) -> bool {
    nonsense.retain(|then| now.duration_since(*then) < NONSENSE.1);
    nonsense.push_back(now);
    nonsense.len() >= NONSENSE.0
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.store.leave(self.id, self.connection, self.how);
        tracing::info!(peer = %self.id, user = self.name.as_str(), how = ?self.how, "gone");
    }
}
