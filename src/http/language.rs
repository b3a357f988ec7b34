//! The language of the pages that the server writes itself: that of the browser, among those that the built-in pages have.

use axum::http::{HeaderMap, Uri, header};

/// Most languages that are read of a header; a browser names fewer.
const MAX_RANGES: usize = 32;

/// The languages of the built-in pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    English,
    German,
    Spanish,
}

impl Language {
    /// All of them, in the order of [`Words`].
    const ALL: [Self; 3] = [Self::English, Self::German, Self::Spanish];

    /// The language that `?lang=` in the address names, else the one that Accept-Language prefers (RFC 9110, section 12.5.4),
    /// else English.
    pub(super) fn of(uri: &Uri, headers: &HeaderMap) -> Self {
        let mut pairs = uri.query().unwrap_or_default().split('&');
        let asked = pairs.find_map(|pair| pair.strip_prefix("lang=")).and_then(Self::named);
        asked.unwrap_or_else(|| Self::preferred(headers))
    }

    /// Its tag (RFC 5646).
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Spanish => "es",
        }
    }

    /// The language of a tag such as `de-AT`.
    fn named(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    fn preferred(headers: &HeaderMap) -> Self {
        let fields = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|field| field.to_str().ok());
        let ranges: Vec<_> = fields.flat_map(|field| field.split(',')).take(MAX_RANGES).filter_map(range).collect();
        let is_named = |language| ranges.iter().any(|(tag, _)| Self::named(tag) == Some(language));
        let mut best = (Self::English, 0);
        for (tag, weight) in &ranges {
            // `*` is every language that has no place of its own in the header.
            let language =
                if *tag == "*" { Self::ALL.into_iter().find(|&other| !is_named(other)) } else { Self::named(tag) };
            // Of two with the same weight the first one counts.
            if let Some(language) = language.filter(|_| *weight > best.1) {
                best = (language, *weight);
            }
        }
        best.0
    }
}

/// A tag, and its weight in thousandths: `de-AT;q=0.8`. `None` if the weight is none.
fn range(text: &str) -> Option<(&str, u16)> {
    let (tag, parameter) = text.split_once(';').map_or((text, None), |(tag, rest)| (tag, Some(rest.trim())));
    let weight = match parameter {
        None => 1000,
        Some(parameter) => {
            let value: f32 = parameter.strip_prefix("q=").or(parameter.strip_prefix("Q="))?.trim().parse().ok()?;
            if !(0.0..=1.0).contains(&value) {
                return None;
            }
            // At most 1000.
            (value * 1000.0).round() as u16
        }
    };
    Some((tag.trim(), weight))
}

/// A sentence of a page in each language: English, German, Spanish.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words(pub [&'static str; 3]);

impl Words {
    /// As it stands.
    pub(super) fn in_language(self, language: Language) -> &'static str {
        self.0[language as usize]
    }

    /// With this text in place of `{1}`. Where the words are HTML, the text has to be as well.
    pub(super) fn with(self, language: Language, text: &str) -> String {
        self.in_language(language).replace("{1}", text)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn of(address: &'static str, accepts: &[&'static str]) -> &'static str {
        let mut headers = HeaderMap::new();
        for accepts in accepts {
            headers.append(header::ACCEPT_LANGUAGE, HeaderValue::from_static(accepts));
        }
        Language::of(&Uri::from_static(address), &headers).tag()
    }

    #[test]
    fn first_language_with_the_largest_weight_is_chosen() {
        for (accepts, expected) in [
            ("de-AT,de;q=0.9,en;q=0.8", "de"),
            ("es-MX", "es"),
            ("ES", "es"),
            ("fr-FR,fr;q=0.9", "en"),
            ("fr, es;q=0.5, de;q=0.7", "de"),
            ("en;q=0.2, de ; q=0.3", "de"),
            ("de;q=0, es;q=0.1", "es"),
            ("de;q=0", "en"),
            ("*;q=0.8, de;q=0.5", "en"),
            ("en;q=0.1, *", "de"),
            ("de;q=0.5, es;q=0.5", "de"),
            ("den, desert", "en"),
            ("", "en"),
            (",;,;q=,de;q=x,es;q=2,de;q=NaN", "en"),
        ] {
            assert_eq!(of("/", &[accepts]), expected, "{accepts}");
        }
        assert_eq!(of("/", &[]), "en");
        assert_eq!(of("/", &["fr", "es;q=0.4"]), "es");
    }

    #[test]
    fn address_counts_more_than_the_header() {
        assert_eq!(of("/?lang=es", &["de"]), "es");
        assert_eq!(of("/room/tea?a=b&lang=en&c", &["de"]), "en");
        assert_eq!(of("/?lang=fr", &["de"]), "de");
        assert_eq!(of("/?language=es", &["de"]), "de");
    }

    #[test]
    fn header_without_end_is_read_in_part() {
        let long: &'static str = Box::leak(format!("{}de", "x,".repeat(MAX_RANGES)).into_boxed_str());
        assert_eq!(of("/", &[long]), "en");
    }
}
