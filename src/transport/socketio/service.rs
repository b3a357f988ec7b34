//! The Socket.IO service and its routes.

use std::future::ready;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::middleware;
use serde_json::Value;
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::{SocketRef, TryData};
use socketioxide::handler::ConnectHandler;
use socketioxide::socket::{DisconnectReason as EngineReason, Socket};
use socketioxide::{ParserConfig, SocketIo, TransportType};
use switchboard_conn::ConnHandle;
use tokio::sync::oneshot::error::TryRecvError;

use super::connection::{Connection, Listener, Start};
use super::engine_session::{Claim, EngineSession};
use super::handshake::{self, Admitted};
use super::upstream::{ThisSocket, Upstream};
use super::{closing, http_requests, inspector};
use crate::auth::rate_limiter::{RateLimit, RateLimiter};
use crate::auth::{Asker, AuthError, Authenticator, Credentials};
use crate::core::command::ConnectionEnd;
use crate::hub::order::Hub;
use crate::hub::peer::ConnectedPeer;
use crate::inspect::content::Transport;
use crate::inspect::recorder::Origin;
use crate::net::changing::Changing;
use crate::protocol::json::Tree;
use crate::protocol::limits::Limits;
use crate::protocol::refusal::{Code, Refusal};
use crate::protocol::socketio::event;
use crate::protocol::socketio::reply::SignalingError;
use crate::refusals;
use crate::transport::close_code;

/// The path of Socket.IO requests.
pub const PATH: &str = "/socket.io";
const NAMESPACE: &str = "/";
/// Bytes that engineioxide as published keeps to read into, for each WebSocket. The engine of this workspace keeps none.
const READ_BUFFER: usize = 1024;
/// How long a stopping server waits for clients to fetch their last message. Clients that poll do it all the time.
const LAST_POLL: Duration = Duration::from_secs(2);
/// How often it looks.
const LAST_POLL_CHECK: Duration = Duration::from_millis(10);
/// How long a client with a wrong password may take to close by itself.
const CLOSE_AFTER_REJECTION: Duration = Duration::from_secs(1);

/// The options of the Socket.IO service.
#[derive(Clone)]
pub struct SocketIoOptions {
    /// Send `newOfferWaiting` beside `newOfferAwaiting` to everybody.
    pub aliases: bool,
    /// Largest message in bytes, on every transport.
    pub max_message: usize,
    /// Messages that may wait for a slow reader.
    pub max_queue: usize,
    /// Bytes that may wait for a slow reader.
    pub max_queue_bytes: usize,
    /// How fast a client may speak.
    pub rate_limit: Changing<RateLimit>,
    /// How long a connection may take to say who it is.
    pub connect_timeout: Duration,
    /// How often a client is asked whether it is there.
    pub ping_interval: Duration,
    /// How long it may take to answer that.
    pub ping_timeout: Duration,
}

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct SocketIoService {
    state: Arc<SocketIoState>,
    io: SocketIo,
}

/// What the handlers need. Not the library's own handle, which owns the handlers.
struct SocketIoState {
    options: SocketIoOptions,
    authenticator: Authenticator,
    hub: Arc<Hub>,
    limits: Arc<Limits>,
}

/// What is kept of a client between the CONNECT middleware and the connect handler, which socketioxide calls before and
/// after its reply.
#[derive(Clone)]
enum Arrival {
    Welcome(Admitted, Arc<Connection>),
    WrongPassword(AuthError, ConnHandle, Arc<Claim>),
    /// What the server needs to admit the client cannot be reached.
    Unavailable(Refusal, ConnHandle, Arc<Claim>),
}

impl SocketIoService {
    /// Builds the service and its routes. Each request is expected to carry in its extensions the
    /// [`ClientAddr`](crate::auth::client_addr::ClientAddr) that it comes from and the
    /// [`TcpHandle`](crate::net::tcp_handle::TcpHandle) that it comes by.
    pub fn new(options: SocketIoOptions, authenticator: Authenticator, hub: Arc<Hub>) -> (Self, Router) {
        let (service, io) = SocketIo::builder()
            .req_path(PATH)
            .ping_interval(options.ping_interval)
            .ping_timeout(options.ping_timeout)
            .max_payload(options.max_message as u64)
            .ws_max_message_size(options.max_message)
            .ws_max_frame_size(options.max_message)
            .ws_read_buffer_size(READ_BUFFER)
            .max_buffer_size(options.max_queue)
            .connect_timeout(options.connect_timeout)
            .with_parser(ParserConfig::common().max_incoming_binary_buf_size(options.max_message))
            .build_svc();
        let limits = Arc::new(hub.limits().clone());
        let state = Arc::new(SocketIoState { options, authenticator, hub, limits });
        let (before, after) = (state.clone(), state.clone());
        let welcome = move |ThisSocket(socket): ThisSocket, TryData(auth): TryData<Tree>| {
            let before = before.clone();
            async move {
                // The engine holds what the client sends meanwhile.
                match before.welcome(&socket, auth.ok()).await {
                    Err(AuthError { refusal, wait }) => {
                        // Who has not come in by then is closed by the library without a word.
                        tokio::time::sleep(wait.min(before.options.connect_timeout / 2)).await;
                        Err(refusal)
                    }
                    Ok(away) => {
                        // Only with --chaos. Meanwhile the library closes the connection, and the client tries again.
                        if !away.is_zero() {
                            tokio::time::sleep(away).await;
                        }
                        Ok(())
                    }
                }
            }
        };
        let connected = move |ThisSocket(socket): ThisSocket| {
            after.connected(socket);
            ready(())
        };
        io.ns(NAMESPACE, connected.with(welcome));
        closing::serve(&io, NAMESPACE);
        inspector::serve(&io, &state.hub);
        let routes = Router::new()
            .route_service("/socket.io/", service.clone())
            .route_service(PATH, service)
            .layer(middleware::from_fn_with_state(state.hub.recorder().clone(), http_requests::prepare));
        (Self { state, io }, routes)
    }

