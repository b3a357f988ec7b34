//! Our own certificate authority: made on the first run and kept, so that a phone has to be told only once.
//!
//! The leaf is made anew when this machine's names have changed or its time runs out; the authority stays.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use etcetera::BaseStrategy;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};

use super::{host_name, lan_addresses};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Apple's devices take no leaf that is valid for longer than 398 days.
const LEAF_VALID: Duration = Duration::from_secs(397 * 24 * 60 * 60);
const AUTHORITY_VALID: Duration = Duration::from_secs(3_650 * 24 * 60 * 60);
/// Made anew when less than this is left.
const LEAF_SPARE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The files of our own certificate, all PEM.
#[derive(Debug, Clone)]
pub struct Files {
    /// The authority's certificate, to be shown to phones.
    pub authority: PathBuf,
    /// The chain of one that we show.
    pub leaf: PathBuf,
    /// Its key, readable by the owner only.
    pub leaf_key: PathBuf,
}

/// Finds our certificate in the state folder, or makes what is missing.
///
/// # Errors
/// A state folder that cannot be read or written, and files in it that are not ours.
pub fn find_or_make(state_dir: Option<&Path>) -> Result<Files> {
    let dir = match state_dir {
        Some(dir) => dir.to_owned(),
        None => platform_dir()?,
    };
    fs::create_dir_all(&dir)
        .with_context(|| format!("{} cannot be made: choose another folder with --state-dir.", dir.display()))?;
    // Two servers may start at the same moment. Let go when it is dropped, at the end.
    let lock = dir.join("switchboard.lock");
    let lock =
        fs::File::create(&lock).and_then(|file| file.lock().map(|()| file)).with_context(|| cannot_write(&lock))?;
    let files = Files {
        authority: dir.join("switchboard-ca.crt"),
        leaf: dir.join("switchboard.crt"),
        leaf_key: dir.join("switchboard.key"),
    };
    let authority_key = dir.join("switchboard-ca.key");
    // Beside the leaf: for whom and until when it is, so that it need not be taken apart to see if it still fits.
    let purpose_file = dir.join("switchboard.txt");

    let issuer = if files.authority.exists() && authority_key.exists() {
        let key = fs::read_to_string(&authority_key)
            .with_context(|| format!("{} cannot be read.", authority_key.display()))?;
        let key = KeyPair::from_pem(&key)
            .with_context(|| format!("{} is damaged: remove it and start again.", authority_key.display()))?;
        let authority = fs::read_to_string(&files.authority)
            .with_context(|| format!("{} cannot be read.", files.authority.display()))?;
        // From the certificate itself: this machine may have had another name when it was made.
        Issuer::from_ca_cert_pem(&authority, key)
            .with_context(|| format!("{} is damaged: remove it and start again.", files.authority.display()))?
    } else {
        let key = KeyPair::generate()?;
        let authority = authority_params().self_signed(&key)?;
        write(&authority_key, &key.serialize_pem(), Readers::Owner)?;
        write(&files.authority, &authority.pem(), Readers::All)?;
        // A leaf of an earlier authority is worth nothing now.
        write(&purpose_file, "", Readers::All)?;
        Issuer::new(authority_params(), key)
    };

    let names = names();
    let kept = fs::read_to_string(&purpose_file).unwrap_or_default();
    if !still_fits(&kept, &names) || !files.leaf.exists() || !files.leaf_key.exists() {
        let key = KeyPair::generate()?;
        let leaf = leaf_params(&names)?.signed_by(&key, &issuer)?;
        write(&files.leaf_key, &key.serialize_pem(), Readers::Owner)?;
        write(&files.leaf, &leaf.pem(), Readers::All)?;
        let until = seconds(SystemTime::now() + LEAF_VALID);
        write(&purpose_file, &format!("{until} {}\n", names.join(" ")), Readers::All)?;
    }
    drop(lock);
    Ok(files)
}

/// Every name under which this machine may be opened.
fn names() -> Vec<String> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    let host = host_name();
    // A certificate's names are ASCII; what else a machine may be called is left out.
    let plain = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if plain && host != "localhost" {
        names.push(format!("{host}.local"));
        names.push(host);
    }
    names.extend(lan_addresses().iter().map(ToString::to_string));
    names
}

fn still_fits(purpose: &str, names: &[String]) -> bool {
    let mut words = purpose.split_whitespace();
    let until = words.next().and_then(|until| until.parse::<u64>().ok()).unwrap_or_default();
    let known: Vec<&str> = words.collect();
    until > seconds(SystemTime::now() + LEAF_SPARE) && names.iter().all(|name| known.contains(&name.as_str()))
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
    // A day back, for phones whose clock is behind.
    let start = SystemTime::now() - DAY;
    (start.into(), (start + length).into())
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn platform_dir() -> Result<PathBuf> {
    let strategy = etcetera::choose_base_strategy()
        .context("There is no home folder to keep the certificate in: name a folder with --state-dir.")?;
    Ok(strategy.data_dir().join("switchboard"))
}

enum Readers {
    Owner,
    All,
}

/// Writes a file in one go: whoever reads it meanwhile sees the old one or the new one.
fn write(path: &Path, text: &str, readers: Readers) -> Result<()> {
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(match readers {
            Readers::Owner => 0o600,
            Readers::All => 0o644,
        });
    }
    #[cfg(not(unix))]
    let _ = readers;
    let result = options
        .open(&draft)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .and_then(|()| fs::rename(&draft, path));
    result.with_context(|| cannot_write(path))
}

fn cannot_write(path: &Path) -> String {
    format!("{} cannot be written: choose another folder with --state-dir.", path.display())
}
