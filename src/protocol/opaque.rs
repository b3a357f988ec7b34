//! A value that is relayed and never interpreted: the JSON text just as it came, and its binary attachments.
//!
//! Text rather than a tree: numbers, key order and unknown keys survive by themselves, memory is what was sent
//! and not a multiple of it, and sending it on is a copy instead of a serialisation.

use std::fmt;

use bytes::Bytes;
use serde::ser::{Error as _, SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;
use serde_json::value::RawValue;

use super::json::Tree;
use super::limits::MAX_DEPTH;
use super::refusal::{Code, Refusal};

/// One opaque value. Its `Debug` tells the size only: descriptions and candidates hold addresses.
#[derive(Clone)]
pub struct Opaque {
    json: Box<RawValue>,
    /// What `{"_placeholder": true, "num": n}` in the text stands for (Socket.IO protocol 5, binary events).
    attachments: Vec<Bytes>,
}

impl Opaque {
    /// Takes a value out of a packet with these attachments.
    ///
    /// # Errors
    /// `bad-payload` if it is nested too deeply, or has a placeholder without its attachment: the browser at the
    /// other end would take such a packet for broken and close.
    pub fn new(json: &RawValue, attachments: &[Bytes]) -> Result<Self, Refusal> {
        if depth(json.get()) > MAX_DEPTH {
            return Err(Refusal::new(Code::BadPayload, "The value is nested too deeply."));
        }
        let mut own = Vec::new();
        // An escape can spell the key, too; neither is in an ordinary description.
        if json.get().contains("_placeholder") || json.get().contains("\\u") {
            let Tree(value) = serde_json::from_str(json.get())
                .map_err(|_| Refusal::new(Code::BadPayload, "The value holds text that is not valid Unicode."))?;
            match placeholders_fit(&value, attachments.len()) {
                Some(true) => own = attachments.to_vec(),
                Some(false) => {}
                None => return Err(Refusal::new(Code::BadPayload, "A binary value is missing its bytes.")),
            }
        }
        Ok(Self { json: json.to_owned(), attachments: own })
    }

    /// The JSON text.
    pub fn json(&self) -> &str {
        self.json.get()
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        self.json.get() == "null"
    }

    /// Whether it has binary attachments.
    pub fn is_binary(&self) -> bool {
        !self.attachments.is_empty()
    }

    /// Bytes of text and attachments.
    pub fn size(&self) -> usize {
        self.json.get().len() + self.attachments.iter().map(Bytes::len).sum::<usize>()
    }
}

impl PartialEq for Opaque {
    fn eq(&self, other: &Self) -> bool {
        self.json.get() == other.json.get() && self.attachments == other.attachments
    }
}

impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opaque({} bytes)", self.size())
    }
}

/// How a value is stored in a snapshot or a recorded command: its text as a string.
#[derive(Serialize, Deserialize)]
struct Stored {
    json: String,
    attachments: Vec<Bytes>,
}

impl Serialize for Opaque {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Stored { json: self.json().to_owned(), attachments: self.attachments.clone() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Opaque {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Stored { json, attachments } = Stored::deserialize(deserializer)?;
        let json = RawValue::from_string(json).map_err(de::Error::custom)?;
        Ok(Self { json, attachments })
    }
}

/// The value as it is sent: the JSON as it came.
#[derive(Debug, Clone, Copy)]
pub struct OnWire<'a>(pub &'a Opaque);

impl Serialize for OnWire<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Opaque { json, attachments } = self.0;
        if attachments.is_empty() {
            return json.serialize(serializer);
        }
        // Binary values are rare. The serialiser numbers their places again for the packet that they leave in: so it gets
        // the bytes in the midst of the value.
        let Tree(value) = serde_json::from_str(json.get()).map_err(S::Error::custom)?;
        WithBytes { value: &value, attachments }.serialize(serializer)
    }
}

/// Deserialises a key that is there, even as null: a null candidate is the end of gathering and stays null.
pub fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

struct WithBytes<'a> {
    value: &'a Value,
    attachments: &'a [Bytes],
}

impl WithBytes<'_> {
    fn inside<'a>(&'a self, value: &'a Value) -> WithBytes<'a> {
        WithBytes { value, attachments: self.attachments }
    }
}

