//! Obtains the certificate, and renews it after two thirds of its life, for as long as the server runs.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Result, bail};
use humantime::{format_duration, format_rfc3339_seconds};

use super::challenges::Challenges;
use super::options::AcmeOptions;
use super::store::Store;
use super::{account, order};
use crate::net::system_roots::system_roots;
use crate::tls::pair::Pair;
use crate::tls::resolver::Resolver;

/// How often the server looks at the clock, which may jump.
const LOOK: Duration = Duration::from_secs(60);
/// The first pause after a directory that cannot be reached. Each further pause is twice as long.
const UNREACHABLE: Duration = Duration::from_secs(1);
/// The first pause after a refusal: authorities allow few in an hour.
const REFUSED: Duration = Duration::from_secs(120);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(12 * 60 * 60);

/// Obtains certificates for one list of domains.
#[derive(Debug, Clone)]
pub(in crate::tls) struct Obtaining {
    /// The domains and their authority.
    pub(in crate::tls) options: AcmeOptions,
    /// The answers to the authority's challenges.
    pub(in crate::tls) challenges: Arc<Challenges>,
    store: Store,
}

impl Obtaining {
    /// Keeps account and certificates in this folder.
    pub(in crate::tls) fn new(options: AcmeOptions, dir: &Path) -> Self {
        let store = Store::new(dir, &options);
        Self { options, challenges: Arc::default(), store }
    }

    /// The certificate of an earlier run, if it is still valid.
    pub(in crate::tls) fn stored(&self) -> Option<Pair> {
        let stored = self.store.certificate(&system_roots());
        let stored = stored.inspect_err(|error| tracing::warn!("the stored certificate cannot be used: {error:#}"));
        stored.ok().flatten().filter(|pair| pair.remaining().is_some())
    }

    /// Obtains a certificate whenever the present one has no more than a third of its life.
    pub(in crate::tls) async fn run(self, resolver: Arc<Resolver>) {
        let mut pause = Duration::ZERO;
        loop {
            while let Some(wait) = resolver.obtained().and_then(|pair| until_renewal(&pair)) {
                tokio::time::sleep(wait.min(LOOK)).await;
            }
            match self.obtain().await {
                Ok(pair) => {
                    let end =
                        pair.remaining().map_or(SystemTime::now(), |(remaining, _)| SystemTime::now() + remaining);
                    let domains = self.options.domains.join(", ");
                    resolver.replace_obtained(pair);
                    tracing::info!("the server has a certificate for {domains} until {}", format_rfc3339_seconds(end));
                    pause = Duration::ZERO;
                }
                Err(error) => {
                    let first = if is_refusal(&error) { REFUSED } else { UNREACHABLE };
                    pause = (pause * 2).clamp(first, LONGEST);
                    self.report(&error, pause);
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }

    async fn obtain(&self) -> Result<Pair> {
        let account = account::open(&self.options, &self.store).await?;
        let issued = order::obtain(&account, &self.options, &self.challenges).await.inspect_err(|error| {
            if account::is_unknown(error) {
                self.store.forget_account();
            }
        })?;
        self.store.keep_certificate(&issued.chain, &issued.key)?;
        let store = self.store.clone();
        let read = tokio::task::spawn_blocking(move || store.certificate(&system_roots())).await??;
        match read.filter(Pair::is_fresh) {
            Some(pair) => Ok(pair),
            None => bail!("the certificate that was issued is not valid now: check this machine's clock"),
        }
    }

    fn report(&self, error: &anyhow::Error, pause: Duration) {
        let domains = self.options.domains.join(", ");
        // The text of another server may have several lines.
        let reason = format!("{error:#}").replace(char::is_control, " ");
        let pause = format_duration(Duration::from_secs(pause.as_secs()));
        tracing::warn!("no certificate for {domains}: {reason}; the server tries again in {pause}");
    }
}

/// How long until a certificate has to be renewed; `None` for now.
fn until_renewal(pair: &Pair) -> Option<Duration> {
    let (remaining, life) = pair.remaining()?;
    // Past that moment by one second: ends are in whole seconds.
    (remaining > life / 3).then(|| remaining - life / 3 + Duration::from_secs(1))
}

/// Whether the authority has replied: to ask again soon would use up what it allows.
fn is_refusal(error: &anyhow::Error) -> bool {
    use instant_acme::Error;
    let cause = error.chain().find_map(|cause| cause.downcast_ref());
    !matches!(cause, Some(Error::Other(_) | Error::Http(_) | Error::Json(_)))
}
