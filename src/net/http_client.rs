//! Requests of this server to one other service, by HTTP/1.1: the back end of `--auth-hook`, the keys of `--jwt-jwks`.
//!
//! Connections are kept and used again. Redirects are not followed: a reply is what the service itself says. The caller
//! limits the time, by dropping the future; its connection ends with it.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use url::{Host, Url};

use super::system_roots::system_roots;

/// Connections without a request that are kept.
const MAX_IDLE: usize = 32;
/// For how long. Less than Node's servers keep them (5 s), so that few requests meet one that just closes.
const KEEP_IDLE: Duration = Duration::from_secs(4);

/// Sends requests to one URL.
pub(crate) struct HttpClient {
    url: Url,
    target: Uri,
    host: HeaderValue,
    /// With https: what checks the certificate, and for which name.
    tls: Option<(TlsConnector, ServerName<'static>)>,
    idle: Mutex<Vec<(SendRequest<Body>, Instant)>>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// Why nothing came back.
#[derive(Debug, Error)]
pub(crate) enum HttpError {
    /// No connection, or no TLS.
    #[error("no connection: {0}")]
    Connection(#[from] io::Error),
    /// The service closed the connection, or sent something else than HTTP.
    #[error("no reply: {0}")]
    Reply(#[from] hyper::Error),
    /// The reply broke off, or is too large.
    #[error("a reply that cannot be read, or of more than {0} bytes")]
    Body(usize),
}

/// Whether a URL leads to this machine by its name or address, so that what is sent to it stays here.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        None => false,
    }
}

/// What checks the certificate of a service, by the authorities that this system trusts.
fn tls(name: String) -> Result<(TlsConnector, ServerName<'static>), &'static str> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_| "this program has no TLS")?
        .with_root_certificates(system_roots())
        .with_no_client_auth();
    let name = ServerName::try_from(name).map_err(|_| "its host is no name that a certificate may have")?;
    Ok((TlsConnector::from(Arc::new(config)), name))
}

impl HttpClient {
    /// A client for this http or https URL.
    ///
    /// # Errors
    /// In words: another scheme, a user name or password in the URL, no host.
    pub(crate) fn new(url: &Url) -> Result<Self, &'static str> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it holds a user name or password");
        }
        let name = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
        if name.is_empty() || !matches!(url.scheme(), "http" | "https") {
            return Err("it is neither an http nor an https URL");
        }
        let host = url.host_str().unwrap_or_default();
        let host = url.port().map_or(host.to_owned(), |port| format!("{host}:{port}"));
        let path = url.query().map_or(url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        let tls = if url.scheme() == "https" { Some(tls(name)?) } else { None };
        Ok(Self {
            target: path.parse().map_err(|_| "its path cannot be used")?,
            host: HeaderValue::try_from(host).map_err(|_| "its host cannot be used")?,
            tls,
            url: url.clone(),
            idle: Mutex::default(),
        })
    }

    /// Where requests go.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// Sends a request and reads the reply, whose body may have `most` bytes.
    ///
    /// # Errors
    /// No connection, no reply, a body that is too large.
    pub(crate) async fn send(
        &self,
        method: Method,
        headers: &HeaderMap,
        body: &Bytes,
        most: usize,
    ) -> Result<Reply, HttpError> {
        // A kept connection may be closed by the service while the request is on its way: then once more, by a new one.
        if let Some(mut kept) = self.kept().await
            && let Ok(response) = kept.send_request(self.request(&method, headers, body)).await
        {
            return self.read(kept, response, most).await;
        }
        let mut fresh = self.connect().await?;
        let response = fresh.send_request(self.request(&method, headers, body)).await?;
        self.read(fresh, response, most).await
    }

    async fn read(
        &self,
        connection: SendRequest<Body>,
        response: hyper::Response<hyper::body::Incoming>,
        most: usize,
    ) -> Result<Reply, HttpError> {
        let (head, body) = response.into_parts();
        let body = to_bytes(Body::new(body), most).await.map_err(|_| HttpError::Body(most))?;
        let mut idle = self.idle.lock();
        if idle.len() < MAX_IDLE {
            idle.push((connection, Instant::now()));
        }
        Ok(Reply { status: head.status, headers: head.headers, body })
    }

    fn request(&self, method: &Method, headers: &HeaderMap, body: &Bytes) -> Request<Body> {
        let mut request = Request::new(Body::from(body.clone()));
        *request.method_mut() = method.clone();
        *request.uri_mut() = self.target.clone();
        *request.headers_mut() = headers.clone();
        request.headers_mut().insert(header::HOST, self.host.clone());
        let agent = HeaderValue::from_static(concat!("switchboard/", env!("CARGO_PKG_VERSION")));
        request.headers_mut().insert(header::USER_AGENT, agent);
        request
    }

    /// A connection of an earlier request, if one is still open.
    async fn kept(&self) -> Option<SendRequest<Body>> {
        loop {
            let (mut connection, since) = self.idle.lock().pop()?;
            // The others are older.
            if since.elapsed() > KEEP_IDLE {
                self.idle.lock().clear();
                return None;
            }
            if !connection.is_closed() && connection.ready().await.is_ok() {
                return Some(connection);
            }
        }
    }

    async fn connect(&self) -> Result<SendRequest<Body>, HttpError> {
        let port = self.url.port_or_known_default().unwrap_or(443);
        let stream = match self.url.host() {
            Some(Host::Ipv4(address)) => TcpStream::connect((address, port)).await?,
            Some(Host::Ipv6(address)) => TcpStream::connect((address, port)).await?,
            host => TcpStream::connect((host.map(|host| host.to_string()).unwrap_or_default(), port)).await?,
        };
        stream.set_nodelay(true)?;
        match &self.tls {
            Some((connector, name)) => {
                let stream = connector.connect(name.clone(), stream).await?;
                let (sender, connection) = handshake(TokioIo::new(stream)).await?;
                tokio::spawn(connection);
                Ok(sender)
            }
            None => {
                let (sender, connection) = handshake(TokioIo::new(stream)).await?;
                tokio::spawn(connection);
                Ok(sender)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().expect("a URL")
    }

    #[test]
    fn url_that_no_request_can_go_to_is_refused() {
        for text in ["ftp://a.example/", "https://amy:secret@a.example/", "https://amy@a.example/", "data:,x"] {
            assert!(HttpClient::new(&url(text)).is_err(), "{text}");
        }
        let client = HttpClient::new(&url("http://[::1]:8080/a/b?c=d")).expect("a client");
        assert_eq!((client.host.as_bytes(), client.target.to_string()), (&b"[::1]:8080"[..], "/a/b?c=d".to_owned()));
    }

    #[test]
    fn loopback_is_this_machine_alone() {
        for text in ["http://localhost:1/", "http://127.0.0.9/", "http://[::1]/"] {
            assert!(is_loopback(&url(text)), "{text}");
        }
        for text in [
            "http://localhost.example/",
            "http://a.localhost/",
            "http://10.0.0.1/",
            "http://[::2]/",
            "http://127.0.0.1.example/",
        ] {
            assert!(!is_loopback(&url(text)), "{text}");
        }
    }
}
