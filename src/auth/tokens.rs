//! JSON Web Tokens (RFC 7519): another service has checked the user and has signed the result.
//!
//! The kind of the server's key decides which algorithms are accepted, never the token: otherwise an attacker could
//! sign a token with the public key as an HMAC secret (RFC 8725, section 2.1).

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;

use super::claims::Claims;
use super::credentials::text;
use super::jwks::Jwks;
use super::key_set::Found;
use super::verifier;
use crate::protocol::refusal::{Code, Refusal};

/// By how much the clocks of the tokens' issuer and of this server may differ, in seconds.
const LEEWAY: u64 = 30;
/// Longest token, in bytes. Tokens that name a user are much shorter.
pub const MAX_TOKEN: usize = 8 * 1024;
/// Longest header of a token, in bytes. It is parsed before the signature is checked, by a parser that a crafted text can
/// nest as deep as its length allows (`protocol::json`).
pub const MAX_HEADER: usize = 1024;
/// When a client may try again while no key has come yet.
const RETRY: Duration = Duration::from_secs(2);
/// A shorter secret can be guessed from one token (RFC 7518, section 3.2).
const GOOD_SECRET: usize = 32;
/// An RSA key of 2048 bits is longer than this in its DER form; shorter ones are not secure (RFC 7518, section 3.3).
const MIN_RSA: usize = 256;

/// Verifies tokens.
pub struct Tokens {
    keys: Keys,
    validation: Validation,
}

enum Keys {
    /// One key. The validation has its algorithms.
    One(DecodingKey),
    /// Those that the issuer publishes. Each has its algorithms.
    Published(Jwks),
}

impl PartialEq for Tokens {
    /// Whether both accept the same tokens.
    fn eq(&self, other: &Self) -> bool {
        let bytes = |key: &DecodingKey| key.try_get_as_bytes().map(<[u8]>::to_vec).ok();
        let has_same_keys = match (&self.keys, &other.keys) {
            (Keys::One(key), Keys::One(other)) => bytes(key) == bytes(other),
            (Keys::Published(keys), Keys::Published(other)) => keys == other,
            _ => false,
        };
        has_same_keys
            && self.validation.algorithms == other.validation.algorithms
            && self.validation.aud == other.validation.aud
    }
}

impl Tokens {
    /// Verifies tokens signed with a secret that their issuer shares with this server: HS256, HS384 or HS512.
    ///
    /// # Errors
    /// An empty secret.
    pub fn with_secret(secret: &str) -> Result<Self> {
        if secret.is_empty() {
            bail!("The secret of the tokens is empty.");
        }
        if secret.len() < GOOD_SECRET {
            tracing::warn!("the secret of --jwt-secret is short: use at least {GOOD_SECRET} random characters");
        }
        Ok(Self::new(DecodingKey::from_secret(secret.as_bytes()), Validation::new_for_family(AlgorithmFamily::Hmac)))
    }

    /// Verifies tokens signed with the private half of this public key. RSA: RS256 to RS512 and PS256 to PS512; EC: ES256
    /// or ES384, depending on its curve; Ed25519: EdDSA.
    ///
    /// # Errors
    /// A file that cannot be read, or holds no such key.
    pub fn with_public_key(file: &Path) -> Result<Self> {
        let name = file.display();
        let bytes = fs::read(file).with_context(|| format!("The public key {name} cannot be read"))?;
        let Ok(pem) = String::from_utf8(bytes) else {
            bail!(
                "{name} is not text but perhaps a key in DER form: convert it to PEM with \
                 `openssl pkey -pubin -inform der -in \"{name}\" -out \"{name}.pem\"`."
            );
        };
        if pem.contains("PRIVATE KEY") {
            bail!("{name} holds a private key: keep it where tokens are issued, and give this server the public key.");
        }
        let (key, validation) = public_key(&pem).with_context(|| {
            format!(
                "{name} holds no public key that can be used: RSA of 2048 bits or more, EC (P-256, P-384) or Ed25519, \
                 as PEM"
            )
        })?;
        Ok(Self::new(key, validation))
    }

    /// Verifies tokens signed with one of the keys that their issuer publishes.
    ///
    /// # Errors
    /// Those of [`Jwks::open`].
    pub fn with_published_keys(source: &str) -> Result<Self> {
        // The algorithms are those of the key that a token names.
        Ok(Self::with(Keys::Published(Jwks::open(source)?), Validation::new(Algorithm::EdDSA)))
    }

    fn new(key: DecodingKey, validation: Validation) -> Self {
        Self::with(Keys::One(key), validation)
    }

    fn with(keys: Keys, mut validation: Validation) -> Self {
        verifier::install();
        validation.leeway = LEEWAY;
        validation.validate_nbf = true;
        Self { keys, validation }
    }

    /// Accepts only tokens whose `aud` names one of these services. With an empty list: only tokens without `aud`.
    pub fn meant_for(mut self, audience: &[&str]) -> Self {
        if !audience.is_empty() {
            self.validation.set_audience(audience);
            // Otherwise the library accepts a token without `aud`.
            self.validation.required_spec_claims.insert("aud".to_owned());
        }
        self
    }

    /// Keeps published keys current until the future is dropped.
    pub(super) async fn keep_current(&self) {
        match &self.keys {
            Keys::One(_) => std::future::pending().await,
            Keys::Published(keys) => keys.keep_current().await,
        }
    }

    /// Looks soon whether published keys have changed.
    pub(super) fn refresh(&self) {
        if let Keys::Published(keys) = &self.keys {
            keys.refresh();
        }
    }

