//! The flags under "API": where a back end asks the server, and by which token.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use clap::Args;

use super::secret::Secret;
use crate::auth::throttle::ThrottleOptions;
use crate::auth::{AuthMethod, Authenticator};

/// Shortest token, in bytes.
const MIN_TOKEN: usize = 16;

/// The API for a back end.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "API for a back end")]
pub struct ApiArgs {
    /// Serve the API by which a back end lists peers, calls and rooms and ends them; port 0 selects a free one and prints it
    ///
    /// It needs --api-token. Choose an address that is not public: 127.0.0.1:9200.
    #[arg(long, value_name = "ADDR:PORT", env = "SWITCHBOARD_API")]
    pub api: Option<SocketAddr>,

    /// Token that the back end must send, of 16 characters or more; @FILE reads it from a file
    #[arg(long, value_name = "TEXT", env = "SWITCHBOARD_API_TOKEN", hide_env_values = true)]
    pub api_token: Option<Secret>,
}

impl ApiArgs {
    /// Who may use the API; `None` if it is off.
    ///
    /// # Errors
    /// One of the flags without the other, a file that cannot be read, a token that is too short.
    pub(crate) fn authenticator(&self, throttle: ThrottleOptions) -> Result<Option<Authenticator>> {
        let token = match (self.api, &self.api_token) {
            (None, None) => return Ok(None),
            (Some(_), None) => {
                bail!("--api needs --api-token: without one, each program that reaches it could end calls.")
            }
            (None, Some(_)) => bail!(
                "--api-token is the token of --api, which is missing. (Its environment variable may have set it.)"
            ),
            (Some(_), Some(token)) => token.text().context("--api-token")?,
        };
        if token.len() < MIN_TOKEN {
            bail!("--api-token is too short to be secret: {MIN_TOKEN} characters are the least.");
        }
        Ok(Some(Authenticator::new(AuthMethod::Password(token.into()), throttle)))
    }
}
