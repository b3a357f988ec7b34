//! The door where the course's pages speak: Socket.IO protocol 5 over Engine.IO 4, WebSocket and long-polling.
//!
//! A message's way: a [`Listener`] reads it and puts it into its peer's inbox before the handler returns; the
//! peer's one task ([`peer`]) takes it, asks the store, and tells whom it concerns ([`outbox`]).

pub mod backlog;
pub mod connection;
pub mod event;
pub mod handshake;
pub mod inbox;
pub mod opening;
pub mod outbox;
pub mod payload;
pub mod peer;
pub mod requests;
pub mod sessions;

use std::future::ready;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::middleware;
use parking_lot::Mutex;
use serde_json::Value;
use socketioxide::extract::{SocketRef, TryData};
use socketioxide::handler::ConnectHandler;
use socketioxide::socket::DisconnectReason as EngineReason;
use socketioxide::{ParserConfig, SocketIo, TransportType};
use tokio::sync::mpsc;

use self::connection::{Connection, Listener};
use self::handshake::Admitted;
use self::inbox::Inbox;
use self::opening::Opening;
use self::outbox::Outbox;
use self::peer::{Peer, SignalingError};
use self::requests::{CredentialsInQuery, SessionTracker, conn_of};
use self::sessions::{Claim, Transports};
use crate::auth::client_addr::ClientAddr;
use crate::auth::rate_limiter::{RateLimit, RateLimiter};
use crate::auth::{AuthError, Authenticator, Credentials};
use crate::core::json::Tree;
use crate::core::peer::ConnectionEnd;
use crate::core::refusal::{Code, Refusal};
use crate::hub::Hub;
use crate::net::closing::{GOING_AWAY, Goodbye};
use crate::refusals;

/// Where this door is.
pub const PATH: &str = "/socket.io";
/// Bytes that are read from a WebSocket at once, and so many are kept for each that says nothing.
const READ_BUFFER: usize = 1024;
/// How long a stopping server waits for those who poll to come for the last message. They poll all the time.
const LAST_POLL: Duration = Duration::from_secs(2);
/// How long one with a wrong password may take to close by itself.
const CLOSE_AFTER_REJECTION: Duration = Duration::from_secs(1);

/// The switches of this door.
#[derive(Clone)]
pub struct Options {
    /// Send `newOfferWaiting` beside `newOfferAwaiting` to everybody.
    pub aliases: bool,
    /// Largest message in bytes, on every transport.
    pub max_message: usize,
    /// Messages that may wait for a slow reader.
    pub max_queue: usize,
    /// Bytes that may wait for a slow reader.
    pub max_queue_bytes: usize,
    /// How fast a client may speak.
    pub rate_limit: RateLimit,
    /// How long a connection may take to say who it is.
    pub connect_timeout: Duration,
    /// How often a client is asked whether it is there.
    pub ping_interval: Duration,
    /// How long it may take to answer that.
    pub ping_timeout: Duration,
}

/// The door. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    state: Arc<ServiceState>,
    io: SocketIo,
}

/// What the handlers need. Not the library's own handle, which owns the handlers.
struct ServiceState {
    options: Options,
    authenticator: Authenticator,
    hub: Arc<Hub>,
    transports: Arc<Transports>,
}

/// What is kept of a newcomer between the library's two calls: before and after it is told that it is connected.
#[derive(Clone)]
enum Arrival {
    Welcome(Admitted, Arc<Connection>, Arc<Mutex<mpsc::Receiver<inbox::Entry>>>),
    WrongPassword(AuthError, Arc<Claim>),
}

