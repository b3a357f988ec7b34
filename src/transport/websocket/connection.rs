//! One client's connection: a frame is read, submitted and replied to before the next one is.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tungstenite::error::CapacityError;

use super::close_info::{CloseInfo, send_close};
use super::dialect::{Dialect, End, Request};
use super::frame_queue::{FrameQueue, QueuedFrames};
use super::responder::Responder;
use super::state::{WebSocketOptions, WebSocketState};
use crate::auth::rate_limiter::{RateDecision, RateLimiter};
use crate::hub::peer::{Admission, ConnectedPeer};
use crate::hub::shards::Numbers;
use crate::inspect::content::{Payload, Transport};
use crate::inspect::recorder::Origin;
use crate::net::request_id::RequestId;
use crate::net::tcp_handle::TcpHandle;
use crate::protocol::limits::Limits;
use crate::protocol::refusal::{Code, Refusal};
use crate::traces::span::Span;
use crate::transport::close_code as code;

/// So many frames that are no message,
const MAX_UNKNOWN: usize = 10;
/// within this time, end a connection.
const UNKNOWN_WINDOW: Duration = Duration::from_secs(10);
/// The name in the log of what is rejected before it is read.
const FRAME: &str = "(frame)";
/// How long a close frame may take to be answered.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
/// How often is looked whether all replies were sent.
const REPLY_CHECK: Duration = Duration::from_millis(5);

/// What the request that opened the connection says of the client.
#[derive(Default)]
pub struct ConnectionInfo {
    /// The network connection, where it is measured and cut.
    pub conn: Option<TcpHandle>,
    /// The number of that request.
    pub request: RequestId,
    /// The client's address, for the inspector.
    pub address: Option<IpAddr>,
    /// Whether a trusted proxy stands between.
    pub through_proxy: bool,
    /// Whether the client asked for pings as text. A page that the browser has frozen cannot answer these; control
    /// frames are answered by the browser itself.
    pub heartbeat: bool,
}

/// One connection. Dropped when it ends, however it ends: even a panic leaves nothing of it.
pub struct Connection {
    peer: ConnectedPeer,
    responder: Arc<Responder>,
    dialect: Dialect,
    info: ConnectionInfo,
    limits: Limits,
    closing: CancellationToken,
}

/// What a client has done wrong, and how much it may still do.
struct Strikes {
    /// Until when a pong has to come.
    pong_due: Option<Instant>,
    /// When the last frames came that were no message.
    unknown: VecDeque<Instant>,
    rate_limiter: RateLimiter,
}

impl Connection {
    /// The connection of a client that was admitted. It is a peer from now on.
    pub async fn new(
        admission: Admission,
        dialect: Dialect,
        info: ConnectionInfo,
        state: &WebSocketState,
    ) -> Result<(Self, QueuedFrames), Refusal> {
        let WebSocketState { options, hub, closing, .. } = state;
        let name = admission.newcomer.name.clone();
        let origin = Origin { transport: Transport::WebSocket, address: info.address };
        let (max_frames, max_bytes) = (options.max_queue, options.max_queue_bytes);
        let (queue, queued) =
            FrameQueue::new((info.request, name.clone()), dialect.clone(), origin, max_frames, max_bytes);
        let queue = Arc::new(queue);
        let connected = ConnectedPeer::connect(hub, admission, queue.clone());
        let mut peer = connected.await.unwrap_or_else(|_| Err(Refusal::unavailable()))?;
        peer.request = Some(info.request.0);
        let (recorder, limits) = (hub.recorder().clone(), hub.limits().clone());
        let responder = Arc::new(Responder {
            name,
            request: info.request,
            client: peer.id(),
            queue,
            recorder,
            refusals: Mutex::default(),
        });
        let closing = closing.clone();
        Ok((Self { peer, responder, dialect, info, limits, closing }, queued))
    }

