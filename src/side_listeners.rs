//! The listeners beside the port of clients: of `--metrics` and `--api`.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use anyhow::Result;
use tokio_rustls::rustls::ServerConfig;

use crate::api::{Api, ApiListener};
use crate::auth::Authenticator;
use crate::config::Config;
use crate::metrics_listener::{MetricsListener, Watched};
use crate::net;

/// What is to run for as long as the server does.
type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The listeners.
pub(crate) struct SideListeners {
    metrics: Option<MetricsListener>,
    api: Option<ApiListener>,
}

impl SideListeners {
    /// Opens the addresses of these flags.
    ///
    /// # Errors
    /// One that cannot be opened.
    pub(crate) fn bind(config: &Config) -> Result<Self> {
        let metrics = config.listening.metrics.map(MetricsListener::bind).transpose()?;
        Ok(Self { metrics, api: config.api.api.map(ApiListener::bind).transpose()? })
    }

    /// The address of `--metrics`.
    ///
    /// # Errors
    /// A listener without an address.
    pub(crate) fn metrics(&self) -> Result<Option<SocketAddr>> {
        Ok(self.metrics.as_ref().map(|metrics| metrics.listener.local_addr()).transpose()?)
    }

    /// The address of `--api`.
    ///
    /// # Errors
    /// A listener without an address.
    pub(crate) fn api(&self) -> Result<Option<SocketAddr>> {
        self.api.as_ref().map(ApiListener::local_addr).transpose()
    }

    /// What serves them. `authenticator`: who may use the API.
    ///
    /// # Errors
    /// A listener that cannot be used.
    pub(crate) fn serve(
        self,
        watched: Watched,
        authenticator: Option<Authenticator>,
        tls: Option<&Arc<ServerConfig>>,
        options: &net::ListenerOptions,
    ) -> Result<Vec<Task>> {
        let mut tasks: Vec<Task> = Vec::new();
        if let Some((listener, authenticator)) = self.api.zip(authenticator) {
            let Watched { hub, ready, node, .. } = &watched;
            let api = Api { hub: hub.clone(), node: node.clone(), ready: ready.clone(), authenticator };
            tasks.push(Box::pin(listener.serve(api, tls.cloned(), options.clone())?));
        }
        if let Some(metrics) = self.metrics {
            tasks.push(Box::pin(metrics.serve(watched, tls.cloned(), options.clone())?));
        }
        Ok(tasks)
    }
}
