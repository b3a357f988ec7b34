//! What each room of the house is given of the flags.

use std::time::Duration;

use anyhow::Result;
use bytesize::ByteSize;

use super::{Config, LogFormat};
use crate::auth::Authenticator;
use crate::auth::rate_limiter::RateLimit;
use crate::{http, logging, net, protocol, tls, transport::socketio, transport::websocket};

/// How long a message may be on its way.
const LETTERS_WAY: Duration = Duration::from_secs(15);

impl Config {
    /// What the ground floor needs: limits of calls.
    pub fn limits(&self) -> protocol::limits::Limits {
        protocol::limits::Limits {
            max_description: bytes(self.max_description.unwrap_or(self.max_message)),
            max_candidate: bytes(self.max_candidate),
            max_candidates: self.max_candidates,
            max_offers: self.max_offers,
            max_room: self.max_room,
            max_rooms: self.max_rooms,
            offer_ttl: self.offer_ttl,
            grace: self.reconnect_grace,
            // All that was missed must fit into the outgoing queue at once, each with something binary, perhaps.
            max_letters: (self.max_queue / 2).max(1),
            // A dead connection goes unnoticed for as long as a ping may take; a little is added for the way.
            letter_ttl: self.ping_interval + self.ping_timeout + LETTERS_WAY,
            ..Default::default()
        }
    }

    /// What both doors need: who may come in.
    ///
    /// # Errors
    /// A file that cannot be read, a key that is none.
    pub fn authenticator(&self) -> Result<Authenticator> {
        self.who.authenticator()
    }

    /// What the bare WebSocket's door needs besides the gate.
    pub fn websocket(&self, authenticator: &Authenticator) -> websocket::Options {
        websocket::Options {
            pairs: (!self.no_pairs).then(|| self.who.pairs(authenticator)),
            max_message: bytes(self.max_message),
            max_queue: self.max_queue,
            max_queue_bytes: bytes(self.max_queue_bytes),
            rate_limit: self.rate_limit(),
            ping_interval: self.ping_interval,
            ping_timeout: self.ping_timeout,
        }
    }

    /// What the Socket.IO door needs.
    pub fn socketio(&self) -> socketio::Options {
        socketio::Options {
            aliases: self.aliases,
            max_message: bytes(self.max_message),
            max_queue: self.max_queue,
            max_queue_bytes: bytes(self.max_queue_bytes),
            rate_limit: self.rate_limit(),
            connect_timeout: self.connect_timeout,
            ping_interval: self.ping_interval,
            ping_timeout: self.ping_timeout,
        }
    }

    /// What the router needs.
    pub fn app(&self) -> http::Options {
        http::Options {
            folder: self.folder.clone(),
            client_dir: self.client_dir.clone(),
            allow_origin: self.who.allow_origin.clone(),
            certified: Vec::new(),
            trust_proxy: self.trust_proxy.clone(),
            public_url: self.public_url.clone(),
            max_connections: self.max_connections,
            max_per_address: self.max_connections_per_address,
            patience: self.connect_timeout,
        }
    }

    /// What the listener needs.
    pub fn wire(&self) -> net::Options {
        net::Options {
            patience: self.connect_timeout,
            max_connections: self.max_connections,
            max_per_address: self.max_connections_per_address,
            trust_proxy: self.trust_proxy.clone(),
            max_message: bytes(self.max_message),
        }
    }

    fn rate_limit(&self) -> RateLimit {
        RateLimit { burst: self.event_burst, rate: self.event_rate }
    }

    /// What HTTPS needs.
    pub fn tls(&self) -> tls::Options {
        tls::Options {
            files: self.cert.clone().zip(self.key.clone()),
            folder: self.folder.clone(),
            state_dir: self.state_dir.clone(),
        }
    }

    /// What the logs need.
    pub fn telemetry(&self) -> logging::Options {
        logging::Options { level: self.log_level.clone(), json: self.log_format == LogFormat::Json }
    }
}

fn bytes(size: ByteSize) -> usize {
    usize::try_from(size.as_u64()).unwrap_or(usize::MAX)
}
