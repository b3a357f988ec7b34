//! Which certificate is shown: the user's, the folder's, or our own. Each fault is a sentence that says what to do.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

use super::names::exact_names;
use super::{Options, authority};

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
        let names = chain(cert)?.first().map(exact_names).unwrap_or_default();
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
        config: configure(chain(&own.leaf)?, key(&own.leaf_key)?).with_context(|| {
            format!("Our own certificate {} is damaged: remove it and start again.", own.leaf.display())
        })?,
        origin: Origin::Own { pem: read(&own.authority)?, authority: own.authority },
        names: Vec::new(),
    })
}

fn from_files(cert: &Path, key_file: &Path) -> Result<Certificate> {
    let config = configure(chain(cert)?, key(key_file)?).with_context(|| {
        format!(
            "The key {} does not belong to the certificate {}: use the pair that was made together.",
            key_file.display(),
            cert.display()
        )
    })?;
    Ok(Certificate { config, origin: Origin::Files(cert.to_owned()), names: Vec::new() })
}

fn configure(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Arc<ServerConfig>> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(read(path)?.as_bytes())
        .collect::<Result<_, rustls::pki_types::pem::Error>>()
        .with_context(|| format!("{} is not a certificate in PEM form.", path.display()))?;
    if chain.is_empty() {
        bail!("{} holds no certificate: it should have a line -----BEGIN CERTIFICATE-----.", path.display());
    }
    Ok(chain)
}

fn key(path: &Path) -> Result<PrivateKeyDer<'static>> {
    PrivateKeyDer::from_pem_slice(read(path)?.as_bytes()).with_context(|| {
        format!("{} holds no private key: it should have a line -----BEGIN PRIVATE KEY-----.", path.display())
    })
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path)
        .with_context(|| format!("{} cannot be read: does it exist, and may you read it?", path.display()))
}
