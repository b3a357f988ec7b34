//! TLS handshakes that succeed with each certificate, and say what is wrong with it.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

/// The certificates that a server presented, its own first, and what a browser thinks of them.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub chain: Vec<CertificateDer<'static>>,
    pub verdict: Result<(), Error>,
}

/// The authorities that the system trusts.
#[derive(Debug, Clone)]
pub(crate) struct Roots(Option<Arc<WebPkiServerVerifier>>);

impl Roots {
    /// Those of this system: no authority at all where they cannot be read.
    pub fn system() -> Self {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider()).build();
        Self(verifier.ok())
    }

    /// No authority: for connections without TLS.
    pub fn none() -> Self {
        Self(None)
    }

    /// Whether this chain, the server's own certificate first, is trusted for this name now.
    ///
    /// # Errors
    /// Why not.
    pub fn verify(&self, chain: &[CertificateDer<'_>], name: &ServerName<'_>) -> Result<(), Error> {
        let [own, authorities @ ..] = chain else { return Err(Error::NoCertificatesPresented) };
        // Without a single root there is no verifier, and nothing is trusted.
        let Some(verifier) = &self.0 else { return Err(CertificateError::UnknownIssuer.into()) };
        verifier.verify_server_cert(own, authorities, name, &[], UnixTime::now()).map(|_| ())
    }
}

/// Shakes hands as a browser does that opens this host, and goes on whatever the certificate: what follows must not be
/// secret unless the certificate is trusted.
///
/// # Errors
/// A host that is neither a name nor an address, and a handshake that fails for other reasons than the certificate.
pub(super) async fn handshake(
    stream: TcpStream,
    host: &str,
    roots: &Roots,
    alpn: &[&str],
) -> Result<(TlsStream<TcpStream>, Seen), String> {
    let name = ServerName::try_from(host.to_owned()).map_err(|_| format!("\"{host}\" is not a host name"))?;
    let recorder = Arc::new(Recorder { roots: roots.clone(), provider: provider(), seen: Mutex::default() });
    let config = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
    let mut config = config
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(recorder.clone())
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    let stream = stream.map_err(|error| format!("no TLS handshake ({error})"))?;
    let seen = recorder.seen.lock().unwrap_or_else(PoisonError::into_inner).take();
    Ok((stream, seen.ok_or("the server presents no certificate")?))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// Accepts each certificate and remembers it. Signatures are checked: the server has the key of what it presents.
#[derive(Debug)]
struct Recorder {
    roots: Roots,
    provider: Arc<CryptoProvider>,
    seen: Mutex<Option<Seen>>,
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        authorities: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain: Vec<_> =
            std::iter::once(own).chain(authorities).map(|certificate| certificate.clone().into_owned()).collect();
        let verdict = self.roots.verify(&chain, name);
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(Seen { chain, verdict });
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        tokio_rustls::rustls::crypto::verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        tokio_rustls::rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
