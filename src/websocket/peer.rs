//! One connection, one conversation, in order: what it says is read, done and answered before the next frame is.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tungstenite::error::CapacityError;

use super::Options;
use super::frame::{self, Reading};
use super::outbox::{End, Outbox, Outgoing};
use crate::signaling::name::{ConnectionId, PeerId};
use crate::signaling::notice::Ended;
use crate::signaling::peer::Newcomer;
use crate::signaling::refusal::{Code, Refusal};
use crate::signaling::room_command::RoomCommand;
use crate::store::directory::{Outbox as _, Telling};
use crate::store::{self, Speaker, Store};

/// So much nonsense within this time ends a conversation.
const NONSENSE: (usize, Duration) = (10, Duration::from_secs(10));
/// How long a close frame may take to be answered.
const FAREWELL: Duration = Duration::from_secs(1);

/// Close codes (RFC 6455, section 7.4; from 4000 on our own).
mod code {
    pub const TOO_LARGE: u16 = 1009;
    pub const RESTART: u16 = 1012;
    pub const NONSENSE: u16 = 4400;
    pub const REPLACED: u16 = 4409;
}

/// One live connection.
pub struct Peer {
    id: PeerId,
    connection: ConnectionId,
    outbox: Arc<Outbox>,
    store: Arc<Store>,
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
    pub fn arrive(newcomer: Newcomer, store: Arc<Store>, options: &Options) -> (Self, Outgoing) {
        let connection = ConnectionId(store::random());
        let (outbox, outgoing) = Outbox::new(options.max_queue);
        let (id, outbox) = store.arrive(connection, newcomer, |arrival| {
            if let Some(restored) = &arrival.restored {
                outbox.send(frame::restored(&restored.rooms));
            }
            for (_, news) in &arrival.missed {
                outbox.tell(&Telling::to_one(news), None);
            }
            tracing::info!(peer = %arrival.peer, back = arrival.restored.is_some(), "connected by bare WebSocket");
            Arc::new(outbox)
        });
        (Self { id, connection, outbox, store }, outgoing)
    }

    /// The conversation: until the connection ends.
    pub async fn converse(self, mut socket: WebSocket, outgoing: Outgoing, options: &Options) {
        let mut presence = Presence { peer: &self, how: Ended::Lost };
        let parting = self.talk(&mut socket, outgoing, options).await;
        presence.how = parting.how;
        drop(presence);
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
                    match received {
                        None => return Parting::lost(),
                        Some(Err(error)) => return self.broken(socket, error).await,
                        Some(Ok(Message::Close(_))) => return Parting { how: Ended::Closed, farewell: None },
                        Some(Ok(Message::Text(text))) => self.hear(frame::read(&text, self.store.limits()), &mut nonsense),
                        Some(Ok(Message::Binary(_))) => {
                            let sentence = "Binary frames mean nothing here: send JSON as text.";
                            self.hear(Reading::nonsense(sentence), &mut nonsense);
                        }
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    }
                    if nonsense.len() >= NONSENSE.0 {
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
                parting = ended(&mut end) => return parting,
            };
            // One who does not read holds up nobody else, and itself not for ever.
            let sent = tokio::select! {
                sent = timeout(silence, socket.send(message)) => sent,
                parting = ended(&mut end) => return Parting { farewell: None, ..parting },
            };
            if !matches!(sent, Ok(Ok(()))) {
                return Parting::lost();
            }
        }
    }

    /// What came was no message.
    async fn broken(&self, socket: &mut WebSocket, error: axum::Error) -> Parting {
        use tungstenite::Error::Capacity;
        let error = error.into_inner().downcast::<tungstenite::Error>();
        if !matches!(error.as_deref(), Ok(Capacity(CapacityError::MessageTooLong { .. }))) {
            return Parting::lost();
        }
        let refusal = Refusal::new(Code::TooLarge, "The message is too large for this server.");
        let told = frame::refused(None, None, &refusal);
        let _ = timeout(FAREWELL, socket.send(Message::Text(told.into()))).await;
        Parting { how: Ended::Lost, farewell: Some((code::TOO_LARGE, "the message is too large")) }
    }

    fn hear(&self, Reading { id, verb, command }: Reading, nonsense: &mut VecDeque<Instant>) {
        let by = Speaker { peer: self.id, connection: self.connection, number: None };
        let id = id.as_deref();
        let refuse = |refusal: &Refusal| self.outbox.send(frame::refused(id, verb, refusal));
        match command {
            Ok(command) => {
                let room = match &command {
                    RoomCommand::Join(room) | RoomCommand::Leave(room) | RoomCommand::Relay(room, ..) => room.clone(),
                };
                self.store.in_room(by, command, |outcome| match (outcome, id) {
                    (Some(Ok(place)), Some(id)) => self.outbox.send(frame::done(id, &room, place.as_ref())),
                    (Some(Err(refusal)), _) => refuse(&refusal),
                    _ => {}
                });
            }
            Err(refusal) => {
                if verb.is_none() {
                    let now = Instant::now();
                    nonsense.retain(|then| now.duration_since(*then) < NONSENSE.1);
                    nonsense.push_back(now);
                }
                self.store.refuse(by, refusal, |outcome| {
                    if let Some(Err(refusal)) = outcome {
                        refuse(&refusal);
                    }
                });
            }
        }
    }
}

/// Resolves when the conversation is to end from our side.
async fn ended(end: &mut watch::Receiver<Option<End>>) -> Parting {
    let end = end.wait_for(Option::is_some).await.ok().and_then(|end| *end);
    match end {
        Some(End::Shutdown) => Parting { how: Ended::Lost, farewell: Some((code::RESTART, "the server goes down")) },
        Some(End::Cut) => {
            Parting { how: Ended::Lost, farewell: Some((code::REPLACED, "this connection was given up")) }
        }
        None => Parting::lost(),
    }
}

/// That a peer is here. Dropped when its conversation ends, however it ends: even by a panic it leaves nothing.
struct Presence<'a> {
    peer: &'a Peer,
    how: Ended,
}

impl Drop for Presence<'_> {
    fn drop(&mut self) {
        self.peer.store.leave(self.peer.id, self.peer.connection, self.how);
        tracing::info!(peer = %self.peer.id, how = ?self.how, "gone");
    }
}
