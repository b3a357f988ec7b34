//! ICE username fragments (`a=ice-ufrag`, RFC 8839, section 5.4). A candidate that names no call belongs to the call in
//! which its sender has sent a description with the candidate's fragment.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;

/// Longest fragment, in bytes (RFC 8839, section 5.4).
const LONGEST: usize = 256;
/// Fragments kept of one side of a call, the newest: each ICE restart brings one more.
pub const MOST: usize = 16;
const ATTRIBUTE: &str = "ice-ufrag:";

/// The fragments in a description, which is JSON of any shape with SDP in it: each once.
pub fn of_description(json: &str) -> Arc<[Box<str>]> {
    let mut found: Vec<Box<str>> = Vec::new();
    for (place, _) in json.match_indices(ATTRIBUTE) {
        let fragment = value(&json[place + ATTRIBUTE.len()..]);
        if !fragment.is_empty() && !found.iter().any(|known| **known == *fragment) {
            found.push(fragment.into());
        }
        if found.len() == MOST {
            break;
        }
    }
    found.into()
}

/// The fragment that a candidate names, if it does.
pub fn of_candidate(json: &str) -> Option<Box<str>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Candidate<'a> {
        #[serde(borrow, default)]
        username_fragment: Option<Cow<'a, str>>,
    }
    // serde would take an array for an object as well.
    let candidate: Candidate = json.starts_with('{').then(|| serde_json::from_str(json).ok()).flatten()?;
    let fragment = candidate.username_fragment?;
    (1..=LONGEST).contains(&fragment.len()).then(|| fragment.into())
}

/// The text up to the end of the line of SDP, inside a JSON string.
fn value(mut rest: &str) -> String {
    let mut text = String::new();
    while text.len() < LONGEST {
        let Some(first) = rest.chars().next() else { break };
        let (character, length) = match rest.as_bytes() {
            [b'\\', b'/', ..] => ('/', 2),
            [b'\\', b'u', ..] => match rest.get(2..6).and_then(|hex| u32::from_str_radix(hex, 16).ok()) {
                Some(code) => (char::from_u32(code).unwrap_or('\n'), 6),
                None => break,
            },
            _ => (first, first.len_utf8()),
        };
        if character.is_whitespace() || character.is_control() || matches!(character, '\\' | '"') {
            break;
        }
        text.push(character);
        rest = &rest[length..];
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(json: &str) -> Vec<String> {
        of_description(json).iter().map(|fragment| fragment.to_string()).collect()
    }

    #[test]
    fn fragments_of_session_and_media_sections_are_each_found_once() {
        let sdp = "v=0\r\na=ice-ufrag:one\r\nm=audio 9 x 0\r\na=ice-ufrag:7N/g\r\nm=video\r\na=ice-ufrag:one\r\n";
        assert_eq!(described(&serde_json::json!({ "type": "offer", "sdp": sdp }).to_string()), ["one", "7N/g"]);
        assert_eq!(described(&serde_json::json!(sdp).to_string()), ["one", "7N/g"]);
    }

    #[test]
    fn fragments_are_read_however_json_is_escaped() {
        assert_eq!(described(r#"{"sdp":"a\u003dice-ufrag:a\/b\u002Bc\u000d\u000a"}"#), ["a/b+c"]);
        assert_eq!(described(r#"{"sdp":"a=ice-ufrag:last"}"#), ["last"]);
    }

    #[test]
    fn description_that_holds_none_has_none() {
        for json in
            ["7", "\"\"", "{}", r#"{"sdp":"a=ice-ufrag:"}"#, r#"{"sdp":"a=ice-ufrag:\r\n"}"#, "\"ice-ufrag:\\u12"]
        {
            assert_eq!(described(json), [""; 0], "{json}");
        }
    }

    #[test]
    fn description_of_many_fragments_is_read_in_part() {
        let sdp: String = (0..1_000).map(|number| format!("a=ice-ufrag:{number}\r\n")).collect();
        assert_eq!(described(&serde_json::json!(sdp).to_string()).len(), MOST);
        let long = format!("a=ice-ufrag:{}", "x".repeat(10_000));
        assert_eq!(described(&serde_json::json!(long).to_string())[0].len(), LONGEST);
    }

    #[test]
    fn candidate_names_its_fragment_or_none() {
        let fragment = |json: &str| of_candidate(json).map(String::from);
        assert_eq!(fragment(r#"{"candidate":"","usernameFragment":"a\/b"}"#).as_deref(), Some("a/b"));
        for json in
            ["null", "7", "\"text\"", "[\"x\"]", "{}", r#"{"usernameFragment":null}"#, r#"{"usernameFragment":7}"#]
        {
            assert_eq!(fragment(json), None, "{json}");
        }
        assert_eq!(fragment(r#"{"usernameFragment":""}"#), None);
        assert_eq!(fragment(r#"{"candidate":"candidate:1 1 udp 1 192.0.2.1 9 typ host ufrag X"}"#), None);
    }
}
