//! Sends batches to the collector, by the server's own HTTP client: no other one is compiled for it, and no second TLS.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::Method;
use opentelemetry_http::{Bytes, HttpError, Request, Response};
use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::net::http_client::{HttpClient, Reply};

/// How long the collector may take to reply.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Largest reply, in bytes.
const MAX_REPLY: usize = 64 * 1024;

/// The collector.
pub(super) struct Collector(Arc<Shared>);

struct Shared {
    client: HttpClient,
    /// Where requests run: batches come from a thread of their own.
    runtime: Handle,
    /// Failures in a row.
    failures: AtomicU64,
}

impl Collector {
    /// The collector that this client leads to. To be called within the runtime.
    pub(super) fn new(client: HttpClient) -> Self {
        Self(Arc::new(Shared { client, runtime: Handle::current(), failures: AtomicU64::new(0) }))
    }
}

impl Shared {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let sending = self.client.send(Method::POST, &head.headers, &body, MAX_REPLY);
        let Reply { status, headers, body } = match timeout(TIMEOUT, sending).await {
            Ok(Ok(reply)) => reply,
            Ok(Err(error)) => return Err(self.failed(error.to_string())),
            Err(_) => return Err(self.failed(format!("no reply within {} s", TIMEOUT.as_secs()))),
        };
        if status.is_success() {
            if self.failures.swap(0, Ordering::Relaxed) > 0 {
                tracing::info!("the collector of --otlp-endpoint takes traces again");
            }
        } else {
            self.failed(format!("the reply is {status}"));
        }
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }

    /// Logs a failure, as often as other lines that come again and again.
    fn failed(&self, why: String) -> HttpError {
        let times = self.failures.fetch_add(1, Ordering::Relaxed) + 1;
        if times.is_power_of_two() {
            tracing::warn!(times, "traces cannot be sent to the collector of --otlp-endpoint: {why}");
        }
        why.into()
    }
}

impl opentelemetry_http::HttpClient for Collector {
    fn send_bytes<'a, 'b>(
        &'a self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        let shared = self.0.clone();
        let sending = self.0.runtime.spawn(async move { shared.send(request).await });
        Box::pin(async move { sending.await? })
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collector").finish_non_exhaustive()
    }
}
