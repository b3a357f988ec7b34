//! The interface of socketioxide's own tests: sessions without a transport, and a WebSocket on any stream.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Weak};

pub use engineioxide_core::Packet;
use engineioxide_core::{ProtocolVersion, Sid, Str};
use http::Request;
use http::request::Parts;
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;

use crate::backlog::{Capacity, Most};
use crate::frame::{BINARY, Frame};
use crate::handler::EngineIoHandler;
use crate::packet;
use crate::queue::Taken;
use crate::service::{EngineIoService, ParseError};
use crate::session::{DisconnectReason, End, Ending, Session, Stage};
use crate::socket::{Deliver, Socket};

/// Most messages that wait in a session without a reader.
const MANY: usize = 1024;

type OnClose = Box<dyn Fn(Sid, DisconnectReason) + Send + Sync>;

/// Takes the place of the engine for one session.
struct Dummy {
    session: Arc<Session>,
    on_close: Mutex<Option<OnClose>>,
}

impl End for Dummy {
    fn end(&self, id: Sid, reason: DisconnectReason, _: Ending) {
        self.session.queue.close(packet::CLOSE, false);
        let on_close = self.on_close.lock().take();
        if let Some(on_close) = on_close {
            on_close(id, reason);
        }
    }
}

impl Deliver for Dummy {
    /// Without an engine no messages are held.
    fn deliver_later(&self, _: Sid) {}
}

impl<D: Default + Send + Sync + 'static> Socket<D> {
    /// A session whose messages are dropped.
    pub fn new_dummy(id: Sid, on_close: OnClose) -> Arc<Self> {
        let (socket, mut packets) = Self::new_dummy_piped(id, on_close, MANY);
        tokio::spawn(async move { while packets.recv().await.is_some() {} });
        socket
    }

    /// A session, and the packets that it sends to its client.
    pub fn new_dummy_piped(id: Sid, on_close: OnClose, most: usize) -> (Arc<Self>, mpsc::Receiver<Packet>) {
        let dummy = Arc::new_cyclic(|dummy: &Weak<Dummy>| {
            let mut session =
                Session::new(Stage::WebSocket, Capacity { messages: most, bytes: usize::MAX }, dummy.clone());
            session.id = id;
            Dummy { session: Arc::new(session), on_close: Mutex::new(Some(on_close)) }
        });
        let session = dummy.session.clone();
        let socket = Arc::new(Self::new(session.clone(), Request::new(()).into_parts().0, dummy));
        let (sender, packets) = mpsc::channel(most);
        tokio::spawn(pipe(session, sender));
        (socket, packets)
    }
}

/// Receives the frames of a session, as its transport.
async fn pipe(session: Arc<Session>, packets: mpsc::Sender<Packet>) {
    let turn = session.queue.take_over();
    let mut batch = VecDeque::new();
    'open: while poll_fn(|cx| session.queue.poll_take(turn, Most::ALL, &mut batch, cx)).await == Taken::Frames {
        for frame in batch.drain(..) {
            if packets.send(read(frame)).await.is_err() {
                break 'open;
            }
        }
    }
    session.queue.end(turn);
}

fn read(frame: Frame) -> Packet {
    if frame.opcode == BINARY {
        return Packet::Binary(frame.body);
    }
    Packet::Message(Str::from(String::from_utf8_lossy(&frame.body).into_owned()))
}

impl<H: EngineIoHandler, S> EngineIoService<H, S> {
    /// Accepts a stream that is a WebSocket already.
    pub fn ws_init<T>(
        &self,
        stream: T,
        _: ProtocolVersion,
        _: Option<Sid>,
        parts: Parts,
    ) -> impl Future<Output = Result<(), ParseError>> + use<T, H, S>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        std::future::ready(self.accept(stream, Request::from_parts(parts, ())))
    }
}