    /// Verifies a token and returns its claims.
    ///
    /// # Errors
    /// `wrong-token`, with a sentence that says what is wrong with it; `unavailable` while no published key has come yet.
    pub async fn read(&self, token: Option<&str>) -> Result<Claims, Refusal> {
        let token = token.filter(|token| !token.is_empty()).ok_or_else(|| wrong(NO_TOKEN))?;
        if token.len() > MAX_TOKEN || token.find('.').is_none_or(|head| head > MAX_HEADER) {
            return Err(wrong(UNREADABLE));
        }
        match &self.keys {
            Keys::One(key) => self.verify(token, key, &self.validation),
            Keys::Published(keys) => {
                let header = decode_header(token).map_err(|_| wrong(UNREADABLE))?;
                let id = header.kid.as_deref();
                let keys = keys.keys_for(id, header.alg).await;
                if keys.is_empty() {
                    let sentence = "The server cannot fetch the keys of tokens at the moment: try again in a moment.";
                    return Err(Refusal::unavailable_for(sentence, RETRY));
                }
                match keys.find(id, header.alg) {
                    Found::Key(key) => {
                        let validation = Validation { algorithms: vec![header.alg], ..self.validation.clone() };
                        self.verify(token, &key.key, &validation)
                    }
                    Found::Unknown => Err(wrong(UNKNOWN_KEY)),
                    Found::OtherKind => Err(wrong(sentence(&ErrorKind::InvalidAlgorithm))),
                    Found::Several => Err(wrong(NAMES_NO_KEY)),
                }
            }
        }
    }

    fn verify(&self, token: &str, key: &DecodingKey, validation: &Validation) -> Result<Claims, Refusal> {
        let read = decode::<Value>(token, key, validation);
        let data = read.map_err(|error| wrong(sentence(error.kind())))?;
        // A token with a critical extension that the server does not know must be rejected (RFC 7515, section 4.1.11).
        if data.header.crit.is_some() {
            return Err(wrong(UNREADABLE));
        }
        // The library ignores an `aud` that is neither a string nor a list of strings.
        if self.validation.aud.is_none() && !data.claims["aud"].is_null() {
            return Err(wrong(NOT_FOR_US));
        }
        let name = ["userName", "name", "sub"]
            .iter()
            .find_map(|claim| text(&data.claims, &[claim]).filter(|name| !name.is_empty()));
        let name = Some(name.ok_or_else(|| wrong(NO_NAME))?);
        Ok(Claims { name, lobby: text(&data.claims, &["lobby"]), ..Claims::default() })
    }
}

fn wrong(sentence: &'static str) -> Refusal {
    Refusal::new(Code::WrongToken, sentence)
}

const NO_TOKEN: &str = "There is no token: this server requires one. Pages send it as auth.token, plain WebSockets as ?token=, \
                        and the built-in pages read it from the end of their address, #token=.";
const UNREADABLE: &str = "The token cannot be read: it is not a JSON Web Token that this server accepts.";
const NOT_FOR_US: &str = "The token is for another service: its \"aud\" does not name this server.";
const UNKNOWN_KEY: &str = "The token was signed with a key that the issuer of this server's tokens does not publish.";
const NAMES_NO_KEY: &str = "The token does not say which key it was signed with: its header needs a \"kid\".";
const NO_NAME: &str = "The token names no user: it needs the claim \"userName\", \"name\" or \"sub\".";

/// What is wrong with a token, for the client that sent it. The sentence repeats nothing of the token.
fn sentence(error: &ErrorKind) -> &'static str {
    match error {
        ErrorKind::ExpiredSignature => "The token has expired: get a new one.",
        ErrorKind::ImmatureSignature => "The token is not valid yet: its \"nbf\" lies in the future.",
        ErrorKind::InvalidSignature => {
            "The token's signature is wrong: the token was not signed with this server's key."
        }
        ErrorKind::InvalidAlgorithm => "The token's signature is of another kind than this server's key.",
        ErrorKind::MissingRequiredClaim(claim) if claim == "aud" => {
            "The token does not say which service it is for: it needs an \"aud\" that names this server."
        }
        ErrorKind::MissingRequiredClaim(_) | ErrorKind::InvalidClaimFormat(_) => {
            "The token does not say how long it is valid: it needs \"exp\", and \"nbf\" if it has one, in seconds since 1970."
        }
        ErrorKind::InvalidAudience => NOT_FOR_US,
        _ => UNREADABLE,
    }
}

/// Parses a public key and selects the algorithms that its signatures may use.
fn public_key(pem: &str) -> Result<(DecodingKey, Validation)> {
    let pem = pem.as_bytes();
    if let Ok(key) = DecodingKey::from_ed_pem(pem) {
        return Ok((key, Validation::new(Algorithm::EdDSA)));
    }
    if let Ok(key) = DecodingKey::from_ec_pem(pem) {
        // An uncompressed point: one byte, then two coordinates of the curve's size (SEC 1, section 2.3.3).
        let algorithm = match key.try_get_as_bytes()? {
            [4, point @ ..] if point.len() == 64 => Algorithm::ES256,
            [4, point @ ..] if point.len() == 96 => Algorithm::ES384,
            _ => bail!("The curve is neither P-256 nor P-384."),
        };
        return Ok((key, Validation::new(algorithm)));
    }
    let key = DecodingKey::from_rsa_pem(pem)?;
    if key.try_get_as_bytes()?.len() < MIN_RSA {
        bail!("The key has fewer than 2048 bits.");
    }
    Ok((key, Validation::new_for_family(AlgorithmFamily::Rsa)))
}
