//! The certificate: where it comes from, for which names it is, when it ends, whether browsers trust it.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use tokio_rustls::rustls::client::verify_server_name;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{CertificateError, Error};
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::client::{tcp, within};
use super::port::Running;
use super::report::Finding;
use super::tls::{self, Roots, Seen};
use crate::config::Config;
use crate::net::address::is_private;
use crate::net::host::lan_addresses;
use crate::tls::certificate;

/// A certificate that ends sooner gets a warning.
const SOON: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// Looks at the certificate files, and at what a running server presents.
pub(super) async fn look(config: &Config, running: Option<&Running>, roots: &Roots) -> Vec<Finding> {
    if config.listening.http_only {
        let sentence = "There is none: with --http-only the proxy in front has the certificate.";
        return vec![Finding::ok("certificate", sentence)];
    }
    let mut findings = Vec::new();
    let public =
        config.listening.public_url.as_ref().filter(|url| url.is_secure()).map(|url| url.bare_host().to_owned());
    let host = public.or_else(|| config.certificates.acme.first().cloned());
    let file = match file(config) {
        Some(path) => match from_file(config, &path) {
            Ok(chain) => Some((path, chain)),
            Err(sentence) => return vec![Finding::problem("certificate", sentence)],
        },
        None => None,
    };
    let presented = match running {
        Some(running) => match presented(running, host.as_deref(), roots).await {
            Ok(seen) => Some(seen),
            Err(why) => {
                findings.push(Finding::problem("certificate", format!("The server that runs here: {why}.")));
                None
            }
        },
        None => None,
    };
    if let (Some((path, chain)), Some(seen)) = (&file, &presented)
        && chain.first() != seen.chain.first()
    {
        let sentence = format!(
            "The server that runs here presents another certificate than {} holds: restart it if it does not load the \
             new one within a minute.",
            path.display()
        );
        findings.push(Finding::warning("certificate", sentence));
    }
    let chain = match (file, presented) {
        (Some((_, chain)), _) => chain,
        (None, Some(seen)) => seen.chain,
        (None, None) if findings.is_empty() && !config.certificates.acme.is_empty() => {
            let sentence = format!(
                "It is obtained at the start: port 443 of {} must lead to this server, or port 80 to --acme-http.",
                config.certificates.acme.join(", ")
            );
            return vec![Finding::skipped("certificate", sentence)];
        }
        (None, None) if findings.is_empty() => {
            return vec![Finding::ok("certificate", "Switchboard makes one of its own at the start, and keeps it.")];
        }
        (None, None) => return findings,
    };
    findings.push(examine(&chain, SystemTime::now()));
    findings.push(names(&chain, host.as_deref()));
    // With a proxy in front, the proxy's certificate is what browsers see: `route` looks at that one.
    let behind_proxy = config.listening.trust_proxy != crate::net::proxies::TrustedProxies::None;
    let name = host.as_deref().and_then(|host| ServerName::try_from(host).ok()).unwrap_or_else(localhost);
    if !behind_proxy {
        findings.push(trust(&chain, roots.verify(&chain, &name)));
    }
    findings
}

/// The certificate file that the flags name, or that the folder holds.
fn file(config: &Config) -> Option<PathBuf> {
    let folder = config.folder.as_ref().filter(|_| config.certificates.acme.is_empty());
    let in_folder = || folder.map(|folder| folder.join("cert.crt")).filter(|path| path.exists());
    config.listening.cert.clone().or_else(in_folder)
}

/// The chain in the file, if the server can use it with its key.
fn from_file(config: &Config, path: &PathBuf) -> Result<Vec<CertificateDer<'static>>, String> {
    let files = config.tls().map(|options| options.map(|options| certificate::choose(&options)));
    files.and_then(Option::transpose).map_err(|error| format!("{error:#}"))?;
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    read.map_err(|error| format!("{} cannot be read ({error}).", path.display()))
}

/// What a running server presents to a client that asks for this host.
async fn presented(running: &Running, host: Option<&str>, roots: &Roots) -> Result<Seen, String> {
    let stream = tcp(running.target.address).await?;
    let (_, seen) =
        within("TLS handshake", tls::handshake(stream, host.unwrap_or("localhost"), roots, &["http/1.1"])).await??;
    Ok(seen)
}

