//! A service that the server asks by HTTP/1.1, such as a back end or an issuer of tokens. The test decides when and what it
//! replies.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio_rustls::TlsAcceptor;

use super::within;

/// The service.
pub struct Service {
    address: SocketAddr,
    scheme: &'static str,
    asked: mpsc::UnboundedReceiver<Asked>,
    connections: Arc<AtomicUsize>,
}

/// A request. Dropped without a reply, it closes its connection.
pub struct Asked {
    /// The request line and the headers.
    pub head: String,
    /// The body.
    pub body: String,
    reply: oneshot::Sender<String>,
}

impl Service {
    /// A service on a free port of the loopback.
    pub async fn open() -> Self {
        Self::serve("http", None).await
    }

    /// The same by https, as `localhost`. Writes the authority of its certificate to this file.
    pub async fn open_tls(authority: &Path) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        let root = params.self_signed(&key).expect("an authority");
        std::fs::write(authority, root.pem()).expect("a file");
        let issuer = Issuer::new(params, key);
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
        let leaf = params.signed_by(&key, &issuer).expect("a certificate");
        let chain = vec![CertificateDer::from_pem_slice(leaf.pem().as_bytes()).expect("a certificate")];
        let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).expect("a key");
        let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("a pair");
        Self::serve("https", Some(TlsAcceptor::from(Arc::new(config)))).await
    }

    async fn serve(scheme: &'static str, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (requests, asked) = mpsc::unbounded_channel();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = connections.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                let (tls, requests) = (tls.clone(), requests.clone());
                tokio::spawn(async move {
                    match tls {
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                converse(stream, requests).await;
                            }
                        }
                        None => _ = converse(stream, requests).await,
                    }
                });
            }
        });
        Self { address, scheme, asked, connections }
    }

    /// Its URL with this path.
    pub fn url(&self, path: &str) -> String {
        format!("{}://localhost:{}{path}", self.scheme, self.address.port())
    }

    /// Connections that were made to it.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// The next request.
    pub async fn next(&mut self) -> Asked {
        within("a request to the service", self.asked.recv()).await.expect("it runs")
    }

    /// Whether a request waits that the test has not looked at.
    pub fn is_asked(&mut self) -> bool {
        !self.asked.is_empty()
    }

    /// Replies to all requests from now on by 200 and what `answer` says.
    pub fn answering(mut self, answer: impl Fn(&Asked) -> Value + Send + 'static) {
        tokio::spawn(async move {
            while let Some(asked) = self.asked.recv().await {
                let answer = answer(&asked);
                asked.reply_json(answer);
            }
        });
    }
}

impl Asked {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let line = |line: &str| line.split_once(": ").is_some_and(|(key, _)| key.eq_ignore_ascii_case(name));
        self.head.lines().find(|text| line(text)).and_then(|text| text.split_once(": ")).map(|(_, value)| value)
    }

    /// Replies with 200 and this JSON.
    pub fn reply_json(self, body: Value) {
        self.reply("200 OK", &[], &body.to_string());
    }

    /// Replies.
    pub fn reply(self, status: &str, headers: &[(&str, &str)], body: &str) {
        let mut text = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        // The server may have given up.
        let _ = self.reply.send(text + "\r\n" + body);
    }
}

/// Reads requests and writes replies until either side closes. `None` ends it.
async fn converse(stream: impl AsyncRead + AsyncWrite + Unpin, requests: mpsc::UnboundedSender<Asked>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head).await.ok()? == 0 {
                return None;
            }
        }
        let (reply, replied) = oneshot::channel();
        let mut asked = Asked { head, body: String::new(), reply };
        let length = asked.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.ok()?;
        asked.body = String::from_utf8(body).ok()?;
        requests.send(asked).ok()?;
        stream.write_all(replied.await.ok()?.as_bytes()).await.ok()?;
        stream.flush().await.ok()?;
    }
}
