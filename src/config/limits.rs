//! The flags under "Limits". docs/limits.md lists them with their defaults and what happens beyond each.

use std::time::Duration;

use bytesize::ByteSize;
use clap::Args;
use humantime::parse_duration as time;

/// How long the server waits, and how much it accepts and keeps.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits (times like 30s, 10m; sizes like 1MB, 64KiB)")]
pub struct LimitArgs {
    /// How long an offer waits for an answer
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = time, env = "SWITCHBOARD_OFFER_TTL")]
    pub offer_ttl: Duration,

    /// How long a stopping server waits for its connections to close
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = time, env = "SWITCHBOARD_DRAIN")]
    pub drain: Duration,

    /// How long a new connection may take to identify its client
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = time, env = "SWITCHBOARD_CONNECT_TIMEOUT")]
    pub connect_timeout: Duration,

    /// How long the server keeps the calls of a client whose connection broke; 0s: not at all
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = time, env = "SWITCHBOARD_RECONNECT_GRACE")]
    pub reconnect_grace: Duration,

    /// How often the server pings each client
    #[arg(long, value_name = "TIME", default_value = "25s", value_parser = time, env = "SWITCHBOARD_PING_INTERVAL")]
    pub ping_interval: Duration,

    /// How long a client may take to answer a ping; then its connection counts as broken
    #[arg(long, value_name = "TIME", default_value = "20s", value_parser = time, env = "SWITCHBOARD_PING_TIMEOUT")]
    pub ping_timeout: Duration,

    /// Largest message; a larger one closes its connection
    #[arg(long, value_name = "SIZE", default_value = "1MB", env = "SWITCHBOARD_MAX_MESSAGE")]
    pub max_message: ByteSize,

    /// Largest offer or answer [default: as large as a message]
    #[arg(long, value_name = "SIZE", env = "SWITCHBOARD_MAX_DESCRIPTION")]
    pub max_description: Option<ByteSize>,

    /// Largest ICE candidate
    #[arg(long, value_name = "SIZE", default_value = "64KiB", env = "SWITCHBOARD_MAX_CANDIDATE")]
    pub max_candidate: ByteSize,

    /// ICE candidates kept for one side of a call
    #[arg(long, value_name = "N", default_value_t = 256, env = "SWITCHBOARD_MAX_CANDIDATES")]
    pub max_candidates: usize,

    /// Open offers in all; beyond it the oldest expires
    #[arg(long, value_name = "N", default_value_t = 10_000, env = "SWITCHBOARD_MAX_OFFERS")]
    pub max_offers: usize,

    /// Members of one room
    #[arg(long, value_name = "N", default_value_t = 16, env = "SWITCHBOARD_MAX_ROOM")]
    pub max_room: usize,

    /// Rooms in all
    #[arg(long, value_name = "N", default_value_t = 10_000, env = "SWITCHBOARD_MAX_ROOMS")]
    pub max_rooms: usize,

    /// Messages waiting for one slow client; beyond it the server closes that connection
    #[arg(long, value_name = "N", default_value_t = 1024, env = "SWITCHBOARD_MAX_QUEUE")]
    pub max_queue: usize,

    /// Bytes waiting for one slow client; beyond it the server closes that connection
    #[arg(long, value_name = "SIZE", default_value = "1MiB", env = "SWITCHBOARD_MAX_QUEUE_BYTES")]
    pub max_queue_bytes: ByteSize,

    /// Events that one connection may send at once
    #[arg(long, value_name = "N", default_value_t = 200, env = "SWITCHBOARD_EVENT_BURST")]
    pub event_burst: u32,

    /// Events a second that one connection may send in the long run
    #[arg(long, value_name = "N", default_value_t = 50, env = "SWITCHBOARD_EVENT_RATE")]
    pub event_rate: u32,

    /// Connections in all; the server rejects further clients until there is room
    #[arg(long, value_name = "N", default_value_t = 100_000, env = "SWITCHBOARD_MAX_CONNECTIONS")]
    pub max_connections: usize,

    /// Connections from one address (of IPv6: from one /64); a whole classroom may share one
    #[arg(long, value_name = "N", default_value_t = 1000, env = "SWITCHBOARD_MAX_CONNECTIONS_PER_ADDRESS")]
    pub max_connections_per_address: usize,
}
