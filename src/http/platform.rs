//! The kind of device that a browser runs on, as its request says, and what its user does there with the certificate.

use axum::http::{HeaderMap, header};

/// The operating systems whose steps differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Platform {
    Ios,
    Android,
    Windows,
    MacOs,
    Linux,
}

impl Platform {
    /// All of them, in the order of the pages.
    pub(super) const ALL: [Self; 5] = [Self::Ios, Self::Android, Self::Windows, Self::MacOs, Self::Linux];

    /// Reads Sec-CH-UA-Platform (User-Agent Client Hints), which Chromium sends to https and loopback addresses, and
    /// otherwise User-Agent. `None` for a device that names none of these. An iPad calls itself a Mac, so that the pages let
    /// the user choose.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let hinted = text("sec-ch-ua-platform").and_then(|hint| match hint.trim_matches('"') {
            "iOS" => Some(Self::Ios),
            "Android" => Some(Self::Android),
            "Windows" => Some(Self::Windows),
            "macOS" => Some(Self::MacOs),
            "Linux" | "Chrome OS" | "Chromium OS" => Some(Self::Linux),
            _ => None,
        });
        hinted.or_else(|| {
            let agent = text(header::USER_AGENT.as_str())?;
            // In this order: phones with Android also say Linux, and iPhones say Mac OS X.
            let known = [
                ("iPhone", Self::Ios),
                ("iPad", Self::Ios),
                ("iPod", Self::Ios),
                ("Android", Self::Android),
                ("Windows", Self::Windows),
                ("Macintosh", Self::MacOs),
                ("Linux", Self::Linux),
                ("CrOS", Self::Linux),
            ];
            known.into_iter().find(|(word, _)| agent.contains(word)).map(|(_, platform)| platform)
        })
    }

    /// The name that users know.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ios => "iPhone and iPad",
            Self::Android => "Android",
            Self::Windows => "Windows",
            Self::MacOs => "Mac",
            Self::Linux => "Linux",
        }
    }

    /// How to continue past the warning of the certificate, in the browsers of this platform: HTML.
    pub(super) fn accept(self) -> &'static str {
        match self {
            Self::Ios => {
                "Safari says \u{201c}This Connection Is Not Private\u{201d}: press \u{201c}Show Details\u{201d}, then \
                 \u{201c}visit this website\u{201d}, then \u{201c}Visit Website\u{201d}."
            }
            Self::Android => {
                "Chrome says \u{201c}Your connection is not private\u{201d}: press \u{201c}Advanced\u{201d}, then \
                 \u{201c}Proceed\u{201d}. Firefox: \u{201c}Advanced\u{201d}, then \u{201c}Accept the Risk and \
                 Continue\u{201d}."
            }
            Self::MacOs => {
                "Safari: \u{201c}Show Details\u{201d}, then \u{201c}visit this website\u{201d}. Chrome and Edge: \
                 \u{201c}Advanced\u{201d}, then \u{201c}Proceed\u{201d}. Firefox: \u{201c}Advanced\u{201d}, then \
                 \u{201c}Accept the Risk and Continue\u{201d}."
            }
            Self::Windows | Self::Linux => {
                "Chrome and Edge: \u{201c}Advanced\u{201d}, then \u{201c}Proceed\u{201d} or \u{201c}Continue\u{201d}. \
                 Firefox: \u{201c}Advanced\u{201d}, then \u{201c}Accept the Risk and Continue\u{201d}."
            }
        }
    }

    /// How to install the authority: the items of a list, HTML.
    pub(super) fn install(self) -> &'static str {
        match self {
            Self::Ios => {
                "<li>In Safari, download the configuration profile (switchboard-ca.mobileconfig) and press \u{201c}Allow\u{201d}.</li>\n\
                 <li>First place: Settings, General, \u{201c}VPN &amp; Device Management\u{201d}, the downloaded profile, \
                 \u{201c}More Details\u{201d}: compare the SHA-256 fingerprint with the terminal. Then press \
                 \u{201c}Install\u{201d}.</li>\n\
                 <li>Second place: Settings, General, About, \u{201c}Certificate Trust Settings\u{201d}: switch on \
                 \u{201c}Switchboard on \u{2026}\u{201d}. Without this the browser goes on warning.</li>\n\
                 <li>To remove it: \u{201c}VPN &amp; Device Management\u{201d}, the profile, \u{201c}Remove \
                 Profile\u{201d}.</li>"
            }
            Self::Android => {
                "<li>Download the certificate (switchboard-ca.crt).</li>\n\
                 <li>Open Settings and search there for \u{201c}CA certificate\u{201d} (often: Security &amp; privacy, More \
                 security settings, Encryption &amp; credentials, Install a certificate). The device needs a screen \
                 lock.</li>\n\
                 <li>Press \u{201c}CA certificate\u{201d}, \u{201c}Install anyway\u{201d}, and choose the file \
                 switchboard-ca.crt.</li>\n\
                 <li>Compare: \u{201c}Trusted credentials\u{201d}, User, \u{201c}Switchboard on \u{2026}\u{201d} shows the \
                 SHA-256 fingerprint, which must be the one in the terminal.</li>\n\
                 <li>Chrome uses it at once. Firefox uses it only after Settings, About Firefox, five presses on the logo, \
                 Secret Settings, \u{201c}Use third party CA certificates\u{201d}.</li>\n\
                 <li>To remove it: \u{201c}Trusted credentials\u{201d}, User. Until then Android says that the network may be \
                 monitored.</li>"
            }
            Self::Windows => {
                "<li>Download the certificate (switchboard-ca.crt).</li>\n\
                 <li>Compare: <code>certutil -dump switchboard-ca.crt</code> shows the fingerprint as \u{201c}Cert \
                 Hash(sha256)\u{201d}. It must be the one in the terminal.</li>\n\
                 <li>Open the file, press \u{201c}Install Certificate\u{201d}, \u{201c}Current User\u{201d}, \u{201c}Place all certificates \
                 in the following store\u{201d}, \u{201c}Trusted Root Certification Authorities\u{201d}, and confirm.</li>\n\
                 <li>Chrome and Edge use it after a restart, Firefox as well (Settings, Privacy &amp; Security, \
                 \u{201c}Allow Firefox to automatically trust third-party root certificates you install\u{201d}).</li>\n\
                 <li>To remove it: <code>certmgr.msc</code>, Trusted Root Certification Authorities, Certificates.</li>"
            }
            Self::MacOs => {
                "<li>Download the certificate (switchboard-ca.crt) and open it: Keychain Access adds it to \u{201c}login\u{201d}.</li>\n\
                 <li>Double-click \u{201c}Switchboard on \u{2026}\u{201d} there and compare the SHA-256 fingerprint with the \
                 terminal.</li>\n\
                 <li>Open \u{201c}Trust\u{201d} and choose \u{201c}Always Trust\u{201d}.</li>\n\
                 <li>Safari, Chrome and Edge use it at once, Firefox after a restart.</li>\n\
                 <li>To remove it: delete it in Keychain Access.</li>"
            }
            Self::Linux => {
                "<li>Download the certificate and compare: <code>openssl x509 -in switchboard-ca.crt -noout \
                 -fingerprint -sha256</code> must print the fingerprint in the terminal.</li>\n\
                 <li>Chrome and Chromium: Settings, Privacy and security, Security, Manage certificates, Authorities or \
                 \u{201c}Installed by you\u{201d}, Import.</li>\n\
                 <li>Firefox: Settings, Privacy &amp; Security, Certificates, View Certificates, Authorities, Import, \
                 \u{201c}Trust this CA to identify websites\u{201d}.</li>\n\
                 <li>To remove it: the same places.</li>"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn of(agent: &'static str, hint: Option<&'static str>) -> Option<Platform> {
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, HeaderValue::from_static(agent));
        if let Some(hint) = hint {
            headers.insert("sec-ch-ua-platform", HeaderValue::from_static(hint));
        }
        Platform::of(&headers)
    }

    #[test]
    fn platform_is_read_from_user_agent_and_hint() {
        for (agent, hint, expected) in [
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) Safari/604.1", None, Some(Platform::Ios)),
            ("Mozilla/5.0 (Linux; Android 10; K) Chrome/156.0.0.0 Mobile", None, Some(Platform::Android)),
            ("Mozilla/5.0 (Android 16; Mobile; rv:153.0) Gecko/153.0 Firefox/153.0", None, Some(Platform::Android)),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/156.0.0.0", None, Some(Platform::Windows)),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15", None, Some(Platform::MacOs)),
            ("Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0", None, Some(Platform::Linux)),
            ("Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0", Some("\"Android\""), Some(Platform::Android)),
            ("Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0", Some("\"Unknown\""), Some(Platform::Linux)),
            ("curl/8.14", None, None),
        ] {
            assert_eq!(of(agent, hint), expected, "{agent} {hint:?}");
        }
    }
}
