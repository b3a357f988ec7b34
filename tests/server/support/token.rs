//! Tokens as an application server makes them: signed with a secret, or with the private key whose public key the
//! server has.

use std::time::{SystemTime, UNIX_EPOCH};

use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
};
use serde_json::{Value, json};

use super::wire::base64;

/// The secret that the tests' servers share with the application server.
pub const SECRET: &str = "a secret of the tests, which is long enough";

/// A token of this person that is good for an hour.
pub fn token(user_name: &str) -> String {
    signed(json!({ "userName": user_name, "exp": now() + 3600 }))
}

/// A token with these claims, signed with the secret.
pub fn signed(claims: Value) -> String {
    signed_by("HS256", hmac::HMAC_SHA256, SECRET, claims)
}

/// A token with these claims, signed with this secret; `name` is what it says of its algorithm.
pub fn signed_by(name: &str, algorithm: hmac::Algorithm, secret: &str, claims: Value) -> String {
    let key = hmac::Key::new(algorithm, secret.as_bytes());
    assembled(json!({ "alg": name, "typ": "JWT" }), claims, |text| hmac::sign(&key, text).as_ref().to_vec())
}

/// A token of these parts, whatever they are.
pub fn assembled(header: Value, claims: Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let text = format!("{}.{}", base64url(header.to_string().as_bytes()), base64url(claims.to_string().as_bytes()));
    let signature = base64url(&sign(text.as_bytes()));
    format!("{text}.{signature}")
}

/// Seconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}

/// A pair of keys.
pub struct Keys {
    name: &'static str,
    /// The public half, PEM.
    pub public: String,
    /// The same, without what stands before it.
    bytes: Vec<u8>,
    private: Private,
}

enum Private {
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl Keys {
    /// One pair of each kind that can be made here.
    pub fn of_each_kind() -> [Self; 3] {
        [Self::ec_p256(), Self::ec_p384(), Self::ed25519()]
    }

    pub fn ec_p256() -> Self {
        // What stands before the key itself in its DER form (RFC 5480, RFC 8410): which kind it is, and its length.
        let head =
            b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
        Self::ec("ES256", &ECDSA_P256_SHA256_FIXED_SIGNING, head)
    }

    pub fn ec_p384() -> Self {
        let head = b"\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00";
        Self::ec("ES384", &ECDSA_P384_SHA384_FIXED_SIGNING, head)
    }

    pub fn ed25519() -> Self {
        let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
        let pair = Ed25519KeyPair::from_pkcs8(made.as_ref()).expect("the same key");
        let head = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";
        let bytes = pair.public_key().as_ref().to_vec();
        Self { name: "EdDSA", public: pem(head, &bytes), bytes, private: Private::Ed(pair) }
    }

    fn ec(name: &'static str, kind: &'static ring::signature::EcdsaSigningAlgorithm, head: &[u8]) -> Self {
        let random = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(kind, &random).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(kind, made.as_ref(), &random).expect("the same key");
        let bytes = pair.public_key().as_ref().to_vec();
        Self { name, public: pem(head, &bytes), bytes, private: Private::Ec(pair) }
    }

    /// A token with these claims, signed with the private half.
    pub fn sign(&self, claims: Value) -> String {
        self.sign_with(json!({ "alg": self.name, "typ": "JWT" }), claims)
    }

    /// The same, which names its key.
    pub fn sign_as(&self, id: &str, claims: Value) -> String {
        self.sign_with(json!({ "alg": self.name, "typ": "JWT", "kid": id }), claims)
    }

    /// The public half as a JSON Web Key of this name.
    pub fn jwk(&self, id: &str) -> Value {
        match self.private {
            Private::Ed(_) => json!({ "kty": "OKP", "crv": "Ed25519", "kid": id, "x": base64url(&self.bytes) }),
            Private::Ec(_) => {
                let (x, y) = self.bytes[1..].split_at(self.bytes.len() / 2);
                let curve = if x.len() == 32 { "P-256" } else { "P-384" };
                json!({ "kty": "EC", "crv": curve, "kid": id, "use": "sig", "x": base64url(x), "y": base64url(y) })
            }
        }
    }

    fn sign_with(&self, header: Value, claims: Value) -> String {
        assembled(header, claims, |text| match &self.private {
            Private::Ec(pair) => pair.sign(&SystemRandom::new(), text).expect("a signature").as_ref().to_vec(),
            Private::Ed(pair) => pair.sign(text).as_ref().to_vec(),
        })
    }
}

fn pem(head: &[u8], key: &[u8]) -> String {
    let lines: Vec<String> = base64(&[head, key].concat())
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
}

fn base64url(bytes: &[u8]) -> String {
    base64(bytes).trim_end_matches('=').replace('+', "-").replace('/', "_")
}