    /// Whether no client is connected, and nothing is kept of any.
    pub fn is_empty(&self) -> bool {
        self.state.hub.is_empty()
    }

    /// Waits until all clients have been sent what waits for them. To be called while requests are still accepted: those
    /// that poll have to come for it.
    pub async fn last_polls(&self) {
        let all_sent = async {
            while !self.state.hub.has_sent_all() {
                tokio::time::sleep(LAST_POLL_CHECK).await;
            }
        };
        if tokio::time::timeout(LAST_POLL, all_sent).await.is_err() {
            tracing::debug!("a client did not fetch its last message");
        }
    }

    /// Closes all transports. Official clients come back by themselves after that, which they do not after a
    /// disconnect from the namespace. socketioxide calls no handler of its sockets then: their connections have to be
    /// ended besides ([`Hub::end_all`]).
    pub async fn close(&self) {
        self.io.close().await;
    }
}

impl SocketIoState {
    /// Runs before CONNECT is acknowledged: so a quick client's first event finds its listener. Returns how long the client
    /// has to wait for that.
    ///
    /// # Errors
    /// What is sent as `connect_error`. A wrong password is not: the course's server accepts such a client first. Nor is
    /// what passes: clients return by themselves from a connection that ends, and not from `connect_error`.
    async fn welcome(&self, socket: &Arc<Socket<LocalAdapter>>, auth: Option<Tree>) -> Result<Duration, AuthError> {
        let request = &socket.req_parts().extensions;
        let Some(session) = request.get::<Arc<EngineSession>>() else {
            return Err(Refusal::new(Code::BadPayload, "The request could not be read.").into());
        };
        let claim = session.claim();
        let Some(Tree(auth)) = auth else {
            let sentence = "The auth object could not be read: send {userName, password}.";
            let refusal = Refusal::new(Code::BadPayload, sentence);
            self.refused(&Value::Null, session, &refusal);
            return Err(refusal.into());
        };
        let sentence = "This session was in use a moment ago: connect again.";
        let claim = claim.ok_or_else(|| Refusal::new(Code::TooMany, sentence))?;
        let conn = ConnHandle::of(request).cloned();
        let knows_codes = conn.is_some();
        let conn = conn.unwrap_or_else(|| ConnHandle::new(Arc::new(Upstream::new(socket, session.tcp.clone()))));
        let EngineSession { client_addr, ref origin, .. } = **session;
        let asker = Asker { service: "socketio", client_addr, origin: origin.as_deref() };
        let admitted = match handshake::read(&auth, session, &asker, &self.authenticator).await {
            Ok(admitted) => admitted,
            Err(error) if error.refusal.code == Code::WrongPassword => {
                self.refused(&auth, session, &error.refusal);
                socket.extensions.insert(Arrival::WrongPassword(error, conn, Arc::new(claim)));
                return Ok(Duration::ZERO);
            }
            Err(AuthError { refusal, .. }) if refusal.code == Code::Unavailable => {
                self.refused(&auth, session, &refusal);
                socket.extensions.insert(Arrival::Unavailable(refusal, conn, Arc::new(claim)));
                return Ok(Duration::ZERO);
            }
            Err(error) => {
                self.refused(&auth, session, &error.refusal);
                return Err(error);
            }
        };
        let start = Start {
            name: admitted.admission.newcomer.name.clone(),
            request: session.request,
            conn,
            claim,
            aliases: admitted.aliases || self.options.aliases,
            max_bytes: self.options.max_queue_bytes,
            rate_limiter: RateLimiter::new(self.options.rate_limit.get(), Instant::now()),
            limits: self.limits.clone(),
            recorder: self.hub.recorder().clone(),
            origin: Origin { transport: transport(socket), address: Some(client_addr.address()) },
        };
        let connection = Connection::new(start, socket);
        self.listen(socket, connection.clone(), (knows_codes, client_addr.is_through_proxy()));
        let away = self.hub.recorder().away(&admitted.admission.newcomer.name);
        socket.extensions.insert(Arrival::Welcome(admitted, connection));
        Ok(away)
    }

