//! One connection, one conversation, in order: what it says is read, done and answered before the next frame is.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tungstenite::error::CapacityError;

use super::outbox::{End, Outbox, Outgoing};
use super::{Options, pairs, rooms};
use crate::signaling::name::{ConnectionId, PeerId};
use crate::signaling::notice::Ended;
use crate::signaling::pairs::Address;
use crate::signaling::peer::Newcomer;
use crate::signaling::refusal::{Code, Refusal};
use crate::store::directory::{Outbox as _, Telling};
use crate::store::{self, Speaker, Store};

/// So much nonsense within this time ends a conversation.
const NONSENSE: (usize, Duration) = (10, Duration::from_secs(10));
/// How long a close frame may take to be answered.
const FAREWELL: Duration = Duration::from_secs(1);

/// Close codes (RFC 6455, section 7.4; from 4000 on our own).
mod code {
    pub const GOING_AWAY: u16 = 1001;
    pub const TOO_LARGE: u16 = 1009;
    pub const RESTART: u16 = 1012;
    pub const NONSENSE: u16 = 4400;
    pub const GIVEN_UP: u16 = 4409;
}

/// What is spoken on a connection.
pub enum Manner {
    /// Rooms.
    Rooms,
    /// Pairs; and from where.
    Pairs(Address),
}

/// One live connection. Dropped when its conversation ends, however it ends: even by a panic it leaves nothing.
pub struct Peer {
    /// Whose it is.
    pub id: PeerId,
    connection: ConnectionId,
    /// Its way out.
    pub outbox: Arc<Outbox>,
    /// Where everything is kept.
    pub store: Arc<Store>,
    manner: Manner,
    how: Ended,
}

/// How a conversation came to its end.
struct Parting {
    how: Ended,
    /// What the other side is told as it is closed, if it can be told.
    farewell: Option<(u16, &'static str)>,
}

impl Parting {
    fn lost() -> Self {
        Self { how: Ended::Lost, farewell: None }
    }
}

impl Peer {
    /// Somebody comes in; or one who was here before is back.
    pub fn arrive(newcomer: Newcomer, manner: Manner, store: Arc<Store>, options: &Options) -> (Self, Outgoing) {
        let connection = ConnectionId(store::random());
        let (outbox, outgoing) = Outbox::new(options.max_queue);
        let (id, outbox) = store.arrive(connection, newcomer, |arrival| {
            if let (Some(restored), Manner::Rooms) = (&arrival.restored, &manner) {
                outbox.send(rooms::restored(&restored.rooms));
            }
            for (_, news) in &arrival.missed {
                outbox.tell(&Telling::to_one(news), None);
            }
            tracing::info!(peer = %arrival.peer, back = arrival.restored.is_some(), "connected by bare WebSocket");
            Arc::new(outbox)
        });
        (Self { id, connection, outbox, store, manner, how: Ended::Lost }, outgoing)
    }

    /// Who says something, to the store.
    pub fn speaker(&self) -> Speaker {
        Speaker { peer: self.id, connection: self.connection, number: None }
    }

    /// The conversation: until the connection ends.
    pub async fn converse(mut self, mut socket: WebSocket, outgoing: Outgoing, options: &Options) {
        let parting = self.talk(&mut socket, outgoing, options).await;
        self.how = parting.how;
        drop(self);
        if let Some((code, reason)) = parting.farewell {
            let close = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
            // Whoever does not take it is gone anyway.
            let _ = timeout(FAREWELL, socket.send(close)).await;
        }
        // The closing handshake is finished by reading on.
        let _ = timeout(FAREWELL, async { while let Some(Ok(_)) = socket.recv().await {} }).await;
    }

    async fn talk(&self, socket: &mut WebSocket, outgoing: Outgoing, options: &Options) -> Parting {
        let Outgoing { mut frames, mut end } = outgoing;
        let mut pings = interval(options.ping_interval);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let silence = options.ping_interval + options.ping_timeout;
        let (mut heard, mut nonsense) = (Instant::now(), VecDeque::new());
        loop {
            let message = tokio::select! {
                received = socket.recv() => {
                    heard = Instant::now();
                    let made_sense = match received {
                        None => return Parting::lost(),
                        Some(Err(error)) => return self.broken(socket, error).await,
                        Some(Ok(Message::Close(_))) => return Parting { how: Ended::Closed, farewell: None },
                        Some(Ok(Message::Text(text))) => self.hear(&text),
                        Some(Ok(Message::Binary(_))) => {
                            let sentence = "Binary frames mean nothing here: send JSON as text.";
                            self.outbox.send(self.refused(&Refusal::new(Code::BadPayload, sentence)));
                            false
                        }
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => true,
                    };
                    if !made_sense && is_too_much(&mut nonsense, heard) {
                        let farewell = Some((code::NONSENSE, "too many frames that mean nothing here"));
                        return Parting { how: Ended::Closed, farewell };
                    }
                    continue;
                }
                Some(frame) = frames.recv() => match Utf8Bytes::try_from(frame) {
                    Ok(text) => Message::Text(text),
                    Err(_) => continue,
                },
                _ = pings.tick() => {
                    if heard.elapsed() > silence {
                        tracing::info!(peer = %self.id, "no sign of life");
                        return Parting::lost();
                    }
                    Message::Ping(Default::default())
                }
                parting = self.ended(&mut end) => return parting,
            };
            // One who does not read holds up nobody else, and itself not for ever.
            let sent = tokio::select! {
                sent = timeout(silence, socket.send(message)) => sent,
                parting = self.ended(&mut end) => return Parting { farewell: None, ..parting },
            };
            if !matches!(sent, Ok(Ok(()))) {
                return Parting::lost();
            }
        }
    }

    /// Does what was said; false if it meant nothing at all.
    fn hear(&self, text: &str) -> bool {
        match &self.manner {
            Manner::Rooms => rooms::hear(self, text),
            Manner::Pairs(address) => pairs::hear(self, address, text),
        }
    }

    fn refused(&self, refusal: &Refusal) -> String {
        match self.manner {
            Manner::Rooms => rooms::refused(None, None, refusal),
            Manner::Pairs(_) => pairs::refused(refusal),
        }
    }

    /// What came was no message.
    async fn broken(&self, socket: &mut WebSocket, error: axum::Error) -> Parting {
        use tungstenite::Error::Capacity;
        let error = error.into_inner().downcast::<tungstenite::Error>();
        if !matches!(error.as_deref(), Ok(Capacity(CapacityError::MessageTooLong { .. }))) {
            return Parting::lost();
        }
        let told = self.refused(&Refusal::new(Code::TooLarge, "The message is too large for this server."));
        let _ = timeout(FAREWELL, socket.send(Message::Text(told.into()))).await;
        Parting { how: Ended::Lost, farewell: Some((code::TOO_LARGE, "the message is too large")) }
    }

    /// Resolves when the conversation is to end from our side.
    async fn ended(&self, end: &mut watch::Receiver<Option<End>>) -> Parting {
        let end = end.wait_for(Option::is_some).await.ok().and_then(|end| *end);
        let shutdown = match self.manner {
            Manner::Rooms => code::RESTART,
            Manner::Pairs(_) => code::GOING_AWAY,
        };
        let farewell = match end {
            Some(End::Shutdown) => Some((shutdown, "the server goes down")),
            Some(End::Cut) => Some((code::GIVEN_UP, "this connection was given up")),
            None => None,
        };
        Parting { how: Ended::Lost, farewell }
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
        tracing::info!(peer = %self.id, how = ?self.how, "gone");
    }
}
