//! The server's own files, compressed by gzip (RFC 1952) for clients that accept it. None of them holds a secret, from which
//! the length of a compressed reply would tell.

use std::collections::HashMap;
use std::io::Write;
use std::sync::LazyLock;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, header};
use flate2::Compression;
use flate2::write::GzEncoder;
use parking_lot::Mutex;

use super::entity_tag;

/// Smaller files fit into one packet as they are.
const MIN_LENGTH: usize = 1024;
/// Most compressed files that are kept. There are fewer; but a debug server reads files that change.
const MAX_KEPT: usize = 512;

/// The compressed files, by their versions.
static KEPT: LazyLock<Mutex<HashMap<String, Bytes>>> = LazyLock::new(Mutex::default);

/// How a file is sent: as it is, or compressed.
#[derive(Debug)]
pub(super) struct Sent {
    pub tag: HeaderValue,
    pub encoding: Option<HeaderValue>,
    compressed: Option<Bytes>,
}

impl Sent {
    /// The body, of this file.
    pub(super) fn body(self, file: impl FnOnce() -> Bytes) -> Bytes {
        self.compressed.unwrap_or_else(file)
    }

    /// The headers that tell how the file is sent.
    pub(super) fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::from_iter([(header::VARY, HeaderValue::from_static("accept-encoding"))]);
        headers.insert(header::ETAG, self.tag.clone());
        if let Some(encoding) = &self.encoding {
            headers.insert(header::CONTENT_ENCODING, encoding.clone());
        }
        headers
    }
}

/// Chooses for a client that sent these headers. `version` names the content of the file, in letters, digits and hyphens.
pub(super) fn choose(headers: &HeaderMap, version: &str, is_text: bool, file: &[u8]) -> Sent {
    let compressed =
        (is_text && file.len() >= MIN_LENGTH && is_accepted(headers)).then(|| compress(version, file)).flatten();
    match compressed {
        Some(compressed) => Sent {
            tag: entity_tag::strong(&format!("{version}-gzip")),
            encoding: Some(HeaderValue::from_static("gzip")),
            compressed: Some(compressed),
        },
        None => Sent { tag: entity_tag::strong(version), encoding: None, compressed: None },
    }
}

fn compress(version: &str, file: &[u8]) -> Option<Bytes> {
    if let Some(kept) = KEPT.lock().get(version) {
        return Some(kept.clone());
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(file).ok()?;
    let compressed = Bytes::from(encoder.finish().ok()?);
    let mut kept = KEPT.lock();
    if kept.len() >= MAX_KEPT {
        kept.clear();
    }
    kept.insert(version.to_owned(), compressed.clone());
    Some(compressed)
}

/// Whether `Accept-Encoding` names gzip, and not with the weight 0 (RFC 9110, section 12.5.3).
fn is_accepted(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let is_forbidden = parts
            .any(|part| part.strip_prefix("q=").is_some_and(|weight| weight.trim_end_matches(['0', '.']).is_empty()));
        is_gzip && !is_forbidden
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    fn accepting(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn gzip_is_chosen_where_it_is_accepted() {
        for (value, is) in [
            ("gzip", true),
            ("deflate, GZIP, br", true),
            ("gzip;q=0.5", true),
            ("gzip;q=0", false),
            ("gzip; q=0.000", false),
            ("br, identity", false),
            ("x-gzip", false),
            ("", false),
        ] {
            assert_eq!(is_accepted(&accepting(value)), is, "{value}");
        }
        assert!(!is_accepted(&HeaderMap::new()));
    }

    #[test]
    fn compressed_file_has_a_tag_of_its_own() {
        let file = "switchboard ".repeat(200).into_bytes();
        let plain = choose(&HeaderMap::new(), "0a", true, &file);
        let packed = choose(&accepting("gzip"), "0a", true, &file);
        assert_ne!(plain.tag, packed.tag);
        assert!(plain.encoding.is_none() && packed.encoding.is_some());
        let mut unpacked = Vec::new();
        GzDecoder::new(&*packed.body(Bytes::new)).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, file);
    }

    #[test]
    fn short_files_and_pictures_are_sent_as_they_are() {
        let long = vec![b'a'; MIN_LENGTH];
        assert!(choose(&accepting("gzip"), "1a", true, &long[1..]).encoding.is_none());
        assert!(choose(&accepting("gzip"), "1b", false, &long).encoding.is_none());
        assert!(choose(&accepting("gzip"), "1c", true, &long).encoding.is_some());
    }
}
