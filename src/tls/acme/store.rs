//! The files of ACME in the state folder: the account, and each certificate with its key in one file, so that both are
//! replaced at the same moment. Only their owner can read them.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use instant_acme::AccountCredentials;
use ring::digest::{SHA256, digest};
use tokio_rustls::rustls::RootCertStore;

use super::options::AcmeOptions;
use crate::tls::pair::Pair;
use crate::tls::pem;
use crate::tls::state_file::{self, Readers};

/// Where the files of these options are.
#[derive(Debug, Clone)]
pub(super) struct Store {
    account: PathBuf,
    certificate: PathBuf,
}

impl Store {
    /// The files in this folder: an account for each directory, a certificate for each list of domains.
    pub(super) fn new(dir: &Path, options: &AcmeOptions) -> Self {
        let of_directory = tag(&options.directory);
        let of_domains = tag(&format!("{}\n{}", options.directory, options.domains.join("\n")));
        let first = options.domains.first().map_or("", String::as_str);
        Self {
            account: dir.join(format!("acme-account-{of_directory}.json")),
            certificate: dir.join(format!("acme-{first}-{of_domains}.pem")),
        }
    }

    /// The account, if there is one.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub(super) fn account(&self) -> Result<Option<AccountCredentials>> {
        if !self.account.exists() {
            return Ok(None);
        }
        let text = state_file::read(&self.account)?;
        let damaged =
            || format!("{} is damaged: remove it, and the server makes a new account.", self.account.display());
        serde_json::from_str(&text).map(Some).with_context(damaged)
    }

    /// Keeps the account.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub(super) fn keep_account(&self, account: &AccountCredentials) -> Result<()> {
        state_file::write(&self.account, &serde_json::to_string(account)?, Readers::Owner)
    }

    /// Removes an account that the authority does not know.
    pub(super) fn forget_account(&self) {
        // If it fails, the next try meets the same account, and the log says so again.
        let _ = std::fs::remove_file(&self.account);
    }

    /// The certificate with its key, if there is one.
    ///
    /// # Errors
    /// A damaged file.
    pub(super) fn certificate(&self, roots: &RootCertStore) -> Result<Option<Pair>> {
        if !self.certificate.exists() {
            return Ok(None);
        }
        let (chain, key) = (pem::chain(&self.certificate)?, pem::key(&self.certificate)?);
        Ok(Some(Pair::new(chain, key, roots)?))
    }

    /// Keeps a certificate with its key, both PEM.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub(super) fn keep_certificate(&self, chain: &str, key: &str) -> Result<()> {
        state_file::write(&self.certificate, &format!("{key}{chain}"), Readers::Owner)
    }
}

/// Eight hexadecimal digits that tell texts apart.
fn tag(text: &str) -> String {
    digest(&SHA256, text.as_bytes()).as_ref()[..4].iter().map(|byte| format!("{byte:02x}")).collect()
}
