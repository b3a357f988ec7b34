//! The origins of `--allow-origin` and `--public-url`, which may change while the server runs.

use anyhow::Result;

use super::options::RouterOptions;
use super::web_origin::{AllowedOrigin, WebOrigin};
use crate::net::changing::Changing;

/// The list. All clones change together.
#[derive(Debug, Clone)]
pub(crate) struct AllowedOrigins(Changing<Vec<AllowedOrigin>>);

impl AllowedOrigins {
    /// Those of these options.
    ///
    /// # Errors
    /// A text that is not an origin or would allow every site.
    pub(crate) fn new(options: &RouterOptions) -> Result<Self> {
        let public = options.public_url.as_ref().map(|url| url.origin().to_string());
        let all = options.allow_origin.iter().chain(&public);
        // An empty environment variable is an unset one.
        let all = all.filter(|origin| !origin.trim().is_empty()).map(|origin| AllowedOrigin::parse(origin));
        Ok(Self(Changing::new(all.collect::<Result<_>>()?)))
    }

    /// Allows what the other list does, from now on.
    pub(crate) fn replace(&self, other: Self) {
        self.0.set(other.0.get());
    }

    /// Whether this origin is one of them.
    pub(super) fn allow(&self, origin: &WebOrigin) -> bool {
        self.0.with(|all| all.iter().any(|allowed| allowed.allows(origin)))
    }
}
