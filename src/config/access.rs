//! The flags that decide who may come in, and what is made of them.

use std::path::PathBuf;
use std::sync::Arc;
use std::{fmt, fs};

use anyhow::{Context, Result, bail};
use clap::Args;
use clap::builder::FalseyValueParser;

use super::WHO;
use crate::auth::tokens::Tokens;
use crate::auth::{AuthMethod, Authenticator, throttle};

/// Exactly one of these counts: the password, no password, or tokens.
#[derive(Debug, Clone, Args)]
pub struct Access {
    /// Password that pages must send [default: x]; @FILE reads it from a file
    #[arg(
        long,
        value_name = "TEXT",
        env = "SWITCHBOARD_PASSWORD",
        hide_env_values = true,
        help_heading = WHO
    )]
    pub password: Option<Secret>,

    /// Let everybody in, whatever password they send
    #[arg(
        long,
        env = "SWITCHBOARD_NO_PASSWORD",
        value_parser = FalseyValueParser::new(),
        help_heading = WHO
    )]
    pub no_password: bool,

    /// Let in whoever brings a JSON Web Token signed with this secret; @FILE reads it from a file
    #[arg(
        long,
        value_name = "TEXT",
        env = "SWITCHBOARD_JWT_SECRET",
        hide_env_values = true,
        help_heading = WHO
    )]
    pub jwt_secret: Option<Secret>,

    /// The same, signed with the private half of this public key: RSA, EC or Ed25519, PEM
    #[arg(long, value_name = "FILE", env = "SWITCHBOARD_JWT_PUBLIC_KEY", help_heading = WHO)]
    pub jwt_public_key: Option<PathBuf>,

    /// Take only tokens that are meant for this service, by their claim "aud"; repeatable
    #[arg(
        long,
        value_name = "TEXT",
        env = "SWITCHBOARD_JWT_AUDIENCE",
        value_delimiter = ',',
        help_heading = WHO
    )]
    pub jwt_audience: Vec<String>,

    /// Origin whose pages may connect, besides those of this machine and its network; repeatable
    ///
    /// https://example.org, https://*.example.org for all subdomains, capacitor://localhost and the like, null. The
    /// names in the certificate of --cert are allowed as well.
    #[arg(
        long,
        value_name = "ORIGIN",
        env = "SWITCHBOARD_ALLOW_ORIGIN",
        value_delimiter = ',',
        help_heading = WHO
    )]
    pub allow_origin: Vec<String>,

    /// How wrong ones are counted.
    #[arg(skip)]
    pub guesses: throttle::Options,
}

/// The course's password.
const COURSE: &str = "x";

impl Access {
    /// The gate of both doors.
    ///
    /// # Errors
    /// Two ways at once, a file that cannot be read, a key that is none, an audience without tokens.
    pub fn authenticator(&self) -> Result<Authenticator> {
        self.only_one()?;
        // What is set to nothing is not set.
        let audience: Vec<&str> =
            self.jwt_audience.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
        if !audience.is_empty() && !self.has_tokens() {
            bail!(
                "--jwt-audience says for whom tokens are meant: it needs --jwt-secret or --jwt-public-key. (It may also \
                 have been set by its environment variable.)"
            );
        }
        let rule = |tokens: Tokens| AuthMethod::Token(Arc::new(tokens.meant_for(&audience)));
        let rule = if let Some(secret) = &self.jwt_secret {
            rule(Tokens::with_secret(&secret.text().context("--jwt-secret")?)?)
        } else if let Some(file) = &self.jwt_public_key {
            rule(Tokens::with_public_key(file)?)
        } else if self.no_password {
            AuthMethod::Anybody
        } else {
            AuthMethod::Password(self.password()?.into())
        };
        Ok(Authenticator::new(rule, self.guesses))
    }

    /// Not left to clap: for that `SWITCHBOARD_NO_PASSWORD=0` would be a choice, too.
    fn only_one(&self) -> Result<()> {
        let ways = [
            (self.password.is_some(), "--password"),
            (self.no_password, "--no-password"),
            (self.jwt_secret.is_some(), "--jwt-secret"),
            (self.jwt_public_key.is_some(), "--jwt-public-key"),
        ];
        let mut chosen = ways.into_iter().filter_map(|(is_chosen, flag)| is_chosen.then_some(flag));
        match (chosen.next(), chosen.next()) {
            (Some(one), Some(other)) => bail!(
                "{one} cannot be used with {other}: choose one way in. (Each may also have been set by its environment \
                 variable.)"
            ),
            _ => Ok(()),
        }
    }

    /// That of pairs, whose course knows no password: the same one, but the course's password is not asked for.
    pub fn pairs(&self, authenticator: &Authenticator) -> Authenticator {
        if self.password.is_none() && !self.has_tokens() {
            authenticator.with_rule(AuthMethod::Anybody)
        } else {
            authenticator.clone()
        }
    }

    /// Whether the course's password lets everybody in.
    pub fn is_open_to_the_course(&self) -> bool {
        !self.no_password && !self.has_tokens() && self.password().is_ok_and(|password| password == COURSE)
    }

    fn has_tokens(&self) -> bool {
        self.jwt_secret.is_some() || self.jwt_public_key.is_some()
    }

    fn password(&self) -> Result<String> {
        self.password.as_ref().map_or(Ok(COURSE.to_owned()), |secret| secret.text().context("--password"))
    }
}

/// A text that must not be printed, or `@` and the file that holds it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself: what was given, or what stands in the file without its last line break. One that begins with
    /// `@` is written with two of them.
    ///
    /// # Errors
    /// A file that cannot be read. Its name is not told: it may be a secret for which an `@` was forgotten.
    pub fn text(&self) -> Result<String> {
        let Some(file) = self.0.strip_prefix('@') else { return Ok(self.0.clone()) };
        if file.starts_with('@') {
            return Ok(file.to_owned());
        }
        let sentence = "The file after the @ cannot be read (a secret that begins with @ is written with @@)";
        let text = fs::read_to_string(file).context(sentence)?;
        let line = text.strip_suffix('\n').unwrap_or(&text);
        Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}
