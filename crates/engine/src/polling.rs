//! Long-polling: the client sends packets by POST and receives them by GET.
//!
//! Invariants:
//! - One GET and one POST of a session at a time; a second one of the same kind ends the session.
//! - A GET or POST that is aborted ends its session: packets for the client are lost, or packets of the client incomplete.
//! - A body with an invalid packet is rejected as a whole.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engineioxide_core::{Sid, TransportType};
use http::{HeaderMap, StatusCode, header};
use http_body::Body;
use http_body_util::BodyExt;

use crate::answer::{Answer, Code, empty, ok, packets, refused};
use crate::backlog::Most;
use crate::engine::Engine;
use crate::handler::EngineIoHandler;
use crate::packet::{self, Message, Packet};
use crate::queue::{State, Taken, Turn};
use crate::session::{DisconnectReason, Ending, Session, Stage};

const SEPARATOR: u8 = 0x1e;
/// Most packets in one response. Some clients reject more as an attack.
const MOST_PACKETS: usize = 16;
/// How long a poll waits while its session upgrades to a WebSocket.
const WAIT_WHILE_UPGRADING: Duration = Duration::from_millis(100);
/// How long the client may take to send a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Opens a session.
pub(crate) fn open<H: EngineIoHandler>(engine: &Arc<Engine<H>>, mut parts: http::request::Parts) -> Answer {
    // A request with upgrade headers may still ask for polling in its query.
    parts.extensions.remove::<hyper::upgrade::OnUpgrade>();
    let socket = engine.open(Stage::Polling, parts);
    packets(format!("0{}", engine.greeting(socket.id, TransportType::Polling)).into_bytes(), None)
}

/// A poll in progress.
struct Taking {
    session: Arc<Session>,
    turn: Turn,
    is_answered: bool,
}

impl Drop for Taking {
    fn drop(&mut self) {
        // A WebSocket that has taken over does not need this poll.
        if !self.is_answered && self.session.queue.has(self.turn) {
            self.session.end(DisconnectReason::TransportError, Ending::Broken);
        }
        self.session.queue.end(self.turn);
    }
}

/// Answers a poll as soon as there is a packet to send.
pub(crate) async fn poll<H: EngineIoHandler>(engine: Arc<Engine<H>>, id: Sid) -> Answer {
    let open = engine.get(id).map(|socket| socket.session.clone());
    let is_open = open.is_some();
    let Some(session) = open.or_else(|| engine.ended(id)) else { return refused(Code::UnknownSession) };
    let Some(turn) = session.queue.begin() else {
        session.end(DisconnectReason::MultipleHttpPollingError, Ending::Broken);
        return empty(StatusCode::BAD_REQUEST);
    };
    let mut taking = Taking { session, turn, is_answered: false };
    let queue = &taking.session.queue;
    let bytes = usize::try_from(engine.config.max_payload).unwrap_or(usize::MAX);
    let most = Most { frames: MOST_PACKETS, bytes };
    let mut frames = VecDeque::new();
    let taken = {
        let take = poll_fn(|cx| queue.poll_take(turn, most, &mut frames, cx));
        if taking.session.stage() == Stage::Probed {
            tokio::time::timeout(WAIT_WHILE_UPGRADING, take).await.unwrap_or(Taken::Interrupted)
        } else {
            take.await
        }
    };
    let last = queue.last_packet();
    let mut data = Vec::new();
    match taken {
        Taken::Frames => {}
        Taken::Interrupted => data.push(packet::NOOP),
        Taken::Ended(State::Cut) => return refused(Code::UnknownSession),
        Taken::Ended(_) if !is_open => data.push(packet::NOOP),
        Taken::Ended(_) => {}
    }
    let has_frames = !frames.is_empty();
    for frame in &frames {
        separate(&mut data);
        frame.write_polling(&mut data);
    }
    if let Some(last) = last {
        separate(&mut data);
        data.push(last);
        engine.forget(id);
    }
    taking.session.add_written(data.len());
    taking.is_answered = true;
    packets(data, has_frames.then(|| taking.session.clone()))
}

