//! Counts the spans that have ended and those that were sent, and reports when some are lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanExporter, SpanProcessor};

/// How many spans there were.
#[derive(Debug)]
pub(super) struct Counts {
    /// Spans that may wait to be sent.
    queue: u64,
    ended: AtomicU64,
    sent: AtomicU64,
    failed: AtomicU64,
    has_warned: AtomicBool,
}

impl Counts {
    /// None yet; so many may wait.
    pub(super) fn new(queue: u64) -> Arc<Self> {
        let zero = || AtomicU64::new(0);
        Arc::new(Self { queue, ended: zero(), sent: zero(), failed: zero(), has_warned: AtomicBool::new(false) })
    }

    /// Spans that were sent, and others.
    pub(super) fn sent_and_lost(&self) -> (u64, u64) {
        let sent = self.sent.load(Ordering::Relaxed);
        (sent, self.ended.load(Ordering::Relaxed).saturating_sub(sent))
    }

    /// A batch has left the queue.
    fn left(&self, spans: u64, is_sent: bool) {
        let of = if is_sent { &self.sent } else { &self.failed };
        of.fetch_add(spans, Ordering::Relaxed);
        let left = self.sent.load(Ordering::Relaxed) + self.failed.load(Ordering::Relaxed);
        let waiting = self.ended.load(Ordering::Relaxed).saturating_sub(left);
        // More than fit into the queue, and into the batch that is about to be sent.
        if waiting > 2 * self.queue && !self.has_warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "traces come faster than the collector takes them, and some are lost: OTEL_TRACES_SAMPLER and \
                 OTEL_TRACES_SAMPLER_ARG let the server record fewer"
            );
        }
    }
}

/// Sends what it is given by another exporter.
#[derive(Debug)]
pub(super) struct Counted<T> {
    /// That exporter, or what collects batches for it.
    pub(super) inner: T,
    /// What is counted.
    pub(super) counts: Arc<Counts>,
}

impl<E: SpanExporter> SpanExporter for Counted<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len() as u64;
        let exported = self.inner.export(batch).await;
        self.counts.left(spans, exported.is_ok());
        exported
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.inner.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.inner.set_resource(resource);
    }
}

impl<P: SpanProcessor> SpanProcessor for Counted<P> {
    fn on_start(&self, span: &mut Span, context: &Context) {
        self.inner.on_start(span, context);
    }

    fn on_end(&self, span: SpanData) {
        self.counts.ended.fetch_add(1, Ordering::Relaxed);
        self.inner.on_end(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.inner.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.inner.set_resource(resource);
    }
}
