//! The server's own certificate authority. It is made on the first run and kept, so that a phone has to install it only
//! once. The leaf certificate that it signs is replaced when this machine has other names or when it is about to expire.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use tokio_rustls::rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::names::exact_names;
use super::pem;
use super::state_file::{self, Readers};
use crate::net::host::{host_name, lan_addresses};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Apple's devices reject a leaf that is valid for longer than 398 days.
const LEAF_VALID: Duration = Duration::from_secs(397 * 24 * 60 * 60);
const AUTHORITY_VALID: Duration = Duration::from_secs(3_650 * 24 * 60 * 60);
/// The leaf is replaced when it is valid for less than this.
const LEAF_SPARE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The files of the server's own certificate, all PEM.
#[derive(Debug, Clone)]
pub(super) struct Files {
    /// The authority's certificate, to be installed on phones.
    pub authority: PathBuf,
    /// The certificate that the server presents.
    pub leaf: PathBuf,
    /// The leaf's private key, readable by its owner only.
    pub leaf_key: PathBuf,
}

/// Finds the server's own certificate in the state folder, and makes what is missing or no longer fits.
///
/// # Errors
/// A state folder that cannot be read or written, and an authority in it that is damaged.
pub(super) fn find_or_make(state_dir: Option<&Path>) -> Result<Files> {
    let dir = state_file::state_dir(state_dir)?;
    let lock = state_file::lock(&dir)?;
    let files = Files {
        authority: dir.join("switchboard-ca.crt"),
        leaf: dir.join("switchboard.crt"),
        leaf_key: dir.join("switchboard.key"),
    };
    let issuer = issuer(&files.authority, &dir.join("switchboard-ca.key"))?;
    let names = names();
    if !files.leaf_key.exists() || !leaf_fits(&files, &names) {
        let key = KeyPair::generate()?;
        let leaf = leaf_params(&names)?.signed_by(&key, &issuer)?;
        state_file::write(&files.leaf_key, &key.serialize_pem(), Readers::Owner)?;
        state_file::write(&files.leaf, &leaf.pem(), Readers::All)?;
    }
    drop(lock);
    Ok(files)
}

/// Reads the authority, or makes one.
fn issuer(certificate_file: &Path, key_file: &Path) -> Result<Issuer<'static, KeyPair>> {
    if !certificate_file.exists() || !key_file.exists() {
        let key = KeyPair::generate()?;
        let authority = authority_params().self_signed(&key)?;
        state_file::write(key_file, &key.serialize_pem(), Readers::Owner)?;
        state_file::write(certificate_file, &authority.pem(), Readers::All)?;
        return Ok(Issuer::new(authority_params(), key));
    }
    let damaged = |path: &Path| format!("{} is damaged: remove it and start again.", path.display());
    let key = KeyPair::from_pem(&state_file::read(key_file)?).with_context(|| damaged(key_file))?;
    // The issuer's name is taken from the certificate: this machine may have had another name when it was made.
    Issuer::from_ca_cert_pem(&state_file::read(certificate_file)?, key).with_context(|| damaged(certificate_file))
}

/// The names and addresses under which browsers may open this machine.
fn names() -> Vec<String> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    let host = host_name();
    // Names in a certificate are ASCII; a host name with other characters is left out.
    let plain = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if plain && host != "localhost" {
        names.push(format!("{host}.local"));
        names.push(host);
    }
    names.extend(lan_addresses().iter().map(ToString::to_string));
    names
}

/// Whether the leaf can still be used: readable, signed by this authority, for all these names, and not about to expire.
fn leaf_fits(files: &Files, names: &[String]) -> bool {
    let (Ok(leaf), Ok(authority)) = (pem::chain(&files.leaf), pem::chain(&files.authority)) else { return false };
    let known = exact_names(&leaf[0]);
    is_signed_and_valid(&leaf[0], &authority[0]).unwrap_or(false) && names.iter().all(|name| known.contains(name))
}

/// `None` for bytes that are not an X.509 certificate.
fn is_signed_and_valid(leaf: &CertificateDer<'_>, authority: &CertificateDer<'_>) -> Option<bool> {
    let (_, leaf) = X509Certificate::from_der(leaf).ok()?;
    let (_, authority) = X509Certificate::from_der(authority).ok()?;
    let is_signed = leaf.verify_signature(Some(authority.public_key())).is_ok();
    let remaining = leaf.validity().time_to_expiration()?;
    Some(is_signed && remaining > LEAF_SPARE)
}

fn authority_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.distinguished_name.push(DnType::CommonName, format!("Switchboard on {}", host_name()));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (params.not_before, params.not_after) = validity(AUTHORITY_VALID);
    params
}

fn leaf_params(names: &[String]) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, "Switchboard");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    (params.not_before, params.not_after) = validity(LEAF_VALID);
    Ok(params)
}

fn validity(length: Duration) -> (time::OffsetDateTime, time::OffsetDateTime) {
    // It begins a day ago, for phones whose clock is behind.
    let start = SystemTime::now() - DAY;
    (start.into(), (start + length).into())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A leaf that the authority of this folder signs, valid until `days` from now.
    fn sign_leaf(files: &Files, names: &[String], days: u64) {
        let issuer = issuer(&files.authority, &files.authority.with_extension("key")).unwrap();
        let key = KeyPair::generate().unwrap();
        let mut params = leaf_params(names).unwrap();
        params.not_after = (SystemTime::now() + DAY * u32::try_from(days).unwrap()).into();
        fs::write(&files.leaf, params.signed_by(&key, &issuer).unwrap().pem()).unwrap();
        fs::write(&files.leaf_key, key.serialize_pem()).unwrap();
    }

    /// Whether the next start keeps the leaf.
    fn keeps_leaf(files: &Files) -> bool {
        let before = fs::read(&files.leaf).unwrap_or_default();
        let again = find_or_make(files.leaf.parent()).unwrap();
        fs::read(again.leaf).unwrap() == before
    }

    #[test]
    fn leaf_is_kept_without_a_side_file() {
        let dir = tempfile::tempdir().unwrap();
        let files = find_or_make(Some(dir.path())).unwrap();
        assert!(keeps_leaf(&files));
        assert!(!dir.path().join("switchboard.txt").exists());
        // With more names than needed, and just long enough.
        let more: Vec<_> = names().into_iter().chain(["old.example".to_owned()]).collect();
        sign_leaf(&files, &more, 31);
        assert!(keeps_leaf(&files));
    }

    #[test]
    fn leaf_that_does_not_fit_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let files = find_or_make(Some(dir.path())).unwrap();
        // Of an earlier version: it is ignored, whatever it says.
        fs::write(dir.path().join("switchboard.txt"), format!("99999999999 {}\n", names().join(" "))).unwrap();
        sign_leaf(&files, &names(), 29);
        assert!(!keeps_leaf(&files), "it expires soon");
        assert!(keeps_leaf(&files));
        sign_leaf(&files, &names()[1..], 300);
        assert!(!keeps_leaf(&files), "a name is missing");
        fs::write(&files.leaf, "damaged").unwrap();
        assert!(!keeps_leaf(&files), "it is damaged");
        fs::remove_file(&files.leaf_key).unwrap();
        assert!(!keeps_leaf(&files), "its key is missing");
        assert!(keeps_leaf(&files));
    }

    #[test]
    fn leaf_of_another_authority_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let files = find_or_make(Some(dir.path())).unwrap();
        fs::remove_file(&files.authority).unwrap();
        assert!(!keeps_leaf(&files));
        assert!(keeps_leaf(&files));
    }
}
