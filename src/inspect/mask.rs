//! Masks what identifies a person or a machine in a record: addresses, ICE passwords, fingerprints, tokens.
//!
//! Works on JSON text, in which descriptions and candidates are strings with escaped line ends. Masked text stays as it is.
//! `public/inspector/js/mask.js` does the same in browsers; both pass the cases of `tests/fixtures/masking.json`.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};

use super::address::masked_address;
use super::scanner::{Scanner, is_in_token};

/// What may stand before something that is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Anchor {
    /// `candidate:`, as RFC 8839, section 5.1, has it.
    Candidate,
    /// ` raddr `.
    RelatedAddress,
    /// `IN IP4` of `c=`, `o=` and `a=rtcp` (RFC 8866, sections 5.7 and 5.2; RFC 3605).
    Connection,
    /// `ice-pwd:`.
    Password,
    /// `fingerprint:`, before the name of a hash.
    Fingerprint,
    /// `a=crypto:`.
    Crypto,
    /// A JSON key whose value is an address.
    AddressKey,
    /// A JSON key whose value is a secret.
    SecretKey,
    /// The JSON key of the user name that belongs to a credential.
    UserName,
    /// The name of a secret in the query of an address.
    Query,
}

const ANCHORS: [(&str, Anchor); 23] = [
    ("candidate:", Anchor::Candidate),
    ("raddr ", Anchor::RelatedAddress),
    ("IN IP", Anchor::Connection),
    ("ice-pwd:", Anchor::Password),
    ("fingerprint:", Anchor::Fingerprint),
    ("a=crypto:", Anchor::Crypto),
    ("\"address\"", Anchor::AddressKey),
    ("\"relatedAddress\"", Anchor::AddressKey),
    ("\"ip\"", Anchor::AddressKey),
    ("\"hostCandidate\"", Anchor::AddressKey),
    ("\"password\"", Anchor::SecretKey),
    ("\"passWord\"", Anchor::SecretKey),
    ("\"token\"", Anchor::SecretKey),
    ("\"jwt\"", Anchor::SecretKey),
    ("\"credential\"", Anchor::SecretKey),
    ("\"key\"", Anchor::SecretKey),
    ("\"username\"", Anchor::UserName),
    ("password=", Anchor::Query),
    ("passWord=", Anchor::Query),
    ("token=", Anchor::Query),
    ("jwt=", Anchor::Query),
    ("credential=", Anchor::Query),
    ("key=", Anchor::Query),
];

/// One pass over the text finds all anchors. A regular expression took ten times as long, most of the cost of a reader.
static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let names = ANCHORS.iter().map(|(text, _)| text);
    AhoCorasickBuilder::new().match_kind(MatchKind::LeftmostFirst).build(names).ok()
});

/// Appends a JSON text, masked.
pub fn append(out: &mut String, text: &str) {
    // Without its finder everything would be shown: so nothing is. A test builds it.
    let Some(finder) = FINDER.as_ref() else { return out.push_str("null") };
    let mut copied = 0;
    for found in finder.find_iter(text) {
        if found.start() < copied {
            continue;
        }
        let (_, anchor) = ANCHORS[found.pattern().as_usize()];
        let (before, after) = (&text[..found.start()], &text[found.end()..]);
        if let Some((skipped, length, replacement)) = anchor.find(before, after, text) {
            let start = found.end() + skipped;
            out.push_str(&text[copied..start]);
            out.push_str(&replacement);
            copied = start + length;
        }
    }
    out.push_str(&text[copied..]);
}

impl Anchor {
    /// Where after the anchor something is to be masked: how many bytes later, how many bytes, and what stands in their
    /// place.
    fn find<'a>(self, before: &str, after: &'a str, text: &str) -> Option<(usize, usize, Cow<'a, str>)> {
        let mut rest = Scanner { text: after, at: 0 };
        let is_word = !before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        match self {
            Self::Candidate => {
                rest.token()?;
                for is_digits in [true, false, true] {
                    rest.spaces()?;
                    rest.word(is_digits)?;
                }
                rest.spaces()?;
                rest.address()
            }
            Self::RelatedAddress if is_word => {
                rest.skip(|byte| byte == b' ');
                rest.address()
            }
            Self::Connection if is_word => {
                rest.skip_one(|byte| matches!(byte, b'4' | b'6'))?;
                rest.spaces()?;
                let found = rest.address()?;
                let address = &after[found.0..found.0 + found.1];
                // Chromium writes this into each description.
                (address != "127.0.0.1" || !is_origin(before)).then_some(found)
            }
            Self::Password if is_word => {
                rest.skip(|byte| byte == b' ');
                rest.value(is_in_token)
            }
            Self::Fingerprint if is_word => {
                rest.skip(|byte| byte == b' ');
                rest.word(false)?;
                rest.spaces()?;
                rest.value(is_in_token)
            }
            Self::Crypto => rest.value(|byte| !matches!(byte, b'\r' | b'\n' | b'"' | b'\'' | b'\\')),
            Self::AddressKey => {
                rest.colon()?;
                rest.skip_one(|byte| byte == b'"')?;
                let start = rest.at;
                rest.skip(|byte| !matches!(byte, b'"' | b'\\'));
                let address = &after[start..rest.at];
                (!address.is_empty()).then(|| (start, address.len(), masked_address(address)))
            }
            Self::SecretKey => rest.secret(),
            Self::UserName if text.contains("\"credential\"") => rest.secret(),
            Self::Query if before.ends_with(['?', '&', '#']) => {
                rest.value(|byte| is_in_token(byte) && !matches!(byte, b'&' | b'#'))
            }
            _ => None,
        }
    }
}

/// Whether a text ends with the beginning of an `o=` line: `o=NAME ID VERSION `.
fn is_origin(before: &str) -> bool {
    let Some(start) = before.rfind("o=") else { return false };
    let mut rest = Scanner { text: &before[start + 2..], at: 0 };
    rest.numbers_of_origin().is_some() && rest.at == rest.text.len()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    fn mask(text: &str) -> String {
        let mut masked = String::new();
        append(&mut masked, text);
        masked
    }

    #[derive(Deserialize)]
    struct Case {
        name: String,
        text: String,
        masked: String,
    }

    #[test]
    fn texts_are_masked_as_in_browsers() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/masking.json");
        let cases: Vec<Case> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert!(cases.len() > 20);
        for Case { name, text, masked } in cases {
            assert_eq!(mask(&text), masked, "{name}");
            assert_eq!(mask(&masked), masked, "{name}, masked already");
        }
    }

    #[test]
    fn secret_that_is_a_number_is_masked() {
        assert_eq!(
            mask(r#"{"password":12345,"key":null,"token":true}"#),
            r#"{"password":"(masked)","key":null,"token":"(masked)"}"#
        );
    }
}
