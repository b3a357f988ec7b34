//! The metrics in the text format of Prometheus.
//!
//! ```text
//! # TYPE switchboard_rejections_total counter
//! switchboard_rejections_total{reason="wrong-password"} 3
//! # TYPE switchboard_connections gauge
//! switchboard_connections 12
//! ```

use std::sync::OnceLock;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use switchboard_turn::Stats;

use super::totals::{self, SERVICES};
use super::{call_times, hook, process};

/// Counter: what the server rejected, cut short or closed, with the label `reason` (docs/limits.md).
pub(super) const REJECTIONS: &str = "switchboard_rejections_total";
/// Gauge: open network connections of the server's port.
const CONNECTIONS: &str = "switchboard_connections";
/// Gauge: 1, with the label `version`.
const BUILD_INFO: &str = "switchboard_build_info";

/// Gauge: allocations of the TURN server.
const TURN_ALLOCATIONS: &str = "switchboard_turn_allocations";
/// Gauge: TCP and TLS connections of TURN clients, on both ports.
const TURN_STREAMS: &str = "switchboard_turn_streams";
/// Counter: datagrams that the TURN server relayed, both directions.
const TURN_PACKETS: &str = "switchboard_turn_relayed_packets_total";
/// Counter: bytes of their payloads.
const TURN_BYTES: &str = "switchboard_turn_relayed_bytes_total";
/// Counter: datagrams that it did not relay.
const TURN_DROPPED: &str = "switchboard_turn_dropped_packets_total";

/// Gauge: clients that are connected, with the label `service`.
const CLIENTS: &str = "switchboard_clients";
/// Gauge: Socket.IO clients that poll.
const POLLING: &str = "switchboard_polling_clients";
/// Counter: messages of clients, with the label `service`.
const MESSAGES: &str = "switchboard_messages_total";
/// Counter: offers and calls, with the label `stage`: what has become of them.
const CALLS: &str = "switchboard_calls_total";
/// Counter: calls that connected through a relay.
const RELAYED: &str = "switchboard_relayed_calls_total";
/// Gauge: peers whose connection broke and that may come back.
const AWAY: &str = "switchboard_away_peers";
/// Gauge: offers that wait for an answer.
const OPEN_OFFERS: &str = "switchboard_open_offers";
/// Gauge: bytes in them.
const OPEN_OFFER_BYTES: &str = "switchboard_open_offer_bytes";
/// Gauge: rooms.
const ROOMS: &str = "switchboard_rooms";
/// Gauge: members of all rooms.
const ROOM_MEMBERS: &str = "switchboard_room_members";
/// Gauge: messages that wait to be sent to clients.
const QUEUED_MESSAGES: &str = "switchboard_queued_messages";
/// Gauge: bytes of these.
const QUEUED_BYTES: &str = "switchboard_queued_bytes";
/// Gauge: messages that wait for the client for which most wait.
const LONGEST_QUEUE: &str = "switchboard_longest_queue_messages";
/// Gauge: bytes that were received and complete no message yet.
const UNFINISHED: &str = "switchboard_unfinished_bytes";
/// Counter: bytes from the network.
const RECEIVED: &str = "switchboard_received_bytes_total";
/// Counter: bytes to the network.
const SENT: &str = "switchboard_sent_bytes_total";
/// Counter: TLS handshakes that succeeded.
const HANDSHAKES: &str = "switchboard_tls_handshakes_total";
/// Counter: requests for the keys of `--jwt-jwks`, with the label `outcome`.
const KEY_FETCHES: &str = "switchboard_jwks_fetches_total";
/// Gauge: when the certificate ends, as Unix time.
const CERTIFICATE_END: &str = "switchboard_certificate_end_seconds";
/// Gauge: 1 while the server accepts calls.
const READY: &str = "switchboard_ready";
/// Gauge: servers of the cluster.
const NODES: &str = "switchboard_cluster_nodes";
/// Gauge: how long a command waits for the log of the cluster.
const LAG: &str = "switchboard_cluster_lag_seconds";

