//! `--public-url`: the address that browsers open, if it is not this machine's own.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use super::web_origin::WebOrigin;

/// An http or https URL without user, query and fragment, like `https://example.org/calls/`. Displays without the slash at
/// the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    url: Url,
    origin: WebOrigin,
}

impl PublicUrl {
    /// The origin of its pages.
    pub(super) fn origin(&self) -> &WebOrigin {
        &self.origin
    }

    /// Whether its scheme is https.
    pub(crate) fn is_secure(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// That origin as the header `Origin` has it.
    pub(crate) fn origin_header(&self) -> String {
        self.origin.to_string()
    }

    /// Its host, an IPv6 address in brackets.
    pub(crate) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Its host as in a DNS query or a certificate: an IPv6 address without brackets.
    pub(crate) fn bare_host(&self) -> &str {
        self.host().trim_matches(['[', ']'])
    }

    /// Whether only browsers of this machine can open it.
    pub(crate) fn is_loopback(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
            None => false,
        }
    }

    /// Its port, that of its scheme if it names none.
    pub(crate) fn port(&self) -> Option<u16> {
        self.url.port_or_known_default()
    }

    /// The public URL of a path of this server.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{self}{path}")
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_str().trim_end_matches('/'))
    }
}

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text.trim()).ok().filter(|url| {
            let is_plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
            matches!(url.scheme(), "http" | "https") && is_plain && url.fragment().is_none()
        });
        let origin = url.as_ref().and_then(|url| WebOrigin::parse(&url.origin().ascii_serialization()));
        let (Some(url), Some(origin)) = (url, origin) else {
            return Err("write the address that browsers open, like https://calls.example.org or \
                 https://example.org/calls/, without a query or fragment"
                .to_owned());
        };
        Ok(Self { url, origin })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_url_is_parsed_as_browsers_do() {
        for (text, shown, origin) in [
            ("https://Calls.example.org", "https://calls.example.org", "https://calls.example.org"),
            ("https://example.org:443/calls/", "https://example.org/calls", "https://example.org"),
            ("http://bücher.example:8080/", "http://xn--bcher-kva.example:8080", "http://xn--bcher-kva.example:8080"),
        ] {
            let url: PublicUrl = text.parse().unwrap();
            assert_eq!((url.to_string().as_str(), url.origin().to_string().as_str()), (shown, origin));
            assert_eq!(url.at("/room/tea?a=b"), format!("{shown}/room/tea?a=b"));
        }
        for wrong in [
            "",
            "calls.example.org",
            "ftp://example.org",
            "https://me@example.org",
            "https://example.org?q",
            "https://example.org/#x",
        ] {
            assert!(wrong.parse::<PublicUrl>().is_err(), "{wrong}");
        }
    }
}
