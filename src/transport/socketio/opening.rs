//! Sessions that end before they have said who they are. The library tells of them to nobody: it only lets go the
//! request that opened the session.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::metrics;
use crate::net::conn_handle::ConnHandle;

/// What a client is told by no packet, since there is no connection yet.
const NO_CONNECT: &str = "connection closed: its client began with something else than a Socket.IO CONNECT (does it use \
                          another parser, such as msgpack, or emit before the event \"connect\"?)";

/// In the extensions of the request that opens a session. The library lets go of it when the session has ended, at the
/// latest when the time for its CONNECT is out.
#[derive(Debug)]
pub struct Opening {
    /// What it comes by, where that is its own.
    conn: Option<ConnHandle>,
    has_connected: AtomicBool,
}

impl Opening {
    /// A session is about to be opened.
    pub fn new(conn: Option<ConnHandle>) -> Arc<Self> {
        Arc::new(Self { conn, has_connected: AtomicBool::new(false) })
    }

    /// The CONNECT packet came.
    pub fn connects(&self) {
        self.has_connected.store(true, Ordering::Relaxed);
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        // Longer than a sign of life: something that the library could not read.
        let said_something = |conn: &ConnHandle| conn.goodbye().is_none() && conn.longest_frame() > 1;
        if !*self.has_connected.get_mut() && self.conn.as_ref().is_some_and(said_something) {
            count();
        }
    }
}

/// Looks at what a session that has not said who it is posts: whether it begins with what is no CONNECT.
pub fn look_at(body: &[u8]) {
    const MESSAGE: u8 = b'4';
    const BINARY: u8 = b'b';
    let is_connect = body.starts_with(b"40");
    if !is_connect && body.first().is_some_and(|first| matches!(*first, MESSAGE | BINARY)) {
        count();
    }
}

fn count() {
    metrics::warn("no-connect", NO_CONNECT);
}