/// What is read for each request rather than counted when it happens.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Readings {
    /// Open network connections.
    pub connections: usize,
    /// Bytes on them that complete no message yet.
    pub unfinished: usize,
    /// Whether the server accepts calls.
    pub is_ready: bool,
    /// Socket.IO clients that poll.
    pub polling: usize,
    /// Peers that are away.
    pub away: usize,
    /// Offers that wait for an answer.
    pub open_offers: usize,
    /// Bytes in them.
    pub open_offer_bytes: usize,
    /// Rooms.
    pub rooms: usize,
    /// Their members.
    pub room_members: usize,
    /// Messages that wait to be sent.
    pub queued_messages: usize,
    /// Bytes of these.
    pub queued_bytes: usize,
    /// The messages that wait for the client for which most wait.
    pub longest_queue: usize,
    /// When the certificate ends, as Unix time.
    pub certificate_end: Option<i64>,
    /// Servers of the cluster; this one alone without one.
    pub nodes: usize,
    /// How long a command waits for the log of the cluster, in milliseconds.
    pub lag_ms: u64,
    /// What the TURN server does and has done, if it is on.
    pub turn: Option<Stats>,
}

/// Version 0.0.4 of the format (Prometheus documentation, "Exposition formats").
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Renders the metrics of this process. All exporters of a process show the same ones.
#[derive(Clone)]
pub(crate) struct Exporter(PrometheusHandle);

impl Exporter {
    /// Starts to record what the process counts from now on.
    ///
    /// # Errors
    /// A program around this library that records metrics in a way of its own.
    pub(crate) fn install() -> anyhow::Result<Self> {
        static INSTALLED: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
        let installed = INSTALLED.get_or_init(|| {
            let recorder = PrometheusBuilder::new().build_recorder();
            let handle = recorder.handle();
            ::metrics::set_global_recorder(recorder).ok()?;
            describe();
            call_times::switch_on();
            Some(handle)
        });
        let handle = installed.clone();
        handle.map(Self).ok_or_else(|| anyhow::anyhow!("This program records metrics already: --metrics cannot."))
    }

    /// `GET /metrics`. Each request takes the readings.
    pub(crate) fn router(self, readings: impl Fn() -> Readings + Clone + Send + Sync + 'static) -> Router {
        let show = move || async move {
            // Where many clients are connected, reading takes some milliseconds.
            let readings = tokio::task::spawn_blocking(readings).await.unwrap_or_default();
            ([(CONTENT_TYPE, TEXT_FORMAT)], self.render(readings))
        };
        Router::new().route("/metrics", get(show))
    }

    fn render(&self, readings: Readings) -> String {
        // Exact up to 2^53.
        ::metrics::gauge!(CONNECTIONS).set(readings.connections as f64);
        if let Some(turn) = readings.turn {
            ::metrics::gauge!(TURN_ALLOCATIONS).set(turn.allocations as f64);
            ::metrics::gauge!(TURN_STREAMS).set(turn.streams as f64);
            ::metrics::counter!(TURN_PACKETS).absolute(turn.relayed_packets);
            ::metrics::counter!(TURN_BYTES).absolute(turn.relayed_bytes);
            ::metrics::counter!(TURN_DROPPED).absolute(turn.dropped_packets);
        }
        let gauge = |name: &'static str, number: usize| ::metrics::gauge!(name).set(number as f64);
        gauge(UNFINISHED, readings.unfinished);
        gauge(POLLING, readings.polling);
        gauge(AWAY, readings.away);
        gauge(OPEN_OFFERS, readings.open_offers);
        gauge(OPEN_OFFER_BYTES, readings.open_offer_bytes);
        gauge(ROOMS, readings.rooms);
        gauge(ROOM_MEMBERS, readings.room_members);
        gauge(QUEUED_MESSAGES, readings.queued_messages);
        gauge(QUEUED_BYTES, readings.queued_bytes);
        gauge(LONGEST_QUEUE, readings.longest_queue);
        gauge(NODES, readings.nodes);
        gauge(READY, usize::from(readings.is_ready));
        ::metrics::gauge!(LAG).set(readings.lag_ms as f64 / 1000.0);
        if let Some(end) = readings.certificate_end {
            ::metrics::gauge!(CERTIFICATE_END).set(end as f64);
        }
        for service in SERVICES {
            ::metrics::gauge!(CLIENTS, "service" => service.name).set(service.clients.get() as f64);
            ::metrics::counter!(MESSAGES, "service" => service.name).absolute(service.messages.get());
        }
        for (stage, total) in [
            ("offered", &totals::OFFERED),
            ("answered", &totals::ANSWERED),
            ("connected", &totals::CONNECTED),
            ("failed", &totals::FAILED),
            ("declined", &totals::DECLINED),
            ("ended", &totals::ENDED),
        ] {
            ::metrics::counter!(CALLS, "stage" => stage).absolute(total.get());
        }
        ::metrics::counter!(RELAYED).absolute(totals::RELAYED.get());
        for (outcome, total) in [("fetched", &totals::KEYS_FETCHED), ("failed", &totals::KEYS_NOT_FETCHED)] {
            ::metrics::counter!(KEY_FETCHES, "outcome" => outcome).absolute(total.get());
        }
        hook::report();
        ::metrics::counter!(HANDSHAKES).absolute(totals::HANDSHAKES.get());
        ::metrics::counter!(RECEIVED).absolute(totals::RECEIVED_BYTES.get());
        ::metrics::counter!(SENT).absolute(totals::SENT_BYTES.get());
        self.0.render() + &call_times::text() + &hook::text() + &process::text()
    }
}