impl Serialize for WithBytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(bytes) = placeholder(self.value).and_then(|n| self.attachments.get(n?)) {
            return serializer.serialize_bytes(bytes);
        }
        match self.value {
            Value::Array(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| seq.serialize_element(&self.inside(item)))?;
                seq.end()
            }
            Value::Object(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                entries.iter().try_for_each(|(key, item)| map.serialize_entry(key, &self.inside(item)))?;
                map.end()
            }
            plain => plain.serialize(serializer),
        }
    }
}

/// `Some(Some(n))` for a placeholder of attachment n, `Some(None)` for a broken one.
fn placeholder(value: &Value) -> Option<Option<usize>> {
    let entries = value.as_object()?;
    (entries.get("_placeholder")? == true)
        .then(|| entries.get("num").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok()))
}

/// `None` if a placeholder has no attachment, else whether there is any placeholder.
fn placeholders_fit(value: &Value, attachments: usize) -> Option<bool> {
    match placeholder(value) {
        Some(Some(n)) if n < attachments => return Some(true),
        Some(_) => return None,
        None => {}
    }
    let mut any = false;
    match value {
        Value::Array(items) => {
            for item in items {
                any |= placeholders_fit(item, attachments)?;
            }
        }
        Value::Object(entries) => {
            for item in entries.values() {
                any |= placeholders_fit(item, attachments)?;
            }
        }
        _ => {}
    }
    Some(any)
}

/// How many brackets are open at the deepest place of a valid JSON text; at most as many as there are.
fn depth(json: &str) -> usize {
    // Nearly all texts have so few that counting them, which is much faster, is enough.
    let brackets = json.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count();
    if brackets <= MAX_DEPTH {
        return brackets;
    }
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0usize, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opaque(json: &str, attachments: &[Bytes]) -> Result<Opaque, Refusal> {
        Opaque::new(serde_json::from_str(json).unwrap(), attachments)
    }

    #[test]
    fn text_is_kept_to_the_letter() {
        let json = r#"{"z":1.0,"a":["\u00e4","\r\n"],"n":123456789012345678901234567890}"#;
        assert_eq!(serde_json::to_string(&OnWire(&opaque(json, &[]).unwrap())).unwrap(), json);
    }

    #[test]
    fn a_key_that_serde_json_has_for_itself_is_a_key() {
        let json = r#"{"$serde_json::private::RawValue":"{\"_placeholder\":true,\"num\":7}"}"#;
        assert_eq!(serde_json::to_string(&OnWire(&opaque(json, &[]).unwrap())).unwrap(), json);
    }

    #[test]
    fn deep_nesting_is_refused() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(opaque(&nested(MAX_DEPTH), &[]).is_ok());
        assert_eq!(opaque(&nested(MAX_DEPTH + 1), &[]).unwrap_err().code, Code::BadPayload);
        assert!(opaque(&format!("\"{}\"", "[".repeat(500)), &[]).is_ok(), "brackets in a string are text");
    }

    #[test]
    fn a_placeholder_without_its_attachment_is_refused_however_it_is_spelled() {
        let bytes = [Bytes::from_static(b"abc")];
        assert!(opaque(r#"{"b":{"_placeholder":true,"num":0}}"#, &bytes).unwrap().is_binary());
        for broken in [
            r#"{"_placeholder":true,"num":1}"#,
            r#"[{"\u005fplaceholder":true,"num":7}]"#,
            r#"{"_placeholder":true}"#,
            r#"{"_placeholder":true,"num":-1}"#,
        ] {
            assert!(opaque(broken, &bytes).is_err(), "{broken}");
        }
        assert!(opaque(r#"{"_placeholder":false,"num":7}"#, &bytes).is_ok());
    }

    #[test]
    fn value_that_is_stored_and_read_is_the_same() {
        let bytes = [Bytes::from_static(b"\0abc")];
        for json in [r#"{"z":1.0,"a":"\u00e4"}"#, r#"{"b":{"_placeholder":true,"num":0}}"#, "null"] {
            let value = opaque(json, &bytes).unwrap();
            let stored = serde_json::to_string(&value).unwrap();
            assert_eq!(serde_json::from_str::<Opaque>(&stored).unwrap(), value, "{json}");
        }
        assert!(serde_json::from_str::<Opaque>(r#"{"json":"{","attachments":[]}"#).is_err());
    }

    #[test]
    fn debug_tells_nothing_but_the_size() {
        assert_eq!(format!("{:?}", opaque(r#""secret""#, &[]).unwrap()), "Opaque(8 bytes)");
    }
}
