//! A CONNECT that comes after the namespaces have been closed, from a client that was accepted just before.
//!
//! socketioxide would reply to it with a `connect_error`, after which official clients stay away for good. Its connection is
//! closed instead, and it tries again, at the next process.

use std::convert::Infallible;
use std::future::ready;
use std::sync::Arc;

use socketioxide::SocketIo;
use socketioxide::extract::SocketRef;
use socketioxide::handler::ConnectHandler;
use switchboard_conn::ConnHandle;

use super::engine_session::EngineSession;
use super::upstream::{ThisSocket, Upstream};

/// Closes connections that ask for this namespace after [`SocketIo::close`] has removed it. Until then socketioxide prefers the
/// namespace itself to one that is made when it is asked for, as this one is.
pub fn serve(io: &SocketIo, namespace: &str) {
    let close = |ThisSocket(socket): ThisSocket| {
        let extensions = &socket.req_parts().extensions;
        let session = extensions.get::<Arc<EngineSession>>();
        session.iter().for_each(|session| session.note_connect());
        let tcp = session.and_then(|session| session.tcp.clone());
        let conn = ConnHandle::of(extensions).cloned();
        conn.unwrap_or_else(|| ConnHandle::new(Arc::new(Upstream::new(&socket, tcp)))).cut();
        ready(Ok::<(), Infallible>(()))
    };
    let connected = |_: SocketRef| ready(());
    if let Err(error) = io.dyn_ns(namespace, connected.with(close)) {
        tracing::error!(%error, "clients that connect while the server stops may stay away");
    }
}