    /// Reads and sends until the connection ends.
    pub async fn run(mut self, mut socket: WebSocket, mut queued: QueuedFrames, options: &WebSocketOptions) {
        let close = self.talk(&mut socket, &mut queued, options).await;
        self.peer.end = close.end;
        if close.farewell.is_some() {
            self.replies_are_sent().await;
        }
        let conn = self.info.conn.clone();
        // Out of the hub first: from here on nothing more is queued.
        drop(self);
        if let Some(farewell) = close.farewell {
            let _ = timeout(CLOSE_TIMEOUT, send_close(&mut socket, queued, farewell)).await;
        }
        match conn.filter(|_| close.is_unread) {
            Some(conn) => _ = timeout(CLOSE_TIMEOUT, conn.discard()).await,
            None if close.is_abrupt => {}
            // The closing handshake is finished by reading on.
            None => _ = timeout(CLOSE_TIMEOUT, async { while let Some(Ok(_)) = socket.recv().await {} }).await,
        }
    }

    /// Returns when the client has been replied to all that it has sent: with a shared log that takes a moment.
    async fn replies_are_sent(&self) {
        let sent = async {
            while Arc::strong_count(&self.responder) > 1 {
                sleep(REPLY_CHECK).await;
            }
        };
        let _ = timeout(CLOSE_TIMEOUT, sent).await;
    }

    /// Logs that the client claimed what does not count, and sends it the same where the dialect has a message for that.
    pub fn remark(&self, remark: &Refusal) {
        self.responder.log_refusal("connect", None, remark);
        if self.dialect.takes_remarks() {
            self.responder.queue.push(self.dialect.rejected(remark));
        }
    }

    /// Logs and rejects something that is no message.
    fn reject(&self, refusal: &Refusal) {
        self.responder.log_refusal(FRAME, None, refusal);
        self.responder.queue.push(self.dialect.rejected(refusal));
    }

    async fn talk(&self, socket: &mut WebSocket, queued: &mut QueuedFrames, options: &WebSocketOptions) -> CloseInfo {
        let start = Instant::now();
        // A control frame may come at once; a page listens for text a moment later.
        let first = if self.info.heartbeat { start + options.ping_interval } else { start };
        let mut pings = interval_at(first, options.ping_interval);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let silence = options.ping_interval + options.ping_timeout;
        let rate_limiter =
            RateLimiter::new(self.dialect.rate_limit(options.rate_limit.get()), std::time::Instant::now());
        let mut strikes = Strikes { pong_due: None, unknown: VecDeque::new(), rate_limiter };
        let mut last_read = start;
        loop {
            let silent_until = strikes.pong_due.map_or(last_read + silence, |due| due.min(last_read + silence));
            let (message, size) = tokio::select! {
                received = socket.recv() => {
                    last_read = Instant::now();
                    match self.take(received, &mut strikes) {
                        Some(close) => return close,
                        None => continue,
                    }
                }
                Some(frame) = queued.frames.recv() => match Utf8Bytes::try_from(frame) {
                    Ok(text) => { let size = text.len(); (Message::Text(text), size) }
                    Err(_) => continue,
                },
                _ = pings.tick() => {
                    if self.info.heartbeat {
                        strikes.pong_due.get_or_insert(Instant::now() + options.ping_timeout);
                    }
                    (self.ping(), 0)
                }
                () = sleep_until(silent_until) => {
                    tracing::info!(request = self.info.request.0, peer = %self.peer.id(), "no sign of life");
                    return CloseInfo::lost();
                }
                close = self.ended(&mut queued.end) => return close,
            };
            // A client that does not read holds up no other, and itself not for ever.
            let sent = tokio::select! {
                // First, so that a client that reads learns why it is closed.
                biased;
                sent = timeout(silence, socket.send(message)) => sent,
                close = self.ended(&mut queued.end) => return CloseInfo { farewell: None, ..close },
            };
            match sent {
                Ok(Ok(())) => queued.sent(size),
                Ok(Err(_)) => return self.read_rest(socket, &mut strikes).await,
                Err(_) => return CloseInfo::lost(),
            }
        }
    }

    /// Nothing can be sent any more. What came before the end still counts: a close frame, perhaps.
    async fn read_rest(&self, socket: &mut WebSocket, strikes: &mut Strikes) -> CloseInfo {
        let reading = async {
            loop {
                if let Some(close) = self.take(socket.recv().await, strikes) {
                    return CloseInfo { farewell: None, ..close };
                }
            }
        };
        timeout(CLOSE_TIMEOUT, reading).await.unwrap_or(CloseInfo::lost())
    }

