//! Starts and stops traces for the whole process. What they cost is bounded: spans wait in a queue of a fixed size for a
//! thread that sends them in batches; those for which there is no room are lost.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use opentelemetry::trace::TracerProvider;
use opentelemetry::{Key, KeyValue};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracer, SdkTracerProvider};
use url::Url;

use super::collector::Collector;
use super::endpoint::endpoint;
use super::exporter::{Counted, Counts};
use crate::net::http_client::HttpClient;
use crate::random;

/// Spans that may wait, unless this variable says otherwise.
const QUEUE: usize = 2048;
const QUEUE_VARIABLE: &str = "OTEL_BSP_MAX_QUEUE_SIZE";
/// How long a stopping server waits for its last spans to be sent.
const LAST_BATCH: Duration = Duration::from_secs(2);

static TRACER: OnceLock<SdkTracer> = OnceLock::new();

/// What begins spans, if they are sent anywhere.
pub(super) fn tracer() -> Option<&'static SdkTracer> {
    TRACER.get()
}

/// Traces of this process.
pub struct Traces(Option<(SdkTracerProvider, Arc<Counts>)>);

/// Sends traces to this collector, or to that of the environment, from now on. To be called once, within the runtime.
///
/// # Errors
/// A URL that no request can be sent to.
pub fn start(collector: Option<&Url>) -> Result<Traces> {
    let Some(url) = endpoint(collector)? else { return Ok(Traces(None)) };
    let client = match HttpClient::new(&url) {
        Ok(client) => client,
        // A password in the URL is not repeated.
        Err(why) => bail!("The URL of --otlp-endpoint cannot be used: {why}."),
    };
    for name in ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"] {
        if std::env::var(name).is_ok_and(|protocol| !matches!(&*protocol, "" | "http/protobuf")) {
            tracing::warn!(
                "traces are sent by OTLP as http/protobuf, whatever {name} says: the port for that is usually 4318"
            );
        }
    }
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(url.as_str())
        .with_http_client(Collector::new(client))
        .build()
        .context("--otlp-endpoint cannot be used")?;
    let queue = std::env::var(QUEUE_VARIABLE).ok().and_then(|size| size.parse().ok()).unwrap_or(QUEUE);
    let counts = Counts::new(queue as u64);
    let exporter = Counted { inner: exporter, counts: counts.clone() };
    let config = BatchConfigBuilder::default().with_max_queue_size(queue).build();
    let processor = BatchSpanProcessor::builder(exporter).with_batch_config(config).build();
    let processor = Counted { inner: processor, counts: counts.clone() };
    // The sampler is that of OTEL_TRACES_SAMPLER.
    let provider = SdkTracerProvider::builder().with_resource(resource()).with_span_processor(processor).build();
    if TRACER.set(provider.tracer("switchboard")).is_err() {
        bail!("Traces are started already.");
    }
    tracing::info!(collector = url.origin().ascii_serialization(), "traces are sent");
    Ok(Traces(Some((provider, counts))))
}

impl Traces {
    /// Sends what waits, for a bounded time. Blocks; the runtime has to run meanwhile.
    pub fn stop(self) {
        let Some((provider, counts)) = self.0 else { return };
        if provider.shutdown_with_timeout(LAST_BATCH).is_err() {
            tracing::warn!("the last traces could not be sent in time");
        }
        let (sent, lost) = counts.sent_and_lost();
        tracing::info!(sent, lost, "traces have ended");
    }
}

/// What each span says of this server: OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, and what they leave open.
fn resource() -> Resource {
    let given = Resource::builder().build();
    let mut ours = vec![KeyValue::new("service.version", env!("CARGO_PKG_VERSION"))];
    let name = given.get(&Key::new("service.name")).map(|name| name.to_string()).unwrap_or_default();
    // What the library takes where nothing is given.
    if name.is_empty() || name.starts_with("unknown_service") {
        ours.push(KeyValue::new("service.name", "switchboard"));
    }
    let instance = Key::new("service.instance.id");
    if given.get(&instance).is_none() {
        ours.push(KeyValue::new(instance, random::hex_key()));
    }
    Resource::builder().with_attributes(ours).build()
}
