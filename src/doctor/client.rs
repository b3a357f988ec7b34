//! Requests by HTTP/1.1, each on a connection of its own.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::{self, Body, Bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::either::Either;

use super::tls::{self, Roots, Seen};

/// How long one step of a check may take: a connection, a handshake, a request.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// Largest reply that is read, in bytes.
const MAX_REPLY: usize = 256 * 1024;

/// A connection: TCP, or TLS on top of it.
pub(super) type Stream = Either<TcpStream, Box<tokio_rustls::client::TlsStream<TcpStream>>>;

/// A server, and how it is reached.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// Where connections lead.
    pub address: SocketAddr,
    /// The name in `Host`, and in the TLS handshake; without brackets.
    pub host: String,
    /// The port in `Host`.
    pub port: u16,
    /// Whether requests go by https.
    pub is_secure: bool,
    /// The path before all paths, without a slash at its end.
    pub base: String,
    /// The authorities that its certificate may come from.
    pub roots: Roots,
}

/// A reply.
#[derive(Debug)]
pub(crate) struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// The reply of `/api/connection`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Connection {
    pub server: String,
    pub instance: String,
    pub forwarded: String,
    pub address: Option<String>,
    pub scheme: String,
}

impl Target {
    /// A server at this address, by plain http.
    pub fn plain(address: SocketAddr) -> Self {
        let (host, port) = (address.ip().to_string(), address.port());
        Self { address, host, port, is_secure: false, base: String::new(), roots: Roots::none() }
    }

    /// This machine's server on this port, by plain http.
    pub fn local(address: SocketAddr, roots: &Roots) -> Self {
        let (host, port) = ("localhost".to_owned(), address.port());
        Self { address, host, port, is_secure: false, base: String::new(), roots: roots.clone() }
    }

    /// `HOST:PORT` as in the header `Host`: in brackets if it is an IPv6 address, without the default port.
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == if self.is_secure { 443 } else { 80 } { host } else { format!("{host}:{}", self.port) }
    }

    /// Connects; by https with the handshake, whatever the certificate.
    ///
    /// # Errors
    /// In words.
    pub async fn connect(&self) -> Result<(Stream, Option<Seen>), String> {
        let stream = tcp(self.address).await?;
        if !self.is_secure {
            return Ok((Either::Left(stream), None));
        }
        let (stream, seen) = within("TLS handshake", tls::handshake(stream, &self.host, &self.roots, &[])).await??;
        Ok((Either::Right(Box::new(stream)), Some(seen)))
    }

    /// Sends a request without a body and reads the reply.
    ///
    /// # Errors
    /// In words.
    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Result<Reply, String> {
        self.request(Method::GET, path, headers, "").await
    }

    /// Sends a request and reads the reply.
    ///
    /// # Errors
    /// In words.
    pub async fn request(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &'static str,
    ) -> Result<Reply, String> {
        let (stream, _) = self.connect().await?;
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(header::HOST, self.authority())
            .header(header::CONNECTION, "close");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, value.as_bytes()));
        let request = request.body(Body::from(body)).map_err(|error| format!("the request is malformed: {error}"))?;
        within("reply", exchange(stream, request)).await?.map_err(|error| format!("no HTTP reply ({error})"))
    }

    /// What the server sees of a request with these headers; `None` if it is not a Switchboard.
    ///
    /// # Errors
    /// In words.
    pub async fn connection(&self, headers: &[(&str, &str)]) -> Result<Option<Connection>, String> {
        let reply = self.get("/api/connection", headers).await?;
        let seen: Option<Connection> = serde_json::from_slice(&reply.body).ok();
        Ok(seen.filter(|seen| reply.status == StatusCode::OK && seen.server == "switchboard"))
    }
}

async fn exchange(stream: Stream, request: Request<Body>) -> Result<Reply, Box<dyn std::error::Error + Send + Sync>> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // It ends with the connection, which the server closes after its reply.
    let driver = tokio::spawn(connection);
    let (head, body) = sender.send_request(request).await?.into_parts();
    let body = body::to_bytes(Body::new(body), MAX_REPLY).await?;
    driver.abort();
    Ok(Reply { status: head.status, headers: head.headers, body })
}

/// Opens a TCP connection.
///
/// # Errors
/// In words.
pub(super) async fn tcp(address: SocketAddr) -> Result<TcpStream, String> {
    let connected = within("TCP connection", TcpStream::connect(address)).await?;
    connected.map_err(|error| match error.kind() {
        io::ErrorKind::ConnectionRefused => "nothing listens there".to_owned(),
        _ => error.to_string(),
    })
}

/// The result of a step, if it takes no longer than [`PATIENCE`].
///
/// # Errors
/// In words.
pub(crate) async fn within<T>(what: &str, step: impl Future<Output = T>) -> Result<T, String> {
    timeout(PATIENCE, step).await.map_err(|_| format!("no {what} within {} s", PATIENCE.as_secs()))
}