impl Service {
    /// Builds the door, and the routes by which one comes to it. Each request is expected to carry its [`ClientAddr`] in its
    /// extensions, and the [`ConnHandle`](crate::net::conn_handle::ConnHandle) that it comes by: without it a connection can be neither
    /// measured nor cut.
    pub fn new(options: Options, authenticator: Authenticator, hub: Arc<Hub>) -> (Self, Router) {
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
        let state = Arc::new(ServiceState { options, authenticator, hub, transports: Arc::default() });
        let tracker = SessionTracker { transports: state.transports.clone(), max_message: state.options.max_message };
        let (before, after) = (state.clone(), state.clone());
        let welcome = move |socket: SocketRef, TryData(auth): TryData<Tree>| {
            let (before, welcomed) = (before.clone(), before.welcome(&socket, auth.ok()));
            async move {
                match welcomed {
                    Err(AuthError { refusal, wait }) => {
                        // Who has not come in by then is closed by the library without a word.
                        tokio::time::sleep(wait.min(before.options.connect_timeout / 2)).await;
                        Err(refusal)
                    }
                    Ok(()) => Ok(()),
                }
            }
        };
        let connected = move |socket: SocketRef| {
            after.connected(socket);
            ready(())
        };
        io.ns("/", connected.with(welcome));
        let routes = Router::new()
            .route_service("/socket.io/", service.clone())
            .route_service(PATH, service)
            .layer(middleware::from_fn_with_state(Arc::new(tracker), requests::follow));
        (Self { state, io }, routes)
    }

    /// Whether nothing is kept of anybody.
    pub fn is_empty(&self) -> bool {
        self.state.transports.is_empty() && self.state.hub.is_empty()
    }

    /// Lets go what has waited too long. To be called every second or so.
    pub fn sweep(&self) {
        self.state.transports.sweep();
    }

    /// Waits until those who poll have come for the last message. To be called while requests are still accepted.
    pub async fn last_polls(&self) {
        if tokio::time::timeout(LAST_POLL, self.state.transports.every_poll()).await.is_err() {
            tracing::debug!("somebody did not come for the last message");
        }
    }

    /// Closes all transports. Official clients come back by themselves after that, which they do not after a
    /// disconnect from the namespace. The library does it without a word to its sockets' handlers: the conversations
    /// have to be ended besides.
    pub async fn close(&self) {
        self.io.close().await;
        self.state.transports.forget_all();
    }
}

impl ServiceState {
    /// Runs before the client is told that it is connected: so a quick client's first event finds its listener.
    ///
    /// # Errors
    /// What is told as `connect_error`. A wrong password is not: the course's server lets in whoever sends one.
    fn welcome(&self, socket: &SocketRef, auth: Option<Tree>) -> Result<(), AuthError> {
        if let Some(opening) = socket.req_parts().extensions.get::<Arc<Opening>>() {
            opening.connects();
        }
        let Some(Tree(auth)) = auth else {
            let sentence = "The auth object could not be read: send {userName, password}.";
            let refusal = Refusal::new(Code::BadPayload, sentence);
            refused(&Value::Null, &refusal);
            return Err(refusal.into());
        };
        let claim = self.claim(socket)?;
        let request = &socket.req_parts().extensions;
        let client_addr = request.get::<ClientAddr>().copied().unwrap_or_else(ClientAddr::unknown);
        let in_query = request.get::<CredentialsInQuery>().is_some();
        let admitted = match handshake::read(&auth, in_query, client_addr, &self.authenticator) {
            Ok(admitted) => admitted,
            Err(error) if error.refusal.code == Code::WrongPassword => {
                refused(&auth, &error.refusal);
                socket.extensions.insert(Arrival::WrongPassword(error, claim));
                return Ok(());
            }
            Err(error) => {
                refused(&auth, &error.refusal);
                return Err(error);
            }
        };
        let (inbox, entries) = Inbox::new();
        let rate_limiter = Mutex::new(RateLimiter::new(self.options.rate_limit, Instant::now()));
        let name = admitted.newcomer.name.clone();
        let connection = Arc::new(Connection { name, inbox, claim, rate_limiter, hub: self.hub.clone() });
        socket.on_fallback(Listener(connection.clone()));
        let (leaving, through_proxy) = (connection.clone(), client_addr.is_through_proxy());
        let most = self.options.max_message;
        socket.on_disconnect(move |socket: SocketRef, reason: EngineReason| {
            leaving.log_end(&reason, most);
            let goodbye = leaving.claim.session().goodbye();
            leaving.inbox.end(ended(reason, socket.transport_type(), goodbye, through_proxy));
            ready(())
        });
        socket.extensions.insert(Arrival::Welcome(admitted, connection, Arc::new(Mutex::new(entries))));
        Ok(())
    }

