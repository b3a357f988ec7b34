//! The certificate that the server presents: that of `--cert`, that of the served folder, or its own. Each error says what
//! the user can do.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};
use x509_parser::prelude::{ASN1Time, X509Version, parse_x509_certificate};

use super::names::exact_names;
use super::options::TlsOptions;
use super::{authority, pem};

/// A certificate with its key, ready for TLS handshakes.
pub struct Certificate {
    /// The configuration of the TLS library. It offers HTTP/1.1 alone by ALPN (RFC 7301).
    pub config: Arc<ServerConfig>,
    /// Where it comes from.
    pub origin: Origin,
    /// The exact names in the certificate of `--cert`, whose pages may connect. Empty for another origin.
    pub names: Vec<String>,
}

/// Where a certificate comes from. Displays as the banner's line about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The user's files; the path of the certificate.
    Files(PathBuf),
    /// Made by the server and signed by its own authority.
    Own {
        /// The file of the authority's certificate. A phone that installs it no longer warns.
        authority: PathBuf,
        /// The content of that file, PEM.
        pem: String,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Files(path) => write!(f, "{}", path.display()),
            Self::Own { authority, .. } => write!(f, "made by Switchboard, signed by {}", authority.display()),
        }
    }
}

/// Finds the certificate, or makes one.
///
/// # Errors
/// Files that are missing, unreadable, not PEM, or do not belong together; a state folder that cannot be written.
pub fn choose(options: &TlsOptions) -> Result<Certificate> {
    if let Some((cert, key)) = &options.files {
        // Only these names are trusted: a served folder may come from elsewhere, so its certificate grants nothing.
        let names = pem::chain(cert)?.first().map(exact_names).unwrap_or_default();
        return Ok(Certificate { names, ..from_files(cert, key)? });
    }
    if let Some(folder) = &options.folder {
        let (cert, key) = (folder.join("cert.crt"), folder.join("cert.key"));
        match (cert.exists(), key.exists()) {
            (true, true) => return from_files(&cert, &key),
            (false, false) => {}
            (true, false) => bail!("{} has no cert.key beside it: add the key, or remove cert.crt.", cert.display()),
            (false, true) => bail!("{} has no cert.crt beside it: add it, or remove cert.key.", key.display()),
        }
    }
    let own = authority::find_or_make(options.state_dir.as_deref())?;
    Ok(Certificate {
        config: configure(pem::chain(&own.leaf)?, pem::key(&own.leaf_key)?).with_context(|| {
            format!("The server's own certificate {} is damaged: remove it and start again.", own.leaf.display())
        })?,
        origin: Origin::Own { pem: read(&own.authority)?, authority: own.authority },
        names: Vec::new(),
    })
}

fn from_files(cert: &Path, key_file: &Path) -> Result<Certificate> {
    let (chain, key) = (pem::chain(cert)?, pem::key(key_file)?);
    examine(cert, &chain[0])?;
    let config = configure(chain.clone(), key.clone_key())
        .map_err(|error| anyhow::anyhow!(why_not(&error, (cert, &chain), (key_file, &key))))?;
    Ok(Certificate { config, origin: Origin::Files(cert.to_owned()), names: Vec::new() })
}

fn configure(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<ServerConfig>, rustls::Error> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
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
            let fits = |leaf: &CertificateDer<'static>| configure(vec![leaf.clone()], key.clone_key()).is_ok();
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

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path)
        .with_context(|| format!("{} cannot be read: check that it exists and that you may read it.", path.display()))
}
