//! A web origin (RFC 6454) as browsers send it, and the values of `--allow-origin`.

use std::fmt;

use anyhow::{Result, bail};
use url::{Host, Url};

/// Pages of these schemes have the origin `null`.
const WITHOUT_ORIGIN: [&str; 4] = ["about", "blob", "data", "javascript"];
/// Longest host name, in bytes (RFC 1035, section 2.3.4).
const MAX_HOST: usize = 253;

/// The origin of a page or an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum WebOrigin {
    /// `null`: a sandboxed frame, a `data:` page, most files.
    Null,
    /// `file://`: a page opened from the disk, in browsers that send this.
    File,
    /// `https://example.org:8443`, `capacitor://localhost`, `chrome-extension://ID`.
    Site {
        /// In lower case.
        scheme: String,
        /// In lower case, internationalised names in their ASCII form.
        host: String,
        /// `None` for the scheme's default port.
        port: Option<u16>,
    },
}

impl WebOrigin {
    /// Parses an origin. A text with a path, even `/`, a user, a query or a fragment is not an origin.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("null") {
            return Some(Self::Null);
        }
        let (scheme, authority) = text.split_once("://")?;
        // The URL parser would correct these characters, and no browser sends them.
        if authority.contains(['/', '\\', '?', '#', '@'])
            || text.contains(|c: char| c.is_whitespace() || c.is_control())
        {
            return None;
        }
        if scheme.eq_ignore_ascii_case("file") {
            return authority.is_empty().then_some(Self::File);
        }
        let url = Url::parse(text).ok()?;
        let host = url.host_str().filter(|host| !host.is_empty() && host.len() <= MAX_HOST)?.to_ascii_lowercase();
        // This also rejects every character with a meaning in a shell: the log quotes the origin in a command line.
        let plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._[]:".contains(&byte));
        plain.then(|| Self::Site { scheme: url.scheme().to_owned(), host, port: url.port() })
    }
}

impl fmt::Display for WebOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::File => f.write_str("file://"),
            Self::Site { scheme, host, port: None } => write!(f, "{scheme}://{host}"),
            Self::Site { scheme, host, port: Some(port) } => write!(f, "{scheme}://{host}:{port}"),
        }
    }
}

/// What one value of `--allow-origin` allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AllowedOrigin {
    /// This origin.
    Exact(WebOrigin),
    /// Every subdomain of this origin's host, of any depth, but not the host itself.
    Subdomains(WebOrigin),
}

impl AllowedOrigin {
    /// Parses a value of the flag. A slash at the end is ignored.
    ///
    /// # Errors
    /// A text that is not an origin, or allows every web site. The error says how to write it.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let trimmed = text.trim();
        let origin = match trimmed.strip_suffix('/') {
            Some(rest) if !rest.ends_with('/') => rest,
            Some(_) if trimmed.eq_ignore_ascii_case("file:///") => "file://",
            _ => trimmed,
        };
        if let Some((scheme, rest)) = origin.split_once("://*.") {
            return Self::subdomains(text, &format!("{scheme}://{rest}"));
        }
        if origin.contains('*') {
            bail!(
                "\"{text}\" would let pages of every web site make calls in their visitors' names, or has its * in the \
                 wrong place: name sites, like https://example.org, or all subdomains of one, like https://*.example.org."
            );
        }
        match WebOrigin::parse(origin) {
            Some(WebOrigin::Site { scheme, host, port }) if scheme == "ws" || scheme == "wss" => {
                let page = WebOrigin::Site { scheme: scheme.replacen("ws", "http", 1), host, port };
                bail!("\"{text}\" is the address of a WebSocket: name the page that opens it, like {page}.")
            }
            Some(WebOrigin::Site { scheme, .. }) if WITHOUT_ORIGIN.contains(&scheme.as_str()) => {
                bail!("\"{text}\" is not a web origin: pages of the scheme {scheme} have the origin null.")
            }
            Some(origin) => Ok(Self::Exact(origin)),
            None => bail!("\"{text}\" is not a web origin: write it like {}", suggestion(origin)),
        }
    }

    fn subdomains(text: &str, parent: &str) -> Result<Self> {
        let Some(origin) = WebOrigin::parse(parent) else {
            bail!("\"{text}\" is not a web origin: write it like https://*.example.org or https://*.example.org:8443.")
        };
        let WebOrigin::Site { scheme, host, .. } = &origin else {
            bail!("\"{text}\" is not a web origin: write it like https://*.example.org.")
        };
        let is_domain = matches!(Host::parse(host), Ok(Host::Domain(name)) if name.contains('.'));
        if !is_domain || !matches!(scheme.as_str(), "http" | "https") {
            bail!(
                "\"{text}\" names too much: a * stands before a domain like example.org, as in https://*.example.org."
            )
        }
        Ok(Self::Subdomains(origin))
    }

    /// Whether this value allows a page of that origin.
    pub(super) fn allows(&self, origin: &WebOrigin) -> bool {
        match (self, origin) {
            (Self::Exact(allowed), origin) => allowed == origin,
            (
                Self::Subdomains(WebOrigin::Site { scheme, host, port }),
                WebOrigin::Site { scheme: its_scheme, host: its_host, port: its_port },
            ) => {
                let label = its_host.strip_suffix(host.as_str()).and_then(|rest| rest.strip_suffix('.'));
                scheme == its_scheme && port == its_port && label.is_some_and(|label| !label.is_empty())
            }
            (Self::Subdomains(_), _) => false,
        }
    }
}

