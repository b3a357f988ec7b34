//! The certificate that the server presents: that of `--cert`, that of the served folder, or its own. It can be replaced
//! while the server runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::fingerprint::fingerprint;
use super::options::TlsOptions;
use super::origin::Origin;
use super::pair::Pair;
use super::resolver::Resolver;
use super::{authority, pem, trust};

/// The certificate that TLS handshakes present. What is asked of it holds for the one of that moment.
#[derive(Debug)]
pub struct Certificate {
    /// The configuration of the TLS library, which stays the same when the certificate is replaced.
    pub config: Arc<ServerConfig>,
    /// Where the certificate comes from.
    pub origin: Origin,
    /// The exact names in the certificate of `--cert`, whose pages may connect. Empty for another origin.
    pub names: Vec<String>,
    resolver: Arc<Resolver>,
}

impl Certificate {
    fn new(pair: Pair, origin: Origin, names: Vec<String>) -> Result<Arc<Self>> {
        let resolver = Resolver::new(pair);
        let config = resolver.config().context("The TLS library cannot be used")?;
        Ok(Arc::new(Self { config, origin, names, resolver }))
    }

    /// Whether browsers trust the certificate: an authority that this system trusts has signed it. Of the server's own
    /// authority other devices know only where it was installed, so its certificates are not trusted.
    pub fn is_trusted(&self) -> bool {
        self.resolver.presented().is_trusted
    }

    /// The SHA-256 fingerprint of the server's own authority, `AB:CD:…`, to be compared before it is installed. `None` if
    /// the certificate is another authority's.
    pub fn authority_fingerprint(&self) -> Option<String> {
        let Origin::Own { pem, .. } = &self.origin else { return None };
        fingerprint(pem)
    }
}

/// Finds the certificate, or makes one.
///
/// # Errors
/// Files that are missing, unreadable, not PEM, or do not belong together; a state folder that cannot be written.
pub fn choose(options: &TlsOptions) -> Result<Arc<Certificate>> {
    if let Some((cert, key)) = &options.files {
        let pair = Pair::read(cert, key, &trust::system_roots())?;
        // Only these names are trusted: a served folder may come from elsewhere, so its certificate grants nothing.
        let names = pair.names.clone();
        return Certificate::new(pair, Origin::Files(cert.clone()), names);
    }
    if let Some((cert, key)) = options.folder.as_deref().map(of_folder).transpose()?.flatten() {
        let pair = Pair::read(&cert, &key, &trust::system_roots())?;
        return Certificate::new(pair, Origin::Files(cert), Vec::new());
    }
    let own = authority::find_or_make(options.state_dir.as_deref())?;
    let pair =
        Pair::new(pem::chain(&own.leaf)?, pem::key(&own.leaf_key)?, &RootCertStore::empty()).with_context(|| {
            format!("The server's own certificate {} is damaged: remove it and start again.", own.leaf.display())
        })?;
    let origin = Origin::Own { pem: read(&own.authority)?, authority: own.authority };
    Certificate::new(pair, origin, Vec::new())
}

/// The certificate and the key in a served folder, if it has both.
fn of_folder(folder: &Path) -> Result<Option<(PathBuf, PathBuf)>> {
    let (cert, key) = (folder.join("cert.crt"), folder.join("cert.key"));
    match (cert.exists(), key.exists()) {
        (true, true) => Ok(Some((cert, key))),
        (false, false) => Ok(None),
        (true, false) => bail!("{} has no cert.key beside it: add the key, or remove cert.crt.", cert.display()),
        (false, true) => bail!("{} has no cert.crt beside it: add it, or remove cert.key.", key.display()),
    }
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path)
        .with_context(|| format!("{} cannot be read: check that it exists and that you may read it.", path.display()))
}