fn separate(data: &mut Vec<u8>) {
    if !data.is_empty() {
        data.push(SEPARATOR);
    }
}

/// A POST in progress.
struct Posting {
    session: Arc<Session>,
    is_done: bool,
}

impl Drop for Posting {
    fn drop(&mut self) {
        if !self.is_done {
            self.session.end(DisconnectReason::TransportError, Ending::Broken);
        }
        self.session.end_post();
    }
}

/// Acts on the packets of a body.
pub(crate) async fn post<H, B>(engine: Arc<Engine<H>>, id: Sid, headers: HeaderMap, body: B) -> Answer
where
    H: EngineIoHandler,
    B: Body,
{
    let most = usize::try_from(engine.config.max_payload).unwrap_or(usize::MAX);
    let Some(socket) = engine.get(id) else {
        // The client of a closed session learns of it by its last poll, not by this response.
        let taken = tokio::time::timeout(BODY_TIMEOUT, collect(body.map_err(drop), most));
        let is_ended = engine.ended(id).is_some() && taken.await.is_ok_and(|data| data.is_ok());
        return if is_ended { ok() } else { refused(Code::UnknownSession) };
    };
    let session = socket.session.clone();
    if !session.begin_post() {
        session.end(DisconnectReason::TransportError, Ending::Broken);
        return empty(StatusCode::BAD_REQUEST);
    }
    let mut posting = Posting { session, is_done: false };
    let kind = headers.get(header::CONTENT_TYPE).map(http::HeaderValue::as_bytes);
    if kind == Some(b"application/octet-stream") {
        return empty(StatusCode::BAD_REQUEST);
    }
    let data = match tokio::time::timeout(BODY_TIMEOUT, collect(body.map_err(drop), most)).await {
        Ok(Ok(data)) => data,
        Ok(Err(status)) => {
            if status == StatusCode::PAYLOAD_TOO_LARGE {
                posting.session.set_too_large();
            }
            posting.session.end(DisconnectReason::PacketParsingError, Ending::Broken);
            return empty(status);
        }
        Err(_) => return empty(StatusCode::REQUEST_TIMEOUT),
    };
    posting.is_done = true;
    let session = &posting.session;
    // Packet types and separators do not count.
    session.add_read(data.split(|byte| *byte == SEPARATOR).map(|packet| packet.len().saturating_sub(1)).sum());
    let Some(packets) = read(&data) else {
        session.end(DisconnectReason::PacketParsingError, Ending::Broken);
        return empty(StatusCode::BAD_REQUEST);
    };
    for packet in packets {
        if let Err((reason, ending)) = engine.receive(&socket, packet) {
            session.end(reason, ending);
        }
    }
    ok()
}

/// Reads a body.
///
/// # Errors
/// The status of the response to a body that is too large or incomplete.
async fn collect<B: Body>(body: B, most: usize) -> Result<Vec<u8>, StatusCode> {
    let mut body = pin!(body);
    if body.size_hint().lower() > most as u64 {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let mut data = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| StatusCode::BAD_REQUEST)?;
        let Ok(mut part) = frame.into_data() else { continue };
        while bytes::Buf::has_remaining(&part) {
            let chunk = bytes::Buf::chunk(&part);
            if data.len() + chunk.len() > most {
                return Err(StatusCode::PAYLOAD_TOO_LARGE);
            }
            data.extend_from_slice(chunk);
            let len = chunk.len();
            bytes::Buf::advance(&mut part, len);
        }
    }
    Ok(data)
}

/// Reads all packets of a body; `None` if one is invalid. Binary data is base64 after a `b`.
fn read(data: &[u8]) -> Option<Vec<Packet>> {
    data.split(|byte| *byte == SEPARATOR)
        .map(|packet| match packet.strip_prefix(b"b") {
            Some(data) => Some(Packet::Message(Message::Binary(STANDARD.decode(data).ok()?.into()))),
            None => Packet::read(std::str::from_utf8(packet).ok()?),
        })
        .collect()
}
