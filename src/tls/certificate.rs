//! The certificate that the server presents: that of `--cert`, that of the served folder, that of `--acme`, or its own. It is
//! replaced while the server runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_rustls::rustls::ServerConfig;

use super::acme::challenges::Challenges;
use super::acme::obtaining::Obtaining;
use super::constraints::Permitted;
use super::fingerprint::fingerprint;
use super::hang_up::HangUps;
use super::leaf;
use super::options::TlsOptions;
use super::origin::{Origin, OwnAuthority};
use super::pair::Pair;
use super::resolver::Resolver;
use super::state_file;
use super::watched_files::WatchedFiles;
use crate::net::certified_names::CertifiedNames;

/// How often the server looks whether this machine has other addresses.
const LOOK: Duration = Duration::from_secs(5);

/// The certificate that TLS handshakes present. What is asked of it holds for the one of that moment.
#[derive(Debug)]
pub struct Certificate {
    /// The configuration of the TLS library, which stays the same when the certificate is replaced.
    pub config: Arc<ServerConfig>,
    /// Where the certificate comes from.
    pub origin: Origin,
    /// The names in the certificate of `--cert`, and the domains of `--acme`, whose pages may connect.
    pub(crate) names: CertifiedNames,
    resolver: Arc<Resolver>,
    source: Source,
    obtaining: Option<Obtaining>,
    /// More names of this machine.
    more: Mutex<Vec<String>>,
    has_more: Notify,
    hang_ups: Mutex<Option<HangUps>>,
}

/// What the certificate is made from again.
#[derive(Debug)]
enum Source {
    Files {
        files: WatchedFiles,
        /// Whether pages of the names in it may connect.
        grants: bool,
    },
    Own {
        state_dir: Option<PathBuf>,
        permitted: Permitted,
    },
}

impl Certificate {
    fn new(pair: Pair, origin: Origin, source: Source, obtaining: Option<Obtaining>) -> Result<Arc<Self>> {
        let names = match (&source, &obtaining) {
            (Source::Files { grants: true, .. }, _) => pair.names.clone(),
            (_, Some(obtaining)) => obtaining.options.domains.clone(),
            _ => Vec::new(),
        };
        let challenges = obtaining.as_ref().map(|obtaining| obtaining.challenges.clone()).unwrap_or_default();
        let resolver = Resolver::new(pair, challenges);
        if let Some(stored) = obtaining.as_ref().and_then(Obtaining::stored) {
            resolver.replace_obtained(stored);
        }
        let config = resolver.config().context("The TLS library cannot be used")?;
        let (names, more, has_more) = (CertifiedNames::new(names), Mutex::default(), Notify::new());
        let hang_ups = Mutex::default();
        Ok(Arc::new(Self { config, origin, names, resolver, source, obtaining, more, has_more, hang_ups }))
    }

    /// Whether browsers trust the certificate: an authority that this system trusts has signed it. Of the server's own
    /// authority other devices know only where it was installed, so its certificates are not trusted.
    pub fn is_trusted(&self) -> bool {
        self.resolver.obtained().unwrap_or_else(|| self.resolver.presented()).is_trusted
    }

    /// Whether browsers trust the certificate that the server presents at this host: a name, or an address without
    /// brackets.
    pub fn is_trusted_at(&self, host: &str) -> bool {
        let is_for = |pair: &Pair| pair.is_trusted && pair.is_for(host);
        self.resolver.obtained().as_ref().is_some_and(is_for) || is_for(&self.resolver.presented())
    }

    /// The SHA-256 fingerprint of the server's own authority, `AB:CD:…`, to be compared before it is installed. `None` if
    /// the certificate is another authority's.
    pub fn authority_fingerprint(&self) -> Option<String> {
        fingerprint(&self.origin.own_authority()?.pem)
    }

    /// When the certificate ends, as Unix time: the one by ACME, if there is one.
    pub(crate) fn end(&self) -> Option<i64> {
        self.resolver.obtained().unwrap_or_else(|| self.resolver.presented()).end()
    }

    /// Names this machine in its own certificate also so, for example `desk-2.local`, as far as its authority may sign
    /// that. The certificate is replaced at once.
    pub fn add_name(&self, name: &str) {
        self.more.lock().push(name.to_lowercase());
        self.has_more.notify_one();
    }

    /// The answers to the challenges of `--acme`, and its domains.
    pub(crate) fn challenges(&self) -> Option<(Arc<Challenges>, &[String])> {
        self.obtaining.as_ref().map(|obtaining| (obtaining.challenges.clone(), &obtaining.options.domains[..]))
    }

    /// Lets SIGHUP renew the certificate from now on, instead of ending the program.
    pub(crate) fn handle_hang_ups(&self) {
        *self.hang_ups.lock() = Some(HangUps::listen());
    }

    /// Replaces the certificate whenever that is needed, until the future is dropped.
    pub(crate) async fn keep_current(self: Arc<Self>) {
        let obtained = async {
            if let Some(obtaining) = self.obtaining.clone() {
                obtaining.run(self.resolver.clone()).await;
            }
        };
        let hang_ups = self.hang_ups.lock().take().unwrap_or_else(HangUps::listen);
        let presented = async {
            match &self.source {
                Source::Files { files, grants } => {
                    files.clone().watch(hang_ups, |pair| self.replace(pair, *grants)).await;
                }
                Source::Own { state_dir, permitted } => self.keep_own(state_dir.as_deref(), permitted, hang_ups).await,
            }
        };
        tokio::join!(obtained, presented);
    }