    /// Logs and reports that a client with this `auth` is not admitted.
    fn refused(&self, auth: &Value, session: &EngineSession, Refusal { code, message, .. }: &Refusal) {
        let name = Credentials::from_auth(auth).user_name;
        refusals::refused_at_entry(session.request.0, name.as_deref(), "connect", code.name(), message);
        let (why, address) = ((code.name(), &**message), Some(session.client_addr.address()));
        self.hub.recorder().rejected("socketio", name.as_deref(), why, None, address);
    }

    /// From now on the connection receives the client's events, and its end.
    fn listen(&self, socket: &Arc<Socket<LocalAdapter>>, connection: Arc<Connection>, codes: (bool, bool)) {
        socket.on_fallback(Listener(connection.clone()));
        let max_message = self.options.max_message;
        socket.on_disconnect(move |socket: SocketRef, reason: EngineReason| {
            connection.log_end(&reason, max_message);
            let end = ended(reason, socket.transport_type(), connection.conn.close_code(), codes);
            // In a task: socketioxide may call this from within a call of the connection.
            async move { connection.end(end) }
        });
    }

    /// Runs after CONNECT is acknowledged.
    fn connected(&self, socket: Arc<Socket<LocalAdapter>>) {
        match socket.extensions.remove::<Arrival>() {
            Some(Arrival::Welcome(admitted, connection)) => {
                // Course step 10: a new client is connected to the signaling server, or one that was here before is back.
                let mut peer = ConnectedPeer::connect(&self.hub, admitted.admission, connection.clone());
                match peer.try_recv() {
                    Ok(connected) => arrive(&connection, connected, admitted.remark),
                    // The server stops: it closes this connection with all others, and the client tries again.
                    Err(TryRecvError::Closed) => {}
                    // What the client sends meanwhile waits.
                    Err(TryRecvError::Empty) => {
                        tokio::spawn(async move {
                            if let Ok(connected) = peer.await {
                                arrive(&connection, connected, admitted.remark);
                            }
                        });
                    }
                }
            }
            Some(Arrival::WrongPassword(AuthError { refusal, wait }, conn, claim)) => {
                tokio::spawn(async move {
                    tokio::time::sleep(wait).await;
                    let error = SignalingError { event: "connect", refusal: &refusal };
                    if socket.emit(event::SIGNALING_ERROR, &error).is_err() || socket.disconnect().is_err() {
                        tracing::debug!("the refused connection was gone already");
                    }
                    // Official clients close now. One that does not is closed. Until then its session takes no CONNECT.
                    tokio::time::sleep(CLOSE_AFTER_REJECTION).await;
                    conn.cut();
                    drop(claim);
                });
            }
            Some(Arrival::Unavailable(refusal, conn, claim)) => {
                tokio::spawn(async move {
                    let error = SignalingError { event: "connect", refusal: &refusal };
                    // An error means that the client is gone already.
                    let _ = socket.emit(event::SIGNALING_ERROR, &error);
                    tokio::time::sleep(CLOSE_AFTER_REJECTION).await;
                    conn.cut();
                    drop(claim);
                });
            }
            None => {}
        }
    }
}

/// The client is a peer from now on, or learns why it cannot be one, and its connection is closed.
fn arrive(connection: &Arc<Connection>, connected: Result<ConnectedPeer, Refusal>, remark: Option<Refusal>) {
    match connected {
        Ok(peer) => connection.open(peer, remark.as_ref()),
        Err(refusal) => {
            connection.remark(&refusal);
            let connection = connection.clone();
            tokio::spawn(async move {
                tokio::time::sleep(CLOSE_AFTER_REJECTION).await;
                connection.close_once("unavailable", "the log that servers share cannot be reached");
            });
        }
    }
}

/// By which transport a client connects: it may change that later.
fn transport(socket: &Socket<LocalAdapter>) -> Transport {
    if socket.transport_type() == TransportType::Polling { Transport::Polling } else { Transport::WebSocket }
}

/// How a connection ended. By long-polling only `disconnect()` and the close packet are distinguished from a break, by
/// WebSocket the code that browsers send when a page goes as well. (Clients that go offline close without a code, and some
/// send 1000 at every end.)
fn ended(
    reason: EngineReason,
    transport: TransportType,
    close_code: Option<u16>,
    (knows_codes, through_proxy): (bool, bool),
) -> ConnectionEnd {
    match (reason, close_code) {
        (EngineReason::ClientNSDisconnect, _) => ConnectionEnd::Closed,
        // A close packet, or a close frame of which the engine does not tell the code.
        (EngineReason::TransportClose, None) if knows_codes || transport == TransportType::Polling => {
            ConnectionEnd::Closed
        }
        (EngineReason::TransportClose, None) => ConnectionEnd::Unconfirmed,
        (EngineReason::TransportClose, Some(close_code::GOING_AWAY)) => ConnectionEnd::going_away(through_proxy),
        _ => ConnectionEnd::Broken,
    }
}
