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

/// What is read for each request rather than counted when it happens.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Readings {
    /// Open network connections.
    pub connections: usize,
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
            Some(handle)
        });
        let handle = installed.clone();
        handle.map(Self).ok_or_else(|| anyhow::anyhow!("This program records metrics already: --metrics cannot."))
    }

    /// `GET /metrics`. Each request takes the readings.
    pub(crate) fn router(self, readings: impl Fn() -> Readings + Clone + Send + Sync + 'static) -> Router {
        let show = move || async move { ([(CONTENT_TYPE, TEXT_FORMAT)], self.render(readings())) };
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
        self.0.render()
    }
}

fn describe() {
    ::metrics::describe_counter!(REJECTIONS, "What the server rejected, cut short or closed, by reason.");
    ::metrics::describe_gauge!(CONNECTIONS, "Open network connections.");
    ::metrics::describe_gauge!(TURN_ALLOCATIONS, "Allocations of the TURN server.");
    ::metrics::describe_gauge!(TURN_STREAMS, "TCP and TLS connections of TURN clients.");
    ::metrics::describe_counter!(TURN_PACKETS, "Datagrams that the TURN server relayed.");
    ::metrics::describe_counter!(TURN_BYTES, "Bytes in the datagrams that the TURN server relayed.");
    ::metrics::describe_counter!(TURN_DROPPED, "Datagrams that the TURN server did not relay.");
    ::metrics::describe_gauge!(BUILD_INFO, "The version of the server.");
    ::metrics::gauge!(BUILD_INFO, "version" => env!("CARGO_PKG_VERSION")).set(1);
}