    fn replace(&self, pair: Pair, grants: bool) {
        if grants {
            self.names.replace(pair.names.clone());
        }
        self.resolver.replace(pair);
    }

    /// Replaces the server's own certificate when this machine has another address, and after two thirds of its life.
    async fn keep_own(&self, state_dir: Option<&Path>, permitted: &Permitted, mut hang_ups: HangUps) {
        let mut ticks = tokio::time::interval(LOOK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut reported = String::new();
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = self.has_more.notified() => {}
                () = hang_ups.next() => {}
            }
            let more = self.more.lock().clone();
            if leaf::fits(&self.resolver.presented(), &leaf::needed(permitted, &more)) {
                continue;
            }
            let dir = state_dir.map(Path::to_owned);
            let made = tokio::task::spawn_blocking(move || leaf::find_or_make(dir.as_deref(), &more)).await;
            match made.context("The certificate cannot be made").flatten() {
                Ok(own) => {
                    tracing::info!("the server has a new certificate of its own for {}", own.pair.names.join(", "));
                    self.resolver.replace(own.pair);
                }
                Err(error) => {
                    let words = format!("{error:#}");
                    if reported != words {
                        tracing::warn!("the server's own certificate should be replaced, and cannot be: {words}");
                        reported = words;
                    }
                }
            }
        }
    }
}

/// Finds the certificate, or makes one.
///
/// # Errors
/// Files that are missing, unreadable, not PEM, or do not belong together; a state folder that cannot be written.
pub fn choose(options: &TlsOptions) -> Result<Arc<Certificate>> {
    if let Some((cert, key)) = &options.files {
        // Only these names are trusted: a served folder may come from elsewhere, so its certificate grants nothing.
        return of_files(cert, key, true);
    }
    if let Some((cert, key)) =
        options.folder.as_deref().filter(|_| options.acme.is_none()).map(of_folder).transpose()?.flatten()
    {
        return of_files(&cert, &key, false);
    }
    let own = leaf::find_or_make(options.state_dir.as_deref(), &[])?;
    let authority = OwnAuthority {
        pem: state_file::read(&own.authority)?,
        file: own.authority,
        is_limited: own.permitted.is_limited(),
    };
    let source = Source::Own { state_dir: options.state_dir.clone(), permitted: own.permitted };
    let Some(acme) = &options.acme else { return Certificate::new(own.pair, Origin::Own(authority), source, None) };
    let obtaining = Obtaining::new(acme.clone(), &state_file::state_dir(options.state_dir.as_deref())?);
    Certificate::new(own.pair, Origin::Acme(acme.domains.clone(), authority), source, Some(obtaining))
}

fn of_files(cert: &Path, key: &Path, grants: bool) -> Result<Arc<Certificate>> {
    let (files, pair) = WatchedFiles::open(cert, key)?;
    Certificate::new(pair, Origin::Files(cert.to_owned()), Source::Files { files, grants }, None)
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

#[cfg(test)]
mod tests {
    use tokio::time::timeout;
    use tokio_rustls::rustls::RootCertStore;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    fn own(dir: &Path) -> Arc<Certificate> {
        let state_dir = Some(dir.to_owned());
        choose(&TlsOptions { files: None, folder: None, state_dir, acme: None }).unwrap()
    }

    /// Waits until the certificate that is presented is as it should be.
    async fn until(certificate: &Certificate, is_well: impl Fn(&Pair) -> bool) {
        let looking = async {
            while !is_well(&certificate.resolver.presented()) {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, looking).await.expect("a new certificate in time");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn added_name_is_in_the_certificate_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let certificate = own(dir.path());
        tokio::spawn(certificate.clone().keep_current());
        certificate.add_name("Desk-2.local");
        until(&certificate, |pair| pair.names.contains(&"desk-2.local".to_owned())).await;
        assert!(certificate.resolver.presented().names.contains(&"localhost".to_owned()));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn certificate_that_no_longer_fits_is_replaced_while_running() {
        let dir = tempfile::tempdir().unwrap();
        let certificate = own(dir.path());
        let made = rcgen::generate_simple_self_signed(["old.local".to_owned()]).unwrap();
        let key = rustls_key(&made.signing_key);
        let other = Pair::new(vec![made.cert.der().clone()], key, &RootCertStore::empty()).unwrap();
        certificate.resolver.replace(other);
        tokio::spawn(certificate.clone().keep_current());
        until(&certificate, |pair| pair.names.contains(&"localhost".to_owned())).await;
        assert!(!certificate.is_trusted() && !certificate.is_trusted_at("localhost"));
    }

    fn rustls_key(key: &rcgen::KeyPair) -> tokio_rustls::rustls::pki_types::PrivateKeyDer<'static> {
        tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der()).into()
    }

    #[test]
    fn authority_that_the_system_trusts_makes_a_certificate_trusted() {
        let made = rcgen::generate_simple_self_signed(["calls.example.org".to_owned()]).unwrap();
        let chain = || vec![made.cert.der().clone()];
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        let pair = |roots| Pair::new(chain(), rustls_key(&made.signing_key), roots).unwrap();
        let nothing = RootCertStore::empty();
        assert!(pair(&roots).is_trusted && !pair(&nothing).is_trusted);
        assert!(pair(&roots).is_for("calls.example.org") && !pair(&roots).is_for("www.calls.example.org"));
    }
}
