//! The account with the authority. It is made with the first order and kept.

use anyhow::{Context, Result};
use instant_acme::{Account, Error, NewAccount};

use super::client::Client;
use super::options::AcmeOptions;
use super::store::Store;

/// The type of the problem that says that an account does not exist (RFC 8555, section 6.7).
const UNKNOWN_ACCOUNT: &str = "urn:ietf:params:acme:error:accountDoesNotExist";

/// Opens the account, or makes one.
///
/// # Errors
/// A directory that cannot be reached, an authority that refuses, a state folder that cannot be used.
pub(super) async fn open(options: &AcmeOptions, store: &Store) -> Result<Account> {
    let builder = Account::builder_with_http(Box::new(Client::new(options.ca.as_deref())?));
    let unreachable = || format!("{} cannot be used", options.directory);
    if let Some(credentials) = store.account()? {
        return builder.from_credentials(credentials).await.with_context(unreachable);
    }
    let contact: Vec<_> = options.email.iter().map(|email| format!("mailto:{email}")).collect();
    let contact: Vec<_> = contact.iter().map(String::as_str).collect();
    let account = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
    let (account, credentials) =
        builder.create(&account, options.directory.clone(), None).await.with_context(unreachable)?;
    store.keep_account(&credentials)?;
    Ok(account)
}

/// Whether the authority does not know the account: a test authority may have forgotten it.
pub(super) fn is_unknown(error: &anyhow::Error) -> bool {
    matches!(
        error.chain().find_map(|cause| cause.downcast_ref()),
        Some(Error::Api(problem)) if problem.r#type.as_deref() == Some(UNKNOWN_ACCOUNT)
    )
}