    /// Handles what came. Returns how the connection ends, if it does.
    fn take(
        &self,
        received: Option<Result<Message, axum::Error>>,
        Strikes { pong_due, unknown, rate_limiter }: &mut Strikes,
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
            RateDecision::Accept => self.dialect.service().messages.add(1),
            RateDecision::Reject => {
                self.reject(&rate_limiter.refusal());
                return None;
            }
            RateDecision::Drop => return None,
            RateDecision::Close => {
                self.responder.log_closed("too-fast", "it sends too fast");
                return Some(CloseInfo {
                    farewell: Some((self.dialect.too_fast(), "too fast for too long")),
                    ..CloseInfo::lost()
                });
            }
        }
        let is_known = match message {
            Message::Text(text) if self.info.heartbeat && self.dialect.is_pong(&text) => {
                *pong_due = None;
                true
            }
            Message::Text(text) => self.submit(&text),
            Message::Binary(_) => {
                let sentence = "Binary frames mean nothing here: send JSON as text.";
                self.reject(&Refusal::new(Code::BadPayload, sentence));
                false
            }
            _ => true,
        };
        let farewell = Some((code::NONSENSE, "too many frames that mean nothing here"));
        let is_over = !is_known && is_one_too_many(unknown, Instant::now());
        is_over.then_some(CloseInfo { farewell, ..CloseInfo::lost() })
    }

    /// Submits a text frame and replies to it; false if it is no message at all.
    fn submit(&self, text: &str) -> bool {
        let Request { event, is_known, message, reply_to } = self.dialect.decode(text, &self.limits);
        let Responder { client, recorder, .. } = &*self.responder;
        let record = recorder.is_on().then(|| {
            let name = self.dialect.frame_name(text, &event);
            recorder.received(*client, (name, is_known), || Payload::Frame(text.into()), None)
        });
        let record = record.flatten();
        let responder = self.responder.clone();
        // What is no message has a name that the client chose.
        let name = if is_known { &event } else { FRAME };
        let span = Span::command(self.dialect.service().name, name, *client, self.info.request);
        self.peer.submit(Numbers { own: None, record }, message, move |result| {
            span.replied(result.as_ref());
            responder.respond(result, record, &event, &reply_to);
        });
        is_known
    }

    /// Asks the client whether it is there: by a text frame, if it wants that.
    fn ping(&self) -> Message {
        let text = self.dialect.ping().filter(|_| self.info.heartbeat);
        text.map_or(Message::Ping(Default::default()), Message::text)
    }

    /// The connection broke, or the client sent a message that is too large.
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
        self.reject(&refusal);
        let farewell = Some((code::TOO_LARGE, "the message is too large"));
        CloseInfo { farewell, is_unread: true, ..CloseInfo::lost() }
    }

    /// Resolves when the server ends the connection.
    async fn ended(&self, end: &mut watch::Receiver<Option<End>>) -> CloseInfo {
        let end = tokio::select! {
            end = end.wait_for(Option::is_some) => end.ok().and_then(|end| *end),
            // For a client that was admitted after all others were notified.
            () = self.closing.cancelled() => Some(End::Shutdown),
        };
        let farewell = end.and_then(|end| self.dialect.farewell(end));
        CloseInfo { farewell, is_abrupt: farewell.is_none(), ..CloseInfo::lost() }
    }
}

/// Closes the connection of a client that does not say who it is, with a reason.
pub async fn reject(socket: WebSocket) {
    close(socket, code::NONSENSE, "missing userId: open …/?userId=1").await;
}

/// Closes the connection of a client that cannot become a peer now, and says why.
pub async fn refuse(mut socket: WebSocket, dialect: &Dialect, refusal: &Refusal) {
    let _ = timeout(CLOSE_TIMEOUT, socket.send(Message::text(dialect.rejected(refusal)))).await;
    close(socket, code::TRY_LATER, "try again in a moment").await;
}

async fn close(mut socket: WebSocket, code: u16, reason: &'static str) {
    let close = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
    let _ = timeout(CLOSE_TIMEOUT, socket.send(close)).await;
    let _ = timeout(CLOSE_TIMEOUT, async { while let Some(Ok(_)) = socket.recv().await {} }).await;
}

/// Notes one more frame that is no message; whether it is one too many.
fn is_one_too_many(unknown: &mut VecDeque<Instant>, now: Instant) -> bool {
    unknown.retain(|then| now.duration_since(*then) < UNKNOWN_WINDOW);
    unknown.push_back(now);
    unknown.len() >= MAX_UNKNOWN
}