fn describe() {
    hook::describe();
    ::metrics::describe_counter!(REJECTIONS, "What the server rejected, cut short or closed, by reason.");
    ::metrics::describe_gauge!(CONNECTIONS, "Open network connections.");
    ::metrics::describe_gauge!(TURN_ALLOCATIONS, "Allocations of the TURN server.");
    ::metrics::describe_gauge!(TURN_STREAMS, "TCP and TLS connections of TURN clients.");
    ::metrics::describe_counter!(TURN_PACKETS, "Datagrams that the TURN server relayed.");
    ::metrics::describe_counter!(TURN_BYTES, "Bytes in the datagrams that the TURN server relayed.");
    ::metrics::describe_counter!(TURN_DROPPED, "Datagrams that the TURN server did not relay.");
    ::metrics::describe_gauge!(CLIENTS, "Clients that are connected, by service.");
    ::metrics::describe_gauge!(POLLING, "Socket.IO clients that poll; the others are connected by WebSocket.");
    ::metrics::describe_counter!(MESSAGES, "Messages of clients, without those beyond the rate limit, by service.");
    ::metrics::describe_counter!(
        CALLS,
        "Offers made, answered, declined, calls connected and failed, and offers and calls ended by a client."
    );
    ::metrics::describe_counter!(RELAYED, "Calls that connected through a relay, as their pages report.");
    ::metrics::describe_gauge!(AWAY, "Peers whose connection broke and that may come back.");
    ::metrics::describe_gauge!(OPEN_OFFERS, "Offers that wait for an answer.");
    ::metrics::describe_gauge!(OPEN_OFFER_BYTES, "Bytes in the offers that wait for an answer.");
    ::metrics::describe_gauge!(ROOMS, "Rooms.");
    ::metrics::describe_gauge!(ROOM_MEMBERS, "Members of all rooms.");
    ::metrics::describe_gauge!(QUEUED_MESSAGES, "Messages that wait to be sent to clients.");
    ::metrics::describe_gauge!(QUEUED_BYTES, "Bytes of the messages that wait to be sent to clients.");
    ::metrics::describe_gauge!(LONGEST_QUEUE, "Messages that wait for the client for which most wait.");
    ::metrics::describe_gauge!(UNFINISHED, "Bytes that were received and complete no message yet.");
    ::metrics::describe_counter!(RECEIVED, "Bytes received, with their encryption.");
    ::metrics::describe_counter!(SENT, "Bytes sent, with their encryption.");
    ::metrics::describe_counter!(KEY_FETCHES, "Requests for the keys of tokens, by outcome.");
    ::metrics::describe_counter!(HANDSHAKES, "TLS handshakes that succeeded.");
    ::metrics::describe_gauge!(CERTIFICATE_END, "When the certificate ends, as Unix time.");
    ::metrics::describe_gauge!(READY, "1 while the server accepts calls.");
    ::metrics::describe_gauge!(NODES, "Servers of the cluster, this one included.");
    ::metrics::describe_gauge!(LAG, "How long a command waits until the log of the cluster has it.");
    ::metrics::describe_gauge!(BUILD_INFO, "The version of the server.");
    ::metrics::gauge!(BUILD_INFO, "version" => env!("CARGO_PKG_VERSION")).set(1);
}
