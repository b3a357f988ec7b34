//! The flags under "Access": which clients may connect, and the authenticators that follow from them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use clap::builder::FalseyValueParser;
use humantime::parse_duration as time;
use url::Url;

use super::secret::Secret;
use crate::auth::hook::{AuthHook, HookLimits, HookOptions};
use crate::auth::tokens::Tokens;
use crate::auth::{AuthMethod, Authenticator, throttle};

/// The password of the course's pages.
const COURSE_PASSWORD: &str = "x";

/// Bounds of `--auth-hook-timeout`. The engine keeps what a client sends before it is admitted for 10 s.
const SHORTEST_HOOK: Duration = Duration::from_millis(10);
const LONGEST_HOOK: Duration = Duration::from_secs(8);

/// Exactly one method applies: the password, no password, tokens, or a back end.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Access")]
pub struct AccessArgs {
    /// Password that pages must send [default: x]; @FILE reads it from a file
    #[arg(long, value_name = "TEXT", env = "SWITCHBOARD_PASSWORD", hide_env_values = true)]
    pub password: Option<Secret>,

    /// Accept every client, whatever password it sends
    #[arg(long, env = "SWITCHBOARD_NO_PASSWORD", value_parser = FalseyValueParser::new())]
    pub no_password: bool,

    /// Accept only clients with a JSON Web Token signed with this secret; @FILE reads it from a file
    #[arg(long, value_name = "TEXT", env = "SWITCHBOARD_JWT_SECRET", hide_env_values = true)]
    pub jwt_secret: Option<Secret>,

    /// The same, signed with the private half of this public key: RSA, EC or Ed25519, PEM
    #[arg(long, value_name = "FILE", env = "SWITCHBOARD_JWT_PUBLIC_KEY")]
    pub jwt_public_key: Option<PathBuf>,

    /// The same, signed with one of the keys that the issuer publishes: a JSON Web Key Set, https or FILE
    #[arg(long, value_name = "URL|FILE", env = "SWITCHBOARD_JWT_JWKS")]
    pub jwt_jwks: Option<String>,

    /// Accept only tokens for this service, by their claim "aud"; repeatable
    #[arg(long, value_name = "TEXT", env = "SWITCHBOARD_JWT_AUDIENCE", value_delimiter = ',')]
    pub jwt_audience: Vec<String>,

    /// Ask this back end who may connect, by a POST request for each client
    #[arg(long, value_name = "URL", env = "SWITCHBOARD_AUTH_HOOK")]
    pub auth_hook: Option<Url>,

    /// Sent to it as "Authorization: Bearer TEXT"; @FILE reads it from a file
    #[arg(long, value_name = "TEXT", env = "SWITCHBOARD_AUTH_HOOK_SECRET", hide_env_values = true)]
    pub auth_hook_secret: Option<Secret>,

    /// How long it may take to answer; then the client has to connect again
    #[arg(long, value_name = "TIME", default_value = "3s", value_parser = time, env = "SWITCHBOARD_AUTH_HOOK_TIMEOUT")]
    pub auth_hook_timeout: Duration,

    /// Origin whose pages may connect, besides those of this machine and its network; repeatable
    ///
    /// https://example.org, https://*.example.org for all subdomains, capacitor://localhost and the like, null. The
    /// names in the certificate of --cert are allowed as well.
    #[arg(long, value_name = "ORIGIN", env = "SWITCHBOARD_ALLOW_ORIGIN", value_delimiter = ',')]
    pub allow_origin: Vec<String>,

    /// How wrong passwords and tokens are slowed down. Not a flag: only tests change it.
    #[arg(skip)]
    pub throttle: throttle::ThrottleOptions,

    /// How the back end of --auth-hook is asked. Not a flag: only tests change it.
    #[arg(skip)]
    pub auth_hook_limits: HookLimits,
}

