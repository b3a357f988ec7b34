//! Entity tags (RFC 9110, section 8.8.3): whether a browser already has the current version of a file.

use axum::http::{HeaderMap, HeaderValue, header};

/// A strong entity tag of these hexadecimal digits.
pub(super) fn strong(digits: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{digits}\"")).expect("hexadecimal digits are a header value")
}

/// Whether `If-None-Match` names this tag (RFC 9110, section 13.1.2).
pub(super) fn is_current(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok()).unwrap_or_default();
    known.split(',').map(|known| known.trim().trim_start_matches("W/")).any(|known| known == "*" || known == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tag_in_if_none_match_is_current() {
        let tag = strong("0a1b-room");
        for (known, is) in [
            ("\"0a1b-room\"", true),
            ("W/\"0a1b-room\"", true),
            ("\"0\", \"0a1b-room\"", true),
            ("*", true),
            ("\"0a1b\"", false),
            ("0a1b-room", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_str(known).unwrap())]);
            assert_eq!(is_current(&headers, &tag), is, "{known}");
        }
        assert!(!is_current(&HeaderMap::new(), &tag));
    }
}
