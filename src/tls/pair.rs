//! A certificate chain with its private key, ready for TLS handshakes. Each error says what the user can do.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use tokio_rustls::rustls::client::verify_server_name;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, RootCertStore};
use x509_parser::prelude::{ASN1Time, X509Version, parse_x509_certificate};

use super::names::exact_names;
use super::{pem, trust};

/// A chain with its key.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    /// Both, as the TLS library takes them.
    pub key: Arc<CertifiedKey>,
    /// Whether browsers trust the chain: an authority has signed it that they know.
    pub is_trusted: bool,
    /// The exact names in the certificate.
    pub names: Vec<String>,
}

impl Pair {
    /// Puts a chain and its key together.
    ///
    /// # Errors
    /// A key that does not belong to the chain, or is of a kind that the TLS library does not have.
    pub(super) fn new(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
        roots: &RootCertStore,
    ) -> Result<Self, rustls::Error> {
        let is_trusted = trust::is_trusted(&chain, roots);
        let names = chain.first().map(exact_names).unwrap_or_default();
        Ok(Self { key: Arc::new(certify(chain, key)?), is_trusted, names })
    }

    /// Whether the certificate is for this host, by its names and wildcards.
    pub(super) fn is_for(&self, host: &str) -> bool {
        let (Some(leaf), Ok(host)) = (self.key.cert.first(), ServerName::try_from(host)) else { return false };
        ParsedCertificate::try_from(leaf).is_ok_and(|leaf| verify_server_name(&leaf, &host).is_ok())
    }

    /// Whether the certificate is valid now, and still has more than a third of its life. One that begins in the future was
    /// made while this machine's clock was ahead.
    pub(super) fn is_fresh(&self) -> bool {
        self.remaining().is_some_and(|(remaining, life)| remaining > life / 3)
    }

    /// How long the certificate is still valid, and how long it is in all. `None` if it is not valid now.
    pub(super) fn remaining(&self) -> Option<(Duration, Duration)> {
        let (_, certificate) = parse_x509_certificate(self.key.cert.first()?).ok()?;
        let validity = certificate.validity();
        let life = u64::try_from(validity.not_after.timestamp() - validity.not_before.timestamp()).ok()?;
        Some((validity.time_to_expiration()?.try_into().ok()?, Duration::from_secs(life)))
    }

    /// When the certificate ends, as Unix time.
    pub(super) fn end(&self) -> Option<i64> {
        let (_, certificate) = parse_x509_certificate(self.key.cert.first()?).ok()?;
        Some(certificate.validity().not_after.timestamp())
    }

    /// Reads a chain and its key from files, and checks both.
    ///
    /// # Errors
    /// Files that are missing, unreadable, not PEM, or do not belong together.
    pub(super) fn read(cert: &Path, key_file: &Path, roots: &RootCertStore) -> Result<Self> {
        let (chain, key) = (pem::chain(cert)?, pem::key(key_file)?);
        examine(cert, &chain[0])?;
        Self::new(chain.clone(), key.clone_key(), roots)
            .map_err(|error| anyhow!(why_not(&error, (cert, &chain), (key_file, &key))))
    }
}

fn certify(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<CertifiedKey, rustls::Error> {
    CertifiedKey::from_der(chain, key, &ring::default_provider())
}

/// Checks a certificate. What makes it unusable is an error. What browsers warn of is a warning in the log, since a student
/// may dismiss the browser's warning as before.
fn examine(path: &Path, leaf: &CertificateDer<'_>) -> Result<()> {
    let name = path.display();
    let Ok((_, leaf)) = parse_x509_certificate(leaf) else {
        bail!("{name} is damaged: it is not an X.509 certificate.");
    };
    if leaf.version() != X509Version::V3 {
        bail!("{name} is a certificate of an old version (not 3), which cannot be used: {REPLACE}.");
    }
    let validity = leaf.validity();
    if validity.not_after < ASN1Time::now() {
        tracing::warn!("the certificate {name} expired on {}: browsers warn of it; {REPLACE}", validity.not_after);
    } else if validity.not_before > ASN1Time::now() {
        tracing::warn!(
            "the certificate {name} is valid from {} on: browsers warn of it; check this machine's clock",
            validity.not_before
        );
    }
    if !matches!(leaf.subject_alternative_name(), Ok(Some(_))) {
        tracing::warn!(
            "the certificate {name} names no host (it has no subjectAltName): browsers warn of it everywhere; {REPLACE}"
        );
    }
    Ok(())
}

/// The advice about a certificate that cannot be used.
const REPLACE: &str = "make a new one, or leave out both files, and Switchboard makes its own";

/// Why a chain and a key cannot be used together.
fn why_not(
    error: &rustls::Error,
    (cert, chain): (&Path, &[CertificateDer<'static>]),
    (key_file, key): (&Path, &PrivateKeyDer<'static>),
) -> String {
    let (cert, key_file) = (cert.display(), key_file.display());
    match error {
        rustls::Error::InconsistentKeys(_) => {
            let fits = |leaf: &CertificateDer<'static>| certify(vec![leaf.clone()], key.clone_key()).is_ok();
            match chain.iter().position(fits) {
                Some(place) => format!(
                    "The key {key_file} belongs to certificate number {} in {cert}: the server's own certificate must come \
                     first, then those of its authorities.",
                    place + 1
                ),
                None => format!(
                    "The key {key_file} does not belong to the certificate {cert}: use the pair that was made together."
                ),
            }
        }
        rustls::Error::General(_) => format!(
            "The key {key_file} is of an unsupported kind: use RSA of 2048 to 8192 bits, EC (P-256, P-384) \
             or Ed25519."
        ),
        error => format!("The certificate {cert} cannot be used ({error}): {REPLACE}."),
    }
}
