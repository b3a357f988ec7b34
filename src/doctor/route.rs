//! The way from a browser to the server by its public URL: name, connection, TLS, and whose reply comes back.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use axum::http::header;

use super::certificate;
use super::client::{Reply, Target, tcp, within};
use super::port::Running;
use super::report::Finding;
use super::tls::Roots;
use crate::http::public_url::PublicUrl;

/// A clock that differs by less is in order: the header `Date` has seconds, and the reply takes its time.
const CLOCK_SPARE: Duration = Duration::from_secs(30);

/// Looks at the way to this URL. The target, if it is reached, is that of all checks behind it.
pub(super) async fn look(url: &PublicUrl, running: Option<&Running>, roots: &Roots) -> (Vec<Finding>, Option<Reached>) {
    let mut findings = Vec::new();
    let addresses = match resolve(url).await {
        Ok(addresses) => addresses,
        Err(finding) => return (vec![finding], None),
    };
    findings.push(Finding::ok("name", format!("{} is {}.", url.bare_host(), list(&addresses))));
    let (finding, address) = connect(url, &addresses).await;
    findings.push(finding);
    let Some(address) = address else { return (findings, None) };
    let base = url.to_string();
    let path = base.splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap_or_default();
    let target = Target {
        address,
        host: url.bare_host().to_owned(),
        port: url.port().unwrap_or(443),
        is_secure: url.is_secure(),
        base: path,
        roots: roots.clone(),
    };
    let mut is_trusted = false;
    if url.is_secure() {
        match target.connect().await {
            Ok((_, Some(seen))) => {
                is_trusted = seen.verdict.is_ok();
                let finding = certificate::trust(&seen.chain, seen.verdict);
                findings.push(Finding { check: "https", ..finding });
            }
            Ok((_, None)) => {}
            Err(why) => {
                let sentence = format!("{why}: the port of {url} must speak https; check the proxy's certificate.");
                findings.push(Finding::problem("https", sentence));
                return (findings, None);
            }
        }
    }
    let (more, is_reached) = server(&target, running).await;
    findings.extend(more);
    (findings, is_reached.then_some(Reached { target, is_trusted }))
}

/// A Switchboard that answers at the public URL.
pub(super) struct Reached {
    pub target: Target,
    /// Whether the connection is secure, so that a password may be sent by it.
    pub is_trusted: bool,
}

async fn resolve(url: &PublicUrl) -> Result<Vec<SocketAddr>, Finding> {
    let found = within("address", tokio::net::lookup_host((url.bare_host(), url.port().unwrap_or(443)))).await;
    let why = match found {
        Ok(Ok(addresses)) => {
            let mut addresses: Vec<SocketAddr> = addresses.collect();
            addresses.dedup();
            if !addresses.is_empty() {
                return Ok(addresses);
            }
            "it has no address".to_owned()
        }
        Ok(Err(error)) => error.to_string(),
        Err(why) => why,
    };
    let sentence = format!(
        "{} has no address here ({why}): enter it in the DNS (an A or AAAA record), or correct --public-url.",
        url.bare_host()
    );
    Err(Finding::problem("name", sentence))
}

/// Connects to each address: a browser may take any of them.
async fn connect(url: &PublicUrl, addresses: &[SocketAddr]) -> (Finding, Option<SocketAddr>) {
    let (mut reached, mut failed) = (Vec::new(), Vec::new());
    for address in addresses {
        match tcp(*address).await {
            Ok(_) => reached.push(*address),
            Err(why) => failed.push(format!("{address} ({why})")),
        }
    }
    let finding = match (reached.as_slice(), failed.as_slice()) {
        ([], _) => Finding::problem(
            "connection",
            format!(
                "{} cannot be reached: start the server or its proxy, forward TCP port {} in the router, and allow it in \
                 the firewall. (Some routers do not let a network reach its own public address: then run \
                 `switchboard doctor {url}` elsewhere.)",
                failed.join(", "),
                url.port().unwrap_or(443)
            ),
        ),
        (_, []) => Finding::ok("connection", format!("TCP port {} is reached.", url.port().unwrap_or(443))),
        _ => Finding::warning(
            "connection",
            format!(
                "{} cannot be reached, other addresses can: correct the DNS, or listen there, too.",
                failed.join(", ")
            ),
        ),
    };
    (finding, reached.first().copied())
}

