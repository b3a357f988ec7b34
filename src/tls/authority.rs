//! The server's own certificate authority. It is made on the first run and kept, so that a phone has to install it only
//! once. It signs for this machine and private networks only.

use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use tokio_rustls::rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::constraints::{self, Permitted};
use super::pem;
use super::state_file::{self, Readers};
use crate::net::host::host_name;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const VALID: Duration = Duration::from_secs(3_650 * 24 * 60 * 60);

/// The authority with its key.
pub(super) struct Authority {
    /// What signs.
    pub issuer: Issuer<'static, KeyPair>,
    /// Its certificate.
    pub certificate: CertificateDer<'static>,
    /// What it may sign. An authority of an earlier version may sign everything.
    pub permitted: Permitted,
}

impl Authority {
    /// Reads the authority, or makes one.
    ///
    /// # Errors
    /// Files that cannot be read or written, and damaged ones.
    pub(super) fn find_or_make(certificate_file: &Path, key_file: &Path) -> Result<Self> {
        if !certificate_file.exists() || !key_file.exists() {
            let key = KeyPair::generate()?;
            let authority = params().self_signed(&key)?;
            state_file::write(key_file, &key.serialize_pem(), Readers::Owner)?;
            state_file::write(certificate_file, &authority.pem(), Readers::All)?;
        }
        let damaged = |path: &Path| format!("{} is damaged: remove it and start again.", path.display());
        let key = KeyPair::from_pem(&state_file::read(key_file)?).with_context(|| damaged(key_file))?;
        let certificate = pem::chain(certificate_file)?.swap_remove(0);
        let permitted = Permitted::of(&certificate);
        // The issuer's name is taken from the certificate: this machine may have had another name when it was made.
        let issuer = Issuer::from_ca_cert_der(&certificate, key).with_context(|| damaged(certificate_file))?;
        Ok(Self { issuer, certificate, permitted })
    }

    /// When it ends; `None` for a certificate that cannot be read.
    pub(super) fn ends(&self) -> Option<SystemTime> {
        let (_, certificate) = X509Certificate::from_der(&self.certificate).ok()?;
        let seconds = u64::try_from(certificate.validity().not_after.timestamp()).ok()?;
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
    }
}

fn params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.distinguished_name.push(DnType::CommonName, format!("Switchboard on {}", host_name()));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    // No certificates for e-mail or programs: name constraints do not limit those.
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.name_constraints = Some(constraints::of_new_authority(&host_name()));
    // It begins a day ago, for phones whose clock is behind.
    let start = SystemTime::now() - DAY;
    (params.not_before, params.not_after) = (start.into(), (start + VALID).into());
    params
}
