//! What the client of a script received, compared with what the server sent.

use super::frames::split_frame;

/// A frame: its opcode and payload.
pub type Sent = (u8, Vec<u8>);

const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PONG: u8 = 10;

/// What may come.
#[derive(Debug, Default)]
pub struct Emitted {
    /// Messages with their parts. All of them, in this order.
    pub messages: Vec<Vec<Sent>>,
    /// Some of them, in this order.
    pub volatile: Vec<Vec<u8>>,
    /// The client's pings: some of them are answered, in this order.
    pub pings: Vec<Vec<u8>>,
}

/// What came.
pub struct Received {
    /// All messages.
    pub is_complete: bool,
    /// The last volatile message, and the answer to the last ping.
    pub is_latest: bool,
    pub is_closed: bool,
}

impl Received {
    /// Checks that this is what a client may receive whose session began as a WebSocket or by polling.
    pub fn check(mut output: &[u8], emitted: &Emitted, began_as_websocket: bool) -> Self {
        let mut messages = emitted.messages.iter();
        let mut parts = [].iter();
        let mut volatile = emitted.volatile.iter();
        let mut pings = emitted.pings.iter();
        let mut last_pong = None;
        let mut is_closed = false;
        let mut is_greeted = !began_as_websocket;
        while let Some((opcode, payload, rest)) = split_frame(output) {
            output = rest;
            assert!(!is_closed, "something behind a close frame");
            match (opcode, payload) {
                (CLOSE, _) => is_closed = true,
                (PONG, _) => {
                    assert!(pings.any(|ping| ping == payload), "a pong for no ping");
                    last_pong = Some(payload);
                }
                _ if !is_greeted => {
                    is_greeted = true;
                    assert!(payload.starts_with(b"0{"), "the open packet is the first one");
                }
                (opcode, _) if !parts.as_slice().is_empty() => {
                    assert_eq!(parts.next(), Some(&(opcode, payload.to_vec())), "a part");
                }
                (_, b"2" | b"3probe") if opcode != BINARY => {}
                (_, [b'4', b'v', ..]) => assert!(volatile.any(|sent| sent == payload), "volatile"),
                _ => {
                    parts = messages.next().expect("a message that was sent").iter();
                    assert_eq!(parts.next(), Some(&(opcode, payload.to_vec())), "a message");
                }
            }
        }
        let is_complete = output.is_empty() && messages.as_slice().is_empty() && parts.as_slice().is_empty();
        let is_latest = volatile.as_slice().is_empty() && last_pong == emitted.pings.last().map(Vec::as_slice);
        Self { is_complete, is_latest, is_closed }
    }
}