/// From when to when it is valid.
pub(super) fn examine(chain: &[CertificateDer<'_>], now: SystemTime) -> Finding {
    let parsed = chain.first().and_then(|own| X509Certificate::from_der(own).ok());
    let Some((_, own)) = parsed else {
        return Finding::problem("certificate", "It is damaged: it is not an X.509 certificate.");
    };
    let (from, until) = (time(own.validity().not_before.timestamp()), time(own.validity().not_after.timestamp()));
    let issuer = own.issuer().iter_common_name().next().and_then(|name| name.as_str().ok()).unwrap_or("no name");
    let day = |time: SystemTime| humantime::format_rfc3339_seconds(time).to_string()[..10].to_owned();
    if now < from {
        let sentence = format!("It is valid from {} on only: set this machine's clock.", day(from));
        return Finding::problem("certificate", sentence);
    }
    match until.duration_since(now) {
        Err(_) => Finding::problem(
            "certificate",
            format!("It ended on {}: get a new one; browsers warn of the old one or refuse it.", day(until)),
        ),
        Ok(left) if left < SOON => {
            Finding::warning("certificate", format!("It ends on {}: check that it is renewed before.", day(until)))
        }
        Ok(left) => {
            let days = left.as_secs() / (24 * 60 * 60);
            Finding::ok("certificate", format!("Issued by \"{issuer}\", valid until {} ({days} days).", day(until)))
        }
    }
}

/// For which names it is: that of the public URL, or those by which a network opens this machine.
fn names(chain: &[CertificateDer<'_>], host: Option<&str>) -> Finding {
    let wanted: Vec<String> = match host {
        Some(host) => vec![host.to_owned()],
        None => lan_addresses().iter().filter(|ip| ip.is_ipv4() && is_private(**ip)).map(ToString::to_string).collect(),
    };
    let missing: Vec<&str> = wanted.iter().map(String::as_str).filter(|name| !is_for(chain, name)).collect();
    if !missing.is_empty() {
        let missing = missing.join(", ");
        return match host {
            Some(_) => Finding::problem("names", format!("It does not name {missing}: get a certificate that does.")),
            None => Finding::warning(
                "names",
                format!(
                    "It does not name {missing}: browsers warn at that address; leave out the certificate's files, and \
                     Switchboard makes one that does."
                ),
            ),
        };
    }
    match wanted.as_slice() {
        [] => Finding::ok("names", "No name but localhost is needed."),
        wanted => Finding::ok("names", format!("It names {}.", wanted.join(", "))),
    }
}

fn is_for(chain: &[CertificateDer<'_>], name: &str) -> bool {
    let own = chain.first().and_then(|own| ParsedCertificate::try_from(own).ok());
    own.zip(ServerName::try_from(name).ok()).is_some_and(|(own, name)| verify_server_name(&own, &name).is_ok())
}

/// Whether browsers trust it, and if not, why.
pub(super) fn trust(chain: &[CertificateDer<'_>], verdict: Result<(), Error>) -> Finding {
    use CertificateError as Reason;
    let reason = match verdict {
        Ok(()) => return Finding::ok("trust", "The system's authorities vouch for it: browsers show no warning."),
        Err(Error::InvalidCertificate(reason)) => reason,
        Err(error) => {
            return Finding::problem("trust", format!("Browsers do not accept it ({error}): get another one."));
        }
    };
    match reason {
        Reason::Expired | Reason::ExpiredContext { .. } => {
            Finding::problem("trust", "It has ended: browsers warn of it or refuse it; get a new one.")
        }
        Reason::NotValidForName | Reason::NotValidForNameContext { .. } => {
            Finding::problem("trust", "It is for another name: browsers warn of it; get one for this name.")
        }
        Reason::UnknownIssuer if lacks_intermediate(chain) => Finding::problem(
            "trust",
            "The certificate of its authority is missing: give --cert the whole chain (certbot: fullchain.pem). Some \
             browsers fetch it by themselves, phones and programs do not.",
        ),
        _ => Finding::warning(
            "trust",
            "No authority of the system vouches for it: browsers warn once, and phones want the authority installed \
             (/switchboard-ca.crt) or the warning accepted.",
        ),
    }
}

/// Whether the last certificate is one that a public authority issued: it says where the authority's own is fetched
/// (RFC 5280, section 4.2.2.1), and private authorities hardly say so.
fn lacks_intermediate(chain: &[CertificateDer<'_>]) -> bool {
    let parsed = chain.last().and_then(|last| X509Certificate::from_der(last).ok());
    parsed.is_some_and(|(_, last)| {
        let names_issuer =
            |extension: &ParsedExtension<'_>| matches!(extension, ParsedExtension::AuthorityInfoAccess(_));
        last.subject() != last.issuer() && last.extensions().iter().any(|e| names_issuer(e.parsed_extension()))
    })
}

fn localhost<'a>() -> ServerName<'a> {
    ServerName::from(std::net::IpAddr::from(std::net::Ipv4Addr::LOCALHOST))
}

fn time(seconds: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}
