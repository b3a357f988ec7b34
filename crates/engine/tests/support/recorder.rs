//! What the handler of a script is notified of.

use std::sync::Arc;

use bytes::Bytes;
use engineioxide::handler::EngineIoHandler;
use engineioxide::{DisconnectReason, Socket, Str};
use parking_lot::Mutex;

use super::received::Sent;

/// What the handler was notified of.
#[derive(Debug, Default)]
pub struct Recorder {
    pub socket: Mutex<Option<Arc<Socket<()>>>>,
    pub heard: Mutex<Vec<Sent>>,
    pub ends: Mutex<Vec<DisconnectReason>>,
}

impl EngineIoHandler for Recorder {
    type Data = ();

    fn on_connect(self: Arc<Self>, socket: Arc<Socket<()>>) {
        assert!(self.socket.lock().replace(socket).is_none(), "one session");
    }
    fn on_disconnect(&self, _: Arc<Socket<()>>, reason: DisconnectReason) {
        self.ends.lock().push(reason);
    }
    fn on_message(self: &Arc<Self>, msg: Str, _: Arc<Socket<()>>) {
        self.heard.lock().push((1, msg.as_bytes().to_vec()));
    }
    fn on_binary(self: &Arc<Self>, data: Bytes, _: Arc<Socket<()>>) {
        self.heard.lock().push((2, data.to_vec()));
    }
}
