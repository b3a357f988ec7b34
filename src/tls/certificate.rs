//! Which certificate is shown: the user's, the folder's, or our own. Each fault is a sentence that says what to do.

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
use super::{Options, authority, pem};

/// A certificate that is ready to be shown.
pub struct Certificate {
    /// For the TLS library.
    pub config: Arc<ServerConfig>,
    /// Where it comes from.
    pub origin: Origin,
    /// The exact names that the certificate of `--cert` is for: their pages may connect.
    pub names: Vec<String>,
}

/// Where the certificate comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Files of the user.
    Files(PathBuf),
    /// Made by ourselves, signed by our own authority.
    Own {
        /// The authority's certificate file: install it on a phone to be rid of the warning.
        authority: PathBuf,
        /// Its content, PEM.
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

/// Finds or makes the certificate.
///
/// # Errors
/// Files that are missing, unreadable, not PEM, or do not belong together; a state folder that cannot be written.
pub fn choose(options: &Options) -> Result<Certificate> {
    if let Some((cert, key)) = &options.files {
        // A folder's certificate is not asked: folders come from elsewhere, and what is in them decides nothing.
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
            format!("Our own certificate {} is damaged: remove it and start again.", own.leaf.display())
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

/// What makes a certificate useless is an error, what browsers warn of a warning: a student's old certificate may be
/// clicked away as before.
fn examine(path: &Path, leaf: &CertificateDer<'_>) -> Result<()> {
    let name = path.display();
    let Ok((_, leaf)) = parse_x509_certificate(leaf) else {
        bail!("{name} is damaged: it is no X.509 certificate.");
    };
    if leaf.version() != X509Version::V3 {
        bail!("{name} is a certificate of an old version (not 3), which cannot be used: {REPLACE}.");
    }
    let validity = leaf.validity();
    if validity.not_after < ASN1Time::now() {
        tracing::warn!("the certificate {name} expired on {}: browsers warn of it; {REPLACE}", validity.not_after);
    } else if validity.not_before > ASN1Time::now() {
        tracing::warn!(
            "the certificate {name} is valid from {} on: browsers warn of it; is this machine's clock right?",
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

/// What to do about a certificate that cannot be mended.
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
                     first, those that signed it after it.",
                    place + 1
                ),
                None => format!(
                    "The key {key_file} does not belong to the certificate {cert}: use the pair that was made together."
                ),
            }
        }
        rustls::Error::General(_) => format!(
            "The key {key_file} is of a kind that cannot be used: there are RSA of 2048 to 8192 bits, EC (P-256, P-384) \
             and Ed25519."
        ),
        error => format!("The certificate {cert} cannot be used ({error}): {REPLACE}."),
    }
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path)
        .with_context(|| format!("{} cannot be read: does it exist, and may you read it?", path.display()))
}
