//! A reverse proxy that forwards what it is made to forward: one request a connection.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// What becomes of a header on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header {
    /// The proxy sets it, whatever the client sent.
    Set,
    /// What the client sent stays as it is.
    Unchanged,
}

/// How it forwards.
#[derive(Debug, Clone, Copy)]
pub struct Manners {
    pub forwarded_for: Header,
    pub has_scheme: bool,
    pub has_upgrade: bool,
    /// What it makes of each `Origin`.
    pub origin: Option<&'static str>,
}

/// As docs/proxies.md says.
pub const GOOD: Manners = Manners { forwarded_for: Header::Set, has_scheme: true, has_upgrade: true, origin: None };

/// A proxy that accepts connections already, and forwards them once `forward_to` says where to.
pub struct ReverseProxy {
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    /// Its authority's certificate, in a folder of its own.
    authority: TempDir,
    pub port: u16,
}

/// It ends with the test.
pub struct Forwarding(JoinHandle<()>);

impl Drop for Forwarding {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl ReverseProxy {
    /// On a free port, by plain http.
    pub async fn http() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let authority = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        Self { listener, tls: None, authority, port }
    }

    /// The same by https, with a certificate for this name by an authority of its own.
    pub async fn https(name: &str) -> Self {
        let proxy = Self::http().await;
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        std::fs::write(proxy.authority(), params.self_signed(&key).expect("a certificate").pem()).expect("a file");
        let issuer = Issuer::new(params, key);
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new([name.to_owned()]).expect("a name");
        let own = params.signed_by(&key, &issuer).expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(vec![own.der().clone()], key)
            .expect("a pair");
        Self { tls: Some(TlsAcceptor::from(Arc::new(config))), ..proxy }
    }

    /// The file of its authority's certificate.
    pub fn authority(&self) -> PathBuf {
        self.authority.path().join("authority.pem")
    }

    /// Forwards to this server.
    pub fn forward_to(self, server: SocketAddr, manners: Manners) -> (PathBuf, Forwarding) {
        let authority = self.authority();
        let task = tokio::spawn(async move {
            let _kept = self.authority;
            while let Ok((stream, client)) = self.listener.accept().await {
                let tls = self.tls.clone();
                tokio::spawn(async move {
                    match tls {
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => forward(stream, client, server, "https", manners).await,
                            Err(fault) => Err(fault),
                        },
                        None => forward(stream, client, server, "http", manners).await,
                    }
                });
            }
        });
        (authority, Forwarding(task))
    }
}

async fn forward(
    mut client: impl AsyncRead + AsyncWrite + Unpin,
    address: SocketAddr,
    server: SocketAddr,
    scheme: &str,
    manners: Manners,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let is_dropped = |line: &&str| {
        let line = line.to_ascii_lowercase();
        let is_upgrade = line.starts_with("upgrade:") || line.starts_with("connection:");
        (manners.forwarded_for == Header::Set && line.starts_with("x-forwarded-for:"))
            || (!manners.has_upgrade && is_upgrade)
            || (manners.origin.is_some() && line.starts_with("origin:"))
    };
    let mut lines: Vec<String> =
        head.trim_end().split("\r\n").filter(|line| !is_dropped(line)).map(str::to_owned).collect();
    if manners.forwarded_for == Header::Set {
        lines.push(format!("X-Forwarded-For: {}", address.ip()));
    }
    lines.extend(manners.origin.map(|origin| format!("Origin: {origin}")));
    if manners.has_scheme {
        lines.push(format!("X-Forwarded-Proto: {scheme}"));
    }
    if !manners.has_upgrade {
        lines.push("Connection: close".to_owned());
    }
    let mut upstream = TcpStream::connect(server).await?;
    upstream.write_all(format!("{}\r\n\r\n", lines.join("\r\n")).as_bytes()).await?;
    copy_bidirectional(&mut client, &mut upstream).await?;
    Ok(())
}
