//! What a client sends of itself when it connects.

use axum::http::{HeaderMap, header};
use serde::Deserialize;
use serde_json::Value;

/// The `auth` of a Socket.IO CONNECT, or the query of a bare WebSocket's address: `{"userName": "amy", "password": "x"}`.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Credentials {
    /// The name that the client claims.
    #[serde(alias = "username")]
    pub user_name: Option<String>,
    /// The password.
    pub password: Option<String>,
    /// The JSON Web Token.
    pub token: Option<String>,
    /// The lobby whose offers and rooms the client sees.
    pub lobby: Option<String>,
    /// Identifies one load of a page.
    pub session: Option<String>,
}

impl Credentials {
    /// With the token or password of `Authorization: Bearer` (RFC 6750), where the address has none.
    pub(crate) fn or_bearer(mut self, headers: &HeaderMap) -> Self {
        if let Some(bearer) = bearer(headers) {
            self.password.get_or_insert_with(|| bearer.clone());
            self.token.get_or_insert(bearer);
        }
        self
    }

    /// Reads the `auth` of a Socket.IO CONNECT. Accepts `username`, `passWord` and `jwt`, too.
    pub(crate) fn from_auth(auth: &Value) -> Self {
        Self {
            user_name: text(auth, &["userName", "username"]),
            password: text(auth, &["password", "passWord"]),
            token: text(auth, &["token", "jwt"]),
            lobby: text(auth, &["lobby"]),
            session: text(auth, &["session"]),
        }
    }
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = std::str::from_utf8(headers.get(header::AUTHORIZATION)?.as_bytes()).ok()?;
    let (scheme, credential) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| credential.trim().to_owned())
}

/// The value of the first of these keys that holds a string, or a number, which pages with numbered users send.
pub(super) fn text(object: &Value, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| match &object[*key] {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}
