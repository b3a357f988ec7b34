//! What each module of the server receives of the flags.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use bytesize::ByteSize;
use humantime::format_duration;

use super::command_line::Config;
use super::content::Switch;
use super::secret::Secret;
use crate::auth::Authenticator;
use crate::auth::rate_limiter::RateLimit;
use crate::cluster::address::LogAddress;
use crate::ice::options::IceOptions;
use crate::inspect::options::InspectorOptions;
use crate::net::certified_names::CertifiedNames;
use crate::net::changing::Changing;
use crate::{http, logging, net, protocol, tls, transport::socketio, transport::websocket};

/// How long a message may be in transit.
const TRANSIT: Duration = Duration::from_secs(15);

impl Config {
    /// The limits of calls, rooms and pairs.
    pub fn limits(&self) -> protocol::limits::Limits {
        let limits = &self.limits;
        protocol::limits::Limits {
            max_description: bytes(limits.max_description.unwrap_or(limits.max_message)),
            max_candidate: bytes(limits.max_candidate),
            max_candidates: limits.max_candidates,
            max_offers: limits.max_offers,
            max_room: limits.max_room,
            max_rooms: limits.max_rooms,
            offer_ttl: limits.offer_ttl,
            grace: limits.reconnect_grace,
            // A client that returns receives all that it missed at once. The other half of its queue is for `restored`, the
            // open offers and what happens before it has read them: otherwise its connection closes as a slow client's.
            max_replay: (limits.max_queue / 2).max(1),
            max_replay_bytes: bytes(limits.max_queue_bytes) / 2,
            // A dead connection goes unnoticed for as long as a ping may take, and the message is in transit before.
            replay_ttl: limits.ping_interval + limits.ping_timeout + TRANSIT,
            ..Default::default()
        }
    }

    /// Where the log of `--cluster` is.
    ///
    /// # Errors
    /// A value that cannot be read. The error does not hold it.
    pub fn cluster(&self) -> Result<Option<LogAddress>> {
        let address = |secret: &Secret| secret.text()?.parse().context("--cluster cannot be used");
        self.listening.cluster.as_ref().map(address).transpose()
    }

    /// The authenticator of both transports.
    ///
    /// # Errors
    /// Two methods at once, a file that cannot be read, an unusable key, times that do not go together.
    pub fn authenticator(&self) -> Result<Authenticator> {
        let (hook, connect) = (self.access.auth_hook_timeout, self.limits.connect_timeout);
        if self.access.auth_hook.is_some() && hook >= connect {
            bail!(
                "--auth-hook-timeout ({}) must be shorter than --connect-timeout ({}), after which a client that is not \
                 admitted is closed.",
                format_duration(hook),
                format_duration(connect)
            );
        }
        self.access.authenticator()
    }

    /// The options of ICE servers.
    ///
    /// # Errors
    /// Values that cannot be parsed or do not go together, and a relay for everybody.
    pub fn ice(&self) -> Result<IceOptions> {
        self.reach.ice(&self.access, &self.listening)
    }

    /// The options of the inspector.
    ///
    /// # Errors
    /// `--chaos` without the inspector.
    pub fn inspector(&self) -> Result<InspectorOptions> {
        let is_open = self.access.is_open_to_the_course();
        let is_on = self.content.inspector.map_or(is_open, |switch| switch == Switch::On);
        if self.content.chaos && !is_on {
            bail!("--chaos has its switches in the inspector, which is off here: add --inspector=on.");
        }
        Ok(InspectorOptions { is_on, has_chaos: self.content.chaos, has_folder: self.folder.is_some() })
    }

    /// The options of bare WebSockets.
    pub fn websocket(&self, authenticator: &Authenticator) -> websocket::state::WebSocketOptions {
        self.websocket_with(&self.access.without_course_password(authenticator))
    }

    /// The same with the authenticator of pairs and `/gst`.
    pub(crate) fn websocket_with(&self, authenticator: &Authenticator) -> websocket::state::WebSocketOptions {
        websocket::state::WebSocketOptions {
            pairs: (!self.content.no_pairs).then(|| authenticator.clone()),
            gst: self.content.gst.then(|| authenticator.clone()),
            max_message: bytes(self.limits.max_message),
            max_queue: self.limits.max_queue,
            max_queue_bytes: bytes(self.limits.max_queue_bytes),
            rate_limit: Changing::new(self.rate_limit()),
            ping_interval: self.limits.ping_interval,
            ping_timeout: self.limits.ping_timeout,
        }
    }

    /// The options of Socket.IO.
    pub fn socketio(&self) -> socketio::service::SocketIoOptions {
        socketio::service::SocketIoOptions {
            aliases: self.content.aliases,
            max_message: bytes(self.limits.max_message),
            max_queue: self.limits.max_queue,
            max_queue_bytes: bytes(self.limits.max_queue_bytes),
            rate_limit: Changing::new(self.rate_limit()),
            connect_timeout: self.limits.connect_timeout,
            ping_interval: self.limits.ping_interval,
            ping_timeout: self.limits.ping_timeout,
        }
    }

    /// How fast clients may send.
    pub(crate) fn rate_limit(&self) -> RateLimit {
        RateLimit { burst: self.limits.event_burst, rate: self.limits.event_rate }
    }

    /// The options of the router.
    pub(crate) fn http(&self) -> http::RouterOptions {
        http::RouterOptions {
            folder: self.folder.clone(),
            client_dir: self.content.client_dir.clone(),
            allow_origin: self.access.allow_origin.clone(),
            certified: CertifiedNames::default(),
            trust_proxy: self.listening.trust_proxy.clone(),
            public_url: self.listening.public_url.clone(),
            http_only: self.listening.http_only,
            body_timeout: self.limits.connect_timeout,
        }
    }

    /// The options of the listener.
    pub(crate) fn net(&self) -> net::ListenerOptions {
        net::ListenerOptions {
            connect_timeout: self.limits.connect_timeout,
            max_connections: self.limits.max_connections,
            max_per_address: self.limits.max_connections_per_address,
            trust_proxy: self.listening.trust_proxy.clone(),
            max_message: bytes(self.limits.max_message),
            turn: None,
        }
    }

    /// The options of HTTPS; `None` with `--http-only`.
    ///
    /// # Errors
    /// `--http-only` with a flag of HTTPS. Not left to clap, for which `SWITCHBOARD_HTTP_ONLY=0` would be a choice, too.
    pub(crate) fn tls(&self) -> Result<Option<tls::TlsOptions>> {
        let acme = self.certificates.acme();
        if self.listening.http_only {
            let flag = if self.listening.cert.is_some() { Some("--cert") } else { acme.as_ref().map(|_| "--acme") };
            return match flag {
                Some(flag) => bail!(
                    "{flag} is about certificates, and --http-only serves http alone, without one: leave out one of them. \
                     (An environment variable or the file of --config may also have set either.)"
                ),
                None => Ok(None),
            };
        }
        Ok(Some(tls::TlsOptions {
            files: self.listening.cert.clone().zip(self.listening.key.clone()),
            folder: self.folder.clone(),
            state_dir: self.listening.state_dir.clone(),
            acme,
        }))
    }

    /// The options of the log.
    pub fn logging(&self) -> logging::LoggingOptions {
        logging::LoggingOptions { level: self.logging.log_level.clone(), format: self.logging.log_format }
    }
}

fn bytes(size: ByteSize) -> usize {
    usize::try_from(size.as_u64()).unwrap_or(usize::MAX)
}
