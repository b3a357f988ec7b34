//! Masks what identifies a person or a machine in a record: addresses, ICE passwords, fingerprints, tokens.
//!
//! Works on JSON text, in which descriptions and candidates are strings with escaped line ends. Masked text stays as it is.
//! `public/inspector/js/mask.js` does the same in browsers; both pass the cases of `tests/fixtures/masking.json`.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// What stands for a secret.
const MASKED: &str = "(masked)";

/// Each alternative captures what is masked. The grammar of candidates is that of RFC 8839, section 5.1, that of `c=` and
/// `o=` that of RFC 8866, sections 5.7 and 5.2. In JSON text a line ends with `\r\n`, and `/` may be `\/`.
static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    const ADDRESS: &str = r#"[^ \t\r\n"'\\/]+"#;
    const VALUE: &str = r#"(?:[^ \t\r\n"'\\]|\\+/)+"#;
    const SECRETS: &str = "password|passWord|token|jwt|credential|key";
    const COLON: &str = r#""[ \t\r\n]*:[ \t\r\n]*"#;
    let pattern = [
        format!(r#"candidate:[^ \t\r\n"'\\]{{1,100}} +[0-9]+ +[A-Za-z0-9-]+ +[0-9]+ +(?P<candidate>{ADDRESS})"#),
        format!(r"\braddr +(?P<raddr>{ADDRESS})"),
        format!(r#"o=[^ \t\r\n"'\\]{{1,100}} +[0-9]+ +[0-9]+ +IN IP[46] +(?P<origin>{ADDRESS})"#),
        format!(r"\bIN IP[46] +(?P<line>{ADDRESS})"),
        format!(r#""(?:address|relatedAddress|ip|hostCandidate){COLON}"(?P<member>[^"\\]+)"#),
        format!(r"\bice-pwd: *(?P<pwd>{VALUE})"),
        format!(r"\bfingerprint: *[A-Za-z0-9-]+ +(?P<fingerprint>{VALUE})"),
        r#"a=crypto:(?P<crypto>(?:[^\r\n"'\\]|\\+/)+)"#.to_owned(),
        format!(r#""(?:{SECRETS}){COLON}"(?P<secret>(?:[^"\\]|\\.)+)"#),
        format!(r#""(?:{SECRETS}){COLON}(?P<number>[-0-9a-df-mo-z][0-9A-Za-z.+-]*)"#),
        format!(r#"[?&\x23](?:{SECRETS})=(?P<query>[^&\x23 \t\r\n"'\\]+)"#),
    ]
    .join("|");
    Regex::new(&pattern.replace(r"\b", r"(?-u:\b)")).ok()
});

/// The user name beside a credential, which is one half of it.
static USER_NAME: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#""username"[ \t]*:[ \t]*"(?P<user>(?:[^"\\]|\\.)+)"#).ok());

/// Masks a JSON text.
pub fn mask(text: &str) -> Cow<'_, str> {
    let masked = replace(&PATTERN, text);
    if !masked.contains("\"credential\"") {
        return masked;
    }
    replace(&USER_NAME, &masked).into_owned().into()
}

fn replace<'a>(pattern: &LazyLock<Option<Regex>>, text: &'a str) -> Cow<'a, str> {
    // Without its pattern everything would be shown: so nothing is. A test compiles it.
    let Some(pattern) = pattern.as_ref() else { return Cow::Borrowed("null") };
    pattern.replace_all(text, |captures: &Captures<'_>| {
        let whole = captures.get(0).map_or("", |whole| whole.as_str());
        let start = captures.get(0).map_or(0, |whole| whole.start());
        let Some(found) = captures.iter().skip(1).flatten().next() else { return whole.to_owned() };
        let has = |name: &str| captures.name(name).is_some();
        let replacement = match found.as_str() {
            // Chromium writes it into each description.
            "127.0.0.1" if has("origin") => "127.0.0.1".into(),
            address if ["candidate", "raddr", "origin", "line", "member"].into_iter().any(has) => {
                masked_address(address)
            }
            _ if has("number") => format!("\"{MASKED}\"").into(),
            _ => MASKED.into(),
        };
        let (before, after) = (&whole[..found.start() - start], &whole[found.end() - start..]);
        format!("{before}{replacement}{after}")
    })
}

/// What stands in the place of an address: its kind. `0.0.0.0` and `::` say nothing and stay, as do words that are no
/// addresses. A port behind the address stays.
fn masked_address(text: &str) -> Cow<'_, str> {
    let port = text.rfind(':').filter(|at| {
        let is_bracketed = text.starts_with('[') && text[..*at].ends_with(']');
        let digits = &text[at + 1..];
        (is_bracketed || !text[..*at].contains(':')) && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
    });
    let (host, port) = text.split_at(port.unwrap_or(text.len()));
    match kind(host) {
        _ if host.to_ascii_lowercase().ends_with(".local") => format!("mdns.local{port}").into(),
        Some(kind) if kind.starts_with("unspecified") => text.into(),
        Some(kind) => format!("{kind}{port}").into(),
        None if host.contains(['.', ':']) => format!("host-name{port}").into(),
        None => text.into(),
    }
}

/// The kind of an address: its range, and the version of IP.
fn kind(host: &str) -> Option<String> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let bare = bare.split('%').next().unwrap_or_default();
    // Some browsers hide the end of an address so.
    let whole = bare.strip_suffix(".x").map(|start| format!("{start}.0"));
    let address: IpAddr = whole.as_deref().unwrap_or(bare).parse().ok()?;
    let version = if address.is_ipv4() { "ipv4" } else { "ipv6" };
    let range = match address.to_canonical() {
        address if address.is_unspecified() => "unspecified",
        address if address.is_loopback() => "loopback",
        IpAddr::V4(v4) if v4.is_private() => "private",
        IpAddr::V4(v4) if v4.is_link_local() => "link-local",
        IpAddr::V4(v4) if v4.octets()[0] == 100 && v4.octets()[1] & 0xc0 == 64 => "shared",
        IpAddr::V6(v6) if v6.is_unique_local() => "private",
        IpAddr::V6(v6) if v6.is_unicast_link_local() => "link-local",
        _ => "public",
    };
    Some(format!("{range}-{version}"))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

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
