//! The certificate that the server's own authority signs for it. It is replaced when this machine has another address, and
//! after two thirds of its life.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::authority::Authority;
use super::constraints::Permitted;
use super::pair::Pair;
use super::pem;
use super::state_file::{self, Readers};
use crate::net::host::{host_name, lan_addresses};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Apple's devices reject a certificate that is valid for longer than 398 days.
const VALID: Duration = Duration::from_secs(397 * 24 * 60 * 60);
/// Most names in the certificate. Those of earlier networks are kept up to this number.
const MAX_NAMES: usize = 32;

/// The server's own certificate, as it is in the state folder.
pub(super) struct Own {
    /// The file of the authority's certificate, to be installed on phones.
    pub authority: PathBuf,
    /// What the authority may sign. One of an earlier version may sign everything.
    pub permitted: Permitted,
    /// The certificate that the server presents, with its key.
    pub pair: Pair,
}

/// Finds the server's own certificate in the state folder, and makes what is missing or no longer fits. `more` are names
/// of this machine that only the caller knows.
///
/// # Errors
/// A state folder that cannot be read or written, and an authority in it that is damaged.
pub(super) fn find_or_make(state_dir: Option<&Path>, more: &[String]) -> Result<Own> {
    let dir = state_file::state_dir(state_dir)?;
    // Until the pair is read: another server may replace it.
    let _lock = state_file::lock(&dir)?;
    let file = dir.join("switchboard-ca.crt");
    let authority = Authority::find_or_make(&file, &dir.join("switchboard-ca.key"))?;
    let (leaf_file, key_file) = (dir.join("switchboard.crt"), dir.join("switchboard.key"));
    let needed = needed(&authority.permitted, more);
    let present = read(&leaf_file, &key_file).ok().filter(|pair| {
        pair.key.cert.first().is_some_and(|leaf| is_signed_by(leaf, &authority.certificate).unwrap_or(false))
    });
    let pair = match present {
        Some(pair) if fits(&pair, &needed) => pair,
        present => {
            // A machine that changes between two networks keeps its certificate, and browsers keep their exception for it.
            let known = present.map(|pair| pair.names).unwrap_or_default();
            let mut of_before: Vec<_> = known.into_iter().filter(|name| !needed.contains(name)).collect();
            of_before.retain(|name| authority.permitted.permits(name));
            of_before.truncate(MAX_NAMES.saturating_sub(needed.len()));
            let key = KeyPair::generate()?;
            let leaf = params(&[needed, of_before].concat(), authority.ends())?.signed_by(&key, &authority.issuer)?;
            state_file::write(&key_file, &key.serialize_pem(), Readers::Owner)?;
            state_file::write(&leaf_file, &leaf.pem(), Readers::All)?;
            read(&leaf_file, &key_file)?
        }
    };
    Ok(Own { authority: file, permitted: authority.permitted, pair })
}

fn read(leaf: &Path, key: &Path) -> Result<Pair> {
    // No system trusts it: the authority is this machine's own.
    let pair = Pair::new(pem::chain(leaf)?, pem::key(key)?, &RootCertStore::empty());
    pair.with_context(|| {
        format!("The server's own certificate {} is damaged: remove it and start again.", leaf.display())
    })
}

/// Whether a certificate can still be used: for all these names, and not about to expire.
pub(super) fn fits(pair: &Pair, needed: &[String]) -> bool {
    pair.is_fresh() && needed.iter().all(|name| pair.names.contains(name))
}

/// The names and addresses under which browsers may open this machine now, as far as the authority may sign them.
pub(super) fn needed(permitted: &Permitted, more: &[String]) -> Vec<String> {
    let mut names = this_machine();
    names.extend_from_slice(more);
    names.retain(|name| permitted.permits(name));
    names
}

