//! Ids that the server chooses and sends: 64 random bits, on the wire 16 lower-case hexadecimal digits.

use std::fmt;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One offer, and the call that an answer makes of it: `offerId`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OfferId(pub u64);

/// A member of one room, as the others there know it: `peerId`. A client in two rooms has two of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MemberId(pub u64);

/// A client at `/gst`, as the others there know it: `peerId`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GstPeerId(pub u64);

/// A session of two clients at `/gst`: `sessionId`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GstSessionId(pub u64);

fn hexadecimal(text: &str) -> Option<u64> {
    let canonical = text.len() == 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    canonical.then(|| u64::from_str_radix(text, 16).ok()).flatten()
}

fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    hexadecimal(&String::deserialize(deserializer)?).ok_or_else(|| D::Error::custom("an id of 16 hexadecimal digits"))
}

macro_rules! on_the_wire {
    ($id:ident) => {
        impl $id {
            /// Reads the wire form; `None` for a text that the server never sent.
            pub fn parse(text: &str) -> Option<Self> {
                hexadecimal(text).map(Self)
            }
        }

        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:016x}", self.0)
            }
        }

        impl Serialize for $id {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $id {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserialize(deserializer).map(Self)
            }
        }
    };
}

on_the_wire!(OfferId);
on_the_wire!(MemberId);
on_the_wire!(GstPeerId);
on_the_wire!(GstSessionId);