    /// Runs after the client was told that it is connected.
    fn connected(&self, socket: SocketRef) {
        match socket.extensions.remove::<Arrival>() {
            Some(Arrival::Welcome(admitted, connection, entries)) => {
                let Some(entries) = Arc::into_inner(entries).map(Mutex::into_inner) else { return };
                let aliases = admitted.aliases || self.options.aliases;
                let most = self.options.max_queue_bytes;
                let way_out = |peer| Outbox::new(peer, socket, aliases, connection, most);
                let peer = Peer::arrive(admitted.newcomer, self.hub.clone(), way_out);
                if let Some(remark) = admitted.remark {
                    peer.remark(&remark);
                }
                tokio::spawn(peer.converse(entries));
            }
            Some(Arrival::WrongPassword(AuthError { refusal, wait }, claim)) => {
                let transports = self.transports.clone();
                let silence = self.options.ping_interval + self.options.ping_timeout;
                tokio::spawn(async move {
                    tokio::time::sleep(wait).await;
                    let session = socket.id;
                    let error = SignalingError { event: "connect", refusal: &refusal };
                    if socket.emit(event::SIGNALING_ERROR, &error).is_err() || socket.disconnect().is_err() {
                        tracing::debug!("the refused connection was gone already");
                    }
                    // Official clients close now. Whoever does not is closed; its session goes when its time is out.
                    tokio::time::sleep(CLOSE_AFTER_REJECTION).await;
                    transports.cut(session);
                    tokio::time::sleep(silence).await;
                    drop(claim);
                });
            }
            None => {}
        }
    }

    fn claim(&self, socket: &SocketRef) -> Result<Arc<Claim>, AuthError> {
        let parts = socket.req_parts();
        let claim = self.transports.open(socket.id, conn_of(&parts.extensions, &parts.headers));
        let sentence = "This session was in use a moment ago: connect anew.";
        claim.map(Arc::new).ok_or_else(|| Refusal::new(Code::TooMany, sentence).into())
    }
}

/// Logs that a client with this `auth` does not come in.
fn refused(auth: &Value, Refusal { code, message }: &Refusal) {
    let name = Credentials::from_auth(auth).user_name;
    refusals::refused_at_entry(name.as_deref(), "connect", code.name(), message);
}

/// How a connection ended (protocol 1.4). By long-polling only `disconnect()` and the close packet are told from a break,
/// by WebSocket the code that browsers send when a page goes, too. (Clients that go offline close without a code, and
/// some send 1000 at every end.)
fn ended(
    reason: EngineReason,
    transport: TransportType,
    goodbye: Option<Goodbye>,
    through_proxy: bool,
) -> ConnectionEnd {
    match (reason, transport, goodbye) {
        (EngineReason::ClientNSDisconnect, ..) => ConnectionEnd::Closed,
        (EngineReason::TransportClose, TransportType::Polling, _) => ConnectionEnd::Closed,
        // Where the answer to the goodbye finds nobody, the library takes that for an error.
        (EngineReason::TransportClose | EngineReason::TransportError, _, Some(goodbye)) => match goodbye {
            Goodbye::Packet => ConnectionEnd::Closed,
            Goodbye::Frame(GOING_AWAY) => ConnectionEnd::going_away(through_proxy),
            Goodbye::Frame(_) => ConnectionEnd::Broken,
        },
        _ => ConnectionEnd::Broken,
    }
}