/// The names and addresses of this machine, public addresses among them.
fn this_machine() -> Vec<String> {
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

/// `None` for bytes that are not an X.509 certificate.
fn is_signed_by(leaf: &CertificateDer<'_>, authority: &CertificateDer<'_>) -> Option<bool> {
    let (_, leaf) = X509Certificate::from_der(leaf).ok()?;
    let (_, authority) = X509Certificate::from_der(authority).ok()?;
    Some(leaf.verify_signature(Some(authority.public_key())).is_ok())
}

fn params(names: &[String], authority_ends: Option<SystemTime>) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, "Switchboard");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    // It begins a day ago, for phones whose clock is behind.
    let start = SystemTime::now() - DAY;
    let end = start + VALID;
    // It ends with its authority, unless that end is so near that it would be replaced all the time.
    let end = authority_ends.filter(|ends| *ends > start + 30 * DAY).map_or(end, |ends| ends.min(end));
    (params.not_before, params.not_after) = (start.into(), end.into());
    Ok(params)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn make(dir: &Path) -> Own {
        find_or_make(Some(dir), &[]).unwrap()
    }

    fn authority(dir: &Path) -> Authority {
        Authority::find_or_make(&dir.join("switchboard-ca.crt"), &dir.join("switchboard-ca.key")).unwrap()
    }

    fn needed_now(own: &Own) -> Vec<String> {
        needed(&own.permitted, &[])
    }

    /// A leaf that the authority of this folder signs, valid from so many days from now, mostly negative, for so many.
    fn sign_leaf(dir: &Path, names: &[String], from: i64, until: i64) {
        let key = KeyPair::generate().unwrap();
        let day = |days| time::OffsetDateTime::from(SystemTime::now()) + time::Duration::days(days);
        let mut params = params(names, None).unwrap();
        (params.not_before, params.not_after) = (day(from), day(until));
        fs::write(dir.join("switchboard.crt"), params.signed_by(&key, &authority(dir).issuer).unwrap().pem()).unwrap();
        fs::write(dir.join("switchboard.key"), key.serialize_pem()).unwrap();
    }

    /// Whether the next look keeps the leaf.
    fn keeps_leaf(dir: &Path) -> bool {
        let leaf = dir.join("switchboard.crt");
        let before = fs::read(&leaf).unwrap_or_default();
        make(dir);
        fs::read(&leaf).unwrap() == before
    }

    #[test]
    fn leaf_is_kept_for_two_thirds_of_its_life() {
        let dir = tempfile::tempdir().unwrap();
        let own = make(dir.path());
        assert!(keeps_leaf(dir.path()));
        let more: Vec<_> = needed_now(&own).into_iter().chain(["old.local".to_owned()]).collect();
        sign_leaf(dir.path(), &more, -65, 35);
        assert!(keeps_leaf(dir.path()), "with more names than needed");
        sign_leaf(dir.path(), &more, -68, 32);
        assert!(!keeps_leaf(dir.path()), "two thirds are over");
        assert!(make(dir.path()).pair.names.contains(&"old.local".to_owned()), "the names of before are kept");
    }

    #[test]
    fn leaf_that_does_not_fit_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let own = make(dir.path());
        sign_leaf(dir.path(), &needed_now(&own)[1..], 0, 300);
        assert!(!keeps_leaf(dir.path()), "a name is missing");
        assert!(keeps_leaf(dir.path()));
        fs::write(dir.path().join("switchboard.crt"), "damaged").unwrap();
        assert!(!keeps_leaf(dir.path()), "it is damaged");
        fs::remove_file(dir.path().join("switchboard.key")).unwrap();
        assert!(!keeps_leaf(dir.path()), "its key is missing");
        fs::write(dir.path().join("switchboard.key"), KeyPair::generate().unwrap().serialize_pem()).unwrap();
        assert!(!keeps_leaf(dir.path()), "its key is another one");
        assert!(keeps_leaf(dir.path()));
    }

    #[test]
    fn leaf_made_under_a_wrong_clock_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let names = needed_now(&make(dir.path()));
        for (from, until) in [(2, 300), (-300, -2)] {
            sign_leaf(dir.path(), &names, from, until);
            assert!(!keeps_leaf(dir.path()), "{from} to {until}");
        }
    }

    #[test]
    fn leaf_of_another_authority_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        make(dir.path());
        fs::remove_file(dir.path().join("switchboard-ca.crt")).unwrap();
        assert!(!keeps_leaf(dir.path()));
        assert!(keeps_leaf(dir.path()));
    }

    #[test]
    fn leaf_names_what_the_authority_permits_and_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let more = ["desk-2.local", "203.0.113.5", "2001:db8::5", "example.org"].map(str::to_owned);
        let own = find_or_make(Some(dir.path()), &more).unwrap();
        let names = own.pair.names;
        assert!(own.permitted.is_limited() && names.contains(&"desk-2.local".to_owned()), "{names:?}");
        assert!(more[1..].iter().all(|far| !names.contains(far)), "{names:?}");
    }
}
