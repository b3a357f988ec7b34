//! The kind of device that a browser runs on, as its request says, and what its user does there with the certificate.

use axum::http::{HeaderMap, header};

use super::language::Language;
use super::{authority_words, install_words};

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
    pub(super) fn name(self, language: Language) -> &'static str {
        match self {
            Self::Ios => authority_words::IPHONE_AND_IPAD.in_language(language),
            Self::Android => "Android",
            Self::Windows => "Windows",
            Self::MacOs => "Mac",
            Self::Linux => "Linux",
        }
    }

    /// How to continue past the warning of the certificate, in the browsers of this platform: HTML.
    pub(super) fn accept(self, language: Language) -> &'static str {
        let words = match self {
            Self::Ios => authority_words::ACCEPT_IOS,
            Self::Android => authority_words::ACCEPT_ANDROID,
            Self::MacOs => authority_words::ACCEPT_MACOS,
            Self::Windows | Self::Linux => authority_words::ACCEPT_OTHERS,
        };
        words.in_language(language)
    }

    /// How to install the authority: the items of a list, HTML.
    pub(super) fn install(self, language: Language) -> &'static str {
        let words = match self {
            Self::Ios => install_words::IOS,
            Self::Android => install_words::ANDROID,
            Self::Windows => install_words::WINDOWS,
            Self::MacOs => install_words::MACOS,
            Self::Linux => install_words::LINUX,
        };
        words.in_language(language)
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