/// The origin that the user probably means.
fn suggestion(text: &str) -> String {
    let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
    let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    match WebOrigin::parse(&format!("{scheme}://{authority}")) {
        Some(origin) => format!("{origin}, with its scheme and without a path."),
        None => "https://example.org or https://example.org:8443, without a path.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> Option<String> {
        WebOrigin::parse(text).map(|origin| origin.to_string())
    }

    fn allows(allowed: &str, origin: &str) -> bool {
        AllowedOrigin::parse(allowed).unwrap().allows(&WebOrigin::parse(origin).unwrap())
    }

    #[test]
    fn origin_is_parsed_as_browsers_write_it() {
        for (written, canonically) in [
            ("HTTPS://Example.ORG", "https://example.org"),
            ("https://example.org:443", "https://example.org"),
            ("http://example.org:80", "http://example.org"),
            ("http://example.org:443", "http://example.org:443"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("https://BÜCHER.example:8443", "https://xn--bcher-kva.example:8443"),
            ("http://[0:0:0:0:0:0:0:1]:3000", "http://[::1]:3000"),
            ("null", "null"),
            ("file://", "file://"),
            ("capacitor://localhost", "capacitor://localhost"),
            ("chrome-extension://abcdefghijklmnop", "chrome-extension://abcdefghijklmnop"),
        ] {
            assert_eq!(canonical(written).as_deref(), Some(canonically), "{written}");
        }
    }

    #[test]
    fn text_that_no_browser_sends_is_not_an_origin() {
        for text in [
            "",
            "example.org",
            "localhost:3000",
            "https://",
            "https:example.org",
            "https:///example.org",
            "https://example.org/",
            "https://example.org/path",
            "https://example.org?q",
            "https://example.org#f",
            "https://user@example.org",
            "https://exa mple.org",
            "https://example.org\\@localhost",
            "file://localhost",
            "https://*.example.org",
            "https://a;b.example",
            "https://$(id).example",
            "blob:https://example.org",
            "https://example.org, https://localhost",
        ] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }

    #[test]
    fn allowed_origin_allows_itself_only() {
        for (allowed, origin) in [
            ("https://Example.org/", "https://example.org"),
            ("https://example.org:443", "https://example.org"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("file:///", "file://"),
            ("null", "null"),
            ("tauri://localhost", "tauri://localhost"),
        ] {
            assert!(allows(allowed, origin), "{allowed} {origin}");
        }
        for other in [
            "http://example.org",
            "https://example.org:8443",
            "https://www.example.org",
            "https://example.org.evil",
            "null",
        ] {
            assert!(!allows("https://example.org", other), "{other}");
        }
    }

    #[test]
    fn wildcard_allows_subdomains_only() {
        let wildcard = "https://*.Example.org";
        assert!(allows(wildcard, "https://a.example.org"));
        assert!(allows(wildcard, "https://a.b.example.org"));
        for other in [
            "https://example.org",
            "http://a.example.org",
            "https://a.example.org:8443",
            "https://aexample.org",
            "https://a.example.org.evil",
            "null",
            "file://",
        ] {
            assert!(!allows(wildcard, other), "{other}");
        }
        assert!(allows("https://*.example.org:8443", "https://a.example.org:8443"));
    }

    #[test]
    fn value_that_is_not_an_origin_gets_advice() {
        for (text, words) in [
            ("*", "every web site"),
            ("https://*", "every web site"),
            ("https://a.*.example.org", "every web site"),
            ("https://*.org", "names too much"),
            ("https://*.192.168.1.7", "names too much"),
            ("moz-extension://*.example.org", "names too much"),
            ("example.org", "write it like https://example.org,"),
            ("https://example.org/calls/", "write it like https://example.org,"),
            ("https://me@example.org:8443", "write it like https://example.org:8443,"),
            ("wss://example.org", "like https://example.org."),
            ("data://x", "origin null"),
            ("file:///home/page.html", "write it like"),
            ("", "write it like"),
        ] {
            let fault = AllowedOrigin::parse(text).unwrap_err().to_string();
            assert!(fault.contains(words) && fault.contains(text), "{text}: {fault}");
        }
    }
}