/// Whether a Switchboard answers, and whether it is the one that runs here.
async fn server(target: &Target, running: Option<&Running>) -> (Vec<Finding>, bool) {
    let reply = match target.get("/api/connection", &[]).await {
        Ok(reply) => reply,
        Err(why) => {
            let sentence = format!("{why}: check that the proxy runs and where it forwards to.");
            return (vec![Finding::problem("server", sentence)], false);
        }
    };
    let mut findings = vec![clock(&reply, SystemTime::now())];
    let (finding, is_reached) = match (target.connection(&[]).await, running) {
        (Ok(Some(seen)), Some(running)) if seen.instance != running.instance => {
            let sentence = "Another Switchboard answers there than the one on this machine: check where the name and the \
                            proxy lead.";
            (Finding::warning("server", sentence), true)
        }
        (Ok(Some(_)), Some(_)) => (Finding::ok("server", "The Switchboard of this machine answers there."), true),
        (Ok(Some(_)), None) => (Finding::ok("server", "A Switchboard answers there."), true),
        (Ok(None), _) if [502, 503, 504].contains(&reply.status.as_u16()) => {
            let sentence = format!(
                "The proxy replies {}: it does not reach Switchboard; start it, and check the proxy's upstream address.",
                reply.status
            );
            (Finding::problem("server", sentence), false)
        }
        (Ok(None), _) => {
            let sentence = format!(
                "Another program answers there ({}), or an old version of this one: check where the proxy forwards to, \
                 and the path in the URL.",
                reply.status
            );
            (Finding::problem("server", sentence), false)
        }
        (Err(why), _) => (Finding::problem("server", format!("{why}: run this again.")), false),
    };
    findings.push(finding);
    (findings, is_reached)
}

/// Compares this machine's clock with the one of the reply (RFC 9110, section 6.6.1).
fn clock(reply: &Reply, now: SystemTime) -> Finding {
    let date = reply.headers.get(header::DATE).and_then(|date| date.to_str().ok());
    let Some(there) = date.and_then(|date| httpdate::parse_http_date(date).ok()) else {
        return Finding::skipped("clock", "The reply has no date to compare this machine's clock with.");
    };
    let apart = now.duration_since(there).unwrap_or_else(|error| error.duration());
    if apart <= CLOCK_SPARE {
        return Finding::ok("clock", "This machine's clock and that of the public URL agree.");
    }
    let sentence = format!(
        "This machine's clock and that of the public URL are {} apart: set both by NTP; certificates, tokens and \
         credentials of TURN depend on it.",
        humantime::format_duration(Duration::from_secs(apart.as_secs()))
    );
    Finding::warning("clock", sentence)
}

fn list(addresses: &[SocketAddr]) -> String {
    addresses.iter().map(|address| address.ip().to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use axum::http::{HeaderMap, HeaderValue, StatusCode};

    use super::super::report::Status;
    use super::*;

    fn clock_of(date: Option<&'static str>) -> Finding {
        let now = httpdate::parse_http_date("Sat, 28 Nov 2026 12:00:00 GMT").unwrap();
        let mut headers = HeaderMap::new();
        headers.extend(date.map(|date| (header::DATE, HeaderValue::from_static(date))));
        clock(&Reply { status: StatusCode::OK, headers, body: Bytes::new() }, now)
    }

    #[test]
    fn clock_that_differs_by_a_minute_is_a_warning() {
        assert_eq!(clock_of(Some("Sat, 28 Nov 2026 12:00:20 GMT")).status, Status::Ok);
        let ahead = clock_of(Some("Sat, 28 Nov 2026 12:01:00 GMT"));
        assert_eq!(ahead.status, Status::Warning);
        assert!(ahead.sentence.contains("1m"), "{}", ahead.sentence);
        assert_eq!(clock_of(Some("Fri, 27 Nov 2026 12:00:00 GMT")).status, Status::Warning);
        assert_eq!(clock_of(Some("yesterday")).status, Status::Skipped);
        assert_eq!(clock_of(None).status, Status::Skipped);
    }
}
