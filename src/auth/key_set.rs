//! A JSON Web Key Set (RFC 7517): the public keys of an issuer of tokens, each with the name that tokens call it by.
//!
//! What cannot verify signatures is left out: secrets (`oct`), keys for encryption, kinds and curves that this server does
//! not know, RSA keys of fewer than 2048 bits.

use anyhow::{Result, bail};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::value::RawValue;

/// Most keys of one set. Issuers have two or three, and more only by mistake.
const MAX_KEYS: usize = 100;
/// RSA keys that ring verifies signatures with, in bytes of the modulus.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;
const RSA: [Algorithm; 6] =
    [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512];

/// The keys of an issuer.
#[derive(Debug, Default)]
pub struct KeySet {
    keys: Vec<PublicKey>,
}

/// One of them.
pub struct PublicKey {
    /// Its name.
    id: Option<String>,
    /// The key.
    pub key: DecodingKey,
    /// The algorithms that its kind, and the key itself, allow.
    algorithms: Vec<Algorithm>,
}

/// What a set has for a token.
#[derive(Debug)]
pub enum Found<'a> {
    /// The key that the token names, or the only one that fits.
    Key(&'a PublicKey),
    /// The token names a key that the set does not have.
    Unknown,
    /// The key that it names does not take its algorithm; or it names none, and none does.
    OtherKind,
    /// It names no key, and several fit.
    Several,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl KeySet {
    /// Reads a document, and says how many of its keys are left out.
    ///
    /// # Errors
    /// What is no key set, has too many keys, or none that can be used.
    pub fn parse(document: &[u8]) -> Result<(Self, usize)> {
        let Ok(Document { keys: all }) = serde_json::from_slice::<Document>(document) else {
            bail!("it is no JSON Web Key Set: an object with a list of \"keys\"");
        };
        if all.len() > MAX_KEYS {
            bail!("it has {} keys: more than {MAX_KEYS} are not looked at", all.len());
        }
        let read = |text: &RawValue| public_key(&serde_json::from_str(text.get()).ok()?);
        let keys: Vec<PublicKey> = all.iter().filter_map(|text| read(text)).collect();
        if keys.is_empty() {
            bail!(
                "none of its {} keys can be used: RSA of 2048 bits or more, EC (P-256, P-384) or Ed25519, for signatures",
                all.len()
            );
        }
        let left_out = all.len() - keys.len();
        Ok((Self { keys }, left_out))
    }

    /// How many keys it has.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether no key has come yet.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The key for a token that names this key and says that it is signed by this algorithm.
    pub fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Found<'_> {
        let named = |key: &&PublicKey| id.is_none() || key.id.as_deref() == id;
        if id.is_some() && !self.keys.iter().any(|key| named(&key)) {
            return Found::Unknown;
        }
        let mut fitting = self.keys.iter().filter(|key| named(key) && key.algorithms.contains(&algorithm));
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => Found::Key(key),
            (Some(_), Some(_)) => Found::Several,
            (None, _) => Found::OtherKind,
        }
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.bytes() == other.bytes() && self.algorithms == other.algorithms
    }
}

impl PartialEq for KeySet {
    /// Whether both accept the same tokens.
    fn eq(&self, other: &Self) -> bool {
        self.keys == other.keys
    }
}

impl PublicKey {
    fn bytes(&self) -> &[u8] {
        self.key.try_get_as_bytes().unwrap_or_default()
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PublicKey").field("id", &self.id).field("algorithms", &self.algorithms).finish()
    }
}

fn public_key(jwk: &Jwk) -> Option<PublicKey> {
    let is_for_signatures = jwk.usage.as_deref().is_none_or(|usage| usage == "sig")
        && jwk.key_ops.as_ref().is_none_or(|operations| operations.iter().any(|name| name == "verify"));
    if !is_for_signatures {
        return None;
    }
    let bytes = |text: &Option<String>| URL_SAFE_NO_PAD.decode(text.as_ref()?.trim_end_matches('=')).ok();
    let (key, mut algorithms) = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
        ("RSA", _) => (DecodingKey::from_rsa_der(&rsa(&bytes(&jwk.n)?, &bytes(&jwk.e)?)?), RSA.to_vec()),
        ("EC", Some("P-256")) => (ec(&bytes(&jwk.x)?, &bytes(&jwk.y)?, 32)?, vec![Algorithm::ES256]),
        ("EC", Some("P-384")) => (ec(&bytes(&jwk.x)?, &bytes(&jwk.y)?, 48)?, vec![Algorithm::ES384]),
        ("OKP", Some("Ed25519")) => {
            let point = bytes(&jwk.x).filter(|point| point.len() == 32)?;
            (DecodingKey::from_ed_der(&point), vec![Algorithm::EdDSA])
        }
        _ => return None,
    };
    if let Some(only) = &jwk.alg {
        // RFC 9864 calls EdDSA by its curve.
        let only = if only == "Ed25519" { "EdDSA" } else { only };
        algorithms.retain(|algorithm| only.parse().ok() == Some(*algorithm));
    }
    (!algorithms.is_empty()).then(|| PublicKey { id: jwk.kid.clone(), key, algorithms })
}

/// An uncompressed point: one byte, then two coordinates of the curve's size (SEC 1, section 2.3.3).
fn ec(x: &[u8], y: &[u8], size: usize) -> Option<DecodingKey> {
    let fits = x.len() == size && y.len() == size;
    fits.then(|| DecodingKey::from_ec_der(&[&[4], x, y].concat()))
}

