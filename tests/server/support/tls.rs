//! A TLS client that trusts one authority, and certificates for tests.

use std::path::Path;
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::{TestServer, within};

/// Shakes hands as a browser does that trusts `root` and nothing else.
pub async fn shake_hands(server: &TestServer, root: &[u8], name: &str) -> std::io::Result<TlsStream<TcpStream>> {
    shake_hands_with(server.stream().await, root, name).await
}

/// The same on a connection of one's own.
pub async fn shake_hands_with(stream: TcpStream, root: &[u8], name: &str) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(root).expect("a certificate")).expect("a root");
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    within("a TLS handshake", TlsConnector::from(Arc::new(config)).connect(name, stream)).await
}

/// The certificate that the server shows.
pub fn shown(stream: &TlsStream<TcpStream>) -> CertificateDer<'static> {
    stream.get_ref().1.peer_certificates().expect("a certificate")[0].clone().into_owned()
}

/// Writes a new certificate of one's own for these names, and its key. Returns the certificate, PEM.
pub fn write_pair(cert: &Path, key: &Path, names: &[&str]) -> Vec<u8> {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    let CertifiedKey { cert: made, signing_key } = generate_simple_self_signed(names).expect("a certificate");
    std::fs::write(cert, made.pem()).expect("a file");
    std::fs::write(key, signing_key.serialize_pem()).expect("a file");
    made.pem().into_bytes()
}
