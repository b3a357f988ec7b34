//! One order: the authority checks the domains, then issues the certificate.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use instant_acme::{
    Account, AuthorizationHandle, AuthorizationStatus, ChallengeType, Error, Identifier, NewOrder, Order, OrderStatus,
    RetryPolicy,
};
use rcgen::{CertificateParams, DistinguishedName, KeyPair};

use super::challenges::{Challenges, OpenChallenges};
use super::options::AcmeOptions;

/// How long the authority may take for its checks, and again to issue the certificate.
const PATIENCE: Duration = Duration::from_secs(90);

/// A certificate chain and its key, both PEM.
pub(super) struct Issued {
    pub chain: String,
    pub key: String,
}

/// Obtains a certificate for all domains.
///
/// # Errors
/// What the authority refuses, in its own words.
pub(super) async fn obtain(account: &Account, options: &AcmeOptions, challenges: &Challenges) -> Result<Issued> {
    let domains: Vec<_> = options.domains.iter().map(|domain| Identifier::Dns(domain.clone())).collect();
    let mut order = account.new_order(&NewOrder::new(&domains)).await?;
    let open = challenges.open();
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        prove(authorization?, options.has_http, &open).await?;
    }
    let policy = RetryPolicy::new().timeout(PATIENCE);
    match order.poll_ready(&policy).await {
        Ok(OrderStatus::Ready) => {}
        Ok(_) | Err(Error::Api(_)) => return Err(refusal(&mut order, options.has_http).await),
        Err(error) => return Err(error.into()),
    }
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(options.domains.clone())?;
    params.distinguished_name = DistinguishedName::new();
    order.finalize_csr(params.serialize_request(&key)?.der()).await?;
    let chain = order.poll_certificate(&policy).await?;
    Ok(Issued { chain, key: key.serialize_pem() })
}

/// Answers a challenge for one domain, unless the authority has checked it before.
async fn prove(mut authorization: AuthorizationHandle<'_>, has_http: bool, open: &OpenChallenges<'_>) -> Result<()> {
    match authorization.status {
        AuthorizationStatus::Valid => return Ok(()),
        AuthorizationStatus::Pending => {}
        status => bail!("the authority offers no challenge ({status:?})"),
    }
    let Identifier::Dns(domain) = authorization.identifier().identifier.clone() else {
        bail!("the authority asks about something that is not a domain");
    };
    let (kind, name) = match has_http {
        true => (ChallengeType::Http01, "HTTP-01"),
        false => (ChallengeType::TlsAlpn01, "TLS-ALPN-01"),
    };
    let mut challenge =
        authorization.challenge(kind).with_context(|| format!("the authority does not offer {name} for {domain}"))?;
    let answer = challenge.key_authorization();
    match has_http {
        true => open.answer_http(&challenge.token, answer.as_str()),
        false => open.answer_tls(&domain, answer.digest().as_ref())?,
    }
    Ok(challenge.set_ready().await?)
}

/// Why the authority did not accept the answers.
async fn refusal(order: &mut Order, has_http: bool) -> anyhow::Error {
    let needed = match has_http {
        true => "port 80 of each domain must lead to the address of --acme-http",
        false => {
            "port 443 of each domain must lead to the port of this server; where only port 80 can, use --acme-http"
        }
    };
    let mut reason = "the authority gives no reason".to_owned();
    let mut authorizations = order.authorizations();
    while let Some(Ok(mut authorization)) = authorizations.next().await {
        let Ok(state) = authorization.refresh().await else { continue };
        if let Some(problem) = state.challenges.iter().find_map(|challenge| challenge.error.as_ref()) {
            reason = problem.detail.clone().unwrap_or(reason);
            break;
        }
    }
    anyhow!("{reason} ({needed})")
}
