//! The arguments of an event, read in one pass.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// `["name", payload]` or `["name", payload, number, …]`.
#[derive(Debug)]
pub struct Arguments<'a, T> {
    /// The second element.
    pub payload: T,
    /// The third element: the client's own number of the event, if it counts.
    pub number: Option<&'a RawValue>,
}

/// A JSON object; serde would take an array for a struct as well.
#[derive(Debug)]
pub struct Object<T>(pub T);

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for Arguments<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Elements<'a, T>(PhantomData<(&'a (), T)>);
        impl<'de: 'a, 'a, T: Deserialize<'de>> Visitor<'de> for Elements<'a, T> {
            type Value = Arguments<'a, T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an event and its payload")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
                elements.next_element::<IgnoredAny>()?;
                let payload = elements.next_element()?.ok_or_else(|| A::Error::invalid_length(1, &self))?;
                let number = elements.next_element()?;
                while elements.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Arguments { payload, number })
            }
        }
        deserializer.deserialize_seq(Elements(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(entries)).map(Object)
            }
        }
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Payload<'a> {
        #[serde(borrow)]
        a: &'a RawValue,
    }

    fn read(text: &str) -> Option<(String, Option<String>)> {
        let Arguments { payload: Object(Payload { a }), number } = serde_json::from_str(text).ok()?;
        Some((a.get().to_owned(), number.map(|number: &RawValue| number.get().to_owned())))
    }

    #[test]
    fn arguments_are_read_to_the_letter() {
        assert_eq!(read(r#"["x",{"b":[1],"a":{"\u0061":1.0}}]"#), Some((r#"{"\u0061":1.0}"#.into(), None)));
        assert_eq!(read(r#"["x",{"a":null},7,8]"#), Some(("null".into(), Some("7".into()))));
    }

    #[test]
    fn payload_that_is_no_object_is_refused() {
        for text in [r#"["x"]"#, r#"["x",[1]]"#, r#"["x",null]"#, r#"["x",{}]"#, r#"["x",{"a":1,"a":2}]"#, "{}"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
