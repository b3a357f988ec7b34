//! Which checks there are, and their order.

use std::time::Duration;

use tokio::time::timeout;

use super::report::{Finding, Report};
use super::route::Reached;
use super::tls::Roots;
use super::{certificate, forwarding, machine, port, relay, route};
use crate::config::{Config, DoctorArgs};
use crate::http::public_url::PublicUrl;
use crate::net::address::is_private;
use crate::net::proxies::TrustedProxies;

/// How long all checks may take together.
const MAX_TOTAL: Duration = Duration::from_secs(60);

/// Does all checks. With a URL argument only those of a server that runs elsewhere.
pub async fn run(args: &DoctorArgs, report: &mut Report) {
    let checks = async {
        match args.url() {
            Some(Ok(url)) => elsewhere(&url, args, report).await,
            Some(Err(why)) => report.add(Finding::problem("URL", format!("It cannot be read: {why}."))),
            None => here(args, report).await,
        }
    };
    if timeout(MAX_TOTAL, checks).await.is_err() {
        let sentence = format!("The checks took longer than {} s: the others were left out.", MAX_TOTAL.as_secs());
        report.add(Finding::skipped("time", sentence));
    }
}

/// A server with these flags on this machine, whether it runs or not.
async fn here(args: &DoctorArgs, report: &mut Report) {
    let (config, roots) = (&args.config, Roots::system());
    report.add(flags(config));
    let (finding, running) = port::look(config, &roots).await;
    report.add(finding);
    report.extend(port::metrics(config, running.as_ref()));
    report.add(machine::addresses(config, running.as_ref()).await);
    report.extend(certificate::look(config, running.as_ref(), &roots).await);
    report.add(machine::files(config));
    report.extend(machine::udp_buffer(config));
    if let Some(running) = &running {
        report.extend(relay::look(&running.target, &secret(args), config.listening.public_url.is_some(), &roots).await);
    }
    let Some(url) = &config.listening.public_url else {
        return report.add(Finding::skipped("public URL", "There is no --public-url to look at from outside."));
    };
    if running.is_none() && !is_forwarded(config) {
        let sentence = format!("{url} leads to this server, which does not run: start it, then run this again.");
        return report.add(Finding::skipped("public URL", sentence));
    }
    let (findings, reached) = route::look(url, running.as_ref(), &roots).await;
    report.extend(findings);
    if let Some(Reached { target, .. }) = reached {
        report.extend(forwarding::look(&target, url, running.as_ref().map(|_| config)).await);
    }
}

/// A server that runs elsewhere, as a client sees it from here.
async fn elsewhere(url: &PublicUrl, args: &DoctorArgs, report: &mut Report) {
    let roots = Roots::system();
    let (findings, reached) = route::look(url, None, &roots).await;
    report.extend(findings);
    let Some(Reached { target, is_trusted }) = reached else { return };
    report.extend(forwarding::look(&target, url, None).await);
    let ip = target.address.ip().to_canonical();
    // What is sent there may be read by others, unless this machine is the other one.
    if is_trusted || ip.is_loopback() {
        report.extend(relay::look(&target, &secret(args), !is_private(ip), &roots).await);
    } else {
        let sentence =
            "The server gives them for the password, which is not sent without a certificate that is trusted.";
        report.add(Finding::skipped("ICE servers", sentence));
    }
}

/// What the server gives ICE servers for: the token, else the password.
fn secret(args: &DoctorArgs) -> String {
    let token = args.token.as_ref().and_then(|token| token.text().ok());
    token.or_else(|| args.config.access.password_to_send()).unwrap_or_default()
}

/// Whether another program may answer at the public URL while the server does not run: a proxy.
fn is_forwarded(config: &Config) -> bool {
    config.listening.trust_proxy != TrustedProxies::None
        || config.listening.public_url.as_ref().is_some_and(|url| url.port() != Some(config.listening.port))
}

/// Whether the flags are accepted at the start.
fn flags(config: &Config) -> Finding {
    let folder = config.folder.as_ref().filter(|folder| !folder.is_dir());
    let error = config.authenticator().err().or_else(|| config.inspector().err()).or_else(|| config.ice().err());
    let error = error.or_else(|| config.tls().err());
    match (folder, error) {
        (Some(folder), _) => Finding::problem("flags", format!("There is no folder {}: correct it.", folder.display())),
        (None, Some(error)) => Finding::problem("flags", format!("{error:#}")),
        (None, None) if config.access.is_open_to_the_course() => {
            let sentence = "They are accepted. The password is the course's, which is public: choose another one with \
                            --password where strangers reach the server.";
            if config.listening.public_url.is_some() {
                Finding::warning("flags", sentence)
            } else {
                Finding::ok("flags", sentence)
            }
        }
        (None, None) => Finding::ok("flags", "They are accepted."),
    }
}
