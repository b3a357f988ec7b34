//! Verifies the signatures of tokens with ring, which TLS uses already, so that the program holds one cryptography
//! library.

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{self, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use ring::hmac;
use ring::signature::{self as public_key, UnparsedPublicKey, VerificationAlgorithm};
use signature::{Error, Verifier};

/// Verifies signatures; cannot create any.
static PROVIDER: CryptoProvider =
    CryptoProvider { signer_factory: signer, verifier_factory: verifier, key_utils: KeyUtils::new_unimplemented() };

/// Installs it for the process. Further calls have no effect.
pub(super) fn install() {
    // An error means that one is installed already: this one, or one of a program around this library.
    let _ = PROVIDER.install_default();
}

fn signer(_: &Algorithm, _: &EncodingKey) -> errors::Result<Box<dyn JwtSigner>> {
    Err(ErrorKind::UnsupportedAlgorithm.into())
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> errors::Result<Box<dyn JwtVerifier>> {
    if key.family() != algorithm.family() {
        return Err(ErrorKind::InvalidAlgorithm.into());
    }
    let (algorithm, key) = (*algorithm, key.try_get_as_bytes()?.to_vec());
    Ok(Box::new(Check { algorithm, method: method(algorithm)?, key }))
}

struct Check {
    algorithm: Algorithm,
    method: Method,
    key: Vec<u8>,
}

enum Method {
    Secret(hmac::Algorithm),
    PublicKey(&'static dyn VerificationAlgorithm),
}

fn method(algorithm: Algorithm) -> errors::Result<Method> {
    Ok(match algorithm {
        Algorithm::HS256 => Method::Secret(hmac::HMAC_SHA256),
        Algorithm::HS384 => Method::Secret(hmac::HMAC_SHA384),
        Algorithm::HS512 => Method::Secret(hmac::HMAC_SHA512),
        Algorithm::ES256 => Method::PublicKey(&public_key::ECDSA_P256_SHA256_FIXED),
        Algorithm::ES384 => Method::PublicKey(&public_key::ECDSA_P384_SHA384_FIXED),
        Algorithm::RS256 => Method::PublicKey(&public_key::RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => Method::PublicKey(&public_key::RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => Method::PublicKey(&public_key::RSA_PKCS1_2048_8192_SHA512),
        Algorithm::PS256 => Method::PublicKey(&public_key::RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => Method::PublicKey(&public_key::RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => Method::PublicKey(&public_key::RSA_PSS_2048_8192_SHA512),
        Algorithm::EdDSA => Method::PublicKey(&public_key::ED25519),
        _ => return Err(ErrorKind::UnsupportedAlgorithm.into()),
    })
}

impl Verifier<Vec<u8>> for Check {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), Error> {
        match self.method {
            Method::Secret(algorithm) => hmac::verify(&hmac::Key::new(algorithm, &self.key), message, signature),
            Method::PublicKey(algorithm) => UnparsedPublicKey::new(algorithm, &self.key).verify(message, signature),
        }
        .map_err(|_| Error::new())
    }
}

impl JwtVerifier for Check {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}
