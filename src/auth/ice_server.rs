//! An ICE server in the answer of the back end of `--auth-hook`.

use serde::{Deserialize, Deserializer};

/// An ICE server that a client is given (W3C WebRTC, section 4.2.4).
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct BackEndIceServer {
    /// STUN or TURN URLs.
    #[serde(deserialize_with = "one_or_more")]
    pub urls: Vec<String>,
    /// The user name at that server.
    #[serde(default)]
    pub username: Option<String>,
    /// The password.
    #[serde(default)]
    pub credential: Option<String>,
}

impl std::fmt::Debug for BackEndIceServer {
    /// Omits the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BackEndIceServer").field("urls", &self.urls).finish_non_exhaustive()
    }
}

/// A text, or a list of texts.
fn one_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Urls {
        One(String),
        More(Vec<String>),
    }
    Ok(match Urls::deserialize(deserializer)? {
        Urls::One(url) => vec![url],
        Urls::More(urls) => urls,
    })
}
