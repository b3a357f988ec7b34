//! Reads certificate and key files in PEM form (RFC 7468). The error about a file in another form says how to convert it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// The first bytes of a file in DER form: an ASN.1 SEQUENCE whose length takes two bytes.
const DER: [u8; 2] = [0x30, 0x82];
/// The bytes after the length in a PKCS #12 container: its version, 3 (RFC 7292, section 4).
const PKCS12_VERSION: [u8; 3] = [0x02, 0x01, 0x03];
/// The header of an encrypted key in the older form (RFC 1421, section 4.6.1.1).
const ENCRYPTED_HEAD: &str = "Proc-Type: 4,ENCRYPTED";

/// Reads a chain of certificates, the server's own first.
///
/// # Errors
/// A file that cannot be read or holds something else.
pub(super) fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let name = path.display();
    let text = text(path, "openssl x509")?;
    let chain: Vec<_> = CertificateDer::pem_slice_iter(text.as_bytes())
        .collect::<Result<_, pem::Error>>()
        .with_context(|| format!("{name} is damaged: it is not a certificate in PEM form."))?;
    if !chain.is_empty() {
        return Ok(chain);
    }
    match labels(&text).next() {
        Some(label) if label.ends_with("PRIVATE KEY") => {
            bail!("{name} holds a private key instead of a certificate: certificate and key may have changed places.")
        }
        Some("CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST") => {
            bail!("{name} is a certificate request: use the certificate that was made from it.")
        }
        Some("TRUSTED CERTIFICATE") => bail!(
            "{name} is a certificate in OpenSSL's own form: convert it with `openssl x509 -in \"{name}\" -out cert.crt`."
        ),
        _ => bail!("{name} holds no certificate: it should have a line -----BEGIN CERTIFICATE-----."),
    }
}

/// Reads a private key.
///
/// # Errors
/// As [`chain`].
pub(super) fn key(path: &Path) -> Result<PrivateKeyDer<'static>> {
    let name = path.display();
    let text = text(path, "openssl pkey")?;
    if text.contains(ENCRYPTED_HEAD) || labels(&text).any(|label| label == "ENCRYPTED PRIVATE KEY") {
        bail!(
            "{name} is encrypted with a passphrase, which the server cannot ask for: write the key without one, with \
             `openssl pkey -in \"{name}\" -out plain.key`, and keep that file private."
        );
    }
    match PrivateKeyDer::from_pem_slice(text.as_bytes()) {
        Ok(key) => Ok(key),
        Err(pem::Error::NoItemsFound) => match labels(&text).next() {
            Some("CERTIFICATE") => {
                bail!(
                    "{name} holds a certificate instead of a private key: certificate and key may have changed places."
                )
            }
            Some("PUBLIC KEY") => bail!("{name} holds a public key: use the private key that belongs to it."),
            _ => bail!("{name} holds no private key: it should have a line -----BEGIN PRIVATE KEY-----."),
        },
        Err(error) => Err(error).with_context(|| format!("{name} is damaged: it is not a private key in PEM form.")),
    }
}

/// Reads a file as text. `tool` is the command that converts the same content from DER form.
fn text(path: &Path, tool: &str) -> Result<String> {
    let name = path.display();
    let bytes = fs::read(path)
        .with_context(|| format!("{name} cannot be read: check that it exists and that you may read it."))?;
    if bytes.is_empty() {
        bail!("{name} is empty.");
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        bail!("{name} is UTF-16 text: save it as UTF-8.");
    }
    if bytes.starts_with(&DER) && bytes.get(4..7) == Some(&PKCS12_VERSION) {
        bail!(
            "{name} is a PKCS #12 container: extract certificate and key with `openssl pkcs12 -in \"{name}\" -nokeys \
             -out cert.crt` and `openssl pkcs12 -in \"{name}\" -nocerts -nodes -out cert.key`."
        );
    }
    // The length of a small key takes one byte.
    if bytes.starts_with(&DER) || (bytes[0] == DER[0] && std::str::from_utf8(&bytes).is_err()) {
        bail!("{name} is in DER form: convert it with `{tool} -inform der -in \"{name}\" -out \"{name}.pem\"`.");
    }
    match String::from_utf8(bytes) {
        // Some editors begin a file with a byte order mark, which would hide the first line.
        Ok(text) => Ok(text.trim_start_matches('\u{feff}').to_owned()),
        Err(_) => bail!("{name} is not text: it should be PEM, with lines that begin with -----BEGIN."),
    }
}

/// The labels of the sections in a PEM file: `CERTIFICATE`, `PRIVATE KEY`.
fn labels(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| line.trim().strip_prefix("-----BEGIN ")?.strip_suffix("-----"))
}
