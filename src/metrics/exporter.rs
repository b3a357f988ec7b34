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

/// Counter: what the server rejected, cut short or closed, with the label `reason` (docs/limits.md).
pub(super) const REJECTIONS: &str = "switchboard_rejections_total";
/// Gauge: open network connections of the server's port.
const CONNECTIONS: &str = "switchboard_connections";
/// Gauge: 1, with the label `version`.
const BUILD_INFO: &str = "switchboard_build_info";

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

    /// `GET /metrics`. Each request reads the number of open connections.
    pub(crate) fn router(self, connections: impl Fn() -> usize + Clone + Send + Sync + 'static) -> Router {
        let show = move || async move { ([(CONTENT_TYPE, TEXT_FORMAT)], self.render(connections())) };
        Router::new().route("/metrics", get(show))
    }

    fn render(&self, connections: usize) -> String {
        // Exact up to 2^53.
        ::metrics::gauge!(CONNECTIONS).set(connections as f64);
        self.0.render()
    }
}

fn describe() {
    ::metrics::describe_counter!(REJECTIONS, "What the server rejected, cut short or closed, by reason.");
    ::metrics::describe_gauge!(CONNECTIONS, "Open network connections.");
    ::metrics::describe_gauge!(BUILD_INFO, "The version of the server.");
    ::metrics::gauge!(BUILD_INFO, "version" => env!("CARGO_PKG_VERSION")).set(1);
}