impl AccessArgs {
    /// The authenticator of both transports.
    ///
    /// # Errors
    /// Two methods at once, a file that cannot be read, an unusable key, an audience without tokens.
    pub fn authenticator(&self) -> Result<Authenticator> {
        self.reject_two_methods()?;
        // An empty value counts as not set.
        let audience: Vec<&str> =
            self.jwt_audience.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
        if !audience.is_empty() && !self.has_tokens() {
            bail!(
                "--jwt-audience names the service that tokens are for: it needs --jwt-secret, --jwt-public-key or \
                 --jwt-jwks. \
                 (Its environment variable may also have set it.)"
            );
        }
        let method = |tokens: Tokens| AuthMethod::Token(Arc::new(tokens.meant_for(&audience)));
        let method = if let Some(secret) = &self.jwt_secret {
            method(Tokens::with_secret(&secret.text().context("--jwt-secret")?)?)
        } else if let Some(file) = &self.jwt_public_key {
            method(Tokens::with_public_key(file)?)
        } else if let Some(source) = &self.jwt_jwks {
            method(Tokens::with_published_keys(source)?)
        } else if let Some(hook) = self.hook()? {
            AuthMethod::Hook(Arc::new(hook))
        } else if self.no_password {
            AuthMethod::Anybody
        } else {
            AuthMethod::Password(self.password()?.into())
        };
        Ok(Authenticator::new(method, self.throttle))
    }

    /// Not left to clap's `conflicts_with`: there `SWITCHBOARD_NO_PASSWORD=0` would count as a choice, too.
    fn reject_two_methods(&self) -> Result<()> {
        let methods = [
            (self.password.is_some(), "--password"),
            (self.no_password, "--no-password"),
            (self.jwt_secret.is_some(), "--jwt-secret"),
            (self.jwt_public_key.is_some(), "--jwt-public-key"),
            (self.jwt_jwks.is_some(), "--jwt-jwks"),
            (self.auth_hook.is_some(), "--auth-hook"),
        ];
        let mut chosen = methods.into_iter().filter_map(|(is_chosen, flag)| is_chosen.then_some(flag));
        match (chosen.next(), chosen.next()) {
            (Some(one), Some(other)) => bail!(
                "{one} cannot be used with {other}: choose one of them. (An environment variable may also have set \
                 either.)"
            ),
            _ => Ok(()),
        }
    }

    /// The authenticator of pairs, whose course has no password, and of `/gst`, whose programs know none: neither asks for
    /// the course's default one.
    pub fn without_course_password(&self, authenticator: &Authenticator) -> Authenticator {
        let asks = self.password.is_some() || self.is_by_client();
        authenticator.with_method(if asks { authenticator.method() } else { AuthMethod::Anybody })
    }

    /// Whether the course's password, which is public, admits every client.
    pub fn is_open_to_the_course(&self) -> bool {
        !self.no_password && !self.is_by_client() && self.password().is_ok_and(|password| password == COURSE_PASSWORD)
    }

    /// What a client of a server with these flags sends as its password, where it needs none but this.
    pub(crate) fn password_to_send(&self) -> Option<String> {
        if self.no_password || self.is_by_client() { None } else { self.password().ok() }
    }

    /// The back end, if there is one.
    fn hook(&self) -> Result<Option<AuthHook>> {
        let Some(url) = self.auth_hook.clone() else {
            if self.auth_hook_secret.is_some() {
                bail!(
                    "--auth-hook-secret is for the back end of --auth-hook, and there is none. (Its environment variable \
                     may also have set it.)"
                );
            }
            return Ok(None);
        };
        let secret = self.auth_hook_secret.as_ref().map(Secret::text).transpose().context("--auth-hook-secret")?;
        if !(SHORTEST_HOOK..=LONGEST_HOOK).contains(&self.auth_hook_timeout) {
            bail!("--auth-hook-timeout must be from 10ms to 8s: a client that connects waits for so long.");
        }
        let (timeout, limits) = (self.auth_hook_timeout, self.auth_hook_limits);
        AuthHook::new(HookOptions { url, secret: secret.filter(|text| !text.is_empty()), timeout, limits }).map(Some)
    }

    /// Whether it is decided for each client by itself, and not by a password that all share.
    fn is_by_client(&self) -> bool {
        self.has_tokens() || self.auth_hook.is_some()
    }

    fn has_tokens(&self) -> bool {
        self.jwt_secret.is_some() || self.jwt_public_key.is_some() || self.jwt_jwks.is_some()
    }

    fn password(&self) -> Result<String> {
        self.password.as_ref().map_or(Ok(COURSE_PASSWORD.to_owned()), |secret| secret.text().context("--password"))
    }
}
