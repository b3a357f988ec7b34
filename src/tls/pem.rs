//! Certificate and key files: PEM, or something else that a sentence says how to turn into PEM.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// With what a file in DER form begins: an ASN.1 SEQUENCE with a length of its own.
const DER: [u8; 2] = [0x30, 0x82];
/// What follows the length in a PKCS #12 container: its version, 3 (RFC 7292, section 4).
const PKCS12_VERSION: [u8; 3] = [0x02, 0x01, 0x03];
/// What an older encrypted key says in its head (RFC 1421, section 4.6.1.1).
const ENCRYPTED_HEAD: &str = "Proc-Type: 4,ENCRYPTED";

/// Reads a chain of certificates, the server's own first.
///
/// # Errors
/// A file that cannot be read or holds something else, with a sentence that says what and what to do.
pub fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let name = path.display();
    let text = text(path, "openssl x509")?;
    let chain: Vec<_> = CertificateDer::pem_slice_iter(text.as_bytes())
        .collect::<Result<_, pem::Error>>()
        .with_context(|| format!("{name} is damaged: it is no certificate in PEM form."))?;
    if !chain.is_empty() {
        return Ok(chain);
    }
    match labels(&text).next() {
        Some(label) if label.ends_with("PRIVATE KEY") => {
            bail!("{name} holds a private key and no certificate: have certificate and key changed places?")
        }
        Some("CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST") => {
            bail!("{name} is a request for a certificate: use the certificate that was made from it.")
        }
        Some("TRUSTED CERTIFICATE") => bail!(
            "{name} is a certificate in a form of OpenSSL's own: write it anew with `openssl x509 -in \"{name}\" -out cert.crt`."
        ),
        _ => bail!("{name} holds no certificate: it should have a line -----BEGIN CERTIFICATE-----."),
    }
}

/// Reads a private key.
///
/// # Errors
/// As [`chain`].
pub fn key(path: &Path) -> Result<PrivateKeyDer<'static>> {
    let name = path.display();
    let text = text(path, "openssl pkey")?;
    if text.contains(ENCRYPTED_HEAD) || labels(&text).any(|label| label == "ENCRYPTED PRIVATE KEY") {
        bail!(
            "{name} is encrypted with a passphrase, for which a server cannot be asked: write the key without one, with \
             `openssl pkey -in \"{name}\" -out plain.key`, and keep that file to yourself."
        );
    }
    match PrivateKeyDer::from_pem_slice(text.as_bytes()) {
        Ok(key) => Ok(key),
        Err(pem::Error::NoItemsFound) => match labels(&text).next() {
            Some("CERTIFICATE") => {
                bail!("{name} holds a certificate and no private key: have certificate and key changed places?")
            }
            Some("PUBLIC KEY") => bail!("{name} holds a public key: use the private one that belongs to it."),
            _ => bail!("{name} holds no private key: it should have a line -----BEGIN PRIVATE KEY-----."),
        },
        Err(error) => Err(error).with_context(|| format!("{name} is damaged: it is no private key in PEM form.")),
    }
}

/// The file as text. `tool` is the command that turns the same thing in DER form into PEM.
fn text(path: &Path, tool: &str) -> Result<String> {
    let name = path.display();
    let bytes =
        fs::read(path).with_context(|| format!("{name} cannot be read: does it exist, and may you read it?"))?;
    if bytes.is_empty() {
        bail!("{name} is empty.");
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        bail!("{name} is UTF-16 text: save it as UTF-8.");
    }
    if bytes.starts_with(&DER) && bytes.get(4..7) == Some(&PKCS12_VERSION) {
        bail!(
            "{name} is a PKCS #12 container: take certificate and key out of it with `openssl pkcs12 -in \"{name}\" -nokeys \
             -out cert.crt` and `openssl pkcs12 -in \"{name}\" -nocerts -nodes -out cert.key`."
        );
    }
    // Smaller keys have a length of one byte.
    if bytes.starts_with(&DER) || (bytes[0] == DER[0] && std::str::from_utf8(&bytes).is_err()) {
        bail!("{name} is in DER form: turn it into PEM with `{tool} -inform der -in \"{name}\" -out \"{name}.pem\"`.");
    }
    match String::from_utf8(bytes) {
        // Some editors put a byte order mark in front, which would hide the first line.
        Ok(text) => Ok(text.trim_start_matches('\u{feff}').to_owned()),
        Err(_) => bail!("{name} is no text: it should be PEM, with lines that begin with -----BEGIN."),
    }
}

/// What the sections of a PEM file are called: `CERTIFICATE`, `PRIVATE KEY`.
fn labels(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| line.trim().strip_prefix("-----BEGIN ")?.strip_suffix("-----"))
}
