//! SIGHUP: the flags are read again, from the command line, the environment and the file of `--config`. What may change
//! while the server runs changes; the log says what did, and what needs a restart. Flags that cannot be used change nothing.

use std::sync::Arc;

use anyhow::{Context, Result};
use parking_lot::Mutex;
use tokio::task::JoinSet;

use crate::auth::Authenticator;
use crate::auth::rate_limiter::RateLimit;
use crate::config::{Config, Program, Settings};
use crate::http::AllowedOrigins;
use crate::logging;
use crate::net::changing::Changing;
use crate::net::connection_limiter::ConnectionLimiter;
use crate::net::http_server::HttpServer;
use crate::tls::HangUps;

/// Flags that change while the server runs.
const LIVE: [&str; 16] = [
    "password",
    "no-password",
    "jwt-secret",
    "jwt-public-key",
    "jwt-jwks",
    "jwt-audience",
    "auth-hook",
    "auth-hook-secret",
    "auth-hook-timeout",
    "api-token",
    "allow-origin",
    "event-burst",
    "event-rate",
    "max-connections",
    "max-connections-per-address",
    "log-level",
];

/// What changes while the server runs.
pub(crate) struct Live {
    /// Who may connect.
    pub(crate) authenticator: Authenticator,
    /// The same for pairs and `/gst`, which do not ask for the course's password.
    pub(crate) for_programs: Authenticator,
    /// Who may use the API, if it is on.
    pub(crate) api: Option<Authenticator>,
    /// Whose pages may connect.
    pub(crate) origins: AllowedOrigins,
    /// How fast clients may send.
    pub(crate) rate_limit: Changing<RateLimit>,
    /// How many clients may connect.
    pub(crate) limiter: Arc<ConnectionLimiter>,
    hang_ups: Mutex<Option<HangUps>>,
}

impl Live {
    /// What these flags say.
    ///
    /// # Errors
    /// Flags that do not go together, files that cannot be read.
    pub(crate) fn new(config: &Config) -> Result<Self> {
        let authenticator = config.authenticator()?;
        let for_programs = config.access.without_course_password(&authenticator);
        let limits = &config.limits;
        Ok(Self {
            authenticator,
            for_programs,
            api: config.api.authenticator(config.access.throttle)?,
            origins: AllowedOrigins::new(&config.http())?,
            rate_limit: Changing::new(config.rate_limit()),
            limiter: ConnectionLimiter::new(limits.max_connections, limits.max_connections_per_address),
            hang_ups: Mutex::default(),
        })
    }

    /// Lets SIGHUP read the flags again from now on, instead of ending the program.
    pub(crate) fn handle_hang_ups(&self) {
        *self.hang_ups.lock() = Some(HangUps::listen());
    }

    /// Reads the flags again at each SIGHUP, and keeps current what they name, until the future is dropped. Where they do not come from a command line, nothing
    /// is read.
    pub(crate) async fn follow(self, mut config: Config, server: Arc<HttpServer>) {
        let mut beside = JoinSet::new();
        beside.spawn(self.authenticator.clone().keep_current());
        let start = config.settings.clone();
        let mut hang_ups = self.hang_ups.lock().take().unwrap_or_else(HangUps::listen);
        loop {
            hang_ups.next().await;
            if !config.settings.is_known() {
                continue;
            }
            let read = tokio::task::spawn_blocking(Program::read_again).await;
            let read = read.context("They cannot be read").flatten();
            match read.and_then(|new| self.change((&start, &config.settings), &server, &new).map(|()| new)) {
                Ok(new) => config = new,
                Err(error) => tracing::error!("SIGHUP: the flags cannot be used, and nothing changes: {error:#}"),
            }
        }
    }

    /// Changes what may change, once all flags have turned out to be usable. What needs a restart is what differs from the
    /// start, however long ago it was changed.
    fn change(&self, (start, last): (&Settings, &Settings), server: &HttpServer, new: &Config) -> Result<()> {
        let later = Self::new(new)?;
        new.ice()?;
        new.tls()?;
        new.cluster()?;
        new.inspector()?;
        let filter = logging::filter(&new.logging().level)?;
        // A file that holds a secret may be another one under the same name.
        let mut has_other_secrets = !self.authenticator.has_method_of(&later.authenticator);
        if let (Some(api), Some(later)) = (&self.api, &later.api) {
            has_other_secrets |= !api.has_method_of(later);
            api.take_method_of(later);
        }
        self.authenticator.take_method_of(&later.authenticator);
        self.for_programs.take_method_of(&later.for_programs);
        self.origins.replace(later.origins);
        self.rate_limit.set(new.rate_limit());
        let limits = &new.limits;
        self.limiter.set(limits.max_connections, limits.max_connections_per_address);
        server.set_limits(limits.max_connections, limits.max_connections_per_address);
        let is_live = |flag: &&str| LIVE.contains(flag);
        let mut changed: Vec<_> = last.changed(&new.settings).into_iter().filter(is_live).collect();
        let waiting: Vec<_> = start.changed(&new.settings).into_iter().filter(|flag| !is_live(flag)).collect();
        if changed.contains(&"log-level") {
            logging::replace_filter(filter);
        }
        if has_other_secrets && !changed.iter().any(|flag| LIVE[..10].contains(flag)) {
            changed.push("the file of the password, secret, token or key");
        }
        for (words, flags) in [("changed", changed), ("need a restart", waiting)] {
            if !flags.is_empty() {
                tracing::info!("SIGHUP: the flags were read again; {words}: {}", flags.join(", "));
            }
        }
        tracing::info!("SIGHUP: all other flags are unchanged; clients that are connected stay so");
        Ok(())
    }
}
