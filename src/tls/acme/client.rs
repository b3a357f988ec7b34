//! The HTTPS client for the authority's directory. It opens a connection for each request: an order has about ten.

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::HOST;
use axum::http::{HeaderValue, Request, Uri};
use hyper_util::rt::TokioIo;
use instant_acme::{BodyWrapper, BytesResponse, Error, HttpClient};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::net::system_roots::system_roots;
use crate::tls::pem;

/// How long a request may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Largest reply, in bytes.
const MAX_REPLY: usize = 1024 * 1024;

/// Sends requests to servers that this system trusts.
pub(super) struct Client {
    connector: TlsConnector,
}

impl Client {
    /// A client that also trusts the authorities in the file `ca`.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub(super) fn new(ca: Option<&Path>) -> Result<Self> {
        let mut roots = RootCertStore::clone(&system_roots());
        if let Some(ca) = ca {
            for certificate in pem::chain(ca)? {
                roots.add(certificate).with_context(|| format!("{} cannot be used", ca.display()))?;
            }
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { connector: TlsConnector::from(Arc::new(config)) })
    }
}

impl HttpClient for Client {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        let connector = self.connector.clone();
        Box::pin(async move {
            let reply = timeout(PATIENCE, send(connector, request)).await;
            reply.map_err(|_| other(io::Error::from(io::ErrorKind::TimedOut)))?
        })
    }
}

async fn send(connector: TlsConnector, mut request: Request<BodyWrapper<Bytes>>) -> Result<BytesResponse, Error> {
    let uri = request.uri().clone();
    let host = uri.host().ok_or(Error::Str("the host in a URL of the directory"))?;
    let authority = uri.authority().map_or(host, |authority| authority.as_str());
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let stream = TcpStream::connect((bare, uri.port_u16().unwrap_or(443))).await.map_err(other)?;
    let name = ServerName::try_from(bare.to_owned()).map_err(other)?;
    let stream = connector.connect(name, stream).await.map_err(other)?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(other)?;
    request.headers_mut().insert(HOST, HeaderValue::from_str(authority).map_err(other)?);
    *request.uri_mut() = Uri::try_from(uri.path_and_query().map_or("/", |path| path.as_str())).map_err(other)?;
    let exchange = async {
        let (parts, body) = sender.send_request(request).await.map_err(other)?.into_parts();
        let body = to_bytes(Body::new(body), MAX_REPLY).await.map_err(other)?;
        Ok(BytesResponse { parts, body: Box::new(body) })
    };
    let mut connection = std::pin::pin!(connection);
    let mut exchange = std::pin::pin!(exchange);
    tokio::select! {
        reply = &mut exchange => reply,
        // The reply may be complete when the server closes the connection.
        ended = &mut connection => match ended {
            Ok(()) => exchange.await,
            Err(error) => Err(other(error)),
        },
    }
}

fn other(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Other(Box::new(error))
}