/// The two numbers of an RSA key as `RSAPublicKey` in DER (RFC 8017, appendix A.1.1).
fn rsa(modulus: &[u8], exponent: &[u8]) -> Option<Vec<u8>> {
    let without_zeros = |number: &[u8]| number.iter().copied().skip_while(|byte| *byte == 0).collect::<Vec<u8>>();
    let (modulus, exponent) = (without_zeros(modulus), without_zeros(exponent));
    // 256 bytes whose first bit is 0 are fewer than 2048 bits.
    let is_long = modulus.len() > *RSA_BYTES.start() || modulus.first().is_some_and(|first| *first >= 0x80);
    if !RSA_BYTES.contains(&modulus.len()) || !is_long || exponent.is_empty() || exponent.len() > 8 {
        return None;
    }
    let number = |number: &[u8]| {
        // A first bit of 1 would mean a negative number.
        let sign: &[u8] = if number[0] >= 0x80 { &[0] } else { &[] };
        element(0x02, &[sign, number].concat())
    };
    Some(element(0x30, &[number(&modulus), number(&exponent)].concat()))
}

/// An element of DER, of fewer than 65,536 bytes.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes();
    let length: &[u8] = match (high, low) {
        (0, ..0x80) => &[low],
        (0, _) => &[0x81, low],
        _ => &[0x82, high, low],
    };
    [&[tag], length, content].concat()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn b64(bytes: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn parsed(keys: Value) -> Result<(KeySet, usize)> {
        KeySet::parse(json!({ "keys": keys }).to_string().as_bytes())
    }

    fn rsa_key(bytes: usize, first: u8, more: Value) -> Value {
        let modulus = [vec![first], vec![0x11; bytes - 1]].concat();
        let mut key = json!({ "kty": "RSA", "n": b64(&modulus), "e": "AQAB" });
        key.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        key
    }

    #[test]
    fn keys_that_verify_no_signatures_are_left_out() {
        let (x, y) = (b64(&[7; 32]), b64(&[8; 32]));
        let good = json!({ "kty": "EC", "crv": "P-256", "kid": "good", "x": x, "y": y });
        let bad = [
            json!({ "kty": "oct", "kid": "secret", "k": "c2VjcmV0", "alg": "HS256" }),
            json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "use": "enc" }),
            json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "key_ops": ["sign"] }),
            json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "alg": "HS256" }),
            json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "alg": "none" }),
            json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "alg": "ES384" }),
            json!({ "kty": "EC", "crv": "P-521", "x": b64(&[1; 66]), "y": b64(&[1; 66]) }),
            json!({ "kty": "EC", "crv": "secp256k1", "x": x, "y": y }),
            json!({ "kty": "EC", "crv": "P-384", "x": x, "y": y }),
            json!({ "kty": "EC", "crv": "P-256", "x": x }),
            json!({ "kty": "OKP", "crv": "X25519", "x": x }),
            json!({ "kty": "OKP", "crv": "Ed25519", "x": b64(&[1; 31]) }),
            rsa_key(128, 0x91, json!({})),
            rsa_key(256, 0x71, json!({})),
            rsa_key(1025, 0x91, json!({})),
            json!({ "kty": "RSA", "n": b64(&[0x91; 256]) }),
            json!({ "kty": 7 }),
            json!("a text"),
        ];
        let all: Vec<Value> = bad.iter().cloned().chain([good.clone()]).collect();
        let (set, left_out) = parsed(json!(all)).expect("one can be used");
        assert_eq!((set.len(), left_out), (1, bad.len()));
        assert!(matches!(set.find(Some("good"), Algorithm::ES256), Found::Key(_)));
        for key in bad {
            assert!(parsed(json!([key])).is_err(), "{key}");
        }
    }

    #[test]
    fn document_that_is_no_key_set_is_refused() {
        for text in ["", "[]", "{}", r#"{"keys":7}"#, r#"{"keys":[]}"#, "<html>"] {
            assert!(KeySet::parse(text.as_bytes()).is_err(), "{text}");
        }
        let many = vec![rsa_key(256, 0x91, json!({})); MAX_KEYS + 1];
        assert!(parsed(json!(many)).is_err());
    }

    #[test]
    fn key_is_found_by_its_name_and_its_algorithm() {
        let ed = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "a", "x": b64(&[1; 32]), "use": "sig" });
        let keys = json!([
            rsa_key(256, 0x91, json!({ "kid": "a", "key_ops": ["verify"] })),
            rsa_key(512, 0x11, json!({ "kid": "b", "alg": "PS256" })),
            ed,
        ]);
        let (set, left_out) = parsed(keys).expect("keys");
        assert_eq!((set.len(), left_out), (3, 0));
        assert!(matches!(set.find(Some("a"), Algorithm::RS256), Found::Key(key) if key.algorithms == RSA));
        assert!(matches!(set.find(Some("a"), Algorithm::EdDSA), Found::Key(key) if key.bytes() == [1; 32]));
        assert!(matches!(set.find(Some("a"), Algorithm::HS256), Found::OtherKind));
        assert!(matches!(set.find(Some("b"), Algorithm::PS256), Found::Key(_)));
        assert!(matches!(set.find(Some("b"), Algorithm::RS256), Found::OtherKind));
        assert!(matches!(set.find(Some("c"), Algorithm::RS256), Found::Unknown));
        // Without a name only where no other key could be meant.
        assert!(matches!(set.find(None, Algorithm::EdDSA), Found::Key(_)));
        assert!(matches!(set.find(None, Algorithm::RS512), Found::Key(_)));
        assert!(matches!(set.find(None, Algorithm::PS256), Found::Several));
        assert!(matches!(set.find(None, Algorithm::ES256), Found::OtherKind));
        assert!(matches!(set.find(None, Algorithm::HS256), Found::OtherKind));
    }
}
